"""What the reviews of a ledger come to, for the page on measured error: the figures, and behind each the reviewed sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from demarche import pipeline
from demarche.analysis.accuracy import match_moves
from demarche.analysis.reviews import measure_agreement
from demarche.errors import DemarcheError
from demarche.ledger import Ledger
from demarche.model import Agreement, MeasuredError, Move, ReviewProgress, ReviewSample, SentenceReview

__all__ = ["ERRORS", "Coder", "CoderPair", "Judgement", "Quality", "gather_quality", "judge", "pick_reviews"]

ERRORS = ("missed", "invented", "other act", "other code")
"""What a coder can get wrong: a move that it did not see; one that is not there; the act; the status, issue, voice or parties."""
_CODES = ("status", "issue", "voice")
_PARTIES = ("actors", "recipients")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A move of the coder beside what the reviewer has there.

    Parameters
    ----------
    kind
        ``right`` or one of :data:`ERRORS`.
    coder, person
        The move as each has it, None where one has none.
    differ
        The fields that are not the same.
    """

    kind: str
    coder: Move | None
    person: Move | None
    differ: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coder:
    """A coder on the sentences that people reviewed in the random queue: counted, not weighted.

    Parameters
    ----------
    right, coded, there
        Its moves that stand there; all of its moves; all moves that stand there.
    """

    name: str
    right: int
    coded: int
    there: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderPair:
    """Two coders on the same reviewed sentences.

    Parameters
    ----------
    one, other
        What each has of the moves that the reviewers say are there.
    sentences
        Sentences that both read as the same stretch of text, and that people reviewed.
    same
        Moves on which they are at one: trigger and act.
    differ
        Ids of the reviews of the sentences where they are not.
    """

    one: Coder
    other: Coder
    sentences: int
    same: int
    differ: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """All that the page shows. `unmeasured` says why there is no agreement; `others` holds moves of other coders by review and coder."""

    progress: ReviewProgress
    coders: tuple[str, ...]
    error: MeasuredError | None
    sample: tuple[SentenceReview, ...]
    reviews: Mapping[str, SentenceReview]
    errors: Mapping[str, int]
    agreement: Agreement | None
    unmeasured: str | None
    pairs: tuple[CoderPair, ...]
    others: Mapping[tuple[str, str], tuple[Move, ...]]


def gather_quality(ledger: Ledger) -> Quality:
    """Return what the reviews of a ledger come to."""
    reviews = {review.id: review for review in ledger.reviews(queue="random")}
    sample = ledger.review_sample()
    sampled = sample.reviews if sample else ()
    agreement, unmeasured = _agreement(reviews.values())
    others: dict[tuple[str, str], tuple[Move, ...]] = {}
    return Quality(
        progress=ledger.review_progress(),
        coders=tuple(ledger.coders()),
        error=pipeline.measured_error(ledger),
        sample=sampled,
        reviews=reviews,
        errors=Counter(found.kind for review in sampled for found in judge(review.coded, review.moves)),
        agreement=agreement,
        unmeasured=unmeasured,
        pairs=tuple(_pairs(ledger, sample, others)),
        others=others,
    )


def judge(coded: Sequence[Move], there: Sequence[Move]) -> list[Judgement]:
    """Return what a coder saw beside what a person says stands there, each move once."""
    pairs = match_moves(there, coded)
    right = [_compared(person, coder) for person, coder in pairs]
    left = [
        [move for move in moves if not any(move is one[side] for one in pairs)]
        for side, moves in ((0, there), (1, coded))
    ]
    near = match_moves(*left, same_act=False)
    made = right + [Judgement(kind="other act", coder=coder, person=person, differ=("act",)) for person, coder in near]
    for person in left[0]:
        if not any(person is one for one, _ in near):
            made.append(Judgement(kind="missed", coder=None, person=person))
    for coder in left[1]:
        if not any(coder is one for _, one in near):
            made.append(Judgement(kind="invented", coder=coder, person=None))
    return sorted(made, key=_place)


