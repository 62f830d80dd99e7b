"""Whose words does a plan repeat, who refused them before, and what changed from one plan to the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.analysis.propositions import phrase
from demarche.analysis.stances import take_stances
from demarche.errors import InputError
from demarche.model import Content, PartyWords, Plan, PlanChange, PlanChanges, PlanPoint, PlanShare, Span

__all__ = ["compare_plans", "match_plan", "split_points"]

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
Compare = Callable[[Sequence[tuple[str, str]]], Floats]

_FLOOR = 0.25
"""Cosine below which two texts are not compared."""
_CANDIDATES = 16
"""Contents that a point is compared with."""
_KEPT = 0.5
"""Probability from which a point is told to be kept or reversed, if the threshold for matches is lower: that is for showing more."""
_NEAR = 0.55
"""Cosine from which two points that do not state the same are one point that was changed."""
_MARK = re.compile(
    r"^[ \t]*(?:(?:article|point|clause|paragraph|section|punkt)[ \t]+)?(?:\(?(?:\d{1,3}|[ivxl]{1,6}|[a-z])[.):]|\d{1,3}[ \t]*[-\u2013]"
    r"|[-*\u2022\u2013\u2014\u00b7\u25aa])[ \t]+",
    re.IGNORECASE | re.MULTILINE,
)
_LETTER = re.compile(r"[^\W\d_]")
_RED_LINE = re.compile(
    r"\b(?:never|under no circumstances?|not (?:up for )?negotia\w+|non-?negotiable|red lines?|out of the question|"
    r"will not (?:give up|give way|yield)|categorical\w*|in no case)\b",
    re.IGNORECASE,
)
"""Words of ours, in the sentence of a refusal."""


def split_points(text: str) -> tuple[Span, ...]:
    r"""Return the points of a plan with their offsets: items of its list, or its paragraphs where it has no list.

    A list has two items or more: numbers, letters, "Article 3:" or bullets at the start of a line. What stands before the first item
    is a heading, and no point.

    Raises
    ------
    InputError
        If there are no words.

    Examples
    --------
    >>> [point.text for point in split_points("A plan\n1. A truce at once.\n2. Talks in\n   Geneva.")]
    ['A truce at once.', 'Talks in\n   Geneva.']
    """
    marks = list(_MARK.finditer(text))
    if len(marks) >= 2:
        bounds = [(mark.end(), after.start()) for mark, after in zip(marks, marks[1:], strict=False)]
        bounds.append((marks[-1].end(), _end_of_item(text, marks[-1].end())))
    else:
        bounds = [found.span() for found in re.finditer(r"\S(?:.|\n(?!\s*\n))*", text)]
    points = tuple(_trimmed(text, start, end) for start, end in bounds if _LETTER.search(text[start:end]))
    if not points:
        raise InputError("the plan has no points; give a text with a numbered list, bullets or paragraphs")
    return points


def _end_of_item(text: str, start: int) -> int:
    blank = re.compile(r"\n\s*\n").search(text, start)
    return blank.start() if blank else len(text)


def _trimmed(text: str, start: int, end: int) -> Span:
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return Span.of(text, start, start + len(words.strip()))


def match_plan(
    points: Sequence[Span],
    moves: Any,
    *,
    embed: Embed,
    compare: Compare,
    threshold: float,
    name: Callable[[str], str | None],
    before: date | None = None,
) -> Plan:
    """Return the points of a plan, each with who asked for it and who refused it before, as reported.

    A point states a proposition if a content of it is, by the network, the same or the contrary with a probability of at least
    `threshold`. A share of a party counts points; it says whose earlier words they repeat, not who wrote them. A share of 0 means that no
    match is reported, not that the party is against.

    Parameters
    ----------
    points
        From :func:`split_points`.
    moves
        A frame of moves with propositions: see :func:`~demarche.analysis.frame.as_frame`.
    embed, compare
        Texts -> unit vectors [n, d]; pairs of texts -> probabilities [n, 3] of other, same, contrary.
    threshold
        0 to 1.
    name
        Gives the name of an actor's id.
    before
        The day of the plan: only moves dated earlier are matched.

    Raises
    ------
    InputError
        If it is no frame of moves.
    """
    frame, left_out = keep_usable(as_frame(moves))
    stances = take_stances(drop_copies(frame))
    if before is not None:
        stances = stances.filter(_end_of_date() <= before)
    found = _match(points, _texts(stances, name), embed, compare, threshold)
    made = tuple(
        _point(number, span, matches, likeness, stances)
        for number, (span, (matches, likeness)) in enumerate(zip(points, found, strict=True), start=1)
    )
    used = stances.get_column("id").n_unique()
    return Plan(
        moves=used,
        left_out=left_out,
        notes=_notes(made, threshold, before),
        points=made,
        shares=tuple(_shares(made)),
        threshold=threshold,
        before=before,
    )


def _day() -> pl.Expr:
    """Return the date where it is known to the day, else null: the first of a month is no day on which something was said."""
    return pl.when(pl.col("precision") == "day").then(pl.col("date"))


def _end_of_date() -> pl.Expr:
    """Return the day after the last one on which it can have been."""
    after = {"day": "1d", "week": "1w", "month": "1mo", "year": "1y"}
    return pl.col("date").dt.offset_by(pl.col("precision").replace_strict(after, default="1y", return_dtype=pl.String))


def _texts(stances: pl.DataFrame, name: Callable[[str], str | None]) -> list[tuple[str, str, int]]:
    """Return the texts of the ledger, each once, with their proposition and polarity."""
    made: dict[tuple[str, str], int] = {}
    for row in stances.unique("id", maintain_order=True).iter_rows(named=True):
        words = row["condition" if row["act"] == "threaten" else "content"]
        if words:
            content = Content(
                move=row["id"],
                issue=row["issue"],
                act=row["act"],
                words=words,
                actors=tuple(row["actors"]),
                recipients=tuple(row["recipients"]),
            )
            made.setdefault((phrase(content, name=name), row["proposition"]), row["polarity"] * content.turn)
    return [(text, proposition, polarity) for (text, proposition), polarity in made.items()]


def _match(
    points: Sequence[Span], texts: list[tuple[str, str, int]], embed: Embed, compare: Compare, threshold: float
) -> list[tuple[dict[str, int], float | None]]:
    """Return, for each point, its propositions with 1 or -1 (the contrary), and the likeness of the likeliest."""
    asked = ["?: " + " ".join(point.text.split()) for point in points]
    if not texts:
        return [({}, None) for _ in asked]
    cosines = embed(asked) @ embed([text for text, _, _ in texts]).T
    near = [[int(place) for place in np.argsort(-row)[:_CANDIDATES] if row[place] >= _FLOOR] for row in cosines]
    pairs = [(number, place) for number, places in enumerate(near) for place in places]
    chances = compare([(asked[number], texts[place][0]) for number, place in pairs])
    best: list[dict[str, tuple[float, int]]] = [{} for _ in asked]
    for (number, place), row in zip(pairs, chances, strict=True):
        _, proposition, polarity = texts[place]
        alike, sign = float(row[1] + row[2]), polarity if row[1] >= row[2] else -polarity
        if alike > best[number].get(proposition, (-1.0, 0))[0]:
            best[number][proposition] = (alike, sign)
    return [_above(one, threshold) for one in best]


def _above(found: dict[str, tuple[float, int]], threshold: float) -> tuple[dict[str, int], float | None]:
    ordered = sorted(found.items(), key=lambda item: -item[1][0])
    kept = {proposition: sign for proposition, (alike, sign) in ordered if alike >= threshold}
    return kept, ordered[0][1][0] if ordered else None


def _point(
    number: int, span: Span, matches: dict[str, int], likeness: float | None, stances: pl.DataFrame
) -> PlanPoint:
    sign = pl.col("proposition").replace_strict(matches, default=0, return_dtype=pl.Int8)
    about = stances.filter(pl.col("proposition").is_in(list(matches))).with_columns(
        (pl.col("stance") * sign).alias("side")
    )
    about = about.sort(_day(), "id", nulls_last=True)
    parties = tuple(_party(key, part) for key, part in _sides(about))
    days = [party.first for party in parties if party.stance == 1 and party.first is not None]
    first_by = tuple(party.actor for party in parties if party.stance == 1 and days and party.first == min(days))
    return PlanPoint(
        number=number,
        span=span,
        propositions=tuple(matches),
        likeness=likeness,
        parties=parties,
        first_by=first_by,
        evidence=tuple(about.get_column("id").unique(maintain_order=True)),
    )


def _sides(about: pl.DataFrame) -> Iterator[tuple[tuple[str, int], pl.DataFrame]]:
    for key, part in about.group_by("actor", "side", maintain_order=True):
        yield (str(key[0]), int(str(key[1]))), part


def _party(key: tuple[str, int], part: pl.DataFrame) -> PartyWords:
    known = part.filter(pl.col("precision") == "day").get_column("date")
    loose = part.filter((pl.col("precision") != "day").fill_null(True)).get_column("cluster")
    words = " ".join(filter(None, part.get_column("sentence").to_list()))
    return PartyWords(
        actor=key[0],
        stance=key[1],
        statements=known.n_unique() + loose.n_unique(),
        first=known.min(),  # type: ignore[arg-type]
        last=known.max(),  # type: ignore[arg-type]
        red_line=key[1] == -1 and bool(_RED_LINE.search(words)),
        evidence=tuple(part.get_column("id").unique(maintain_order=True)),
    )


def _shares(points: Sequence[PlanPoint]) -> Iterator[PlanShare]:
    actors = sorted({party.actor for point in points for party in point.parties})
    made = []
    for actor in actors:
        own = [(point, party) for point in points for party in point.parties if party.actor == actor]
        asked = {point.number for point, party in own if party.stance == 1}
        made.append(
            PlanShare(
                actor=actor,
                asked=len(asked),
                first=sum(actor in point.first_by for point in points),
                refused=len({point.number for point, party in own if party.stance == -1}),
                points=len(points),
                evidence=tuple(dict.fromkeys(move for _, party in own for move in party.evidence)),
            )
        )
    yield from sorted(made, key=lambda share: (-share.asked, -share.refused, share.actor))


def _notes(points: Sequence[PlanPoint], threshold: float, before: date | None) -> tuple[str, ...]:
    silent = sum(not point.parties for point in points)
    made = [
        f"{silent} of {len(points)} points match no proposition of the ledger"
        + (
            f" before {before}: nobody spoke on them, or the network did not see it."
            if before
            else ": nobody spoke on them, or the network did not see it."
        ),
        *(
            []
            if before
            else ["The plan has no day, so that what was said after it is matched too; give one with --before."]
        ),
        f"A point is matched where the network gives the same or the contrary {threshold:.2f} or more; "
        "how often such a match is right is in docs/analyses.md.",
        "It says whose earlier words a point repeats, not who wrote it; what is not in the ledger cannot be matched.",
    ]
    return tuple(made)


def compare_plans(
    old: Sequence[Span], new: Sequence[Span], *, embed: Embed, compare: Compare, threshold: float
) -> PlanChanges:
    """Return what became of each point from one plan to another, one to one, the likeliest pairs first.

    ``kept``: the same with a probability of at least `threshold`, and of a half; ``reversed``: the contrary; ``changed``: neither,
    but near (cosine of at least 0.55).
    """
    threshold = max(threshold, _KEPT)
    texts = [["?: " + " ".join(point.text.split()) for point in plan] for plan in (old, new)]
    cosines = embed(texts[0]) @ embed(texts[1]).T
    pairs = [(one, other) for one in range(len(old)) for other in range(len(new)) if cosines[one, other] >= _FLOOR]
    chances = dict(zip(pairs, compare([(texts[0][one], texts[1][other]) for one, other in pairs]), strict=True))
    rank = {pair: (float(row[1] + row[2]), float(cosines[pair])) for pair, row in chances.items()}
    changes: dict[int, PlanChange] = {}
    gone: set[int] = set()
    for one, other in sorted(rank, key=lambda pair: rank[pair], reverse=True):
        alike, near = rank[one, other]
        if one in gone or other in changes or (alike < threshold and near < _NEAR):
            continue
        same = chances[one, other][1] >= chances[one, other][2]
        change = "changed" if alike < threshold else "kept" if same else "reversed"
        changes[other] = _change(change, old[one], new[other], one, other, alike)
        gone.add(one)
    rows = [changes.get(other) or _change("new", None, new[other], None, other, None) for other in range(len(new))]
    rows += [_change("dropped", old[one], None, one, None, None) for one in range(len(old)) if one not in gone]
    note = "Points are paired by a network that errs; read both before you say what changed."
    return PlanChanges(moves=0, notes=(note,), rows=tuple(rows), threshold=threshold)


def _change(
    change: str, old: Span | None, new: Span | None, one: int | None, other: int | None, alike: float | None
) -> PlanChange:
    return PlanChange(
        change=change,
        old=old,
        new=new,
        old_number=None if one is None else one + 1,
        new_number=None if other is None else other + 1,
        likeness=alike,
    )
