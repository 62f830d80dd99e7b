"""``demarche reviews``: the measured error of the coder, how far reviewers agree, who reviewed what; and taking a review back."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import islice
from typing import Any

import click

from demarche.cli._ledger import ledger_option, limit_option, open_ledger
from demarche.cli._output import open_output

__all__ = ["reviews"]

_SHOWN = ("error", "agreement", "progress", "list")


@click.command()
@click.argument("show", type=click.Choice(_SHOWN), default="error", required=False)
@ledger_option
@click.option("--coder", help="Name and version of the coder; that of the latest reading by default.")
@click.option(
    "--minimum",
    type=click.IntRange(1, 10**6),
    help="Cases from which a figure is given; 20 for the error, 10 for agreement.",
)
@click.option("--reviewer", help="In a list, reviews of this person only.")
@click.option(
    "--queue", type=click.Choice(["random", "uncertain", "chosen"]), help="In a list, reviews of this queue only."
)
@click.option("--document", help="In a list, reviews of this document only.")
@click.option("--undone", is_flag=True, help="In a list, those that were undone too.")
@click.option("--undo", multiple=True, metavar="REVIEW", help="Take this review (r51, see list) back; repeat for more.")
@click.option("--why", help="The reason of --undo, kept in the log.")
@limit_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "csv", "parquet"]),
    default="table",
    show_default=True,
    help="table for people; the others with one row a figure or review.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
def reviews(
    show: str, url: str, form: str, output: str | None, undo: tuple[str, ...], why: str | None, **asked: Any
) -> int:
    """Show what people who reviewed sentences say of the coder.

    error: precision and recall of the coder in this ledger, with intervals. agreement: how far people agree who reviewed the same
    sentences. progress: who reviewed how much. list: the reviews. What an import brought is taken back with demarche import --undo.
    """
    if bool(undo) != bool((why or "").strip()):
        raise click.UsageError("--undo REVIEW and --why TEXT go together")
    if undo:
        return _undo(url, undo, why or "")
    if form == "parquet" and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is binary; name a file with --output")
    with open_ledger(url) as ledger:
        shown, rows = {"error": _error, "agreement": _agreement, "progress": _progress, "list": _list}[show](
            ledger, asked
        )
        _write(shown, rows, form=form, output=output)
    return 0


def _undo(url: str, reviews: tuple[str, ...], why: str) -> int:
    with open_ledger(url) as ledger:
        for review in dict.fromkeys(reviews):
            ledger.undo_review(review, why=why)
            click.echo(f"{review}: taken back")
    return 0


def _error(ledger: Any, asked: dict[str, Any]) -> tuple[Any, Iterable[Any]]:
    from demarche.analysis.reviews import measure_reviews
    from demarche.present.reviews import error_rows, render_measured_error

    sample = ledger.review_sample(asked["coder"])
    if sample is None or not (sample.reviews or sample.unused):
        click.echo("demarche: no sentence drawn at random is reviewed yet; review some with: demarche serve", err=True)
        return None, ()
    found = measure_reviews(sample, minimum=asked["minimum"] or 20)
    return render_measured_error(found), error_rows(found)


def _agreement(ledger: Any, asked: dict[str, Any]) -> tuple[Any, Iterable[Any]]:
    from demarche.analysis.reviews import measure_agreement
    from demarche.present.reviews import render_agreement

    found = measure_agreement(ledger.reviews(queue="random", coder=asked["coder"]), minimum=asked["minimum"] or 10)
    return render_agreement(found), found.measures


def _progress(ledger: Any, asked: dict[str, Any]) -> tuple[Any, Iterable[Any]]:
    from demarche.present.reviews import render_review_progress

    found = ledger.review_progress(coder=asked["coder"])
    return render_review_progress(found), found.counts


def _list(ledger: Any, asked: dict[str, Any]) -> tuple[Any, Iterable[Any]]:
    from demarche.present.reviews import render_reviews, review_row

    wanted = {name: asked[name] for name in ("reviewer", "queue", "document", "coder", "undone")}
    found = list(islice(ledger.reviews(**wanted), asked["limit"]))
    return render_reviews(found), map(review_row, found)


def _write(shown: Any, rows: Iterable[Any], *, form: str, output: str | None) -> None:
    from rich.console import Console

    from demarche.present.findings import write_rows_csv, write_rows_jsonl, write_rows_parquet

    with open_output(output, binary=form == "parquet") as file:
        if form == "parquet":
            write_rows_parquet(rows, file)
        elif form == "table":
            if shown is not None:
                Console(file=file, highlight=False).print(shown)
        else:
            file.writelines({"jsonl": write_rows_jsonl, "csv": write_rows_csv}[form](rows))
