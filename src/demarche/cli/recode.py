"""``demarche recode``: another coder's reading beside the one that is there, with what became of the moves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from demarche.cli._coder import ChosenCoder, coder_options
from demarche.cli._ledger import ledger_option, open_ledger, print_rich
from demarche.cli._status import EXIT_NOTHING, EXIT_SOME
from demarche.model import Failure, Taken

__all__ = ["recode"]


@click.command()
@ledger_option
@coder_options
@click.option("--gazetteer", multiple=True, metavar="PATH", help="File or folder with actors of your own, beside ours.")
@click.option(
    "--document", "documents", multiple=True, metavar="ID", help="Only this document; repeat for more. All by default."
)
def recode(url: str, coder: ChosenCoder, gazetteer: tuple[str, ...], documents: tuple[str, ...]) -> int:
    """Code the documents of a ledger again with another coder; what people said of moves and sentences stays as it is.

    The new coder's moves become the current ones; what each coder found stays in the ledger. What it has read already is left as it
    is, so that a run that was broken off can be started again.
    """
    from demarche import pipeline
    from demarche.present.recoding import render_recoding

    known = pipeline.load_gazetteer(*gazetteer)
    tally = _Tally()
    with coder.open() as reader, open_ledger(url) as ledger:
        tally.watch(ledger, reader=reader, gazetteer=known, documents=documents or None)
        tally.report(reader.coder)
        print_rich(render_recoding(ledger.recoding(reader.coder)))
    return tally.status()


class _Tally:
    """Counts what was coded again, shows how far it is, and names each failure."""

    def __init__(self) -> None:
        self.done = self.known = self.failed = 0

    def watch(self, ledger: Any, **options: Any) -> None:
        """Code the documents again."""
        from rich.console import Console
        from rich.progress import Progress

        from demarche import pipeline

        console = Console(stderr=True)
        with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("coding again", total=None)

            def report(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            self._count(pipeline.recode(ledger, report=report, **options))

    def _count(self, items: Iterable[Taken | Failure]) -> None:
        from demarche.present import show_line

        for item in items:
            if isinstance(item, Failure):
                self.failed += 1
                click.echo(f"demarche: {show_line(item.where)}: {show_line(item.reason)}", err=True)
            else:
                self.known += item.known
                self.done += not item.known

    def report(self, coder: str) -> None:
        """Say on standard error what this run did."""
        click.echo(
            f"demarche: {self.done} documents coded again by {coder}, {self.known} it had read before, {self.failed} failed",
            err=True,
        )

    def status(self) -> int:
        """Return the exit code."""
        if not self.failed:
            return 0
        return EXIT_SOME if self.done or self.known else EXIT_NOTHING
