"""Contents of moves put together: each that states the same, or the contrary, joins one proposition.

A content joins the nearest proposition or founds a new one, in the order in which the ledger took the moves in. So what was
given earlier never changes when documents are added, and the ids, made from the founding move, stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.model import Assignment, Content, Proposition

__all__ = ["Grouping", "doers", "group_contents", "name_content", "phrase"]

Floats = NDArray[np.float32]
Name = Callable[[str], str | None]
Embed = Callable[[Sequence[str]], Floats]
Compare = Callable[[Sequence[tuple[str, str]]], Floats]

_CHUNK = 64
"""Contents that are compared at once."""
_MEMBERS = 3
"""Contents of one proposition that a new one is compared with."""
_FLOOR = 0.25
"""Cosine below which two contents are not compared: of the coded pairs that state the same, hardly one is as far apart."""
_ELSEWHERE = 0.2
"""What the probability must be higher by for a content of another issue: the coder's issue may be wrong, but need not be."""
_BY_RECIPIENT = ("demand", "appeal", "criticize", "threaten")
_BY_ACTOR = ("promise", "offer", "concede")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """What a grouping came to: propositions that are new, and the proposition of each content."""

    founded: tuple[Proposition, ...]
    assigned: tuple[Assignment, ...]


def doers(content: Content) -> tuple[str, ...]:
    """Return who is to do what the content says, as far as the act tells: the recipient of a demand, the actor of a promise.

    Examples
    --------
    >>> doers(Content(move="m1", issue="withdrawal", act="demand", words="withdraw", actors=("RUS",), recipients=("UKR",)))
    ('UKR',)
    """
    known = content.recipients if content.act in _BY_RECIPIENT else content.actors if content.act in _BY_ACTOR else ()
    return tuple(dict.fromkeys(known))


def phrase(content: Content, *, name: Name) -> str:
    """Return the content as it is compared: ``"Ukraine: withdraw its troops"``, with ``?`` for a doer that is not known."""
    known = [name(party) or party for party in doers(content)]
    return f"{' and '.join(known) or '?'}: {' '.join(content.words.split())}"


def name_content(content: Content, *, name: Name, most: int = 120) -> str:
    """Return a readable name for what a content states.

    Examples
    --------
    >>> said = Content(move="m1", issue="withdrawal", act="demand", words="that it leave Donbas.", recipients=("UKR",))
    >>> name_content(said, name={"UKR": "Ukraine"}.get)
    'Ukraine: it leave Donbas'
    """
    words = re.sub(
        r"^(?:that|to|if|unless)\s+", "", " ".join(content.words.split()).strip(" .,;:"), flags=re.IGNORECASE
    )
    who = " and ".join(name(party) or party for party in doers(content))
    whole = f"{who}: {words}" if who else words
    return whole if len(whole) <= most else whole[: most - 1].rstrip() + "\u2026"


def group_contents(
    contents: Iterable[Content],
    *,
    before: Iterable[tuple[Content, Assignment]] = (),
    embed: Embed,
    compare: Compare,
    threshold: float,
    name: Name,
    candidates: int = 6,
    taken: Iterable[str] = (),
    report: Callable[[int], None] | None = None,
) -> Grouping:
    """Return the proposition that each content states, given those that earlier ones state.

    A content is compared with the contents nearest to it (by cosine of their vectors, of the same issue first). It joins the
    proposition whose contents it is on average most probably about, if that is at least `threshold`; else it founds one.

    Parameters
    ----------
    contents
        In the order in which they were taken in.
    before
        Contents that have a proposition, with it.
    embed
        Texts -> unit vectors [n, d].
    compare
        Pairs of texts -> probabilities [n, 3] that they state something else, the same, the contrary.
    threshold
        Probability, 0 to 1, of the same or the contrary together; it must be higher by 0.2 for a content of another issue.
    name
        Gives the name of an actor's id.
    candidates
        Contents that each is compared with.
    taken
        Ids of propositions that are there already: a content that founds a second one, because it was amended, gets another id.
    report
        Is told how many are done.
    """
    state = _State(threshold=threshold, taken=set(taken))
    earlier = list(before)
    texts = [phrase(content, name=name) for content, _ in earlier]
    for (content, given), text, vector in zip(earlier, texts, embed(texts), strict=True):
        state.add(text, vector, content.issue, given.proposition, given.polarity * content.turn)
    todo = list(contents)
    founded: list[Proposition] = []
    assigned: list[Assignment] = []
    for start in range(0, len(todo), _CHUNK):
        part = todo[start : start + _CHUNK]
        texts = [phrase(content, name=name) for content in part]
        _group_part(state, part, texts, embed(texts), compare, candidates, name, founded, assigned)
        if report:
            report(start + len(part))
    return Grouping(founded=tuple(founded), assigned=tuple(assigned))