def _place(found: Judgement) -> int:
    move = found.person or found.coder
    return move.trigger.start if move else 0


def pick_reviews(quality: Quality, *, of: str, act: str | None, wrong: bool) -> list[SentenceReview]:
    """Return the reviewed sentences behind a figure.

    Parameters
    ----------
    of
        ``precision``, ``recall``, ``status``, ``issue``, ``voice``, ``actor``, ``recipient``, or one of :data:`ERRORS`.
    act
        Of this act alone.
    wrong
        Only those in which the coder was wrong.
    """
    if of in ERRORS:
        return [
            review for review in quality.sample if any(found.kind == of for found in judge(review.coded, review.moves))
        ]
    if wrong:
        ids = _wrong(quality.error, of, act)
        return [review for review in quality.sample if review.id in ids]
    return [review for review in quality.sample if _is_case(review, of, act)]


def _wrong(error: MeasuredError | None, of: str, act: str | None) -> set[str]:
    if error is None:
        return set()
    if of not in ("precision", "recall"):
        return set(error.fields[of].wrong) if of in error.fields else set()
    found = [one for one in (error.overall, *error.acts) if one.act == act]
    return {review for one in found for review in getattr(one, of).wrong}


def _is_case(review: SentenceReview, of: str, act: str | None) -> bool:
    if of not in ("precision", "recall"):
        return bool(match_moves(review.moves, review.coded))
    return any(act in (None, move.act) for move in (review.coded if of == "precision" else review.moves))


def _compared(person: Move, coder: Move) -> Judgement:
    differ = [name for name in _CODES if getattr(person, name) != getattr(coder, name)]
    differ += [name for name in _PARTIES if _parties(person, name) != _parties(coder, name)]
    return Judgement(kind="other code" if differ else "right", coder=coder, person=person, differ=tuple(differ))


def _parties(move: Move, role: str) -> set[str | None]:
    return {mention.id or mention.span.text for mention in getattr(move, role)}


def _agreement(reviews: Iterable[SentenceReview]) -> tuple[Agreement | None, str | None]:
    try:
        return measure_agreement(reviews), None
    except DemarcheError as error:
        return None, str(error)


def _pairs(
    ledger: Ledger, sample: ReviewSample | None, others: dict[tuple[str, str], tuple[Move, ...]]
) -> Iterator[CoderPair]:
    """Yield the coder that is measured beside each other one, and note the moves of those in `others`."""
    for name in ledger.coders() if sample else ():
        if sample and name != sample.coder:
            yield _pair(ledger, sample, name, others)


def _pair(
    ledger: Ledger, sample: ReviewSample, name: str, others: dict[tuple[str, str], tuple[Move, ...]]
) -> CoderPair:
    both = [(review, moves) for review in sample.reviews if (moves := _moves_of(ledger, review, name)) is not None]
    others |= {(review.id, name): moves for review, moves in both}
    same = {review.id: len(match_moves(review.coded, moves)) for review, moves in both}
    return CoderPair(
        one=_counted(sample.coder, [(review.coded, review.moves) for review, _ in both]),
        other=_counted(name, [(moves, review.moves) for review, moves in both]),
        sentences=len(both),
        same=sum(same.values()),
        differ=tuple(one.id for one, moves in both if same[one.id] < max(len(one.coded), len(moves))),
    )


def _moves_of(ledger: Ledger, review: SentenceReview, coder: str) -> tuple[Move, ...] | None:
    """Return the moves of another coder in a reviewed sentence, None where it did not read the same stretch as a sentence."""
    try:
        return ledger.review_task(review.document, review.sentence.start, review.sentence.end, coder=coder).coded
    except DemarcheError:
        return None


def _counted(name: str, sides: Sequence[tuple[Sequence[Move], Sequence[Move]]]) -> Coder:
    return Coder(
        name=name,
        right=sum(len(match_moves(there, coded)) for coded, there in sides),
        coded=sum(len(coded) for coded, _ in sides),
        there=sum(len(there) for _, there in sides),
    )
