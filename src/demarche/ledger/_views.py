"""The current state of a ledger, as questions to its views. Every function takes a connection and only reads."""

from __future__ import annotations

import json
import re
from array import array
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError, LedgerError
from demarche.ledger._rows import ledger_move
from demarche.model import Count, Document, LedgerMove, LogEntry, Move, MoveFilter, Occasion, OpenMention, Overview

__all__ = [
    "PAGE",
    "count",
    "document",
    "documents",
    "log",
    "move",
    "move_keys",
    "move_written",
    "moves_at",
    "occasions",
    "open_mentions",
    "overview",
]

PAGE = 500
"""Moves that are fetched at a time."""

_PLAIN = {
    "act": "m.act",
    "issue": "m.issue",
    "status": "m.status",
    "voice": "m.voice",
    "publisher": "m.publisher",
    "date": "m.date",
    "cluster": "m.cluster",
}
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\Z")

Parameters = dict[str, Any]


def overview(connection: Connection) -> Overview:
    """Return how much there is."""

    def number(query: str) -> int:
        return int(connection.execute(sa.text(query)).scalar_one() or 0)

    kept = "FROM documents d WHERE NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id)"
    first, last = connection.execute(sa.text(f"SELECT min(published), max(published) {kept}")).one()
    total = number(f"SELECT count(*) {kept}")
    clusters = number(
        f"SELECT count(DISTINCT k.cluster) FROM current_clusters k WHERE k.document IN (SELECT d.id {kept})"
    )
    mentions, resolved = connection.execute(
        sa.text(
            "SELECT count(*), count(n.entity) FROM current_mentions n JOIN current_moves m ON m.id = n.move AND m.seq = n.seq"
        )
    ).one()
    return Overview(
        documents=total,
        clusters=clusters,
        copies=total - clusters,
        sentences=number(f"SELECT sum(g.count) FROM readings g WHERE g.document IN (SELECT d.id {kept})"),
        moves=number("SELECT count(*) FROM current_moves"),
        moves_once=sum(found.moves for found in count(connection, "act", MoveFilter(), limit=100)),
        mentions=mentions,
        resolved=resolved,
        failures=number("SELECT count(*) FROM failures"),
        first=first,
        last=last,
    )


def move_keys(connection: Connection, wanted: MoveFilter, *, limit: int | None, offset: int) -> array[int]:
    """Return the keys of the moves that pass, by date, those of unknown date last."""
    where, parameters = _where(connection, wanted)
    most = None if limit is None else limit + offset
    keys: array[int] = array("q")
    # Two questions, because an index can give the order only where the date is known.
    for known in ("m.date IS NOT NULL", "m.date IS NULL"):
        rest = "" if most is None else f" LIMIT {max(0, most - len(keys))}"
        query = f"SELECT m.row FROM current_moves m WHERE {known} AND {where} ORDER BY m.date, m.row{rest}"
        keys.extend(row[0] for row in connection.execute(sa.text(query), parameters))
    return keys[offset:]


def moves_at(connection: Connection, keys: Sequence[int], *, settled: bool = True) -> list[LedgerMove]:
    """Return the moves with these keys, in their order; their parties as settled, or as they were taken in."""
    if not keys:
        return []
    query = sa.text(
        "SELECT m.row, m.id, m.seq, m.document, m.verdict, m.act, m.issue, m.status, m.voice, m.confidence, m.date, "
        "m.sentence_start, m.sentence_end, m.record, m.publisher, m.title, m.published, m.cluster "
        "FROM current_moves m WHERE m.row IN :keys"
    ).bindparams(sa.bindparam("keys", expanding=True))
    rows = {row["row"]: dict(row) for row in connection.execute(query, {"keys": list(keys)}).mappings()}
    mentions = _mentions(connection, [row["id"] for row in rows.values()], settled=settled)
    texts = _texts(connection, sorted({row["document"] for row in rows.values()}))
    return [
        ledger_move(row, texts[row["document"]], mentions[row["id"], row["seq"]])
        for row in (rows[key] for key in keys if key in rows)
    ]


def _texts(connection: Connection, documents: list[str]) -> dict[str, str]:
    query = sa.text("SELECT id, text FROM documents WHERE id IN :ids").bindparams(sa.bindparam("ids", expanding=True))
    return {row[0]: row[1] for row in connection.execute(query, {"ids": documents})}


def move(connection: Connection, move_id: str, *, settled: bool = True) -> LedgerMove | None:
    """Return a move as it stands now, None if there is none."""
    query = sa.text("SELECT m.row FROM current_moves m WHERE m.id = :id")
    keys = [row[0] for row in connection.execute(query, {"id": move_id})]
    found = moves_at(connection, keys, settled=settled)
    return found[0] if found else None


def move_written(connection: Connection, move_id: str, seq: int) -> Move:
    """Return a move as an entry of the log wrote it."""
    query = "SELECT m.*, d.text, d.published FROM moves m JOIN documents d ON d.id = m.document WHERE m.id = :id AND m.seq = :seq"
    row = dict(connection.execute(sa.text(query), {"id": move_id, "seq": seq}).mappings().one())
    mentions = _mentions(connection, [move_id], settled=False)[move_id, seq]
    return ledger_move({**row, "cluster": "", "publisher": None, "title": None}, row["text"], mentions).move


