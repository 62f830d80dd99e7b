"""Moves as PLOVER events: JSON lines with the field names of manual 2.0, one event a line; lists stay lists."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any

from demarche.exchange._cells import whole
from demarche.exchange._citation import web_address
from demarche.exchange._codes import codes, countries, plover_code, plover_sector
from demarche.exchange._events import event_days, refuse_untyped
from demarche.exchange._format import Format
from demarche.exchange._plover_record import PloverEvent, PloverParty, PloverPlace, Rest, dump_rest, plover_record
from demarche.model import Mention, Move, Place, SourcedMove, Span, TimeSpan, Voice

__all__ = ["PLOVER", "plover_event", "write_plover"]


def write_plover(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield a line of JSON for each move; those that are no event of PLOVER are passed over."""
    for sourced in moves:
        if sourced.move.event is not None:
            record = plover_record(plover_event(sourced, text))
            yield whole(json.dumps(record, ensure_ascii=False, allow_nan=False)) + "\n"


def plover_event(sourced: SourcedMove, text: bool = True) -> PloverEvent:
    """Return the event of a move; with `text` false without any word of its text, whose offsets and hash stand instead."""
    move, document = sourced.move, sourced.document
    first, last = event_days(move) or (None, None)
    return PloverEvent(
        id=move.id,
        date=first,
        enddate=last if last != first else None,
        actors=tuple(_party(mention, text) for mention in move.actors),
        recipients=tuple(_party(mention, text) for mention in move.recipients),
        events=_listed(move.event),
        event_text=_listed(move.trigger.text if text else None),
        modes=_listed(move.mode),
        contexts=_contexts(move),
        quad=move.quad,
        scale=codes()["plover"]["scores"].get(move.event),
        place=_place(sourced.place, move.where if text else None),
        link=sourced.cluster if sourced.reports > 1 else None,
        text=move.sentence.text if text else None,
        start=move.sentence.start,
        end=move.sentence.end,
        citation=document.id,
        url=web_address(document.url),
        title=document.title,
        language=document.language,
        publication=document.publisher,
        codebook=f"demarche-{move.codebook}",
        published=document.published,
        coder=move.coder,
        comment="; ".join(_comments(sourced, text)) or None,
        rest=_rest(sourced, text),
    )


def _listed(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _contexts(move: Move) -> tuple[str, ...]:
    tables = codes()["plover"]
    return tuple(filter(None, (tables["statuses"].get(move.status.value), tables["contexts"].get(move.issue))))


def _party(mention: Mention, text: bool) -> PloverParty:
    return PloverParty(
        code=plover_code(mention),
        sector=plover_sector(mention),
        text=mention.span.text if text else None,
        name=mention.name,
        start=mention.span.start,
        end=mention.span.end,
        rest=(("demarche_id", dump_rest(mention.id)),) if mention.id else (),
    )


def _place(found: Place | None, words: Span | None) -> PloverPlace | None:
    if found is None:
        return PloverPlace(name=words.text) if words else None
    country = countries().get(found.country or "")
    return PloverPlace(
        name=found.name,
        latitude=found.latitude,
        longitude=found.longitude,
        geonames=found.geonames,
        feature=found.feature,
        iso2=country.iso2 if country else None,
        iso3=found.country,
    )


def _comments(sourced: SourcedMove, text: bool) -> Iterator[str]:
    move = sourced.move
    if text and move.source:
        yield f"according to {move.source.span.text}"
    if move.voice is Voice.OPINION:
        yield "in the author's own judgement"
    if sourced.verdict == "amended":
        yield "amended by a person"


def _rest(sourced: SourcedMove, text: bool) -> Rest:
    """Return the fields that are not the manual's: our own codes and offsets, and the hash of the text in its absence."""
    own = ("demarche", dump_rest(_own(sourced)))
    if text:
        return (own,)
    digest = hashlib.sha256(sourced.move.sentence.text.encode("utf-8", "surrogatepass")).hexdigest()
    return (own, ("text_info", dump_rest({"sha256": digest})))


def _own(sourced: SourcedMove) -> dict[str, Any]:
    move = sourced.move
    known: dict[str, Any] = {
        "act": move.act.value,
        "status": move.status.value,
        "voice": move.voice.value,
        "issue": move.issue,
        "confidence": move.confidence,
        "verdict": sourced.verdict,
        "reports": sourced.reports,
        "date_basis": move.date_basis,
        "trigger": [move.trigger.start, move.trigger.end],
    }
    return {name: value for name, value in known.items() if value is not None} | dict(_offsets(move))


def _offsets(move: Move) -> Iterator[tuple[str, Any]]:
    for name in ("content", "condition", "where", "deadline", "when", "source"):
        value = getattr(move, name)
        if isinstance(value, Span):
            yield name, [value.start, value.end]
        elif isinstance(value, TimeSpan):
            yield name, [value.span.start, value.span.end, value.date, value.precision]
        elif isinstance(value, Mention):
            yield name, [value.span.start, value.span.end, value.id, value.sector, value.name]


PLOVER = Format(
    name="plover",
    title="PLOVER JSON lines, fields of manual 2.0",
    suffix=".jsonl",
    write=write_plover,
    refuse=refuse_untyped,
    shows_places=True,
)
