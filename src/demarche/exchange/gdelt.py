"""Moves as the events table of GDELT 2: 61 columns, tab-separated, without a header; codes are strings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from demarche.codebook import load_codebook
from demarche.exchange._cells import join_cells, text_cell
from demarche.exchange._citation import web_address
from demarche.exchange._codes import codes, countries, country_of
from demarche.exchange._events import event_days, refuse_event
from demarche.exchange._format import Format
from demarche.exchange._pairs import each_once, is_mutual, pair_parties
from demarche.model import Mention, Move, Place, SourcedMove

__all__ = ["COLUMNS", "DTYPES", "GDELT", "write_gdelt"]

_ACTOR = (
    "Code Name CountryCode KnownGroupCode EthnicCode Religion1Code Religion2Code Type1Code Type2Code Type3Code".split()
)
_GEO = "Type FullName CountryCode ADM1Code ADM2Code Lat Long FeatureID".split()

COLUMNS = (
    *("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "FractionDate"),
    *(f"Actor{number}{name}" for number in (1, 2) for name in _ACTOR),
    *("IsRootEvent", "EventCode", "EventBaseCode", "EventRootCode", "QuadClass", "GoldsteinScale"),
    *("NumMentions", "NumSources", "NumArticles", "AvgTone"),
    *(f"{who}Geo_{name}" for who in ("Actor1", "Actor2", "Action") for name in _GEO),
    *("DATEADDED", "SOURCEURL"),
)
"""The columns, in their order; a file has no header."""

_WHOLE = (
    "GLOBALEVENTID SQLDATE MonthYear Year IsRootEvent QuadClass NumMentions NumSources NumArticles DATEADDED".split()
)
_REAL = ("FractionDate", "GoldsteinScale", "AvgTone")
DTYPES = {
    name: "Int64" if name in _WHOLE else "float64" if name in _REAL or name.endswith(("_Lat", "_Long")) else "string"
    for name in COLUMNS
}
"""The dtypes with which pandas reads a file without losing the zero that a code begins with."""

_QUADS = ((5, 1), (9, 2), (14, 3), (20, 4))
"""The last CAMEO root of each quad class. They are GDELT's: a protest (14) is verbal conflict there, in PLOVER material."""


_Pair = tuple[Mention | None, Mention | None]


