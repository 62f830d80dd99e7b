"""What a threat, a promise or an offer announces: the acts that would carry it out, the condition, and what it is about.

Rules over words, from a data file of our own (``threatened.toml``): no more is claimed than that these words stand there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from demarche.analysis.words import stems

__all__ = ["SAYS_NOT", "STOPS", "Announced", "read_announced", "split_condition", "terms"]

SAYS_NOT = (
    r"(?:\b(?:no|not|never|nor|neither|nothing|nobody|cannot|refrain\w*|avoid\w*|abstain\w*|without)\b|n[\u2019']t\b)"
)
"""A word that says no. A regular expression for texts of any case, for Python and for polars."""
STOPS = (
    r"\b(?:(?:halt|stop|ceas|suspend|lift|dismantl|remov|withdr[ae]w|abandon|desist)\w*|end(?:s|ed|ing)?|call(?:ed)? off|g[ai]ve up"
    r"|keep out|turn(?:ed)? back|stay away|hold (?:their |its |his )?fire)\b"
)
"""Words that say that something ends, is taken away or kept away; in the same form."""
_DENIES = re.compile(SAYS_NOT, re.I)
_NOT = re.compile(r"\b(?:no|not|never|nor|refrain\w*|abstain\w*)\b|n[\u2019']t\b", re.I)
_LEADS_WITH_NO = re.compile(
    r"^\W*(?:\w+\W+){0,2}?(?:no|not|never|nothing|neither|refrain\w*|avoid\w*|abstain\w*)\b"
    r"|\b(?:will|would|shall|could|do|does) (?:not|never)\b|\b(?:keep|stay|hold) (?:out|away|back|off)\b",
    re.I,
)
_WANTED = re.compile(
    r"\b(?:not|never|no|nor|cannot|refus\w*|fail\w*|reject\w*|without|declin\w*|ignor\w*)\b|n[\u2019']t\b", re.I
)
_IDLE = re.compile(r"\bif (?:need be|necessary|needed|possible|anything|only)\b", re.I)
_AFTER = re.compile(
    r"(?:^|[\s,(\u2014])(?P<mark>only if|if|unless|until|should(?= (?:the|that|this|any|he|she|it|they|[A-Z]))|in case|in the event"
    r"|as long as|so long as|while|when|whenever|once|failing|provided|in exchange for|in return for|for as long as"
    r"|for (?:any|another|every|the next))\b(?P<rest>.*)",
    re.I | re.S,
)  # fmt: skip
_SUBJECT = re.compile(
    r"^\W*(?P<subject>(?:any|an?|another|further|every|whoever|anyone|anybody|the next|attempts?|renewed)\b.+?)\s+"
    r"(?P<rest>(?:would|will|shall|could|can|must)\b.*)",
    re.I | re.S,
)  # fmt: skip
_WHICH = re.compile(
    r"(?P<rest>\b(?:(?:any|every|whatever|all)\s+[\w\s-]{2,40}?|\w+s)\s(?:that|which|who)\s(?!(?:would|will|could|can|may|might|ha[sd]|have)\b).+)",
    re.I | re.S,
)
_FOR = re.compile(
    r"\b(?:retaliat\w*|reprisals?|punish\w*|penalt\w+|revenge|vengeance|respon[sd]\w*|consequences|answer)\b[^.]{0,60}?\bfor\s+(?P<rest>.+)",
    re.I | re.S,
)
_ONGOING = re.compile(
    r"\b(?:continu\w*|go(?:es|ing)? on|went on|persist\w*|keeps?|kept|remains?|still|any longer|further|while|(?:as|so) long as)\b",
    re.I,
)
_AGAINST = re.compile(r"\b(?:warn\w*|threat\w*|caution\w*)\b[^.]{0,25}?\bagainst\s+(?P<rest>.+)", re.I | re.S)
_BLOWS = frozenset({"@attack", "@fire", "launch"})
_POSITIVE = ("unless", "until", "only if", "failing", "provided", "in exchange for", "in return for")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What an announcement says, as far as its words tell.

    Parameters
    ----------
    condition
        The words on which it hangs.
    wanted
        Whether the other side meets the condition by doing what it says (``unless``), or by not doing it (``if``); None without one.
    ongoing
        The condition speaks of something that goes on already: that can be seen to end, where what never began cannot.
    blow
        The condition is a blow that may fall ("if a missile is fired"): as long as it has not, nobody can take it back.
    kinds
        Acts that would carry it out; for one that abstains the acts from which it does.
    left_open
        The words leave open what would be done.
    prevents
        It announces to prevent something: only what is about that carries it out.
    abstains
        It announces not to do something.
    again
        It says of itself that it repeats another.
    points_back
        The condition points to a demand beside it ("if they refuse"), or there is none.
    about, own, hangs_on
        Terms of what is announced; the same without the words that only say what kind of act it is; terms of the condition.
    """

    condition: str | None = None
    wanted: bool | None = None
    ongoing: bool = False
    blow: bool = False
    kinds: frozenset[str] = frozenset()
    left_open: bool = False
    prevents: bool = False
    abstains: bool = False
    again: bool = False
    points_back: bool = False
    about: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    hangs_on: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Words:
    """Single words by stem, and several words as they stand."""

    stems: frozenset[str]
    phrases: re.Pattern[str] | None

    def found(self, text: str | None, present: frozenset[str]) -> bool:
        """Tell whether one of them is there; without a `text` that there is none of several words is known."""
        return not self.stems.isdisjoint(present) or bool(text and self.phrases and self.phrases.search(text))


