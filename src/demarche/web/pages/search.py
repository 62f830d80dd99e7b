"""Search: the places where words stand, in the texts and in the words of moves."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from demarche.errors import InputError
from demarche.model import MoveFilter, SearchHit
from demarche.web._pages import page_number
from demarche.web._security import READER
from demarche.web._view import render

__all__ = ["router"]

router = APIRouter()

_SHOWN = 20
_MANY = 10_000


@router.get("/search", dependencies=[Depends(READER)])
def show_search(request: Request) -> Response:
    """Show the documents that have all the words of a query, each with the place, and the moves whose words have them."""
    words = (request.query_params.get("words") or "").strip()[:300]
    number = page_number(request.query_params)
    try:
        return _show(request, words, number)
    except InputError as error:  # nothing in it is a word
        return render(
            request, "search.html", status=400, words=words, error=error.reason, number=1, more=False, hits=[]
        )


def _show(request: Request, words: str, number: int) -> Response:
    if not words:
        return render(request, "search.html", words="", error=None, number=1, more=False, hits=[])
    wanted = MoveFilter(words=words)
    with request.app.state.ledgers.use() as ledger:
        hits = ledger.search(words, limit=_SHOWN + 1, offset=(number - 1) * _SHOWN)
        total = ledger.count_documents(words, most=_MANY + 1)
        moves = list(ledger.moves(wanted, limit=_SHOWN)) if number == 1 else []
        moves_total = ledger.count_moves(wanted, most=_MANY + 1)
    return render(
        request,
        "search.html",
        words=words,
        error=None,
        hits=[(hit, list(_pieces(hit))) for hit in hits[:_SHOWN]],
        more=len(hits) > _SHOWN,
        number=number,
        total=total,
        moves=moves,
        moves_total=moves_total,
        many=_MANY,
    )


def _pieces(hit: SearchHit) -> Iterator[tuple[str, bool]]:
    """Yield the snippet of a hit in pieces, each with whether it is one of the words that were sought."""
    origin, text, position = hit.snippet.start, hit.snippet.text, 0
    for word in hit.words:
        start, end = word.start - origin, word.end - origin
        yield text[position:start], False
        yield text[start:end], True
        position = end
    yield text[position:], False
