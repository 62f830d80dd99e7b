"""Moves as flat rows for the analyses: no spans but their words, parties as ids, each with its proposition."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.ledger import _views
from demarche.model import MoveFilter

__all__ = ["keys", "page"]

_STEP = 5000
"""Moves that are fetched at a time: fewer than the parameters that a statement may have."""
_PLAIN = (
    "id",
    "document",
    "cluster",
    "seq",
    "date",
    "published",
    "act",
    "issue",
    "status",
    "voice",
    "publisher",
    "confidence",
)

Row = dict[str, Any]


def keys(connection: Connection, wanted: MoveFilter) -> list[list[int]]:
    """Return the keys of the moves that pass, in the order in which they were taken in, a page of them a list."""
    found = sorted(_views.move_keys(connection, wanted, limit=None, offset=0))
    return [found[start : start + _STEP] for start in range(0, len(found), _STEP)]


def page(connection: Connection, keys: list[int], *, sectors: bool) -> list[Row]:
    """Return a row for each of the moves with these keys."""
    return list(_page(connection, keys, sectors=sectors))


def _page(connection: Connection, keys: list[int], *, sectors: bool) -> Iterator[Row]:
    query = sa.text(
        "SELECT m.id, m.document, s.cluster, m.seq, m.date, d.published, m.act, m.issue, m.status, m.voice, d.publisher, "
        "m.confidence, m.record, substr(d.text, CAST(m.sentence_start + 1 AS INTEGER), CAST(m.sentence_end - m.sentence_start AS INTEGER)) "
        "AS sentence, a.proposition, a.polarity FROM standing s JOIN moves m ON m.row = s.row JOIN documents d ON d.id = m.document "
        "LEFT JOIN current_assignments a ON a.move = m.id AND (a.version = m.seq OR a.basis = 'pinned') WHERE s.row IN :keys ORDER BY s.row"
    ).bindparams(sa.bindparam("keys", expanding=True))
    found = connection.execute(query, {"keys": keys}).mappings().all()
    parties = _parties(connection, [row["id"] for row in found], sectors=sectors)
    for row in found:
        yield _row(row, parties.get((row["id"], row["seq"]), {}))


def _row(row: Any, parties: Mapping[str, list[str]]) -> Row:
    record = json.loads(row["record"])
    made = {name: row[name] for name in _PLAIN}
    made |= {name: (record.get(name) or {}).get("text") for name in ("trigger", "content", "condition")}
    source = parties.get("source")
    return made | {
        "precision": record.get("date_precision"),
        "event": record.get("event"),
        "quad": record.get("quad"),
        "actors": list(dict.fromkeys(parties.get("actor", ()))),
        "recipients": list(dict.fromkeys(parties.get("recipient", ()))),
        "source": source[0] if source else (record.get("source") or {}).get("text"),
        "deadline": _day((record.get("deadline") or {}).get("date")),
        "sentence": row["sentence"],
        "proposition": row["proposition"],
        "polarity": row["polarity"],
    }


def _day(date: str | None) -> str | None:
    """Return a date only if it is known to the day: the last moment of a month is not its first day."""
    return date if date and len(date) == 10 else None


def _parties(connection: Connection, moves: list[str], *, sectors: bool) -> dict[tuple[str, int], dict[str, list[str]]]:
    query = sa.text(
        "SELECT move, seq, role, entity, sector FROM current_mentions WHERE move IN :moves AND entity IS NOT NULL "
        "ORDER BY move, role, position"
    ).bindparams(sa.bindparam("moves", expanding=True))
    made: dict[tuple[str, int], dict[str, list[str]]] = {}
    for move, seq, role, entity, sector in connection.execute(query, {"moves": moves}):
        party = f"{entity} {sector}" if sectors and sector else entity
        made.setdefault((move, seq), {}).setdefault(role, []).append(party)
    return made
