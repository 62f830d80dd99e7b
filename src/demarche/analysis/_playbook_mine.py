"""Counts all sequences of two or three acts in both orders at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.analysis._playbook_days import Days, each_once, follow, lead_up
from demarche.analysis._playbook_null import Signature
from demarche.model.playbooks import Step

__all__ = ["Sequences", "count_sequences"]

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Kind = tuple[int, int]
"""An act by its number, and 1 if the other side does it."""

_WORK = 15_000_000
_FAR = np.int64(2**62)


@dataclass(frozen=True, slots=True)
class Sequences:
    """What was counted: for each sequence its steps, its occurrences, and per block how much more often than in each other order.

    Parameters
    ----------
    gains
        One row for each sequence and order that it is compared with, the orders of a sequence together; one column a block.
    """

    steps: list[tuple[Step, ...]]
    counts: Ints
    gains: Floats
    skipped: int = 0
    named: int = 0


def count_sequences(
    days: Days, *, length: int, within: int, minimum: int, limit: int, known: Collection[Signature]
) -> Sequences:
    """Return the sequences that are frequent enough in whatever order, but for those whose signature is known."""
    if not days.day.size:
        return Sequences(steps=[], counts=np.zeros(0, dtype=np.int64), gains=np.zeros((0, 0)))
    grid = _Grid.of(days, within)
    if length == 2:
        return _pairs(grid, minimum, known)
    return _triples(grid, minimum, limit, known)


@dataclass(frozen=True, slots=True)
class _Grid:
    """All occasions of all dyads in one row, and for each kind of step whether one is near, later or earlier."""

    days: Days
    places: Ints
    where: dict[Kind, Ints]
    """Places of the occasions of a kind."""
    later: Flags
    earlier: Flags
    """Kinds (act and side: 2 * act + side) x places."""
    by_block: list[tuple[Ints, Ints, Ints]]
    """For each act the order of its occasions by block, where in it each block starts, and the number of that block."""
    within: int

    @staticmethod
    def of(days: Days, within: int) -> _Grid:
        """Return the grid of a ledger's days."""
        sides = [(days.dyad ^ side) * days.stride + days.day for side in (0, 1)]
        places = each_once(np.sort(np.concatenate(sides)))
        later, earlier = (np.zeros((2 * len(days.acts), places.size), dtype=bool) for _ in range(2))
        where = {}
        for number in range(len(days.acts)):
            for side in (0, 1):
                found = np.searchsorted(places, each_once(np.sort(sides[side][days.act == number])))
                where[number, side] = found
                later[2 * number + side] = _near(places, found, within)
                earlier[2 * number + side] = _near(-places[::-1], places.size - 1 - found, within)[::-1]
        by_block = [_by_block(days, places[where[number, 0]]) for number in range(len(days.acts))]
        return _Grid(
            days=days, places=places, where=where, later=later, earlier=earlier,
            by_block=by_block, within=within,
        )  # fmt: skip

    def step(self, kind: Kind) -> Step:
        """Return the step that a kind stands for."""
        return Step(kinds=(self.days.acts[kind[0]],), answer=bool(kind[1]))

    def in_blocks(self, act: int, flags: Flags) -> Ints:
        """Return for rows of flags over an act's occasions their sums per block."""
        order, starts, blocks = self.by_block[act]
        made = np.zeros((len(flags), len(self.days.cut)), dtype=np.int64)
        made[:, blocks] = np.add.reduceat(flags[:, order], starts, axis=1, dtype=np.int64)
        return made


def _by_block(days: Days, keys: Ints) -> tuple[Ints, Ints, Ints]:
    blocks = days.blocks_of(keys)
    order = np.argsort(blocks, kind="stable")
    starts = np.flatnonzero(np.diff(blocks[order], prepend=-1))
    return order, starts, blocks[order][starts]


def _near(places: Ints, found: Ints, within: int) -> Flags:
    """Return for each place whether one of the found is 1 to `within` days later."""
    following = np.full(places.size, _FAR)
    following[found] = places[found]
    following = np.minimum.accumulate(following[::-1])[::-1]
    made = np.zeros(places.size, dtype=bool)
    made[:-1] = following[1:] - places[:-1] <= within
    return made


