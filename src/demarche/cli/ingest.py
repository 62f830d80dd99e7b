"""``demarche ingest``: texts into a ledger; ``demarche overview``: what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from demarche.cli._archive import archive_options, open_source, print_archive
from demarche.cli._coder import ChosenCoder, coder_options
from demarche.cli._columns import columns_option
from demarche.cli._fetch import fetch_options, make_settings
from demarche.cli._keep_raw import ChosenArchive, keep_raw_option
from demarche.cli._ledger import ledger_option, open_ledger, print_rich
from demarche.cli._tally import Tally
from demarche.cli._workers import workers_option

__all__ = ["ingest", "overview"]


@click.command()
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@ledger_option
@columns_option
@click.option("--fetch", is_flag=True, help="Fetch sources that are web addresses; nothing is fetched without it.")
@click.option("--pages", is_flag=True, help="With --fetch: of a feed the pages too, whose text it does not have whole.")
@fetch_options
@workers_option
@coder_options
@keep_raw_option
@click.option("--gazetteer", multiple=True, metavar="PATH", help="File or folder with actors of your own, beside ours.")
def ingest(
    sources: tuple[str, ...],
    url: str,
    columns: dict[str, str],
    fetch: bool,
    pages: bool,
    fetching: dict[str, Any],
    workers: int,
    coder: ChosenCoder,
    archive: ChosenArchive,
    gazetteer: tuple[str, ...],
) -> int:
    """Take texts into a ledger: code them, resolve actors and dates, find copies.

    SOURCE is text, Markdown, HTML, e-mail, PDF, a table (CSV, TSV, JSON lines, Parquet, Excel), an archive or a folder
    of them, or - for standard input; with --fetch also the address of a page, a feed or a file. What is in the ledger
    already is left as it is, so that a run that was broken off can be started again.
    """
    from demarche import pipeline

    _check(sources, fetch=fetch)
    archive.check(sources)
    fetcher = _make_fetcher(fetching) if fetch else None
    known = pipeline.load_gazetteer(*gazetteer)
    tally = Tally()
    with coder.open() as reader, open_ledger(url, create=True) as ledger, archive.open() as raw:
        documents = pipeline.read_inputs(sources, fetcher=fetcher, pages=pages, columns=columns, keep=raw is not None)
        taken = pipeline.ingest(documents, ledger, reader=reader, gazetteer=known, archive=raw, workers=workers)
        for _ in tally.watch(taken):
            pass
        tally.report()
        _print_overview(ledger)
    return tally.status()


def _check(sources: Sequence[str], *, fetch: bool) -> None:
    """Raise UsageError where nothing can come of it, before a ledger is made."""
    from demarche.pipeline import is_address

    addresses = [source for source in sources if is_address(source)]
    if addresses and not fetch:
        raise click.UsageError(f"{addresses[0]} is a web address, and nothing is fetched unasked; add --fetch")
    if not (addresses or any(source == "-" or Path(source).exists() for source in sources)):
        raise click.UsageError(f"none of these is there: {', '.join(sources)}; check the paths (no ledger was made)")


def _make_fetcher(fetching: dict[str, Any]) -> Any:
    from demarche.fetching import Fetcher

    return Fetcher(make_settings(fetching))


@click.command()
@archive_options
@click.option(
    "--limit",
    type=click.IntRange(1, 10**6),
    default=24,
    show_default=True,
    help="With --archive: values of a kind, at most.",
)
def overview(stored: dict[str, Any], limit: int) -> int:
    """Show what a ledger holds: documents, clusters, moves by act, actors, the moves reported most.

    Of an archive: documents, clusters, moves by act, by issue, by month, by actor, and by who does or says something to whom.
    """
    with open_source(**stored) as ledger:
        if stored["archive"] is None:
            _print_overview(ledger)
        else:
            print_archive(ledger, limit)
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
