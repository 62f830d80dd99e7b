"""``demarche positions``: who is reported for and against what, how far two parties are apart, whether one has moved."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from demarche.cli._analysis import Asked, analysis_options

__all__ = ["positions"]


@click.command()
@analysis_options
@click.option(
    "--at", type=click.DateTime(["%Y-%m-%d"]), help="The date; nothing later is used. By default the last day."
)
@click.option("--between", "one", help="Id of a party: compare it with that of --and.")
@click.option("--and", "other", help="Id of the party that --between is compared with.")
@click.option(
    "--minimum",
    type=click.IntRange(6, 10**6),
    default=12,
    show_default=True,
    help="Statements of each party before a movement is measured.",
)
@click.option(
    "--rows",
    "wanted",
    type=click.Choice(["standing", "series", "movement"]),
    default="standing",
    show_default=True,
    help="What jsonl, csv and parquet hold: stances at the date, every occasion, or (of two parties) their movements.",
)
@click.option(
    "--chart",
    type=click.Choice(["swimlanes", "matrix", "gap"]),
    help="What --plot draws; by default the gap of two parties, else swimlanes.",
)
def positions(
    asked: Asked, at: datetime | None, one: str | None, other: str | None, minimum: int, wanted: str, chart: str | None
) -> int:
    """Show who is reported to stand for and against what; of two parties the gap and whether one moved."""
    from demarche.analysis.positions import compare_positions, find_positions
    from demarche.present.positions import render_comparison, render_positions

    if (one is None) != (other is None):
        raise click.UsageError("--between and --and go together: name both parties")
    if one is None and (chart == "gap" or wanted == "movement"):
        raise click.UsageError("the gap and the movement are of two parties: name them with --between and --and")
    moves, day = asked.moves(), at.date() if at else None
    if one is None or other is None:
        found = find_positions(moves, at=day)
        rows: Any = found.rows if wanted == "series" else found.standing
        asked.show(found, rows=rows, render=render_positions, chart=_chart(chart), proposition=asked.proposition)
        return 0
    both = compare_positions(moves, one, other, at=day, minimum=minimum)
    rows = {"standing": both.gap.rows, "series": both.series.rows, "movement": both.movements}[wanted]
    drawn = _chart(chart or "gap")
    if chart in ("swimlanes", "matrix"):
        drawn = functools.partial(_instead, drawn, find_positions(moves, at=day, actors=(one, other)))
    asked.show(both, rows=rows, render=render_comparison, chart=drawn, proposition=asked.proposition)
    return 0


def _chart(chart: str | None) -> Callable[..., dict[str, Any]]:
    from demarche.present.charts.gap import chart_gap
    from demarche.present.charts.positions import chart_matrix, chart_positions

    if chart == "gap":
        return chart_gap
    return chart_matrix if chart == "matrix" else chart_positions


def _instead(draw: Callable[..., dict[str, Any]], stances: Any, _: Any, **how: Any) -> dict[str, Any]:
    """Draw the stances of two parties in place of their comparison."""
    return draw(stances, **how)
