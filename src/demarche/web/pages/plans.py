"""Whose earlier words the points of a plan repeat, and what changed from one plan to another. Nothing of a plan is kept in the ledger.

A plan that is sent lives in the memory of the server, under a name that only its sender knows, as long as few others are compared after it.
"""

from __future__ import annotations

import dataclasses
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData, QueryParams, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche import pipeline
from demarche.analysis.plans import split_points
from demarche.errors import DemarcheError, InputError
from demarche.ledger import Ledger
from demarche.model import Document, Plan, PlanChanges, PlanShare
from demarche.present._marks import show_line
from demarche.present.charts.plans import chart_plan, chart_plan_changes
from demarche.sources import document_from_text, parse_published
from demarche.web._analyses import (
    STANCES,
    Analysis,
    Asked,
    Form,
    Options,
    ask_for,
    draw_bounded,
    quote,
    read_asked,
    titles,
    typed_in,
)
from demarche.web._filters import address, restate
from demarche.web._security import READER
from demarche.web._view import named, render

__all__ = ["router"]

router = APIRouter()

_POINTS = 200
_MOST_POINTS = 500
_PLANS = 30
"""Plans that are kept at a time, those of all users."""
_OFFERED = 100
_KINDS = (".txt", ".md", ".html", ".htm")
_FIELDS = ("text", "document", "second_text", "second_document", "before")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A plan, or two, as somebody sent it, with what it is to be matched with."""

    who: str
    plan: Document
    second: Document | None
    before: date | None
    asked: Asked


class _Kept:
    """The plans that were sent last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, _Sent] = OrderedDict()

    def keep(self, sent: _Sent) -> str:
        """Keep a plan and return the name that it has from now on."""
        name = secrets.token_urlsafe(24)
        with self._lock:
            self._known[name] = sent
            while len(self._known) > _PLANS:
                self._known.popitem(last=False)
        return name

    def get(self, name: str, who: str) -> _Sent | None:
        """Return a plan that this user sent, None if there is none (any more)."""
        with self._lock:
            sent = self._known.get(name)
        return sent if sent and sent.who == who else None


def _read(options: Options) -> dict[str, Any]:
    return {"sectors": options.flag("sectors")}


