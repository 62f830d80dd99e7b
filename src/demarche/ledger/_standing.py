"""What stands now, as tables beside the log, so that a million moves can be counted and paged through in a moment.

The views ``current_moves``, ``current_mentions`` and ``current_clusters`` say what the entries of the log come to; they look at
every row of a move to know that it is the last. The tables here hold what the views say, and how often it is reported. They are kept
up in the transaction of each entry, cluster by cluster: what the views say of a touched cluster is compared with what the tables
have, and the difference is written. They are no part of what the log proves; ``verify`` compares them with the views, and
:func:`rebuild` makes them anew.

standing_documents
    Documents that are not redacted: cluster, sentences of the latest reading, moves.
standing
    Moves as they stand, with what they are searched by. Moves of one cluster that tell the same act of the same parties are one
    story, named after the first of them. How it counts once per cluster is said by ``copied``: 0, one document alone tells it; 1, the
    move is of the document that tells all that any of them does; 2, it is of another, and adds nothing; 3, no document tells
    all of it, so that they have to be compared.
standing_mentions
    Their parties as settled; ``again`` marks those that were named in that role before; ``words`` are those of parties that are not
    resolved.
occasions
    Acts of known actors on one day that several clusters tell of, and how many do.
tallies
    Counts over all of it: once per cluster (``moves``) and as often as reported (``mentions``); '' stands for what is unknown.
"""

from __future__ import annotations

import functools
import operator
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.codebook import load_codebook
from demarche.ledger._bulk import MANY, insert_values, marked, parts, run_each

__all__ = ["QUADS", "TALLIED", "disagreements", "follow", "rebuild"]

