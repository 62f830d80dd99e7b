"""``demarche outlook``: what lies ahead as reported, base rates, and the log of one's own forecasts with its scores."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from typing import Any

import click

from demarche.cli._analysis import Asked, analysis_options, check_day
from demarche.cli._ledger import ledger_option, open_ledger
from demarche.errors import InputError

__all__ = ["outlook"]


class _ShowByDefault(click.Group):
    """A group whose verb may be left out: ``outlook --ledger x`` is ``outlook show --ledger x``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, *self.get_help_option_names(ctx)):
            args = ["show", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_ShowByDefault)
def outlook() -> None:
    """Show what lies ahead as reported, base rates beside it, and keep one's own forecasts.

    Without a further verb: show. No probability is computed; forecasts are the user's own, and are scored beside the base rate.
    """


_more_rates = click.option(
    "--rates",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="A CSV file with base rates of your own; may be given more than once.",
)


@outlook.command()
@analysis_options
@click.option(
    "--on", callback=check_day, metavar="DATE", help="Look from this day, without what was published later; today."
)
@click.option(
    "--back",
    type=click.IntRange(0, 36_500),
    default=90,
    show_default=True,
    help="Days for which passed days still show.",
)
@_more_rates
def show(asked: Asked, on: date | None, back: int, files: tuple[str, ...]) -> int:
    """Show what is reported to lie ahead, by day.

    Open threats, deadlines, plans, conditions, and base rates of such cases.
    """
    from demarche.analysis.base_rates import load_base_rates
    from demarche.analysis.outlook import known_on, look_ahead
    from demarche.analysis.threats import find_threats
    from demarche.present.charts.outlook import chart_outlook
    from demarche.present.outlook import render_outlook

    today = on or asked.today
    rates = load_base_rates(*files)
    moves = known_on(asked.moves(), today)
    judged = {verdict: asked.ledger.judged_links(verdict) for verdict in ("confirmed", "undone")}
    # The cases are wanted here, not their rates.
    cases = find_threats(moves, until=today, minimum=sys.maxsize, **judged)
    result = look_ahead(
        moves,
        today=today,
        base_rates=rates,
        threats=cases.rows,
        forecasts=asked.ledger.forecasts(),
        back=back,
    )
    asked.show(result, rows=result.rows, render=render_outlook, chart=chart_outlook)
    return 0


@outlook.command()
@ledger_option
@click.option("--question", required=True, help="What may happen, as a question that yes or no answers.")
@click.option("--probability", required=True, type=float, help="Of yes: above 0 and below 1, e.g. 0.35.")
@click.option(
    "--by",
    "by",
    required=True,
    callback=check_day,
    metavar="DATE",
    help="The day on which it is decided at the latest.",
)
@click.option("--rule", required=True, metavar="TEXT", help="How it is decided: what counts as yes, by which source.")
@click.option("--base-rate", metavar="ID", help="The base rate that was looked at: demarche outlook base-rates.")
@click.option("--base-value", type=click.FloatRange(0, 1), help="A base rate of your own, where the table has none.")
@click.option("--issue", help="The issue that it is about.")
@click.option(
    "--party", "parties", multiple=True, metavar="ID", help="A party that it is about; may be given more than once."
)
@click.option("--who", help="Whose forecast it is; the login name if not given.")
@_more_rates
def record(
    url: str, by: date, base_rate: str | None, base_value: float | None, files: tuple[str, ...], **given: Any
) -> int:
    """Record a forecast of your own.

    It cannot be changed. A later one on the same question and day, by the same person, replaces it: the last before the outcome
    counts.
    """
    from demarche.model.outlook import Forecast
    from demarche.present import show_line

    rate, share = _base(base_rate, base_value, files)
    who = given["who"] or _login()
    made = date.today()
    words = (who, given["question"], made, given["probability"], by)
    forecast = Forecast(
        id=Forecast.make_id(*words),
        made=made,
        who=who,
        question=given["question"],
        probability=given["probability"],
        rule=given["rule"],
        resolves_by=by,
        base_rate=rate,
        base_value=share,
        issue=_issue(given["issue"]),
        parties=given["parties"],
    )
    with open_ledger(url) as ledger:
        ledger.record_forecast(forecast)
    beside = (
        "without a base rate: it will not count for skill" if share is None else f"beside a base rate of {share:.0%}"
    )
    click.echo(show_line(f"{forecast.id} recorded: {forecast.probability:.0%} by {by}, {beside}"))
    return 0


