"""Another coder's reading beside the first: whose moves become current, and what of what people said stands against them.

The entry of a re-coding writes a row for each move that the coder found, and one for each move of the coder before that it did not
find (``superseded``). Where a person has spoken already, what the coder found is set aside: its row is ``rejected`` from the start. If the
move that stands there has the same id, the row has it with a mark of the coder behind, because the latest row of an id is the one that
holds.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError, LedgerError
from demarche.ledger import _propositions, _views
from demarche.ledger._rows import mention_rows, move_row, reading_row
from demarche.model import CodedDocument, Content, Document, Move
from demarche.model.recoding import Recoding

__all__ = [
    "check_document",
    "coded_by",
    "document_ids",
    "has_read",
    "last_coder",
    "plain_id",
    "read_by",
    "recoded_rows",
    "recoding",
]

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Range = tuple[int, int]

_MARK = "~"
_OF_CODERS = ("coded", "superseded")
"""Verdicts that no person gave."""


# What is there


def check_document(connection: Connection, document: Document) -> None:
    """Raise InputError unless the document is in the ledger, with this text, and was not redacted."""
    query = "SELECT text FROM documents d WHERE id = :id AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id)"
    found = connection.execute(sa.text(query), {"id": document.id}).first()
    if found is None:
        raise InputError("is not in the ledger, or was redacted; only what is there is coded again", where=document.id)
    if found[0] != document.text:
        raise InputError(
            "the ledger has another text under this id; code the text that is there again", where=document.id
        )


def document_ids(connection: Connection) -> list[str]:
    """Return the ids of all documents but those that were redacted, as they were taken in."""
    query = (
        "SELECT id FROM documents d WHERE NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id) ORDER BY seq"
    )
    return [row[0] for row in connection.execute(sa.text(query))]


def has_read(connection: Connection, document: str, coder: str) -> bool:
    """Tell whether a coder's reading of a document is there."""
    return _reading(connection, document, coder) is not None


def read_by(connection: Connection, coder: str) -> set[str]:
    """Return the ids of the documents that a coder has read."""
    return {
        row[0]
        for row in connection.execute(sa.text("SELECT document FROM readings WHERE coder = :coder"), {"coder": coder})
    }


def last_coder(connection: Connection, document: str) -> str | None:
    """Return the coder that read a document last."""
    query = "SELECT coder FROM readings WHERE document = :document ORDER BY seq DESC LIMIT 1"
    found = connection.execute(sa.text(query), {"document": document}).scalar()
    return None if found is None else str(found)


def _reading(connection: Connection, document: str, coder: str) -> int | None:
    query = "SELECT seq FROM readings WHERE document = :document AND coder = :coder"
    found = connection.execute(sa.text(query), {"document": document, "coder": coder}).scalar()
    return None if found is None else int(found)


def coded_by(connection: Connection, document: str, coder: str) -> list[Move]:
    """Return what a coder found in a document, in text order, as the coder wrote it; raises LedgerError if it has not read it."""
    _views.document(connection, document)
    seq = _reading(connection, document, coder)
    if seq is None:
        raise LedgerError(f"{coder[:80]} has not read the document {document[:80]}")
    query = "SELECT id FROM moves WHERE document = :document AND seq = :seq AND verdict <> 'superseded'"
    ids = [row[0] for row in connection.execute(sa.text(query), {"document": document, "seq": seq})]
    moves = (_views.move_written(connection, name, seq) for name in ids)
    plain = (dataclasses.replace(move, id=plain_id(move.id, coder)) for move in moves)
    return sorted(plain, key=lambda move: (move.trigger.start, move.trigger.end, move.id))


def plain_id(move: str, coder: str) -> str:
    """Return the id of a coder's move without the mark that it has where it was set aside."""
    return move.removesuffix(_mark_of(coder))


def _mark_of(coder: str) -> str:
    return _MARK + hashlib.sha256(coder.encode("utf-8", "surrogatepass")).hexdigest()[:8]


