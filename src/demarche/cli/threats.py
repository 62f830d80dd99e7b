"""``demarche threats``: what was threatened, promised or offered, and what is reported to have followed."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from demarche.cli._analysis import Asked, analysis_options, check_day, day_of
from demarche.errors import LedgerError

__all__ = ["threats"]


@click.command()
@analysis_options
@click.option(
    "--of",
    "act_of",
    type=click.Choice(["threaten", "promise", "offer"]),
    default="threaten",
    show_default=True,
    help="Threats, promises or offers.",
)
@click.option(
    "--end",
    callback=check_day,
    metavar="DATE",
    help="End of the observation; by default the last day that is reported.",
)
@click.option(
    "--within",
    type=click.IntRange(1, 3650),
    default=60,
    show_default=True,
    help="Days around a case from which its base rate is counted.",
)
@click.option(
    "--minimum",
    type=click.IntRange(2, 10_000),
    default=20,
    show_default=True,
    help="Cases from which on rates are given.",
)
@click.option(
    "--limit", type=click.IntRange(1, 10**9), default=50, show_default=True, help="In a table, at most so many cases."
)
@click.option(
    "--chart",
    type=click.Choice(["ledger", "incidence"]),
    default="ledger",
    show_default=True,
    help="What --plot draws.",
)
@click.option("--confirm", nargs=2, metavar="CASE MOVE", help="Say that a later move is what became of a case.")
@click.option("--undo", nargs=2, metavar="CASE MOVE", help="Say that it has nothing to do with it.")
@click.option("--why", help="The reason of --confirm or --undo, kept in the log.")
def threats(
    asked: Asked,
    act_of: str,
    end: date | None,
    within: int,
    minimum: int,
    limit: int,
    chart: str,
    confirm: tuple[str, str] | None,
    undo: tuple[str, str] | None,
    why: str | None,
) -> int:
    """Show what was threatened, promised or offered, each once, with its condition and deadline, and what is reported to have followed.

    From enough cases on also the share that was carried out by days, beside what would be reported anyway. What is open is no
    more than that.
    """
    from demarche.analysis.threats import find_threats
    from demarche.present.charts.threats import chart_incidence, chart_threats
    from demarche.present.threats import render_threats

    if confirm and undo:
        raise click.UsageError("one link at a time: --confirm or --undo")
    moves = asked.moves()
    result = find_threats(
        moves,
        act=act_of,
        until=end or _last_day(moves) or day_of(asked.ledger.overview().last) or asked.today,
        within=within,
        minimum=minimum,
        confirmed=asked.ledger.judged_links("confirmed"),
        undone=asked.ledger.judged_links("undone"),
    )
    if confirm or undo:
        return _judge(
            asked.ledger, result, confirm or undo or ("", ""), "confirmed" if confirm else "undone", why or ""
        )
    asked.show(
        result,
        rows=result.rows,
        render=lambda *parts, **named: render_threats(*parts, **named, limit=limit),
        chart=chart_threats if chart == "ledger" else chart_incidence,
    )
    return 0


def _judge(ledger: Any, result: Any, link: tuple[str, str], verdict: str, why: str) -> int:
    from demarche.present import show_line

    if not any((found.case, found.move) == link for case in result.rows for found in case.links):
        raise LedgerError(
            f"the rules do not link the move {link[1]} to the case {link[0]}; only links that demarche threats shows can be judged"
        )
    ledger.judge_link(*link, verdict, why=why)
    click.echo(show_line(f"{link[1]} for {link[0]}: {verdict}"))
    return 0


def _last_day(moves: Any) -> date | None:
    """Return the last day of which anything is published, else reported to happen."""
    days: list[date] = [day for day in (moves["published"].max(), moves["date"].max()) if day is not None]
    return days[0] if days else None
