"""Moves on a map: GeoJSON (RFC 7946), a feature for each move whose place is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from demarche.exchange._cells import whole
from demarche.exchange._citation import hash_words, list_parties, web_address
from demarche.exchange._format import Format
from demarche.model import Mention, Place, SourcedMove

__all__ = ["GEOJSON", "write_geojson"]

_PRECISION = {
    "country": ("PCL", "PCLI", "PCLD", "PCLH", "TERR"),
    "continent": ("CONT", "OCN"),
    "water": ("SEA", "GULF", "STRT", "BAY", "CHN", "CNL"),
    "region": ("RGN", "ADM1", "PEN", "DSRT", "ISL", "ISLS", "MTS", "LK", "STM"),
}
_Properties = dict[str, str | int | float | None]


def write_geojson(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield a FeatureCollection, a line for each feature.

    Parameters
    ----------
    moves
        Those without a place are passed over: nothing is put at 0, 0.
    text
        False leaves out the words of the documents; offsets and the hash of the sentence stay.
    """
    yield '{"type": "FeatureCollection", "features": ['
    between = "\n"
    for sourced in moves:
        if sourced.place is not None:
            feature = _feature(sourced, sourced.place, text)
            yield between + json.dumps(feature, ensure_ascii=False, allow_nan=False)
            between = ",\n"
    yield "\n]}\n"


def _feature(sourced: SourcedMove, place: Place, text: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": whole(sourced.move.id),
        "geometry": {"type": "Point", "coordinates": [place.longitude, place.latitude]},
        "properties": {
            name: whole(value) if isinstance(value, str) else value
            for name, value in (_of_move(sourced, text) | _of_place(place) | _of_document(sourced)).items()
        },
    }


def _of_move(sourced: SourcedMove, text: bool) -> _Properties:
    move = sourced.move
    words: _Properties = {
        "sentence": move.sentence.text,
        "trigger": move.trigger.text,
        "content": move.content.text if move.content else None,
        "where": move.where.text if move.where else None,
    }
    return {
        "act": move.act.value,
        "event": move.event,
        "quad": move.quad,
        "status": move.status.value,
        "issue": move.issue,
        "voice": move.voice.value,
        "date": move.date,
        "date_precision": move.date_precision,
        "actors": list_parties(move.actors, words=text),
        "actor_ids": _ids(move.actors),
        "recipients": list_parties(move.recipients, words=text),
        "recipient_ids": _ids(move.recipients),
        **(words if text else {"sentence_sha256": hash_words(move.sentence.text)}),
        "sentence_start": move.sentence.start,
        "sentence_end": move.sentence.end,
        "confidence": move.confidence,
        "coder": move.coder,
        "verdict": sourced.verdict,
    }


def _of_place(place: Place) -> _Properties:
    return {
        "place": place.name,
        "place_country": place.country,
        "place_feature": place.feature,
        "place_precision": next((kind for kind, codes in _PRECISION.items() if place.feature in codes), "point"),
        "geonames": place.geonames,
    }


def _of_document(sourced: SourcedMove) -> _Properties:
    document = sourced.document
    return {
        "document": document.id,
        "cluster": sourced.cluster,
        "reports": sourced.reports,
        "title": document.title,
        "publisher": document.publisher,
        "published": document.published,
        "url": web_address(document.url),
        "sha256": document.sha256,
    }


def _ids(mentions: Iterable[Mention]) -> str | None:
    return "; ".join(mention.id or "?" for mention in mentions) or None


def _refuse(sourced: SourcedMove, _: bool) -> str | None:
    if sourced.place is not None:
        return None
    return "name no place" if sourced.move.where is None else "whose place is not known, or could be several"


GEOJSON = Format(
    name="geojson",
    title="GeoJSON (RFC 7946): a feature for each move whose place is known",
    suffix=".geojson",
    write=write_geojson,
    refuse=_refuse,
    shows_places=True,
    places=True,
)
