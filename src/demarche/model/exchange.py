"""What goes out to other people's formats: a move together with its document and place."""

from __future__ import annotations

from dataclasses import dataclass

from demarche.model.documents import Document
from demarche.model.moves import Move

__all__ = ["Place", "SourcedMove"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on the map.

    Parameters
    ----------
    name
        As the gazetteer has it.
    country
        ISO 3166-1 alpha-3, None where it lies in none.
    latitude, longitude
        Degrees, WGS 84.
    feature
        GeoNames feature code (``PPLC``, ``PCLI``), None where unknown.
    geonames
        GeoNames id, None where unknown.
    """

    name: str
    country: str | None
    latitude: float
    longitude: float
    feature: str | None = None
    geonames: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedMove:
    """A move with all that another format may want to know of it.

    Parameters
    ----------
    move
        As it stands now.
    document
        With its text.
    verdict
        ``coded`` by the coder, ``amended`` by a person.
    cluster
        Id of the first report of the same text; its own document's where there is no copy.
    reports
        Documents of that cluster: how often this one text is reported.
    publishers
        Different publishers of these documents; None where one of them is unknown.
    place
        Where its words for a place resolve, else None.
    """

    move: Move
    document: Document
    verdict: str = "coded"
    cluster: str | None = None
    reports: int = 1
    publishers: int | None = None
    place: Place | None = None