def _base(wanted: str | None, value: float | None, files: Iterable[str]) -> tuple[str | None, float | None]:
    from demarche.analysis.base_rates import load_base_rates

    if wanted is None:
        return None, value
    if value is not None:
        raise click.UsageError("give --base-rate or --base-value, not both")
    rates = {rate.id: rate.share for rate in load_base_rates(*files)}
    if wanted not in rates:
        raise InputError(f"there is no base rate {wanted!r}; there are {', '.join(rates)}")
    return wanted, rates[wanted]


def _issue(issue: str | None) -> str | None:
    from demarche.pipeline import check_issue

    if issue:
        check_issue(issue)
    return issue


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


@outlook.command()
@click.argument("forecast")
@ledger_option
@click.option(
    "--outcome", required=True, type=click.Choice(["yes", "no"]), help="What happened, by the rule of the forecast."
)
@click.option("--why", required=True, help="On what that rests, kept in the log.")
@click.option("--move", "moves", multiple=True, metavar="ID", help="A move that shows it; may be given more than once.")
@click.option("--correct", is_flag=True, help="The outcome recorded before was wrong: this one counts.")
def resolve(forecast: str, url: str, outcome: str, why: str, moves: tuple[str, ...], correct: bool) -> int:
    """Record the outcome of a forecast."""
    from demarche.present import show_line

    with open_ledger(url) as ledger:
        ledger.resolve_forecast(forecast, outcome == "yes", why=why, evidence=moves, correct=correct)
    click.echo(show_line(f"{forecast} resolved: {outcome}"))
    return 0


_FORMATS = ("table", "jsonl", "csv", "parquet")
_form = click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="table", show_default=True, help="table for people."
)
_output = click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output."
)


@outlook.command()
@ledger_option
@click.option("--who", help="Only the forecasts of this person.")
@_form
@_output
@click.option(
    "--plot",
    type=click.Path(dir_okay=False),
    help="Draw the reliability to this file: .svg, .png, or .json (Vega-Lite).",
)
def scores(url: str, who: str | None, form: str, output: str | None, plot: str | None) -> int:
    """Score the resolved forecasts beside their base rates."""
    from demarche.analysis.forecasts import score_forecasts
    from demarche.model import MoveFilter
    from demarche.present.charts.outlook import chart_reliability
    from demarche.present.outlook import render_scores

    with open_ledger(url) as ledger:
        known = [one for one in ledger.forecasts() if who in (None, one.who)]
        asked = Asked(ledger, MoveFilter(), sectors=False, form=form, output=output, plot=plot)
        result = score_forecasts(known, today=asked.today)
        asked.show(result, rows=result.rows, render=lambda found, **_: render_scores(found), chart=chart_reliability)
    return 0


@outlook.command("base-rates")
@_more_rates
@_form
@_output
def base_rates(files: tuple[str, ...], form: str, output: str | None) -> int:
    """List the base rates with their sources."""
    from demarche.analysis.base_rates import load_base_rates
    from demarche.model import MoveFilter
    from demarche.present.outlook import render_base_rates

    rates = load_base_rates(*files)
    asked = Asked(None, MoveFilter(), sectors=False, form=form, output=output, plot=None)
    asked.show(rates, rows=rates, render=lambda found, **_: render_base_rates(found))
    return 0