def count(connection: Connection, by: str, wanted: MoveFilter, *, limit: int) -> list[Count]:
    """Return how often each value is reported.

    Moves count once per cluster: of the same act of the same parties, a cluster has as many as that of its documents that
    has most. So copies add nothing, and two demands in one report stay two.
    """
    where, parameters = _where(connection, wanted)
    source, value = "current_moves m", _PLAIN.get(by)
    if by in ("actor", "recipient"):
        source += f" JOIN current_mentions n ON n.move = m.id AND n.seq = m.seq AND n.role = '{by}'"
        value = "n.entity"
    if value is None:
        raise InputError(f"moves are not counted by {by!r}; choose from {', '.join([*_PLAIN, 'actor', 'recipient'])}")
    query = (
        "SELECT value, sum(most) AS moves, sum(total) AS mentions FROM ("
        "SELECT value, max(n) AS most, sum(n) AS total FROM ("
        f"SELECT {value} AS value, m.cluster AS cluster, m.document, m.act AS act, m.parties AS parties, count(DISTINCT m.id) AS n "
        f"FROM {source} WHERE {where} GROUP BY {value}, m.cluster, m.document, m.act, m.parties"
        ") a GROUP BY value, cluster, act, parties) b GROUP BY value ORDER BY moves DESC, value IS NULL, value LIMIT :most_values"
    )
    found = connection.execute(sa.text(query), {**parameters, "most_values": limit})
    return [Count(value=row[0], name=None, moves=int(row[1]), mentions=int(row[2])) for row in found]


def occasions(connection: Connection, wanted: MoveFilter, *, limit: int) -> list[Occasion]:
    """Return the acts that most clusters report, the most reported first."""
    where, parameters = _where(connection, wanted)
    query = sa.text(
        "SELECT m.date, m.act, m.parties, count(DISTINCT m.cluster) AS clusters, count(DISTINCT m.document) AS documents "
        f"FROM current_moves m WHERE length(m.date) = 10 AND m.parties NOT LIKE '>%' AND {where} "
        "GROUP BY m.date, m.act, m.parties ORDER BY clusters DESC, documents DESC, m.date, m.parties, m.act "
        f"LIMIT {int(limit)}"
    )
    return [_occasion(connection, row, where, parameters) for row in connection.execute(query, parameters).all()]


def _occasion(connection: Connection, row: Any, where: str, parameters: Parameters) -> Occasion:
    same = f"FROM current_moves m WHERE m.parties = :o_parties AND m.act = :o_act AND {where}"
    about = {**parameters, "o_date": row[0], "o_act": row[1], "o_parties": row[2]}
    best = f"SELECT m.row {same} AND m.date = :o_date ORDER BY m.confidence DESC, m.row LIMIT 1"
    (found,) = moves_at(connection, [connection.execute(sa.text(best), about).scalar_one()])
    days = f"SELECT count(DISTINCT m.date) {same} AND length(m.date) = 10 AND m.issue = :o_issue"
    actors, _, recipients = row[2].partition(">")
    return Occasion(
        date=row[0],
        act=row[1],
        actors=_settled(connection, actors),
        recipients=_settled(connection, recipients),
        clusters=row[3],
        documents=row[4],
        days=int(connection.execute(sa.text(days), {**about, "o_issue": found.move.issue}).scalar_one()),
        best=found,
    )


def _settled(connection: Connection, parties: str) -> tuple[str, ...]:
    """Return parties as they were taken in, with those that are settled since."""
    query = sa.text("SELECT entity FROM current_settlements WHERE words = :words AND entity IS NOT NULL")
    made = []
    for party in filter(None, parties.split("|")):
        known = connection.execute(query, {"words": party[1:]}).scalar() if party.startswith("?") else None
        made.append(str(known or party))
    return tuple(made)


def open_mentions(connection: Connection, *, limit: int) -> list[OpenMention]:
    """Return the words that are not resolved, with the number of moves and one of them."""
    query = sa.text(
        "SELECT n.words, count(DISTINCT m.id) AS moves, min(m.id) FROM current_mentions n "
        "JOIN current_moves m ON m.id = n.move AND m.seq = n.seq WHERE n.entity IS NULL "
        "GROUP BY n.words ORDER BY moves DESC, n.words LIMIT :most"
    )
    found = connection.execute(query, {"most": limit})
    return [OpenMention(words=row[0], moves=row[1], example=row[2]) for row in found]


_DOCUMENT = "d.id, d.text, d.title, d.url, d.publisher, d.language, d.published, d.sha256"
_KEPT = "NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id)"


def documents(connection: Connection, words: str | None, *, limit: int, offset: int) -> list[Document]:
    """Return documents in the order they were taken in."""
    parameters: Parameters = {"most": limit, "skipped": offset}
    where = _KEPT + _search(connection, "documents", words, parameters)
    query = f"SELECT {_DOCUMENT} FROM documents d WHERE {where} ORDER BY d.seq LIMIT :most OFFSET :skipped"
    return [Document(**row) for row in connection.execute(sa.text(query), parameters).mappings()]


