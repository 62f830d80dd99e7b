"""Finds the words of an answer in the sentence that they were taken from, or says why they are not there.

A model sees a sentence with every run of white space as one space and with straight quotation marks, and its words are sought in
that; what is found is mapped back, so that a span always holds the sentence's own characters. Nothing else is levelled: words that
differ in a letter are not there.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from demarche.model import Span

__all__ = ["Shown", "Unfound", "show"]

_SPACE = re.compile(r"\s+")
_LEVELLED = str.maketrans(
    {**dict.fromkeys("\u2018\u2019\u201b\u2032", "'"), **dict.fromkeys("\u201c\u201d\u201e\u201f", '"')}
    | {chr(code): "\ufffd" for code in range(0xD800, 0xE000)}
)


class Unfound(Exception):
    """Words that are not taken, with the reason; it never leaves this room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A sentence as a model sees it; ``places[i]`` is the offset in the sentence of its character i."""

    sentence: Span
    text: str
    places: tuple[int, ...]

    def find_trigger(self, words: object, nth: object) -> Span:
        """Return the span of the nth occurrence of `words`; Unfound if it is not there."""
        found = self._occurrences(words)
        if len(found) == 1:
            return self._span(found[0])
        if isinstance(nth, bool) or not isinstance(nth, int) or not 1 <= nth <= len(found):
            raise Unfound("several places, and no number that says which")
        return self._span(found[nth - 1])

    def find_near(self, words: object, trigger: Span) -> Span:
        """Return the span of the occurrence of `words` that is nearest to the trigger, of two the earlier; Unfound if there is none."""
        spans = [self._span(place) for place in self._occurrences(words)]
        return min(spans, key=lambda span: (max(trigger.start - span.end, span.start - trigger.end, 0), span.start))

    def _occurrences(self, words: object) -> list[tuple[int, int]]:
        if not isinstance(words, str):
            raise Unfound("no words")
        sought = _level(words[: len(self.text) + 1])
        if not sought:
            raise Unfound("no words")
        places = [match.start() for match in re.finditer(f"(?={re.escape(sought)})", self.text)]
        whole = [(start, start + len(sought)) for start in places if self._whole(start, start + len(sought))]
        if not whole:
            raise Unfound("part of a word" if places else "not in the sentence")
        return whole

    def _whole(self, start: int, end: int) -> bool:
        before = start > 0 and _in_word(self.text[start - 1]) and _in_word(self.text[start])
        after = end < len(self.text) and _in_word(self.text[end - 1]) and _in_word(self.text[end])
        return not before and not after

    def _span(self, place: tuple[int, int]) -> Span:
        start, end = self.places[place[0]], self.places[place[1] - 1] + 1
        return Span.of(self.sentence.text, start, end).shift(self.sentence.start)


def show(sentence: Span) -> Shown:
    r"""Return a sentence as a model sees it.

    Examples
    --------
    >>> shown = show(Span.of("Kyiv\n rejected Moscow\u2019s demand.", 0, 31))
    >>> shown.text
    "Kyiv rejected Moscow's demand."
    >>> shown.find_trigger("Moscow's demand", 1).text
    'Moscow’s demand'
    """
    text: list[str] = []
    places: list[int] = []
    position = 0
    for run in _SPACE.finditer(sentence.text):
        text.append(sentence.text[position : run.start()] + " ")
        places.extend(range(position, run.start() + 1))
        position = run.end()
    text.append(sentence.text[position:])
    places.extend(range(position, len(sentence.text)))
    return Shown(sentence=sentence, text="".join(text).translate(_LEVELLED), places=tuple(places))


def _level(words: str) -> str:
    return _SPACE.sub(" ", words).strip().translate(_LEVELLED)


def _in_word(character: str) -> bool:
    return character.isalnum() or bool(unicodedata.combining(character))
