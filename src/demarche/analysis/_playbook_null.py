"""The reshuffled past of a ledger: blocks of time mirrored, or, where a mirror shows the same, sides dealt anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from demarche.analysis._playbook_days import (
    Days,
    Track,
    block_totals,
    each_once,
    follow,
    lead_up,
    list_cases,
)
from demarche.analysis._playbook_syntax import acts_of
from demarche.model import Interval
from demarche.model.playbooks import Playbook, PlaybookRow, Step

__all__ = ["LEAST_DRAWS", "Signature", "Past", "signature"]

Ints = NDArray[np.int64]

LEAST_DRAWS = 99
_BLOCKS_DEALT = 4
"""Blocks within which sides are dealt anew: over longer ones, parties that act in runs of their own hide every answer."""
_WORK = 20_000_000
"""Days dealt anew in all draws together; more would take too long."""

Signature = tuple[tuple[frozenset[str], str | None, bool], ...]


def signature(steps: Sequence[Step]) -> Signature:
    """Return what makes two sequences the same: the acts, the issues, and which steps are by the side of the first one."""
    return tuple((acts_of(step), step.issue, step.answer != steps[0].answer) for step in steps)


def _rivals(steps: Sequence[Step]) -> list[tuple[int, ...]]:
    """Return the orders that a sequence is compared with: one step moved to the front or to the end."""
    whole = tuple(range(len(steps)))
    own = signature(steps)
    orders: dict[Signature, tuple[int, ...]] = {}
    for one in whole:
        rest = tuple(other for other in whole if other != one)
        for order in ((one, *rest), (*rest, one)):
            orders.setdefault(signature([steps[number] for number in order]), order)
    orders.pop(own, None)
    return list(orders.values())


def _in_order(tracks: Sequence[Track], order: Sequence[int], within: int) -> NDArray[np.bool_]:
    """Return for each occasion of the first track whether the others stand around it in that order."""
    keys = tracks[0].keys
    place = list(order).index(0)
    before = [tracks[number].keys for number in reversed(order[:place])]
    after = [tracks[number].keys for number in order[place + 1 :]]
    return lead_up(keys, before, within) & follow(keys, after, within)[0]


def _words(steps: Sequence[Step], order: Sequence[int]) -> str:
    """Return the steps in another order, the first one's side as the side from which answers are told."""
    turned = steps[order[0]].answer
    return " -> ".join(str(replace(steps[number], answer=steps[number].answer != turned)) for number in order)


