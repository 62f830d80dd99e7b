"""From the words that were taken for parties to whole ones: names to their end, no bracket that was not opened, no lone preposition."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from demarche.reading._tokens import Tokens

__all__ = ["whole_parties"]

Words = tuple[int, int]
"""First word and end word (exclusive)."""

_CAPITALS = (2, 3, 4)
"""Case classes of words that begin with a capital letter."""
_DAYS = frozenset((*calendar.day_name, *calendar.month_name))
_NO_END = frozenset(
    "a an and as at by for from in into near of on or over than that the to which who whose with within".split()
)
"""Words, written small, in which no party begins or ends; one that is nothing else is none."""
_BEFORE_NUMBERS = {"at": ("least", "most"), "as": ("many", "few")}
"""What of those words begins a party after all, with the word behind it."""
_NUMBERS = frozenset("a half two three four five six seven eight nine ten dozen hundred thousand".split())
_OPENING = frozenset('([{"“‘«,;:-–—/')
_CLOSING = {")": "(", "]": "[", "”": "“", "»": "«", '"': '"'}
_IN_NUMBERS = frozenset(",.")
_HYPHENS = frozenset("-‐‑–")


def whole_parties(text: str, tokens: Tokens, found: Sequence[Words]) -> list[Words | None]:
    """Return the words of the parties of one role, for each that was found; None where nothing is left or another one has it.

    Parameters
    ----------
    text
        The sentence.
    found
        In order, none over another.
    """
    sentence = _Sentence(text, tokens)
    joined = _joined(sentence, found)
    starts, ends = {first for first, _ in found}, {end for _, end in found}
    whole: list[Words | None] = []
    for words in joined:
        if words is None:
            whole.append(None)
        else:
            whole.append(_trim(sentence, words[0], _end_of_name(sentence, words[1], taken=starts), ends=ends))
    return whole


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    tokens: Tokens

    def word(self, number: int) -> str:
        return self.text[self.tokens.starts[number] : self.tokens.ends[number]]

    def touch(self, first: int, second: int) -> bool:
        """Return whether nothing stands between two words that follow one another."""
        return bool(self.tokens.ends[first] == self.tokens.starts[second])

    def __len__(self) -> int:
        return len(self.tokens.starts)


def _joined(sentence: _Sentence, found: Sequence[Words]) -> list[Words | None]:
    """Return two that stand beside an "of" as one: "leadership of North Korea" is one party."""
    joined: list[Words | None] = list(found)
    for number, (one, other) in enumerate(pairwise(found)):
        between = [sentence.word(word) for word in range(one[1], other[0])]
        before = joined[number]
        if before and between in (["of"], ["of", "the"]):
            joined[number], joined[number + 1] = None, (before[0], other[1])
    return joined


def _end_of_name(sentence: _Sentence, end: int, *, taken: set[int]) -> int:
    """Return where the name ends in which a party ends: "Mr" alone, or "President Joe", is the begin of one.

    Where most words have a capital, as in a headline, these tell nothing of names.
    """
    capital = np.isin(sentence.tokens.case[sentence.tokens.first], _CAPITALS)
    if 2 * int(capital.sum()) <= len(capital):
        while (
            end < len(capital)
            and capital[end - 1]
            and capital[end]
            and end not in taken
            and sentence.text[sentence.tokens.ends[end - 1] : sentence.tokens.starts[end]] == " "
            and sentence.word(end) not in _DAYS
        ):
            end += 1
    while (
        end + 1 < len(sentence)
        and sentence.word(end) in _HYPHENS
        and sentence.touch(end - 1, end)
        and sentence.touch(end, end + 1)
        and not taken.intersection((end, end + 1))
    ):
        end += 2
    return end


def _trim(sentence: _Sentence, first: int, end: int, *, ends: set[int]) -> Words | None:
    """Return the words of a party without what can neither begin nor end one, and with the whole of a number; None if none is left.

    What is left of "the International Monetary Fund (IMF)" where it was taken for two parties is the first: `ends` has where others end.
    """
    word = sentence.word

    def lone(number: int, beside: int) -> bool:
        """Return whether a word is one that no party begins or ends with, and no part of another: "on-duty" is one word."""
        if word(number) not in _NO_END or first == end - 1:
            return word(number) in _NO_END
        return not sentence.touch(min(number, beside), max(number, beside))

    while end > first and (lone(end - 1, end - 2) or word(end - 1) in _OPENING or _closes(sentence, first, end)):
        if word(end - 1) == '"' and _opened(sentence, first, end - 1, '"'):
            break
        end -= 1
    while first < end and (
        (lone(first, first + 1) and not _counts(sentence, first, end))
        or word(first) in (_CLOSING.keys() - {'"'})
        or word(first) in _IN_NUMBERS
    ):
        first += 1
    if first == end or (first and word(first - 1) == "(" and not ends.isdisjoint((first - 1, first))):
        return None
    while first > 1 and word(first)[0].isdigit() and word(first - 1) in _IN_NUMBERS and word(first - 2)[-1].isdigit():
        if not (sentence.touch(first - 2, first - 1) and sentence.touch(first - 1, first)):
            break
        first -= 2
    if end < len(sentence) and word(end) in ('"', "”") and _opened(sentence, first, end, _CLOSING[word(end)]):
        end += 1
    return first, end


def _counts(sentence: _Sentence, first: int, end: int) -> bool:
    """Return whether the first word belongs to a number, "at least 59" or "over 500", or points to what was named, "that country"."""
    if first + 1 == end:
        return False
    word, following = sentence.word(first), sentence.word(first + 1)
    if word in ("over", "near"):
        return following[0].isdigit() or following in _NUMBERS
    return word == "that" or following in _BEFORE_NUMBERS.get(word, ())


def _closes(sentence: _Sentence, first: int, end: int) -> bool:
    """Return whether the last word closes a bracket that was not opened."""
    opening = _CLOSING.get(sentence.word(end - 1))
    return opening is not None and not _opened(sentence, first, end - 1, opening)


def _opened(sentence: _Sentence, first: int, end: int, mark: str) -> bool:
    """Return whether a mark that opens stands among the words, and, of those that close as well, an odd number of it."""
    number = sum(sentence.word(word) == mark for word in range(first, end))
    return number % 2 == 1 if mark == '"' else number > 0
