"""What was threatened, promised or offered, by when, and what is reported to have followed; people confirm or undo the links."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche.analysis.threats import find_threats
from demarche.errors import DemarcheError, InputError
from demarche.ledger import Ledger
from demarche.model.threats import Case, Threats
from demarche.present.charts.threats import chart_incidence, chart_threats
from demarche.present.threats import say_outcome
from demarche.web._analyses import (
    KEPT,
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

_ACTS = ("threaten", "promise", "offer")
_DAYS = (30, 90, 365)
_LINKS = 5
"""Later moves that a case lists."""


def _read(options: Options) -> dict[str, Any]:
    return {
        "act": options.choice("of", _ACTS),
        "until": options.day("end"),
        "within": options.number("within", low=1, high=3650, default=60),
        "minimum": options.number("minimum", low=2, high=10_000, default=20),
        "sectors": options.flag("sectors"),
    }


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    options, moves = asked.options, asked.moves(ledger)
    found = find_threats(
        moves,
        act=options["act"],
        until=options["until"] or _last_day(moves) or date.today(),
        within=options["within"],
        minimum=options["minimum"],
        confirmed=ledger.judged_links("confirmed"),
        undone=ledger.judged_links("undone"),
    )
    few = f"{len(found.rows)} cases: rates are given from {options['minimum']} on, so here is the list alone."
    return {
        "found": dataclasses.replace(found, rows=(), curves=()),
        "of": options["act"],
        "rows": found.rows[:KEPT],
        "total": len(found.rows),
        "outcomes": _by_outcome(found.rows),
        "links": {(link.case, link.move) for case in found.rows for link in case.links},
        "rates": list(_rates(found)),
        "svg": draw_bounded(chart_threats(found, name=named)),
        "ended": any(curve.incidence.events for curve in found.curves),
        "curve": draw_bounded(chart_incidence(found, name=named)) if found.curves else None,
        "every": [move for case in found.rows for move in _behind(case)][:KEPT],
        "curves": bool(found.curves),
        "say_outcome": say_outcome,
        "silent": None if found.curves else few,
    }


def _last_day(moves: Any) -> date | None:
    """Return the last day of which anything is published, else reported to happen."""
    days: list[date] = [day for day in (moves["published"].max(), moves["date"].max()) if day is not None]
    return days[0] if days else None


def _by_outcome(rows: Sequence[Case]) -> list[dict[str, Any]]:
    """Return each outcome with its cases, and the statements and deciding moves behind them."""
    found: dict[str, dict[str, Any]] = {}
    for case in rows:
        one = found.setdefault(case.outcome, {"outcome": case.outcome, "cases": 0, "evidence": []})
        one["cases"] += 1
        one["evidence"] += _behind(case)
    return sorted(found.values(), key=lambda one: (-one["cases"], one["outcome"]))


def _behind(case: Case) -> list[str]:
    deciding = next((link for link in case.links if link.verdict != "undone" and link.outcome == case.outcome), None)
    return [*case.evidence, *([deciding.move] if deciding else [])]


def _rates(found: Threats) -> Iterator[dict[str, Any]]:
    """Yield the share with each outcome after some days, where enough cases are still in sight."""
    for curve in found.curves:
        steps = [(days, curve.incidence.at(days), curve.incidence.at_risk(days)) for days in _DAYS]
        # What announces not to do something has no time at which it is done, and is in no curve.
        ended = [case for case in found.rows if case.outcome == curve.outcome and not case.abstains]
        yield {
            "outcome": curve.outcome,
            "events": curve.incidence.events,
            "cases": curve.incidence.cases,
            "evidence": [move for case in ended for move in _behind(case)],
            "steps": [(days, step, at_risk) for days, step, at_risk in steps if step and at_risk >= 5],
        }


def _quoted(value: dict[str, Any], rows: Sequence[Any]) -> Iterator[str]:
    for case in rows:
        yield from (case.evidence[0], *(link.move for link in case.links[:_LINKS]))


_PAGE = Analysis(
    name="threats",
    title="Threats and promises",
    fields=("of", "end", "within", "minimum", "sectors"),
    acts=("threaten", "promise", "offer", "concede", "accept", "retreat", "sign", "attack", "coerce", "sanction", "mobilize"),
    read=_read,
    compute=_compute,
    quoted=_quoted,
)  # fmt: skip


@router.get("/threats", dependencies=[Depends(READER)])
def show_threats(request: Request) -> Response:
    """Show threats, promises or offers, and what is reported to have followed."""
    return show_analysis(request, _PAGE, judged=None)


@router.post("/threats", dependencies=[Depends(REVIEWER)])
def judge_link(request: Request, form: Form) -> Response:
    """Say that a later move is what became of a case, or that it has nothing to do with it; the address says of which page."""
    link = (typed_in(form, "case"), typed_in(form, "move"))
    judged = {"case": link[0], "move": link[1], "why": str(form.get("why") or "")}
    try:
        verdict, why = typed_in(form, "verdict"), typed_in(form, "why", most=2000, need="the reason")
        asked = read_asked(request, _PAGE)
        _check(request, asked, link)
        with request.app.state.ledgers.use(request.state.user.name) as ledger:
            ledger.judge_link(*link, verdict, why=why)
    except InputError as error:
        return show_analysis(request, _PAGE, status=422, failure=error.reason, judged=judged, spot=link[0])
    except DemarcheError as error:
        if error.__cause__ is not None:
            raise
        return show_analysis(request, _PAGE, status=409, failure=str(error), judged=judged, spot=link[0])
    await_answer(lambda: ask(request, _PAGE, asked))
    page = QueryParams(request.url.query).get("page")
    return RedirectResponse(f"{address('/threats', **asked.typed, page=page)}#{link[0]}", status_code=303)


def _check(request: Request, asked: Asked, link: tuple[str, str]) -> None:
    """Raise InputError unless the rules link the move to the case: only what a page shows can be judged."""
    answer = await_answer(lambda: ask(request, _PAGE, asked), wait=10)
    if not answer.ready:
        raise InputError("the page is still being counted; send it once more in a moment")
    if link not in answer.value.get("links", ()):
        raise InputError("the rules do not link this move to this case any more; load the page again")
