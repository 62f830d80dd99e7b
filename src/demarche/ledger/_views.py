"""The current state of a ledger, as questions to its views. Every function takes a connection and only reads."""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError, LedgerError
from demarche.ledger._rows import ledger_move
from demarche.ledger._selection import Parameters, Selection, document_order, select, with_words
from demarche.ledger._standing import TALLIED
from demarche.model import Count, Document, LedgerMove, LogEntry, Move, MoveFilter, Occasion, OpenMention, Overview

__all__ = [
    "KEPT",
    "PAGE",
    "count",
    "count_moves",
    "document",
    "documents",
    "documents_at",
    "log",
    "log_kinds",
    "move",
    "move_keys",
    "move_written",
    "moves_at",
    "moves_in",
    "occasions",
    "open_mentions",
    "overview",
]

PAGE = 500
"""Moves that are fetched at a time."""
KEPT = "NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id)"
"""The condition that a document was not redacted."""

_ROLES = ("actor", "recipient", "source")


def overview(connection: Connection) -> Overview:
    """Return how much there is."""
    query = "SELECT value, moves FROM tallies WHERE kind = 'total'"
    totals = {row[0]: int(row[1]) for row in connection.execute(sa.text(query))}
    once_each = connection.execute(sa.text("SELECT sum(moves) FROM tallies WHERE kind = 'act'")).scalar()
    documents, clusters = totals.get("documents", 0), totals.get("clusters", 0)
    return Overview(
        documents=documents,
        clusters=clusters,
        copies=documents - clusters,
        sentences=totals.get("sentences", 0),
        moves=totals.get("moves", 0),
        moves_once=int(once_each or 0),
        mentions=totals.get("mentions", 0),
        resolved=totals.get("resolved", 0),
        failures=int(connection.execute(sa.text("SELECT count(*) FROM failures")).scalar_one()),
        first=_published(connection, "ASC"),
        last=_published(connection, "DESC"),
    )


def _published(connection: Connection, order: str) -> str | None:
    query = f"SELECT d.published FROM documents d WHERE d.published IS NOT NULL AND {KEPT} ORDER BY d.published {order} LIMIT 1"
    return connection.execute(sa.text(query)).scalar()


def move_keys(
    connection: Connection, wanted: MoveFilter, *, limit: int | None, offset: int = 0, after: str | None = None
) -> array[int]:
    """Return the keys of the moves that pass, by date, those of unknown date last; only those after a move if it is named."""
    selection = select(connection, wanted)
    keys: array[int] = array("q")
    # Two questions, because an index can give the order only where the date is known.
    for known, parameters in _since(connection, selection, after):
        parameters = selection.parameters | parameters
        matched = f"FROM {selection.source} WHERE {known} AND {selection.where}"
        some = "" if limit is None else f" LIMIT {limit - len(keys)}"
        skip = f" OFFSET {offset}" if offset else ""
        # SQLite knows no OFFSET without a LIMIT.
        some = " LIMIT 9223372036854775807" if skip and not some else some
        query = f"SELECT m.row {matched} ORDER BY {selection.order}{some}{skip}"
        found = [row[0] for row in connection.execute(sa.text(query), parameters)]
        keys.extend(found)
        if offset and not found:
            count = connection.execute(sa.text(f"SELECT count(*) {matched}"), parameters)
            offset = max(0, offset - int(count.scalar_one()))
        elif found:
            offset = 0
    return keys


def _since(connection: Connection, selection: Selection, after: str | None) -> list[tuple[str, Parameters]]:
    """Return the conditions for the moves with a date and for those without, as far as they come after a move."""
    date, row = selection.order.split(", ")
    known, unknown = f"{date} IS NOT NULL", f"{date} IS NULL"
    if after is None:
        return [(known, {}), (unknown, {})]
    last = "SELECT v.date, v.row FROM moves v WHERE v.id = :id ORDER BY v.seq DESC LIMIT 1"
    found = connection.execute(sa.text(last), {"id": after}).first()
    if found is None:
        raise LedgerError(f"there is no move {after} in the ledger to go on from")
    where = {"last_date": found[0], "last_row": found[1]}
    if found[0] is None:
        return [(f"{unknown} AND {row} > :last_row", where)]
    return [(f"({date}, {row}) > (:last_date, :last_row)", where), (unknown, {})]


def count_moves(connection: Connection, wanted: MoveFilter, *, most: int) -> int:
    """Return how many moves pass; no more than `most` are counted."""
    if wanted == MoveFilter():
        query = "SELECT min(moves, :most) FROM tallies WHERE kind = 'total' AND value = 'moves'"
        if connection.dialect.name != "sqlite":
            query = query.replace("min(", "least(")
        return int(connection.execute(sa.text(query), {"most": most}).scalar() or 0)
    selection = select(connection, wanted)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {selection.source} WHERE {selection.where} LIMIT :most) s"
    return int(connection.execute(sa.text(query), {**selection.parameters, "most": most}).scalar_one())


