"""The moves of one document -> the same moves, dated: from their own words, from the text around them, from the report's day."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from datetime import date, timedelta

from demarche.dates._phrases import Found, find_times, resolve_phrase
from demarche.model import Document, Move, Reading, ReadSentence, Span, Status, TimeSpan

__all__ = ["date_moves"]

_DATELINE = re.compile(
    r"[A-Z][\w .,'()/-]{1,60}?,\s+(?P<day>[A-Z][a-z]{2,8}\.?\s+\d{1,2}|\d{1,2}\s+[A-Z][a-z]{2,8}\.?)\s*"
    r"(?:\([^)]{1,40}\)\s*)?[\u2014\u2013:-]"
)
_NEWS = timedelta(days=3)
"""How far before the report a day may lie that the sentences after it still tell of."""
_LEDE = 2
"""Sentences that say which day a report tells of; after them it can only go on to later days."""
_ASIDE = re.compile(r"\b(?:who|whom|which|whose|that|after|before|since|when|had)\b|\bof\s*\Z", re.IGNORECASE)
"""What stands before a time that is not the main clause's."""
_RELATIVE = re.compile(r",\s(?:who|whom|which|whose|where)\b[^,;]*", re.IGNORECASE)
_BREAK = re.compile(r"\b(?:who|whom|which|whose|that|after|before|since|when)\b|[;:]", re.IGNORECASE)
_SHORT = 5
"""Words of a content up to which it is a thing, not a clause."""
_BETWEEN = 60
"""A clause between a time and a trigger counts as so many characters of distance."""


def date_moves(document: Document, reading: Reading, moves: Sequence[Move]) -> tuple[Move, ...]:
    """Return the moves with their dates, the times in them resolved.

    A move is dated by, in this order: its own words for a time; a time of its sentence outside what is demanded, offered,
    threatened ...; the day that the sentences before tell of; the dateline; the day of publication. ``date_basis`` says
    which. What a text only recalls (status ``past``) has the date that its sentence gives, or none. A plan without
    a day has the day of its announcement. Without a day of publication only full dates are resolved.

    Examples
    --------
    >>> from demarche import code
    >>> [move.date for move in code("Kyiv rejected the plan on Tuesday.", published="2025-11-27")]
    ['2025-11-25']
    """
    told = _Told(document)
    dated = {}
    by_sentence: dict[int, list[Move]] = {}
    for move in moves:
        by_sentence.setdefault(move.sentence.start, []).append(move)
    for sentence in reading.sentences:
        for move in by_sentence.get(sentence.span.start, []):
            dated[move.id] = told.date_move(move)
        told.go_on(sentence)
    return tuple(dated.get(move.id, move) for move in moves)