@dataclass(frozen=True, slots=True)
class _Lexicon:
    kinds: Mapping[str, Mapping[str, _Words]]
    left_open: _Words
    in_kind: _Words
    issues: Mapping[str, tuple[str, ...]]
    prevent: _Words
    prevent_acts: frozenset[str]
    again: _Words
    points_back: _Words
    manner: frozenset[str]
    phrases: re.Pattern[str]
    kind_stems: Mapping[str, frozenset[str]]
    things: Mapping[str, str]


def _words(listed: Iterable[str]) -> _Words:
    single = frozenset(stem for word in listed if " " not in _plain(word) for stem in stems(_plain(word)))
    several = [_plain(word) for word in listed if " " in _plain(word)]
    return _Words(single, _any_of(several) if several else None)


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, phrases)))})\b")


def _plain(text: str) -> str:
    """Return a text in lower case, hyphens and quotation marks as spaces."""
    return " ".join(re.sub('[-\u2010-\u2015"\u201c\u201d]', " ", text.lower()).split())


@cache
def _lexicon() -> _Lexicon:
    data: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("threatened.toml").read_text("utf-8"))
    in_kind: dict[str, Any] = data["in_kind"]
    kinds = {act: {kind: _words(listed) for kind, listed in data[act].items()} for act in ("threaten", "promise")}
    others = [_words(data[name]["words"]) for name in ("open", "in_kind", "prevent", "again")]
    return _Lexicon(
        kinds=kinds,
        left_open=others[0],
        in_kind=others[1],
        issues={issue: tuple(acts) for issue, acts in in_kind["issues"].items()},
        prevent=others[2],
        prevent_acts=frozenset(data["prevent"]["acts"]),
        again=others[3],
        points_back=_words(data["points_back"]["words"]),
        manner=_words(data["manner"]["words"]).stems.union(*(words.stems for words in others)),
        phrases=_any_of(_phrases(data)),
        kind_stems={act: frozenset().union(*(words.stems for words in found.values())) for act, found in kinds.items()},
        things=_things(data["things"]),
    )


def _phrases(data: Any) -> Iterator[str]:
    """Yield all of several words that stand anywhere in the data file."""
    for value in data.values() if isinstance(data, dict) else data:
        if isinstance(value, str):
            yield from [_plain(value)] if " " in _plain(value) else []
        else:
            yield from _phrases(value)


