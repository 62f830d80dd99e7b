"""What the ledger knows of contents: which are not grouped yet, the propositions, and what people say of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.codebook import load_codebook
from demarche.errors import LedgerError
from demarche.model import Act, Assignment, Content, Move, Proposition

__all__ = [
    "assignment_row",
    "assignments",
    "carried",
    "content_keys",
    "content_of",
    "contents",
    "current",
    "keep_vectors",
    "merged_rows",
    "proposition",
    "proposition_ids",
    "proposition_row",
    "propositions",
    "vectors",
]

_STEP = 2000
"""Moves that are fetched at a time."""

Row = dict[str, Any]


def content_keys(connection: Connection, *, known: bool) -> list[list[int]]:
    """Return the keys of the moves whose contents are grouped already, or are not, as they were taken in, a page of them a list.

    A move that was amended since is grouped anew, but for one that a person pinned.
    """
    acts = ", ".join(f"'{act}'" for act, code in load_codebook().acts.items() if code.stance is not None)
    grouped = "SELECT 1 FROM current_assignments a WHERE a.move = m.id AND (a.version = m.seq OR a.basis = 'pinned')"
    query = (
        f"SELECT m.row FROM standing s JOIN moves m ON m.row = s.row WHERE s.act IN ({acts}) "
        f"AND {'' if known else 'NOT '}EXISTS ({grouped}) ORDER BY m.row"
    )
    rows = [row[0] for row in connection.execute(sa.text(query))]
    return [rows[start : start + _STEP] for start in range(0, len(rows), _STEP)]


def contents(connection: Connection, rows: list[int]) -> list[Content]:
    """Return the contents of the moves with these keys; those without any are left out."""
    return list(_contents_at(connection, rows))


def content_of(move: Move, version: int) -> Content | None:
    """Return the content of a move by which it is grouped, None if it has none or its act takes no stance."""
    if load_codebook().acts[move.act].stance is None:
        return None
    span = move.condition if move.act is Act.THREATEN else move.content
    if span is None or not span.text.strip():
        return None
    parties = [tuple(one.id for one in mentions if one.id) for mentions in (move.actors, move.recipients)]
    return Content(
        move=move.id,
        version=version,
        issue=move.issue,
        act=move.act.value,
        words=span.text,
        actors=parties[0],
        recipients=parties[1],
    )


def _contents_at(connection: Connection, rows: list[int]) -> Iterator[Content]:
    query = sa.text(
        "SELECT m.id, m.seq, m.issue, m.act, m.record FROM standing s JOIN moves m ON m.row = s.row WHERE s.row IN :rows ORDER BY s.row"
    ).bindparams(sa.bindparam("rows", expanding=True))
    found = connection.execute(query, {"rows": rows}).all()
    parties = _parties(connection, [row[0] for row in found])
    for move, version, issue, act, record in found:
        span = json.loads(record).get("condition" if act == "threaten" else "content")
        if span and span["text"].strip():
            named = parties.get((move, version), {})
            yield Content(
                move=move,
                version=version,
                issue=issue,
                act=act,
                words=span["text"],
                actors=tuple(named.get("actor", ())),
                recipients=tuple(named.get("recipient", ())),
            )


def _parties(connection: Connection, moves: list[str]) -> dict[tuple[str, int], dict[str, list[str]]]:
    query = sa.text(
        "SELECT move, seq, role, entity FROM current_mentions WHERE move IN :moves AND entity IS NOT NULL ORDER BY position"
    ).bindparams(sa.bindparam("moves", expanding=True))
    found: dict[tuple[str, int], dict[str, list[str]]] = {}
    for move, seq, role, entity in connection.execute(query, {"moves": moves}):
        found.setdefault((move, seq), {}).setdefault(role, []).append(entity)
    return found


_SHOWN = (
    "CASE WHEN EXISTS (SELECT 1 FROM moves f JOIN redactions r ON r.document = f.document WHERE f.id = p.founder) "
    "AND NOT EXISTS (SELECT 1 FROM log l WHERE l.subject = p.id AND l.kind = 'renaming') THEN p.id ELSE p.name END"
)
"""The name, or the id where the name holds words of a document that was redacted."""


def propositions(connection: Connection, issue: str | None) -> list[Proposition]:
    """Return the propositions that moves state now, those with most moves first."""
    query = (
        f"SELECT p.id, p.issue, {_SHOWN} AS shown, p.founder, count(m.id) AS moves FROM current_propositions p "
        "JOIN current_assignments a ON a.proposition = p.id "
        "JOIN moves m ON m.id = a.move AND (a.version = m.seq OR a.basis = 'pinned') JOIN standing s ON s.row = m.row "
        "WHERE p.target IS NULL AND (CAST(:issue AS TEXT) IS NULL OR p.issue = :issue) "
        "GROUP BY p.id, p.issue, shown, p.founder ORDER BY moves DESC, p.id"
    )
    found = connection.execute(sa.text(query), {"issue": issue})
    return [Proposition(id=row[0], issue=row[1], name=row[2], founder=row[3], moves=row[4]) for row in found]


def proposition_ids(connection: Connection) -> set[str]:
    """Return the ids of all propositions that there ever were."""
    return {row[0] for row in connection.execute(sa.text("SELECT DISTINCT id FROM propositions"))}


def proposition(connection: Connection, name: str) -> Proposition:
    """Return a proposition, or the one that it was merged into; raises LedgerError if there is none."""
    query = (
        f"SELECT p.id, p.issue, {_SHOWN} AS shown, p.founder FROM current_propositions o "
        "JOIN current_propositions p ON p.id = coalesce(o.target, o.id) WHERE o.id = :id"
    )
    row = connection.execute(sa.text(query), {"id": name}).first()
    if row is None:
        raise LedgerError(f"there is no proposition {name} in the ledger; list them with: demarche propositions")
    return Proposition(id=row[0], issue=row[1], name=row[2], founder=row[3])


def assignments(
    connection: Connection, moves: Sequence[str] | None = None, *, proposition: str | None = None
) -> list[Assignment]:
    """Return which proposition each move has now; of all moves, of those named, or of those that state one proposition."""
    query = "SELECT move, proposition, polarity, likeness, basis, version FROM current_assignments"
    if proposition is not None:
        one = sa.text(
            query + " WHERE move IN (SELECT a.move FROM assignments a WHERE a.proposition IN "
            "(SELECT p.id FROM current_propositions p WHERE p.id = :id OR p.target = :id)) AND proposition = :id"
        )
        found = connection.execute(one, {"id": proposition}).all()
    elif moves is None:
        found = connection.execute(sa.text(query)).all()
    else:
        named = sa.text(query + " WHERE move IN :moves").bindparams(sa.bindparam("moves", expanding=True))
        found = connection.execute(named, {"moves": list(moves)}).all()
    names = ("move", "proposition", "polarity", "likeness", "basis", "version")
    return [Assignment(**dict(zip(names, row, strict=True))) for row in found]


def current(connection: Connection, move: str) -> Assignment | None:
    """Return the proposition of a move, None if it has none."""
    found = assignments(connection, [move])
    return found[0] if found else None


def carried(connection: Connection, old: Content | None, new: Content | None, seq: int) -> list[Row]:
    """Return the row that keeps the proposition of a move whose content stays though the move is written anew."""
    given = None if old is None or new is None else current(connection, old.move)
    if given is None or old is None or new is None or given.version != old.version or given.basis == "pinned":
        return []
    same = (old.act, old.issue, old.words) == (new.act, new.issue, new.words)
    return [assignment_row(replace(given, version=seq), seq)] if same else []


def assignment_row(given: Assignment, seq: int) -> Row:
    """Return the row of an assignment."""
    return {
        "seq": seq,
        "move": given.move,
        "version": given.version or 0,
        "proposition": given.proposition,
        "polarity": given.polarity,
        "likeness": None if given.likeness is None else float(given.likeness),
        "basis": given.basis,
    }


def proposition_row(given: Proposition, seq: int, *, target: str | None = None) -> Row:
    """Return the row of a proposition, or of its merging into another."""
    fields = {name: getattr(given, name) for name in ("id", "issue", "name", "founder")}
    return {"seq": seq, **fields, "target": target}


def merged_rows(connection: Connection, gone: Proposition, kept: str, seq: int) -> list[Row]:
    """Return the rows that merge a proposition, and all that was merged into it before, into another."""
    query = sa.text("SELECT id, issue, name, founder FROM current_propositions WHERE target = :id")
    before = [
        Proposition(id=row[0], issue=row[1], name=row[2], founder=row[3])
        for row in connection.execute(query, {"id": gone.id})
    ]
    return [proposition_row(found, seq, target=kept) for found in (gone, *before)]


def vectors(connection: Connection, coder: str, words: Sequence[str]) -> dict[str, bytes]:
    """Return the vectors that are kept of words, by their keys."""
    query = sa.text("SELECT words, value FROM vectors WHERE coder = :coder AND words IN :words").bindparams(
        sa.bindparam("words", expanding=True)
    )
    found: dict[str, bytes] = {}
    for start in range(0, len(words), _STEP):
        part = connection.execute(query, {"coder": coder, "words": list(words[start : start + _STEP])})
        found |= {row[0]: bytes(row[1]) for row in part}
    return found


def keep_vectors(connection: Connection, coder: str, made: Mapping[str, bytes]) -> None:
    """Keep the vectors of words, so that they are not computed again."""
    if made:
        query = "INSERT INTO vectors (coder, words, value) VALUES (:coder, :words, :value) ON CONFLICT DO NOTHING"
        rows = [{"coder": coder, "words": words, "value": value} for words, value in made.items()]
        connection.execute(sa.text(query), rows)