@dataclass(slots=True)
class _State:
    """The contents that have a proposition: one list a field, because they are searched by the thousand."""

    threshold: float
    taken: set[str]
    texts: list[str] = field(default_factory=list)
    issues: list[str] = field(default_factory=list)
    propositions: list[str] = field(default_factory=list)
    signs: list[int] = field(default_factory=list)
    vectors: Any = None
    exact: dict[tuple[str, str], int] = field(default_factory=dict)

    def add(self, text: str, vector: Floats, issue: str, proposition: str, sign: int) -> None:
        """Take in a content with its proposition."""
        number = len(self.texts)
        if self.vectors is None or number == len(self.vectors):
            grown = np.zeros((max(256, 2 * number), len(vector)), np.float32)
            grown[:number] = 0 if self.vectors is None else self.vectors
            self.vectors = grown
        self.vectors[number] = vector
        self.texts.append(text)
        self.issues.append(issue)
        self.propositions.append(proposition)
        self.signs.append(sign)
        self.exact.setdefault((issue, text), number)


def _group_part(
    state: _State,
    part: Sequence[Content],
    texts: list[str],
    vectors: Floats,
    compare: Compare,
    candidates: int,
    name: Name,
    founded: list[Proposition],
    assigned: list[Assignment],
) -> None:
    first = len(state.texts)
    for content, text, vector in zip(part, texts, vectors, strict=True):
        state.add(text, vector, content.issue, "", 0)  # who it is with is told below, one after the other
    near = [_nearest(state, first + number, candidates) for number in range(len(part))]
    pairs = [(first + number, other) for number, others in enumerate(near) for other in others]
    chances = compare([(state.texts[one], state.texts[other]) for one, other in pairs])
    scores = dict(zip(pairs, chances, strict=True))
    for number, content in enumerate(part):
        place = first + number
        proposition, sign, likeness = _choose(state, place, near[number], scores)
        if proposition is None:
            new = _found(content, state.taken, name)
            founded.append(new)
            proposition, sign = new.id, 1
        state.propositions[place], state.signs[place] = proposition, sign
        assigned.append(
            Assignment(
                move=content.move,
                proposition=proposition,
                polarity=sign * content.turn,
                likeness=likeness,
                basis="founded" if likeness is None else "matched",
                version=content.version,
            )
        )


def _found(content: Content, taken: set[str], name: Name) -> Proposition:
    made = Proposition.make_id(content.move, content.issue)
    if made in taken:
        made = Proposition.make_id(f"{content.move}/{content.version}", content.issue)
    taken.add(made)
    return Proposition(id=made, issue=content.issue, name=name_content(content, name=name), founder=content.move)


def _nearest(state: _State, place: int, candidates: int) -> list[int]:
    """Return the earlier contents to compare one with, the nearest first, and of one proposition a few at most."""
    same = state.exact.get((state.issues[place], state.texts[place]), place)
    if same < place:
        return [same]
    if not place:
        return []
    cosines = state.vectors[:place] @ state.vectors[place]
    own = np.array([issue == state.issues[place] for issue in state.issues[:place]])
    rank = cosines - np.where(own, 0.0, 0.15)
    most = min(place, 4 * candidates)
    order = np.argpartition(-rank, most - 1)[:most]
    order = order[np.argsort(-rank[order], kind="stable")]
    taken: dict[str, int] = {}
    near = []
    for other in map(int, order):
        known = state.propositions[other] or f"#{other}"
        if cosines[other] < _FLOOR or taken.get(known, 0) >= _MEMBERS:
            continue
        taken[known] = taken.get(known, 0) + 1
        near.append(other)
        if len(near) == candidates:
            break
    return near


def _choose(
    state: _State, place: int, near: Sequence[int], scores: dict[tuple[int, int], Floats]
) -> tuple[str | None, int, float | None]:
    found: dict[str, list[tuple[float, float]]] = {}
    for other in near:
        chances = scores[place, other]
        alike = float(chances[1] + chances[2])
        if state.texts[place] == state.texts[other]:
            alike, chances = 1.0, np.array([0, 1, 0], np.float32)
        if state.issues[place] != state.issues[other]:
            alike -= _ELSEWHERE
        sign = float(chances[1] - chances[2]) * state.signs[other]
        found.setdefault(state.propositions[other], []).append((alike, sign))
    best, likeness, sign = None, -1.0, 1
    for proposition, members in found.items():
        mean = float(np.mean([alike for alike, _ in members]))
        if mean > likeness:
            best, likeness, sign = proposition, mean, 1 if sum(one for _, one in members) >= 0 else -1
    if best is None or likeness < state.threshold:
        return None, 1, None
    return best, sign, likeness
