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

__all__ = ["CandidateScores", "assemble_move", "choose_act", "span_of_words"]

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


def choose_act(scores: Floats) -> tuple[Act, float]:
    """Return the likeliest act of a candidate and its probability, beside all other acts and none."""
    chances = np.exp(log_softmax(scores))
    best = int(chances[:-1].argmax())
    return Act(ACTS[best]), float(chances[best])


def assemble_move(sentence: Span, tokens: Tokens, candidate: Candidate, scores: CandidateScores) -> ReadMove:
    """Return the move of a candidate that was not rejected; its spans have the offsets that the sentence has."""
    act, confidence = choose_act(scores.act)
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


def _roles(sentence: Span, tokens: Tokens, scores: CandidateScores) -> dict[str, list[tuple[Span, float]]]:
    found: dict[str, list[tuple[Span, float]]] = {}
    spans = decode_tags(log_softmax(scores.roles), ROLE_TAGS)
    spans += decode_tags(log_softmax(scores.recipients), RECIPIENT_TAGS)
    acting = [(first, end) for role, first, end, _ in spans if role == "actors"]
    for role in dict.fromkeys(role for role, *_ in spans):
        named = [(first, end, score) for other, first, end, score in spans if other == role]
        if role == "recipients":  # Nobody is addressed by himself, and who acts is told more surely.
            named = [one for one in named if not _overlaps(one[:2], acting)]
        words: Sequence[Words | None] = [one[:2] for one in named]
        if role in LISTS:
            words = whole_parties(sentence.text, tokens, [one[:2] for one in named])
        whole = [
            (span_of_words(sentence, tokens, *one), chance[2]) for one, chance in zip(words, named, strict=True) if one
        ]
        if whole:
            found[role] = whole
    return found


def _overlaps(words: Words, others: Iterable[Words]) -> bool:
    return any(words[0] < end and first < words[1] for first, end in others)
