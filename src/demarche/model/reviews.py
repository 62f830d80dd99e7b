"""What people say of a coder's sentences, and what that comes to: tasks, reviews, measured error, agreement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from demarche.errors import InputError
from demarche.model.codes import Voice
from demarche.model.findings import Finding, Interval
from demarche.model.moves import Move
from demarche.model.spans import Span

__all__ = [
    "QUEUES",
    "STRATA",
    "VERDICTS",
    "Agreement",
    "AgreementMeasure",
    "MeasuredAct",
    "MeasuredError",
    "MeasuredShare",
    "ReviewCount",
    "ReviewProgress",
    "ReviewSample",
    "ReviewTask",
    "SentenceReview",
]

QUEUES = ("random", "uncertain", "chosen")
"""Why a sentence is reviewed: drawn to measure the coder; because the coder was least sure; because somebody was reading there."""
STRATA = ("moves", "quiet")
"""Whether the coder saw a move in a sentence, or none."""
VERDICTS = ("accepted", "amended", "added", "rejected")
"""What a review says of a move: as the coder has it; the coder's, changed; not seen by the coder; not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewTask:
    """A sentence to be reviewed.

    Parameters
    ----------
    document, sentence, voice
        Where it stands, its words, and the voice that the coder gave it.
    queue
        One of :data:`QUEUES`.
    stratum
        One of :data:`STRATA`.
    place
        Its place in the fixed order from which sentences are drawn, 0 to 1. All sentences of a ledger are spread evenly over
        that range, so that of those up to a place p a sentence was among them with probability p.
    coder
        Name and version of the coder whose moves are judged.
    coded
        The coder's own moves in the sentence, parties as settled. What other reviewers said is left out: a second reviewer is blind.
    """

    document: str
    sentence: Span
    voice: Voice
    queue: str
    stratum: str
    place: float
    coder: str
    coded: tuple[Move, ...] = ()

    def __post_init__(self) -> None:
        _check(self.queue, QUEUES, "queue")
        _check(self.stratum, STRATA, "stratum")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceReview:
    """What one person says stands in one sentence.

    Parameters
    ----------
    id
        ``r`` and the number of its entry in the log.
    document, sentence, queue, stratum, place, coder
        As of the task.
    coded
        The coder's moves that were judged, as the coder wrote them.
    moves
        What the reviewer says stands there: all of it, parties as settled since.
    verdicts
        Id of a move -> one of :data:`VERDICTS`, for each of `coded` and `moves`.
    reviewer, at
        Who, and when (UTC), by the log.
    seconds
        How long it took; None where unknown.
    undone
        It was taken back later.
    """

    id: str
    document: str
    sentence: Span
    queue: str
    stratum: str
    place: float
    coder: str
    coded: tuple[Move, ...]
    moves: tuple[Move, ...]
    verdicts: Mapping[str, str]
    reviewer: str
    at: str
    seconds: float | None = None
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewCount:
    """What one reviewer did in one queue for one coder.

    Parameters
    ----------
    sentences
        Reviews; a sentence that was reviewed again counts again.
    coded
        Moves of the coder that were judged.
    accepted, amended, rejected, added
        Moves by verdict.
    seconds
        Time spent, as far as it is known; None where none is.
    """

    reviewer: str
    queue: str
    coder: str
    sentences: int
    coded: int
    accepted: int
    amended: int
    rejected: int
    added: int
    seconds: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewProgress:
    """How much is reviewed, and how much is missing to a first measure.

    Parameters
    ----------
    coder
        The coder whose moves are measured; None in a ledger without documents.
    counts
        By reviewer and queue, of all coders.
    sentences, moves
        Different sentences of that coder that were reviewed in the random queue, and the coder's moves in them.
    target_sentences, target_moves
        How many there should be before the figures are looked at.
    left_sentences, left_moves
        How many are missing, 0 where the target is reached.
    """

    coder: str | None
    counts: tuple[ReviewCount, ...]
    sentences: int
    moves: int
    target_sentences: int
    target_moves: int
    left_sentences: int
    left_moves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSample:
    """The reviews of the random queue that are a sample of a ledger's sentences, and what they are a sample of.

    Parameters
    ----------
    coder
        Whose moves were judged.
    strata
        Stratum -> sentences there are, one document of each cluster of copies.
    reviews
        The latest review of each sentence of the sample, in the order of the draw.
    through
        Only what was in the ledger up to this entry of its log is sampled; None: all of it.
    waiting
        Sentences that come earlier in the order than reviewed ones and are not reviewed: taken in later, or left out.
    unused
        Reviewed sentences that count only when those are done.
    """

    coder: str
    strata: Mapping[str, int]
    reviews: tuple[SentenceReview, ...]
    through: int | None = None
    waiting: int = 0
    unused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredShare:
    """A share of cases in which the coder was right, as far as the reviews tell.

    Parameters
    ----------
    value
        0 to 1, estimated for all sentences of the ledger; None below the minimum of cases.
    interval
        95 %; None where `value` is.
    right, cases
        Counted in the reviewed sentences, without weights.
    wrong
        Ids of the reviews that hold a case in which it was wrong.
    """

    value: float | None
    interval: Interval | None
    right: int
    cases: int
    wrong: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredAct:
    """How well the coder finds moves of one act; `act` is None for all of them.

    Parameters
    ----------
    precision
        Of the moves that the coder saw, those that stand there: a trigger that overlaps, the same act.
    recall
        Of the moves that stand there, those that the coder saw.
    """

    act: str | None
    precision: MeasuredShare
    recall: MeasuredShare


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredError(Finding):
    """Precision and recall of a coder in one ledger, from sentences that were drawn at random and reviewed.

    Parameters
    ----------
    coder
        Name and version.
    sentences
        Stratum -> reviewed sentences.
    strata
        Stratum -> sentences of the ledger that they stand for.
    reviewers
        Who reviewed them.
    overall, acts
        Of all moves, and of each act that occurs, the most frequent first.
    fields
        ``status``, ``issue``, ``voice``, ``actor``, ``recipient`` -> share right, of the moves that the coder found.
    minimum
        Cases from which a share is given.
    """

    coder: str
    sentences: Mapping[str, int]
    strata: Mapping[str, int]
    reviewers: tuple[str, ...]
    overall: MeasuredAct
    acts: tuple[MeasuredAct, ...] = ()
    fields: Mapping[str, MeasuredShare] = field(default_factory=dict)
    minimum: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementMeasure:
    """One figure of agreement.

    Parameters
    ----------
    name
        What the reviewers agree on: ``moves``, ``acts``, ``act:demand``, ``status``, ``issue``, ``trigger``, ``actors`` ...
    kind
        ``alpha``: Krippendorff's, nominal: 1 full agreement, 0 as by chance, below 0 worse; ``exact`` or ``overlap``: F1 of the
        spans, 0 to 1.
    value, interval
        With its 95 % bootstrap interval; None where `note` says why.
    cases
        Sentences, or moves, that it rests on; for F1 the spans of both sides.
    differ
        Ids of the reviews that differ.
    note
        Why there is no value; None where there is one.
    """

    name: str
    kind: str
    value: float | None
    interval: Interval | None
    cases: int
    differ: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Finding):
    """How far reviewers of the same sentences agree.

    Parameters
    ----------
    sentences
        Sentences of the random queue that two people or more reviewed.
    pairs
        Pairs of reviews of one sentence.
    reviewers
        Who reviewed them.
    measures
        The figures.
    """

    sentences: int
    pairs: int
    reviewers: tuple[str, ...]
    measures: tuple[AgreementMeasure, ...] = ()


def _check(value: str, known: tuple[str, ...], name: str) -> None:
    if value not in known:
        raise InputError(f"there is no {name} {value!r}; choose from {', '.join(known)}")
