"""Reads the three shapes of PLOVER records: manual 2.0 and its drafts, the gold records 0.5, the output of NGEC."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from demarche.errors import InputError
from demarche.exchange._json_objects import split_objects
from demarche.exchange._plover_record import PloverEvent, PloverParty, PloverPlace, dump_rest
from demarche.model import Failure

__all__ = ["parse_plover", "read_plover"]

_UNCODED = ("", "---", "***")
"""What the gold records have where nobody has coded yet."""
_FAR = 2**53


def read_plover(lines: Iterable[str | bytes], *, where: str = "PLOVER") -> Iterator[PloverEvent | Failure]:
    """Yield the events of a file, and a failure for each record that cannot be read.

    Parameters
    ----------
    lines
        Of JSON lines, of a JSON array, or of objects over several lines with commas after the last field, as in the gold records.
    where
        What a failure calls the file.

    Examples
    --------
    >>> [event] = read_plover(['{"id": "e1", "date": "2016-07-24", "source": [{"code": "USA"}], "event": "CONSULT"}'])
    >>> event.actors[0].code, event.events
    ('USA', ('CONSULT',))
    """
    for number, record in split_objects(lines):
        place = f"{where}, line {number}"
        try:
            yield parse_plover(record) if isinstance(record, dict) else _refused(place, str(record))
        except InputError as error:
            yield _refused(place, error.reason)


def _refused(where: str, reason: str) -> Failure:
    return Failure(where=where, stage="exchange", reason=reason)


def parse_plover(record: Mapping[str, Any]) -> PloverEvent:
    """Return the event of a JSON object of any of the three shapes.

    Raises
    ------
    InputError
        If it has no id, or no event type.
    """
    fields = _Fields(record)
    made = _ngec(fields) if "event_type" in record else _manual(fields)
    if not made["id"]:
        raise InputError("the record has no id; give each one that is unique in its file")
    if not made["events"] and made.get("has_event") is not False:
        raise InputError("the record has no event type")
    return PloverEvent(**made, rest=fields.rest())


class _Fields:
    """The fields of a JSON object: each is taken once, under the first of its names that is there; what nobody took is the rest."""

    def __init__(self, record: Any) -> None:
        self._record = dict(record) if isinstance(record, Mapping) else {}
        self._parts: dict[str, _Fields] = {}

    def take(self, *names: str) -> Any:
        for name in names:
            if name in self._record:
                value = self._record.pop(name)
                if value not in (None, "", [], {}):
                    return value
        return None

    def part(self, *names: str) -> _Fields:
        """Return the object under a name, whose own rest belongs to the rest."""
        name = next((name for name in names if isinstance(self._record.get(name), Mapping)), None)
        if name is None:
            return _Fields({})
        found = self._parts[names[0]] = _Fields(self._record.pop(name))
        return found

    def word(self, *names: str) -> str | None:
        return _word(self.take(*names))

    def words(self, *names: str) -> tuple[str, ...]:
        value = self.take(*names)
        listed = value if isinstance(value, list | tuple) else [value]
        return tuple(filter(None, map(_word, listed)))

    def offset(self, *names: str) -> int | None:
        value = self.take(*names)
        return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _FAR else None

    def number(self, *names: str) -> float | None:
        return _number(self.take(*names))

    def rest(self) -> tuple[tuple[str, str], ...]:
        left = {name: value for name, value in self._record.items() if value not in (None, "", [], {})}
        for name, part in self._parts.items():
            within = {key: json.loads(text) for key, text in part.rest()}
            left |= {name: within} if within else {}
        return tuple(sorted((str(name), dump_rest(value)) for name, value in left.items()))


def _word(value: Any) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value)
    return None if text.strip() in _UNCODED else text


def _number(value: Any) -> float | None:
    try:
        number = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None
    return number if number is not None and math.isfinite(number) else None


def _manual(fields: _Fields) -> dict[str, Any]:
    """Return the fields of a record by the manual; the gold records have them in camel case, and those of the source beside the others."""
    info, cite = fields.part("text_info", "textInfo"), fields.part("cite_info", "citeInfo")
    has_event = fields.take("has_event", "hasEvent")
    return {
        "id": fields.word("id"),
        "date": fields.word("date"),
        "time": fields.word("time"),
        "enddate": fields.word("enddate", "endDate"),
        "endtime": fields.word("endtime", "endTime"),
        "has_event": has_event if isinstance(has_event, bool) else None,
        "actors": _parties(fields.take("actor", "source")),
        "recipients": _parties(fields.take("recipient", "target")),
        "events": fields.words("event"),
        "event_text": fields.words("event_text", "eventText"),
        "modes": fields.words("mode"),
        "contexts": fields.words("context"),
        "quad": _quad(fields.take("quad_code", "quadCode")),
        "scale": fields.number("event_scale", "eventScale"),
        "place": _place(fields.take("event_loc", "eventLoc")),
        "link": fields.word("link"),
        "text": fields.word("text"),
        "sequence": info.offset("sequence"),
        "start": info.offset("start"),
        "end": info.offset("end"),
        "story": info.words("text_story", "textStory"),
        "coder": fields.word("coder"),
        "coded_date": fields.word("coded_date", "dateCoded"),
        "coded_time": fields.word("coded_time", "timeCoded"),
        "comment": fields.word("comment"),
        **_citation(fields, cite),
    }


def _citation(fields: _Fields, cite: _Fields) -> dict[str, Any]:
    names = {"licence": "license", "extractor": "coder"}
    flat = "corpus citation url title language publication licence copyright codebook version published".split()
    return {
        name: cite.word(names.get(name, name)) or (fields.word(names.get(name, name)) if name in flat else None)
        for name in (*flat, "extractor")
    }


def _ngec(fields: _Fields) -> dict[str, Any]:
    """Return the fields of a record of NGEC, whose `event_text` is the whole story, and whose parties stand under `attributes`."""
    parts = fields.part("attributes")
    located = fields.take("event_geolocation")
    found = located.get("geo", located) if isinstance(located, dict) else None
    return {
        "id": fields.word("id"),
        "date": fields.word("date_resolved", "date"),
        "actors": _parties(parts.take("ACTOR")),
        "recipients": _parties(parts.take("RECIP")),
        "events": fields.words("event_type"),
        "modes": fields.words("event_mode"),
        "contexts": fields.words("contexts"),
        "place": _place(found) if isinstance(found, dict) and "lat" in found else _place(parts.take("LOC")),
        "text": fields.word("event_text"),
        "title": fields.word("headline"),
        "publication": fields.word("publisher"),
        "citation": fields.word("story_id"),
        "version": fields.word("version"),
        "language": fields.word("language"),
        "url": fields.word("url"),
        "published": fields.word("pub_date"),
    }


def _parties(value: Any) -> tuple[PloverParty, ...]:
    listed = value if isinstance(value, list | tuple) else [value]
    made = (_party(item) for item in listed if isinstance(item, dict | str) and item)
    return tuple(party for party in made if party != PloverParty())


def _party(value: dict[str, Any] | str) -> PloverParty:
    fields = _Fields({"code": value} if isinstance(value, str) else value)
    return PloverParty(
        code=fields.word("code", "country_code", "country"),
        sector=fields.word("sector", "sector_code", "code_1"),
        text=fields.word("entity_text", "actor_text", "actorText", "raw_text", "text"),
        wikidata=fields.word("identifier_id", "wikidata_id"),
        name=fields.word("identifier_text", "entity_name", "wiki"),
        office=fields.word("office", "wiki_description"),
        start=fields.offset("start", "qa_start_char"),
        end=fields.offset("end", "qa_end_char"),
        rest=fields.rest(),
    )


def _place(value: Any) -> PloverPlace | None:
    first = value[0] if isinstance(value, list) and value else value
    if not isinstance(first, dict | str) or not first:
        return None
    fields = _Fields({"name": first} if isinstance(first, str) else first)
    made = PloverPlace(
        name=fields.word("name", "resolved_placename", "placename", "text"),
        latitude=fields.number("latitude", "lat"),
        longitude=fields.number("longitude", "lon", "lng"),
        geonames=_whole(fields.take("geonameid", "geonameId")),
        feature=fields.word("feature code", "feature_code"),
        iso2=fields.word("country code", "country_code"),
        iso3=fields.word("cc3", "country_code3"),
        rest=fields.rest(),
    )
    return None if made == PloverPlace() else made


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == int(number) and 0 <= number < _FAR else None


def _quad(value: Any) -> int | None:
    number = _whole(value)
    return number if number in (1, 2, 3, 4) else None
