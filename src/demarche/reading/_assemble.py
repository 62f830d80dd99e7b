"""From the scores of candidates to the moves of a sentence, with spans in its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.model import Act, ReadMove, Span
from demarche.reading._decode import Candidate, decode_tags, log_softmax
from demarche.reading._labels import ACTS, ISSUES, LISTS, RECIPIENT_TAGS, ROLE_TAGS, STATUSES
from demarche.reading._parties import Words, whole_parties
from demarche.reading._tokens import Tokens

__all__ = ["CandidateScores", "assemble_move", "choose_act", "drop_doubles", "span_of_words"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateScores:
    """Raw scores of one candidate: act [25], status [5], issue [28]; roles [W, 15] and recipients [W, 3] by word."""

    act: Floats
    status: Floats
    issue: Floats
    roles: Floats
    recipients: Floats


def span_of_words(sentence: Span, tokens: Tokens, first: int, end: int) -> Span:
    """Return the span of the words from `first` to before `end`, with the offsets of the sentence's document."""
    return Span.of(sentence.text, int(tokens.starts[first]), int(tokens.ends[end - 1])).shift(sentence.start)


_BEGINS = 0.4
"""Weight, as an exponent, of what the first pass made of a trigger in the confidence of a move; chosen on the dev sentences."""


def choose_act(scores: Floats, begins: float) -> tuple[Act, float]:
    """Return the likeliest act of a candidate and the confidence in the move.

    That is the probability of the act, beside all other acts and none, times that with which the first pass had a trigger begin there,
    to the power `_BEGINS`: a move that only one of the two passes sees is less often right.
    """
    chances = np.exp(log_softmax(scores))
    best = int(chances[:-1].argmax())
    return Act(ACTS[best]), float(chances[best]) * begins**_BEGINS


def assemble_move(sentence: Span, tokens: Tokens, candidate: Candidate, scores: CandidateScores) -> ReadMove:
    """Return the move of a candidate that was not rejected; its spans have the offsets that the sentence has."""
    act, confidence = choose_act(scores.act, candidate[2])
    roles = _roles(sentence, tokens, scores)
    lists = {role: tuple(span for span, _ in roles.get(role, [])) for role in LISTS}
    single = {role: max(spans, key=lambda item: item[1])[0] for role, spans in roles.items() if role not in LISTS}
    return ReadMove(
        act=act,
        status=STATUSES[int(scores.status.argmax())],
        issue=ISSUES[int(scores.issue.argmax())],
        trigger=span_of_words(sentence, tokens, candidate[0], candidate[1]),
        confidence=round(confidence, 4),
        actors=lists["actors"],
        recipients=lists["recipients"],
        **single,
    )


def drop_doubles(moves: Sequence[ReadMove]) -> list[ReadMove]:
    """Return the moves of a sentence without those that say another once more: the same actors, the same content, the same act or state.

    "held that the missiles must go" is one demand, whichever word is taken for its trigger, and a statement whose content is a move
    is that move (rules 2 and 8 of the codebook). The more confident one stays, and rather any move than a statement.
    """
    kept: list[ReadMove] = []
    for move in sorted(moves, key=lambda move: (move.act == Act.STATE, -move.confidence)):
        if not any(_is_told_by(move, other) for other in kept):
            kept.append(move)
    return sorted(kept, key=lambda move: move.trigger.start)


def _is_told_by(move: ReadMove, other: ReadMove) -> bool:
    same = move.content is not None and (move.actors, move.content) == (other.actors, other.content)
    return same and move.act in (other.act, Act.STATE)


def _roles(sentence: Span, tokens: Tokens, scores: CandidateScores) -> dict[str, list[tuple[Span, float]]]:
    found: dict[str, list[tuple[Span, float]]] = {}
    spans = decode_tags(log_softmax(scores.roles), ROLE_TAGS)
    spans += decode_tags(log_softmax(scores.recipients), RECIPIENT_TAGS)
    acting = [(first, end) for role, first, end, _ in spans if role == "actors"]
    for role in dict.fromkeys(role for role, *_ in spans):
        named = [(first, end, score) for other, first, end, score in spans if other == role]
        if role == "recipients":  # Nobody is addressed by himself, and who acts is told more surely.
            named = [one for one in named if not _overlaps(one[:2], acting)]
        words: Sequence[Words | None] = [_past_article(sentence.text, tokens, one[:2]) for one in named]
        if role in LISTS:
            words = whole_parties(sentence.text, tokens, [one[:2] for one in named])
        whole = [
            (span_of_words(sentence, tokens, *one), chance[2]) for one, chance in zip(words, named, strict=True) if one
        ]
        if whole:
            found[role] = whole
    return found


_ARTICLES = ("the", "a", "an")


def _past_article(text: str, tokens: Tokens, words: Words) -> Words:
    """Return the words with one more where they end in an article: no phrase does."""
    first, end = words
    if end < len(tokens.ends) and text[tokens.starts[end - 1] : tokens.ends[end - 1]].lower() in _ARTICLES:
        end += 1
    return first, end


def _overlaps(words: Words, others: Iterable[Words]) -> bool:
    return any(words[0] < end and first < words[1] for first, end in others)
