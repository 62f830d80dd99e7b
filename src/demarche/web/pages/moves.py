"""Moves: the list of those that pass a filter or are behind a figure, and the page of one with all that is known of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from demarche import pipeline
from demarche.codebook import load_codebook
from demarche.errors import InputError, LedgerError
from demarche.ledger import Ledger
from demarche.model import Act, LedgerMove, LogEntry, Move, MoveFilter, SentenceMark, Span, Status, Voice
from demarche.present import write_csv, write_records
from demarche.web._analyses import Form, typed_in
from demarche.web._filters import address, move_address, read_filter, restate
from demarche.web._pages import page_number, typed_filter
from demarche.web._security import COSTLY, READER, REVIEWER
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()

_SHOWN = 50
_MANY = 10_000
_PAGES = 100_000
_AROUND = 2
"""Sentences shown before and after the evidence."""
_ALIKE = 20
_DONE = {
    "amended": "The move is amended. What it was before stands in its history, from where it can be taken again.",
    "rejected": "The move is rejected: no view and no count has it any more. It can be restored below.",
    "restored": "The move is in the ledger again.",
}
_FORMATS = {"csv": (write_csv, "text/csv"), "jsonl": (write_records, "application/x-ndjson")}
_CODES = ("act", "status", "issue", "voice", "date")


@router.get("/moves", dependencies=[Depends(READER)])
def list_moves(request: Request) -> Response:
    """Show the moves that pass a filter, by date, or those that a figure rests on."""
    query = request.query_params
    number = page_number(query, most=_PAGES)
    after = (query.get("after") or "")[:64] or None
    start = {"after": after} if after else {"offset": (number - 1) * _SHOWN}
    try:
        wanted = read_filter(query)
        with request.app.state.ledgers.use() as ledger:
            total = ledger.count_moves(wanted, most=_MANY + 1)
            found = list(ledger.moves(wanted, limit=_SHOWN + 1, **start))
    except InputError as error:
        return _list(request, typed_filter(query), [], 0, 1, error=error.reason)
    return _list(request, wanted, found, total, number)


def _list(
    request: Request, wanted: MoveFilter, found: list[LedgerMove], total: int, number: int, *, error: str | None = None
) -> Response:
    named, of = wanted.moves or (), _of(request.query_params.get("of"))
    return render(
        request,
        "moves.html",
        status=400 if error else 200,
        error=error,
        wanted=wanted,
        stated={**restate(wanted), "id": list(named), "of": of},
        found=found[:_SHOWN],
        more=len(found) > _SHOWN,
        number=number,
        total=total,
        many=_MANY,
        named=named,
        of=of,
        missing=_missing(named, found) if named and restate(wanted) == {} else (),
    )


def _of(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None


def _missing(named: tuple[str, ...], found: list[LedgerMove]) -> tuple[str, ...]:
    """Return the ids that are not in the ledger any more."""
    there = {one.move.id for one in found}
    return tuple(move for move in named if move not in there)


# Downloads

_turns = threading.BoundedSemaphore(3)


class _Download:
    """The lines of a download, from a ledger of its own: whoever takes them slowly keeps no page from being made."""

    def __init__(self, url: str, wanted: MoveFilter, form: str) -> None:
        self._open = False
        if not _turns.acquire(blocking=False):
            raise HTTPException(503, "other downloads are under way; try again when they are done")
        self._open = True
        self._write = _FORMATS[form][0]
        self._ledger: Ledger | None = None
        try:
            self._ledger = Ledger.open(url, create=False)
            self._found = iter(self._ledger.moves(wanted))
            self._first = next(self._found, None)  # what is wrong with the filter shows before anything is sent
        except BaseException:
            self.close()
            raise

    def __iter__(self) -> Iterator[bytes]:
        try:
            for line in self._write(self._moves()):
                yield line.encode("utf-8")
        finally:
            self.close()

    def _moves(self) -> Iterator[Move]:
        if self._first is not None:
            yield self._first.move
            yield from (one.move for one in self._found)

    def close(self) -> None:
        """Give the turn back; more than once does no harm."""
        if self._open:
            self._open = False
            _turns.release()
            if self._ledger is not None:
                self._ledger.close()

    def __del__(self) -> None:
        """Give the turn back where nobody ever asked for a line."""
        self.close()


@router.get("/moves.{form}", dependencies=[Depends(COSTLY)])
def download_moves(request: Request, form: Annotated[str, Path(pattern="^(csv|jsonl)$")]) -> Response:
    """Send all moves that pass a filter as a file."""
    lines = _Download(request.app.state.ledgers.url, read_filter(request.query_params), form)
    headers = {"content-disposition": f'attachment; filename="moves.{form}"'}
    return StreamingResponse(iter(lines), media_type=f"{_FORMATS[form][1]}; charset=utf-8", headers=headers)


# One move


@router.get("/moves/{move:path}", dependencies=[Depends(READER)])
def show_move(request: Request, move: str) -> Response:
    """Show a move with its evidence, its codes and what they mean, and all that was said of it."""
    with request.app.state.ledgers.use() as ledger:
        history = ledger.move_history(move)
        try:
            found = ledger.move(move)
        except LedgerError:
            return _show_gone(request, ledger, move, history)
        document = ledger.document(found.move.document)
        alike = [one for one in ledger.cluster_moves(move, limit=_ALIKE + 1) if one.move.id != move]
        elsewhere = ledger.occasion_moves(move, limit=_ALIKE + 1)
        return render(
            request,
            "move.html",
            found=found,
            move=found.move,
            document=document,
            context=_context(document.text, ledger.sentences(document.id), found.move.sentence),
            codes=_codes(found.move),
            alike=alike[:_ALIKE],
            elsewhere=elsewhere[:_ALIKE],
            more_elsewhere=len(elsewhere) > _ALIKE,
            proposition=_proposition(ledger, found),
            history=[_told(entry, found) for entry in history],
            taken=next((entry.at for entry in reversed(history) if entry.detail), None),
            done=_DONE.get(request.query_params.get("done", "")),
        )


def _context(text: str, sentences: list[SentenceMark], evidence: Span) -> dict[str, list[str]]:
    """Return the sentences around the evidence, as they stand in the text."""
    before = [one for one in sentences if one.end <= evidence.start][-_AROUND:]
    after = [one for one in sentences if one.start >= evidence.end][:_AROUND]
    return {
        name: [text[one.start : one.end] for one in found] for name, found in (("before", before), ("after", after))
    }


def _codes(move: Move) -> list[tuple[str, str | None, str]]:
    """Return the codes of a move: name, value, what it means."""
    codebook = load_codebook()
    act = codebook.acts[move.act]
    quads = {1: "verbal co-operation", 2: "material co-operation", 3: "verbal conflict", 4: "material conflict"}
    return [
        ("act", move.act.value, act.definition),
        ("event type", move.event, f"PLOVER {codebook.plover}; CAMEO root {act.cameo}" if move.event else "PLOVER has none for this act"),
        ("quad class", None if move.quad is None else str(move.quad), quads.get(move.quad or 0, "the act is of none")),
        ("status", move.status.value, codebook.statuses[move.status]),
        ("issue", move.issue, codebook.issues.get(move.issue, "not in the codebook")),
        ("voice", move.voice.value, codebook.voices[move.voice]),
        ("confidence", f"{move.confidence:.2f}", "the coder's probability that these words evoke this act; not that it happened"),
        ("coder", move.coder, f"with codebook {move.codebook}"),
    ]  # fmt: skip


def _proposition(ledger: Ledger, found: LedgerMove) -> dict[str, Any] | None:
    """Return what the content of a move states, if it was compared as it stands now."""
    given = [one for one in ledger.assignments([found.move.id]) if one.basis == "pinned" or one.version == found.seq]
    if not given:
        return None
    return {"given": given[0], "found": ledger.proposition(given[0].proposition)}


def _told(entry: LogEntry, found: LedgerMove | None) -> dict[str, Any]:
    """Return an entry of a move's history for people; `again` says whether its codes differ from those that stand."""
    detail = entry.detail
    codes = {name: detail.get(name) for name in _CODES} if detail else {}
    now = {name: getattr(found.move, name) for name in _CODES} if found else {}
    differs = bool(found and codes and codes != now and detail["verdict"] in ("coded", "amended"))
    return {"entry": entry, "codes": codes, "verdict": detail.get("verdict"), "again": differs}


