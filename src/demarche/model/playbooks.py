"""A playbook: a sequence of acts that may keep coming back between two parties; and what a ledger has of it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from demarche.errors import InputError
from demarche.model.findings import Finding, Interval

__all__ = ["Candidates", "Occurrence", "Playbook", "PlaybookRow", "Playbooks", "Step"]

_CODE = re.compile(r"[A-Za-z][A-Za-z_]*(?: [A-Za-z][A-Za-z_-]*)*")
_NAME = re.compile(r"[^\s:#,|<>](?:[^:#|<>\n\r\t]*[^\s:#|<>])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a playbook.

    Parameters
    ----------
    kinds
        What may be done, any of them: acts ("demand"), PLOVER event types ("REQUEST"), quad classes ("verbal conflict").
    issue
        The issue that it must be on; None for any.
    answer
        Whether the other side of the dyad does it, not the one that took the first step.
    """

    kinds: tuple[str, ...]
    issue: str | None = None
    answer: bool = False

    def __post_init__(self) -> None:
        if not self.kinds or not all(_CODE.fullmatch(kind) and " on " not in f" {kind} " for kind in self.kinds):
            raise InputError(f"{self.kinds!r} is no step of a playbook; name acts, event types or quad classes")
        if self.issue is not None and not re.fullmatch(r"\w+", self.issue):
            raise InputError(f"{self.issue!r} is no issue of a playbook's step; name one of the codebook's")

    def __str__(self) -> str:
        about = f" on {self.issue}" if self.issue else ""
        return f"{'<- ' if self.answer else ''}{' | '.join(self.kinds)}{about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbook:
    """A sequence of steps between two parties: the first step is one side's, the others its own or the other side's answers.

    ``str()`` gives the line that :func:`demarche.analysis.playbooks.parse_playbook` reads back to an equal record.

    Parameters
    ----------
    steps
        Two or more, in their order in time.
    within
        The most days from a step to the next, at least 1; a step on the same day as the one before it does not count.
    name
        What people call it; None where it has no name.
    about
        What it looks for, in a sentence; no part of equality.
    """

    steps: tuple[Step, ...]
    within: int = 14
    name: str | None = None
    about: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if len(self.steps) < 2:
            raise InputError("a playbook has two steps or more; write for instance: demand -> threaten within 14d")
        if self.steps[0].answer:
            raise InputError("the first step of a playbook is no answer; leave out its <-")
        if not 1 <= self.within <= 3650:
            raise InputError(f"within {self.within}d: the time from a step to the next is 1 to 3650 days")
        if self.name is not None and not (_NAME.fullmatch(self.name) and self.name.isprintable()):
            raise InputError(
                f"{self.name!r} is no name of a playbook; use one line without : # | < >, not begun by a comma"
            )

    def __str__(self) -> str:
        return f"{self.name}: {self.sequence}" if self.name else self.sequence

    @property
    def sequence(self) -> str:
        """The playbook as it is written, without its name."""
        return f"{' -> '.join(map(str, self.steps))} within {self.within}d, same dyad"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time that a playbook is reported from its first step to its last.

    Parameters
    ----------
    actor, recipient
        Who took the first step, towards whom.
    days
        The day of each step.
    evidence
        Ids of the moves of each step, step by step: several where several reports tell of that step on that day.
    """

    actor: str
    recipient: str
    days: tuple[date, ...]
    evidence: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookRow:
    """What a ledger has of one playbook. What is unknown, or not tested, is None.

    Parameters
    ----------
    name, sequence
        The playbook's name and its steps as they are written.
    occurrences
        C: first steps that are followed by all further steps, each first step counted once. None if no move can be used.
    first_steps
        All first steps, followed or not: days on which a party did it to another.
    endings
        Different last steps that the occurrences come to; less than `occurrences` where several first steps share one.
    dyads
        Pairs of actor and recipient with an occurrence.
    expected, null
        Mean number of occurrences, and the range that holds 95 % of them, in the ledger's own reshuffled past.
    lift
        occurrences / expected: 1 is no order in time. With mirrored blocks it is at most 2, which is "never the other way round".
    p
        (1 + draws with as many occurrences or more) / (1 + draws).
    p_all
        The same for the best of all sequences that were tried (max-T); candidates only.
    other_order, other_occurrences
        The order that it is compared with, the hardest one to tell it from if there are several, and how often that is reported;
        None where the sides were dealt anew.
    blocks
        Blocks of time in which the two orders are not equally frequent: what the test rests on. None as above.
    draws
        Reshufflings made; fewer than asked for where the work would be too much.
    note
        Why it is not tested, or what limits the test.
    cases
        The occurrences, by date; at most as many as were asked to be kept.
    evidence
        Ids of the moves of these cases, each once.
    """

    name: str | None
    sequence: str
    occurrences: int | None = None
    first_steps: int | None = None
    endings: int | None = None
    dyads: int | None = None
    expected: float | None = None
    null: Interval | None = None
    lift: float | None = None
    p: float | None = None
    p_all: float | None = None
    other_order: str | None = None
    other_occurrences: int | None = None
    blocks: int | None = None
    draws: int | None = None
    note: str | None = None
    cases: tuple[Occurrence, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Playbooks(Finding):
    """What a ledger has of the playbooks that were asked for, in that order."""

    rows: tuple[PlaybookRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates(Finding):
    """Sequences that nobody named beforehand, most unlike the reshuffled past first: candidates to look at, never findings.

    Parameters
    ----------
    tried
        Sequences that were tried; all of them count in the correction.
    skipped
        Sequences that are frequent enough but were not tried, because the work would be too much.
    named
        Sequences that have a name already and therefore were not tried.
    """

    rows: tuple[PlaybookRow, ...] = ()
    tried: int = 0
    skipped: int = 0
    named: int = 0
