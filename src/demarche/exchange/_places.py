"""Where words stand in a text, held against what another tool says of it: its units, its damage, its shifts."""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Iterator
from itertools import accumulate

from demarche.model import Span

__all__ = ["Units", "find_words", "locate", "verify_place"]

_NEARBY = 250
"""Code points around a place in which its words are looked for if they do not stand there."""

_LONGEST = 5_000
"""Characters of words that are looked for."""

Pattern = Callable[[str], str]


class Units:
    r"""Offsets in code points <-> in UTF-16 code units, in which Java and JavaScript count; they differ from the first emoji on.

    Examples
    --------
    >>> units = Units("a\U0001f600b")
    >>> units.of(2), units.point(3), units.point(2)
    (3, 2, None)
    """

    def __init__(self, text: str) -> None:
        self._length = len(text)
        astral = any(character > "\uffff" for character in text)
        widths = (1 + (character > "\uffff") for character in text)
        self._starts = list(accumulate(widths, initial=0)) if astral else None

    def of(self, point: int) -> int:
        """Return the offset in code units of one in code points."""
        return point if self._starts is None else self._starts[point]

    def point(self, unit: int) -> int | None:
        """Return the offset in code points of one in code units, None where it lies in a character or beyond the text."""
        if self._starts is None:
            return unit if 0 <= unit <= self._length else None
        at = bisect.bisect_left(self._starts, unit)
        return at if at < len(self._starts) and self._starts[at] == unit else None


def verify_place(
    text: str, start: int, end: int, words: str, *, units: Units, java: bool, pattern: Pattern
) -> Span | None:
    """Return the span that a tool means, None where its words do not stand there, nor once nearby.

    Parameters
    ----------
    words
        As the tool gives them; "" where it gives none, so that the offsets alone count.
    java
        The tool counts code units; else code points. The other is tried next.
    pattern
        Makes of words the regular expression that finds them in spite of what the tool does to them.
    """
    counted = [(units.point(start), units.point(end)), (start, end)]
    for first, last in counted if java else reversed(counted):
        if first is None or last is None or not 0 <= first < last <= len(text):
            continue
        if not words or re.fullmatch(pattern(words), text[first:last]):
            return Span.of(text, first, last)
    return _mended(text, start, words, pattern) if words.strip() else None


def _mended(text: str, start: int, words: str, pattern: Pattern) -> Span | None:
    if len(words) > _LONGEST:
        return None
    low = max(0, start - _NEARBY)
    window = text[low : max(0, start) + len(words) + _NEARBY]
    found = list(_matches(pattern(words.strip()), window))
    return Span.of(text, low + found[0][0], low + found[0][1]) if len(found) == 1 else None


def find_words(words: str, sentence: Span, pattern: Pattern) -> list[Span]:
    """Return the places of a sentence where words stand, whole words first if there are such."""
    looked_for = words.strip() and len(words) <= _LONGEST
    found = list(_matches(pattern(words.strip()), sentence.text)) if looked_for else []
    whole = [place for place in found if _is_whole(sentence.text, *place)]
    return [Span.of(sentence.text, *place).shift(sentence.start) for place in whole or found]


def locate(words: str, sentence: Span, near: int, pattern: Pattern) -> Span | None:
    """Return the place of words in a sentence that is nearest to an offset, None where they do not stand there."""
    found = find_words(words, sentence, pattern)
    return min(found, key=lambda span: (abs(span.start - near), span.start)) if found else None


def _matches(pattern: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a pattern stands in a text, overlapping places too."""
    for match in re.finditer(f"(?=({pattern}))", text):
        yield match.start(1), match.end(1)


def _is_whole(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (before.isalnum() and text[start].isalnum()) and not (after.isalnum() and text[end - 1].isalnum())
