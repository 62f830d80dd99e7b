"""What a ledger gives back: moves with where they stand in it, counts, open mentions, the proof of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demarche.model.moves import Move

__all__ = [
    "Count",
    "LogEntry",
    "LedgerMove",
    "MoveFilter",
    "Occasion",
    "OpenMention",
    "Overview",
    "Taken",
    "Verification",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFilter:
    """Which moves to give: every field that is not None must hold.

    Parameters
    ----------
    actor, recipient
        Id of a party; ``"SUN"`` also finds its government and forces.
    act, issue, status, voice
        Codes of the codebook.
    move
        Id of the one move.
    since, until
        ISO dates (``1962``, ``1962-10`` or ``1962-10-22``), both inclusive, for the date of the move. A move whose date is less
        precise than a day is found if it can lie between them.
    publisher, document, cluster
        Where it was reported.
    words
        Full-text query over the words of the sentence: all words must occur, ``"quoted words"`` in that order.
    min_confidence
        The coder's probability, 0 to 1, at least.
    """

    actor: str | None = None
    recipient: str | None = None
    act: str | None = None
    issue: str | None = None
    status: str | None = None
    voice: str | None = None
    move: str | None = None
    since: str | None = None
    until: str | None = None
    publisher: str | None = None
    document: str | None = None
    cluster: str | None = None
    words: str | None = None
    min_confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerMove:
    """A move as it stands now, after corrections and settled actors.

    Parameters
    ----------
    seq
        The entry of the log that wrote it.
    cluster
        The reports of one text that it belongs to: the id of the first of them.
    verdict
        ``coded`` by the coder, ``amended`` by a person.
    publisher, title
        Of the document, None where unknown.
    """

    move: Move
    seq: int
    cluster: str
    verdict: str
    publisher: str | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How often something is reported.

    Parameters
    ----------
    value
        What is counted: an act, an issue, an actor's id; None where it is unknown.
    name
        Its name for people, None where the value says it.
    moves
        Moves counted once per cluster of copies.
    mentions
        Moves counted as often as they are reported.
    """

    value: str | None
    name: str | None
    moves: int
    mentions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One act of the same parties on one day, and how widely it is reported.

    Parameters
    ----------
    date
        ISO day.
    act, actors, recipients
        What, by whom, to whom: the parties' ids.
    clusters, documents
        Independent reports of that day's act (copies count once), and all documents: a report again is no act again.
    days
        Days, this one too, on which the same parties are reported to have done the same on the same issue: from two on it is
        restated, each time on a new occasion.
    best
        The record of which the coder is surest: the evidence to show first.
    """

    date: str
    act: str
    actors: tuple[str, ...]
    recipients: tuple[str, ...]
    clusters: int
    documents: int
    days: int
    best: LedgerMove


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMention:
    """Words for a party that could not be resolved, how often, and one move (its id) where they stand."""

    words: str
    moves: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How much a ledger holds; `first` and `last` are the days of publication, None where no document has one."""

    documents: int
    clusters: int
    copies: int
    sentences: int
    moves: int
    moves_once: int
    mentions: int
    resolved: int
    failures: int
    first: str | None
    last: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A document that is in the ledger now: its id, its number of moves, and whether it was there before."""

    document: str
    moves: int
    known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One line of the log: what was added to the ledger, when, by whom and why."""

    seq: int
    at: str
    who: str
    kind: str
    subject: str
    why: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What a check of a ledger found: it is whole if `problems` is empty.

    Parameters
    ----------
    entries, documents, moves
        How many were checked.
    head
        Hash of the last entry. Who wrote it down elsewhere can prove later that nothing before it was changed or cut off.
    problems
        What is wrong and where, at most the first 100.
    """

    entries: int
    documents: int
    moves: int
    head: str
    problems: tuple[str, ...]
