"""The names for places in a phrase, in their order, each with what it may mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from demarche.places._gazetteer import Candidate, Gazetteer
from demarche.places._words import Word, key

__all__ = ["Name", "find_names"]

_LONGEST = 7
_SMALL = frozenset(
    """a an and at between by for from in into near of off on onto outside over through to towards toward under
    around across along inside beside behind before beyond above below via with within amid against
    his her its their our my your this that these those some all both two three""".split()
)
_SIDES = frozenset(
    """north south east west northern southern eastern western central upper lower greater downtown northeast northwest
    northeastern northwestern southeast southwest southeastern southwestern mid inner outer old occupied mount camp""".split()
)
_GENERIC = frozenset(
    """region oblast province state governorate district county prefecture department city town village municipality
    raion area port harbour harbor airport airfield""".split()
)
_AREAS = frozenset("region oblast province state governorate district county prefecture department raion".split())
_LAND = frozenset("territory soil airspace coast coastline mainland shore shores".split())
_HEADS = frozenset("town city village port capital province region district enclave stronghold island camp".split())
_PARTICLES = frozenset("de del della des di do da du la las le les los el al bin ibn von van".split())
_POSSESSIVE = re.compile(r"['’]s?$")
_NO_NAMES = frozenset(
    """january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday christmas easter ramadan
    parliament congress senate house council cabinet ministry government president minister king queen prince
    general colonel court church mosque cathedral square street road avenue bridge palace hotel park hall tower gate
    army navy police embassy consulate university school hospital prison barracks summit conference assembly
    union nation nations security united democratic republic people party front army centre center middle
    mission border home sea bay mountain mountains river valley university telegram twitter facebook television radio
    north south east west northern southern eastern western central upper lower old new great holy god
    un eu us uk nato opec canal commonwealth embassy mission post command headquarters
    temple castle fort independence liberty victory freedom unity peace war""".split()
)
"""What is no town's name when it stands alone, although some town somewhere is called so."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a phrase.

    Parameters
    ----------
    start, end
        Its words.
    candidates
        What it may mean; empty for an adjective.
    adjective
        The country that an adjective says, else None.
    area
        Whether words beside it say that the area named after a town is meant.
    """

    start: int
    end: int
    candidates: tuple[Candidate, ...]
    adjective: str | None = None
    area: bool = False


def find_names(words: Sequence[Word], gazetteer: Gazetteer) -> Iterator[Name]:
    """Yield the names, leftmost and longest first; none overlaps another."""
    shout = all(word.text.isupper() for word in words if word.text.isalpha())
    at = 0
    follows = False
    while at < len(words):
        led = not (shout or follows) and _is_led(words, at)
        name = next(filter(None, (_name(words, at, end, gazetteer, shout, led) for end in _ends(words, at))), None)
        if name:
            yield name
        follows = name is not None
        at = name.end if name else at + 1


def _ends(words: Sequence[Word], at: int) -> range:
    return range(min(len(words), at + _LONGEST), at, -1)


def _name(words: Sequence[Word], at: int, end: int, gazetteer: Gazetteer, shout: bool, led: bool) -> Name | None:
    part = words[at:end]
    if any("," in word.before or ";" in word.before or "(" in word.before for word in part[1:]):
        return _with_comma(part, at, end, gazetteer)
    if part[0].folded in _SMALL or part[-1].folded in _SMALL or part[0].folded == "the":
        return None
    name = key(word.folded for word in part)
    written = " ".join(word.text for word in part)
    capital = part[0].capital and part[-1].capital
    own = gazetteer.own(name, written) if (capital or len(part) > 1) and not (led and len(part) == 1) else []
    towns = gazetteer.towns(name) if capital and _stands_alone(words, at, end, shout) else []
    if name in _NO_NAMES or gazetteer.country_of(name):
        towns = []
    if own or towns:
        return Name(at, end, (*own, *towns), area=bool(towns) and _is_area(words, at, end))
    return _of_country(words, at, end, name, gazetteer) if capital else None


def _with_comma(part: Sequence[Word], at: int, end: int, gazetteer: Gazetteer) -> Name | None:
    """Return a name of our own files that has a comma in it: "Washington, D.C."."""
    if len(part) != 2 or "," not in part[1].before or part[1].folded != "dc":
        return None
    return Name(at, end, tuple(gazetteer.own(key(word.folded for word in part), "")))


def _of_country(words: Sequence[Word], at: int, end: int, name: str, gazetteer: Gazetteer) -> Name | None:
    """Return what an adjective says: a country's capital or land, or only which country the other names lie in."""
    country = gazetteer.country_of(name)
    after = words[end] if end < len(words) else None
    if country is None or (after and after.before == "-"):
        return None
    if after and after.folded == "capital" and (capital := gazetteer.capital(country)):
        spelled = key(capital.casefold().split())
        found = [town for town in (*gazetteer.own(spelled, capital), *gazetteer.towns(spelled))]
        return Name(at, end + 1, tuple(town for town in found if town.place.country == country))
    if after and after.folded in _LAND:
        return Name(at, end + 1, (gazetteer.country(country),), country)
    return Name(at, end, (), country)


def _stands_alone(words: Sequence[Word], at: int, end: int, shout: bool) -> bool:
    """Tell whether no further capital stands beside a name, which would make it a part of another: "Elisabeth Bridge"."""
    if shout:
        return True
    after = list(takewhile(lambda word: not word.before.strip(" -"), words[end : end + 2]))
    if _POSSESSIVE.search(words[end - 1].text):
        after = []
    if after and after[0].folded in _PARTICLES:
        after = after[1:]
    return not (after and after[0].capital and after[0].folded not in _GENERIC) and not _is_led(words, at)


def _is_led(words: Sequence[Word], at: int) -> bool:
    """Tell whether a capital stands before a name, which would make it a part of another: "Tal Afar", "Punta del Este"."""
    before = words[at - 1] if at else None
    if before is None or words[at].before.strip(" -") or _POSSESSIVE.search(before.text):
        return False
    if before.folded in _PARTICLES:
        return at > 1 and words[at - 2].capital
    return before.capital and before.folded not in _SIDES | _SMALL | _GENERIC | {"the"}


def _is_area(words: Sequence[Word], at: int, end: int) -> bool:
    after = words[end].folded if end < len(words) and not words[end].before.strip() else ""
    before = [word.folded for word in words[max(0, at - 2) : at]]
    return after in _AREAS or (len(before) == 2 and before[0] in _AREAS and before[1] == "of")
