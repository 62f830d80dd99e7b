"""Moves along time: the JSON of TimelineJS, which shows its words as HTML, so all are escaped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from html import escape
from typing import Any

from demarche.exchange._cells import whole
from demarche.exchange._citation import iso_parts, list_parties, one_line, web_address
from demarche.exchange._format import Format
from demarche.model import Document, Move, SourcedMove, Status

__all__ = ["TIMELINEJS", "write_timelinejs"]

_PARTS = ("year", "month", "day")
_PRECISE = {"year": 1, "month": 2}
_MARKS = {
    Status.PLANNED: "planned",
    Status.POSSIBLE: "possible",
    Status.NEGATED: "not done",
    Status.PAST: "recalled",
}


def write_timelinejs(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield the JSON object of a timeline, a line for each event; TimelineJS sorts them.

    Parameters
    ----------
    moves
        Those without a date are passed over.
    text
        False leaves out the words of the documents.
    """
    yield '{"events": ['
    between = "\n"
    for sourced in moves:
        if iso_parts(sourced.move.date):
            yield between + json.dumps(_event(sourced, text), ensure_ascii=False)
            between = ",\n"
    yield "\n]}\n"


def _event(sourced: SourcedMove, text: bool) -> dict[str, Any]:
    move = sourced.move
    return {
        **_dates(move),
        "text": {"headline": _headline(move, text), "text": "".join(_paragraphs(sourced, text))},
        "group": _html(move.issue),
        "unique_id": whole(move.id),
    }


def _dates(move: Move) -> dict[str, Any]:
    """Return the dates as precise as they are known: a week goes from its Monday to its Sunday."""
    parts = iso_parts(move.date)[: _PRECISE.get(move.date_precision or "", 3)]
    dates: dict[str, Any] = {"start_date": dict(zip(_PARTS, parts, strict=False))}
    if move.date_precision == "week" and len(parts) == 3:
        try:
            last = date(*parts) + timedelta(days=6)
        except (ValueError, OverflowError):
            return dates
        dates["end_date"] = dict(zip(_PARTS, (last.year, last.month, last.day), strict=True))
        dates["display_date"] = f"week of {move.date}"
    return dates


def _headline(move: Move, text: bool) -> str:
    actors = list_parties(move.actors, words=text) or "?"
    recipients = list_parties(move.recipients, words=text)
    mark = _MARKS.get(move.status)
    words = f"{actors}: {move.act.value}" + (f" → {recipients}" if recipients else "") + (f" ({mark})" if mark else "")
    return _html(words)


def _paragraphs(sourced: SourcedMove, text: bool) -> Iterator[str]:
    if text:
        yield f"<p>“{_html(sourced.move.sentence.text)}”</p>"
    said = list_parties((sourced.move.source,), words=text) if sourced.move.source else None
    if said:
        yield f"<p>according to {_html(said)}</p>"
    yield f"<p>{_source(sourced.document)}</p>"


def _source(document: Document) -> str:
    known = (document.title, document.publisher, (document.published or "")[:10])
    words = ", ".join(_html(part) for part in known if part) or _html(document.id)
    address = web_address(document.url)
    return f'<a href="{escape(address)}" rel="noopener noreferrer">{words}</a>' if address else words


def _html(words: str) -> str:
    return escape(one_line(words) or "")


def _refuse(sourced: SourcedMove, _: bool) -> str | None:
    return None if iso_parts(sourced.move.date) else "without a date"


TIMELINEJS = Format(
    name="timelinejs",
    title="TimelineJS: an event for each dated move",
    suffix=".json",
    write=write_timelinejs,
    refuse=_refuse,
    once=True,
)
