"""Where the words of a query stand in a text, in the forms that the store's search takes for the same word.

The stores stem words, each in its own way ("rejecting" finds "rejected"). Which forms a word of the query has is asked of the store's
own stemmer, for the distinct words of the texts that are shown; where they stand is looked up here, so that the offsets are those of the
text itself.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.model import Span

__all__ = ["LOOKED_AT", "Forms", "cut_snippet", "find_forms", "find_terms"]

LOOKED_AT = 200_000
"""Characters of a text in which words are looked for."""
_WIDTH = 280
_BEFORE = 60
_WORD = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")

Forms = Mapping[str, Collection[str]]
"""Word of the query -> the words of the texts, caseless, that are forms of it."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A term of a query at its place in a text."""

    term: int
    start: int
    end: int


def find_forms(connection: Connection, terms: Sequence[str], texts: Sequence[str]) -> Forms:
    """Return which words of texts are forms of the words of a query."""
    asked = {word.casefold() for term in terms for word in _WORD.findall(term)}
    initials = {_initial(word) for word in asked}
    known = {word for text in texts for word in set(_WORD.findall(text.casefold())) if _initial(word) in initials}
    alike = _alike_sqlite if connection.dialect.name == "sqlite" else _alike_postgresql
    return {word: {word, *alike(connection, word, known)} for word in sorted(asked)}


def find_terms(terms: Sequence[str], forms: Forms, text: str) -> list[Span]:
    """Return where the terms of a query stand in a text, in order; of a phrase all of its words together."""
    return [Span.of(text, found.start, found.end) for found in _find(terms, forms, text)]


def cut_snippet(terms: Sequence[str], forms: Forms, text: str) -> tuple[Span, tuple[Span, ...]]:
    """Return the part of a text that shows most terms of a query, the first of several, and the terms in it."""
    found = _find(terms, forms, text)
    best = max(range(len(found)), key=lambda first: (len(_shown(found, first)), -first), default=None)
    start = 0 if best is None else _word_start(text, max(0, found[best].start - _BEFORE))
    end = _word_end(text, min(len(text), start + _WIDTH))
    inside = tuple(Span.of(text, one.start, one.end) for one in found if start <= one.start and one.end <= end)
    return Span.of(text, start, end), inside


def _find(terms: Sequence[str], forms: Forms, text: str) -> list[_Found]:
    words = [(match.start(), match.end(), match.group().casefold()) for match in _WORD.finditer(text)]
    wanted = [[forms[word.casefold()] for word in _WORD.findall(term)] for term in terms]
    found = []
    for place, (start, _, _) in enumerate(words):
        for number, phrase in enumerate(wanted):
            there = words[place : place + len(phrase)]
            if (
                phrase
                and len(there) == len(phrase)
                and all(word[2] in form for word, form in zip(there, phrase, strict=True))
            ):
                found.append(_Found(term=number, start=start, end=there[-1][1]))
    return list(_apart(found))


def _apart(found: Sequence[_Found]) -> Iterator[_Found]:
    """Yield what is found without what lies within what came before."""
    last = 0
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if one.start >= last:
            yield one
            last = one.end


def _shown(found: Sequence[_Found], first: int) -> set[int]:
    """Return the terms that are shown by a part of the text that begins before one of them."""
    end = found[first].start + _WIDTH - _BEFORE
    shown = set()
    for one in found[first:]:
        if one.end > end:
            break
        shown.add(one.term)
    return shown


def _word_start(text: str, position: int) -> int:
    """Return a position at which no word is cut, a little further on."""
    for place in range(position, min(len(text), position + 30)):
        if place == 0 or (text[place - 1].isspace() and not text[place].isspace()):
            return place
    return position


def _word_end(text: str, position: int) -> int:
    for place in range(position, max(0, position - 30), -1):
        if place == len(text) or (text[place].isspace() and not text[place - 1].isspace()):
            return place
    return position


def _initial(word: str) -> str:
    """Return the first letter without its accent: no stemmer changes it."""
    return unicodedata.normalize("NFKD", word)[0].casefold()


def _alike_sqlite(_: Connection, word: str, known: set[str]) -> set[str]:
    with closing(sqlite3.connect(":memory:")) as stems:
        stems.execute("CREATE VIRTUAL TABLE words USING fts5(word, tokenize='porter unicode61 remove_diacritics 2')")
        stems.executemany("INSERT INTO words VALUES (?)", [(one,) for one in known])
        return {row[0] for row in stems.execute("SELECT word FROM words WHERE words MATCH ?", (f'"{word}"',))}


def _alike_postgresql(connection: Connection, word: str, known: set[str]) -> set[str]:
    query = sa.text(
        "SELECT w FROM unnest(CAST(:known AS text[])) w WHERE to_tsvector('english', w) @@ plainto_tsquery('english', :word)"
    )
    return {row[0] for row in connection.execute(query, {"known": sorted(known), "word": word})}
