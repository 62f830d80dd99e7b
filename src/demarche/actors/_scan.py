"""A document's words -> the names and nouns of the gazetteer in it, longest first, none overlapping another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demarche.actors._gazetteer import Entry, Gazetteer
from demarche.actors._tokens import Token

__all__ = ["Hit", "scan"]


@dataclass(frozen=True, slots=True)
class Hit:
    """Words of a document that the gazetteer knows.

    Parameters
    ----------
    first, last
        Numbers of the tokens, last exclusive.
    entries
        All that the words can mean.
    how
        ``name``, ``adjective``, ``surname`` or ``noun``.
    """

    first: int
    last: int
    entries: tuple[Entry, ...]
    how: str


def scan(tokens: list[Token], gazetteer: Gazetteer) -> list[Hit]:
    """Return the hits of a document in order."""
    found, place = [], 0
    while place < len(tokens):
        hit = next(_hits_at(tokens, place, gazetteer), None)
        if hit and tokens[place - 1].text == "New" and place and hit.how == "name":
            place = hit.last  # New Mexico is not Mexico
        elif hit:
            found.append(hit)
            place = hit.last
        else:
            place += 1
    return found


def _hits_at(tokens: list[Token], place: int, gazetteer: Gazetteer) -> Iterator[Hit]:
    longest = gazetteer.longest.get(tokens[place].key, 0)
    for length in range(min(longest, len(tokens) - place), 0, -1):
        words = tuple(token.key for token in tokens[place : place + length])
        part = tokens[place : place + length]
        proper = _is_proper(part)
        if words in gazetteer.names and proper and _is_written(tokens, place, gazetteer.written.get(words, "")):
            yield Hit(place, place + length, tuple(gazetteer.names[words]), "name")
        if words in gazetteer.adjectives and proper:
            yield Hit(place, place + length, tuple(gazetteer.adjectives[words]), "adjective")
        if words in gazetteer.surnames and proper:
            yield Hit(place, place + length, tuple(gazetteer.surnames[words]), "surname")
        if words in gazetteer.nouns:
            yield Hit(place, place + length, (gazetteer.nouns[words],), "noun")


def _is_written(tokens: list[Token], place: int, how: str) -> bool:
    """Tell whether a single word stands as its name must: an acronym in capitals ("MPS", not "MPs"), "the" before "Community"."""
    if how == "upper":
        return tokens[place].text.isupper()
    return how != "the" or (place > 0 and tokens[place - 1].key == "the")


_SHORT = frozenset({"us", "who", "is", "it", "un", "eu", "au", "am", "so", "all", "no", "may"})


def _is_proper(part: list[Token]) -> bool:
    """Tell whether words are written as a name: "US", not "us"; "Security Council", not "security council"."""
    if len(part) == 1:
        text = part[0].text
        return text.isupper() if part[0].key in _SHORT else text[0].isupper()
    if all(len(token.text) == 1 for token in part):
        return all(token.text.isupper() for token in part)
    return part[-1].text[0].isupper() and (part[0].text[0].isupper() or part[0].key in ("the", "al", "bin", "de"))
