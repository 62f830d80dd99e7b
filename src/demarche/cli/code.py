"""``demarche code``: texts in, moves out."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any, BinaryIO

import click

from demarche.cli._coder import ChosenCoder, coder_options
from demarche.cli._columns import columns_option
from demarche.cli._output import open_output
from demarche.cli._status import EXIT_NOTHING, EXIT_SOME
from demarche.cli._workers import workers_option
from demarche.model import CodedDocument, Failure, Move

__all__ = ["code"]


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE...|-]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "csv", "parquet", "html"]),
    default="table",
    show_default=True,
    help="table for people; jsonl with all offsets; csv and parquet with one row a move; html with the text marked.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    help="Leave out moves of which the coder is less sure, 0 to 1.",
)
@columns_option
@workers_option
@coder_options
def code(
    files: tuple[str, ...],
    form: str,
    output: str | None,
    min_confidence: float,
    columns: dict[str, str],
    workers: int,
    coder: ChosenCoder,
) -> int:
    """Print the moves in texts: who did or said what to whom, on what condition, and the words that say so.

    FILE is text, Markdown, HTML, e-mail, PDF, a table (CSV, TSV, JSON lines, Parquet, Excel; fields id, title,
    published, publisher, url, text), an archive or a folder of them; - or nothing is standard input. What cannot be
    coded is named on standard error, and the rest goes on.
    """
    if not files and sys.stdin.isatty():
        raise click.UsageError("name a file, or give a text on standard input")
    if math.isnan(min_confidence):
        raise click.UsageError("--min-confidence is a number from 0 to 1")
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is binary; name a file with --output")
    from demarche import pipeline
    from demarche.sources import read_sources

    tally = _Tally(min_confidence, shown=output is not None or not sys.stdout.isatty())
    with coder.open() as reader, open_output(output, binary=form == "parquet") as file:
        _WRITERS[form](
            tally.watch(
                pipeline.code_all(read_sources(files or ("-",), columns=columns), reader=reader, workers=workers)
            ),
            file,
        )
    return tally.status()


class _Tally:
    """Counts what was coded and what failed, names each failure, and leaves out unsure moves."""

    def __init__(self, least: float, *, shown: bool) -> None:
        self._least = least
        self._shown = shown
        self._coded = self._failed = 0

    def watch(self, items: Iterable[CodedDocument | Failure]) -> Iterator[CodedDocument | Failure]:
        if not (self._shown and sys.stderr.isatty()):  # what draws progress takes a while to load
            yield from map(self._count, items)
            return
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.completed} documents"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("coding", total=None)
            for item in items:
                yield self._count(item)
                progress.advance(task)

    def _count(self, item: CodedDocument | Failure) -> CodedDocument | Failure:
        if isinstance(item, Failure):
            from demarche.present import show_line

            self._failed += 1
            click.echo(f"demarche: {show_line(item.where)}: {show_line(item.reason)}", err=True)
            return item
        self._coded += 1
        moves = tuple(move for move in item.moves if move.confidence >= self._least)
        return CodedDocument(document=item.document, reading=item.reading, moves=moves)

    def status(self) -> int:
        if not self._failed:
            return 0
        return EXIT_SOME if self._coded else EXIT_NOTHING


def _moves(items: Iterable[CodedDocument | Failure]) -> Iterator[Move]:
    for item in items:
        if isinstance(item, CodedDocument):
            yield from item.moves


def _write_table(items: Iterable[CodedDocument | Failure], file: IO[str]) -> None:
    from rich.console import Console

    from demarche.present import render_table

    console = Console(file=file, highlight=False, soft_wrap=False)
    for item in items:
        if isinstance(item, CodedDocument):
            console.print(render_table(item))


def _write_lines(items: Iterable[CodedDocument | Failure], file: IO[str]) -> None:
    from demarche.present import write_records

    file.writelines(write_records(_moves(items)))


def _write_csv(items: Iterable[CodedDocument | Failure], file: IO[str]) -> None:
    from demarche.present import write_csv

    file.writelines(write_csv(_moves(items)))


def _write_parquet(items: Iterable[CodedDocument | Failure], file: BinaryIO) -> None:
    from demarche.present import write_parquet

    write_parquet(_moves(items), file)


def _write_page(items: Iterable[CodedDocument | Failure], file: IO[str]) -> None:
    from demarche.present import render_page

    file.writelines(render_page(items))


_WRITERS: dict[str, Any] = {
    "table": _write_table,
    "jsonl": _write_lines,
    "csv": _write_csv,
    "parquet": _write_parquet,
    "html": _write_page,
}
