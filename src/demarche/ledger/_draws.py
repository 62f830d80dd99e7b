"""Which sentences are drawn to measure a coder: one fixed order of all of them, of which a sample is a beginning.

Every sentence has a pseudo-random place between 0 and 1, computed from the hash of the ledger's first entry, the name of the coder,
the id of its document and its number in that document's reading. Nobody can choose the place, it does not depend on who asks or when, and a
document that is taken in later falls into the order as if it had been there from the start. Within each stratum (the coder saw
a move, or none) the sentences up to some place are therefore a simple random sample of the stratum, without replacement.

That holds only as long as none of them is passed over. A document that comes later can put a sentence before others that are
reviewed already; such a sentence is the next that everybody gets, and until it is reviewed, :func:`draw_sample` takes the reviews
as a sample of what was in the ledger before that document came, of which they are a complete beginning. Which of the possible
samples is taken depends on what is reviewed alone, never on what was found, so that this does not bias it.

Sentences of redacted documents are left out, and of a cluster of copies only the oldest document is drawn from. Both can change
later: a document that leaves takes its sentences with it, and the others remain a beginning of the order; one that comes in its
stead leaves gaps that are filled first.

Each coder has an order of its own. In one order for all, another coder would be measured by the sentences that were reviewed for
the one before, which are those that it may have learnt from.

No list of sentences is kept. A place needs only how many sentences a document has, which an index holds, so that the first
places of millions of sentences are found in about a second, and then stay in memory while the store is open.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Connection

from demarche.ledger._store import Store

__all__ = ["Order", "Unit", "choose_through", "draw_sample", "find_unit", "order_of", "strata_sizes", "units"]

_FIRST = 20_000
"""Places of the order that are kept in memory, until more are needed."""
_CHUNK = 5_000
"""Readings whose places are computed at a time."""
_STEP = 500
"""Places that are looked at at a time, at most; fewer than the parameters that a statement may have."""
_ASKED = 40
_FAR = 20_000
_PER_REVIEW = 100
"""A sample is looked for among the first `_FAR` places and `_PER_REVIEW` more for each review: drawing does not come beyond."""

Slot = tuple[int, str, int]
"""Place as a whole number of 64 bits, document, number of the sentence in its reading."""
Sentence = tuple[str, int]
"""Document and offset of the sentence's first character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence that can be drawn; `entered` is the entry of the log from which on it could be."""

    document: str
    start: int
    end: int
    voice: str
    stratum: str
    place: float
    entered: int


_PLACED = "NOT EXISTS (SELECT 1 FROM clusters n WHERE n.document = k.document AND n.seq > k.seq)"
_FRAME = f"""
SELECT g.document, g.count, g.sentences, g.seq AS read,
  CASE WHEN g.seq > k.seq THEN g.seq ELSE k.seq END AS entered
FROM readings g JOIN documents d ON d.id = g.document JOIN clusters k ON k.document = g.document AND {_PLACED}
WHERE g.coder = :coder AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = g.document)
AND (k.cluster = g.document OR NOT EXISTS (SELECT 1 FROM current_clusters o JOIN documents e ON e.id = o.document
  JOIN readings h ON h.document = o.document AND h.coder = g.coder WHERE o.cluster = k.cluster AND e.seq < d.seq
  AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = o.document)))
"""
"""The documents that are drawn from: not redacted, the oldest of their cluster that is not and that the coder read."""


