"""What pages ask of a ledger: each question goes by an index or has a limit, so that a million moves are no matter."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import LedgerError
from demarche.ledger._hits import LOOKED_AT, cut_snippet, find_forms
from demarche.ledger._selection import Parameters, document_order, with_words
from demarche.model import DocumentRow, LogEntry, SearchHit, SentenceMark, Span, Voice
from demarche.model.filters import search_terms

__all__ = [
    "cluster_keys",
    "coders",
    "count_documents",
    "document_rows",
    "head",
    "move_history",
    "neighbours",
    "occasion_keys",
    "search",
    "sentences",
]

_MOST_ENTRIES = 1000


def head(connection: Connection) -> int:
    """Return the number of the last entry of the log."""
    return int(connection.execute(sa.text("SELECT coalesce(max(seq), 0) FROM log")).scalar_one())


# Documents


def sentences(connection: Connection, document: str, coder: str | None) -> list[SentenceMark]:
    """Return the sentences of a document as a coder read them, as the latest one did if none is named."""
    _check_document(connection, document)
    query = (
        "SELECT sentences FROM readings WHERE document = :document AND coder = coalesce(CAST(:coder AS TEXT), coder) "
        "ORDER BY seq DESC LIMIT 1"
    )
    found = connection.execute(sa.text(query), {"document": document, "coder": coder}).scalar()
    return [
        SentenceMark(start=start, end=end, voice=Voice(voice), voice_confidence=confidence)
        for start, end, voice, confidence in json.loads(found or "[]")
    ]


def neighbours(connection: Connection, document: str, start: int, end: int) -> tuple[Span | None, Span | None]:
    """Return the sentence that ends at or before `start`, and the one that begins at or after `end`."""
    marks = sorted((mark.start, mark.end) for mark in sentences(connection, document, None))
    before = [mark for mark in marks[: bisect_right(marks, (start,))] if mark[1] <= start]
    after = marks[bisect_right(marks, (end,)) :]
    return _words_at(connection, document, before[-1:]), _words_at(connection, document, after[:1])


def _words_at(connection: Connection, document: str, places: Sequence[tuple[int, int]]) -> Span | None:
    for start, end in places:
        query = "SELECT substr(text, CAST(:first AS INTEGER), CAST(:length AS INTEGER)) FROM documents WHERE id = :id"
        about = {"first": start + 1, "length": end - start, "id": document}
        return Span(start=start, end=end, text=connection.execute(sa.text(query), about).scalar_one())
    return None


def _check_document(connection: Connection, document: str) -> None:
    there = "SELECT 1 FROM standing_documents WHERE document = :document"
    if connection.execute(sa.text(there), {"document": document}).first() is None:
        raise LedgerError(f"there is no document {document} in the ledger, or it was redacted")


def coders(connection: Connection, document: str | None) -> list[str]:
    """Return the coders that read a document, or any, the one of the latest reading first."""
    if document is not None:
        query = "SELECT coder FROM readings WHERE document = :document ORDER BY seq DESC"
        return [row[0] for row in connection.execute(sa.text(query), {"document": document})]
    # From one coder to the next: an index knows each of them, but a DISTINCT would look at every reading.
    query = (
        "WITH RECURSIVE c(coder) AS (SELECT min(coder) FROM readings UNION ALL "
        "SELECT (SELECT min(g.coder) FROM readings g WHERE g.coder > c.coder) FROM c WHERE c.coder IS NOT NULL) "
        "SELECT c.coder, (SELECT max(g.seq) FROM readings g WHERE g.coder = c.coder) AS latest FROM c "
        "WHERE c.coder IS NOT NULL ORDER BY latest DESC"
    )
    return [row[0] for row in connection.execute(sa.text(query))]


def count_documents(connection: Connection, words: str | None, *, most: int) -> int:
    """Return how many documents there are, or have all the words of a query; of those no more than `most` are counted."""
    if words is None:
        query = "SELECT moves FROM tallies WHERE kind = 'total' AND value = 'documents'"
        return int(connection.execute(sa.text(query)).scalar() or 0)
    source, where, parameters = _documents(connection, words)
    query = f"SELECT count(*) FROM (SELECT 1 FROM {source} WHERE {where} LIMIT :most) s"
    return int(connection.execute(sa.text(query), {**parameters, "most": most}).scalar_one())


def _documents(connection: Connection, words: str | None) -> tuple[str, str, Parameters]:
    """Return FROM and WHERE of the documents that have words; without words no text is touched."""
    parameters: Parameters = {}
    if words is None:
        return "standing_documents s", "1 = 1", parameters
    found = with_words(connection, "documents", words, parameters)
    if connection.dialect.name == "sqlite":
        return "standing_documents s", found.replace("d.seq", "s.seq", 1), parameters
    return "documents d JOIN standing_documents s ON s.seq = d.seq", found, parameters


def _document_keys(connection: Connection, words: str | None, limit: int, offset: int, *, latest: bool) -> list[int]:
    source, where, parameters = _documents(connection, words)
    order = document_order(connection, words, {}, "s.seq") + (" DESC" if latest else "")
    query = f"SELECT s.seq FROM {source} WHERE {where} ORDER BY {order} LIMIT :most OFFSET :skipped"
    found = connection.execute(sa.text(query), {**parameters, "most": limit, "skipped": offset})
    return [row[0] for row in found]


def document_rows(
    connection: Connection, words: str | None, *, limit: int, offset: int, latest: bool
) -> list[DocumentRow]:
    """Return documents without their texts in the order they were taken in, the latest first if `latest` is true."""
    keys = _document_keys(connection, words, limit, offset, latest=latest)
    query = (
        "SELECT s.seq, d.id, d.title, d.url, d.publisher, d.language, d.published, s.moves, s.cluster, s.sentences, "
        "(SELECT count(*) FROM standing_documents o WHERE o.cluster = s.cluster) AS copies, "
        "(SELECT count(DISTINCT r.sentence_start) FROM reviews r WHERE r.document = d.id "
        "AND NOT EXISTS (SELECT 1 FROM undone_reviews u WHERE u.review = r.seq)) AS reviewed "
        "FROM standing_documents s JOIN documents d ON d.seq = s.seq WHERE s.seq IN :keys"
    )
    rows = {row["seq"]: dict(row) for row in _at(connection, query, keys).mappings()}
    return [DocumentRow(**{name: value for name, value in rows[key].items() if name != "seq"}) for key in keys]


def search(connection: Connection, words: str, *, limit: int, offset: int) -> list[SearchHit]:
    """Return the documents that have all the words of a query, the latest taken in first, with the part that shows most of them."""
    terms = search_terms(words)
    keys = _document_keys(connection, words, limit, offset, latest=True)
    query = (
        "SELECT d.seq, d.id, d.title, d.publisher, d.published, "
        f"substr(d.text, 1, {LOOKED_AT}) AS text FROM documents d WHERE d.seq IN :keys"
    )
    rows = {row["seq"]: row for row in _at(connection, query, keys).mappings()}
    forms = find_forms(connection, terms, [row["text"] for row in rows.values()])
    return [_hit(rows[key], *cut_snippet(terms, forms, rows[key]["text"])) for key in keys]


def _hit(row: Mapping[str, Any], snippet: Span, words: tuple[Span, ...]) -> SearchHit:
    return SearchHit(
        document=row["id"],
        title=row["title"],
        publisher=row["publisher"],
        published=row["published"],
        snippet=snippet,
        words=words,
    )


def _at(connection: Connection, query: str, keys: Sequence[int]) -> Any:
    return connection.execute(sa.text(query).bindparams(sa.bindparam("keys", expanding=True)), {"keys": list(keys)})


# Moves


def cluster_keys(connection: Connection, move: str, *, limit: int) -> list[int]:
    """Return the keys of the moves that tell the same act of the same parties in the same cluster, its own too."""
    query = (
        "SELECT o.row FROM moves m JOIN standing s ON s.row = m.row JOIN standing o ON o.story = s.story "
        "WHERE m.id = :id ORDER BY o.row LIMIT :most"
    )
    return _known_keys(connection, query, move, limit)


def occasion_keys(connection: Connection, move: str, *, limit: int) -> list[int]:
    """Return the keys of the moves of other clusters that tell of the same act of the same parties on the same day."""
    query = (
        "SELECT o.row FROM moves m JOIN standing s ON s.row = m.row JOIN standing o "
        "ON o.parties = s.parties AND o.act = s.act AND o.date = s.date AND o.story <> s.story "
        "WHERE m.id = :id AND length(s.date) = 10 AND s.parties NOT LIKE '>%' ORDER BY o.row LIMIT :most"
    )
    return _known_keys(connection, query, move, limit)


def _known_keys(connection: Connection, query: str, move: str, limit: int) -> list[int]:
    there = "SELECT 1 FROM moves m JOIN standing s ON s.row = m.row WHERE m.id = :id"
    if connection.execute(sa.text(there), {"id": move}).first() is None:
        raise LedgerError(f"there is no move {move} in the ledger, or it was rejected or redacted")
    return [row[0] for row in connection.execute(sa.text(query), {"id": move, "most": limit})]


_HISTORY = """
SELECT l.seq, l.at, l.who, l.kind, l.subject, l.why, v.verdict, v.document, v.sentence_start, v.sentence_end, v.act, v.issue, v.status,
  v.voice, v.date, v.confidence, v.record
