"""What is reported to lie ahead, base rates beside it, and people's own forecasts: recorded, resolved, scored."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche.analysis.base_rates import load_base_rates
from demarche.analysis.forecasts import score_forecasts
from demarche.analysis.outlook import known_on, look_ahead
from demarche.analysis.threats import find_threats
from demarche.errors import CodebookError, DemarcheError, InputError
from demarche.ledger import Ledger
from demarche.model import Forecast
from demarche.model.outlook import AppliedRate, Outlook, Scores
from demarche.pipeline import check_issue
from demarche.present.charts.outlook import chart_outlook, chart_reliability
from demarche.present.outlook import KINDS, STATES, day_words, verdict_words
from demarche.web._analyses import (
    Analysis,
    Asked,
    Form,
    Options,
    ask,
    await_answer,
    draw_bounded,
    read_asked,
    show_analysis,
    typed_in,
)
from demarche.web._filters import address
from demarche.web._security import READER, REVIEWER
from demarche.web._view import named

__all__ = ["router"]

router = APIRouter()

_EACH, _FORECASTS = 60, 100


def _read(options: Options) -> dict[str, Any]:
    return {
        "today": options.day("on") or date.today(),
        "back": options.number("back", low=0, high=36_500, default=90),
        "sectors": options.flag("sectors"),
    }


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    today = asked.options["today"]
    moves = known_on(asked.moves(ledger), today)
    confirmed, undone = (ledger.judged_links(verdict) for verdict in ("confirmed", "undone"))
    cases = find_threats(moves, until=today, minimum=sys.maxsize, confirmed=confirmed, undone=undone)
    forecasts = ledger.forecasts()
    found = look_ahead(
        moves,
        today=today,
        base_rates=load_base_rates(),
        threats=cases.rows,
        forecasts=forecasts,
        back=asked.options["back"],
    )
    scores = score_forecasts(forecasts, today=date.today())
    return {
        "found": dataclasses.replace(found, rows=(), rates=()),
        "states": list(_states(found)),
        "kinds": KINDS,
        "rates": list(_rates(found.rates)),
        "every_rate": load_base_rates(),
        "scores": dataclasses.replace(scores, rows=scores.rows[-_FORECASTS:][::-1]),
        "scored": len(scores.rows),
        "verdict": verdict_words(scores),
        "figures": list(_figures(scores)),
        "day_words": day_words,
        "svg": draw_bounded(chart_outlook(found, name=named)),
        "reliability": draw_bounded(chart_reliability(scores)) if scores.bins else None,
        "silent": None if found.rows else "Nothing is reported to lie ahead. That is not to say that nothing does.",
    }


def _states(found: Outlook) -> Iterator[dict[str, Any]]:
    for state, heading in STATES.items():
        rows = [row for row in found.rows if row.state == state]
        if rows:
            yield {"state": state, "heading": heading, "rows": rows[:_EACH], "total": len(rows)}


def _rates(rates: Sequence[AppliedRate]) -> Iterator[dict[str, Any]]:
    """Yield the base rates that apply, those with one reason together."""
    reasons: dict[str, list[AppliedRate]] = {}
    for applied in rates:
        reasons.setdefault(applied.because, []).append(applied)
    for because, found in reasons.items():
        first = found[0]
        yield {
            "because": because,
            "moves": first.moves,
            "evidence": first.evidence[:200],
            "rates": [applied.rate for applied in found],
        }


def _figures(scores: Scores) -> Iterator[tuple[str, str, str]]:
    """Yield the figures of the forecasts: what, how much, and what it means."""
    if scores.brier is None or scores.log is None:
        return
    yield "Brier score", f"{scores.brier:.3f}", "0 is right and sure, 0.25 is always saying 50 %, 1 is wrong and sure"
    yield "Log score", f"{scores.log:.3f}", "0 is best, 0.693 is always saying 50 %"
    if scores.base_brier is not None:
        yield "Of the base rates", f"{scores.base_brier:.3f}", f"Brier score, {scores.compared} forecasts with one"
    if scores.gain:
        skill = "unknown" if scores.skill is None else f"{scores.skill:+.2f}"
        yield "Skill", skill, "0 is as good as the base rates, 1 perfect, below 0 worse"
        gain = f"{scores.gain.low:+.3f} to {scores.gain.high:+.3f}"
        yield "Gain over them", gain, f"{scores.gain.level:.0%} interval; skill is shown where it excludes 0"


def _quoted(value: dict[str, Any], rows: Sequence[Any]) -> Iterator[str]:
    for state in value["states"]:
        yield from (row.evidence[0] for row in state["rows"] if row.evidence)


_PAGE = Analysis(
    name="outlook",
    title="Outlook",
    fields=("on", "back", "sectors"),
    acts=("threaten", "demand", "promise", "offer", "propose", "meet", "attack", "sign"),
    read=_read,
    compute=_compute,
    quoted=_quoted,
)


@router.get("/outlook", dependencies=[Depends(READER)])
def show_outlook(request: Request) -> Response:
    """Show what is reported to lie ahead, base rates, and the log of forecasts with its scores."""
    return show_analysis(request, _PAGE, form={}, of=None)


@router.post("/outlook/forecasts", dependencies=[Depends(REVIEWER)])
def record(request: Request, form: Form) -> Response:
    """Record a forecast under the name of who is logged in; it cannot be changed."""
    who = request.state.user.name
    return _change(request, form, "record", lambda ledger: ledger.record_forecast(_forecast(form, who)))


@router.post("/outlook/forecasts/{forecast}", dependencies=[Depends(REVIEWER)])
def resolve(request: Request, forecast: str, form: Form) -> Response:
    """Record what happened."""

    def change(ledger: Ledger) -> None:
        outcome = typed_in(form, "outcome", need="the outcome")
        if outcome not in ("yes", "no"):
            raise InputError("the outcome is yes or no")
        why = typed_in(form, "why", most=2000, need="what that rests on")
        moves = tuple(typed_in(form, "moves", most=2000).replace(",", " ").split())
        # The form of a forecast that is resolved asks for another outcome by that name.
        ledger.resolve_forecast(forecast, outcome == "yes", why=why, evidence=moves, correct=True)

    return _change(request, form, forecast, change)


def _forecast(form: FormData, who: str) -> Forecast:
    made, probability = date.today(), _percent(typed_in(form, "percent", need="the probability"))
    question = typed_in(form, "question", most=1000, need="the question")
    by = _day(typed_in(form, "by", need="the day on which it is decided"))
    base_rate, base_value = _base(typed_in(form, "base_rate"), typed_in(form, "base_percent"))
    issue = typed_in(form, "issue")
    if issue:
        check_issue(issue)
    return Forecast(
        id=Forecast.make_id(who, question, made, probability, by),
        made=made,
        who=who,
        question=question,
        probability=probability,
        rule=typed_in(form, "rule", most=2000, need="the rule by which it is decided"),
        resolves_by=by,
        base_rate=base_rate,
        base_value=base_value,
        issue=issue or None,
        parties=tuple(typed_in(form, "parties").replace(",", " ").split()),
    )


def _percent(words: str) -> float:
    try:
        return float(words.rstrip(" %")) / 100
    except ValueError:
        raise InputError("a probability is given in per cent, such as 35") from None


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise InputError("the day is one such as 2026-03-31") from None


def _base(wanted: str, percent: str) -> tuple[str | None, float | None]:
    if wanted and percent:
        raise InputError("give a base rate of the table or one of your own, not both")
    if not wanted:
        return None, _percent(percent) if percent else None
    shares = {rate.id: rate.share for rate in load_base_rates()}
    if wanted not in shares:
        raise InputError("there is no base rate of that name; choose one of the list")
    return wanted, shares[wanted]


def _change(request: Request, form: FormData, of: str, change: Callable[[Ledger], object]) -> Response:
    typed = {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}
    try:
        asked = read_asked(request, _PAGE)
        with request.app.state.ledgers.use(request.state.user.name) as ledger:
            change(ledger)
    except (InputError, CodebookError) as error:
        words = getattr(error, "reason", str(error))
        return show_analysis(request, _PAGE, status=422, failure=words, form=typed, of=of, spot=of)
    except DemarcheError as error:
        if error.__cause__ is not None:
            raise
        return show_analysis(request, _PAGE, status=409, failure=str(error), form=typed, of=of, spot=of)
    await_answer(lambda: ask(request, _PAGE, asked))
    return RedirectResponse(f"{address('/outlook', **asked.typed)}#forecasts", status_code=303)
