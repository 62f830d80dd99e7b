"""Actors: who is reported, which words for parties are open, and who they mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, partial
from typing import Any

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from demarche.errors import InputError
from demarche.ledger import Ledger
from demarche.model import UNKNOWN, LedgerMove, MoveFilter, OpenMention
from demarche.pipeline import actor_name, load_gazetteer
from demarche.present.settlements import read_settlements, write_settlements
from demarche.web._analyses import Form, await_answer, typed_in
from demarche.web._filters import address
from demarche.web._pages import page_number
from demarche.web._security import READER, REVIEWER
from demarche.web._view import named, render

__all__ = ["router", "suggest"]

router = APIRouter()

_ACTORS = 500
_OPEN = 1000
_SHOWN = 20
_SETTLED = 50
_MOVES = 20
_ROWS = 20_000
"""Settlements that one file may have."""
SECTORS = ("GOV", "MIL", "REB", "OPP", "LEG", "JUD", "PTY", "CVL", "MED", "BUS", "IGO", "NGO")
_DONE = {
    "settled": "It is settled who these words mean; it holds for what is taken in later too.",
    "taken": "What was settled is taken back; the words are open again where nobody in the gazetteer is known by them.",
    "loaded": "What the file says is settled.",
}


@router.get("/actors", dependencies=[Depends(READER)])
def list_actors(request: Request) -> Response:
    """Show the actors that are reported, and the words that are open."""
    query = request.query_params
    done = query.get("done", "")
    answer = await_answer(lambda: _answer(request), wait=5 if done in _DONE else 0)
    found = answer.value if answer.ready else {"actors": [], "open": []}
    asked = (query.get("words") or "").strip()[:300]
    find = (query.get("find") or "").strip()[:80]
    number, settled_number = page_number(query), _settled_number(query.get("settled"))
    start = (number - 1) * _SHOWN
    shown = found["open"][start : start + _SHOWN]
    with request.app.state.ledgers.use() as ledger:
        settled = ledger.settlements()
        examples = _examples(ledger, shown)
    return render(
        request,
        "actors.html",
        answer=answer,
        actors=[one for one in found["actors"] if _matches(one.value, find)],
        all_actors=len(found["actors"]) >= _ACTORS,
        find=find,
        open=[(one, examples.get(one.example), suggest(one.words)) for one in shown],
        open_total=len(found["open"]),
        open_most=_OPEN,
        number=number,
        more=start + _SHOWN < len(found["open"]),
        asked=asked,
        asked_suggested=suggest(asked) if asked else [],
        known=sorted(load_gazetteer().actors.items()),
        sectors=SECTORS,
        settled=settled[(settled_number - 1) * _SETTLED : settled_number * _SETTLED],
        settled_total=len(settled),
        settled_number=settled_number,
        settled_more=settled_number * _SETTLED < len(settled),
        done=_DONE.get(done),
    )


def _answer(request: Request) -> Any:
    return request.app.state.results.get(("actors",), _gather)


def _gather(ledger: Ledger) -> dict[str, Any]:
    return {"actors": ledger.count("actor", limit=_ACTORS), "open": ledger.open_mentions(limit=_OPEN)}


def _settled_number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() and 0 < len(value) < 5 and int(value) else 1


def _matches(actor: str | None, find: str) -> bool:
    words = f"{actor or 'not resolved'} {named(actor) or ''}".casefold()
    return find.casefold() in words


def _examples(ledger: Ledger, shown: Sequence[OpenMention]) -> Mapping[str, LedgerMove]:
    if not shown:
        return {}
    return {found.move.id: found for found in ledger.moves(MoveFilter(moves=tuple(one.example for one in shown)))}


def suggest(words: str) -> list[tuple[str, str]]:
    """Return up to three actors of the gazetteer that share a rare word with these words: id and name.

    Examples
    --------
    >>> suggest("Havana's regime")
    [('CUB', 'Cuba')]
    """
    scores: dict[str, float] = defaultdict(float)
    for word in {part.strip("'\u2019\".,()").removesuffix("'s") for part in words.casefold().split()}:
        actors = _by_word().get(word, frozenset())
        for actor in actors:
            scores[actor] += 1 / len(actors)
    best = sorted(scores, key=lambda actor: (-scores[actor], actor))[:3]
    return [(actor, name) for actor in best if (name := actor_name(actor))]


@cache
def _by_word() -> dict[str, frozenset[str]]:
    """Return the actors of the gazetteer by the words of their names, without words that name very many."""
    found: dict[str, set[str]] = defaultdict(set)
    gazetteer = load_gazetteer()
    for table in (gazetteer.names, gazetteer.adjectives):
        for name, entries in table.items():
            for word in name:  # people are left out: a name that they share says nothing of whom they act for
                found[word].update(entry.id for entry in entries if entry.id and entry.kind != "person")
    return {word: frozenset(actors) for word, actors in found.items() if len(word) > 2 and 0 < len(actors) <= 8}


# What people settle


@router.post("/actors/settle", dependencies=[Depends(REVIEWER)])
def settle_words(request: Request, form: Form) -> Response:
    """Say who open words mean."""
    words = typed_in(form, "words", need="the words")
    # A suggestion that was pressed goes before what stands in the field beside it.
    actor = typed_in(form, "suggested", most=64) or typed_in(form, "id", most=64, need="the id of the actor")
    given = {
        "sector": typed_in(form, "sector", most=3) or None,
        "name": typed_in(form, "name") or actor_name(actor),
        "everywhere": form.get("everywhere") == "yes",
        "why": typed_in(form, "why", most=2000) or None,
    }
    with _use(request) as ledger:
        ledger.settle(words, actor, **given)
    return RedirectResponse(address("/actors", done="settled") + "#open", status_code=303)


@router.post("/actors/take-back", dependencies=[Depends(REVIEWER)])
def take_back(request: Request, form: Form) -> Response:
    """Take back what was settled of words."""
    words = typed_in(form, "words", need="the words")
    with _use(request) as ledger:
        ledger.settle(words, None, why=typed_in(form, "why", most=2000) or None)
    return RedirectResponse(address("/actors", done="taken") + "#settled", status_code=303)


@router.post("/actors/settlements", dependencies=[Depends(REVIEWER)])
def load_settlements(request: Request, form: Form) -> Response:
    """Settle all that a file of another ledger says."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise InputError("no file was chosen; choose the CSV file that another ledger wrote")
    rows = read_settlements(file.file.read(), where=file.filename)
    if len(rows) > _ROWS:
        raise InputError(f"the file has more than {_ROWS:,} rows; take it in with: demarche actors --load")
    with _use(request) as ledger:
        ledger.settle_all(rows, why=typed_in(form, "why", most=2000) or None)
    return RedirectResponse(address("/actors", done="loaded") + "#settled", status_code=303)