class Order:
    """The first places of the order of a coder's sentences, and what stands there."""

    def __init__(self, coder: str) -> None:
        self.coder = coder
        self.slots: list[Slot] = []
        self.known: dict[tuple[str, int], tuple[int, int, str, str]] = {}
        self._most = _FIRST
        self._through = 0

    @property
    def is_whole(self) -> bool:
        """Whether every sentence has its place in it."""
        return len(self.slots) < self._most

    def extend(self, connection: Connection) -> None:
        """Take in the documents that were read since."""
        query = sa.text(
            "SELECT seq, document, count FROM readings WHERE coder = :coder AND seq > :through ORDER BY seq LIMIT :most"
        )
        seed = _seed(connection, self.coder)
        while True:
            about = {"coder": self.coder, "through": self._through, "most": _CHUNK}
            rows = connection.execute(query, about).all()
            if not rows:
                return
            found = _first_slots(seed, [(row[1], row[2]) for row in rows], self._most, self._bound())
            self.slots = sorted(self.slots + found)[: self._most]
            self._through = rows[-1][0]

    def deepen(self, connection: Connection) -> None:
        """Keep more places."""
        self._most *= 4
        self.slots, self._through = [], 0
        self.extend(connection)

    def _bound(self) -> int:
        return 2**64 if self.is_whole else self.slots[-1][0]


def order_of(connection: Connection, store: Store, coder: str) -> Order:
    """Return the order of a coder's sentences as it is now."""
    order: Order = store.orders.setdefault(coder, Order(coder))
    order.extend(connection)
    return order


def place_of(seed: bytes, document: str, number: int) -> float:
    """Return the place of a sentence, 0 to 1.

    Examples
    --------
    >>> round(place_of(b"seed", "d1", 0), 6), round(place_of(b"seed", "d1", 1), 6)
    (0.258074, 0.923446)
    """
    ((key, _, _),) = _first_slots(seed, [(document, number + 1)], 10**9, 2**64, only=number)
    return _as_share(key)


def units(
    connection: Connection, order: Order, *, stratum: str | None = None, skip: Collection[Sentence] = ()
) -> Iterator[Unit]:
    """Yield the sentences in their order, those of one stratum if it is named, without those in `skip`."""
    position, step = 0, 20
    while True:
        batch = order.slots[position : position + step]
        if not batch and order.is_whole:
            return
        if not batch:
            order.deepen(connection)
            continue
        _look_up(connection, order, batch)
        position, step = position + len(batch), min(2 * step, _STEP)
        yield from _units_at(connection, order, batch, stratum, skip)


def _units_at(
    connection: Connection, order: Order, batch: Sequence[Slot], stratum: str | None, skip: Collection[Sentence]
) -> Iterator[Unit]:
    wanted = []
    for key, document, number in batch:
        start, end, voice, seen = order.known[document, number]
        if stratum in (None, seen) and (document, start) not in skip:
            wanted.append((key, document, start, end, voice, seen))
    # Whether a document can be drawn from changes, and is asked for few at a time: a draw wants one.
    for at in range(0, len(wanted), _ASKED):
        part = wanted[at : at + _ASKED]
        entered = _entered(connection, order.coder, sorted({document for _, document, *_ in part}))
        for key, document, start, end, voice, seen in part:
            if document in entered:
                yield Unit(
                    document=document,
                    start=start,
                    end=end,
                    voice=voice,
                    stratum=seen,
                    place=_as_share(key),
                    entered=entered[document],
                )


def find_unit(connection: Connection, coder: str, document: str, start: int, end: int) -> Unit | None:
    """Return a sentence as a coder read it, None if it read none there; copies and redacted documents have theirs too."""
    query = "SELECT seq, sentences FROM readings WHERE document = :document AND coder = :coder"
    row = connection.execute(sa.text(query), {"document": document, "coder": coder}).first()
    for number, (first, last, voice, _) in enumerate(json.loads(row[1]) if row else ()):
        if (first, last) == (start, end):
            starts = _starts(connection, coder, [document])
            return Unit(
                document=document,
                start=start,
                end=end,
                voice=voice,
                stratum=_stratum(document, start, starts),
                place=place_of(_seed(connection, coder), document, number),
                entered=row[0] if row else 0,
            )
    return None