TALLIED = ("act", "issue", "status", "voice", "publisher", "date", "actor", "recipient", "source")
"""What moves are counted by in ``tallies``, beside actor by month or year, the words of open parties, and the totals."""
QUADS = {act.value: code.quad or 0 for act, code in load_codebook().acts.items()}
"""Act -> quad class, 0 for those of none."""
_STEP = 400
"""Clusters that are looked at at a time."""
_MOVE = (
    "document",
    "cluster",
    "story",
    "copied",
    "publisher",
    "date",
    "act",
    "issue",
    "status",
    "voice",
    "confidence",
    "parties",
)

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
Key = tuple[str, str, str, int]
"""Kind, value, month and quad class of a tally."""
Tallies = dict[Key, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _State:
    """What stands of some clusters: by table, the rows by their keys."""

    documents: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    moves: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    mentions: dict[tuple[int, str, int], tuple[Any, ...]] = field(default_factory=dict)


_TABLES = {
    "documents": ("standing_documents", ("seq",), ("document", "cluster", "sentences", "moves")),
    "moves": ("standing", ("row",), _MOVE),
    "mentions": ("standing_mentions", ("row", "role", "position"), ("entity", "date", "again", "words")),
}


def follow(connection: Connection, rows: Rows) -> None:
    """Bring the tables to what the views say, now that an entry has added these rows by table."""
    touched = sorted(_touched(connection, rows))
    for part in parts(touched, _STEP):
        there, stands = _there(connection, part), _stands(connection, part)
        _write(connection, there, stands)
        _count_occasions(connection, there, stands)
        _add_tallies(connection, _difference(_tallies(there), _tallies(stands)))


def rebuild(connection: Connection) -> None:
    """Make the tables anew from what the log holds."""
    for table in ("standing_documents", "standing", "standing_mentions", "occasions", "tallies"):
        connection.execute(sa.text(f"DELETE FROM {table}"))
    totals: Counter[Key] = Counter()
    mentions: Counter[Key] = Counter()
    for part in _clusters(connection):
        stands = _stands(connection, part)
        _write(connection, _State(), stands)
        for key, (once, often) in _tallies(stands).items():
            totals[key] += once
            mentions[key] += often
    connection.execute(sa.text(f"INSERT INTO occasions {_OCCASIONS}"))
    _add_tallies(connection, {key: (totals[key], often) for key, often in mentions.items()})


def disagreements(connection: Connection) -> Iterator[str]:
    """Yield where the tables say something else than the log."""
    expected: Counter[Key] = Counter()
    seen = dict.fromkeys(_TABLES, 0)
    for part in _clusters(connection):
        there, stands = _there(connection, part), _stands(connection, part)
        for name, (table, *_) in _TABLES.items():
            seen[name] += len(getattr(there, name))
            if getattr(there, name) != getattr(stands, name):
                yield f"table {table}: disagrees with the log about the cluster {_where(there, stands, name)}"
        for key, (once, often) in _tallies(stands).items():
            expected[key] += once
            expected[*key, "often"] += often  # type: ignore[index]
    for name, (table, *_) in _TABLES.items():
        if _number(connection, f"SELECT count(*) FROM {table}") != seen[name]:
            yield f"table {table}: holds rows that the log knows nothing of"
    yield from _wrong_tallies(connection, expected)
    kept = "SELECT parties, act, date, clusters FROM occasions"
    for one, other in ((kept, _OCCASIONS), (_OCCASIONS, kept)):
        found = connection.execute(sa.text(f"SELECT * FROM ({one}) a EXCEPT SELECT * FROM ({other}) b")).first()
        if found is not None:
            yield f"table occasions: disagrees with the log about {found[1]} of {found[2]}"


def _touched(connection: Connection, rows: Rows) -> set[str]:
    """Return the clusters of which rows say something new."""
    new = {row["id"] for row in rows.get("documents", ())}
    named = {
        row["document"] for table in ("readings", "moves", "clusters", "redactions") for row in rows.get(table, ())
    }
    found = {str(row["cluster"]) for row in rows.get("clusters", ())}
    for part in parts(sorted(named - new)):
        for table in ("standing_documents", "current_clusters"):
            found |= {
                row[0] for row in _listed(connection, f"SELECT cluster FROM {table} WHERE document IN :given", part)
            }
    words = sorted({row["words"] for row in rows.get("settlements", ())})
    spoken = (
        "SELECT DISTINCT s.cluster FROM mentions n JOIN moves m ON m.id = n.move AND m.seq = n.seq "
        "JOIN standing s ON s.row = m.row WHERE n.words IN :given"
    )
    return found | {row[0] for part in parts(words) for row in _listed(connection, spoken, part)}


def _there(connection: Connection, clusters: Sequence[str]) -> _State:
    """Return what the tables have of clusters."""
    documents = "SELECT seq, document, cluster, sentences, moves FROM standing_documents WHERE cluster IN :given"
    made = _State(documents={row[0]: tuple(row[1:]) for row in _listed(connection, documents, clusters)})
    if not made.documents:
        return made
    moves = f"SELECT row, {', '.join(_MOVE)} FROM standing WHERE cluster IN :given"
    made.moves.update({row[0]: tuple(row[1:]) for row in _listed(connection, moves, clusters)})
    mentions = "SELECT row, role, position, entity, date, again, words FROM standing_mentions WHERE row IN :given"
    for part in parts(list(made.moves)):
        made.mentions.update({tuple(row[:3]): tuple(row[3:]) for row in _listed(connection, mentions, part)})
    return made


def _stands(connection: Connection, clusters: Sequence[str]) -> _State:
    """Return what the views say of clusters."""
    documents = (
        "SELECT d.seq, d.id, k.cluster, coalesce((SELECT g.count FROM readings g WHERE g.document = d.id ORDER BY g.seq DESC LIMIT 1), 0) "
        "FROM current_clusters k JOIN documents d ON d.id = k.document WHERE k.cluster IN :given "
        "AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = d.id)"
    )
    found = [tuple(row) for row in _listed(connection, documents, clusters)]
    moves = _moves(connection, [row[1] for row in found])
    counts = Counter(move.document for move in moves)
    made = _State(documents={seq: (name, cluster, count, counts[name]) for seq, name, cluster, count in found})
    made.mentions.update(_mentions(connection, moves))
    parties = _parties(made)
    for story in _stories(moves):
        name, copied = min(move.row for move in story), _copied(story, parties)
        for move in story:
            made.moves[move.row] = (move.document, move.cluster, name, copied[move.document], *move[5:])
    return made


class _Move(NamedTuple):
    """A move as the view has it: its keys, and then what the table has."""

    row: int
    id: str
    seq: int
    document: str
    cluster: str
    publisher: str | None
    date: str | None
    act: str
    issue: str
    status: str
    voice: str
    confidence: float
    parties: str


def _moves(connection: Connection, documents: list[str]) -> list[_Move]:
    query = f"SELECT {', '.join(f'm.{name}' for name in _Move._fields)} FROM current_moves m WHERE m.document IN :given"
    return [_Move._make(row) for part in parts(documents) for row in _listed(connection, query, part)]


def _stories(moves: Iterable[_Move]) -> Iterable[list[_Move]]:
    """Return the moves of each story."""
    told: dict[tuple[str, str, str], list[_Move]] = defaultdict(list)
    for move in moves:
        told[move.cluster, move.act, move.parties].append(move)
    return told.values()


def _copied(story: Sequence[_Move], parties: Mapping[int, set[tuple[str, str]]]) -> dict[str, int]:
    """Return how the moves of each document of a story count.

    If one document tells all that the others do, the same number of times or more often, then under any filter on issue, status,
    voice, date and parties it is the one that has most, and the others need not be looked at.
    """
    told: dict[str, Counter[Any]] = defaultdict(Counter)
    for move in sorted(story):
        told[move.document][move.issue, move.status, move.voice, move.date, frozenset(parties.get(move.row, ()))] += 1
    if len(told) == 1:
        return dict.fromkeys(told, 0)
    lead = max(told, key=lambda document: told[document].total())
    if all(counts <= told[lead] for counts in told.values()):
        return {document: 1 if document == lead else 2 for document in told}
    return dict.fromkeys(told, 3)


def _parties(state: _State) -> dict[int, set[tuple[str, str]]]:
    """Return the roles and actors of each move; '' for those that are not resolved."""
    made: dict[int, set[tuple[str, str]]] = defaultdict(set)
    for (row, role, _), (entity, *_) in state.mentions.items():
        made[row].add((role, entity or ""))
    return made


def _mentions(connection: Connection, moves: Sequence[_Move]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    query = (
        "SELECT n.move, n.seq, n.role, n.position, n.entity, n.words FROM current_mentions n WHERE n.move IN :given "
        "ORDER BY n.move, n.seq, n.role, n.position"
    )
    known = {(move.id, move.seq): (move.row, move.date) for move in moves}
    named: set[tuple[int, str, str | None]] = set()
    for part in parts([move.id for move in moves]):
        for name, seq, role, position, entity, words in _listed(connection, query, part):
            row, date = known.get((name, seq), (None, None))
            if row is not None:
                who = (row, role, entity)
                yield (row, role, position), (entity, date, int(who in named), None if entity else words)
                named.add(who)


def _write(connection: Connection, there: _State, stands: _State) -> None:
    """Write the difference between what the tables have and what they shall have."""
    for name, (table, keys, values) in _TABLES.items():
        old, new = getattr(there, name), getattr(stands, name)
        gone = [_key(key) for key, row in old.items() if new.get(key) != row]
        made = [(*_key(key), *row) for key, row in new.items() if old.get(key) != row]
        same = " AND ".join(f"{key} = ?" for key in keys)
        run_each(connection, f"DELETE FROM {table} WHERE {same}", gone)
        insert_values(connection, table, (*keys, *values), made)


def _key(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)


# Occasions

_OCCASIONS = (
    "SELECT parties, act, date, count(DISTINCT story) AS clusters FROM standing WHERE length(date) = 10 AND parties NOT LIKE '>%' "
    "GROUP BY parties, act, date HAVING min(story) < max(story)"
)


def _count_occasions(connection: Connection, there: _State, stands: _State) -> None:
    """Count anew what is told of on the days of moves that came or went."""
    changed = there.moves.items() ^ stands.moves.items()
    told = sorted({(move[-1], move[6], move[5]) for _, move in changed if len(move[5] or "") == 10})
    join = (
        "CROSS JOIN" if connection.dialect.name == "sqlite" else "JOIN"
    )  # what is told leads, by an index of what stands
    for part in parts([one for one in told if one[0][:1] != ">"], MANY // 3):
        marks, given = ", ".join(["(?, ?, ?)"] * len(part)), tuple(value for one in part for value in one)
        gone = f"DELETE FROM occasions WHERE (parties, act, date) IN (VALUES {marks})"
        connection.exec_driver_sql(marked(connection, gone), given)
        made = (
            f"WITH told (parties, act, date) AS (VALUES {marks}) INSERT INTO occasions "
            f"SELECT s.parties, s.act, s.date, count(DISTINCT s.story) FROM told t {join} standing s "
            "ON s.parties = t.parties AND s.act = t.act AND s.date = t.date "
            "GROUP BY s.parties, s.act, s.date HAVING min(s.story) < max(s.story)"
        )
        connection.exec_driver_sql(marked(connection, made), given)


# Tallies


def _tallies(state: _State) -> Tallies:
    """Return what clusters add to the tallies: of each story as many moves as the document has that has most of them."""
    parties = _parties(state)
    once, often = _totals(state), _totals(state)
    opened = Counter(("open", words, "", 0) for words in _open(state))
    once.update(opened)
    often.update(opened)
    told: dict[int, dict[str, list[Key]]] = defaultdict(lambda: defaultdict(list))
    for row, (document, _, story, *codes) in state.moves.items():
        told[story][document].extend(_keys(codes, parties.get(row, ())))
    for documents in told.values():
        counts = [Counter(keys) for keys in documents.values()]
        for count in counts:
            often.update(count)
        once.update(functools.reduce(operator.or_, counts))
    return {key: (once[key], count) for key, count in often.items()}


def _keys(codes: Sequence[Any], parties: Iterable[tuple[str, str]]) -> Iterator[Key]:
    _, publisher, date, act, issue, status, voice, *_ = codes
    for name, value in zip(TALLIED, (act, issue, status, voice, publisher, date), strict=False):
        yield name, value or "", "", 0
    for role, entity in parties:
        yield role, entity, "", 0
        if role == "actor":
            for step, length in (("month", 7), ("year", 4)):
                yield f"actor by {step}", entity, (date or "")[:length], QUADS.get(act, 0)


def _open(state: _State) -> Iterator[str]:
    """Yield the words of parties that are not resolved, once for each move in which they are."""
    yield from (
        words for _, words in {(row, words) for (row, *_), (*_, words) in state.mentions.items() if words is not None}
    )


def _totals(state: _State) -> Counter[Key]:
    documents = state.documents.values()
    counts = {
        "documents": len(documents),
        "clusters": len({cluster for _, cluster, *_ in documents}),
        "sentences": sum(sentences for _, _, sentences, _ in documents),
        "moves": len(state.moves),
        "mentions": len(state.mentions),
        "resolved": sum(entity is not None for entity, *_ in state.mentions.values()),
    }
    return Counter({("total", name, "", 0): count for name, count in counts.items() if count})


def _difference(before: Tallies, after: Tallies) -> Tallies:
    made = {}
    for key in before.keys() | after.keys():
        (once, often), (once_before, often_before) = after.get(key, (0, 0)), before.get(key, (0, 0))
        if (once, often) != (once_before, often_before):
            made[key] = (once - once_before, often - often_before)
    return made


def _add_tallies(connection: Connection, added: Tallies) -> None:
    query = (
        "INSERT INTO tallies (kind, value, month, quad, moves, mentions) VALUES (?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (kind, value, month, quad) DO UPDATE SET moves = tallies.moves + excluded.moves, "
        "mentions = tallies.mentions + excluded.mentions"
    )
    rows = [(*key, *counts) for key, counts in sorted(added.items())]
    if connection.dialect.name == "sqlite":
        run_each(connection, query, rows)
    elif rows:  # one statement, however many they are
        types = ("text", "text", "text", "bigint", "bigint", "bigint")
        lists = ", ".join(f"CAST(? AS {kind}[])" for kind in types)
        given = tuple(list(column) for column in zip(*rows, strict=True))
        unnested = query.replace("VALUES (?, ?, ?, ?, ?, ?)", f"SELECT * FROM unnest({lists})")
        connection.exec_driver_sql(marked(connection, unnested), given)


def _wrong_tallies(connection: Connection, expected: Mapping[Any, int]) -> Iterator[str]:
    rows = connection.execute(sa.text("SELECT kind, value, month, quad, moves, mentions FROM tallies")).all()
    there = {tuple(row[:4]): (row[4], row[5]) for row in rows if row[4] or row[5]}
    wanted = {key: (count, expected[*key, "often"]) for key, count in expected.items() if len(key) == 4}
    for key in sorted(there.keys() | wanted.keys()):
        if there.get(key) != wanted.get(key):
            yield f"table tallies: {key[0]} {' '.join(filter(None, key[1:3]))!r} disagrees with the log"


# Lists


def _clusters(connection: Connection) -> Iterator[list[str]]:
    """Yield all clusters in the order of their first documents, a part at a time."""
    query = "SELECT k.cluster FROM current_clusters k JOIN documents d ON d.id = k.document GROUP BY k.cluster ORDER BY min(d.seq)"
    yield from parts([row[0] for row in connection.execute(sa.text(query))], _STEP)


def _where(there: _State, stands: _State, name: str) -> str:
    """Return the cluster of the first row that differs."""
    rows = [*getattr(there, name).items(), *getattr(stands, name).items()]
    key = next(key for key, row in rows if getattr(there, name).get(key) != getattr(stands, name).get(key))
    if name == "documents":
        return str((there.documents.get(key) or stands.documents[key])[1])
    row = key[0] if name == "mentions" else key
    return str((there.moves.get(row) or stands.moves[row])[1])


def _listed(connection: Connection, query: str, given: Sequence[Any]) -> Any:
    marks = ", ".join("?" for _ in given)
    return connection.exec_driver_sql(marked(connection, query.replace(":given", f"({marks})")), tuple(given))


def _number(connection: Connection, query: str) -> int:
    return int(connection.execute(sa.text(query)).scalar_one())