FROM log l LEFT JOIN moves v ON v.id = :id AND v.seq = l.seq WHERE l.seq IN (
  SELECT m.seq FROM moves m WHERE m.id = :id
  UNION SELECT a.seq FROM assignments a WHERE a.move = :id
  UNION SELECT j.seq FROM verdicts j WHERE j.move = :id
  UNION SELECT k.seq FROM clusters k WHERE k.document = :document
  UNION SELECT r.seq FROM reviews r WHERE r.document = :document AND r.sentence_start = :start
  UNION SELECT u.seq FROM reviews r JOIN undone_reviews u ON u.review = r.seq WHERE r.document = :document AND r.sentence_start = :start
) ORDER BY l.seq DESC LIMIT :most
"""
_WRITTEN = (
    "verdict",
    "document",
    "sentence_start",
    "sentence_end",
    "act",
    "issue",
    "status",
    "voice",
    "date",
    "confidence",
)


def move_history(connection: Connection, move: str) -> list[LogEntry]:
    """Return the entries of the log that wrote a move, or said something of it or its sentence, the latest first."""
    first = "SELECT document, sentence_start FROM moves WHERE id = :id ORDER BY seq LIMIT 1"
    found = connection.execute(sa.text(first), {"id": move}).first()
    if found is None:
        raise LedgerError(f"there is no move {move} in the ledger")
    _check_document(connection, found[0])
    about = {"id": move, "document": found[0], "start": found[1], "most": _MOST_ENTRIES}
    return [_entry(dict(row)) for row in connection.execute(sa.text(_HISTORY), about).mappings()]


def _entry(row: Mapping[str, Any]) -> LogEntry:
    written = {name: row[name] for name in _WRITTEN} | json.loads(row["record"]) if row["verdict"] else {}
    about = {name: row[name] for name in ("seq", "at", "who", "kind", "subject", "why")}
    return LogEntry(**about, detail=written)
