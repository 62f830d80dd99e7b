"""``demarche ingest``: texts into a ledger; ``demarche overview``: what it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click

from demarche.cli._ledger import ledger_option, open_ledger, print_rich
from demarche.cli._status import EXIT_NOTHING, EXIT_SOME
from demarche.model import Failure, Taken

__all__ = ["ingest", "overview"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@ledger_option
@click.option("--weights", type=click.Path(file_okay=False), help="Folder with other weights than the shipped ones.")
@click.option("--gazetteer", multiple=True, metavar="PATH", help="File or folder with actors of your own, beside ours.")
def ingest(sources: tuple[str, ...], url: str, weights: str | None, gazetteer: tuple[str, ...]) -> int:
    """Take texts into a ledger: code them, resolve actors and dates, find copies.

    SOURCE is text, Markdown, HTML, JSON lines, CSV, TSV, Parquet, a folder of them, or - for standard input. What is in
    the ledger already is left as it is, so that a run that was broken off can be started again.
    """
    from demarche import pipeline
    from demarche.sources import read_sources

    if not any(source == "-" or Path(source).exists() for source in sources):
        raise click.UsageError(f"none of these is there: {', '.join(sources)}; check the paths (no ledger was made)")
    known = pipeline.load_gazetteer(*gazetteer)
    tally = _Tally()
    with open_ledger(url, create=True) as ledger:
        taken = pipeline.ingest(read_sources(sources), ledger, reader=pipeline.load(weights), gazetteer=known)
        for _ in tally.watch(taken):
            pass
        tally.report()
        _print_overview(ledger)
    return tally.status()


@click.command()
@ledger_option
def overview(url: str) -> int:
    """Show what a ledger holds: documents, clusters, moves by act, actors, the moves reported most."""
    with open_ledger(url) as ledger:
        _print_overview(ledger)
    return 0


def _print_overview(ledger: Any) -> None:
    from demarche.model import MoveFilter
    from demarche.pipeline import actor_name
    from demarche.present import render_overview

    print_rich(
        render_overview(
            ledger.overview(),
            ledger.count("act", limit=24),
            ledger.count("actor", limit=24),
            ledger.occasions(MoveFilter(voice="report"), limit=20),
            name=actor_name,
        )
    )


class _Tally:
    """Counts what was taken in, shows how far it is, and names each failure."""

    def __init__(self) -> None:
        self.new = self.known = self.failed = self.moves = 0

    def watch(self, items: Iterable[Taken | Failure]) -> Iterator[Taken | Failure]:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.completed} documents, {task.fields[moves]} moves"),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("ingesting", total=None, moves=0, rate="")
            for item in items:
                self._count(item)
                speed = progress.tasks[0].speed
                progress.update(task, advance=1, moves=self.moves, rate=f"{speed:.1f}/s" if speed else "")
                yield item

    def _count(self, item: Taken | Failure) -> None:
        from demarche.present import show_line

        if isinstance(item, Failure):
            self.failed += 1
            click.echo(f"demarche: {show_line(item.where)}: {show_line(item.reason)}", err=True)
        elif item.known:
            self.known += 1
        else:
            self.new += 1
            self.moves += item.moves

    def report(self) -> None:
        """Say on standard error what this run did."""
        click.echo(
            f"demarche: {self.new} documents taken in with {self.moves} moves, {self.known} were there, {self.failed} failed",
            err=True,
        )

    def status(self) -> int:
        if not self.failed:
            return 0
        return EXIT_SOME if self.new or self.known else EXIT_NOTHING
