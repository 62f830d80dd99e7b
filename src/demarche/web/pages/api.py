"""The JSON interface: what the pages show, for programs. Its description is at ``/api/openapi.json``."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request

from demarche import __version__
from demarche.errors import LedgerError
from demarche.pipeline import check_issue, code
from demarche.present import ledger_record
from demarche.web import _schemas as out
from demarche.web._security import ANYONE, COSTLY, READER

__all__ = ["router"]

_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"model": out.ErrorOut, "description": about}
    for status, about in (
        (400, "The request cannot be met as it is stated."),
        (401, "Nobody is logged in."),
        (403, "The role does not suffice, or the token of the form is missing."),
        (404, "There is no such thing in the ledger."),
        (413, "The body is too large."),
        (422, "A value is not one that this field can have."),
        (429, "It was asked too often; Retry-After says when to ask again."),
    )
}

router = APIRouter(prefix="/api", responses=_ANSWERS)

Filter = Annotated[out.FilterQuery, Query()]


@router.get("/openapi.json", dependencies=[Depends(READER)], include_in_schema=False)
def describe() -> dict[str, Any]:
    """Return the OpenAPI description of this interface."""
    return get_openapi(
        title="Demarche",
        version=__version__,
        routes=router.routes,
        description="A ledger of moves: what texts report, not what is known to be true. Calls other than GET need the header "
        "X-CSRF-Token; GET /api/session gives it.",
    )


@router.get("/session", dependencies=[Depends(ANYONE)])
def session(request: Request) -> out.SessionOut:
    """Return who asks, and the token for calls that are no GET; without login it is the one to log in with."""
    user = request.state.user
    return out.SessionOut(user=user and user.name, role=user and user.role.value, token=request.state.csrf)


@router.get("/overview", dependencies=[Depends(READER)])
def overview(request: Request) -> out.OverviewOut:
    """Return how much the ledger holds."""
    with request.app.state.ledgers.use() as ledger:
        head = ledger.head()
        return out.OverviewOut(**dataclasses.asdict(ledger.overview()), head=head)


@router.get("/documents", dependencies=[Depends(READER)])
def documents(
    request: Request,
    words: Annotated[str | None, Query(max_length=300, description="Words that the text has, all of them.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="At most so many.")] = 100,
    offset: Annotated[int, Query(ge=0, le=100_000, description="So many are passed over.")] = 0,
) -> list[out.DocumentRowOut]:
    """Return the documents, or those whose text has all the words, in the order in which they were taken in."""
    with request.app.state.ledgers.use() as ledger:
        found = ledger.document_listing(words, limit=limit, offset=offset)
    return [
        out.DocumentRowOut(**{name: getattr(row, name) for name in out.DocumentRowOut.model_fields}) for row in found
    ]


@router.get("/documents/{document:path}", dependencies=[Depends(READER)])
def document(request: Request, document: Annotated[str, Path(description="Id of the document.")]) -> out.DocumentOut:
    """Return a document with its text, to which all offsets refer."""
    with request.app.state.ledgers.use() as ledger:
        found = _there(lambda: ledger.document(document))
        return out.DocumentOut(**{name: getattr(found, name) for name in out.DocumentOut.model_fields})


@router.get("/moves", dependencies=[Depends(READER)])
def moves(request: Request, query: Filter) -> list[out.LedgerMoveOut]:
    """Return the moves that pass a filter, by date, unknown dates last."""
    if query.issue:
        check_issue(query.issue)
    with request.app.state.ledgers.use() as ledger:
        found = list(ledger.moves(query.wanted(), limit=query.limit, offset=query.offset))
    return [out.LedgerMoveOut(**ledger_record(move)) for move in found]


@router.get("/moves/{move}", dependencies=[Depends(READER)])
def move(request: Request, move: Annotated[str, Path(description="Id of the move.")]) -> out.LedgerMoveOut:
    """Return a move as it stands now."""
    with request.app.state.ledgers.use() as ledger:
        return out.LedgerMoveOut(**ledger_record(_there(lambda: ledger.move(move))))


@router.get("/counts", dependencies=[Depends(READER)])
def counts(request: Request, query: Annotated[out.CountQuery, Query()]) -> list[out.CountOut]:
    """Return how often each value is reported among the moves that pass a filter, the most frequent first."""
    if query.issue:
        check_issue(query.issue)
    with request.app.state.ledgers.use() as ledger:
        return [
            out.CountOut(**dataclasses.asdict(row)) for row in ledger.count(query.by, query.wanted(), limit=query.limit)
        ]


@router.post("/code", dependencies=[Depends(COSTLY)])
def code_text(text: out.CodeRequest) -> list[out.MoveOut]:
    """Return the moves in a text; nothing of it is kept."""
    coded = code(text.text, title=text.title, published=text.published)
    return [out.MoveOut(**move.to_dict()) for move in coded.moves]


def _there(find: Callable[[], Any]) -> Any:
    """Return what `find` gives; what is not in the ledger is answered with 404."""
    try:
        return find()
    except LedgerError as error:
        raise HTTPException(404, str(error)) from error