def document(connection: Connection, name: str) -> Document:
    """Return a document."""
    query = f"SELECT {_DOCUMENT} FROM documents d WHERE d.id = :id AND {_KEPT}"
    found = connection.execute(sa.text(query), {"id": name}).mappings().first()
    if found is None:
        raise LedgerError(f"there is no document {name} in the ledger, or it was redacted")
    return Document(**found)


def log(connection: Connection, subject: str | None, *, limit: int) -> list[LogEntry]:
    """Return entries of the log, the latest first; those that amend a move with the fields that they wrote."""
    where = "" if subject is None else "WHERE l.subject = :subject"
    query = sa.text(
        "SELECT l.seq, l.at, l.who, l.kind, l.subject, l.why, m.record FROM log l "
        "LEFT JOIN moves m ON m.seq = l.seq AND l.kind = 'correction' "
        "AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = m.document) "
        f"{where} ORDER BY l.seq DESC LIMIT :most"
    )
    parameters = {"most": limit} | ({} if subject is None else {"subject": subject})
    return [
        LogEntry(
            seq=row[0],
            at=row[1],
            who=row[2],
            kind=row[3],
            subject=row[4],
            why=row[5],
            detail=json.loads(row[6] or "{}"),
        )
        for row in connection.execute(query, parameters)
    ]


def _mentions(connection: Connection, ids: list[str], *, settled: bool) -> dict[tuple[str, int], list[Any]]:
    source = "current_mentions" if settled else "mentions"
    query = sa.text(
        f"SELECT move, seq, role, position, entity, sector, name, link FROM {source} WHERE move IN :ids"
    ).bindparams(sa.bindparam("ids", expanding=True))
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in connection.execute(query, {"ids": ids}).mappings():
        found[row["move"], row["seq"]].append(row)
    return found


def _where(connection: Connection, wanted: MoveFilter) -> tuple[str, Parameters]:
    """Return the condition on ``current_moves m`` that a filter states, and its parameters."""
    parts, parameters = ["1 = 1"], dict[str, Any]()
    for name in ("act", "issue", "status", "voice", "publisher", "document", "cluster"):
        value = getattr(wanted, name)
        if value is not None:
            parts.append(f"m.{name} = :{name}")
            parameters[name] = value
    if wanted.move is not None:
        parts.append("m.id = :move")
        parameters["move"] = wanted.move
    for role in ("actor", "recipient"):
        value = getattr(wanted, role)
        if value is not None:
            parts.append(
                f"EXISTS (SELECT 1 FROM current_mentions p WHERE p.move = m.id AND p.seq = m.seq AND p.role = '{role}' "
                f"AND p.entity = :{role})"
            )
            parameters[role] = value
    if wanted.min_confidence is not None:
        parts.append("m.confidence >= :min_confidence")
        parameters["min_confidence"] = wanted.min_confidence
    if wanted.since is not None:
        parameters |= {"since": _checked(wanted.since), "since_year": wanted.since[:4]}
        parts.append("m.date >= :since_year AND (m.date >= :since OR :since LIKE m.date || '%')")
    if wanted.since and wanted.until and wanted.since[: len(wanted.until)] > wanted.until:
        raise InputError(f"nothing lies after {wanted.since} and before {wanted.until}; exchange the two dates")
    if wanted.until is not None:
        parameters |= {
            "until": _checked(wanted.until),
            "until_length": len(wanted.until),
            "until_last": wanted.until + "~",
        }
        parts.append("m.date <= :until_last AND substr(m.date, 1, CAST(:until_length AS INTEGER)) <= :until")
    return " AND ".join(parts) + _search(connection, "moves", wanted.words, parameters), parameters


def _checked(day: str) -> str:
    try:
        date.fromisoformat((day + "-01-01")[:10] if len(day) < 8 else day)
    except ValueError:
        day = ""
    if not _DATE.match(day):
        raise InputError("that is no date; give 1962, 1962-10 or 1962-10-22")
    return day


def _search(connection: Connection, table: str, words: str | None, parameters: Parameters) -> str:
    """Return the condition that the words of a query occur; punctuation in it has no meaning but for double quotes."""
    if words is None:
        return ""
    words = re.sub("['\u2019]s\\b", "", words)
    terms = [" ".join(re.findall(r"\w+", quoted or plain)) for quoted, plain in re.findall(r'"([^"]*)"|(\S+)', words)]
    terms = [term for term in terms if term]
    if not terms:
        raise InputError(f"there is no word to search for in {words!r}")
    parameters["query"] = " ".join(f'"{term}"' for term in terms)
    alias, key = ("d", "seq") if table == "documents" else ("m", "row")
    if connection.dialect.name == "sqlite":
        return f" AND {alias}.{key} IN (SELECT rowid FROM {table}_search WHERE {table}_search MATCH :query)"
    return f" AND {alias}.search @@ websearch_to_tsquery('english', :query)"
