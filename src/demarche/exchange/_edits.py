"""A move with what a person changed in it, each change held against the words of its sentence."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from demarche.codebook import load_codebook
from demarche.errors import CodebookError, InputError
from demarche.model import Act, Document, Mention, Move, SentenceMark, Span, Status, TimeSpan, Voice

__all__ = [
    "CODES",
    "LISTS",
    "PLAIN",
    "TIMES",
    "edited",
    "fresh_move",
    "kept_mentions",
    "parse_code",
    "parse_date",
    "parse_party",
]

CODES: Mapping[str, Callable[[str], Any]] = {"act": Act, "status": Status, "voice": Voice}
LISTS = ("actors", "recipients")
PLAIN = ("content", "condition", "where")
TIMES = ("deadline", "when")
_PARTY = re.compile(r"([A-Z0-9][A-Z0-9+_.-]{1,63})(?: ([A-Z]{3}))?\Z")
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z", re.ASCII)


def parse_code(name: str, value: str) -> Any:
    """Return a code of the codebook.

    Raises
    ------
    InputError
        If there is none of this name.
    """
    codebook = load_codebook()
    if name == "issue":
        try:
            codebook.check_issue(value)
        except CodebookError as error:
            raise InputError(f"{value[:60]!r} is no issue of the codebook") from error
        return value
    try:
        return CODES[name](value)
    except ValueError as error:
        raise InputError(f"{value[:60]!r} is no {name} of the codebook") from error


def parse_party(value: str) -> tuple[str, str | None] | None:
    """Return id and sector of a party (``RUS GOV``), None if that is no id.

    Examples
    --------
    >>> parse_party("RUS GOV"), parse_party("the Kremlin")
    (('RUS', 'GOV'), None)
    """
    found = _PARTY.match(value)
    return (found.group(1), found.group(2)) if found else None


def parse_date(value: str) -> dict[str, str | None]:
    """Return the fields of a move that its day, month or year comes to; "" takes the date away.

    Raises
    ------
    InputError
        If it is no ISO 8601 date.
    """
    if not value:
        return dict.fromkeys(("date", "date_precision", "date_basis"))
    if not _is_date(value):
        raise InputError(f"{value[:40]!r} is no date; write it as 1962-10-22, 1962-10 or 1962")
    precision = {4: "year", 7: "month"}.get(len(value), "day")
    return {"date": value, "date_precision": precision, "date_basis": "explicit"}


def _is_date(value: str) -> bool:
    if not _DATE.match(value):
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 10 :] if len(value) < 10 else value)
    except ValueError:  # the 31st of February
        return False
    return True


def kept_mentions(old: Sequence[Mention], span: Span) -> tuple[Mention, ...]:
    """Return what was known of the words, or the bare words: who is meant is found out when they are taken in."""
    return tuple(mention for mention in old if mention.span == span) or (Mention(span=span),)


def edited(move: Move, changes: Mapping[str, Any]) -> Move:
    """Return a move with its changed fields; spans of a time stay what they are if their words do."""
    made = dict(changes)
    for name in TIMES:
        if isinstance(made.get(name), Span):
            old = getattr(move, name)
            made[name] = old if old and old.span == made[name] else TimeSpan(span=made[name])
    if "act" in made:
        code = load_codebook().acts[made["act"]]
        made |= {"event": code.event, "quad": code.quad}
    return dataclasses.replace(move, **made)


def fresh_move(document: Document, mark: SentenceMark, trigger: Span, act: Act, changes: Mapping[str, Any]) -> Move:
    """Return a move that a person added."""
    bare = Move(
        id=Move.make_id(document.id, trigger, act),
        document=document.id,
        published=document.published,
        sentence=Span.of(document.text, mark.start, mark.end),
        voice=mark.voice,
        act=act,
        event=None,
        mode=None,
        quad=None,
        status=Status.ACTUAL,
        issue="other",
        trigger=trigger,
        confidence=1.0,
        coder="person",
        codebook=load_codebook().version,
    )
    return edited(bare, {"act": act, **changes})
