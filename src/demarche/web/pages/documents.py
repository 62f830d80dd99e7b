"""Documents: the list of them, and the reader with the moves beside the words that say them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche.errors import LedgerError
from demarche.ledger import Ledger
from demarche.model import Document, LedgerMove, Move, SentenceMark
from demarche.web._analyses import Form, typed_in
from demarche.web._filters import address, document_address
from demarche.web._pages import page_number
from demarche.web._reader import MOST_CARDS, lay_out, part_at, split_parts
from demarche.web._security import READER, REVIEWER
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()

_SHOWN = 50
_COPIES = 20
_REVIEWS = 5000
_MANY = 10_000
_DONE = {
    "merged": "The documents are in one cluster now: what they report counts once.",
    "split": "The document is in a cluster of its own now: what it reports counts by itself.",
    "redacted": "The document is hidden with its moves. That it was there stays in the log.",
}


@router.get("/documents", dependencies=[Depends(READER)])
def list_documents(request: Request) -> Response:
    """Show the documents, or those that have all the words of a query."""
    query = request.query_params
    if query.get("id"):
        return _read(request, query["id"])
    words, number = (query.get("words") or "").strip()[:300] or None, page_number(query)
    with request.app.state.ledgers.use() as ledger:
        rows = ledger.document_listing(words, limit=_SHOWN + 1, offset=(number - 1) * _SHOWN, latest=True)
        total = ledger.count_documents(words, most=_MANY + 1)
    return render(
        request,
        "documents.html",
        rows=rows[:_SHOWN],
        more=len(rows) > _SHOWN,
        number=number,
        first=(number - 1) * _SHOWN + 1,
        total=total,
        many=_MANY if words else None,
        words=words or "",
        done=_DONE.get(query.get("done", "")),
    )


@router.get("/documents/{document:path}", dependencies=[Depends(READER)])
def read_document(request: Request, document: str) -> Response:
    """Show a document with its moves."""
    return _read(request, document)


@router.post("/documents/redact", dependencies=[Depends(REVIEWER)])
def redact_document(request: Request, form: Form) -> Response:
    """Hide a document and its moves from every view."""
    document = typed_in(form, "document", most=500, need="the document")
    if form.get("sure") != "yes":
        raise HTTPException(400, "a redaction cannot be taken back: tick the box that says so")
    _change(request, lambda ledger, why: ledger.redact(document, why=why), form)
    return RedirectResponse(address("/documents", done="redacted"), status_code=303)


@router.post("/documents/merge", dependencies=[Depends(REVIEWER)])
def merge_documents(request: Request, form: Form) -> Response:
    """Put a document and others, with all their copies, into one cluster."""
    document = typed_in(form, "document", most=500, need="the document")
    others = [line.strip() for line in typed_in(form, "others", most=20_000, need="the other document").splitlines()]
    named = list(dict.fromkeys([document, *filter(None, others)]))
    _change(request, lambda ledger, why: ledger.merge(named, why=why), form)
    return RedirectResponse(document_address(document, done="merged"), status_code=303)


@router.post("/documents/split", dependencies=[Depends(REVIEWER)])
def split_document(request: Request, form: Form) -> Response:
    """Take a document that is no copy out of its cluster."""
    document = typed_in(form, "document", most=500, need="the document")
    _change(request, lambda ledger, why: ledger.split(document, why=why), form)
    return RedirectResponse(document_address(document, done="split"), status_code=303)


def _change(request: Request, make: Any, form: Form) -> None:
    why = typed_in(form, "why", most=2000, need="the reason")
    with request.app.state.ledgers.use(request.state.user.name) as ledger:
        make(ledger, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What of a document is asked for: the sentence at an offset, a part by its number, a coder's own reading."""

    at: int | None
    part: int | None
    coder: str | None


def _read(request: Request, name: str) -> Response:
    query = request.query_params
    asked = _Asked(at=_whole(query.get("at")), part=_whole(query.get("part")), coder=query.get("coder") or None)
    with request.app.state.ledgers.use() as ledger:
        document = ledger.document(name)
        coders = ledger.coders(name)
        if asked.coder and asked.coder not in coders:
            raise HTTPException(404, "this coder has not read the document")
        sentences = ledger.sentences(name, coder=asked.coder)
        return _show(request, ledger, document, sentences, coders, asked)


def _show(
    request: Request,
    ledger: Ledger,
    document: Document,
    sentences: list[SentenceMark],
    coders: list[str],
    asked: _Asked,
) -> Response:
    parts = split_parts(len(document.text), sentences)
    offset = None if asked.at is None else min(asked.at, len(document.text) - 1)
    number = min(asked.part or 1, len(parts)) if offset is None or asked.part else part_at(parts, offset)
    start, end = parts[max(1, number) - 1]
    found = _moves(ledger, document.id, start, end, asked.coder)
    shown = found[:MOST_CARDS]
    blocks = lay_out(
        document.text, (start, end), sentences, [one if isinstance(one, Move) else one.move for one in shown]
    )
    marked = next((one.start for one in sentences if offset is not None and one.start <= offset < one.end), None)
    return render(
        request,
        "document.html",
        document=document,
        blocks=blocks,
        known={one.move.id: one for one in shown if isinstance(one, LedgerMove)},
        hidden=len(found) > len(shown),
        most=MOST_CARDS,
        sentences=len(sentences),
        opinions=sum(one.voice.value == "opinion" for one in sentences),
        parts=parts,
        number=max(1, number),
        start=start,
        end=end,
        marked=marked,
        coder=asked.coder,
        coders=coders,
        reviewed=_reviewed(ledger, document.id),
        copies=_copies(ledger, document.id),
        custody=ledger.custody(document.id),
        done=_DONE.get(request.query_params.get("done", "")),
    )


def _moves(ledger: Ledger, document: str, start: int, end: int, coder: str | None) -> list[LedgerMove] | list[Move]:
    """Return the moves whose triggers stand in a part, one more than are shown: as they stand now, or as a coder wrote them."""
    if coder is None:
        return [
            one
            for one in ledger.moves_in(document, start, end, limit=MOST_CARDS + 1)
            if one.move.trigger.start < end and start < one.move.trigger.end
        ]
    own = ledger.coded_by(document, coder)
    return [move for move in own if move.trigger.start < end and start < move.trigger.end][: MOST_CARDS + 1]


def _reviewed(ledger: Ledger, document: str) -> dict[int, tuple[str, ...]]:
    """Return who reviewed which sentences, by their starts."""
    found: dict[int, dict[str, None]] = {}
    for review in islice(ledger.reviews(document=document), _REVIEWS):
        found.setdefault(review.sentence.start, {})[review.reviewer] = None
    return {start: tuple(names) for start, names in found.items()}


def _copies(ledger: Ledger, document: str) -> dict[str, Any]:
    """Return the other documents of the cluster, the first of them with what is known of them."""
    others = [name for name in ledger.copies(document) if name != document]
    known = []
    for name in others[:_COPIES]:
        try:
            known.append(ledger.document(name))
        except LedgerError:  # redacted meanwhile
            continue
    return {"known": known, "total": len(others), "cluster": ledger.copies(document)[0]}


def _whole(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 12 else None