def strata_sizes(connection: Connection, coder: str, through: int | None) -> dict[str, int]:
    """Return how many sentences each stratum has, of what could be drawn from by an entry of the log."""
    frame = f"SELECT f.document, f.count, f.read FROM ({_FRAME}) f WHERE f.entered <= :through"
    about = {"coder": coder, "through": 2**62 if through is None else through}
    counts = {(row[0], row[2]): row[1] for row in connection.execute(sa.text(frame), about)}
    # Apart from the frame: joined to it, a store looks each of all moves up in it.
    moves = (
        "SELECT s.document, s.seq, count(*) FROM (SELECT DISTINCT m.document, m.sentence_start, m.seq FROM moves m "
        "WHERE m.verdict <> 'superseded') s GROUP BY s.document, s.seq"
    )
    found = connection.execute(sa.text(moves))
    seen = sum(row[2] for row in found if (row[0], row[1]) in counts)
    return {"moves": seen, "quiet": sum(counts.values()) - seen}


def draw_sample(
    connection: Connection, order: Order, reviewed: Mapping[Sentence, int]
) -> tuple[int | None, list[int], int]:
    """Return the sample that reviewed sentences make.

    Parameters
    ----------
    reviewed
        Sentence -> its review.

    Returns
    -------
    tuple
        The entry of the log up to which the documents are sampled, None for all; the reviews in their order; how many sentences
        come before a reviewed one and are not reviewed.
    """
    found = _as_far_as_reviewed(connection, order, reviewed)
    last = {unit.stratum: index for index, unit in enumerate(found) if (unit.document, unit.start) in reviewed}
    found = [unit for index, unit in enumerate(found) if index <= last.get(unit.stratum, -1)]
    done = np.array([(unit.document, unit.start) in reviewed for unit in found], bool)
    quiet = np.array([unit.stratum == "quiet" for unit in found], bool)
    through, taken = choose_through(done, np.array([unit.entered for unit in found], np.int64), quiet)
    sample = [reviewed[unit.document, unit.start] for unit, used in zip(found, taken.tolist(), strict=True) if used]
    return through, sample, int((~done).sum())


def _as_far_as_reviewed(connection: Connection, order: Order, reviewed: Mapping[Sentence, int]) -> list[Unit]:
    """Return the units of the order up to the last that is reviewed."""
    found: list[Unit] = []
    documents, drawn = sorted({document for document, _ in reviewed}), set[str]()
    for at in range(0, len(documents), _STEP):
        drawn |= _entered(connection, order.coder, documents[at : at + _STEP]).keys()
    # A document that became a copy since is drawn from no more: its sentences would be looked for to the end.
    left = {sentence for sentence in reviewed if sentence[0] in drawn}
    for number, unit in enumerate(units(connection, order)):
        if not left or number > _FAR + _PER_REVIEW * len(reviewed):
            break
        left.discard((unit.document, unit.start))
        found.append(unit)
    return found


def choose_through(
    done: NDArray[np.bool_], entered: NDArray[np.int64], quiet: NDArray[np.bool_]
) -> tuple[int | None, NDArray[np.bool_]]:
    """Return the entry of the log for which most reviews are a complete beginning of both strata, None for all, and those reviews.

    Parameters
    ----------
    done, entered, quiet
        Of each unit, in the order of the draw: is it reviewed, since which entry is it there, is it of the quiet stratum.
    """
    best: tuple[int | None, NDArray[np.bool_]] = (None, _complete(done, quiet, np.ones(len(done), bool)))
    for before in sorted({int(seq) - 1 for seq in entered[~done]}, reverse=True):
        taken = _complete(done, quiet, entered <= before)
        if taken.sum() > best[1].sum():
            best = (before, taken)
    return best