# Another reading


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A move of the document before the re-coding.

    Parameters
    ----------
    latest
        Its latest row.
    stood
        The latest row with which it was in the current view; None if it never was.
    trigger
        Where the words stand that evoke it.
    acts
        Acts that any of its rows gives it.
    said
        A person has said something of it, so that it is left as it is.
    """

    latest: Row
    stood: Row | None
    trigger: Range
    acts: frozenset[str]
    said: bool = False

    @property
    def stands(self) -> bool:
        return self.stood is not None and self.stood["seq"] == self.latest["seq"]


def recoded_rows(connection: Connection, coded: CodedDocument, seq: int) -> Rows:
    """Return the rows that a re-coding adds: the reading, its moves, and the earlier coder's that it does not find."""
    known = _known(connection, coded.document.id)
    reviewed = _reviewed(connection, coded.document.id)
    known = {
        name: dataclasses.replace(one, said=one.said or _within(one.trigger, reviewed)) for name, one in known.items()
    }
    aside = {move.id for move in coded.moves if _is_aside(move, known, reviewed)}
    current = [move for move in coded.moves if move.id not in aside]
    found = {move.id for move in current}
    gone = [one for name, one in known.items() if one.stands and not one.said and name not in found]
    hidden = [_marked(move, known, coded.reading.coder) for move in coded.moves if move.id in aside]
    return {
        "readings": [reading_row(coded, seq)],
        "moves": [
            *(move_row(move, seq, verdict="coded") for move in current),
            *(move_row(move, seq, verdict="rejected") for move in hidden),
            *({**one.latest, "seq": seq, "verdict": "superseded"} for one in gone),
        ],
        "mentions": [row for move in (*current, *hidden) for row in mention_rows(move, seq)],
        "assignments": [row for move in current for row in _carried(connection, move, known.get(move.id), gone, seq)],
    }


_COLUMNS = (
    "seq, id, document, verdict, act, issue, status, voice, confidence, date, sentence_start, sentence_end, parties, "
    "words, record"
)


def _known(connection: Connection, document: str) -> dict[str, _Known]:
    query = f"SELECT {_COLUMNS} FROM moves WHERE document = :document ORDER BY seq"
    versions: dict[str, list[Row]] = {}
    for row in connection.execute(sa.text(query), {"document": document}).mappings():
        versions.setdefault(row["id"], []).append(dict(row))
    spoken = _spoken_of(connection, document, versions)
    return {
        name: _Known(
            latest=rows[-1],
            stood=next((row for row in reversed(rows) if row["verdict"] not in ("rejected", "superseded")), None),
            trigger=_range(json.loads(rows[-1]["record"])["trigger"]),
            acts=frozenset(row["act"] for row in rows),
            # What was set aside from the start is a coder's word, though its verdict is that of a rejection.
            said=name in spoken or (rows[-1]["verdict"] not in _OF_CODERS and not _was_set_aside(rows)),
        )
        for name, rows in versions.items()
    }


def _was_set_aside(rows: Sequence[Row]) -> bool:
    return rows[0]["verdict"] == "rejected" and {row["verdict"] for row in rows} <= {"rejected", "superseded"}


def _spoken_of(connection: Connection, document: str, moves: Collection[str]) -> set[str]:
    """Return those moves that people pinned to a proposition, judged as the outcome of a threat, or named as evidence."""
    pinned = (
        "SELECT a.move FROM current_assignments a WHERE a.basis = 'pinned' "
        "AND a.move IN (SELECT m.id FROM moves m WHERE m.document = :document)"
    )
    found = {row[0] for row in connection.execute(sa.text(pinned), {"document": document})}
    # What people judged is little, so that all of it is read.
    cases = {"t" + hashlib.sha256(move.encode()).hexdigest()[:12]: move for move in moves}  # as the threats name them
    for move, case in connection.execute(sa.text("SELECT move, threat FROM verdicts")):
        found |= {move, cases.get(case, move)}
    evidence = 'SELECT record FROM forecasts WHERE record LIKE \'%"evidence": ["%\''
    for (record,) in connection.execute(sa.text(evidence)):
        found |= set(json.loads(record)["evidence"])
    return found & set(moves)


