"""``demarche report``: the dossier to hand over, one file."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from demarche.cli._analysis import check_day
from demarche.cli._ledger import filter_options, ledger_option, make_filter, open_ledger
from demarche.cli._output import open_output
from demarche.model import MoveFilter

__all__ = ["report"]


@click.command()
@ledger_option
@filter_options
@click.option("--title", help="What stands on top.")
@click.option("--at", callback=check_day, metavar="DATE", help="Use nothing that was published later.")
@click.option(
    "--plan",
    "plans",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="A plan whose points are shown beside the ledger; twice for two plans, which are compared too.",
)
@click.option("--sectors", is_flag=True, help="Tell a state's government, forces ... apart (SUN GOV, SUN MIL).")
@click.option(
    "--no-text", is_flag=True, help="Leave out all words of the texts: offsets and hashes stand in their place."
)
@click.option(
    "--limit",
    "rows",
    type=click.IntRange(1, 500),
    default=20,
    show_default=True,
    help="At most so many rows of a table.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
def report(
    url: str,
    title: str | None,
    at: date | None,
    plans: tuple[str, ...],
    sectors: bool,
    no_text: bool,
    rows: int,
    output: str | None,
    **given: Any,
) -> int:
    """Write a dossier: one HTML file with what the ledger comes to, each statement with its sentences, to hand over or to print.

    The same ledger and the same options give the same file. It asks for nothing and runs nothing.
    """
    from demarche import pipeline

    if len(plans) > 2:
        raise click.UsageError("one plan, or two to be compared")
    with open_ledger(url) as ledger:
        page = pipeline.report(
            ledger,
            _wanted(given),
            title=title,
            sectors=sectors,
            at=at,
            plans=[pipeline.read_plan(plan) for plan in plans],
            texts=not no_text,
            rows=rows,
        )
    with open_output(output, binary=False) as file:
        file.write(page)
    return 0


def _wanted(given: dict[str, Any]) -> MoveFilter | None:
    """Return the filter, None where none is set."""
    return make_filter(**given) if any(value is not None for value in given.values()) else None
