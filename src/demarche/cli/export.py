"""``demarche export``: the moves of a ledger in other people's formats."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from threading import Event
from typing import Any, BinaryIO

import click

from demarche.cli._companions import check_companions, companion_options, write_companions
from demarche.cli._ledger import filter_options, ledger_option, make_filter, open_ledger
from demarche.cli._output import open_output
from demarche.model import MoveFilter, SourcedMove

__all__ = ["export"]

_ROWS = ("csv", "parquet", "jsonl")
"""Our own formats; every other is one of `demarche.exchange.FORMATS`."""


class _FormatName(click.ParamType[str]):
    """The name of a format; what they are is looked up only when one is given, so that a start stays short."""

    name = "format"

    def convert(self, value: Any, parameter: click.Parameter | None, context: click.Context | None) -> Any:
        from demarche.exchange import FORMATS

        known = (*_ROWS, *FORMATS)
        if value not in known:
            self.fail(f"there is no format {value!r}; choose from {', '.join(known)}", parameter, context)
        return value


@click.command()
@click.argument("form", metavar="FORMAT", type=_FormatName())
@ledger_option
@filter_options
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
@click.option("--no-text", is_flag=True, help="Leave out the words of the documents; offsets and hashes stay.")
@click.option("--places", is_flag=True, help="Look up the words for places on the map.")
@click.option(
    "--all-statuses",
    is_flag=True,
    help="Event data: plans, possibilities, denials and recollections too, where the format can say that they are.",
)
@companion_options
def export(
    form: str,
    url: str,
    output: str | None,
    no_text: bool,
    places: bool,
    all_statuses: bool,
    documents: str | None,
    config: str | None,
    **given: Any,
) -> int:
    """Write the moves of a ledger in a format of other tools.

    FORMAT is csv, parquet or jsonl for the moves as they are; plover, polecat or gdelt for event data; geojson,
    timelinejs or graphml for maps, timelines and graphs; csl or bibtex for the sources; dna or label-studio to have
    moves corrected there. What a format cannot hold is counted on standard error.
    """
    from demarche import pipeline
    from demarche.exchange import FORMATS, select_moves

    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is binary; name a file with --output")
    check_companions(form, documents=documents, config=config, no_text=no_text)
    wanted, chosen = make_filter(**given), FORMATS.get(form)
    if places and not (chosen and chosen.shows_places):
        raise click.UsageError(f"--places: {form} has no room for places; plover, polecat, gdelt and geojson have")
    written, left_out, gone = [0], Counter[str](), Event()
    with open_ledger(url) as ledger:
        moves = pipeline.sourced_moves(ledger, wanted, places=places or bool(chosen and chosen.places))
        if chosen:
            moves = select_moves(moves, chosen, all_statuses=all_statuses, left_out=left_out)
        write = partial(_write_pieces, chosen.write) if chosen else partial(_write_rows, form)
        with open_output(output, binary=True, when_gone=gone.set) as file:
            write(_watch(moves, written, shown=output is not None or not sys.stdout.isatty()), not no_text, file)
        if documents or config:
            write_companions(ledger, _documents(ledger, wanted), documents=documents, config=config)
    if not gone.is_set():  # how much of it was read nobody knows
        _tell(written[0], left_out)
    return 0


def _documents(ledger: Any, wanted: MoveFilter) -> Iterable[str]:
    """Return the documents whose moves go out, without a filter all documents."""
    if wanted == MoveFilter():
        return ledger.document_ids()  # type: ignore[no-any-return]
    return dict.fromkeys(one.move.document for one in ledger.sourced_moves(wanted))


def _watch(moves: Iterable[SourcedMove], written: list[int], *, shown: bool) -> Iterator[SourcedMove]:
    """Yield the moves, count them, and show on a terminal how many there are."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} moves"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not (console.is_terminal and shown)) as progress:
        task = progress.add_task("exporting", total=None)
        for one in moves:
            yield one
            written[0] += 1
            progress.advance(task)


def _write_pieces(write: Any, moves: Iterable[SourcedMove], text: bool, file: BinaryIO) -> None:
    for piece in write(moves, text):
        file.write(piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace"))


def _write_rows(form: str, moves: Iterable[SourcedMove], text: bool, file: BinaryIO) -> None:
    from demarche.present import write_csv, write_parquet, write_records

    bare = (one.move for one in moves)
    if form == "parquet":
        write_parquet(bare, file, text=text)
        return
    for line in (write_csv if form == "csv" else write_records)(bare, text=text):
        file.write(line.encode("utf-8"))


def _tell(written: int, left_out: Counter[str]) -> None:
    if left_out:
        reasons = "; ".join(f"{count} {why}" for why, count in left_out.most_common())
        click.echo(f"demarche: {written} moves written, {left_out.total()} left out: {reasons}", err=True)
    elif not written:
        click.echo("demarche: no move passes these filters (ids of actors: demarche actors)", err=True)
