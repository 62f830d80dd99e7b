"""The words of a dossier: days, parties, and what is reported of them in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from demarche.model import Act
from demarche.present._marks import show_line

__all__ = [
    "Name",
    "are",
    "full_day",
    "join_words",
    "parties",
    "plural",
    "say_act",
    "short_day",
    "span_of_days",
    "spell",
]

Name = Callable[[str], str | None]

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"
)  # fmt: skip

_DONE = {
    Act.PROPOSE: ("made a proposal", "to"),
    Act.OFFER: ("made an offer", "to"),
    Act.PROMISE: ("made a promise", "to"),
    Act.ACCEPT: ("given its acceptance", "to"),
    Act.CONCEDE: ("made a concession", "to"),
    Act.ENDORSE: ("expressed support", "for"),
    Act.SIGN: ("signed or concluded an agreement", "with"),
    Act.MEET: ("met or talked", "with"),
    Act.DEMAND: ("made a demand", "on"),
    Act.APPEAL: ("made an appeal", "to"),
    Act.REJECT: ("given a refusal", "to"),
    Act.THREATEN: ("made a threat", "against"),
    Act.ACCUSE: ("made an accusation", "against"),
    Act.CRITICIZE: ("voiced criticism", "of"),
    Act.DENY: ("issued a denial", "towards"),
    Act.STATE: ("made a statement", "to"),
    Act.COOPERATE: ("co-operated", "with"),
    Act.AID: ("given aid", "to"),
    Act.RETREAT: ("drawn back, released or stood down", "towards"),
    Act.SANCTION: ("cut relations, aid or trade, or imposed sanctions", "on"),
    Act.MOBILIZE: ("moved or alerted forces", "against"),
    Act.COERCE: ("used coercion", "against"),
    Act.ATTACK: ("used force", "against"),
    Act.PROTEST: ("protested", "against"),
}


def full_day(day: date) -> str:
    """Return a day as it stands in a sentence.

    Examples
    --------
    >>> full_day(date(1962, 10, 22))
    '22 October 1962'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def short_day(day: date | None, precision: str | None = "day") -> str:
    """Return a date as it stands in a table, as precise as it is known.

    Examples
    --------
    >>> print(short_day(date(1962, 10, 22)), short_day(date(1962, 10, 1), "month"), short_day(None), sep="; ")
    22 Oct 1962; Oct 1962; no date
    """
    if day is None:
        return "no date"
    month = f"{_MONTHS[day.month - 1][:3]}\u00a0{day.year}"
    if precision == "week":
        return f"week of {day.day} {month}"
    return str(day.year) if precision == "year" else month if precision == "month" else f"{day.day}\u00a0{month}"


def span_of_days(first: date | None, last: date | None) -> str:
    """Return two days, or the one that they are."""
    if first == last or first is None or last is None:
        return short_day(first or last)
    return f"{short_day(first)} to {short_day(last)}"


def plural(count: int, noun: str, many: str | None = None) -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> plural(1, "report"), plural(1200, "party", "parties")
    ('1 report', '1,200 parties')
    """
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def are(count: int) -> str:
    """Return the verb that goes with a number."""
    return "is" if count == 1 else "are"


def join_words(words: Iterable[str]) -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> join_words(["a", "b", "c"])
    'a, b and c'
    """
    *first, last = list(words) or [""]
    return f"{', '.join(first)} and {last}" if first else last


def parties(ids: Iterable[str], name: Name) -> str:
    """Return the names of parties as a list in a sentence."""
    return join_words(show_line(name(one) or one) for one in ids)


def say_act(act: str, recipients: str) -> str:
    """Return what is reported to have been done, in the perfect tense.

    Examples
    --------
    >>> say_act("demand", "Cuba"), say_act("meet", "")
    ('made a demand on Cuba', 'met or talked')
    """
    done, towards = _DONE[Act(act)]
    return f"{done} {towards} {recipients}" if recipients else done


def spell(code: str) -> str:
    """Return a code of the codebook as words."""
    return code.replace("_", " ")
