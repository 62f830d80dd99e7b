"""What parties are reported to want or refuse: the list, each proposition with its sentences, and how people put it in order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche import pipeline
from demarche.analysis.positions import find_positions
from demarche.analysis.stances import take_stances
from demarche.analysis.support import find_support
from demarche.errors import DemarcheError, InputError
from demarche.ledger import Ledger
from demarche.model import MoveFilter, Proposition, SupportRow
from demarche.present.charts.positions import chart_positions
from demarche.present.charts.support import chart_support
from demarche.web._analyses import (
    KEPT,
    STANCES,
    Analysis,
    Asked,
    Form,
    Options,
    ask_for,
    await_answer,
    draw_bounded,
    page_of,
    quote,
    show_analysis,
    titles,
    typed_in,
)
from demarche.web._jobs import Report
from demarche.web._ledgers import Ledgers
from demarche.web._results import Answer
from demarche.web._security import READER, REVIEWER
from demarche.web._view import named, render

__all__ = ["router"]

router = APIRouter()

_COUNTED = 10_000
"""Contents without a proposition up to which they are counted."""
_READ = 5000
"""Moves of one proposition that are read."""
_OTHERS = 300


def _read(options: Options) -> dict[str, Any]:
    return {"sectors": options.flag("sectors")}


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    moves = asked.moves(ledger)
    found = find_support(moves)
    signs = _signs(moves)
    weights: dict[str, int] = {}
    for row in found.rows:
        weights[row.issue] = weights.get(row.issue, 0) + row.statements_for + row.statements_against
    rows = sorted(found.rows, key=lambda row: (-weights[row.issue], row.issue))[:KEPT]
    names = titles(ledger, {row.proposition for row in (*rows, *found.rows[:KEPT])})
    spec = chart_support(found, name=named, proposition=names.get)
    for value in spec["data"]["values"]:
        value["evidence"] = _of_side(value["evidence"], value["side"], signs)
    return {
        "found": dataclasses.replace(found, rows=()),
        "rows": [_told(row, signs) for row in rows],
        "total": len(found.rows),
        "issues": _by_issue(found.rows),
        "titles": names,
        "ungrouped": sum(1 for _ in islice(ledger.contents(), _COUNTED + 1)),
        "counted": _COUNTED,
        "silent": None if rows else "No content of a move is put together to a proposition here.",
        "svg": draw_bounded(spec),
    }


def _signs(moves: Any) -> dict[str, int]:
    """Return for each move that takes a stance 1 for, -1 against."""
    stances = take_stances(moves)
    return dict(zip(stances["id"].to_list(), stances["stance"].to_list(), strict=True))


def _of_side(evidence: Iterable[str], side: str, signs: dict[str, int]) -> list[str]:
    wanted = 1 if side == "for" else -1
    return [move for move in evidence if signs.get(move) == wanted]


def _told(row: SupportRow, signs: dict[str, int]) -> dict[str, Any]:
    sides = (("for", row.supporters, row.statements_for), ("against", row.opponents, row.statements_against))
    return {
        "row": row,
        "sides": [
            {"side": side, "parties": parties, "statements": number, "evidence": _of_side(row.evidence, side, signs)}
            for side, parties, number in sides
            if number
        ],
    }


def _by_issue(rows: Sequence[SupportRow]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        one = found.setdefault(row.issue, {"issue": row.issue, "propositions": 0, "statements": 0})
        one["propositions"] += 1
        one["statements"] += row.statements_for + row.statements_against
    return sorted(found.values(), key=lambda one: (-one["statements"], one["issue"]))


_PAGE = Analysis(
    name="propositions",
    title="Propositions",
    fields=("sectors",),
    acts=STANCES,
    read=_read,
    compute=_compute,
    quoted=lambda value, rows: (told["row"].evidence[0] for told in rows),
)


@router.get("/propositions", dependencies=[Depends(READER)])
def list_propositions(request: Request) -> Response:
    """Show what is reported to be wanted and refused, by issue."""
    return show_analysis(request, _PAGE)


@router.post("/propositions/group", dependencies=[Depends(REVIEWER)])
def group(request: Request) -> Response:
    """Begin to give the contents that have no proposition yet theirs."""
    who = request.state.user.name
    work = partial(_group, request.app.state.ledgers, who)
    try:
        job = request.app.state.jobs.start("Putting contents together", who, work)
    except DemarcheError as error:
        return show_analysis(request, _PAGE, status=409, failure=str(error))
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


def _group(ledgers: Ledgers, who: str, report: Report) -> tuple[str, ...]:
    with ledgers.use(who) as ledger:
        number = pipeline.group_propositions(ledger, report=lambda done, total: report(done, total))
    return (f"{number:,} contents were given their propositions",)


# One proposition


@router.get("/propositions/{proposition}", dependencies=[Depends(READER)])
def show_proposition(request: Request, proposition: str) -> Response:
    """Show one proposition: its sentences, who is for and against it, and what can be done with it."""
    return _show(request, proposition)


@router.post("/propositions/{proposition}/rename", dependencies=[Depends(REVIEWER)])
def rename(request: Request, proposition: str, form: Form) -> Response:
    """Give it another name."""

    def change(ledger: Ledger) -> Proposition:
        name, why = typed_in(form, "name", need="the new name"), _why(form)
        return ledger.rename_proposition(proposition, name, why=why)

    return _change(request, proposition, form, "rename", change)


@router.post("/propositions/{proposition}/merge", dependencies=[Depends(REVIEWER)])
def merge(request: Request, proposition: str, form: Form) -> Response:
    """Take another proposition into it."""

    def change(ledger: Ledger) -> Proposition:
        other, why = _id(typed_in(form, "other", need="the other proposition")), _why(form)
        return ledger.merge_propositions([proposition, other], why=why)

    return _change(request, proposition, form, "merge", change)


@router.post("/propositions/{proposition}/split", dependencies=[Depends(REVIEWER)])
def split(request: Request, proposition: str, form: Form) -> Response:
    """Take moves out of it into a proposition of their own."""

    def change(ledger: Ledger) -> Proposition:
        moves, name, why = _moves(form), typed_in(form, "name"), _why(form)
        return ledger.split_proposition(moves, why=why, name=name or None)

    return _change(request, proposition, form, "split", change)


@router.post("/propositions/{proposition}/pin", dependencies=[Depends(REVIEWER)])
def pin(request: Request, proposition: str, form: Form) -> Response:
    """Say that moves of it state another proposition, this one for certain, or the contrary of either."""

    def change(ledger: Ledger) -> Proposition:
        moves, why = _moves(form), _why(form)
        to = _id(typed_in(form, "other")) or proposition
        for move in moves:
            ledger.pin(move, to, why=why, contrary=typed_in(form, "contrary") == "1")
        return Proposition(id=to, issue="", name="", founder="")

    return _change(request, proposition, form, "pin", change)


def _why(form: FormData) -> str:
    return typed_in(form, "why", most=2000, need="the reason")


def _id(words: str) -> str:
    """Return the id of a proposition from what a list of choices gave: the id, or the id and its name."""
    return words.split(" ")[0]


def _moves(form: FormData) -> list[str]:
    moves = [value for value in form.getlist("move") if isinstance(value, str)]
    if not moves:
        raise InputError("no sentence is chosen; tick those that are meant")
    return moves


def _change(
    request: Request, proposition: str, form: FormData, kind: str, change: Callable[[Ledger], Proposition]
) -> Response:
    try:
        with request.app.state.ledgers.use(request.state.user.name) as ledger:
            made = change(ledger)
    except InputError as error:
        return _show(request, proposition, status=422, failure=error.reason, of=kind, form=form)
    except DemarcheError as error:
        if error.__cause__ is not None:
            raise
        return _show(request, proposition, status=409, failure=str(error), of=kind, form=form)
    await_answer(lambda: _ask(request, made.id))
    return RedirectResponse(f"/propositions/{made.id}", status_code=303)


def _ask(request: Request, proposition: str) -> Answer:
    return ask_for(request, ("proposition", proposition), partial(_gather, proposition))


def _show(
    request: Request,
    proposition: str,
    *,
    status: int = 200,
    failure: str | None = None,
    of: str | None = None,
    form: FormData | None = None,
) -> Response:
    answer = _ask(request, proposition[:64])
    if answer.ready and answer.value is None:
        raise HTTPException(404, "there is no such proposition, or not any more: it may have been merged into another")
    value = answer.value or {}
    paged = page_of(value.get("moves", ()), request.query_params, total=value.get("count"))
    typed = {name: one for name, one in (form or {}).items() if isinstance(one, str)}
    return render(
        request,
        "proposition.html",
        status=status,
        answer=answer,
        found=value,
        paged=paged,
        quotes=quote(request, (move["id"] for move in paged.rows)),
        failure=failure,
        of=of,
        typed=typed,
        ticked=set(form.getlist("move")) if form else set(),
        path=f"/propositions/{proposition[:64]}",
        measured=ask_for(request, "measured error", pipeline.measured_error, wait=0.1),
        acts=STANCES,
    )


def _gather(proposition: str, ledger: Ledger) -> dict[str, Any] | None:
    every = ledger.propositions()
    own = next((found for found in every if found.id == proposition), None)
    if own is None:
        return None
    given = {one.move: one for one in ledger.assignments(proposition=proposition)}
    moves = pipeline.frame_moves(ledger, MoveFilter(moves=tuple(given)[:_READ]))
    signs = _signs(moves)
    support = find_support(moves)
    row = next((row for row in support.rows if row.proposition == proposition), None)
    stances = find_positions(moves)
    days = dict(zip(moves["id"].to_list(), moves["date"].to_list(), strict=True))
    listed = sorted((move for move in given if move in days), key=lambda move: (days[move] is None, days[move], move))
    others = [one for one in every if one.issue == own.issue and one.id != own.id]
    return {
        "own": own,
        "support": dataclasses.replace(support, rows=()),
        "told": _told(row, signs) if row else None,
        "moves": [
            {"id": move, "given": given[move], "sign": signs.get(move), "counts": bool(row and move in row.evidence)}
            for move in listed[:KEPT]
        ],
        "count": len(listed),
        "others": others[:_OTHERS],
        "history": list(_history(ledger, proposition)),
        "svg": draw_bounded(chart_positions(stances, name=named, proposition=lambda _: own.name)) if row else None,
    }


def _history(ledger: Ledger, proposition: str) -> Iterator[Any]:
    return islice(iter(ledger.log(subject=proposition, limit=10)), 10)
