"""Moves by actor, period and quad class: from the tallies for a whole ledger, else in one walk through the moves that pass."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError
from demarche.ledger import _views
from demarche.ledger._selection import Selection, select
from demarche.ledger._standing import QUADS
from demarche.model import STEPS, Count, MoveFilter, Timeline, TimelineCell

__all__ = ["timeline"]

_MOST = 400
"""Periods of a timeline: more can neither be seen nor sent."""
_LENGTHS = {"month": 7, "year": 4}
"""Characters of a date that a period needs, where it is not the whole day."""


def timeline(connection: Connection, wanted: MoveFilter, *, actors: int, step: str | None) -> Timeline:
    """Return the moves of the most reported actors by period and quad class."""
    if step is not None and step not in STEPS:
        raise InputError(f"{step!r} is no length of a period; choose from {', '.join(STEPS)}")
    selection = select(connection, wanted)
    step = _step(connection, selection, step)
    cells = _Cells(step)
    if selection.everything and step in _LENGTHS:
        lanes = _lanes(_views.count(connection, "actor", wanted, limit=100_000), actors)
        rows = _tallied(connection, [lane.value for lane in lanes], step)
    else:
        lanes, rows = [], _counted(connection, selection, step)
    for row in rows:
        cells.add(*row)
    return cells.made(lanes or _lanes(cells.counts(), actors))


def _lanes(counts: Sequence[Count], actors: int) -> list[Count]:
    """Return the first actors that are known, and those that are not as one lane, if there are any."""
    known = [one for one in counts if one.value is not None][:actors]
    return known + [one for one in counts if one.value is None]


def _step(connection: Connection, selection: Selection, step: str | None) -> str:
    """Return the length of the periods: as asked, or so that they are seen well; longer where they were too many."""
    day = selection.order.split(",")[0]
    days = []
    for order in ("ASC", "DESC"):
        query = f"SELECT m.date FROM {selection.source} WHERE {day} IS NOT NULL AND {selection.where} ORDER BY {day} {order} LIMIT 1"
        days.append(_first_day(connection.execute(sa.text(query), selection.parameters).scalar()))
    span = (days[1] - days[0]).days if days[0] and days[1] else 0
    least = step or ("day" if span <= 62 else "week" if span <= 370 else "month" if span <= 15 * 366 else "year")
    lengths = dict(zip(STEPS, (1, 7, 30, 365), strict=True))
    fit = [name for name in STEPS[STEPS.index(least) :] if span / lengths[name] <= _MOST]
    return fit[0] if fit else STEPS[-1]


def _first_day(day: str | None) -> date | None:
    try:
        return None if day is None else date.fromisoformat((day + "-01-01")[:10])
    except ValueError:
        return None


def _tallied(connection: Connection, lanes: Sequence[str | None], step: str) -> Iterator[tuple[Any, ...]]:
    query = sa.text(
        "SELECT NULLIF(value, ''), NULLIF(month, ''), quad, NULL, NULL, moves, mentions FROM tallies "
        f"WHERE kind = 'actor by {step}' AND mentions > 0 AND value IN :lanes"
    ).bindparams(sa.bindparam("lanes", expanding=True))
    yield from (tuple(row) for row in connection.execute(query, {"lanes": [lane or "" for lane in lanes]}))


def _counted(connection: Connection, selection: Selection, step: str) -> Iterator[tuple[Any, ...]]:
    """Yield actor, date, quad class, story, document, moves and mentions; story and document are None where nothing is to be compared."""
    quads = " ".join(f"WHEN '{act}' THEN {quad}" for act, quad in QUADS.items())
    story, document, moves, mentions = selection.once("n.entity")
    query = (
        f"SELECT n.entity, substr(m.date, 1, {_LENGTHS.get(step, 10)}), CASE m.act {quads} ELSE 0 END, {story}, {document}, "
        f"{moves}, {mentions} FROM {selection.source} {selection.join} standing_mentions n ON n.row = m.row AND n.role = 'actor' "
        f"AND n.again = 0 WHERE {selection.where} GROUP BY 1, 2, 3, 4, 5"
    )
    yield from (tuple(row) for row in connection.execute(sa.text(query), selection.parameters))


class _Cells:
    """Counts by actor, and by actor, period and quad class: each story counts with the document that has most of it."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._cells = _Told()
        self._actors = _Told()
        self._undated: Counter[str | None] = Counter()
        self._coarse: Counter[str | None] = Counter()

    def add(
        self,
        actor: str | None,
        day: str | None,
        quad: int,
        story: int | None,
        document: str | None,
        moves: int,
        mentions: int,
    ) -> None:
        """Count what is told of an actor, on a day or in a month or year."""
        self._actors.add(actor, story, document, moves, mentions)
        first = _first_day(day)
        if day is None or first is None:
            self._undated[actor] += mentions
        elif len(day) < _LENGTHS.get(self._step, 10):
            self._coarse[actor] += mentions
        else:
            start = first - timedelta(days=first.weekday()) if self._step == "week" else first
            self._cells.add((actor, start, quad), story, document, moves, mentions)

    def counts(self) -> list[Count]:
        """Return how often each actor is reported, the most reported first."""
        counts = [
            Count(value=actor, name=None, moves=moves, mentions=mentions)
            for actor, moves, mentions in self._actors.counts()
        ]
        return sorted(counts, key=lambda count: (-count.moves, count.value or ""))

    def made(self, lanes: Sequence[Count]) -> Timeline:
        """Return the timeline of some actors."""
        places = {lane.value: place for place, lane in enumerate(lanes)}
        cells = [
            TimelineCell(
                actor=actor,
                start=start.isoformat(),
                end=self._end(start).isoformat(),
                quad=quad,
                moves=moves,
                mentions=mentions,
            )
            for (actor, start, quad), moves, mentions in self._cells.counts()
            if actor in places
        ]
        return Timeline(
            step=self._step,
            actors=tuple(lanes),
            cells=tuple(sorted(cells, key=lambda cell: (places[cell.actor], cell.start, cell.quad))),
            first=min((cell.start for cell in cells), default=None),
            last=max((cell.end for cell in cells), default=None),
            undated=sum(self._undated[actor] for actor in places),
            coarse=sum(self._coarse[actor] for actor in places),
        )

    def _end(self, start: date) -> date:
        if self._step == "year":
            return start.replace(month=12, day=31)
        if self._step == "month":
            return (start.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return start + timedelta(days=6 if self._step == "week" else 0)


class _Told:
    """Moves and mentions by any key."""

    def __init__(self) -> None:
        self._moves: Counter[Any] = Counter()
        self._mentions: Counter[Any] = Counter()
        self._compared: dict[tuple[Any, int], Counter[str]] = defaultdict(Counter)

    def add(self, key: Any, story: int | None, document: str | None, moves: int, mentions: int) -> None:
        """Count something, or keep it to be compared with what other documents tell of its story."""
        self._mentions[key] += mentions
        if story is None or document is None:
            self._moves[key] += moves
        else:
            self._compared[key, story][document] += moves

    def counts(self) -> list[tuple[Any, int, int]]:
        """Return each key with its moves and mentions."""
        moves = Counter(self._moves)
        for (key, _), documents in self._compared.items():
            moves[key] += max(documents.values())
        return [(key, moves[key], mentions) for key, mentions in self._mentions.items()]
