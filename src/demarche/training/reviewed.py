"""Reviews of a ledger as sentences to learn from, those that are held out, and the card that tells the new weights apart."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from demarche.model import CodedSentence, Mention, Move, ReadMove, ReadSentence, SentenceReview, Span, TimeSpan, Voice
from demarche.reading._labels import ISSUES

__all__ = ["coded_review", "further_card", "latest_reviews", "mark_of", "split_reviews"]

LEARN, HELD = "train", "test"
"""The splits of reviewed sentences."""
_OTHER = "other"


def latest_reviews(reviews: Iterable[SentenceReview]) -> list[SentenceReview]:
    """Return the last review of each sentence that stands, in the order of their places in the texts."""
    last = {(review.document, review.sentence.start): review for review in reviews if not review.undone}
    return [last[place] for place in sorted(last)]


def coded_review(review: SentenceReview, *, voice: Voice, split: str | None = None) -> CodedSentence:
    """Return a review as a coded sentence: its offsets count from the start of the sentence.

    Parameters
    ----------
    voice
        The voice of the sentence where the review has no move in it, which would say.
    """
    shift = -review.sentence.start
    moves = sorted((_read(move, shift) for move in review.moves), key=lambda one: (one.trigger.start, one.trigger.end))
    sentence = ReadSentence(
        span=review.sentence.shift(shift),
        voice=review.moves[0].voice if review.moves else voice,
        voice_confidence=1.0,
        moves=tuple(moves),
    )
    return CodedSentence(id=f"{review.document}#{review.sentence.start}", split=split, sentence=sentence)


def _read(move: Move, shift: int) -> ReadMove:
    def place(value: Span | Mention | TimeSpan | None) -> Span | None:
        return None if value is None else (value if isinstance(value, Span) else value.span).shift(shift)

    single = {
        role: place(getattr(move, role)) for role in ("content", "condition", "deadline", "when", "where", "source")
    }
    return ReadMove(
        act=move.act,
        status=move.status,
        # The weights have a fixed list of issues: one that is not on it is learnt as the rest.
        issue=move.issue if move.issue in ISSUES else _OTHER,
        trigger=move.trigger.shift(shift),
        confidence=1.0,
        actors=tuple(mention.span.shift(shift) for mention in move.actors),
        recipients=tuple(mention.span.shift(shift) for mention in move.recipients),
        **single,
    )


def split_reviews(
    reviews: Iterable[SentenceReview],
    *,
    held_out: float,
    voice_of: Callable[[SentenceReview], Voice],
    cluster_of: Callable[[str], str],
) -> list[CodedSentence]:
    """Return the last review of each sentence as a coded sentence of the split ``train`` or ``test``.

    All copies of a document fall into one split, told by a hash of the cluster's id: the same one whenever and wherever it is
    done, so that what is held out once stays so when more is reviewed. A held-out sentence whose very words are learnt is left out.

    Parameters
    ----------
    held_out
        Share of clusters that is held out, 0 to 1.
    voice_of
        The voice of a sentence in which there is no move.
    cluster_of
        The id of the cluster that a document is in.
    """
    made = []
    for review in latest_reviews(reviews):
        split = HELD if _place(cluster_of(review.document)) < held_out else LEARN
        voice = review.moves[0].voice if review.moves else voice_of(review)
        made.append(coded_review(review, voice=voice, split=split))
    learnt = {coded.sentence.span.text for coded in made if coded.split == LEARN}
    return [coded for coded in made if coded.split == LEARN or coded.sentence.span.text not in learnt]


def _place(name: str) -> float:
    return int(hashlib.sha256(f"held out\x1f{name}".encode("utf-8", "surrogatepass")).hexdigest()[:12], 16) / 16**12


def mark_of(sentences: Sequence[CodedSentence], **settings: Any) -> str:
    """Return 8 hexadecimal digits that stand for reviewed sentences and settings: other reviews, or other settings, give others."""
    record = [sorted(json.dumps(dataclasses.asdict(coded)) for coded in sentences), settings]
    plain = json.dumps(record, sort_keys=True)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def further_card(start: Mapping[str, Any], mark: str, *, learnt: int, own: int, **settings: Any) -> dict[str, Any]:
    """Return the card of weights that went on from those with the card `start`, whose version says so.

    Parameters
    ----------
    mark
        From :func:`mark_of`.
    learnt, own
        Reviewed sentences that were learnt from; our own ones in each epoch.

    Examples
    --------
    >>> card = {"name": "demarche-en", "version": "1.1.0+ledger.00aa00aa", "language": "en", "candidates": 0.1, "keep": 0.5}
    >>> further_card(card, "ab12cd34", learnt=60, own=240)["version"]
    '1.1.0+ledger.ab12cd34'
    """
    kept = {name: start[name] for name in ("name", "language", "candidates", "keep")}
    version = f"{start['version'].partition('+')[0]}+ledger.{mark}"
    before = f"{start['name']}/{start['version']}"
    return {**kept, "version": version, "start": before, "reviewed": learnt, "own": own, **settings}
