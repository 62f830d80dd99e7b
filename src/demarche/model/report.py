"""A dossier: what a ledger holds in short, and every finding that goes into the file that is handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.claims import Claims
from demarche.model.findings import Finding
from demarche.model.ledger import LedgerMove, MoveFilter, OpenMention, Overview, Verification
from demarche.model.network import Networks
from demarche.model.plans import Plan, PlanChanges
from demarche.model.positions import Comparison, Positions
from demarche.model.repetition import Repetitions
from demarche.model.reviews import MeasuredError
from demarche.model.threats import Threats

__all__ = [
    "Digest",
    "Dossier",
    "Evidence",
    "PeriodCount",
    "PlanRead",
    "PublisherCount",
    "ReportedAct",
    "Scope",
    "Tally",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many moves have a value: an act, or a party that acts.

    Parameters
    ----------
    value
        Code or id.
    moves
        Moves, copies of a report counted once.
    evidence
        Ids of the moves that are reported most widely.
    """

    value: str
    moves: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublisherCount:
    """What one publisher has in the moves: documents with a move, and moves with the copies; `publisher` None where it is unknown."""

    publisher: str | None
    documents: int
    moves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedAct:
    """One act of the same parties on one day, or one move of which the day is not known.

    Parameters
    ----------
    day, precision
        First day of what is known of its date, and ``day``, ``week``, ``month`` or ``year``; None where nothing is.
    act, issue, status, voice
        Codes; of several reports those of the one of which the coder is surest.
    actors, recipients
        Ids of the parties.
    words
        The words that state its content, None where none do.
    reports
        Independent reports: copies count once.
    evidence
        Ids of the moves, one a report.
    """

    day: date | None
    precision: str | None
    act: str
    issue: str
    status: str
    voice: str
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    words: str | None
    reports: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodCount:
    """The moves of an actor in a period that are of one quad class; `quad` is None for acts of none of the four.

    Parameters
    ----------
    start, end
        First and last day of the period.
    moves
        Moves, copies of a report counted once.
    evidence
        The move that is reported most widely.
    """

    actor: str
    start: date
    end: date
    quad: int | None
    moves: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest(Finding):
    """What moves come to in short. `moves` are those with voice report and status actual, copies counted once.

    Parameters
    ----------
    total, once
        All moves that pass, and the same with copies counted once, whatever their voice and status.
    documents, clusters
        Documents with a move, and how many are no copies of one another.
    first_published, last_published
        Days of publication; None where none is known.
    opinions_total, unresolved
        Moves with voice opinion, and moves without an actor that is resolved, copies counted once.
    acts, parties
        The most frequent first.
    publishers, publishers_total
        Those with most documents, and how many there are.
    statuses
        Status -> moves, copies counted once, whatever their voice.
    occasions
        The acts that most independent reports tell of, by day.
    latest
        The last acts that are reported, the latest first.
    opinions
        Moves that are the judgement of an author, by day.
    step
        Length of the periods: ``day``, ``week``, ``month`` or ``year``.
    periods
        By actor (the most frequent first), start and quad class.
    undrawn
        Moves of these actors that stand in no period: no date, one that is too coarse, or one far from the days of publication.
    """

    total: int
    once: int
    documents: int
    clusters: int
    first_published: date | None
    last_published: date | None
    opinions_total: int
    unresolved: int
    acts: tuple[Tally, ...]
    parties: tuple[Tally, ...]
    publishers: tuple[PublisherCount, ...]
    publishers_total: int
    statuses: tuple[tuple[str, int], ...]
    occasions: tuple[ReportedAct, ...]
    latest: tuple[ReportedAct, ...]
    opinions: tuple[ReportedAct, ...]
    step: str
    periods: tuple[PeriodCount, ...]
    undrawn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRead:
    """A plan beside the ledger: its title (None where it has none), the SHA-256 of its text, and what was found."""

    title: str | None
    digest: str
    found: Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A move with what is known of its document: its address and the SHA-256 of the raw bytes, None where unknown."""

    found: LedgerMove
    url: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a dossier is asked to show.

    Parameters
    ----------
    wanted, sectors
        Only the moves that pass; whether a state's government, forces ... are told apart.
    at
        The day after which nothing is used; None: all is.
    rows
        At most so many rows of a table.
    """

    wanted: MoveFilter = MoveFilter()
    sectors: bool = False
    at: date | None = None
    rows: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that a dossier shows, but for the words of the moves, which are asked for one by one.

    Parameters
    ----------
    software
        Name and version of what wrote it.
    scope
        What was asked for.
    until
        The day up to which the findings go.
    overview
        Of the whole ledger, whatever the filter.
    verification
        Of its log; the head is that of the entries from which the dossier was gathered.
    entered
        When the last of these entries was written (ISO, UTC); None in an empty ledger.
    grown
        Entries that were added while it was gathered: parts of them may be in it.
    ungrouped
        Why contents without a proposition could not get one; None where they could.
    coders
        Name and version of what coded the moves.
    comparer, threshold
        Name and version of what puts contents together, and its probability, 0 to 1, from which on they are one proposition.
    compared
        Pairs of parties side by side.
    announced
        Threats, promises and offers.
    plans, changes
        Plans beside the ledger, and what became of the points of the first in the second; None unless there are two.
    open_words, open_whole
        Words for parties that are not resolved, and whether they are of the whole ledger and not of the filter.
    measured
        Precision and recall from the reviews; None where there are none.
    """

    software: str
    scope: Scope
    until: date
    overview: Overview
    verification: Verification
    entered: str | None
    grown: int
    ungrouped: str | None
    coders: tuple[str, ...]
    comparer: str
    threshold: float
    digest: Digest
    positions: Positions
    compared: tuple[Comparison, ...]
    announced: tuple[Threats, ...]
    claims: Claims
    repetitions: Repetitions
    network: Networks
    plans: tuple[PlanRead, ...] = ()
    changes: PlanChanges | None = None
    open_words: tuple[OpenMention, ...] = ()
    open_whole: bool = True
    measured: MeasuredError | None = None