def _reviewed(connection: Connection, document: str) -> list[Range]:
    """Return where the sentences stand that people reviewed as a whole."""
    query = (
        "SELECT sentence_start, sentence_end FROM reviews v WHERE document = :document "
        "AND NOT EXISTS (SELECT 1 FROM undone_reviews u WHERE u.review = v.seq)"
    )
    return [(row[0], row[1]) for row in connection.execute(sa.text(query), {"document": document})]


def _is_aside(move: Move, known: Mapping[str, _Known], reviewed: Iterable[Range]) -> bool:
    """Tell whether a person has spoken already on what a coder found.

    That is so in a reviewed sentence, and for a move of which somebody said something: the same move, another one with a trigger that
    overlaps and an act that the move ever had, or any act at the very words whose act a person has put right.
    """
    trigger = (move.trigger.start, move.trigger.end)
    same = known.get(move.id)
    if _within(trigger, reviewed) or (same is not None and same.said):
        return True
    if same is not None and same.stands:
        return False  # it stood beside what was said, and still does
    return any(
        one.said
        and (move.act.value in one.acts and _overlap(trigger, one.trigger) or one.stands and trigger == one.trigger)
        for one in known.values()
    )


def _marked(move: Move, known: Mapping[str, _Known], coder: str) -> Move:
    """Return a move that is set aside, with an id under which nothing stands."""
    return dataclasses.replace(move, id=move.id + _mark_of(coder)) if move.id in known else move


def _carried(connection: Connection, move: Move, before: _Known | None, gone: Iterable[_Known], seq: int) -> list[Row]:
    """Return the row that gives a move the proposition of the same content before, also where the trigger was read otherwise."""
    trigger = (move.trigger.start, move.trigger.end)
    others = (one for one in gone if move.act.value == one.latest["act"] and _overlap(trigger, one.trigger))
    old = before or next(others, None)
    if old is None or old.stood is None:
        return []
    rows = _propositions.carried(connection, _content(old.stood), _propositions.content_of(move, seq), seq)
    return [{**row, "move": move.id} for row in rows]


def _content(row: Row) -> Content | None:
    span = json.loads(row["record"]).get("condition" if row["act"] == "threaten" else "content")
    if span is None:
        return None
    return Content(move=row["id"], version=row["seq"], issue=row["issue"], act=row["act"], words=span["text"])


def _range(span: Mapping[str, int]) -> Range:
    return span["start"], span["end"]


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _within(trigger: Range, sentences: Iterable[Range]) -> bool:
    return any(_overlap(trigger, sentence) for sentence in sentences)


# What it came to


def recoding(connection: Connection, coder: str) -> Recoding:
    """Return what became of the moves of the documents that a coder read after another had."""

    def number(query: str) -> int:
        entries = (
            "SELECT g.document, g.seq FROM readings g JOIN log l ON l.seq = g.seq AND l.kind = 'recoding' "
            "WHERE g.coder = :coder"
        )
        return int(connection.execute(sa.text(f"WITH e AS ({entries}) {query}"), {"coder": coder}).scalar_one())

    wrote = "SELECT count(*) FROM e JOIN moves m ON m.document = e.document AND m.seq = e.seq AND m.verdict ="
    before = "(SELECT p.verdict FROM moves p WHERE p.id = m.id AND p.seq < m.seq ORDER BY p.seq DESC LIMIT 1)"
    kept = number(f"{wrote} 'coded' AND {before} = 'coded'")
    return Recoding(
        coder=coder,
        documents=number("SELECT count(*) FROM e"),
        kept=kept,
        new=number(f"{wrote} 'coded'") - kept,
        superseded=number(f"{wrote} 'superseded'"),
        said=number(
            "SELECT count(*) FROM e JOIN moves m ON m.document = e.document AND m.seq < e.seq "
            "AND m.verdict NOT IN ('rejected', 'superseded') "
            "AND NOT EXISTS (SELECT 1 FROM moves n WHERE n.id = m.id AND n.seq > m.seq AND n.seq <= e.seq)"
        ),
        aside=number(f"{wrote} 'rejected'"),
    )
