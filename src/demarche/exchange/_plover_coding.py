"""PLOVER events as coded documents, where a record brings its text and its words stand in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from demarche.codebook import load_codebook
from demarche.exchange._citation import iso_parts
from demarche.exchange._codes import codes, countries
from demarche.exchange._plover_record import PloverEvent, PloverParty
from demarche.model import (
    Act,
    CodedDocument,
    Document,
    Failure,
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

__all__ = ["plover_to_coded"]

Split = Callable[[str], Iterable[tuple[int, int]]]

_BY_MODE = {"disapprove": Act.CRITICIZE, "allege": Act.ACCUSE, "investigate": Act.ACCUSE}
"""ACCUSE is two of our acts; its modes tell them apart."""
_OLDER = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "COOPERATION": "COOPERATE"}
"""Names of event types that manual 2.0 has no more."""
_OLDER_ACTS = {"DEMAND": Act.DEMAND, "INVESTIGATE": Act.ACCUSE}
_USUAL = {"AGREE": Act.PROMISE, "SUPPORT": Act.ENDORSE, "REQUEST": Act.DEMAND, "ACCUSE": Act.ACCUSE}
_MARK = re.compile(r"\((SRC|TAR|SRC/TAR|EVT|LOC): ([^()]*)\)")
_CONTROLS = {code: "\ufffd" for code in (*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000))}
_CONTROLS[0x0D] = "\n"


class _CannotCode(Exception):
    """Why a record makes no move."""


def plover_to_coded(
    events: Iterable[PloverEvent | Failure], *, guess: bool = False, split: Split | None = None
) -> Iterator[CodedDocument | Failure]:
    """Yield a coded document for each text, and a failure for each record that makes no move.

    Records of one text that stand one after the other are one document. A record makes a move only if it brings its text, if the words
    of the event and of the parties stand in it, and if its event type is one act of ours.

    Parameters
    ----------
    events
        From :func:`read_plover`; a failure is passed on.
    guess
        Also where an event type is several acts (AGREE, SUPPORT, REQUEST, ACCUSE): the most usual one is taken (promise, endorse, demand,
        accuse). That is good for comparing event types and for nothing else.
    split
        Gives the offsets of the sentences of a text; by default a text is one sentence, as in the gold records.

    Examples
    --------
    >>> from demarche.exchange import read_plover
    >>> line = '''{"id": "e1", "source": [{"actorText": "Oslo"}], "event": "REJECT", "eventText": "rejected",
    ... "text": "Oslo rejected the plan.", "date": "2000-01-01"}'''
    >>> [coded] = plover_to_coded(read_plover(line.splitlines()))
    >>> [(move.act.value, move.actors[0].span.text) for move in coded]
    [('reject', 'Oslo')]
    """
    for key, group in groupby(events, key=_text_of):
        if key is None:
            for one in group:
                yield (
                    one if isinstance(one, Failure) else _failed(one, "the record brings no text to find its words in")
                )
        else:
            yield from _code([one for one in group if isinstance(one, PloverEvent)], guess, split)


def _text_of(event: PloverEvent | Failure) -> tuple[str | None, ...] | None:
    if isinstance(event, Failure) or not (event.text or "").strip():
        return None
    return event.text, event.publication, event.published, event.url


def _failed(event: PloverEvent, reason: str) -> Failure:
    return Failure(where=event.id, stage="exchange", reason=reason)


def _code(events: Sequence[PloverEvent], guess: bool, split: Split | None) -> Iterator[CodedDocument | Failure]:
    document = _document(events[0])
    sentences = _sentences(document.text, split)
    moves: dict[str, Move] = {}
    for event in events:
        try:
            move = _move(event, document, sentences, guess)
            if move.id in moves:
                raise _CannotCode("another record has the same words and act")
            moves[move.id] = move
        except _CannotCode as error:
            yield _failed(event, str(error))
    if moves:
        yield _coded(document, sentences, sorted(moves.values(), key=lambda move: (move.trigger.start, move.id)))


def _document(event: PloverEvent) -> Document:
    text = (event.text or "").translate(_CONTROLS)
    parts = zip(iso_parts(event.published), (4, 2, 2), strict=False)
    published = "-".join(f"{part:0{width}d}" for part, width in parts) or None
    return Document(
        id=Document.content_id(text, event.publication, published, event.url),
        text=text,
        title=event.title,
        url=event.url,
        publisher=event.publication,
        language=event.language,
        published=published,
    )


def _sentences(text: str, split: Split | None) -> list[Span]:
    return [Span.of(text, start, end) for start, end in (split(text) if split else [(0, len(text))])]


def _coded(document: Document, sentences: Sequence[Span], moves: Sequence[Move]) -> CodedDocument:
    read = tuple(
        ReadSentence(
            span=span,
            voice=next((move.voice for move in moves if move.sentence == span), Voice.REPORT),
            voice_confidence=1.0,
            moves=tuple(_read(move) for move in moves if move.sentence == span),
        )
        for span in sentences
    )
    reading = Reading(document=document.id, coder=moves[0].coder, sentences=read)
    return CodedDocument(document=document, reading=reading, moves=tuple(moves))


def _read(move: Move) -> ReadMove:
    return ReadMove(
        act=move.act,
        status=move.status,
        issue=move.issue,
        trigger=move.trigger,
        confidence=move.confidence,
        actors=tuple(mention.span for mention in move.actors),
        recipients=tuple(mention.span for mention in move.recipients),
        content=move.content,
        condition=move.condition,
        deadline=move.deadline.span if move.deadline else None,
        when=move.when.span if move.when else None,
        where=move.where,
        source=move.source.span if move.source else None,
    )


def _move(event: PloverEvent, document: Document, sentences: Sequence[Span], guess: bool) -> Move:
    words = _Words(event, document.text)
    act = _act(event, words.own, guess)
    trigger = words.trigger()
    sentence = next((one for one in sentences if one.start <= trigger.start and trigger.end <= one.end), None)
    if sentence is None:
        raise _CannotCode(f"the words {trigger.text[:40]!r} lie in no sentence")
    day, precision = _date(event)
    code = load_codebook().acts[act]
    made: dict[str, Any] = {
        "actors": tuple(words.mention(party, "SRC") for party in event.actors),
        "recipients": tuple(words.mention(party, "TAR") for party in event.recipients),
        **words.roles(),
    }
    _check_within(sentence, made)
    return Move(
        id=Move.make_id(document.id, trigger, act),
        document=document.id,
        published=document.published,
        sentence=sentence,
        act=act,
        event=code.event,
        mode=event.modes[0] if event.modes else None,
        quad=code.quad,
        trigger=trigger,
        coder=event.coder or event.extractor or "PLOVER",
        codebook=load_codebook().version,
        date=day,
        date_precision=precision,
        date_basis=words.word("date_basis") or ("explicit" if day else None),
        **_codes(event, words),
        **made,
    )


def _check_within(sentence: Span, made: Mapping[str, Any]) -> None:
    listed = (value if isinstance(value, tuple) else (value,) for value in made.values())
    for value in (item for items in listed for item in items if item is not None):
        span = value if isinstance(value, Span) else value.span
        if not (sentence.start <= span.start and span.end <= sentence.end):
            raise _CannotCode(f"the words {span.text[:40]!r} do not stand in the sentence of the event")


def _codes(event: PloverEvent, words: _Words) -> dict[str, Any]:
    """Return status, voice, issue and confidence: ours where the record has them, else as its contexts say."""
    special = {context: status for status, context in codes()["plover"]["statuses"].items()}
    told = next((special[context] for context in event.contexts if context in special), "actual")
    issue = words.word("issue")
    confidence = words.own.get("confidence")
    known = isinstance(confidence, float) and 0 <= confidence <= 1
    return {
        "status": _known(Status, words.word("status")) or Status(told),
        "voice": _known(Voice, words.word("voice")) or Voice.REPORT,
        "issue": issue if issue in load_codebook().issues else "other",
        "confidence": confidence if known else 1.0,
    }


def _known(kind: Any, value: str | None) -> Any:
    return kind(value) if value in {code.value for code in kind} else None


def _act(event: PloverEvent, own: Mapping[str, Any], guess: bool) -> Act:
    """Return the act of an event: as the record says it in our terms, else the only one of its type, else by its mode."""
    types = list(dict.fromkeys(event.events))
    if len(types) != 1:
        raise _CannotCode(f"the record has {len(types)} event types; a move is one act")
    kind = _OLDER.get(types[0], types[0])
    acts = _acts_of().get(kind)
    if not acts:
        raise _CannotCode(f"{types[0][:40]!r} is no event type of manual 2.0")
    said = _known(Act, own["act"] if isinstance(own.get("act"), str) else None)
    modes = [_BY_MODE[mode] for mode in event.modes if mode in _BY_MODE]
    for act in (said, acts[0] if len(acts) == 1 else None, _OLDER_ACTS.get(types[0]), *modes):
        if act in acts:
            return Act(act)
    if guess:
        return _USUAL[kind]
    raise _CannotCode(f"{types[0]} can be {' or '.join(act.value for act in acts)}; nothing in the record says which")


@cache
def _acts_of() -> dict[str, list[Act]]:
    """Return the acts of each event type."""
    found: dict[str, list[Act]] = {}
    for act, code in load_codebook().acts.items():
        if code.event:
            found.setdefault(code.event, []).append(act)
    return found


def _date(event: PloverEvent) -> tuple[str | None, str | None]:
    """Return date and precision: a record whose days span just a month has that month."""
    try:
        first = date.fromisoformat((event.date or "")[:10])
        last = date.fromisoformat((event.enddate or event.date or "")[:10])
    except ValueError:
        return None, None
    for text, precision in ((first.isoformat()[:7], "month"), (first.isoformat()[:4], "year")):
        if event.enddate and _span_of(text) == (first, last):
            return text, precision
    is_week = last - first == timedelta(days=6)
    return first.isoformat(), "week" if is_week else "day"


def _span_of(text: str) -> tuple[date, date]:
    year, month = int(text[:4]), int(text[5:] or 1)
    following = date(year + month // 12, month % 12 + 1, 1) if len(text) > 4 else date(year + 1, 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


class _Words:
    """Where the words of a record stand in its text."""

    def __init__(self, event: PloverEvent, text: str) -> None:
        self._event = event
        self._text = text
        rest = dict(event.rest)
        self.own = _object(rest.get("demarche"))
        # Offsets count from the beginning of the story; the text is the part of it that begins at `start`.
        is_part = event.start is not None and event.end is not None and event.end - event.start == len(text)
        self._base = event.start or 0 if is_part else 0
        self._marks = _read_marks(_object(rest.get("text_info")).get("markup"), text)

    def word(self, name: str) -> str | None:
        value = self.own.get(name)
        return value if isinstance(value, str) else None

    def trigger(self) -> Span:
        own = self._at(*_pair(self.own.get("trigger")))
        if own:
            return own
        for tag, span in self._marks:
            if tag == "EVT":
                return span
        for words in self._event.event_text:
            found = self._find(words)
            if found:
                return found
        told = "; ".join(self._event.event_text)
        raise _CannotCode(
            f"the words of the event, {told[:60]!r}, do not stand in the text" if told else "no words tell of the event"
        )

    def mention(self, party: PloverParty, tag: str) -> Mention:
        span = self._at(party.start, party.end, party.text) or self._marked(party.text, tag) or self._find(party.text)
        if span is None:
            raise _CannotCode(f"the words {(party.text or '')[:40]!r} of a party do not stand in the text")
        return Mention(span=span, **_resolution(party))

    def roles(self) -> dict[str, Any]:
        """Return the other roles, which only our own records have."""
        made: dict[str, Any] = {
            name: self._at(*_pair(self.own.get(name))) for name in ("content", "condition", "where")
        }
        for name in ("deadline", "when"):
            span = self._at(*_pair(self.own.get(name)))
            made[name] = TimeSpan(span=span, **_named(self.own[name], "date", "precision")) if span else None
        span = self._at(*_pair(self.own.get("source")))
        made["source"] = Mention(span=span, **_named(self.own["source"], "id", "sector", "name")) if span else None
        return made

    def _at(self, start: int | None, end: int | None, words: str | None = None) -> Span | None:
        if start is None or end is None:
            return None
        first, last = start - self._base, end - self._base
        if not 0 <= first < last <= len(self._text):
            return None
        span = Span.of(self._text, first, last)
        return span if words is None or words.translate(_CONTROLS) == span.text else None

    def _marked(self, words: str | None, tag: str) -> Span | None:
        found = (span for kind, span in self._marks if tag in kind.split("/") and words in (None, span.text))
        return next(found, None)

    def _find(self, words: str | None) -> Span | None:
        plain = (words or "").translate(_CONTROLS).strip()
        start = self._text.find(plain)
        return Span.of(self._text, start, start + len(plain)) if plain and start >= 0 else None


def _object(text: str | None) -> dict[str, Any]:
    value = json.loads(text) if text else None
    return value if isinstance(value, dict) else {}


def _pair(value: Any) -> tuple[int | None, int | None]:
    numbers = value[:2] if isinstance(value, list) else []
    if len(numbers) < 2 or not all(isinstance(number, int) for number in numbers):
        return None, None
    return numbers[0], numbers[1]


def _named(value: Sequence[Any], *names: str) -> dict[str, str | None]:
    found = [item if isinstance(item, str) and item else None for item in value[2:]]
    return dict(zip(names, [*found, *[None] * len(names)], strict=False))


def _resolution(party: PloverParty) -> dict[str, str | None]:
    rest = dict(party.rest)
    own = json.loads(rest["demarche_id"]) if "demarche_id" in rest else None
    sectors = {other: sector for sector, other in codes()["plover"]["sectors"].items()}
    code = party.code if party.code in countries() else None
    sector = party.code if party.code in ("IGO", "NGO") else sectors.get(party.sector)
    return {"id": own if isinstance(own, str) else code, "sector": sector, "name": party.name}


def _read_marks(markup: Any, text: str) -> list[tuple[str, Span]]:
    """Return the tags and spans of a text with marks (``(SRC: Oslo) (EVT: rejected) it.``), none if it is another text without them."""
    if not isinstance(markup, str) or _MARK.sub(r"\2", markup).translate(_CONTROLS) != text:
        return []
    found, shift = [], 0
    for mark in _MARK.finditer(markup):
        start = mark.start() - shift
        shift += len(mark.group()) - len(mark.group(2))
        if mark.group(2):
            found.append((mark.group(1), Span.of(text, start, start + len(mark.group(2)))))
    return found
