"""Makes moves of what was read. Parties and times are mentions: who and when they are is resolved elsewhere."""

from __future__ import annotations

from demarche.codebook import Codebook
from demarche.model import Document, Mention, Move, Reading, ReadMove, ReadSentence, Span, TimeSpan

__all__ = ["make_moves"]


def make_moves(document: Document, reading: Reading, codebook: Codebook) -> tuple[Move, ...]:
    """Return the moves of a document in text order, each checked against the text.

    Raises
    ------
    CodebookError
        If an issue is not in the codebook.
    SpanError
        If the reading is of another text.
    """
    moves: dict[str, Move] = {}
    for sentence in reading.sentences:
        for read in sentence.moves:
            move = _move(document, sentence, read, reading.coder, codebook)
            move.check(document.text)
            moves.setdefault(move.id, move)
    return tuple(moves.values())


def _move(document: Document, sentence: ReadSentence, read: ReadMove, coder: str, codebook: Codebook) -> Move:
    codebook.check_issue(read.issue)
    code = codebook.acts[read.act]
    return Move(
        id=Move.make_id(document.id, read.trigger, read.act),
        document=document.id,
        published=document.published,
        sentence=sentence.span,
        voice=sentence.voice,
        act=read.act,
        event=code.event,
        mode=None,
        quad=code.quad,
        status=read.status,
        issue=read.issue,
        trigger=read.trigger,
        confidence=read.confidence,
        coder=coder,
        codebook=codebook.version,
        actors=_mentions(read.actors),
        recipients=_mentions(read.recipients),
        content=read.content,
        condition=read.condition,
        deadline=_time(read.deadline),
        when=_time(read.when),
        where=read.where,
        source=Mention(span=read.source) if read.source else None,
    )


def _mentions(spans: tuple[Span, ...]) -> tuple[Mention, ...]:
    return tuple(Mention(span=span) for span in spans)


def _time(span: Span | None) -> TimeSpan | None:
    return TimeSpan(span=span) if span else None
