"""A filter on moves as a condition of SQL over an archive: what it means is what it means in a ledger.

Values are parameters, never words of the statement.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import UNKNOWN, MoveFilter
from demarche.model.filters import check_date

__all__ = ["Parameters", "date_text", "select"]

Parameters = dict[str, Any]

_EQUAL = ("act", "issue", "status", "voice", "publisher", "document", "cluster")
_MOST = 20_000
"""Moves that one filter may name, as in a ledger."""


def date_text(day: str = "date") -> str:
    """Return the expression of a date as far as it is known: 1962, 1962-10 or 1962-10-22."""
    formats = {"year": "%Y", "month": "%Y-%m"}
    known = " ".join(f"WHEN '{name}' THEN strftime({day}, '{form}')" for name, form in formats.items())
    return f"CASE precision {known} ELSE strftime({day}, '%Y-%m-%d') END"


def select(wanted: MoveFilter) -> tuple[str, Parameters]:
    """Return the condition that moves must meet to pass, and its parameters; words are for :func:`~demarche.archive._words.find_words`.

    Raises
    ------
    InputError
        If the filter makes no sense, or asks what an archive does not hold: who is named but not resolved.
    """
    parameters: Parameters = {}
    parts = [f"{name} = ${name}" for name in _EQUAL if getattr(wanted, name) is not None]
    parameters |= {name: getattr(wanted, name) for name in _EQUAL if getattr(wanted, name) is not None}
    parts += _parties(wanted, parameters)
    if wanted.quad is not None:
        acts = [act.value for act, code in load_codebook().acts.items() if (code.quad or 0) == int(wanted.quad)]
        parts.append("list_contains($acts, act)")
        parameters["acts"] = acts
    if wanted.min_confidence is not None:
        parts.append("confidence >= $min_confidence")
        parameters["min_confidence"] = wanted.min_confidence
    named = [ids for ids in (None if wanted.move is None else (wanted.move,), wanted.moves) if ids is not None]
    for number, ids in enumerate(named):
        if len(ids) > _MOST:
            raise InputError(f"a filter names {_MOST} moves at most, not {len(ids)}")
        parts.append(f"id IN (SELECT unnest($moves_{number}::VARCHAR[]))")
        parameters[f"moves_{number}"] = list(ids)
    parts += _dated(wanted, parameters)
    return " AND ".join(parts) or "true", parameters


def _parties(wanted: MoveFilter, parameters: Parameters) -> list[str]:
    parts = []
    for role, test in (
        ("actor", "list_contains(actors, $actor)"),
        ("recipient", "list_contains(recipients, $recipient)"),
        ("source", "source = $source"),
    ):
        who = getattr(wanted, role)
        if who is None:
            continue
        if who == UNKNOWN:
            raise InputError(
                f"an archive does not hold which {role}s are named but not resolved; take its documents into a ledger for that"
            )
        parts.append(test)
        parameters[role] = who
    return parts


def _dated(wanted: MoveFilter, parameters: Parameters) -> list[str]:
    """Return the conditions on the date; one that is less precise than a day passes if it can lie between the bounds."""
    if wanted.since == UNKNOWN:
        return ["date IS NULL"] if wanted.until is None else ["false"]
    since, until = wanted.since and check_date(wanted.since), wanted.until and check_date(wanted.until)
    if since and until and since[: len(until)] > until:
        raise InputError(f"nothing lies after {since} and before {until}; exchange the two dates")
    parts, known = [], date_text()
    # The first condition of each is one on the stored day alone, by which whole parts of a file can be passed over.
    if since is not None:
        parameters |= {"since": since, "since_day": date(int(since[:4]), 1, 1)}
        parts.append(f"date >= $since_day AND ({known} >= $since OR starts_with($since, {known}))")
    if until is not None:
        parameters |= {"until": until, "until_day": date(int(until[:4]), 12, 31), "until_length": len(until)}
        parts.append(f"date <= $until_day AND substr({known}, 1, $until_length) <= $until")
    return parts
