"""Records by the words in them: the builder finds the offsets, and the records check them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from demarche.codebook import load_codebook
from demarche.model import (
    Act,
    CodedDocument,
    Document,
    Mention,
    Move,
    Reading,
    ReadMove,
    ReadSentence,
    Span,
    Status,
    TimeSpan,
    Voice,
)

__all__ = ["make_coded", "make_move"]


def make_move(
    sentence: str,
    trigger: str,
    *,
    act: str,
    status: str = "actual",
    issue: str = "other",
    voice: str = "report",
    actors: Sequence[str] = (),
    recipients: Sequence[str] = (),
    document: str = "d1",
    start: int = 0,
    confidence: float = 0.9,
    **spans: str,
) -> Move:
    """Return a move of a sentence that stands at `start` in its document, every span given by its words.

    Examples
    --------
    >>> make_move("Kyiv rejected it.", "rejected", act="reject", actors=["Kyiv"]).trigger
    Span(start=5, end=13, text='rejected')
    """

    def find(words: str) -> Span:
        return Span(start=sentence.index(words), end=sentence.index(words) + len(words), text=words).shift(start)

    code = load_codebook().acts[Act(act)]
    found = {name: find(words) for name, words in spans.items()}
    return Move(
        id=Move.make_id(document, find(trigger), Act(act)),
        document=document,
        published=None,
        sentence=Span.of(sentence, 0, len(sentence)).shift(start),
        voice=Voice(voice),
        act=Act(act),
        event=code.event,
        mode=None,
        quad=code.quad,
        status=Status(status),
        issue=issue,
        trigger=find(trigger),
        confidence=confidence,
        coder="test/1",
        codebook=load_codebook().version,
        actors=tuple(Mention(span=find(words)) for words in actors),
        recipients=tuple(Mention(span=find(words)) for words in recipients),
        content=found.get("content"),
        condition=found.get("condition"),
        where=found.get("where"),
        deadline=TimeSpan(span=found["deadline"]) if "deadline" in found else None,
        when=TimeSpan(span=found["when"]) if "when" in found else None,
        source=Mention(span=found["source"]) if "source" in found else None,
    )


def make_coded(text: str, moves: Sequence[Move] = (), *, opinions: Sequence[str] = (), **about: Any) -> CodedDocument:
    """Return a coded document whose sentences are the lines of `text`; those in `opinions` have the voice opinion."""
    document = Document(id=about.pop("id", "d1"), text=text, **about)
    sentences, position = [], 0
    for line in text.split("\n"):
        if line:
            span = Span.of(text, position, position + len(line))
            voice = Voice.OPINION if line in opinions else Voice.REPORT
            own = tuple(_read(move) for move in moves if move.sentence == span)
            sentences.append(ReadSentence(span=span, voice=voice, voice_confidence=1.0, moves=own))
        position += len(line) + 1
    reading = Reading(document=document.id, coder="test/1", sentences=tuple(sentences))
    return CodedDocument(document=document, reading=reading, moves=tuple(moves))


def _read(move: Move) -> ReadMove:
    return ReadMove(
        act=move.act, status=move.status, issue=move.issue, trigger=move.trigger, confidence=move.confidence
    )