def moves_at(connection: Connection, keys: Sequence[int], *, settled: bool = True) -> list[LedgerMove]:
    """Return the moves with these keys, in their order; their parties as settled, or as they were taken in."""
    if not keys:
        return []
    # From what stands, not from `current_moves`: the view would have to look for later rows and the latest cluster of each.
    query = sa.text(
        "SELECT m.row, m.id, m.seq, m.document, m.verdict, m.act, m.issue, m.status, m.voice, m.confidence, m.date, "
        "m.sentence_start, m.sentence_end, m.record, d.publisher, d.title, d.published, s.cluster "
        "FROM standing s JOIN moves m ON m.row = s.row JOIN documents d ON d.id = m.document WHERE s.row IN :keys"
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


_VALUES = {name: f"m.{name}" for name in ("act", "issue", "status", "voice", "publisher", "date", "cluster")}


def count(connection: Connection, by: str, wanted: MoveFilter, *, limit: int) -> list[Count]:
    """Return how often each value is reported.

    Moves count once per cluster: of the same act of the same parties, a cluster has as many as that of its documents that
    has most. So copies add nothing, and two demands in one report stay two.
    """
    if by not in _VALUES and by not in _ROLES:
        raise InputError(f"moves are not counted by {by!r}; choose from {', '.join([*_VALUES, *_ROLES])}")
    parameters: Parameters = {"most_values": limit}
    if wanted == MoveFilter() and by in TALLIED:
        counts = f"SELECT NULLIF(value, '') AS value, moves, mentions FROM tallies WHERE kind = '{by}' AND mentions > 0"
    else:
        selection = select(connection, wanted)
        parameters |= selection.parameters
        counts = _once(selection, by)
    query = (
        f"SELECT value, moves, mentions FROM ({counts}) c ORDER BY moves DESC, value IS NULL, value LIMIT :most_values"
    )
    found = connection.execute(sa.text(query), parameters)
    return [Count(value=row[0], name=None, moves=int(row[1]), mentions=int(row[2])) for row in found]


def _once(selection: Selection, by: str) -> str:
    """Return the query for value, moves and mentions: each story counts with the document that has most of it."""
    source, value = selection.source, _VALUES.get(by, "n.entity")
    if by in _ROLES:
        source += f" {selection.join} standing_mentions n ON n.row = m.row AND n.role = '{by}' AND n.again = 0"
    story, document, moves, mentions = selection.once(value)
    told = (
        f"SELECT NULLIF({value}, '') AS value, {story} AS story, {document} AS document, {moves} AS moves, {mentions} AS mentions "
        f"FROM {source} WHERE {selection.where} GROUP BY 1, 2, 3"
    )
    most = f"SELECT value, max(moves) AS moves, sum(mentions) AS mentions FROM ({told}) t GROUP BY value, story"
    return f"SELECT value, sum(moves) AS moves, sum(mentions) AS mentions FROM ({most}) u GROUP BY value"


def occasions(connection: Connection, wanted: MoveFilter, *, limit: int) -> list[Occasion]:
    """Return the acts that most clusters report, the most reported first."""
    selection = select(connection, wanted)
    found = _most_reported(connection, selection, limit, several=True)
    if len(found) < limit:
        found = _most_reported(connection, selection, limit, several=False)
    return [_occasion(connection, row, selection) for row in found]


def _most_reported(connection: Connection, selection: Selection, limit: int, *, several: bool) -> list[Any]:
    """Return the acts of one day that most clusters report; only those that more than one does if `several` is true.

    A story is what one cluster tells of an act, so that the clusters are its stories: an index knows them, while the documents are
    looked up only for those acts that can be among the first.
    """
    named = f"FROM {selection.source} WHERE length(m.date) = 10 AND m.parties NOT LIKE '>%' AND {selection.where}"
    acts = f"SELECT m.parties, m.act, m.date, count(DISTINCT m.story) AS clusters {named} GROUP BY m.parties, m.act, m.date"
    # Where one has no other the counting is spared: the least and the greatest are the same.
    acts += " HAVING min(m.story) < max(m.story)" if several else ""
    if several and selection.everything:
        acts = "SELECT parties, act, date, clusters FROM occasions"
    first = "SELECT clusters FROM acts ORDER BY clusters DESC LIMIT :limit"
    documents = (
        f"SELECT count(DISTINCT m.document) {named} AND m.parties = a.parties AND m.act = a.act AND m.date = a.date"
    )
    query = (
        f"WITH acts AS ({acts}) SELECT a.date, a.act, a.parties, a.clusters, ({documents}) AS documents FROM acts a "
        f"WHERE a.clusters >= (SELECT min(clusters) FROM ({first}) f) "
        "ORDER BY clusters DESC, documents DESC, a.date, a.parties, a.act LIMIT :limit"
    )
    return list(connection.execute(sa.text(query), {**selection.parameters, "limit": limit}))


def _occasion(connection: Connection, row: Any, selection: Selection) -> Occasion:
    same = f"FROM {selection.source} WHERE m.parties = :o_parties AND m.act = :o_act AND {selection.where}"
    about = {**selection.parameters, "o_date": row[0], "o_act": row[1], "o_parties": row[2]}
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
    """Return the words that are not resolved, with the number of moves and the first of them."""
    query = sa.text(
        "SELECT t.value, t.moves, (SELECT m.id FROM standing_mentions p JOIN moves m ON m.row = p.row WHERE p.words = t.value "
        "ORDER BY p.row LIMIT 1) FROM (SELECT value, moves FROM tallies WHERE kind = 'open' AND moves > 0 "
        "ORDER BY moves DESC, value LIMIT :most) t ORDER BY t.moves DESC, t.value"
    )
    found = connection.execute(query, {"most": limit})
    return [OpenMention(words=row[0], moves=row[1], example=row[2]) for row in found]


_DOCUMENT = "d.id, d.text, d.title, d.url, d.publisher, d.language, d.published, d.sha256"


def documents(connection: Connection, words: str | None, *, limit: int, offset: int) -> list[Document]:
    """Return documents in the order they were taken in."""
    parameters: Parameters = {"most": limit, "skipped": offset}
    where = KEPT if words is None else f"{KEPT} AND {with_words(connection, 'documents', words, parameters)}"
    order = document_order(connection, words, dict(parameters), "d.seq")
    query = f"SELECT {_DOCUMENT} FROM documents d WHERE {where} ORDER BY {order} LIMIT :most OFFSET :skipped"
    return [Document(**row) for row in connection.execute(sa.text(query), parameters).mappings()]


def documents_at(connection: Connection, names: Sequence[str]) -> list[Document]:
    """Return the documents with these ids, without those that were redacted, in no certain order."""
    query = sa.text(f"SELECT {_DOCUMENT} FROM documents d WHERE d.id IN :ids AND {KEPT}").bindparams(
        sa.bindparam("ids", expanding=True)
    )
    return [Document(**row) for row in connection.execute(query, {"ids": list(names)}).mappings()]


def document(connection: Connection, name: str) -> Document:
    """Return a document."""
    query = f"SELECT {_DOCUMENT} FROM documents d WHERE d.id = :id AND {KEPT}"
    found = connection.execute(sa.text(query), {"id": name}).mappings().first()
    if found is None:
        raise LedgerError(f"there is no document {name} in the ledger, or it was redacted")
    return Document(**found)


def log(
    connection: Connection, subject: str | None, *, kind: str | None, who: str | None, before: int | None, limit: int
) -> list[LogEntry]:
    """Return entries of the log, the latest first; those that amend a move with the fields that they wrote."""
    given = {"subject": subject, "kind": kind, "who": who}
    parts = [f"l.{name} = :{name}" for name, value in given.items() if value is not None]
    parts += ["l.seq < :before"] if before is not None else []
    query = sa.text(
        "SELECT l.seq, l.at, l.who, l.kind, l.subject, l.why, m.record FROM log l "
        "LEFT JOIN moves m ON m.seq = l.seq AND l.kind = 'correction' "
        "AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = m.document) "
        f"WHERE {' AND '.join(parts) or '1 = 1'} ORDER BY l.seq DESC LIMIT :most"
    )
    known = {name: value for name, value in (given | {"before": before}).items() if value is not None}
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
        for row in connection.execute(query, known | {"most": limit})
    ]