@router.get("/actors/settlements.csv", dependencies=[Depends(READER)])
def download_settlements(request: Request) -> Response:
    """Send what is settled as a file that another ledger can take in."""
    with request.app.state.ledgers.use() as ledger:
        rows = ledger.settlements()
    headers = {"content-disposition": 'attachment; filename="settlements.csv"'}
    return StreamingResponse(
        (line.encode("utf-8", "replace") for line in write_settlements(rows)),
        media_type="text/csv; charset=utf-8",
        headers=headers,
    )


def _use(request: Request) -> Any:
    return request.app.state.ledgers.use(request.state.user.name)


# One actor


@router.get("/actors/{actor:path}", dependencies=[Depends(READER)])
def show_actor(request: Request, actor: str) -> Response:
    """Show what an actor is reported to have done, whom it addresses, and who addresses it."""
    actor = actor[:80]
    answer = request.app.state.results.get(("actor", actor), partial(_gather_one, actor=actor))
    with request.app.state.ledgers.use() as ledger:
        found = list(ledger.moves(MoveFilter(actor=actor), limit=_MOVES + 1))
    return render(
        request,
        "actor.html",
        actor=actor,
        name="not resolved" if actor == UNKNOWN else named(actor),
        answer=answer,
        counts=answer.value,
        found=found[:_MOVES],
        more=len(found) > _MOVES,
    )


def _gather_one(ledger: Ledger, *, actor: str) -> dict[str, Any]:
    doing, undergoing = MoveFilter(actor=actor), MoveFilter(recipient=actor)
    return {
        "acts": ledger.count("act", doing, limit=24),
        "issues": ledger.count("issue", doing, limit=28),
        "addressed": ledger.count("recipient", doing, limit=25),
        "addressing": ledger.count("actor", undergoing, limit=25),
        "against": ledger.count("act", undergoing, limit=24),
        "publishers": ledger.count("publisher", doing, limit=12),
    }
