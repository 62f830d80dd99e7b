"""What every format that moves go out in has in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass

from demarche.exchange._pairs import party_key
from demarche.model import SourcedMove

__all__ = ["Format", "select_moves"]


def _take(sourced: SourcedMove, all_statuses: bool) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format of other people's tools.

    Parameters
    ----------
    name
        How the command line calls it: ``plover``.
    title
        What it is, in a line.
    suffix
        Of its files, with the point.
    write
        Is given the moves (all of a document one after the other, in the order of their sentences) and whether the words of the
        documents may go along; yields the pieces of the file, as text or bytes, so that a file of any length takes no memory.
    refuse
        Why the format cannot hold a move, None if it can; is told whether moves of any status are wanted. By default it takes all.
    once
        A row is an event, and nothing in it says that two rows are of one text: what several copies tell goes out once.
    shows_places
        It has room for places.
    places
        It is of no use without places: they are looked up unasked.
    """

    name: str
    title: str
    suffix: str
    write: Callable[[Iterable[SourcedMove], bool], Iterator[str] | Iterator[bytes]]
    refuse: Callable[[SourcedMove, bool], str | None] = _take
    once: bool = False
    shows_places: bool = False
    places: bool = False


def select_moves(
    moves: Iterable[SourcedMove],
    form: Format,
    *,
    all_statuses: bool = False,
    left_out: MutableMapping[str, int] | None = None,
) -> Iterator[SourcedMove]:
    """Yield the moves that a format can hold.

    Parameters
    ----------
    all_statuses
        Plans, possibilities, denials and recollections too, where the format can say that they are.
    left_out
        Is filled with how many were left out, by reason.
    """
    told = _Told()
    counts = left_out if left_out is not None else {}
    for sourced in moves:
        why = form.refuse(sourced, all_statuses)
        if why is None and form.once and sourced.reports > 1 and told.before(sourced):
            why = "told before by a copy of the same text"
        if why is None:
            yield sourced
        else:
            counts[why] = counts.get(why, 0) + 1


class _Told:
    """What the copies of a text have told: of the same act of the same parties as many as that copy that has most."""

    def __init__(self) -> None:
        self._given: Counter[tuple[str, ...]] = Counter()
        self._here: Counter[tuple[str, ...]] = Counter()
        self._document = ""

    def before(self, sourced: SourcedMove) -> bool:
        """Tell whether an earlier copy told of a move, and take note of it."""
        if sourced.document.id != self._document:
            self._document = sourced.document.id
            self._here.clear()
        key = _story(sourced)
        self._here[key] += 1
        if self._here[key] <= self._given[key]:
            return True
        self._given[key] += 1
        return False


def _story(sourced: SourcedMove) -> tuple[str, ...]:
    move = sourced.move
    parties = (sorted(map(party_key, mentions)) for mentions in (move.actors, move.recipients))
    return (sourced.cluster or sourced.document.id, move.act.value, *("|".join(names) for names in parties))