def log_kinds(connection: Connection) -> list[str]:
    """Return the kinds of entries that there are, by name."""
    # From one kind to the next: an index knows each of them, but a DISTINCT would look at every entry.
    query = (
        "WITH RECURSIVE k(kind) AS (SELECT min(kind) FROM log UNION ALL "
        "SELECT (SELECT min(l.kind) FROM log l WHERE l.kind > k.kind) FROM k WHERE k.kind IS NOT NULL) "
        "SELECT kind FROM k WHERE kind IS NOT NULL ORDER BY kind"
    )
    return [row[0] for row in connection.execute(sa.text(query))]


def moves_in(connection: Connection, document: str, start: int, end: int, *, limit: int) -> list[int]:
    """Return the keys of the moves of a document whose sentences touch [start, end), in text order."""
    query = sa.text(
        "SELECT m.row FROM current_moves m WHERE m.document = :document AND m.sentence_start < :end "
        "AND m.sentence_end > :start ORDER BY m.sentence_start, m.row LIMIT :most"
    )
    parameters = {"document": document, "start": start, "end": end, "most": limit}
    return [row[0] for row in connection.execute(query, parameters)]


def _mentions(connection: Connection, ids: list[str], *, settled: bool) -> dict[tuple[str, int], list[Any]]:
    source = "current_mentions" if settled else "mentions"
    query = sa.text(
        f"SELECT move, seq, role, position, entity, sector, name, link FROM {source} WHERE move IN :ids"
    ).bindparams(sa.bindparam("ids", expanding=True))
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for row in connection.execute(query, {"ids": ids}).mappings():
        found[row["move"], row["seq"]].append(row)
    return found
