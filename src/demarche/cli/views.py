"""The verbs that read a ledger: ``moves``, ``documents``, ``failures``, ``log``, ``verify``."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any

import click

from demarche.cli._ledger import filter_options, ledger_option, limit_option, make_filter, open_ledger, print_rich
from demarche.cli._output import open_output
from demarche.cli._status import EXIT_SOME
from demarche.model import Document, LedgerMove

__all__ = ["documents", "failures", "log", "moves", "verify"]

_BY = ("act", "issue", "actor", "recipient", "source", "status", "voice", "publisher", "date", "cluster")


@click.command()
@ledger_option
@filter_options
@click.option("--by", type=click.Choice(_BY), help="Count instead: copies once, most frequent first.")
@click.option("--limit", type=click.IntRange(1, 10**9), help="At most so many; in a table 50 if not given.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "csv", "parquet"]), default="table", show_default=True,
    help="table for people; jsonl with all offsets and the place in the ledger; csv and parquet with one row a move.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
def moves(url: str, by: str | None, limit: int | None, form: str, output: str | None, **given: Any) -> int:
    """Show the moves that pass all filters, by date, with the words that say them."""
    from demarche.pipeline import actor_name

    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is binary; name a file with --output")
    if by and form == "parquet":
        raise click.UsageError("counts are written as a table, jsonl or csv")
    wanted = make_filter(**given)
    with open_ledger(url) as ledger:
        if by:
            counts = ledger.count(by, wanted, limit=limit or 100)
            with open_output(output, binary=False) as file:
                _write_counts(counts, by, form, file, actor_name)
            return 0
        found = _told(ledger.moves(wanted, limit=limit if form != "table" else limit or 50))
        with open_output(output, binary=form == "parquet") as file:
            _write(found, form, file)
    return 0


def _told(found: Iterator[LedgerMove]) -> Iterator[LedgerMove]:
    """Yield what is found, and say so on standard error if that is nothing."""
    empty = True
    for one in found:
        empty = False
        yield one
    if empty:
        click.echo("demarche: no move passes these filters (ids of actors: demarche actors)", err=True)


def _write_counts(counts: Any, by: str, form: str, file: Any, name: Any) -> None:
    from rich.console import Console

    from demarche.present import render_counts, safe_cell

    if form == "table":
        Console(file=file, highlight=False).print(render_counts(counts, what=by, name=name))
        return
    rows = [(count.value, name(count.value), count.moves, count.mentions) for count in counts]
    columns = (by, "name", "moves", "with_copies")
    if form == "csv":
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([safe_cell(cell) for cell in row] for row in rows)
    else:
        file.writelines(json.dumps(dict(zip(columns, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)


def _write(found: Any, form: str, file: Any) -> None:
    from rich.console import Console

    from demarche.present import ledger_record, render_moves, write_csv, write_parquet

    if form == "table":
        console = Console(file=file, highlight=False)
        for group in render_moves(found):
            console.print(group)
    elif form == "jsonl":
        file.writelines(json.dumps(ledger_record(one), ensure_ascii=False) + "\n" for one in found)
    elif form == "csv":
        file.writelines(write_csv(one.move for one in found))
    else:
        write_parquet((one.move for one in found), file)


@click.command()
@ledger_option
@click.option("--words", help='Words that all stand in the text; "quoted words" in that order.')
@limit_option
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "csv"]), default="table", show_default=True,
    help="table for people; jsonl and csv with address, language and hash as well.",
)  # fmt: skip
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
def documents(url: str, words: str | None, limit: int, form: str, output: str | None) -> int:
    """List the documents of a ledger, or those that have all the words of a query."""
    with open_ledger(url) as ledger:
        found = ledger.documents(words, limit=limit)
        with open_output(output, binary=False) as file:
            _write_documents(found, form, file)
    return 0


def _write_documents(found: Sequence[Document], form: str, file: Any) -> None:
    from rich.console import Console

    from demarche.present import DOCUMENT_COLUMNS, document_record, render_documents, safe_cell, width_of_documents

    if form == "table":
        console = Console(file=file, highlight=False)
        console.width = max(console.width, width_of_documents(found))
        console.print(render_documents(found))
        return
    records = [document_record(document) for document in found]
    if form == "jsonl":
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    else:
        writer = csv.writer(file)
        writer.writerow(DOCUMENT_COLUMNS)
        writer.writerows([safe_cell(cell) for cell in record.values()] for record in records)


@click.command()
@ledger_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl"]),
    default="table",
    show_default=True,
    help="jsonl for programs.",
)
def failures(url: str, form: str) -> int:
    """List what could not be taken into a ledger, and why."""
    from demarche.present import render_failures

    with open_ledger(url) as ledger, open_output(None, binary=False) as file:
        if form == "table":
            file.writelines(line + "\n" for line in render_failures(ledger.failures()))
        else:
            for one in ledger.failures():
                record = {"where": one.where, "stage": one.stage, "reason": one.reason}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return 0


@click.command()
@ledger_option
@click.option("--subject", help="Only entries of this move, document or word.")
@limit_option
def log(url: str, subject: str | None, limit: int) -> int:
    """Show the log of a ledger, the latest entry first: what was added, when, by whom, why."""
    from demarche.present import render_log

    with open_ledger(url) as ledger:
        print_rich(render_log(itertools.islice(ledger.log(subject=subject, limit=limit), limit)))
    return 0


@click.command()
@ledger_option
@click.option("--head", help="A head that was noted earlier: the log must still hold it.")
@click.option(
    "--rebuild", is_flag=True, help="First make anew, from the log, the tables from which pages and counts are read."
)
@click.option(
    "--raw",
    type=click.Path(file_okay=False),
    help="Also read the raw bytes in this folder again: are they the same, and do they give the same texts?",
)
def verify(url: str, head: str | None, rebuild: bool, raw: str | None) -> int:
    """Prove that nothing in a ledger was changed: the chain of hashes, every row, the offsets of every move.

    With --raw also that the texts are what the raw bytes give, by the steps that were recorded. Exit code 1 if something is wrong.
    """
    from demarche.present import render_verification

    with open_ledger(url) as ledger:
        if rebuild:
            ledger.rebuild()
        found = ledger.verify(head=head)
        with open_output(None, binary=False) as file:
            file.write(render_verification(found).plain + "\n")
            wrong = _check_raw(ledger, raw, file) if raw else 0
    return EXIT_SOME if found.problems or wrong else 0


def _check_raw(ledger: Any, folder: str, file: Any) -> int:
    """Write what differs between the ledger and the raw bytes in a folder, and return how much of it is wrong."""
    from demarche.pipeline import check_raw
    from demarche.present.custody import render_raw_check, render_raw_summary
    from demarche.sources.archive import RawArchive

    outcomes, wrong = [], 0
    with RawArchive(folder, create=False) as archive:
        for check in check_raw(ledger, archive):
            outcomes.append(check.outcome)
            wrong += check.is_wrong
            if check.is_wrong or check.outcome == "other version":
                file.write(render_raw_check(check) + "\n")
    file.write(render_raw_summary(outcomes) + "\n")
    return wrong
