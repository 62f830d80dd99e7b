"""The move: one line of the record, with everything needed to defend it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from demarche.model.codes import Act, Status, Voice
from demarche.model.spans import Span

__all__ = ["Mention", "Move", "TimeSpan"]

_LISTS = ("actors", "recipients")
_PLAIN = ("content", "condition", "where")
_TIMES = ("deadline", "when")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A party as the text names it; id, sector, name and link are None until the mention is resolved.

    Parameters
    ----------
    span
        The words.
    id
        ISO 3166-1 alpha-3 or the gazetteer's id.
    sector
        GOV, MIL, REB, OPP ...
    name
        Canonical name.
    link
        How it was resolved: name, office, metonym, adjective, pronoun, short form.
    """

    span: Span
    id: str | None = None
    sector: str | None = None
    name: str | None = None
    link: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the mention as its JSON object."""
        return {
            **_span_dict(self.span),
            "id": self.id,
            "sector": self.sector,
            "name": self.name,
            "link": self.link,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """Words that give a time, with the ISO date they resolve to and its precision (None until resolved)."""

    span: Span
    date: str | None = None
    precision: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the time as its JSON object."""
        return {**_span_dict(self.span), "date": self.date, "precision": self.precision}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Who is reported to have done or said what to whom, with the exact words.

    All offsets count code points of the document's text. Unknown is None or an empty tuple, never "".

    Parameters
    ----------
    id
        Stable for the same document, trigger and act: see :meth:`make_id`.
    document
        Id of the document.
    published
        ISO date of the document, None where unknown.
    sentence
        The sentence that holds the evidence.
    voice
        Report or opinion.
    act, event, mode, quad
        The act; its PLOVER event type and quad class 1 to 4 (None for deny and state); the mode is not coded yet.
    status, issue
        Codes of the codebook.
    trigger
        The words that evoke the act.
    date, date_precision
        When the move took place or is to take place: ISO date, as long as it is precise (``1962-10-22``, ``1962-10``, ``1962``;
        of a week its Monday), and ``day``, ``week``, ``month`` or ``year``; None where not determined.
    date_basis
        What it rests on: ``explicit`` (words of the sentence), ``context`` (the day that the sentences before tell of),
        ``dateline``, ``published``, or ``announced`` (a plan without a day has the day on which it was told).
    confidence
        0 to 1: the coder's probability for trigger and act.
    coder, codebook
        Name and version of the coder, version of the codebook.
    """

    id: str
    document: str
    published: str | None
    sentence: Span
    voice: Voice
    act: Act
    event: str | None
    mode: str | None
    quad: int | None
    status: Status
    issue: str
    trigger: Span
    confidence: float
    coder: str
    codebook: str
    actors: tuple[Mention, ...] = ()
    recipients: tuple[Mention, ...] = ()
    content: Span | None = None
    condition: Span | None = None
    deadline: TimeSpan | None = None
    when: TimeSpan | None = None
    where: Span | None = None
    source: Mention | None = None
    date: str | None = None
    date_precision: str | None = None
    date_basis: str | None = None

    def __post_init__(self) -> None:
        for span in self.spans():
            Span.shift(span, -self.sentence.start).check(self.sentence.text)

    @staticmethod
    def make_id(document: str, trigger: Span, act: Act) -> str:
        """Return the id of a move: ``m`` and 16 hexadecimal digits of the SHA-256 of document, trigger and act."""
        key = f"{document}\x1f{trigger.start}\x1f{trigger.end}\x1f{act.value}"
        return "m" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def spans(self) -> Iterator[Span]:
        """Yield every span of the move except the sentence."""
        yield self.trigger
        for mention in (*self.actors, *self.recipients, *([self.source] if self.source else [])):
            yield mention.span
        for time in (self.deadline, self.when):
            if time:
                yield time.span
        for span in (self.content, self.condition, self.where):
            if span:
                yield span

    def check(self, text: str) -> None:
        """Raise SpanError unless every span of the move stands in the document's `text`."""
        self.sentence.check(text)
        for span in self.spans():
            span.check(text)

    def to_dict(self) -> dict[str, Any]:
        """Return the move as its JSON object: the line format of ``demarche code --format jsonl``."""
        record: dict[str, Any] = {
            "id": self.id,
            "document": self.document,
            "published": self.published,
            "sentence": _span_dict(self.sentence),
            "voice": self.voice.value,
            "act": self.act.value,
            "event": self.event,
            "mode": self.mode,
            "quad": self.quad,
            "status": self.status.value,
            "issue": self.issue,
            "trigger": _span_dict(self.trigger),
        }
        for name in _LISTS:
            record[name] = [mention.to_dict() for mention in getattr(self, name)]
        for name in ("content", "condition", "deadline", "when", "where", "source"):
            value = getattr(self, name)
            record[name] = None if value is None else _span_dict(value) if name in _PLAIN else value.to_dict()
        record |= {
            "date": self.date,
            "date_precision": self.date_precision,
            "date_basis": self.date_basis,
            "confidence": self.confidence,
            "coder": self.coder,
            "codebook": self.codebook,
        }
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Move:
        """Return the move that :meth:`to_dict` wrote; raises SpanError if its spans contradict its sentence."""
        values = dict(record)
        for name in ("sentence", "trigger"):
            values[name] = _span(record[name])
        for name in _LISTS:
            values[name] = tuple(_mention(value) for value in record[name])
        for name in _PLAIN:
            values[name] = record[name] and _span(record[name])
        for name in _TIMES:
            values[name] = record[name] and TimeSpan(
                span=_span(record[name]), date=record[name]["date"], precision=record[name]["precision"]
            )
        values["source"] = record["source"] and _mention(record["source"])
        values |= {"act": Act(record["act"]), "status": Status(record["status"]), "voice": Voice(record["voice"])}
        return cls(**values)


def _span_dict(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "text": span.text}


def _span(record: dict[str, Any]) -> Span:
    return Span(start=record["start"], end=record["end"], text=record["text"])


def _mention(record: dict[str, Any]) -> Mention:
    known = {name: record[name] for name in ("id", "sector", "name", "link")}
    return Mention(span=_span(record), **known)
