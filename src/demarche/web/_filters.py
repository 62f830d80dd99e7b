"""Filters as they stand in an address, so that what one looks at can be sent to somebody else."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import MoveFilter

__all__ = [
    "FILTERS",
    "address",
    "choices",
    "document_address",
    "evidence_address",
    "move_address",
    "read_filter",
    "restate",
]

FILTERS = tuple(field.name for field in dataclasses.fields(MoveFilter) if field.name != "moves")
"""The names of a filter's fields, the same here, on the command line and in Python."""
_LONGEST = 300
_SECTORED = re.compile(r"\A([A-Z0-9+_.-]+) [A-Z]{3}\Z")
SHOWN_EVIDENCE = 50
"""Moves that one link names: more would make addresses that no browser takes."""


def read_filter(query: QueryParams) -> MoveFilter:
    """Return the filter that an address states; fields left empty do not count.

    Raises
    ------
    InputError
        If a value is no code of the codebook, no number or too long.
    """
    given: dict[str, Any] = {}
    for name in FILTERS:
        value = (query.get(name) or "").strip()
        if len(value) > _LONGEST:
            raise InputError(f"the filter {name} is longer than {_LONGEST} characters")
        if value:
            given[name] = value
    for role in ("actor", "recipient", "source"):
        if role in given:
            # With sectors told apart an analysis calls a party "USA GOV"; the ledger is asked for the party.
            given[role] = _SECTORED.sub(r"\1", given[role])
    for name, allowed in choices().items():
        if name in given and given[name] not in allowed:
            raise InputError(f"there is no {name} of that name; choose from {', '.join(allowed)}")
    if "min_confidence" in given:
        given["min_confidence"] = _share(given["min_confidence"])
    if "quad" in given:
        given["quad"] = _quad(given["quad"])
    return MoveFilter(**given, **_named_moves(query))


def choices() -> dict[str, tuple[str, ...]]:
    """Return the codes that the closed fields of a filter can have."""
    codebook = load_codebook()
    return {
        "act": tuple(act.value for act in codebook.acts),
        "issue": tuple(codebook.issues),
        "status": tuple(status.value for status in codebook.statuses),
        "voice": tuple(voice.value for voice in codebook.voices),
    }


def restate(wanted: MoveFilter) -> dict[str, str]:
    """Return a filter as the fields of an address; read_filter gives it back."""
    given = {name: getattr(wanted, name) for name in FILTERS}
    return {name: str(value) for name, value in given.items() if value is not None}


def address(path: str, **query: Any) -> str:
    """Return a path with the fields that are not None; a field may have several values.

    Examples
    --------
    >>> address("/moves", actor="USA", issue=None)
    '/moves?actor=USA'
    """
    given = {name: value for name, value in query.items() if value not in (None, "", (), [])}
    return f"{path}?{urlencode(given, doseq=True)}" if given else path


def document_address(document: str, *, at: int | None = None, **query: Any) -> str:
    """Return the address of a document's reader, whatever its id holds.

    Parameters
    ----------
    at
        Offset of a sentence, which is then shown marked.

    Examples
    --------
    >>> document_address("notes/a b?", at=12), document_address("..")
    ('/documents/notes%2Fa%20b%3F?at=12#s12', '/documents?id=..')
    """
    end = "" if at is None else f"#s{at}"
    # A browser takes dots for a step up, and the desk takes no control characters in a path.
    if document in (".", "..") or any(ord(letter) < 0x20 or letter == "\x7f" for letter in document):
        return address("/documents", id=document, at=at, **query) + end
    return address(f"/documents/{quote(document, safe='', errors='replace')}", at=at, **query) + end


def move_address(move: str) -> str:
    """Return the address of a move's page."""
    return f"/moves/{quote(move, safe='', errors='replace')}"


def evidence_address(moves: Iterable[str]) -> str:
    """Return the address of the page that shows these moves with their sentences: the first of them if there are very many."""
    ids = list(dict.fromkeys(moves))
    if len(ids) == 1:
        return move_address(ids[0])
    return address("/moves", id=ids[:SHOWN_EVIDENCE], of=len(ids) if len(ids) > SHOWN_EVIDENCE else None)


def _named_moves(query: QueryParams) -> Mapping[str, Any]:
    ids = tuple(dict.fromkeys(value[:64] for value in query.getlist("id")[:SHOWN_EVIDENCE]))
    return {"moves": ids} if ids else {}


def _quad(value: str) -> int:
    if value not in ("0", "1", "2", "3", "4"):
        raise InputError("the quad class is a number from 1 to 4, or 0 for acts of none")
    return int(value)


def _share(value: str) -> float:
    try:
        share = float(value)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise InputError("the least confidence is a number from 0 to 1")
    return share
