"""``demarche repetition``: how much each party says the same again, and what it asks for most."""

from __future__ import annotations

import click

from demarche.cli._analysis import Asked, analysis_options

__all__ = ["repetition"]


@click.command()
@analysis_options
@click.option(
    "--drawn",
    "m",
    type=click.IntRange(2, 1000),
    default=10,
    show_default=True,
    help="Statements drawn, of which the different propositions are counted.",
)
@click.option(
    "--minimum",
    type=click.IntRange(2, 10**6),
    default=20,
    show_default=True,
    help="Statements of an actor before R is given; at least as many as are drawn.",
)
@click.option("--by-issue", is_flag=True, help="One row for each actor and issue.")
@click.option("--demands", is_flag=True, help="In jsonl, csv and parquet the repeated demands instead of the actors.")
def repetition(asked: Asked, m: int, minimum: int, by_issue: bool, demands: bool) -> int:
    """Show how much each actor is reported to repeat itself, and the demands repeated most."""
    from demarche.analysis.repetition import measure_repetition
    from demarche.present.charts.repetition import chart_repetition
    from demarche.present.repetition import render_repetition

    found = measure_repetition(asked.moves(), by_issue=by_issue, m=m, minimum=minimum)
    asked.show(
        found,
        rows=found.demands if demands else found.rows,
        render=render_repetition,
        chart=chart_repetition,
        proposition=asked.proposition,
    )
    return 0