def _show_gone(request: Request, ledger: Ledger, move: str, history: list[LogEntry]) -> Response:
    """Show a move that is not in the current view any more: what it was, why it is gone, the form to restore it."""
    latest = next(entry for entry in history if entry.detail)
    detail = latest.detail
    text = ledger.document(detail["document"]).text
    start, end, trigger = detail["sentence_start"], detail["sentence_end"], detail["trigger"]
    return render(
        request,
        "move_gone.html",
        id=move,
        detail=detail,
        latest=latest,
        pieces_=(text[start : trigger["start"]], text[trigger["start"] : trigger["end"]], text[trigger["end"] : end]),
        history=[_told(entry, None) for entry in history],
        done=_DONE.get(request.query_params.get("done", "")),
    )


# Changes


@router.post("/moves/correct", dependencies=[Depends(REVIEWER)])
def amend_move(request: Request, form: Form) -> Response:
    """Amend the codes of a move."""
    move, why = _named(form)
    with _use(request) as ledger:
        now = ledger.move(move).move
        typed = {name: typed_in(form, name, most=80) for name in _CODES}
        changes = {name: value for name, value in typed.items() if value and value != (getattr(now, name) or "")}
        if not changes:
            raise InputError("nothing is changed: the codes are those that the move has")
        pipeline.correct(ledger, move, why=why, **changes)
    return _back(move, "amended")


