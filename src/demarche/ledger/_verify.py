"""The proof of a ledger: each entry against the one before, each row against its entry, each word against its offsets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import DemarcheError
from demarche.ledger._chain import FIRST, entry_hash, rows_digest
from demarche.ledger._rows import ledger_move
from demarche.ledger._standing import disagreements
from demarche.model import Verification

__all__ = ["verify"]

_STEP = 50
"""Entries, and so documents, that are held at a time."""
_MOST = 100
_COLUMNS = {
    "documents": "seq, id, title, url, publisher, language, published, sha256, text",
    "readings": "seq, document, coder, count, sentences",
    "moves": "seq, id, document, verdict, act, issue, status, voice, confidence, date, sentence_start, sentence_end, "
    "parties, words, record",
    "mentions": "seq, move, role, position, words, entity, sector, name, link",
    "clusters": "seq, document, cluster",
    "failures": "seq, place, stage, reason, same",
    "settlements": "seq, words, entity, sector, name, wide",
    "redactions": "seq, document",
    "propositions": "seq, id, issue, name, founder, target",
    "assignments": "seq, move, version, proposition, polarity, likeness, basis",
    "verdicts": "seq, threat, move, verdict",
    "forecasts": "seq, id, record",
    "reviews": "seq, document, sentence_start, sentence_end, queue, stratum, place, coder, judged, seconds",
    "undone_reviews": "seq, review",
    "custody": "seq, document, sha256, size, source, retrieved, address, headers, media_type, steps, archive, record, place",
}


def verify(connection: Connection, *, head: str | None) -> Verification:
    """Check a ledger from its first entry to its last."""
    problems: list[str] = []
    previous, expected, last, known, walked = FIRST, 1, 0, head is None, 0
    totals = dict.fromkeys(_COLUMNS, 0)
    for entries in _steps(connection):
        rows = _rows_of(connection, entries[0]["seq"], entries[-1]["seq"])
        for entry in entries:
            problems += _entry_problems(entry, previous, expected, rows)
            previous, expected = entry["hash"], entry["seq"] + 1
            known = known or entry["hash"] == head
        for table in _COLUMNS:
            totals[table] += sum(len(found[table]) for found in rows.values())
        problems += _offset_problems(connection, rows)
        last = entries[-1]["seq"]
        walked += len(entries)
    if walked != _count(connection, "log"):
        problems.append("the log holds entries that stand before its first")
    problems += _strays(connection, totals)
    problems += [
        f"{problem}; make it anew with: demarche verify --rebuild"
        for problem in islice(disagreements(connection), _MOST)
    ]
    if not known:
        problems.append(f"no entry has the hash {head}: the log was cut off or rewritten since it was noted")
    return Verification(
        entries=_count(connection, "log"),
        documents=totals["documents"],
        moves=totals["moves"],
        head=previous if last else FIRST,
        problems=tuple(problems[:_MOST]),
    )


def _steps(connection: Connection) -> Iterator[list[Any]]:
    last = 0
    while True:
        query = sa.text("SELECT * FROM log WHERE seq > :last ORDER BY seq LIMIT :step")
        entries = list(connection.execute(query, {"last": last, "step": _STEP}).mappings())
        if not entries:
            return
        yield entries
        last = entries[-1]["seq"]


def _rows_of(connection: Connection, first: int, last: int) -> dict[int, dict[str, list[dict[str, Any]]]]:
    found: dict[int, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for table, columns in _COLUMNS.items():
        query = sa.text(f"SELECT {columns} FROM {table} WHERE seq BETWEEN :first AND :last")
        for row in connection.execute(query, {"first": first, "last": last}).mappings():
            found[row["seq"]][table].append(dict(row))
    return found


def _entry_problems(entry: Any, previous: str, expected: int, rows: Any) -> Iterator[str]:
    where = f"entry {entry['seq']} ({entry['kind']} {entry['subject']})"
    if entry["seq"] != expected:
        yield f"{where}: entries {expected} to {entry['seq'] - 1} are missing"
    if entry["previous"] != previous:
        yield f"{where}: does not follow the entry before it"
    fields = {name: entry[name] for name in ("seq", "at", "who", "kind", "subject", "why", "digest", "previous")}
    if entry_hash(**fields) != entry["hash"]:
        yield f"{where}: the entry was changed"
    if rows_digest(rows[entry["seq"]]) != entry["digest"]:
        yield f"{where}: its rows were changed, added to or removed"


def _offset_problems(connection: Connection, rows: dict[int, dict[str, list[dict[str, Any]]]]) -> Iterator[str]:
    moves = [(seq, move) for seq, found in rows.items() for move in found["moves"]]
    texts = _texts(connection, sorted({move["document"] for _, move in moves}))
    mentions = defaultdict(list)
    for seq, found in rows.items():
        for mention in found["mentions"]:
            mentions[seq, mention["move"]].append(mention)
    about = {"cluster": "", "publisher": None, "title": None, "published": None}
    for seq, move in moves:
        text = texts.get(move["document"])
        if text is None:
            yield f"move {move['id']}: its document {move['document']} is missing"
            continue
        try:
            ledger_move({**move, **about}, text, mentions[seq, move["id"]])
        except (DemarcheError, ValueError, KeyError, TypeError) as error:
            yield f"move {move['id']} of document {move['document']}: {error}"


def _texts(connection: Connection, documents: list[str]) -> dict[str, str]:
    query = sa.text("SELECT id, text FROM documents WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))
    found: dict[str, str] = {}
    for start in range(0, len(documents), _STEP):
        for row in connection.execute(query, {"ids": documents[start : start + _STEP]}):
            found[row[0]] = row[1]
    return found


def _strays(connection: Connection, totals: dict[str, int]) -> Iterator[str]:
    """Yield the tables that hold rows of entries that the log does not have."""
    for table, seen in totals.items():
        there = _count(connection, table)
        if there != seen:
            yield f"table {table}: {there - seen} rows belong to no entry of the log"


def _count(connection: Connection, table: str) -> int:
    return int(connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar_one())
