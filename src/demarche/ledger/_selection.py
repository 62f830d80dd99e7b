"""A filter on moves as a part of a query to the table ``standing``, so that the store takes the narrowest way to them.

SQLite knows little of how often a value occurs. Which index leads to the moves is therefore said here: the rarest value of the filter
leads, as the tallies know it, and the others are marked with a plus sign, which keeps SQLite from their indexes. PostgreSQL counts for
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError
from demarche.ledger._standing import QUADS
from demarche.model import UNKNOWN, MoveFilter
from demarche.model.filters import check_date, search_terms

__all__ = ["Parameters", "Selection", "document_order", "select", "with_words"]

Parameters = dict[str, Any]

_ROLES = ("actor", "recipient", "source")
_LEADING = ("document", "cluster", "publisher", "issue", "act", "status")
"""Fields with an index of their own."""
_APART = ("move", "moves", "document", "publisher", "words", "min_confidence")
"""Fields in which copies of a move can differ."""
_COMMON = 3
"""A value is common if one move in so many has it."""
_OF_WORDS = 10_000
"""Moves that words are taken to have: how many they do have is only known when they are found."""
_FEW = 2000
"""Documents that are looked up by their words, and then put in order, at most."""
_MOST = 20_000
"""Moves that one filter may name: a statement can have no more parameters."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The moves that pass a filter: ``FROM {source} WHERE {where}``, where ``m`` is ``standing``.

    Parameters
    ----------
    order
        The columns by which an index can give them by date.
    join
        The word that joins a table so that what stands before it leads.
    everything
        Whether every move passes.
    whole
        Whether the filter looks at nothing in which copies of a move can differ but what ``standing.copied`` has compared.
    """

    source: str
    where: str
    parameters: Parameters
    order: str
    join: str
    everything: bool
    whole: bool

    def once(self, value: str) -> tuple[str, str, str, str]:
        """Return the columns story, document, moves and mentions by which moves of a value count once per cluster.

        The moves of a story and document are those that have to be compared with the other documents of the story; where both are
        null there is nothing to compare.
        """
        compared = "m.copied = 3" if self.whole and value != "m.publisher" else "m.copied > 0"
        moves = "sum(CASE m.copied WHEN 2 THEN 0 ELSE 1 END)" if compared == "m.copied = 3" else "count(*)"
        return f"CASE WHEN {compared} THEN m.story END", f"CASE WHEN {compared} THEN m.document END", moves, "count(*)"


def select(connection: Connection, wanted: MoveFilter) -> Selection:
    """Return the moves that a filter lets pass; raises InputError if it makes no sense."""
    lite = connection.dialect.name == "sqlite"
    join = "CROSS JOIN" if lite else "JOIN"
    parameters: Parameters = {}
    lead = _lead(connection, wanted)
    marks = {name: "+" if lite and name != lead else "" for name in (*_LEADING, "date", *_ROLES)}
    if lead in (*_LEADING[2:], "date", *_ROLES):
        marks["date"] = ""
    alias = "p" if lead in _ROLES else "m"
    parts = [*_named(wanted, parameters), *_equal(wanted, marks, parameters)]
    parts += _dated(wanted, f"{marks['date']}{alias}.date", parameters)
    source = "standing m"
    for role in _ROLES:
        who = getattr(wanted, role)
        if who is None:
            continue
        same = _party(role, who, marks[role], parameters)
        if role == lead:
            source = f"standing_mentions p {join} standing m ON m.row = p.row"
            parts += [same, "p.again = 0"]
        else:
            parts.append(f"EXISTS (SELECT 1 FROM standing_mentions p WHERE p.row = m.row AND {same})")
    if wanted.words is not None:
        parts.append(with_words(connection, "moves", wanted.words, parameters))
    where = " AND ".join(parts) or "1 = 1"
    order = f"{alias}.date, {alias}.row"
    whole = all(getattr(wanted, name) is None for name in _APART)
    return Selection(
        source=source,
        where=where,
        parameters=parameters,
        order=order,
        join=join,
        everything=wanted == MoveFilter(),
        whole=whole,
    )


def _lead(connection: Connection, wanted: MoveFilter) -> str:
    """Return what leads to the moves: ids, else one document or cluster, else the rarest of words, parties and codes."""
    if wanted.move is not None or wanted.moves is not None:
        return "moves"
    for name in _LEADING[:2]:
        if getattr(wanted, name) is not None:
            return name
    given = {name: getattr(wanted, name) for name in (*_ROLES, *_LEADING[2:]) if getattr(wanted, name) is not None}
    often = {name: _often(connection, name, value) for name, value in given.items()}
    if wanted.words is not None:
        often["words"] = _OF_WORDS
    lead = min(often, key=lambda name: often[name], default="date")
    # Of what a good part of all moves has, an index would only give them in another order than they lie in.
    common = lead in given and _COMMON * often[lead] > _often(connection, "total", "moves")
    return "date" if common else lead


def _often(connection: Connection, name: str, value: str) -> int:
    """Return how many moves there are of a value, as the tallies know it."""
    query = sa.text("SELECT mentions FROM tallies WHERE kind = :kind AND value = :value AND month = '' AND quad = 0")
    found = connection.execute(
        query, {"kind": name, "value": "" if value == UNKNOWN and name in _ROLES else value}
    ).scalar()
    return int(found or 0)


def _named(wanted: MoveFilter, parameters: Parameters) -> list[str]:
    parts = []
    for prefix, ids in (("move", None if wanted.move is None else (wanted.move,)), ("moves", wanted.moves)):
        if ids is None:
            continue
        if len(ids) > _MOST:
            raise InputError(f"a filter names {_MOST} moves at most, not {len(ids)}")
        made = {f"{prefix}_{number}": name for number, name in enumerate(ids)}
        parameters |= made
        given = ", ".join(f":{name}" for name in made) or "NULL"
        parts.append(f"m.row IN (SELECT v.row FROM moves v WHERE v.id IN ({given}))")
    return parts


def _equal(wanted: MoveFilter, marks: dict[str, str], parameters: Parameters) -> list[str]:
    parts = []
    for name in (*_LEADING, "voice"):
        value = getattr(wanted, name)
        if value is not None:
            parts.append(f"{marks.get(name, '')}m.{name} = :{name}")
            parameters[name] = value
    if wanted.quad is not None:
        acts = ", ".join(f"'{act}'" for act, quad in QUADS.items() if quad == int(wanted.quad))
        parts.append(f"{marks['act']}m.act IN ({acts or 'NULL'})")
    if wanted.min_confidence is not None:
        parts.append("m.confidence >= :min_confidence")
        parameters["min_confidence"] = wanted.min_confidence
    return parts


def _party(role: str, who: str, mark: str, parameters: Parameters) -> str:
    if who == UNKNOWN:
        return f"p.role = '{role}' AND {mark}p.entity IS NULL"
    parameters[role] = who
    return f"p.role = '{role}' AND {mark}p.entity = :{role}"


def _dated(wanted: MoveFilter, column: str, parameters: Parameters) -> list[str]:
    """Return the conditions on the date; one that is less precise than a day passes if it can lie between the bounds."""
    parts = []
    if wanted.since == UNKNOWN:
        return [f"{column} IS NULL"] if wanted.until is None else ["1 = 0"]
    bare = column.lstrip("+")
    if wanted.since is not None:
        parameters |= {"since": check_date(wanted.since), "since_year": wanted.since[:4]}
        parts.append(f"{column} >= :since_year AND ({bare} >= :since OR :since LIKE {bare} || '%')")
    if wanted.since and wanted.until and wanted.since[: len(wanted.until)] > wanted.until:
        raise InputError(f"nothing lies after {wanted.since} and before {wanted.until}; exchange the two dates")
    if wanted.until is not None:
        length = len(check_date(wanted.until))
        parameters |= {"until": wanted.until, "until_length": length, "until_last": wanted.until + "~"}
        parts.append(f"{column} <= :until_last AND substr({bare}, 1, CAST(:until_length AS INTEGER)) <= :until")
    return parts


def with_words(connection: Connection, table: str, words: str, parameters: Parameters) -> str:
    """Return the condition that the words of a query occur in ``moves m`` or ``documents d``."""
    parameters["query"] = quoted(search_terms(words))
    alias, key = ("d", "seq") if table == "documents" else ("m", "row")
    if connection.dialect.name == "sqlite":
        return f"{alias}.{key} IN (SELECT rowid FROM {table}_search WHERE {table}_search MATCH :query)"
    found = "search @@ websearch_to_tsquery('english', :query)"
    return f"d.{found}" if table == "documents" else f"m.row IN (SELECT w.row FROM moves w WHERE w.{found})"


def document_order(connection: Connection, words: str | None, parameters: Parameters, key: str) -> str:
    """Return what documents that have words are put in order by.

    PostgreSQL takes a word that it has no count of for one in two hundred texts, and looks for it through all texts in their order. Where
    few have the words, the order is one that no index gives, so that the words lead.
    """
    if words is None or connection.dialect.name == "sqlite":
        return key
    some = f"SELECT 1 FROM documents d WHERE {with_words(connection, 'documents', words, parameters)} LIMIT {_FEW + 1}"
    found = connection.execute(sa.text(f"SELECT count(*) FROM ({some}) s"), parameters).scalar_one()
    return f"{key} + 0" if found <= _FEW else key


def quoted(terms: Sequence[str]) -> str:
    """Return terms as a query of both stores."""
    return " ".join(f'"{term}"' for term in terms)
