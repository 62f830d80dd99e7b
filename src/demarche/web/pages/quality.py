"""How well the coder does in this ledger, as far as its reviews tell, with the sentences behind every figure."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from demarche.codebook import load_codebook
from demarche.model import Agreement, SentenceReview
from demarche.web._quality import ERRORS, CoderPair, Quality, gather_quality, judge, pick_reviews
from demarche.web._results import Answer
from demarche.web._security import READER
from demarche.web._view import render, show_pending

__all__ = ["router"]

router = APIRouter()

_PAGE = 20
_FIELDS = ("status", "issue", "voice", "actor", "recipient")
_TITLES = {
    "precision": "Moves that the coder saw",
    "recall": "Moves that stand there",
    "missed": "Moves that the coder missed",
    "invented": "Moves of the coder that are not there",
    "other act": "Moves to which the coder gave another act",
    "other code": "Moves to which the coder gave another status, issue, voice or party",
}

Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/quality", dependencies=[Depends(READER)])
def show_quality(request: Request, coder: str | None = None) -> Response:
    """Show precision and recall, the agreement of reviewers, and coders side by side."""
    answer = _gathered(request, coder)
    if not answer.ready:
        return show_pending(request, "Measured error", answer)
    found: Quality = answer.value
    return render(
        request,
        "quality.html",
        answer=answer,
        found=found,
        errors=ERRORS,
        alphas=_alphas(found.agreement),
        spans=_spans(found.agreement),
    )


@router.get("/quality/sentences", dependencies=[Depends(READER)])
def show_sentences(
    request: Request,
    of: str = "precision",
    act: str | None = None,
    only: str = "all",
    coder: str | None = None,
    page: Page = 1,
) -> Response:
    """Show the reviewed sentences behind a figure: what the coder saw, what the reviewer says, and where they differ."""
    if of not in (*_TITLES, *_FIELDS) or (act and act not in {known.value for known in load_codebook().acts}):
        raise HTTPException(404, "there is no such figure")
    answer = _gathered(request, coder)
    if not answer.ready:
        return show_pending(request, "Reviewed sentences", answer)
    wrong = only == "wrong"
    picked = pick_reviews(answer.value, of=of, act=act or None, wrong=wrong)
    title = _TITLES.get(of, f"Moves that the coder found, by their {of}") + (f": {act}" if act else "")
    query = {"of": of, "act": act or None, "only": only if wrong else None, "coder": coder}
    shown = [(review, judge(review.coded, review.moves)) for review in _cut(picked, page)]
    return render(
        request,
        "quality_sentences.html",
        answer=answer,
        title=title + (", where there are errors" if wrong and of not in ERRORS else ""),
        shown=shown,
        paged=_paged(picked, page, "/quality/sentences", query),
        sides=("The coder saw", "The reviewer says"),
    )


@router.get("/quality/differences", dependencies=[Depends(READER)])
def show_differences(request: Request, name: str, kind: str = "alpha", page: Page = 1) -> Response:
    """Show the sentences on which reviewers differ, side by side."""
    answer = _gathered(request)
    if not answer.ready:
        return show_pending(request, "Where reviewers differ", answer)
    found: Quality = answer.value
    measures = found.agreement.measures if found.agreement else ()
    one = next((measure for measure in measures if (measure.name, measure.kind) == (name, kind)), None)
    if one is None:
        raise HTTPException(404, "there is no such figure")
    groups: dict[Any, list[SentenceReview]] = {}
    for review in (found.reviews[id] for id in one.differ if id in found.reviews):
        groups.setdefault((review.document, review.sentence.start), []).append(review)
    picked = list(groups.values())
    return render(
        request,
        "quality_differences.html",
        answer=answer,
        title=f"Where reviewers differ: {name.replace('act:', 'the act ')}",
        shown=[(group[0], [(review.reviewer, review.moves) for review in group]) for group in _cut(picked, page)],
        paged=_paged(picked, page, "/quality/differences", {"name": name, "kind": kind}),
    )


@router.get("/quality/coders", dependencies=[Depends(READER)])
def show_coders(request: Request, other: str, coder: str | None = None, page: Page = 1) -> Response:
    """Show the reviewed sentences in which two coders differ, beside what the reviewer says."""
    answer = _gathered(request, coder)
    if not answer.ready:
        return show_pending(request, "Where coders differ", answer)
    found: Quality = answer.value
    pair = next((pair for pair in found.pairs if pair.other.name == other), None)
    if pair is None:
        raise HTTPException(404, "there is no other coder of that name, or no sentence of it is reviewed")
    picked = [found.reviews[id] for id in pair.differ]
    return render(
        request,
        "quality_differences.html",
        answer=answer,
        title=f"Where {pair.one.name} and {pair.other.name} differ",
        shown=[(review, _sides(found, review, pair)) for review in _cut(picked, page)],
        paged=_paged(picked, page, "/quality/coders", {"other": other, "coder": coder}),
    )


def _gathered(request: Request, coder: str | None = None) -> Answer:
    if coder is not None:
        with request.app.state.ledgers.use() as ledger:
            if coder not in ledger.coders():
                raise HTTPException(404, "no coder of that name has read this ledger")
    answer: Answer = request.app.state.results.get(("quality", coder), lambda ledger: gather_quality(ledger, coder))
    return answer


def _sides(found: Quality, review: SentenceReview, pair: CoderPair) -> list[tuple[str, Any]]:
    return [
        *((one.name, found.seen[review.id, one.name]) for one in (pair.one, pair.other)),
        (f"{review.reviewer}, who reviewed it", review.moves),
    ]


def _cut(found: list[Any], page: int) -> list[Any]:
    return found[(page - 1) * _PAGE : page * _PAGE]


def _paged(found: list[Any], page: int, path: str, query: dict[str, Any]) -> dict[str, Any]:
    """Return what the links to further pages need."""
    more = len(found) > page * _PAGE
    return {"number": page, "more": more, "path": path, "query": query, "all": len(found)}


def _alphas(agreement: Agreement | None) -> list[Any]:
    return [measure for measure in agreement.measures if measure.kind == "alpha"] if agreement else []


def _spans(agreement: Agreement | None) -> list[tuple[str, Any, Any]]:
    """Return role -> F1 of the very words, F1 of words in common."""
    if not agreement:
        return []
    known = {(measure.name, measure.kind): measure for measure in agreement.measures}
    names = dict.fromkeys(measure.name for measure in agreement.measures if measure.kind == "exact")
    return [(name, known[name, "exact"], known[name, "overlap"]) for name in names]
