"""The record that all shapes of PLOVER are read into, and the JSON object of manual 2.0 that it is written as.

A field that this record has no name for is kept as it is (`rest`), so that what one tool wrote another still finds.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["PloverEvent", "PloverParty", "PloverPlace", "Rest", "dump_rest", "plover_record"]

Rest = tuple[tuple[str, str], ...]
"""Fields that have no name here: name and JSON, by name."""


def dump_rest(value: Any) -> str:
    """Return the JSON of a value as it stands in a rest: one way to write each value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PloverParty:
    """An actor or recipient; None where unknown.

    Parameters
    ----------
    code, sector
        Country (or IGO, NGO, IMG ...) and sector.
    text
        The words that name it.
    wikidata, name
        Its Wikidata id and canonical name: PLOVER's ``identifier_id`` and ``identifier_text``.
    office
        Its position.
    start, end
        Where the words stand in the text; no field of the manual.
    """

    code: str | None = None
    sector: str | None = None
    text: str | None = None
    wikidata: str | None = None
    name: str | None = None
    office: str | None = None
    start: int | None = None
    end: int | None = None
    rest: Rest = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PloverPlace:
    """Where it happened; the fields are GeoNames', None where unknown. `iso2` and `iso3` are the country's codes."""

    name: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geonames: int | None = None
    feature: str | None = None
    iso2: str | None = None
    iso3: str | None = None
    rest: Rest = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PloverEvent:
    """One event record, whatever shape it came in. Lists stay lists; unknown is None or empty.

    Parameters
    ----------
    id
        Unique in its data set.
    date, time, enddate, endtime
        ISO 8601, as given.
    actors, recipients
        Who, to whom.
    events, modes, contexts
        Event types, modes, contexts: of whatever version of PLOVER the record is.
    has_event
        Whether it has been coded; None where nothing is said.
    event_text
        Words that say what was done.
    quad, scale
        Quad class 1 to 4, and conflict to co-operation, -10 to 10.
    place
        Where.
    link
        What other records of the same story have too.
    text, sequence, start, end, story
        The text that was coded, the number of its sentence, where it stands in the story, the sentences of the story.
    corpus, citation, url, title, language, publication, licence, copyright, codebook, version, extractor
        Of the source: ``cite_info``; `extractor` is its ``coder``.
    published
        Day of publication; no field of the manual, but one of NGEC's.
    coder, coded_date, coded_time, comment
        Who coded it and when, and what there is to say.
    """

    id: str
    date: str | None = None
    time: str | None = None
    enddate: str | None = None
    endtime: str | None = None
    has_event: bool | None = None
    actors: tuple[PloverParty, ...] = ()
    recipients: tuple[PloverParty, ...] = ()
    events: tuple[str, ...] = ()
    event_text: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    contexts: tuple[str, ...] = ()
    quad: int | None = None
    scale: float | None = None
    place: PloverPlace | None = None
    link: str | None = None
    text: str | None = None
    sequence: int | None = None
    start: int | None = None
    end: int | None = None
    story: tuple[str, ...] = ()
    corpus: str | None = None
    citation: str | None = None
    url: str | None = None
    title: str | None = None
    language: str | None = None
    publication: str | None = None
    licence: str | None = None
    copyright: str | None = None
    codebook: str | None = None
    version: str | None = None
    extractor: str | None = None
    published: str | None = None
    coder: str | None = None
    coded_date: str | None = None
    coded_time: str | None = None
    comment: str | None = None
    rest: Rest = ()

    @property
    def words(self) -> Iterator[str]:
        """The words of the text that the record brings."""
        yield from filter(None, (self.text, *self.event_text, *self.story))
        yield from (party.text for party in (*self.actors, *self.recipients) if party.text)


_PARTY = {"text": "entity_text", "wikidata": "identifier_id", "name": "identifier_text"}
_PLACE = {"geonames": "geonameid", "feature": "feature code", "iso2": "country code", "iso3": "cc3"}
_TOP = {
    "actors": "actor",
    "recipients": "recipient",
    "events": "event",
    "modes": "mode",
    "contexts": "context",
    "quad": "quad_code",
    "scale": "event_scale",
    "place": "event_loc",
}
_NESTED = {
    **{name: ("text_info", name) for name in ("sequence", "start", "end")},
    "story": ("text_info", "text_story"),
    **{
        name: ("cite_info", name)
        for name in "corpus citation url title language publication copyright codebook version published".split()
    },
    "licence": ("cite_info", "license"),
    "extractor": ("cite_info", "coder"),
}
_REQUIRED = ("id", "date", "actor", "event")


def plover_record(event: PloverEvent) -> dict[str, Any]:
    """Return the JSON object of an event, with the names and in the order of manual 2.0; unknown fields are left out.

    Examples
    --------
    >>> plover_record(PloverEvent(id="e1", date="2016-07-24", actors=(PloverParty(code="USA"),), events=("CONSULT",)))
    {'id': 'e1', 'date': '2016-07-24', 'actor': [{'code': 'USA'}], 'event': ['CONSULT']}
    """
    record: dict[str, Any] = {}
    for field in fields(event):
        value = getattr(event, field.name)
        name = _TOP.get(field.name, field.name)
        if name in _REQUIRED or (field.name != "rest" and not _is_empty(value)):
            parent, key = _NESTED.get(field.name, (None, name))
            (record.setdefault(parent, {}) if parent else record)[key] = _json(value)
    return _with_rest(record, event.rest)


def _is_empty(value: Any) -> bool:
    return value is None or value == ()


def _json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_json(item) for item in value]
    if isinstance(value, PloverParty):
        return _object(value, _PARTY)
    return _object(value, _PLACE) if isinstance(value, PloverPlace) else value


def _object(value: PloverParty | PloverPlace, names: dict[str, str]) -> dict[str, Any]:
    known = {names.get(field.name, field.name): getattr(value, field.name) for field in fields(value)}
    known.pop("rest")
    return _with_rest({name: item for name, item in known.items() if item is not None}, value.rest)


def _with_rest(record: dict[str, Any], rest: Rest) -> dict[str, Any]:
    """Return a record with the fields that have no name here; those of an object within it beside its own."""
    for name, text in rest:
        value = json.loads(text)
        held = record.get(name)
        record[name] = held | value if isinstance(held, dict) and isinstance(value, dict) else value
    return record