def write_gdelt(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield a line for each pair of an actor and a recipient of each move, of what is done with one another one for each direction.

    Parameters
    ----------
    text
        False leaves out the words of the documents: the names of parties that are not resolved.
    """
    for sourced in moves:
        for actor, recipient in _pairs(sourced.move):
            yield join_cells(_cells(sourced, _number(sourced.move, actor, recipient), actor, recipient, text))


def _pairs(move: Move) -> list[_Pair]:
    """Return the pairs of a move; where there is none its parties alone, and a pair of nobody where nobody is named."""
    pairs: list[_Pair] = [*pair_parties(move)]
    if is_mutual(move):
        pairs += [(other, one) for one, other in pairs]
    pairs = pairs or [(actor, None) for actor in each_once(move.actors)]
    return pairs or [(None, recipient) for recipient in each_once(move.recipients)] or [(None, None)]


def _number(move: Move, *pair: Mention | None) -> int:
    """Return the id of a row: a whole number of at most 60 bits, the same in each export."""
    parties = (*move.actors, *move.recipients)
    places = (str(parties.index(mention)) if mention else "" for mention in pair)
    key = "\x1f".join((move.id, *places))
    return int(hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:15], 16)


def _cells(
    sourced: SourcedMove, number: int, actor: Mention | None, recipient: Mention | None, text: bool
) -> Iterator[str]:
    yield str(number)
    yield from _dates(sourced.move)
    yield from _actor(actor, text)
    yield from _actor(recipient, text)
    yield from _action(sourced)
    yield from [""] * (2 * len(_GEO))
    yield from _geo(sourced.place)
    yield (sourced.document.published or "")[:10].replace("-", "") + "000000" if _is_day(sourced) else ""
    yield web_address(sourced.document.url) or ""


def _is_day(sourced: SourcedMove) -> bool:
    return len((sourced.document.published or "")[:10]) == 10


def _dates(move: Move) -> Iterator[str]:
    """Yield SQLDATE, MonthYear, Year and FractionDate, each as far as the date is precise.

    GDELT's codebook gives the fraction of the year as (MONTH * 30 + DAY) / 365; its files have it of the months that are over,
    (MONTH - 1) * 30 + DAY, which stays below 1 to the end of December. This follows the files.
    """
    days = event_days(move)
    if days is None:
        yield from [""] * 4
        return
    first, last = days
    year, month, day = first.split("-")
    exact = first == last
    yield first.replace("-", "") if exact else ""
    yield year + month if first[:7] == last[:7] else ""
    yield year if year == last[:4] else ""
    yield f"{int(year) + ((int(month) - 1) * 30 + int(day)) / 365:.4f}" if exact else ""


def _actor(mention: Mention | None, text: bool) -> Iterator[str]:
    if mention is None:
        yield from [""] * len(_ACTOR)
        return
    country = country_of(mention)
    cameo = (country.cameo if country else None) or ""
    kind = codes()["cameo"]["types"].get(mention.sector, "")
    group = codes()["cameo"]["groups"].get(mention.id, "")
    yield (
        cameo + kind + group if cameo or country is None else ""
    )  # GOV alone would be a government of nobody knows where
    yield text_cell(mention.name or (mention.span.text if text else None)).upper()
    yield cameo
    yield group
    yield from ("", "", "")
    yield kind
    yield from ("", "")


def _action(sourced: SourcedMove) -> Iterator[str]:
    root = load_codebook().acts[sourced.move.act].cameo
    code = root + "0"
    yield _is_root(sourced)
    yield code
    yield code
    yield root
    yield str(next(quad for last, quad in _QUADS if int(root) <= last))
    yield str(codes()["cameo"]["goldstein"].get(code, ""))
    yield str(sourced.reports)
    yield "" if sourced.publishers is None else str(sourced.publishers)
    yield str(sourced.reports)
    yield ""


def _is_root(sourced: SourcedMove) -> str:
    """Return "1" for a move of the first paragraph, "0" for a later one, "" where the text is not parted into paragraphs."""
    text = sourced.document.text
    begin = len(text) - len(text.lstrip())
    end = text.find("\n", begin)
    if end < 0:
        return ""
    return "1" if sourced.move.sentence.start < end else "0"


def _geo(place: Place | None) -> Iterator[str]:
    if place is None:
        yield from [""] * len(_GEO)
        return
    country = countries().get(place.country or "")
    fips = (country.fips if country else None) or ""
    kind = _geo_type(place)
    yield kind
    yield text_cell(place.name)
    yield fips
    yield from ("", "")
    yield repr(place.latitude)
    yield repr(place.longitude)
    yield fips if kind == "1" else ""


def _geo_type(place: Place) -> str:
    """Return GDELT's type of a place: 1 country, 2 US state, 3 US city, 4 city elsewhere, 5 first division elsewhere."""
    feature, american = place.feature or "", place.country == "USA"
    if feature.startswith("PCL"):
        return "1"
    if feature.startswith("PPL"):
        return "3" if american else "4"
    if feature.startswith("ADM1"):
        return "2" if american else "5"
    return ""


def _refuse(sourced: SourcedMove, all_statuses: bool) -> str | None:
    return refuse_event(sourced, False)  # there is no column that could say that it did not happen


GDELT = Format(
    name="gdelt",
    title="GDELT 2's table of events: 61 columns, tab-separated, no header",
    suffix=".export.CSV",
    write=write_gdelt,
    refuse=_refuse,
    once=True,
    shows_places=True,
)
