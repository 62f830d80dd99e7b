"""Reviewing: which sentence is next, what the coder saw in it, and what a person says stands there."""

from __future__ import annotations

import dataclasses
import math
from collections import deque
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from demarche import pipeline
from demarche.codebook import load_codebook
from demarche.errors import DemarcheError, InputError
from demarche.ledger import Ledger
from demarche.model import QUEUES, ReviewTask, SentenceReview, Voice
from demarche.web._drafts import LISTS, ROLES, Draft, blank_draft, draft_of, make_moves, read_drafts, words_at
from demarche.web._filters import address
from demarche.web._ledgers import Ledgers
from demarche.web._security import READER, REVIEWER, Role
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()

_LATEST = 12
"""Reviews of one's own that can be taken back from the list."""
_DAY = 24 * 3600
_NAMES = {"actors": "actor", "recipients": "recipient"}


async def _read_form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_read_form)]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which sentence a request is about.

    Parameters
    ----------
    document, start, end, queue
        As of a task.
    again
        Sentences that others reviewed come too: for agreement.
    """

    document: str
    start: int
    end: int
    queue: str = "chosen"
    again: bool = False

    def __post_init__(self) -> None:
        if self.queue not in QUEUES:
            raise InputError(f"there is no queue {self.queue!r}; choose from {', '.join(QUEUES)}")

    def after(self, review: SentenceReview | None = None) -> str:
        """Return the address of what comes after it."""
        done = {"done": review.id, "of": review.document} if review else {}
        if self.queue == "chosen":
            return address("/review/sentence", **dataclasses.asdict(self) | {"again": None}, **done)
        return address("/review/next", queue=self.queue, again="1" if self.again else None, **done)


@router.get("/review", dependencies=[Depends(READER)])
def show_queues(request: Request) -> Response:
    """Show the queues, how far they are, and what one did last."""
    who = request.state.user.name
    answer = request.app.state.results.get(("reviews of", who), lambda ledger: _latest(ledger, who))
    with _use(request) as ledger:
        return render(
            request, "review.html", progress=ledger.review_progress(), latest=answer.value or (), answer=answer
        )


@router.get("/review/next", dependencies=[Depends(REVIEWER)])
def show_next(
    request: Request, queue: str = "random", again: bool = False, done: str | None = None, of: str | None = None
) -> Response:
    """Show the next sentence of a queue, or say that there is none."""
    who = request.state.user.name
    with _use(request) as ledger:
        task = ledger.next_review(queue, reviewer=who if again else None)
        saved = _find_review(ledger, done, of)
        if task is None:
            return render(request, "review_done.html", queue=queue, saved=saved, progress=ledger.review_progress())
        return _show(request, ledger, task, again=again, saved=saved)


@router.get("/review/sentence", dependencies=[Depends(REVIEWER)])
def show_sentence(
    request: Request,
    document: str,
    start: Annotated[int, Query(ge=0, le=2**31)],
    end: Annotated[int, Query(ge=0, le=2**31)],
    queue: str = "chosen",
    again: bool = False,
    done: str | None = None,
    of: str | None = None,
) -> Response:
    """Show a sentence that somebody chose, or one again whose review was taken back."""
    asked = Asked(document=document, start=start, end=end, queue=queue, again=again)
    with _use(request) as ledger:
        return _show(request, ledger, _task(ledger, asked), again=again, saved=_find_review(ledger, done, of))


@router.post("/review/sentence", dependencies=[Depends(REVIEWER)])
def save_review(request: Request, form: Form) -> Response:
    """Record a review and go on to the next sentence; where something is wrong, show it and lose nothing."""
    asked = _asked(form)
    with _use(request) as ledger:
        task = _task(ledger, asked)
        voice = _voice(form, task)
        drafts = [draft for draft in read_drafts(form, task) if draft != blank_draft()]
        if form.get("more"):
            return _show(request, ledger, task, drafts=[*drafts, blank_draft()], voice=voice, again=asked.again)
        published = ledger.document(task.document).published
        moves, drafts = make_moves(task, _completed(drafts, task), voice=voice, published=published)
        failure = (
            None if not any(draft.wrong for draft in drafts) else "nothing is saved yet; see what is missing below"
        )
        try:
            if failure is None:
                review = pipeline.review(ledger, task, moves, seconds=_seconds(form))
                return RedirectResponse(asked.after(review), status_code=303)
        except DemarcheError as error:
            failure = getattr(error, "reason", str(error))
        return _show(request, ledger, task, drafts=drafts, voice=voice, again=asked.again, failure=failure)


@router.post("/review/undo", dependencies=[Depends(REVIEWER)])
def undo_review(request: Request, form: Form) -> Response:
    """Take a review back, and show its sentence again."""
    given, document = (str(form.get(name) or "") for name in ("review", "document"))
    with _use(request) as ledger:
        review = _find_review(ledger, given, document)
        if review is None:
            raise HTTPException(404, "there is no such review, or it was taken back already")
        if review.reviewer != request.state.user.name and request.state.user.role < Role.ADMIN:
            raise HTTPException(403, "this is somebody else's review; an admin can take it back")
        ledger.undo_review(review.id, why="taken back on the review page")
    sentence = {"document": document, "start": review.sentence.start, "end": review.sentence.end}
    again = "1" if form.get("again") else None
    return RedirectResponse(
        address("/review/sentence", **sentence, queue=review.queue, again=again, undone="1"), status_code=303
    )


def _use(request: Request) -> Any:
    ledgers: Ledgers = request.app.state.ledgers
    return ledgers.use(request.state.user.name)


def _task(ledger: Ledger, asked: Asked) -> ReviewTask:
    return ledger.review_task(asked.document, asked.start, asked.end, queue=asked.queue)


def _asked(form: Mapping[str, Any]) -> Asked:
    try:
        start, end = (int(str(form.get(name))) for name in ("start", "end"))
    except ValueError as error:
        raise InputError("the form does not say which sentence it is about; load the page again") from error
    queue = str(form.get("queue"))
    return Asked(document=str(form.get("document")), start=start, end=end, queue=queue, again=bool(form.get("again")))


def _voice(form: Mapping[str, Any], task: ReviewTask) -> Voice:
    given = form.get("voice")
    return Voice(given) if given in set(Voice) else task.voice


def _seconds(form: Mapping[str, Any]) -> float | None:
    """Return the time that the page measured, None where it has none or tells nonsense."""
    try:
        seconds = float(str(form.get("seconds")))
    except ValueError:
        return None
    return round(seconds, 1) if math.isfinite(seconds) and 0 <= seconds < _DAY else None


def _completed(drafts: Sequence[Draft], task: ReviewTask) -> list[Draft]:
    """Return the drafts with those moves of the coder that the form says nothing of: they are not rejected by silence."""
    said = {draft.move for draft in drafts}
    return [*drafts, *(draft_of(move) for move in task.coded if move.id not in said)]


def _find_review(ledger: Ledger, review: str | None, document: str | None) -> SentenceReview | None:
    if not review or not document:
        return None
    return next((found for found in ledger.reviews(document=document) if found.id == review), None)


def _latest(ledger: Ledger, who: str) -> list[SentenceReview]:
    return list(reversed(deque(ledger.reviews(reviewer=who), maxlen=_LATEST)))


def _show(
    request: Request,
    ledger: Ledger,
    task: ReviewTask,
    *,
    again: bool,
    drafts: Sequence[Draft] | None = None,
    voice: Voice | None = None,
    failure: str | None = None,
    saved: SentenceReview | None = None,
) -> Response:
    drafts = [draft_of(move) for move in task.coded] if drafts is None else drafts
    document = ledger.document(task.document)
    before, after = ledger.neighbours(task.document, task.sentence.start, task.sentence.end)
    own = ledger.reviews(document=task.document, reviewer=request.state.user.name)
    return render(
        request,
        "review_sentence.html",
        status=200 if failure is None else 422,
        task=task,
        document=document,
        before=before,
        after=after,
        drafts=drafts,
        blank=blank_draft(),
        voice=voice or task.voice,
        again=again,
        failure=failure,
        saved=saved,
        earlier=[one for one in own if one.sentence == task.sentence and (saved is None or one.id != saved.id)],
        progress=ledger.review_progress(coder=task.coder),
        codes=_codes(),
        roles=[(role, _NAMES.get(role, role)) for role in ROLES],
        lists=LISTS,
        words_at=lambda places: words_at(task.sentence.text, places),
        whom=_whom(task),
        marked=_marked(task.sentence.text, drafts),
    )


@cache
def _codes() -> dict[str, list[tuple[str, str]]]:
    """Return the codes that a move can have, each with what it means."""
    codebook = load_codebook()
    return {
        "act": [(act.value, code.definition) for act, code in codebook.acts.items()],
        "status": [(status.value, about) for status, about in codebook.statuses.items()],
        "issue": list(codebook.issues.items()),
        "voice": [(voice.value, about) for voice, about in codebook.voices.items()],
    }


def _whom(task: ReviewTask) -> dict[str, str]:
    """Return whom words were found to mean: "start-end" in the sentence -> "RUS GOV"."""
    found: dict[str, list[str]] = {}
    for move in task.coded:
        for mention in (*move.actors, *move.recipients, *([move.source] if move.source else [])):
            place = f"{mention.span.start - task.sentence.start}-{mention.span.end - task.sentence.start}"
            whom = " ".join(filter(None, (mention.id, mention.sector)))
            if whom and whom not in found.setdefault(place, []):
                found[place].append(whom)
    return {place: ", ".join(whom) for place, whom in found.items() if whom}


def _marked(text: str, drafts: Sequence[Draft]) -> list[tuple[str, str | None]]:
    """Return the sentence in pieces, the triggers with their acts: what the page shows without its script."""
    triggers = sorted((*place, draft.act) for draft in drafts for place in draft.spans.get("trigger", ()))
    made: list[tuple[str, str | None]] = []
    at = 0
    for start, end, act in triggers:
        if start >= at:
            made += [(text[at:start], None), (text[start:end], act)]
            at = end
    return [*made, (text[at:], None)]
