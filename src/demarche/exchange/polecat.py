"""Moves as the table of POLECAT: 40 columns, tab-separated, one event a row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from demarche.exchange._cells import join_cells, list_cell, text_cell
from demarche.exchange._codes import codes, country_of, plover_code, plover_sector
from demarche.exchange._events import event_days, refuse_untyped
from demarche.exchange._format import Format
from demarche.model import Mention, Move, Place, SourcedMove

__all__ = ["COLUMNS", "POLECAT", "write_polecat"]


def _party_columns(role: str) -> tuple[str, ...]:
    return (
        f"{role} Name",
        f"{role} Country",
        f"{role} COW",
        f"Primary {role} Sector",
        f"{role} Sectors",
        f"{role} Title",
        f"{role} Name Raw",
        f"Wikipedia {role} ID",
    )


COLUMNS = (
    *("Event ID", "Event Date", "Event Type", "Event Mode", "Intensity", "Quad Code", "Contexts"),
    *_party_columns("Actor"),
    *_party_columns("Recipient"),
    *("Placename", "City", "District", "Province", "Country", "Latitude", "Longitude", "GeoNames ID"),
    *("Raw Placename", "Feature Type", "Source", "Publication Date"),
    *("Story People", "Story Organizations", "Story Locations", "Language", "Version"),
)
"""The columns, in their order."""


def write_polecat(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield the header and a line for each move.

    Parameters
    ----------
    moves
        Those that are no event of PLOVER are passed over.
    text
        False leaves out the words of the documents: raw names and places.
    """
    yield join_cells(COLUMNS)
    for sourced in moves:
        if sourced.move.event is not None:
            yield join_cells(_cells(sourced, text))


def _cells(sourced: SourcedMove, text: bool) -> Iterator[str]:
    move, document = sourced.move, sourced.document
    yield from _event(move)
    yield from _party(move.actors, text)
    yield from _party(move.recipients, text)
    yield from _place(sourced.place)
    yield text_cell(move.where.text) if text and move.where else ""
    yield text_cell(sourced.place.feature) if sourced.place else ""
    yield text_cell(document.publisher)
    yield text_cell((document.published or "")[:10])
    yield from ("", "", "")
    yield text_cell(document.language)
    yield text_cell(f"{move.coder} codebook {move.codebook}")


def _event(move: Move) -> Iterator[str]:
    days = event_days(move)
    contexts = (codes()["plover"]["statuses"].get(move.status.value), codes()["plover"]["contexts"].get(move.issue))
    yield text_cell(move.id)
    yield days[0] if days and days[0] == days[1] else ""
    yield text_cell(move.event)
    yield text_cell(move.mode)
    yield ""
    yield codes()["polecat"]["quads"].get(str(move.quad), "")
    yield list_cell(filter(None, contexts))


def _party(mentions: Iterable[Mention], text: bool) -> Iterator[str]:
    """Yield the columns of all parties of a role, each with its place in every list."""
    cells: tuple[Callable[[Mention], str | None], ...] = (
        lambda mention: mention.name,
        plover_code,
        _cow,
        plover_sector,
        plover_sector,
        lambda _: None,
        lambda mention: mention.span.text if text else None,
        lambda _: None,
    )
    listed = tuple(mentions)
    for cell in cells:
        yield list_cell(map(cell, listed))


def _cow(mention: Mention) -> str | None:
    country = country_of(mention)
    return str(country.cow) if country and country.cow else None


def _place(place: Place | None) -> Iterator[str]:
    if place is None:
        yield from [""] * 8
        return
    yield text_cell(place.name)
    yield text_cell(place.name) if (place.feature or "").startswith("PPL") else ""
    yield from ("", "")
    yield text_cell(place.country)
    yield repr(place.latitude)
    yield repr(place.longitude)
    yield "" if place.geonames is None else str(place.geonames)


POLECAT = Format(
    name="polecat",
    title="POLECAT's table of events: 40 columns, tab-separated",
    suffix=".txt",
    write=write_polecat,
    refuse=refuse_untyped,
    once=True,
    shows_places=True,
)
