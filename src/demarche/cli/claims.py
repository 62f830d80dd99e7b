"""``demarche claims``: who asserts, who denies, who only passes on which alleged event."""

from __future__ import annotations

import click

from demarche.cli._analysis import Asked, analysis_options

__all__ = ["claims"]


@click.command()
@analysis_options
@click.option(
    "--window",
    type=click.IntRange(0, 3660),
    default=3,
    show_default=True,
    help="Days that two reports of one event may put between them.",
)
@click.option(
    "--reply",
    type=click.IntRange(0, 3660),
    default=14,
    show_default=True,
    help="Days within which an accusation or a denial may follow.",
)
@click.option(
    "--likeness",
    type=click.FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="How much the words of two reports of one event share, at least.",
)
@click.option("--all", "every", is_flag=True, help="Also events that nobody is said to assert or to deny.")
def claims(asked: Asked, window: int, reply: int, likeness: float, every: bool) -> int:
    """Show who asserts and who denies which alleged event, through whom; never which of them happened."""
    from demarche.analysis.claims import find_claims
    from demarche.present.charts.claims import chart_claims
    from demarche.present.claims import render_claims

    found = find_claims(asked.moves(), window=window, reply=reply, likeness=likeness, all=every)
    asked.show(found, rows=found.rows, render=render_claims, chart=chart_claims)
    return 0