def _things(listed: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return the name of the thing of each stem; the first that lists it has it."""
    named: dict[str, str] = {}
    for thing, words in listed.items():
        for stem in _words(words).stems:
            named.setdefault(stem, f"@{thing}")
    return named


def terms(text: str | None) -> frozenset[str]:
    """Return the stems of a text, words for the same thing made one; the empty set for None.

    Examples
    --------
    >>> sorted(terms("the warplanes and the rockets"))
    ['@aircraft', '@missile']
    """
    return _named(stems(_plain(text or "")))


def _named(found: Iterable[str]) -> frozenset[str]:
    things = _lexicon().things
    return frozenset(things.get(stem, stem) for stem in found)


def split_condition(text: str) -> tuple[str, str | None, bool | None]:
    """Return what is announced, the condition in the same words, and whether doing it (True) or leaving it (False) meets it.

    Examples
    --------
    >>> split_condition("close the crossing unless the drivers are freed")
    ('close the crossing', 'unless the drivers are freed', True)
    >>> split_condition("any further overflight would be met with fire")
    ('would be met with fire', 'any further overflight', False)
    >>> split_condition("cut off the gas")
    ('cut off the gas', None, None)
    """
    covered = _IDLE.sub(lambda found: "\0" * len(found.group()), text)
    if (found := _AFTER.search(covered)) and (
        found["mark"][:6].lower() != "should" or _leads(text, found.start("mark"))
    ):
        start = found.start("mark")
        end = _end_of_clause(text, start) if not text[:start].strip(" ,\u2014") else len(text)
        condition = text[start:end].strip(" ,\u2014")
        return (text[:start] + text[end:]).strip(" ,\u2014"), condition, is_wanted(condition)
    if found := _SUBJECT.match(text):
        return found["rest"].strip(), found["subject"].strip(), False
    for pattern in (_AGAINST, _FOR, _WHICH):
        if found := pattern.search(text):
            condition = found["rest"].strip()
            return text[: found.start("rest")].strip(), condition, is_wanted(condition)
    return text.strip(), None, None


def _leads(text: str, place: int) -> bool:
    """Tell whether a word begins a clause: "Should they refuse", not "they should refuse"."""
    return not text[:place].strip() or text[:place].rstrip().endswith((",", "\u2014", ";"))


def _end_of_clause(text: str, start: int) -> int:
    place = text.find(",", start)
    return place if place >= 0 else len(text)


def is_wanted(condition: str) -> bool:
    """Return whether the other side meets a condition by doing what it says (``unless``, ``if not``), or by not doing it.

    Examples
    --------
    >>> is_wanted("unless sanctions are lifted"), is_wanted("if Kyiv does not withdraw"), is_wanted("if the flights go on")
    (True, True, False)
    """
    positive = condition.lower().lstrip(" ,").startswith(_POSITIVE)
    return positive or bool(_WANTED.search(condition))


def is_ongoing(condition: str) -> bool:
    """Return whether a condition speaks of something that goes on already, and so can end ("if the flights go on")."""
    return bool(_ONGOING.search(condition))


def read_announced(
    content: str | None,
    condition: str | None = None,
    *,
    trigger: str | None = None,
    act: str = "threaten",
    issue: str = "other",
) -> Announced:
    """Return what a threat, a promise or an offer announces.

    Parameters
    ----------
    content, condition, trigger
        The words of the move; a condition that stands inside the content is found there.
    act
        ``threaten``, ``promise`` or ``offer``.
    issue
        Decides what an answer "in kind" would be.

    Examples
    --------
    >>> found = read_announced("submarines will sink ships that stop Soviet vessels")
    >>> sorted(found.kinds)
    ['attack']
    >>> read_announced("the most serious consequences").left_open
    True
    """
    said, condition, wanted = _parts(content, condition, trigger)
    lexicon = _lexicon()
    plain: str | None = _plain(said)
    present = stems(plain)
    if not lexicon.phrases.search(plain or ""):
        plain = None
    side = "threaten" if act == "threaten" else "promise"
    again = lexicon.again.found(plain, present)
    left_open = lexicon.left_open.found(plain, present)
    prevents = act == "threaten" and lexicon.prevent.found(plain, present)
    kinds = _kinds(plain, present, lexicon.kinds[side])
    if act == "threaten" and lexicon.in_kind.found(plain, present):
        named = lexicon.in_kind.phrases.sub(" ", plain or _plain(said)) if lexicon.in_kind.phrases else _plain(said)
        kinds = _kinds(named, stems(named), lexicon.kinds[side]) or set(
            lexicon.issues.get(issue, lexicon.issues["otherwise"])
        )
    kinds |= lexicon.prevent_acts if prevents else set()
    abstains = (
        _abstains(content, trigger) if act != "threaten" else bool(_DENIES.search(said)) and not (kinds or left_open)
    )
    if abstains and act != "threaten":
        kinds = _kinds(plain, present, lexicon.kinds["threaten"])
    about = present - lexicon.manner
    hangs_on = terms(condition)
    return Announced(
        condition=condition,
        wanted=wanted,
        ongoing=is_ongoing(condition or ""),
        blow=bool(hangs_on & _BLOWS),
        kinds=frozenset(kinds),
        left_open=not kinds and not abstains and (left_open or not about),
        prevents=prevents,
        abstains=abstains,
        again=again,
        points_back=not hangs_on or lexicon.points_back.found(_plain(condition or ""), stems(_plain(condition or ""))),
        about=_named(about or present),
        own=_named(about - lexicon.kind_stems[side]),
        hangs_on=hangs_on,
    )


def _abstains(content: str | None, trigger: str | None) -> bool:
    """Tell whether a promise is one not to do something: its first words say no, or its verb does."""
    return bool(_LEADS_WITH_NO.search(content or "") or _NOT.search(trigger or ""))


def _kinds(plain: str | None, present: frozenset[str], listed: Mapping[str, _Words]) -> set[str]:
    return {kind for kind, words in listed.items() if words.found(plain, present)}


def _parts(content: str | None, condition: str | None, trigger: str | None) -> tuple[str, str | None, bool | None]:
    """Return what is announced, and the condition, wherever that stands."""
    said = content or ""
    if trigger and trigger not in said:
        said = f"{said} {trigger}".strip()
    if condition:
        return said.replace(condition, " "), condition, is_wanted(condition)
    own, inside, wanted = split_condition(content or "")
    return (f"{own} {trigger or ''}".strip(), inside, wanted) if inside else (said, None, None)
