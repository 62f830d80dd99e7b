"""What a ledger gives back: moves with where they stand in it, counts, open mentions, the proof of its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from demarche.model.codes import Voice
from demarche.model.moves import Move
from demarche.model.spans import Span

__all__ = [
    "UNKNOWN",
    "Count",
    "DocumentRow",
    "LogEntry",
    "LedgerMove",
    "MoveFilter",
    "Occasion",
    "OpenMention",
    "Overview",
    "SearchHit",
    "SentenceMark",
    "Taken",
    "Verification",
]

UNKNOWN = "unknown"
"""What a filter says for a party that is not resolved, or a date that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveFilter:
    """Which moves to give: every field that is not None must hold.

    Parameters
    ----------
    actor, recipient, source
        Id of a party, or of whom the text cites; ``"SUN"`` also finds its government and forces, ``"unknown"`` who is named but not
        resolved.
    act, issue, status, voice
        Codes of the codebook.
    quad
        Quad class of the act, 1 to 4; 0 for acts of none.
    move
        Id of the one move.
    moves
        Ids of moves, any of them: the evidence of a figure.
    since, until
        ISO dates (``1962``, ``1962-10`` or ``1962-10-22``), both inclusive, for the date of the move. A move whose date is less
        precise than a day is found if it can lie between them. A `since` of ``"unknown"`` gives the moves without a date.
    publisher, document, cluster
        Where it was reported.
    words
        Full-text query over the words of the sentence: all words must occur, ``"quoted words"`` in that order.
    min_confidence
        The coder's probability, 0 to 1, at least.
    """

    actor: str | None = None
    recipient: str | None = None
    source: str | None = None
    act: str | None = None
    quad: int | None = None
    issue: str | None = None
    status: str | None = None
    voice: str | None = None
    move: str | None = None
    moves: tuple[str, ...] | None = None
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
class SentenceMark:
    """Where a sentence of a document stands, and who speaks in it, as one coder read it.

    Parameters
    ----------
    start, end
        Offsets into the document's text.
    voice, voice_confidence
        The document itself or an opinion, and the coder's probability of that, 0.5 to 1.
    """

    start: int
    end: int
    voice: Voice
    voice_confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentRow:
    """A document without its text, as a list of many shows it.

    Parameters
    ----------
    id, title, url, publisher, language, published
        As of :class:`~demarche.model.Document`.
    moves
        Its moves as they stand now.
    cluster, copies
        The cluster of copies that it is in, and how many documents that has, this one too; 1 where there is no copy.
    sentences, reviewed
        Sentences that a coder read, and how many of them a person reviewed.
    """

    id: str
    title: str | None
    url: str | None
    publisher: str | None
    language: str | None
    published: str | None
    moves: int
    cluster: str
    copies: int
    sentences: int
    reviewed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchHit:
    """A document that has the words of a query, and a part of its text that shows them.

    Parameters
    ----------
    document, title, publisher, published
        As of :class:`~demarche.model.Document`.
    snippet
        A part of its text, with its offsets.
    words
        The words of the query in that part, in the forms that they have there, with offsets into the document's text. None where
        the text is so long that they stand beyond the part that is looked at.
    """

    document: str
    title: str | None
    publisher: str | None
    published: str | None
    snippet: Span
    words: tuple[Span, ...]


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
