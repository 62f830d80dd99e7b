"""A stretch of a text with the words that stand there."""

from __future__ import annotations

from dataclasses import dataclass

from demarche.errors import SpanError

__all__ = ["Span"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Words and where they stand; two spans are equal if offsets and words are.

    Parameters
    ----------
    start, end
        Offsets in Unicode code points into the text of the document (or sentence) that the span belongs to; end exclusive.
    text
        The words: exactly ``document.text[start:end]``, never empty.

    Examples
    --------
    >>> Span.of("Kyiv rejected it.", 5, 13)
    Span(start=5, end=13, text='rejected')
    """

    start: int
    end: int
    text: str

    def __post_init__(self) -> None:
        if self.start < 0 or self.end <= self.start or self.end - self.start != len(self.text):
            raise SpanError(
                f"span [{self.start}, {self.end}) cannot hold the {len(self.text)} code points {self.text[:40]!r}; "
                "offsets count code points, the end is exclusive",
                start=self.start,
                end=self.end,
            )

    @classmethod
    def of(cls, text: str, start: int, end: int) -> Span:
        """Return the span of `text` from `start` to `end`."""
        return cls(start=start, end=end, text=text[start:end])

    def shift(self, offset: int) -> Span:
        """Return the same words `offset` code points further on."""
        return Span(start=self.start + offset, end=self.end + offset, text=self.text)

    def check(self, text: str) -> None:
        """Raise SpanError unless these words stand at these offsets of `text`."""
        if text[self.start : self.end] != self.text:
            raise SpanError(
                f"the text has {text[self.start : self.end][:40]!r} at [{self.start}, {self.end}), "
                f"the record has {self.text[:40]!r}; was the text changed after it was coded?",
                start=self.start,
                end=self.end,
            )
