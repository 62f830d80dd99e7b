"""What the reader saw in a document: sentences, and in each the moves with their words, before actors and dates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demarche.model.codes import Act, Status, Voice
from demarche.model.spans import Span

__all__ = ["CodedSentence", "ReadMove", "ReadSentence", "Reading"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadMove:
    """One move as the reader saw it; every span has offsets into the document's text.

    Parameters
    ----------
    act, status, issue
        Codes of the codebook.
    trigger
        The words that evoke the act.
    actors, recipients
        Zero or more noun phrases each.
    content, condition, deadline, when, where, source
        None where the sentence has none.
    confidence
        The reader's probability, 0 to 1, that this trigger evokes this act.
    """

    act: Act
    status: Status
    issue: str
    trigger: Span
    confidence: float
    actors: tuple[Span, ...] = ()
    recipients: tuple[Span, ...] = ()
    content: Span | None = None
    condition: Span | None = None
    deadline: Span | None = None
    when: Span | None = None
    where: Span | None = None
    source: Span | None = None

    def spans(self) -> Iterator[Span]:
        """Yield every span of the move, the trigger first."""
        yield self.trigger
        yield from self.actors
        yield from self.recipients
        for span in (self.content, self.condition, self.deadline, self.when, self.where, self.source):
            if span:
                yield span


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSentence:
    """A sentence, its voice with the reader's probability of that voice (0.5 to 1), and its moves in text order."""

    span: Span
    voice: Voice
    voice_confidence: float
    moves: tuple[ReadMove, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """All sentences of one document, in order, and the coder ("demarche-en/1.0.0") that read them."""

    document: str
    coder: str
    sentences: tuple[ReadSentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedSentence:
    """A sentence with its coding to hold a coder to, or to learn from: gold data.

    Its span starts at 0; split is "train", "dev", "test" or None.
    """

    id: str
    split: str | None
    sentence: ReadSentence
