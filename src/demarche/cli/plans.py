"""``demarche plans``: whose plan is it, and what changed from one to the next."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from demarche.cli._analysis import Asked, analysis_options, check_day, day_of

__all__ = ["plans"]


@click.command()
@click.argument("plan", type=click.Path(exists=True, dir_okay=False))
@click.argument("second", required=False, type=click.Path(exists=True, dir_okay=False))
@analysis_options
@click.option(
    "--before",
    callback=check_day,
    metavar="DATE",
    help="Match only what is dated before this day; by default the plan's own day, if it has one.",
)
def plans(asked: Asked, plan: str, second: str | None, before: date | None) -> int:
    """Show whose earlier words the points of a plan repeat and who refused them; or compare a plan with a SECOND.

    A plan is a text with a numbered list, bullets or paragraphs, each of them a point.
    """
    from demarche.pipeline import compare_plan_texts, match_plan_text, read_plan
    from demarche.present.charts.plans import chart_plan, chart_plan_changes
    from demarche.present.plans import render_plan, render_plan_changes

    document = read_plan(plan)
    if second:
        changes = compare_plan_texts(document, read_plan(second))
        asked.show(
            changes,
            rows=changes.rows,
            render=render_plan_changes,
            chart=chart_plan_changes,
            proposition=asked.proposition,
        )
        return 0
    day = before or day_of(document.published)
    result: Any = match_plan_text(document, asked.moves(), ledger=asked.ledger, before=day)
    asked.show(result, rows=result.points, render=render_plan, chart=chart_plan, proposition=asked.proposition)
    return 0