def _nothing(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    return {}


_PAGE = Analysis(name="plans", title="Plans", fields=("sectors",), acts=STANCES, read=_read, compute=_nothing)


@router.get("/plans", dependencies=[Depends(READER)])
def show_form(request: Request) -> Response:
    """Show where to give a plan, or two."""
    given = {name: (request.query_params.get(name) or "")[:500] for name in ("document", "second_document")}
    return _form(request, given)


@router.post("/plans", dependencies=[Depends(READER)])
def send_plan(request: Request, form: Form) -> Response:
    """Take a plan, or two, and lead to what comes of it."""
    given = {name: value for name in _FIELDS if isinstance(value := form.get(name), str)}
    fields = QueryParams([(name, value) for name, value in form.multi_items() if isinstance(value, str)])
    try:
        asked = read_asked(request, _PAGE, _only_filters(fields))
        sent = _sent(request, form, given, asked)
    except (InputError, DemarcheError) as error:
        if error.__cause__ is not None and not isinstance(error, InputError):
            raise
        return _form(request, given, failure=getattr(error, "reason", str(error)))
    name = _kept(request).keep(sent)
    return RedirectResponse(f"/plans/{name}", status_code=303)


@router.get("/plans/{name}", dependencies=[Depends(READER)])
def show_plan(request: Request, name: str) -> Response:
    """Show what came of a plan that was sent."""
    sent = _kept(request).get(name, request.state.user.name)
    if sent is None:
        raise HTTPException(404, "this plan is not kept any more; give it once more")
    answer = ask_for(request, ("plan", name), partial(_compute, sent))
    value = answer.value if answer.ready else {}
    return render(
        request,
        "plan.html",
        status=422 if value and value["refused"] else 200,
        answer=answer,
        sent=sent,
        value=value,
        filters=restate(sent.asked.wanted),
        again=address("/plans", **restate(sent.asked.wanted)),
        quotes=quote(request, value.get("quoted", ())),
        measured=ask_for(request, "measured error", pipeline.measured_error, wait=0.1),
        acts=STANCES,
    )


def _kept(request: Request) -> _Kept:
    state = request.app.state
    if not hasattr(state, "plans"):
        state.plans = _Kept()
    return cast(_Kept, state.plans)


def _only_filters(fields: QueryParams) -> QueryParams:
    """Return the fields of a form that narrow the moves: `document` is the plan's here."""
    return QueryParams([(name, value) for name, value in fields.multi_items() if name not in _FIELDS])


def _form(request: Request, given: Mapping[str, str], *, failure: str | None = None) -> Response:
    with request.app.state.ledgers.use() as ledger:
        offered = ledger.document_listing(None, limit=_OFFERED, offset=0)
    return render(
        request,
        "plans.html",
        status=422 if failure else 200,
        given=given,
        failure=failure,
        offered=offered,
        kinds=",".join(_KINDS),
        query_filters={name: request.query_params.get(name, "") for name in ("actor", "issue", "since", "until")},
    )


def _sent(request: Request, form: FormData, given: Mapping[str, str], asked: Asked) -> _Sent:
    plan = _document(request, form, given, "")
    if plan is None:
        raise InputError("there is no plan; paste its text, choose a file, or name a document of the ledger")
    second = _document(request, form, given, "second_")
    for one in filter(None, (plan, second)):
        if len(split_points(one.text)) > _MOST_POINTS:
            raise InputError(f"a plan has more than {_MOST_POINTS} points; give a part of it")
    before = typed_in(form, "before", most=10)
    try:
        day = date.fromisoformat(before) if before else None
    except ValueError:
        raise InputError("the day before which moves are matched is one such as 1962-10-28") from None
    known = date.fromisoformat(plan.published[:10]) if plan.published and len(plan.published) >= 10 else None
    return _Sent(who=request.state.user.name, plan=plan, second=second, before=day or known, asked=asked)


def _document(request: Request, form: FormData, given: Mapping[str, str], prefix: str) -> Document | None:
    """Return a plan that was pasted, sent as a file, or named; None where none of these was done."""
    text, named_one = given.get(f"{prefix}text", "").strip(), given.get(f"{prefix}document", "").strip()
    file = form.get(f"{prefix}file")
    sent = file if isinstance(file, UploadFile) and file.filename else None
    if (bool(text), bool(named_one), sent is not None).count(True) > 1:
        raise InputError("give each plan in one way: its text, or a file, or a document of the ledger")
    if named_one:
        with request.app.state.ledgers.use() as ledger:
            found: Document = ledger.document(named_one[:500])
        return found
    if sent is not None:
        return _read_file(sent)
    return document_from_text(given.get(f"{prefix}text", ""), published=_published(form, prefix)) if text else None


def _published(form: FormData, prefix: str) -> str | None:
    value = typed_in(form, f"{prefix}published", most=40)
    return parse_published(value) if value else None


def _read_file(file: UploadFile) -> Document:
    """Read a file under a name of ours; it is gone from the disk when it is read."""
    shown = show_line(re.split(r"[/\\]", file.filename or "")[-1])[:200]
    kind = next((kind for kind in _KINDS if shown.lower().endswith(kind)), None)
    if kind is None:
        raise InputError(f"a plan is read from a file that ends in {', '.join(_KINDS)}; paste the text of others")
    with TemporaryDirectory(prefix="demarche-", ignore_cleanup_errors=True) as folder:
        path = Path(folder, f"plan{kind}")
        path.write_bytes(file.file.read())
        try:
            return dataclasses.replace(pipeline.read_plan(path), title=shown)
        except InputError as error:
            raise InputError(error.reason, where=shown) from None


class _ReadOnly:
    """The vectors that a ledger keeps of words, without those of the plan: nothing of it is to stay."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def vectors(self, coder: str, words: list[str]) -> dict[str, bytes]:
        """Return the vectors that are kept."""
        return self._ledger.vectors(coder, words)

    def keep_vectors(self, coder: str, made: Mapping[str, bytes]) -> None:
        """Keep none."""


def _compute(sent: _Sent, ledger: Ledger) -> dict[str, Any]:
    try:
        if sent.second is not None:
            return {"refused": None} | _changes(pipeline.compare_plan_texts(sent.plan, sent.second))
        moves, reading = sent.asked.moves(ledger), cast(Ledger, _ReadOnly(ledger))
        plan = pipeline.match_plan_text(sent.plan, moves, ledger=reading, before=sent.before)
        return {"refused": None} | _matched(plan, ledger)
    except InputError as error:
        return {"refused": error.reason}


def _changes(found: PlanChanges) -> dict[str, Any]:
    kinds = ("kept", "changed", "reversed", "dropped", "new")
    return {
        "found": dataclasses.replace(found, rows=found.rows[:_POINTS]),
        "counts": [(kind, sum(row.change == kind for row in found.rows)) for kind in kinds],
        "total": len(found.rows),
        "svg": draw_bounded(chart_plan_changes(found, name=named, proposition=_no_name)),
    }


def _no_name(_: str) -> None:
    return None


def _matched(plan: Plan, ledger: Ledger) -> dict[str, Any]:
    shown = plan.points[:_POINTS]
    return {
        "found": dataclasses.replace(plan, points=shown),
        "spoken": sum(bool(point.parties) for point in plan.points),
        "total": len(plan.points),
        "titles": titles(ledger, {one for point in shown for one in point.propositions}),
        "quoted": list(_quoted(plan)),
        "shares": [_share(share, plan) for share in plan.shares],
        "svg": draw_bounded(chart_plan(plan, name=named, proposition=_no_name)),
    }


def _share(share: PlanShare, plan: Plan) -> dict[str, Any]:
    """Return what a party has of a plan, each figure with the moves behind it."""
    own = [(point, party) for point in plan.points for party in point.parties if party.actor == share.actor]
    asked = [(point, party) for point, party in own if party.stance == 1]
    return {
        "share": share,
        "asked": [move for _, party in asked for move in party.evidence],
        "first": [move for point, party in asked if share.actor in point.first_by for move in party.evidence],
        "refused": [move for _, party in own if party.stance == -1 for move in party.evidence],
    }


def _quoted(plan: Plan) -> Iterator[str]:
    for point in plan.points[:_POINTS]:
        yield from (party.evidence[0] for party in point.parties[:4])
