"""What became of the documents of a run: counted, shown while it goes on, each failure named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from copy import copy

import click

from demarche.cli._status import EXIT_NOTHING, EXIT_SOME
from demarche.model import Failure, Taken

__all__ = ["Tally"]


class Tally:
    """Counts what was taken in, shows how far it is, and names each failure."""

    def __init__(self) -> None:
        self.new = self.known = self.failed = self.moves = 0

    def watch(self, items: Iterable[Taken | Failure]) -> Iterator[Taken | Failure]:
        """Yield the items, and count them."""
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

    def copy(self) -> Tally:
        """Return the counts as they are now."""
        return copy(self)

    def report(self) -> None:
        """Say on standard error what this run did."""
        click.echo(
            f"demarche: {self.new} documents taken in with {self.moves} moves, {self.known} were there, {self.failed} failed",
            err=True,
        )

    def status(self) -> int:
        """Return the exit code."""
        if not self.failed:
            return 0
        return EXIT_SOME if self.new or self.known else EXIT_NOTHING
