"""What the pages of the analyses share: the options in an address, the moves they rest on, and the way from both to a page.

A page reads its filter and its options from its address, has the result computed beside the requests, and shows it with its
notes, what it left out, and the measured error of the coder. Reading a page never writes to the ledger.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import Depends
from markupsafe import Markup
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response

from demarche import pipeline
from demarche.codebook import load_codebook
from demarche.errors import CodebookError, InputError
from demarche.ledger import Ledger
from demarche.model import LedgerMove, MoveFilter
from demarche.web._filters import FILTERS, read_filter
from demarche.web._results import Answer
from demarche.web._view import draw, render

__all__ = [
    "KEPT",
    "STANCES",
    "Analysis",
    "Asked",
    "Form",
    "Options",
    "Paged",
    "ask",
    "ask_for",
    "await_answer",
    "draw_bounded",
    "page_of",
    "quote",
    "read_asked",
    "show_analysis",
    "titles",
    "typed_in",
]

STANCES = tuple(act.value for act, code in load_codebook().acts.items() if code.stance is not None)
"""Acts that take a stance: their measured error concerns all that is said of positions."""
KEPT = 500
"""Rows of a result that are kept for its pages; who wants more takes a filter."""
_SHOWN = 50
_LARGEST_CHART = 600_000  # characters: a page stays below 1 MB
_LONGEST = 300
_FRAMES = 300_000  # moves in all the frames that are kept


async def _read_form(request: Request) -> FormData:
    return await request.form()


Form = Annotated[FormData, Depends(_read_form)]
"""The fields of a form that was sent."""


def typed_in(form: FormData, name: str, *, most: int = _LONGEST, need: str | None = None) -> str:
    """Return what was typed into a field of a form, without space around it.

    Parameters
    ----------
    most
        Characters that it may have.
    need
        What the field is for; if given, it must not be empty.

    Raises
    ------
    InputError
        If it is too long, or empty and needed.
    """
    value = form.get(name)
    words = value.strip() if isinstance(value, str) else ""
    if len(words) > most:
        raise InputError(f"the field {name} is longer than {most} characters")
    if need and not words:
        raise InputError(f"{need} is missing; fill in the field {name}")
    return words


class Options:
    """The options of a page, read one by one from its address; what is not given has its default.

    Parameters
    ----------
    query
        The fields of the address.
    """

    def __init__(self, query: QueryParams) -> None:
        self._query = query

    def words(self, name: str, *, most: int = _LONGEST) -> str | None:
        """Return words, None where there are none."""
        value = (self._query.get(name) or "").strip()
        if len(value) > most:
            raise InputError(f"{name} is longer than {most} characters")
        return value or None

    def choice(self, name: str, allowed: Sequence[str]) -> str:
        """Return one of the words that are allowed, the first of them by default."""
        value = self.words(name) or allowed[0]
        if value not in allowed:
            raise InputError(f"{name} is one of {', '.join(allowed)}")
        return value

    def number(self, name: str, *, low: int, high: int, default: int) -> int:
        """Return a whole number from `low` to `high`."""
        found = self.maybe(name, low=low, high=high)
        return default if found is None else found

    def maybe(self, name: str, *, low: int, high: int) -> int | None:
        """Return a whole number from `low` to `high`, None where there is none."""
        value = self.words(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) < 10 and low <= int(value) <= high):
            raise InputError(f"{name} is a whole number from {low:,} to {high:,}")
        return int(value)

    def share(self, name: str, *, default: float) -> float:
        """Return a number from 0 to 1."""
        value = self.words(name)
        try:
            found = default if value is None else float(value)
        except ValueError:
            found = -1.0
        if not 0 <= found <= 1:
            raise InputError(f"{name} is a number from 0 to 1")
        return found

    def day(self, name: str) -> date | None:
        """Return a day, None where there is none."""
        value = self.words(name)
        try:
            return None if value is None else date.fromisoformat(value)
        except ValueError:
            raise InputError(f"{name} is a day such as 1962-10-28") from None

    def flag(self, name: str) -> bool:
        """Return whether a box is ticked."""
        return self.words(name) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page was asked.

    Parameters
    ----------
    wanted
        Which moves.
    options
        The page's own options, as its analysis takes them.
    typed
        Filter and options as they stand in the address: what links and forms carry on.
    frames
        Where frames of moves are kept for a while.
    """

    wanted: MoveFilter
    options: Mapping[str, Any]
    typed: Mapping[str, str]
    frames: _Frames = field(repr=False, compare=False)

    def moves(self, ledger: Ledger) -> Any:
        """Return the frame of the moves that pass the filter."""
        return self.frames.get(ledger, self.wanted, sectors=bool(self.options.get("sectors")))


