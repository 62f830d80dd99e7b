"""The codes of others: countries, sectors, types, scores, as the data files beside this one have them."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from demarche.model import Mention

__all__ = ["Country", "codes", "countries", "country_of", "plover_code", "plover_sector"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """The codes of a state; None where it has none.

    Parameters
    ----------
    id
        As in our gazetteer.
    iso2, fips, cameo
        ISO 3166-1 alpha-2, FIPS 10-4, CAMEO.
    cow
        Number of the Correlates of War project.
    """

    id: str
    iso2: str | None
    fips: str | None
    cameo: str | None
    cow: int | None


@cache
def countries() -> Mapping[str, Country]:
    """Return the states by id."""
    lines = _data("countries.csv").splitlines()
    return MappingProxyType({row["id"]: _country(row) for row in csv.DictReader(lines)})


def _country(row: Mapping[str, str]) -> Country:
    known = {name: row[name] or None for name in ("iso2", "fips", "cameo")}
    return Country(id=row["id"], cow=int(row["cow"]) if row["cow"] else None, **known)


@cache
def codes() -> Mapping[str, Any]:
    """Return the tables of ``codes.toml``."""
    return MappingProxyType(tomllib.loads(_data("codes.toml")))


def _data(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def country_of(mention: Mention | None) -> Country | None:
    """Return the state of a party: its own, or the one before the hyphen of a group's id (``LBN-HEZBOLLAH``)."""
    if mention is None or mention.id is None or mention.sector in ("IGO", "NGO"):
        return None
    return countries().get(mention.id.partition("-")[0])


def plover_code(mention: Mention) -> str | None:
    """Return PLOVER's code of an actor: of its country, or IGO, NGO, IMG; None where it is unknown.

    Examples
    --------
    >>> from demarche.model import Span
    >>> plover_code(Mention(span=Span.of("Hezbollah", 0, 9), id="LBN-HEZBOLLAH", sector="REB"))
    'LBN'
    """
    if mention.sector in ("IGO", "NGO"):
        return mention.sector
    country = country_of(mention)
    if country:
        return country.id
    return "IMG" if (mention.id or "").startswith("IMG-") else None


def plover_sector(mention: Mention) -> str | None:
    """Return PLOVER's sector of an actor, None where it is unknown or stands in the code."""
    found: str | None = codes()["plover"]["sectors"].get(mention.sector)
    return found
