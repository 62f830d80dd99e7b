"""Days on which one party did something to another, as sorted numbers: what playbooks are counted on.

Every pair of parties has two dyads, one for each side as the actor, whose numbers differ in the last bit alone. An occasion is a
dyad and a day in one number, ``dyad * stride + day``; the stride is so long that no window of days reaches the next dyad.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis._playbook_syntax import acts_of
from demarche.model.playbooks import Occurrence, Step

__all__ = ["Days", "Track", "block_totals", "each_once", "follow", "lead_up", "list_cases"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_LONGEST = 3651


@dataclass(frozen=True, slots=True)
class Track:
    """The occasions of one step, seen from the dyad of the first step: each once and in order; and the rows behind them."""

    keys: Ints
    row_keys: Ints
    rows: Ints


@dataclass(frozen=True, slots=True)
class Days:
    """Moves as rows of (dyad, day, act, issue); a move with several parties has a row for each pair of them."""

    dyad: Ints
    day: Ints
    act: Ints
    """Number of the act in `acts`."""
    acts: list[str]
    issue: pl.Series
    move: Ints
    first: date
    """Day 0."""
    stride: int
    ids: pl.Series
    ends: tuple[Ints, Ints]
    names: pl.Series
    cut: Ints
    """Numbers of the blocks of time with a move in them, in order."""
    block: int

    @staticmethod
    def of(frame: pl.DataFrame, *, block: int) -> Days:
        """Return the days of a frame whose moves have parties and known days; what a party does to itself is not in them."""
        rows = (
            frame.select("date", "act", "issue", "actors", "recipients")
            .with_row_index("move")
            .explode("actors")
            .explode("recipients")
            .filter(pl.col("actors") != pl.col("recipients"))
        )
        names = pl.concat([rows.get_column("actors").unique(), rows.get_column("recipients").unique()]).unique().sort()
        actor, recipient = (_codes(rows.get_column(name), names) for name in ("actors", "recipients"))
        many = max(1, len(names))
        pairs, pair = np.unique(np.minimum(actor, recipient) * many + np.maximum(actor, recipient), return_inverse=True)
        whole = rows.get_column("date").cast(pl.Int32).to_numpy().astype(np.int64)
        first = int(whole.min()) if whole.size else 0
        day = whole - first
        acts = rows.get_column("act").unique().sort()
        return Days(
            dyad=2 * pair.astype(np.int64) + (actor > recipient),
            day=day,
            act=_codes(rows.get_column("act"), acts),
            acts=acts.to_list(),
            issue=rows.get_column("issue"),
            move=rows.get_column("move").to_numpy().astype(np.int64),
            first=date(1970, 1, 1) + timedelta(days=first),
            stride=int(day.max(initial=0)) + _LONGEST,
            ids=frame.get_column("id"),
            ends=np.divmod(pairs, many),
            names=names,
            cut=each_once(np.sort(day // block)),
            block=block,
        )

    def track(self, step: Step) -> Track:
        """Return the occasions of a step."""
        wanted = acts_of(step)
        chosen = np.array([act in wanted for act in self.acts], dtype=bool)[self.act]
        if step.issue is not None:
            chosen &= (self.issue == step.issue).fill_null(False).to_numpy()
        rows = np.flatnonzero(chosen)
        keys = (self.dyad[rows] ^ int(step.answer)) * self.stride + self.day[rows]
        order = np.argsort(keys)
        return Track(keys=each_once(keys[order]), row_keys=keys[order], rows=rows[order])

    @property
    def moves(self) -> int:
        """Number of moves that are in it."""
        return int(each_once(self.move).size)

    def blocks_of(self, keys: Ints) -> Ints:
        """Return which block of time each occasion is in, counted from 0 over the blocks with a move in them."""
        return np.searchsorted(self.cut, (keys % self.stride) // self.block)

    def parties(self, key: int) -> tuple[str, str]:
        """Return actor and recipient of an occasion."""
        dyad = int(key // self.stride)
        low, high = (str(self.names[int(end[dyad // 2])]) for end in self.ends)
        return (high, low) if dyad % 2 else (low, high)

    def date(self, key: int) -> date:
        """Return the day of an occasion."""
        return self.first + timedelta(days=int(key % self.stride))

    def evidence(self, track: Track, key: int) -> tuple[str, ...]:
        """Return the ids of the moves of an occasion."""
        start, end = np.searchsorted(track.row_keys, [key, key + 1])
        return tuple(dict.fromkeys(str(self.ids[int(self.move[row])]) for row in track.rows[start:end]))


def _codes(words: pl.Series, names: pl.Series) -> Ints:
    return words.cast(pl.Enum(names)).to_physical().to_numpy().astype(np.int64)


def each_once(ordered: Ints) -> Ints:
    """Return sorted numbers, 0 or more, each once; faster than hashing them."""
    return ordered[np.diff(ordered, prepend=-1) > 0]


def follow(keys: Ints, tracks: Sequence[Ints], within: int) -> tuple[Flags, list[Ints]]:
    """Return which occasions are followed by one of each track in turn, and for those the days of each.

    After each step the next occasion of the next track is taken, 1 to `within` days later or not at all.
    """
    left = np.arange(keys.size)
    path = [keys]
    for track in tracks:
        place = np.searchsorted(track, path[-1], "right")
        found = np.flatnonzero(place < track.size)
        found = found[track[place[found]] - path[-1][found] <= within]
        path = [*(step[found] for step in path), track[place[found]]]
        left = left[found]
    reached = np.zeros(keys.size, dtype=bool)
    reached[left] = True
    return reached, path


def lead_up(keys: Ints, tracks: Sequence[Ints], within: int) -> Flags:
    """Return which occasions are preceded by one of each track in turn, going back in time: :func:`follow` mirrored."""
    reached, _ = follow(-keys[::-1], [-track[::-1] for track in tracks], within)
    return reached[::-1]


def block_totals(days: Days, keys: Ints, flags: Flags) -> Ints:
    """Return how many of the flagged occasions lie in each block of time."""
    return np.bincount(days.blocks_of(keys[flags]), minlength=len(days.cut)).astype(np.int64)


def list_cases(days: Days, tracks: Sequence[Track], path: Sequence[Ints], *, keep: int) -> tuple[Occurrence, ...]:
    """Return occurrences by date, at most `keep`, of the occasions of each step that :func:`follow` gives."""
    cases = []
    for number in np.lexsort((path[0], path[0] % days.stride))[:keep]:
        keys = [int(step[number]) for step in path]
        actor, recipient = days.parties(keys[0])
        evidence = tuple(days.evidence(track, key) for track, key in zip(tracks, keys, strict=True))
        cases.append(Occurrence(actor=actor, recipient=recipient, days=tuple(map(days.date, keys)), evidence=evidence))
    return tuple(cases)