def _complete(done: NDArray[np.bool_], quiet: NDArray[np.bool_], there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which units are reviewed with all that stand before them in their stratum."""
    taken = np.zeros(len(done), bool)
    for stratum in (quiet, ~quiet):
        gaps = np.flatnonzero(stratum & there & ~done)
        end = gaps[0] if len(gaps) else len(done)
        taken[:end] |= (stratum & there & done)[:end]
    return taken


def _look_up(connection: Connection, order: Order, batch: Iterable[Slot]) -> None:
    """Learn where the sentences of some places stand, and whether the coder saw a move there. Neither ever changes."""
    new = [(document, number) for _, document, number in batch if (document, number) not in order.known]
    documents = sorted({document for document, _ in new})
    if not documents:
        return
    query = sa.text("SELECT document, sentences FROM readings WHERE coder = :coder AND document IN :documents")
    rows = connection.execute(_listed(query, "documents"), {"coder": order.coder, "documents": documents})
    sentences = {row[0]: json.loads(row[1]) for row in rows}
    starts = _starts(connection, order.coder, documents)
    for document, number in new:
        start, end, voice, _ = sentences[document][number]
        order.known[document, number] = (start, end, voice, _stratum(document, start, starts))


def _stratum(document: str, start: int, starts: Collection[Sentence]) -> str:
    return "moves" if (document, start) in starts else "quiet"


def _starts(connection: Connection, coder: str, documents: list[str]) -> set[Sentence]:
    """Return the sentences of documents in which a coder saw moves."""
    query = sa.text(
        "SELECT DISTINCT m.document, m.sentence_start FROM readings g JOIN moves m ON m.document = g.document "
        "AND m.seq = g.seq AND m.verdict <> 'superseded' WHERE g.coder = :coder AND g.document IN :documents"
    )
    found = connection.execute(_listed(query, "documents"), {"coder": coder, "documents": documents})
    return {(row[0], row[1]) for row in found}


def _entered(connection: Connection, coder: str, documents: list[str]) -> dict[str, int]:
    """Return since which entry of the log each document can be drawn from, without those that cannot."""
    if not documents:
        return {}
    query = sa.text(f"SELECT f.document, f.entered FROM ({_FRAME} AND g.document IN :documents) f")
    found = connection.execute(_listed(query, "documents"), {"coder": coder, "documents": documents})
    return {row[0]: row[1] for row in found}


def _listed(query: sa.TextClause, name: str) -> sa.TextClause:
    return query.bindparams(sa.bindparam(name, expanding=True))


def _seed(connection: Connection, coder: str) -> bytes:
    first = connection.execute(sa.text("SELECT hash FROM log ORDER BY seq LIMIT 1")).scalar() or ""
    return f"{first}\x1f{coder}".encode("utf-8", "surrogatepass")


def _first_slots(
    seed: bytes, documents: Sequence[tuple[str, int]], most: int, bound: int, *, only: int | None = None
) -> list[Slot]:
    """Return the slots of documents with so many sentences each: the first `most` below `bound`."""
    counts = np.array([count for _, count in documents], np.int64)
    whose = np.repeat(np.arange(len(documents)), counts)
    numbers = np.arange(len(whose)) - np.repeat(np.cumsum(counts) - counts, counts)
    bases = np.array([_base(seed, name) for name, _ in documents], np.uint64)
    keys = _mix(bases[whose], numbers.astype(np.uint64))
    chosen = np.flatnonzero(keys <= np.uint64(bound - 1)) if only is None else np.array([only])
    if len(chosen) > most:
        chosen = chosen[np.argpartition(keys[chosen], most)[:most]]
    return [(int(keys[at]), documents[int(whose[at])][0], int(numbers[at])) for at in chosen.tolist()]


def _base(seed: bytes, document: str) -> int:
    key = seed + b"\x1f" + document.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(key).digest()[:8], "big")


def _mix(bases: NDArray[np.uint64], numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the numbers of the generator SplitMix64 (Steele, Lea and Flood 2014) that starts at each base."""
    value = bases + (numbers + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = value ^ (value >> np.uint64(31))
    return mixed


def _as_share(key: int) -> float:
    return (key >> 11) / 2.0**53
