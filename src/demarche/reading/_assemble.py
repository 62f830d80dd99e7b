"""From the scores of candidates to the moves of a sentence, with spans in its words."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demarche.model import Act, ReadMove, Span
from demarche.reading._decode import Candidate, decode_tags, log_softmax
from demarche.reading._labels import ACTS, ISSUES, LISTS, RECIPIENT_TAGS, ROLE_TAGS, STATUSES
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


_CAPITALS = (2, 3, 4)
"""Case classes of words that begin with a capital letter."""
_DAYS = frozenset((*calendar.day_name, *calendar.month_name))


def _end_of_name(text: str, tokens: Tokens, end: int, *, taken: set[int]) -> int:
    """Return where the name ends in which a party ends: "Mr" alone, or "President Joe", is the begin of one.

    Where most words have a capital, as in a headline, these tell nothing of names.
    """
    capital = np.isin(tokens.case[tokens.first], _CAPITALS)
    if 2 * int(capital.sum()) > len(capital):
        return end
    while (
        end < len(capital)
        and capital[end - 1]
        and capital[end]
        and end not in taken
        and text[tokens.ends[end - 1] : tokens.starts[end]] == " "
        and text[tokens.starts[end] : tokens.ends[end]] not in _DAYS
    ):
        end += 1
    return end


_NO_END = frozenset(
    "a an and as at by for from in into near of on or over than that the to which who whose with within".split()
)
"""Words, written small, in which no party ends; one that is nothing else is none."""
_OPENING = frozenset('([{"“‘«,;:-–—/')
_CLOSING = {")": "(", "]": "[", "”": "“", "»": "«"}
_IN_NUMBERS = frozenset(",.")


def _trim(text: str, tokens: Tokens, first: int, end: int, *, ends: set[int]) -> tuple[int, int] | None:
    """Return the words of a party without what can neither begin nor end one, and with the whole of a number; None if none is left.

    What is left of "the International Monetary Fund (IMF)" where it was taken for two parties is the first: `ends` has where others end.
    """

    def word(number: int) -> str:
        return text[tokens.starts[number] : tokens.ends[number]]

    def lone(number: int, beside: int) -> bool:
        """Return whether a word is one that no party begins or ends with, and no part of another: "on-duty" is one word."""
        if word(number) not in _NO_END or first == end - 1:
            return word(number) in _NO_END
        return bool(tokens.ends[min(number, beside)] < tokens.starts[max(number, beside)])

    while end > first and (lone(end - 1, end - 2) or word(end - 1) in _OPENING or _closes(word, first, end)):
        end -= 1
    while first < end and (lone(first, first + 1) or word(first) in _CLOSING or word(first) in _IN_NUMBERS):
        first += 1
    if first == end or (first and word(first - 1) == "(" and not ends.isdisjoint((first - 1, first))):
        return None
    while first > 1 and word(first)[0].isdigit() and word(first - 1) in _IN_NUMBERS and word(first - 2)[-1].isdigit():
        if tokens.ends[first - 2] != tokens.starts[first - 1] or tokens.ends[first - 1] != tokens.starts[first]:
            break
        first -= 2
    return first, end


def _closes(word: Callable[[int], str], first: int, end: int) -> bool:
    """Return whether the last word closes a bracket that was not opened."""
    opening = _CLOSING.get(word(end - 1))
    return opening is not None and opening not in [word(number) for number in range(first, end)]


def _roles(sentence: Span, tokens: Tokens, scores: CandidateScores) -> dict[str, list[tuple[Span, float]]]:
    found: dict[str, list[tuple[Span, float]]] = {}
    spans = decode_tags(log_softmax(scores.roles), ROLE_TAGS)
    spans += decode_tags(log_softmax(scores.recipients), RECIPIENT_TAGS)
    starts = {(role, first) for role, first, _, _ in spans}
    for role, first, end, score in spans:
        if role in LISTS:
            taken = {start for other, start in starts if other == role}
            ends = {last for other, _, last, _ in spans if other == role}
            whole = _end_of_name(sentence.text, tokens, end, taken=taken)
            trimmed = _trim(sentence.text, tokens, first, whole, ends=ends)
            if trimmed is None:
                continue
            first, end = trimmed
        found.setdefault(role, []).append((span_of_words(sentence, tokens, first, end), score))
    return found