class _Told:
    """The day that a document tells of, sentence after sentence."""

    def __init__(self, document: Document) -> None:
        self._published = _day(document.published)
        self._partial = document.published or ""
        dateline = _dateline(document.text, self._published)
        self._base = dateline or self._published
        self._first: tuple[date, str] | None = None
        if self._base:
            self._first = (self._base, "dateline" if dateline else "published")
        self._day: date | None = None
        self._read = 0

    def go_on(self, sentence: ReadSentence) -> None:
        """Take the first day that the main clause of a sentence names as the one that the next sentences tell of."""
        self._read += 1
        if self._base is None:
            return
        text = _undated(sentence.span)
        for found in find_times(text, base=self._base, anchor=self._day):
            day = _day(found.date)
            recent = day and found.precision == "day" and self._base - _NEWS <= day <= self._base
            if recent and not found.anchored and not _ASIDE.search(text, 0, found.start):
                lede = self._day is None and self._read <= _LEDE
                if day and (lede or day >= (self._day or self._base)):
                    self._day = day
                return

    def date_move(self, move: Move) -> Move:
        """Return a move with its date."""
        own = self._resolve(move.when, _direction(move))
        deadline = self._resolve(move.deadline, "future")
        made = dataclasses.replace(move, when=own, deadline=deadline)
        if own and own.span.text.startswith("of ") and own.span.start > move.trigger.end + 1:
            own, made = None, dataclasses.replace(move, deadline=deadline, when=own)  # it is another noun's
        ahead = own and own.date and move.status == Status.ACTUAL and self._is_ahead(own.date)
        if own and own.date and not ahead:  # "agreed to meet tomorrow" was agreed before that
            return dataclasses.replace(made, date=own.date, date_precision=own.precision, date_basis="explicit")
        near = self._nearest(move)
        if near:
            return dataclasses.replace(made, date=near.date, date_precision=near.precision, date_basis="explicit")
        if move.status == Status.PAST or (move.when and move.status != Status.ACTUAL):
            return made
        day, basis = (self._day, "context") if self._day else self._first or (None, "")
        if day is None:
            return self._roughly(made)
        if move.status == Status.PLANNED:
            basis = "announced"
        return dataclasses.replace(made, date=day.isoformat(), date_precision="day", date_basis=basis)

    def _is_ahead(self, day: str) -> bool:
        return self._base is not None and day > self._base.isoformat()[: len(day)]

    def _roughly(self, move: Move) -> Move:
        """Return a move dated to the month or year of publication, where no more of it is known."""
        precision = {4: "year", 7: "month"}.get(len(self._partial))
        if precision is None or move.status == Status.PLANNED:
            return move
        return dataclasses.replace(move, date=self._partial, date_precision=precision, date_basis="published")

    def _resolve(self, time: TimeSpan | None, direction: str) -> TimeSpan | None:
        if time is None:
            return None
        found = self._phrase(time.span.text, direction)
        return dataclasses.replace(time, date=found.date, precision=found.precision) if found else time

    def _phrase(self, words: str, direction: str) -> Found | None:
        if self._base:
            return resolve_phrase(words, base=self._base, direction=direction, anchor=self._day)
        # Without a day of the report: what comes out the same whatever that day was.
        first, second = (
            resolve_phrase(words, base=base, direction=direction) for base in (date(2000, 1, 10), date(1961, 7, 21))
        )
        return first if first == second else None

    def _nearest(self, move: Move) -> Found | None:
        """Return the time of the sentence that belongs to the trigger of a move, by distance and clauses between."""
        if self._base is None:
            return None
        offset = move.sentence.start
        held = [span for span in (move.content, move.condition, move.deadline and move.deadline.span) if span]
        if move.content and len(move.content.text.split()) <= _SHORT:
            held.remove(
                move.content
            )  # "condemned the attack yesterday": a thing has no time of its own as a clause has
        text = _undated(move.sentence)
        asides = [match.span() for match in _RELATIVE.finditer(text)]
        best: tuple[int, Found] | None = None
        for found in find_times(text, base=self._base, direction=_direction(move), anchor=self._day):
            start, end = move.trigger.start - offset, move.trigger.end - offset
            if move.status == Status.ACTUAL and self._is_ahead(found.date):
                continue  # "gave warning that from tomorrow ...": what is told lies ahead, the telling does not
            if text[end : found.start].split() == ["of"]:
                return found  # "the proposal of Tuesday"
            if _is_attribute(text, found):
                continue
            if found.precision == "year" and text[: found.start].endswith("since "):
                continue  # "the first since 1975" is not of 1975
            elsewhere = any(a <= found.start < b and not a <= start < b for a, b in asides)
            if elsewhere or any(_inside(found, span, offset) for span in held):
                continue
            cost = _cost(text, found, start, end)
            if best is None or cost < best[0]:
                best = (cost, found)
        return best[1] if best and not (best[0] > 3 * _BETWEEN and move.status != Status.ACTUAL) else None


def _direction(move: Move) -> str:
    return "future" if move.status == Status.PLANNED else "past"


_PART_OF = re.compile(
    r"\b(?:morning|noon|afternoon|evening|night|hours?|days?|weeks?|end|start|beginning)\s+of\s\Z", re.IGNORECASE
)


def _is_attribute(text: str, found: Found) -> bool:
    """Tell whether a time only says which: "the July 2016 coup", "the Sunday Gazette", "the proposal of Tuesday"."""
    before = text[: found.start]
    if before.endswith("of ") and not _PART_OF.search(before):
        return True
    follows = before.endswith(("the ", "The ")) and re.match(r"\s\w", text[found.end :]) is not None
    return follows and (found.precision != "day" or text[found.end + 1].isupper())


def _inside(found: Found, span: Span, offset: int) -> bool:
    return span.start - offset <= found.start and found.end <= span.end - offset


def _cost(text: str, found: Found, start: int, end: int) -> int:
    first, last = (found.end, start) if found.end <= start else (end, found.start)
    clauses = len(_BREAK.findall(text[first:last])) if first < last else 0
    return max(0, last - first) + _BETWEEN * clauses


def _undated(sentence: Span) -> str:
    """Return the sentence with its dateline blanked, length kept: that day is the report's, not the event's."""
    match = _DATELINE.match(sentence.text) if sentence.start < 200 else None
    return " " * match.end() + sentence.text[match.end() :] if match else sentence.text


def _day(value: str | None) -> date | None:
    try:
        day = date.fromisoformat((value or "")[:10])
    except ValueError:
        return None
    return day if 1 < day.year < 9999 else None  # there must be days before and after it


def _dateline(text: str, published: date | None) -> date | None:
    """Return the day that stands in the dateline ("MOSCOW, Sept. 11 \u2014"), if it can be that of the report."""
    match = _DATELINE.match(text[:160])
    if match is None or published is None:
        return None
    found = resolve_phrase(match["day"], base=published, direction="past")
    day = found and _day(found.date)
    return day if day and published - timedelta(days=5) <= day <= published else None