@dataclass(frozen=True, slots=True)
class Past:
    """A ledger's days, and how playbooks are tested against their reshufflings."""

    days: Days
    draws: int
    seed: int
    minimum: int
    keep: int

    def row(self, playbook: Playbook) -> PlaybookRow:
        """Return what the ledger has of a playbook."""
        row = PlaybookRow(name=playbook.name, sequence=playbook.sequence)
        if not self.days.day.size:
            return replace(row, note="no move can be used, so nothing can be counted")
        tracks = [self.days.track(step) for step in playbook.steps]
        _, path = follow(tracks[0].keys, [track.keys for track in tracks[1:]], playbook.within)
        firsts, cases = path[0], list_cases(self.days, tracks, path, keep=self.keep)
        row = replace(
            row,
            occurrences=int(firsts.size),
            first_steps=int(tracks[0].keys.size),
            endings=int(each_once(np.sort(path[-1])).size),
            dyads=int(each_once(firsts // self.days.stride).size),
            cases=cases,
            evidence=tuple(dict.fromkeys(one for case in cases for step in case.evidence for one in step)),
        )
        if firsts.size < self.minimum:
            return replace(row, note=self._too_few(playbook, tracks, int(firsts.size)))
        return self._tested(row, playbook, tracks)

    def _too_few(self, playbook: Playbook, tracks: Sequence[Track], found: int) -> str:
        lacking = [str(step) for step, track in zip(playbook.steps, tracks, strict=True) if not track.keys.size]
        if lacking:
            return f"not in what is reported between two parties: {', '.join(dict.fromkeys(lacking))}"
        return f"{found} occurrences; it is tested from {self.minimum} on"

    def _tested(self, row: PlaybookRow, playbook: Playbook, tracks: Sequence[Track]) -> PlaybookRow:
        rivals = _rivals(playbook.steps)
        if rivals:
            tested = [self._mirrored(row, playbook, tracks, order) for order in rivals]
            return max(tested, key=lambda found: (found.p, found.other_occurrences))
        if any(step.answer for step in playbook.steps):
            return self._sides_dealt(row, playbook, tracks)
        return replace(row, note="one act repeated by one side has no order that could be tested")

    def _mirrored(
        self, row: PlaybookRow, playbook: Playbook, tracks: Sequence[Track], order: tuple[int, ...]
    ) -> PlaybookRow:
        keys, whole = tracks[0].keys, tuple(range(len(tracks)))
        forward, other = (_in_order(tracks, one, playbook.within) for one in (whole, order))
        gain = block_totals(self.days, keys, forward) - block_totals(self.days, keys, other)
        blocks = np.flatnonzero(gain)
        lost = self.mirrors(len(self.days.cut))[:, blocks] @ gain[blocks]
        where = f"{blocks.size} block{'s' * (blocks.size != 1)}"
        few = f"the orders differ in {where} of time only, so p cannot be below {0.5**blocks.size:.2g}"
        row = replace(
            row,
            other_order=_words(playbook.steps, order),
            other_occurrences=int(other.sum()),
            blocks=int(blocks.size),
            note=few if blocks.size < 5 else None,
        )
        count = int(forward.sum())
        return _against(row, count, count - lost, mean=(count + int(other.sum())) / 2)

    def mirrors(self, blocks: int) -> Ints:
        """Return for each draw and block whether it is mirrored, 1 or 0; always the same for a seed."""
        return np.random.default_rng(self.seed).integers(0, 2, (self.draws, blocks), dtype=np.int8).astype(np.int64)

    def _sides_dealt(self, row: PlaybookRow, playbook: Playbook, tracks: Sequence[Track]) -> PlaybookRow:
        sides = _Sides.of(tracks[0].keys, self.days.stride, playbook, window=_BLOCKS_DEALT * self.days.block)
        draws = int(min(self.draws, max(LEAST_DRAWS, _WORK // max(1, sides.did.shape[1]))))
        rng = np.random.default_rng(self.seed)
        found = np.array([sides.count(sides.deal(rng)) for _ in range(draws)])
        fewer = (
            f"{draws} draws instead of {self.draws}, because there are so many moves" if draws < self.draws else None
        )
        return _against(replace(row, note=fewer), sides.count(sides.did), found, mean=float(found.mean()))


def _against(row: PlaybookRow, count: int, null: Ints, *, mean: float) -> PlaybookRow:
    low, high = np.quantile(null, [0.025, 0.975], method="inverted_cdf")
    return replace(
        row,
        expected=float(mean),
        null=Interval(low=float(low), high=float(high)),
        lift=count / mean if mean else None,
        p=float((1 + np.count_nonzero(null >= count)) / (1 + len(null))),
        draws=len(null),
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """The days of the pairs of which either side did the one act of a playbook, and which side did."""

    group: Ints
    """The pair and window of time of each day."""
    luck: Ints
    """Which of the different days, of all pairs, it is."""
    did: NDArray[np.bool_]
    """2 x days: whether the one side did, whether the other did."""
    later: tuple[Ints, Ints]
    """For each day the bounds of the days that are 1 to `within` days later in the same pair."""
    answers: tuple[bool, ...]

    @staticmethod
    def of(keys: Ints, stride: int, playbook: Playbook, *, window: int) -> _Sides:
        """Return the days of the pairs whose sides both did it; a side that is alone is never answered."""
        dyad, day = np.divmod(keys, stride)
        both = np.isin(dyad ^ 1, dyad)
        dyad, day = dyad[both], day[both]
        places, place = np.unique((dyad // 2) * stride + day, return_inverse=True)
        did = np.zeros((2, places.size), dtype=bool)
        did[dyad % 2, place] = True
        later = (np.searchsorted(places, places, "right"), np.searchsorted(places, places + playbook.within, "right"))
        pair, day = np.divmod(places, stride)
        first_of_group = (np.diff(pair, prepend=-1) > 0) | (np.diff(day // window, prepend=-1) != 0)
        return _Sides(
            group=np.cumsum(first_of_group), luck=np.unique(day, return_inverse=True)[1], did=did, later=later,
            answers=tuple(step.answer for step in playbook.steps),
        )  # fmt: skip

    def deal(self, rng: np.random.Generator) -> NDArray[np.bool_]:
        """Return who did it on which day, dealt anew within each group; pairs with the same days are dealt the same."""
        luck = rng.random(int(self.luck.max(initial=0)) + 1)
        return self.did[:, np.argsort(self.group + luck[self.luck], kind="stable")]

    def count(self, did: NDArray[np.bool_]) -> int:
        """Return the number of first steps, of either side, that are followed by the rest."""
        total = 0
        size = did.shape[1]
        following = []
        for side in (0, 1):
            places = np.where(did[side], np.arange(size), size)
            following.append(np.append(np.minimum.accumulate(places[::-1])[::-1], size))
        for side in (0, 1):
            here = np.flatnonzero(did[side])
            for answer in self.answers[1:]:
                found = following[side ^ answer][self.later[0][here]]
                here = found[found < self.later[1][here]]
            total += here.size
        return total