@router.post("/moves/again", dependencies=[Depends(REVIEWER)])
def take_again(request: Request, form: Form) -> Response:
    """Give a move the codes again that an earlier entry wrote."""
    move, why = _named(form)
    number = typed_in(form, "entry", most=12, need="the entry")
    with _use(request) as ledger:
        entry = next((one for one in ledger.move_history(move) if str(one.seq) == number and one.detail), None)
        if entry is None:
            raise InputError("that entry did not write this move; see its history")
        ledger.correct(move, why=why, **_written(entry.detail))
    return _back(move, "amended")


def _written(detail: dict[str, Any]) -> dict[str, Any]:
    kinds: dict[str, Any] = {"act": Act, "status": Status, "voice": Voice}
    names = ("act", "status", "voice", "issue", "event", "quad", "date", "date_precision", "date_basis")
    given = {name: detail.get(name) for name in names}
    return {name: kinds[name](value) if name in kinds else value for name, value in given.items()}


@router.post("/moves/reject", dependencies=[Depends(REVIEWER)])
def reject_move(request: Request, form: Form) -> Response:
    """Take a move out of the current view."""
    move, why = _named(form)
    with _use(request) as ledger:
        ledger.reject(move, why=why)
    return _back(move, "rejected")


@router.post("/moves/restore", dependencies=[Depends(REVIEWER)])
def restore_move(request: Request, form: Form) -> Response:
    """Take a rejected move back into the current view."""
    move, why = _named(form)
    with _use(request) as ledger:
        ledger.restore(move, why=why)
    return _back(move, "restored")


def _named(form: Form) -> tuple[str, str]:
    return typed_in(form, "move", most=200, need="the move"), typed_in(form, "why", most=2000, need="the reason")


def _use(request: Request) -> Any:
    return request.app.state.ledgers.use(request.state.user.name)


def _back(move: str, done: str) -> Response:
    return RedirectResponse(address(move_address(move), done=done), status_code=303)
