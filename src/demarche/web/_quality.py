"""What the reviews of a ledger come to, for the page on measured error: the figures, and behind each the reviewed sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from demarche.analysis.accuracy import match_moves
from demarche.analysis.reviews import measure_agreement, measure_reviews
from demarche.errors import DemarcheError
from demarche.ledger import Ledger
from demarche.model import Agreement, MeasuredError, Move, ReviewProgress, SentenceReview

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
    """All that the page shows.

    Parameters
    ----------
    coder, coders
        Whose error it is, None in a ledger without documents; all that read the ledger, the latest first.
    sample
        The reviews by which it is measured.
    reviews
        Those of the random queue by their ids, of all coders.
    errors
        How often each of :data:`ERRORS` occurs in the sample.
    unmeasured
        Why there is no agreement, None if there is.
    pairs
        The coder beside each other one.
    seen
        Review and coder -> what that coder has in the sentence.
    """

    coder: str | None
    progress: ReviewProgress
    coders: tuple[str, ...]
    error: MeasuredError | None
    sample: tuple[SentenceReview, ...]
    reviews: Mapping[str, SentenceReview]
    errors: Mapping[str, int]
    agreement: Agreement | None
    unmeasured: str | None
    pairs: tuple[CoderPair, ...]
    seen: Mapping[tuple[str, str], tuple[Move, ...]]


def gather_quality(ledger: Ledger, coder: str | None = None) -> Quality:
    """Return what the reviews of a ledger come to, for the coder of the latest reading if none is named."""
    reviews = {review.id: review for review in ledger.reviews(queue="random")}
    coders = tuple(ledger.coders())
    coder = coder or next(iter(coders), None)
    # To draw a sample takes seconds in a large ledger: once, and only if there is something to draw.
    sample = ledger.review_sample(coder) if any(review.coder == coder for review in reviews.values()) else None
    sampled = sample.reviews if sample else ()
    agreement, unmeasured = _agreement(reviews.values())
    seen = dict(_seen(ledger, reviews.values()))
    return Quality(
        coder=coder,
        progress=ledger.review_progress(coder=coder),
        coders=coders,
        error=measure_reviews(sample) if sample and (sample.reviews or sample.unused) else None,
        sample=sampled,
        reviews=reviews,
        errors=Counter(found.kind for review in sampled for found in judge(review.coded, review.moves)),
        agreement=agreement,
        unmeasured=unmeasured,
        pairs=tuple(_pair(seen, reviews, coder, other) for other in coders if coder and other != coder),
        seen=seen,
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


def _seen(ledger: Ledger, reviews: Iterable[SentenceReview]) -> Iterator[tuple[tuple[str, str], tuple[Move, ...]]]:
    """Yield what each coder has in each reviewed sentence, by the latest review of it; nothing where there is but one coder."""
    coders = ledger.coders()
    latest = {(review.document, review.sentence): review for review in reviews}
    for review in latest.values() if len(coders) > 1 else ():
        for coder in coders:
            moves = review.coded if coder == review.coder else _moves_of(ledger, review, coder)
            if moves is not None:
                yield (review.id, coder), moves


def _moves_of(ledger: Ledger, review: SentenceReview, coder: str) -> tuple[Move, ...] | None:
    """Return the moves of another coder in a reviewed sentence, None where it did not read the same stretch as a sentence."""
    try:
        return ledger.review_task(review.document, review.sentence.start, review.sentence.end, coder=coder).coded
    except DemarcheError:
        return None


def _pair(
    seen: Mapping[tuple[str, str], tuple[Move, ...]], reviews: Mapping[str, SentenceReview], one: str, other: str
) -> CoderPair:
    both = [id for id in reviews if (id, one) in seen and (id, other) in seen]
    same = {id: len(match_moves(seen[id, one], seen[id, other])) for id in both}
    return CoderPair(
        one=_counted(one, [(seen[id, one], reviews[id].moves) for id in both]),
        other=_counted(other, [(seen[id, other], reviews[id].moves) for id in both]),
        sentences=len(both),
        same=sum(same.values()),
        differ=tuple(id for id in both if same[id] < max(len(seen[id, one]), len(seen[id, other]))),
    )


def _counted(name: str, sides: Sequence[tuple[Sequence[Move], Sequence[Move]]]) -> Coder:
    return Coder(
        name=name,
        right=sum(len(match_moves(there, coded)) for coded, there in sides),
        coded=sum(len(coded) for coded, _ in sides),
        there=sum(len(there) for _, there in sides),
    )