Context = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """A page of an analysis.

    Parameters
    ----------
    name
        Of its path and its template.
    title
        For people.
    fields
        Names of its options.
    acts
        Whose measured error concerns it; empty for all acts.
    read
        Reads its options.
    compute
        Makes from a ledger what the template shows: `found`, a finding, and more.
    quoted
        Which moves a page quotes; asked with what was computed and the rows on the page.
    rows
        Name of what is shown a page at a time.
    """

    name: str
    title: str
    fields: tuple[str, ...]
    acts: tuple[str, ...]
    read: Callable[[Options], Context]
    compute: Callable[[Ledger, Asked], Context]
    quoted: Callable[[Context, Sequence[Any]], Iterable[str]] = lambda value, rows: ()
    rows: str = "rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged:
    """Some rows of many.

    Parameters
    ----------
    rows
        Those on this page.
    number
        The page, from 1.
    more
        Whether there is a page after it.
    first, total
        Number of the first row, and of all rows, those too that no page shows.
    """

    rows: Sequence[Any]
    number: int
    more: bool
    first: int
    total: int


def page_of(rows: Sequence[Any], query: QueryParams, *, total: int | None = None, size: int = _SHOWN) -> Paged:
    """Return the rows of the page that an address asks for, the first one where that is none."""
    value = query.get("page", "")
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 1
    number = max(1, min(number, -(-len(rows) // size) or 1))
    start = (number - 1) * size
    shown = rows[start : start + size]
    return Paged(
        rows=shown,
        number=number,
        more=start + size < len(rows),
        first=start + 1,
        total=len(rows) if total is None else total,
    )


class _Frames:
    """The frames of moves that were asked for last: the pages of several analyses look at the same moves."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Any, Any] = OrderedDict()

    def get(self, ledger: Ledger, wanted: MoveFilter, *, sectors: bool) -> Any:
        """Return the frame of the moves that pass a filter, as the ledger is now."""
        key = (ledger.head(), wanted, sectors)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = pipeline.frame_moves(ledger, wanted, sectors=sectors)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > 1 and sum(frame.height for frame in self._kept.values()) > _FRAMES:
                self._kept.popitem(last=False)
            if made.height > _FRAMES:
                del self._kept[key]
        return made


def _frames(request: Request) -> _Frames:
    state = request.app.state
    if not hasattr(state, "frames"):
        state.frames = _Frames()
    frames: _Frames = state.frames
    return frames


def read_asked(request: Request, analysis: Analysis, query: QueryParams | None = None) -> Asked:
    """Return what the address of a page asks, or another one of the same page.

    Raises
    ------
    InputError
        If a field of it is wrong: which one, and what it should be.
    """
    query = request.query_params if query is None else query
    typed = _typed(analysis, query)
    wanted = read_filter(query)
    return Asked(wanted=wanted, options=analysis.read(Options(query)), typed=typed, frames=_frames(request))


def _typed(analysis: Analysis, query: QueryParams) -> dict[str, str]:
    given = {name: (query.get(name) or "")[:4000] for name in (*FILTERS, *analysis.fields)}
    return {name: value for name, value in given.items() if value.strip()}


def ask(request: Request, analysis: Analysis, asked: Asked) -> Answer:
    """Return what there is of a result; its value is None where `refused` says what is wrong with the question."""
    key = (analysis.name, asked.wanted, tuple(sorted(asked.options.items())))
    return ask_for(request, key, partial(_compute, analysis, asked))


def ask_for(request: Request, key: Hashable, compute: Callable[[Ledger], Any], *, wait: float = 0.4) -> Answer:
    """Return what there is of a result that is computed beside the requests: see :class:`~demarche.web._results.Results`."""
    answer: Answer = request.app.state.results.get(key, compute, wait=wait)
    return answer


def await_answer(get: Callable[[], Answer], *, wait: float = 5) -> Answer:
    """Return a result as the ledger is now, or what there is of it after `wait` seconds: who changes something wants to see it changed."""
    end = time.monotonic() + wait
    answer = get()
    while (answer.stale or not answer.ready) and time.monotonic() < end:
        time.sleep(0.05)
        answer = get()
    return answer


def _compute(analysis: Analysis, asked: Asked, ledger: Ledger) -> Context:
    try:
        return {"refused": None} | analysis.compute(ledger, asked)
    except (InputError, CodebookError) as error:  # kept: asking again would end the same
        return {"refused": getattr(error, "reason", str(error))}


def show_analysis(request: Request, analysis: Analysis, *, status: int = 200, **more: Any) -> Response:
    """Return the page of an analysis: its result, or the form with what is wrong, or word that it is being counted.

    Parameters
    ----------
    status
        Of the answer, where nothing is wrong with the address.
    more
        Further things that the template uses.
    """
    try:
        asked = read_asked(request, analysis)
        answer = ask(request, analysis, asked)
    except (InputError, CodebookError) as error:
        return _show(request, analysis, _typed(analysis, request.query_params), 400, more, error=_words(error))
    if answer.ready and answer.value["refused"]:
        return _show(request, analysis, asked.typed, 400, more, error=answer.value["refused"])
    return _show(request, analysis, asked.typed, status, more, asked=asked, answer=answer)


def _words(error: Exception) -> str:
    return str(getattr(error, "reason", error))


def _show(
    request: Request,
    analysis: Analysis,
    typed: Mapping[str, str],
    status: int,
    more: Context,
    *,
    asked: Asked | None = None,
    answer: Answer | None = None,
    error: str | None = None,
) -> Response:
    value: Context = answer.value if answer and answer.ready else {}
    paged = page_of(value.get(analysis.rows, ()), request.query_params, total=value.get("total"))
    context: Context = {
        "analysis": analysis,
        "path": f"/{analysis.name}",
        "typed": typed,
        "own": [(name, typed[name]) for name in analysis.fields if name in typed],
        "waiting": answer is not None and not answer.ready,
        "silent": None,
        "wanted": MoveFilter(**{name: typed[name] for name in FILTERS if name in typed}),  # type: ignore[arg-type]
        "asked": asked,
        "answer": answer,
        "error": error,
        "failure": None,
        "spot": None,
        "found": None,
        "paged": paged,
        "quotes": quote(request, analysis.quoted(value, paged.rows)) if value else {},
        "measured": ask_for(request, "measured error", pipeline.measured_error, wait=0.1),
    }
    return render(request, f"{analysis.name}.html", status=status, **(context | value | more))


def quote(request: Request, moves: Iterable[str]) -> dict[str, LedgerMove]:
    """Return moves by their ids, as they stand now; those that are not there any more are left out."""
    ids = tuple(dict.fromkeys(moves))[:KEPT]
    if not ids:
        return {}
    with request.app.state.ledgers.use() as ledger:
        return {found.move.id: found for found in ledger.moves(MoveFilter(moves=ids))}


def titles(ledger: Ledger, propositions: Iterable[str]) -> dict[str, str]:
    """Return the readable names of propositions."""
    ids = set(propositions)
    return {found.id: found.name for found in ledger.propositions() if found.id in ids} if ids else {}


def draw_bounded(spec: dict[str, Any]) -> Markup | None:
    """Return a chart for a page, None where it has so many marks that the page would not be usable."""
    drawn = draw(spec)
    return drawn if len(drawn) <= _LARGEST_CHART else None
