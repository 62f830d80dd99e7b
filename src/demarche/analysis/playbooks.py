"""Sequences that keep coming back between two parties, and whether they do so more often than without an order in time.

Reports come in bursts: in a crisis all acts rise together, and any act follows any other within days. So the reshuffled past in which
a playbook is counted again must keep the bursts and lose nothing but the order. Time is cut into blocks; each block, for all dyads at
once, either stays as it is or is mirrored, so that every first step in it looks back in time where it looked ahead. Activity, its
bursts, which acts go together, on which days and between whom: all stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from demarche.analysis._playbook_days import Days
from demarche.analysis._playbook_mine import Sequences, count_sequences
from demarche.analysis._playbook_null import LEAST_DRAWS, Past, signature
from demarche.analysis._playbook_syntax import acts_of, load_playbooks, parse_playbook, parse_playbooks
from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.errors import InputError
from demarche.model import LeftOut
from demarche.model.playbooks import Candidates, Playbook, PlaybookRow, Playbooks

__all__ = ["check_playbooks", "load_playbooks", "mine_playbooks", "parse_playbook", "parse_playbooks"]


_ORDER = (
    "It is an order in time between reports, not a cause; what was not reported is not in it. A sequence that is not told apart may "
    "still be there: a weak one, or one in a short ledger, is seldom seen."
)
_MIRROR = (
    "The ledger's own reshuffled past: each block of {block} days, for all parties at once, keeps its order in time or is mirrored, so "
    "that bursts, phases and what goes together stay and only the order goes. A lift of 1 is no order, 2 is never the other way round."
)
_SAME_DAY = "A step counts from the day after the one before it; moves of the same day have no order, and several reports of a day are one."


def check_playbooks(
    moves: object,
    playbooks: Iterable[Playbook | str] | None = None,
    *,
    block: int = 28,
    draws: int = 999,
    seed: int = 1,
    minimum: int = 10,
    keep: int = 1000,
) -> Playbooks:
    """Return how often each playbook is reported, and whether that is more often than in the ledger's own reshuffled past.

    Counting. An occasion is a day on which an actor is reported to have done something to a recipient, however many reports tell of it.
    C is the number of occasions of the first step whose next occasion of the second step is 1 to L days later (L: the playbook's
    ``within``), that one's next occasion of the third 1 to L days after it, and so on, all between the same two parties. Each first
    step counts at most once; a later step may serve several first steps, and ``endings`` says how many different last steps there are.

    Null. Let f be the first steps of a block of days that are followed by the rest, b those that have it in the other order: for
    ``x -> y`` those that have y 1 to L days before them. Each block is mirrored with probability 1/2, all dyads together, so that
    C* = sum over blocks of f or b: a sign-flip (randomisation) test over blocks, exact if within the blocks either order is as
    likely. Lift = C / mean of C* = 2 C / (C + sum of b), p = (1 + number of C* >= C) / (1 + draws). With three or more steps it is
    compared with every order in which one step is moved to the front or to the end, and the largest p and its figures are given:
    a sequence is not carried by two of its steps. Permuting the series of each act by blocks, or moves one by one, breaks up the
    phases in which all acts rise together and so finds order where there is none. The price is power: simulated with three years, three
    pairs of parties and bursts, an order planted behind 40 % of first steps is found in some 70 to 95 % of ledgers if all is coded
    right, in 15 to 55 % if three in ten moves are missed. ``evaluation/playbooks.py`` has the rates.

    A playbook whose steps are all the same act (``attack -> <- attack``) reads the same in a mirror. There the days on which either side
    of a dyad did it stay, and who did it is dealt anew among the days of four blocks (permutation within each dyad, the same for dyads
    with the same days). Parties that each act in runs of their own answer less often than that, so that this null errs towards no
    finding; a report of one event told twice, from either side on different days, looks like an answer.

    Lift 1 means: as often as without an order. Do not use it on less than some half a year of a ledger (five blocks, or p cannot be
    small), on reports whose dates are those of publication, or to say that one step brings about the next. A chain of acts that goes
    round and round (x, y, x, y) is as often the other way round, and is not found unless the way back takes longer than L.

    Parameters
    ----------
    moves
        What :func:`demarche.analysis.as_frame` takes. Only reported, actual moves between resolved parties on a known day are used.
    playbooks
        Playbooks or lines for :func:`parse_playbook`; None for those that ship with the package.
    block
        Days of a block, at least 2; longer ones are safer with long bursts and see less.
    draws, seed
        Reshufflings, at least 99; and the start of the random numbers.
    minimum
        Occurrences from which on there is a test; below that there are the occurrences and a note.
    keep
        Occurrences listed for each playbook at most, the earliest first.

    Raises
    ------
    InputError
        If a line is no playbook or an option is out of its range.

    Examples
    --------
    >>> def on(day, act, actor, recipient):
    ...     return {"id": f"{act} {day}", "act": act, "actors": [actor], "recipients": [recipient], "date": day}
    >>> moves = [on("1962-10-22", "demand", "USA", "SUN"), on("1962-10-24", "reject", "SUN", "USA")]
    >>> found = check_playbooks(moves, ["demand -> <- reject within 7d"]).rows[0]
    >>> found.occurrences, found.cases[0].evidence, found.p
    (1, (('demand 1962-10-22',), ('reject 1962-10-24',)), None)
    """
    _check_options(block=block, draws=draws, minimum=minimum, keep=keep)
    wanted = _playbooks(load_playbooks() if playbooks is None else playbooks)
    days, used, left_out = _usable(moves, block)
    past = Past(days=days, draws=draws, seed=seed, minimum=minimum, keep=keep)
    rows = tuple(past.row(playbook) for playbook in wanted)
    return Playbooks(moves=used, left_out=left_out, rows=rows, notes=tuple(_notes(rows, past)))


def mine_playbooks(
    moves: object,
    *,
    length: int = 2,
    within: int = 14,
    named: Iterable[Playbook | str] = (),
    block: int = 28,
    draws: int = 999,
    seed: int = 1,
    minimum: int = 10,
    limit: int = 2000,
    top: int = 20,
    keep: int = 100,
) -> Candidates:
    """Return the sequences of acts that are most unlike the reshuffled past: candidates for a look, never findings.

    All sequences of `length` different steps, each an act by either side, are tried that are frequent enough. The statistic of a
    sequence is z = sum(f - b) / sqrt(sum((f - b)²)) over blocks (see :func:`check_playbooks`); with three steps each of the four other
    orders is one comparison and all must be passed. ``p_all`` = (1 + number of draws in which the largest z of all that were tried
    is >= z) / (1 + draws), the draws being the same for all (max-T: Westfall and Young 1993, Resampling-based multiple testing). So in
    a ledger without any order some candidate has p_all <= 0.05 in at most 5 % of cases. Which sequences are tried does not depend on
    the order of their steps. Not for confirming what it suggests: name the candidate and check it on other data.

    Parameters
    ----------
    moves, block, draws, seed, minimum, keep
        As for :func:`check_playbooks`.
    length
        2 or 3 steps.
    within
        The most days from a step to the next, 1 to 3650.
    named
        Playbooks with a name: sequences with just their steps are neither tried nor in the correction.
    limit
        Sequences of three that are tried at most, the most frequent first; fewer in a large ledger. ``skipped`` says how many were not.
    top
        Candidates that are given at most.

    Raises
    ------
    InputError
        If an option is out of its range or a line is no playbook.

    Examples
    --------
    >>> mine_playbooks([{"id": "m1", "act": "meet", "actors": ["USA"]}]).tried
    0
    """
    _check_options(block=block, draws=draws, minimum=minimum, keep=keep)
    if length not in (2, 3) or not 1 <= within <= 3650 or limit < 1 or top < 1:
        raise InputError(
            "sequences are mined with a length of 2 or 3, within 1 to 3650 days, and a limit and top of 1 or more"
        )
    known = {signature(playbook.steps) for playbook in _playbooks(named)}
    days, used, left_out = _usable(moves, block)
    found = count_sequences(days, length=length, within=within, minimum=minimum, limit=limit, known=known)
    past = Past(days=days, draws=draws, seed=seed, minimum=minimum, keep=keep)
    rows = _candidates(past, found, within=within, top=top)
    notes = _candidate_notes(found, rows, past, length=length)
    return Candidates(
        moves=used, left_out=left_out, rows=rows, notes=tuple(notes),
        tried=len(found.steps), skipped=found.skipped, named=found.named,
    )  # fmt: skip


def _check_options(*, block: int, draws: int, minimum: int, keep: int) -> None:
    if block < 2 or draws < LEAST_DRAWS or minimum < 1 or keep < 1:
        raise InputError(
            f"playbooks are checked with blocks of 2 days or more, {LEAST_DRAWS} draws or more, and a minimum and number kept of "
            f"1 or more; these are {block}, {draws}, {minimum}, {keep}"
        )


def _playbooks(given: Iterable[Playbook | str]) -> tuple[Playbook, ...]:
    if isinstance(given, str | Playbook):
        given = [given]
    found = tuple(parse_playbook(one) if isinstance(one, str) else one for one in given)
    for playbook in found:
        for step in playbook.steps:
            acts_of(step)
    return found


_COLUMNS = (
    *("id", "document", "cluster", "date", "precision", "act", "status", "voice", "issue"),
    *("actors", "recipients", "content", "proposition", "polarity"),
)


def _usable(moves: object, block: int) -> tuple[Days, int, tuple[LeftOut, ...]]:
    frame, left_out = keep_usable(drop_copies(as_frame(moves).select(_COLUMNS)), recipient=True, day=True)
    days = Days.of(frame, block=block)
    used = days.moves
    if used < frame.height:
        alone = LeftOut(reason="actor and recipient are the same", moves=frame.height - used)
        left_out = (*left_out, alone)
    return days, used, left_out


def _candidates(past: Past, found: Sequences, *, within: int, top: int) -> tuple[PlaybookRow, ...]:
    if not found.steps:
        return ()
    scale = np.sqrt((found.gains**2).sum(axis=1))
    scale[scale == 0] = 1.0
    scores = found.gains.sum(axis=1) / scale
    signs = 1.0 - 2.0 * past.mirrors(found.gains.shape[1])
    # In steps, so that the draws of all comparisons never lie in memory together.
    highest = np.full(past.draws, -np.inf)
    for start in range(0, len(scores), 1000):
        part = slice(start, start + 1000)
        highest = np.maximum(highest, (signs @ found.gains[part].T / scale[part]).max(axis=1))
    reached = (1 + (highest[:, None] >= scores[None, :] - 1e-9).sum(axis=0)) / (1 + past.draws)
    worst = reached.reshape(len(found.steps), -1).max(axis=1)
    least = scores.reshape(len(found.steps), -1).min(axis=1)
    best = [number for number in np.lexsort((-least, worst)) if found.counts[number] >= past.minimum][:top]
    rows = []
    for number in best:
        row = past.row(Playbook(steps=found.steps[number], within=within))
        rows.append(replace(row, p_all=float(worst[number])))
    return tuple(rows)


def _notes(rows: Sequence[PlaybookRow], past: Past) -> list[str]:
    tested = [row for row in rows if row.p is not None]
    notes = []
    if not past.days.day.size:
        notes.append(
            "There is no reported move between two resolved parties on a known day, so nothing can be counted."
        )
    if tested:
        notes.append(_MIRROR.format(block=past.days.block))
    if any(row.other_order is None for row in tested):
        notes.append(
            "Where all steps are the same act, a mirror shows the same; there the days stay and who did it is dealt anew among "
            f"those of {4 * past.days.block} days."
        )
    if len(tested) > 1:
        notes.append(
            f"{len(tested)} playbooks were tested; in a ledger without order about one in twenty has p of 0.05 or less all the same."
        )
    return [*notes, _SAME_DAY, _ORDER] if past.days.day.size else notes


def _candidate_notes(found: Sequences, rows: Sequence[PlaybookRow], past: Past, *, length: int) -> list[str]:
    notes = [
        f"Candidates, not findings: {len(found.steps)} sequences of {length} different steps were tried and all count in p_all."
    ]
    if not found.steps:
        notes.append(f"No sequence is reported {past.minimum} times or more, in whatever order.")
    if found.skipped:
        notes.append(f"{found.skipped} rarer sequences were not tried, because the work would be too much.")
    if found.named:
        notes.append(f"{found.named} sequences have a name already and were not tried.")
    if rows:
        notes += [_MIRROR.format(block=past.days.block), _SAME_DAY, _ORDER]
    return notes