def _known(grid: _Grid, kinds: Sequence[Kind], known: Collection[Signature]) -> bool:
    return tuple((frozenset({grid.days.acts[act]}), None, bool(side)) for act, side in kinds) in known


def _pairs(grid: _Grid, minimum: int, known: Collection[Signature]) -> Sequences:
    steps, counts, gains, named = [], [], [], 0
    for act in range(len(grid.days.acts)):
        here = grid.where[act, 0]
        forward, other = (grid.in_blocks(act, table[:, here]) for table in (grid.later, grid.earlier))
        for second in range(len(grid.days.acts)):
            for side in (0, 1):
                row = 2 * second + side
                if second == act or forward[row].sum() + other[row].sum() < minimum:
                    continue
                pair = ((act, 0), (second, side))
                if _known(grid, pair, known):
                    named += 1
                    continue
                steps.append(tuple(map(grid.step, pair)))
                counts.append(int(forward[row].sum()))
                gains.append(forward[row] - other[row])
    return _made(grid, steps, counts, gains, named=named)


def _made(grid: _Grid, steps: Any, counts: Any, gains: Any, *, named: int, skipped: int = 0) -> Sequences:
    rows = np.array(gains, dtype=np.float64).reshape(-1, len(grid.days.cut))
    return Sequences(steps=steps, counts=np.array(counts, dtype=np.int64), gains=rows, skipped=skipped, named=named)


def _triples(grid: _Grid, minimum: int, limit: int, known: Collection[Signature]) -> Sequences:
    steps, counts, gains, work = [], [], [], 0
    frequent = sorted(_frequent(grid, minimum), key=lambda found: (-found[0], found[1]))
    rest = [kinds for _, kinds in frequent if not _known(grid, kinds, known)]
    tried = 0
    for kinds in rest[:limit]:
        work += sum(grid.where[kind].size for kind in kinds)
        if work > _WORK:
            break
        tried += 1
        forward, *others = _orders(grid, kinds)
        steps.append(tuple(map(grid.step, kinds)))
        counts.append(int(forward.sum()))
        gains += list(forward - np.array(others))
    return _made(grid, steps, counts, gains, named=len(frequent) - len(rest), skipped=len(rest) - tried)


def _frequent(grid: _Grid, minimum: int) -> Iterator[tuple[int, tuple[Kind, Kind, Kind]]]:
    """Yield sequences of three different steps, and how many second steps have the others near them in whatever order."""
    size = len(grid.later)
    for act in range(len(grid.days.acts)):
        here = grid.where[act, 0]
        near = (grid.later[:, here] | grid.earlier[:, here]).astype(np.float32)
        both = (near @ near.T).astype(np.int64)
        for one, other in zip(*np.nonzero(both >= minimum), strict=True):
            first, third = divmod(int(one), 2), divmod(int(other), 2)
            # The side of each is told from the first step's: what the second step's actor sees as the other side may be it.
            kinds = ((first[0], 0), (act, first[1]), (third[0], third[1] ^ first[1]))
            if len(set(kinds)) == 3 and size:
                yield int(both[one, other]), kinds


def _orders(grid: _Grid, kinds: tuple[Kind, Kind, Kind]) -> Ints:
    """Return per block the first steps x of x -> y -> z, and then of z x y, y x z, y z x and x z y."""
    x, y, z = kinds
    here = grid.where[x]
    keys = grid.places[here]
    row_y, row_z = 2 * y[0] + y[1], 2 * z[0] + z[1]
    at_y, at_z = (grid.places[grid.where[kind]] for kind in (y, z))
    ways = np.array(
        [
            follow(keys, [at_y, at_z], grid.within)[0],
            grid.earlier[row_z, here] & grid.later[row_y, here],
            grid.earlier[row_y, here] & grid.later[row_z, here],
            lead_up(keys, [at_z, at_y], grid.within),
            follow(keys, [at_z, at_y], grid.within)[0],
        ]
    )
    return grid.in_blocks(x[0], ways)
