"""The log: what was added to the ledger, when, by whom and why; what could not be taken in; the proof that nothing was changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche.errors import InputError
from demarche.model import Failure, LogEntry
from demarche.web._analyses import Form, typed_in
from demarche.web._filters import address, document_address, move_address
from demarche.web._jobs import Line, Report
from demarche.web._ledgers import Ledgers
from demarche.web._pages import page_number
from demarche.web._security import COSTLY, READER
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()

_SHOWN = 100
_FIELDS = ("kind", "subject", "who")
_OF_MOVES = frozenset({"correction", "rejection", "restoration", "pinning"})
_OF_DOCUMENTS = frozenset({"document", "recoding", "review", "review undone", "split", "merge", "redaction"})
_OF_PROPOSITIONS = frozenset({"renaming", "merging", "splitting"})


@router.get("/log", dependencies=[Depends(READER)])
def show_log(request: Request) -> Response:
    """Show the entries of the log, the latest first, and of failures what they say."""
    query = request.query_params
    given = {name: (query.get(name) or "").strip()[:1000] or None for name in _FIELDS}
    before = _number(query.get("before"))
    number = page_number(query)
    with request.app.state.ledgers.use() as ledger:
        entries = ledger.log(**given, before=before, limit=_SHOWN + 1)
        kinds = ledger.log_kinds()
        head, digest = ledger.head(), ledger.head_hash()
        failures = _page(ledger.failures(), number) if given["kind"] == "failure" else []
    return render(
        request,
        "log.html",
        given=given,
        kinds=kinds,
        entries=[(entry, _where(entry)) for entry in entries[:_SHOWN]],
        older=entries[_SHOWN - 1].seq if len(entries) > _SHOWN else None,
        before=before,
        head=head,
        digest=digest,
        failures=failures[:_SHOWN],
        more_failures=len(failures) > _SHOWN,
        number=number,
    )


def _page(found: object, number: int) -> Sequence[Failure]:
    return list(islice(found, (number - 1) * _SHOWN, number * _SHOWN + 1))  # type: ignore[call-overload]


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 16 else None


def _where(entry: LogEntry) -> str | None:
    """Return the page of what an entry is about, None where there is none."""
    if entry.kind in _OF_MOVES:
        return move_address(entry.subject)
    if entry.kind in _OF_DOCUMENTS and entry.kind != "redaction":
        return document_address(entry.subject)
    if entry.kind in _OF_PROPOSITIONS:
        return f"/propositions/{entry.subject}" if entry.subject.isalnum() else None
    if entry.kind == "settlement":
        return "/actors#settled"
    return "/outlook" if entry.kind in ("forecast", "resolution") else None


@router.post("/log/verify", dependencies=[Depends(COSTLY)])
def start_verification(request: Request, form: Form) -> Response:
    """Begin to check that nothing in the ledger was changed."""
    noted = typed_in(form, "head", most=64) or None
    if noted and not (len(noted) == 64 and set(noted.lower()) <= set("0123456789abcdef")):
        raise InputError("a head is 64 digits and letters from a to f; leave the field empty if none was noted")
    ledgers: Ledgers = request.app.state.ledgers

    def work(report: Report) -> Sequence[str | Line]:
        report(0, None, "checking every entry")
        return _verify(ledgers, noted.lower() if noted else None)

    job = request.app.state.jobs.start("Verifying the ledger", request.state.user.name, work)
    return RedirectResponse(f"/jobs/{job.id}", status_code=303)


def _verify(ledgers: Ledgers, noted: str | None) -> list[str | Line]:
    with ledgers.use() as ledger:
        found = ledger.verify(head=noted)
    checked = f"{found.entries:,} entries, {found.documents:,} documents and {found.moves:,} rows of moves were checked"
    if not found.problems:
        return [f"The ledger is whole: {checked}.", f"Head: {found.head}", Line(text="The log", href=address("/log"))]
    problems = [Line(text=problem, failed=True) for problem in found.problems]
    return [f"The ledger is NOT whole: {checked}.", f"Head: {found.head}", *problems]
