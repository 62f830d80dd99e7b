"""Positions drawn: lanes of stances through time, and the matrix of actors and propositions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import groupby
from typing import Any

from demarche.model.positions import Positions, StanceDay, Standing
from demarche.present.charts._labels import label_all, shorten
from demarche.present.charts._style import AGAINST, FOR, INK, QUIET, STYLE

__all__ = ["chart_matrix", "chart_positions", "day_axis"]

Name = Callable[[str], str | None]

_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_MIXED = "#7b5aa6"
_STANCES = {"for": (FOR, "triangle-up"), "against": (AGAINST, "triangle-down"), "mixed": (_MIXED, "diamond")}
_LANES, _PER_LANE = 6, 5
_SYMBOLS = 250
"""Symbols in all lanes; each lane has one line at least."""
_MOST = 40
"""Occasions of a line from which on what is said again gets no symbol of its own."""
_COLUMNS, _ROWS = 12, 24
_WIDTH, _HEADING, _STEP, _SPACE = 660, 24, 19, 12


def chart_positions(result: Positions, *, name: Name, proposition: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a lane an actor, in it a line a proposition, a symbol for each occasion.

    The pale bar after a symbol is the stance that stands until the next occasion. Actors and propositions with most occasions are shown.
    """
    lanes = list(_lanes(result))
    labels = label_all((rows[0].proposition for _, lane in lanes for rows in lane), proposition, 48)
    headings: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    top = 0
    for actor, lane in lanes:
        shown = shorten(name(actor) or actor, 60)
        headings.append({"y": top + 10, "label": shown})
        for place, rows in enumerate(lane):
            y = top + _HEADING + place * _STEP + _STEP / 2
            label = labels[rows[0].proposition]
            lines.append({"y": y, "label": label})
            marks += [{**mark, "y": y, "actor": shown, "proposition": label} for mark in _occasions(rows, result.at)]
        top += _HEADING + len(lane) * _STEP + _SPACE
    if not lanes:
        headings.append({"y": 10, "label": "No stance is reported here on a day that is known."})
    return _lane_spec(result, lanes, headings, lines, marks, max(top - _SPACE, 30))


_Lane = tuple[str, list[list[StanceDay]]]


def _lanes(result: Positions) -> Iterator[_Lane]:
    """Yield the actors with most occasions, each with the series of its propositions that have most, by their first day."""
    series = [list(rows) for _, rows in groupby(result.rows, key=lambda row: (row.actor, row.proposition))]
    by_actor: dict[str, list[list[StanceDay]]] = {}
    for rows in series:
        by_actor.setdefault(rows[0].actor, []).append(rows)
    ranked = sorted(by_actor.items(), key=lambda found: (-sum(map(len, found[1])), found[0]))
    left = _SYMBOLS
    for actor, lane in ranked[:_LANES]:
        shown: list[list[StanceDay]] = []
        for rows in sorted(lane, key=lambda rows: (-len(rows), rows[0].proposition)):
            if len(shown) < _PER_LANE and len(_runs(rows)) <= left:
                shown.append(rows)
                left -= len(_runs(rows))
        shown = shown or [min(lane, key=lambda rows: len(_runs(rows)))]
        yield actor, sorted(shown, key=lambda rows: (rows[0].day, rows[0].proposition))


def _occasions(rows: list[StanceDay], at: date | None) -> Iterator[dict[str, Any]]:
    """Yield a symbol for each occasion; where there are very many, one for each run of the same stance."""
    runs = _runs(rows)
    for run, after in zip(runs, [*(run[0].day for run in runs[1:]), at or rows[-1].day], strict=True):
        yield {
            "day": run[0].day.isoformat(),
            "until": after.isoformat(),
            "stance": run[0].stance,
            "days": len(run),
            "reports": sum(row.clusters for row in run),
            "evidence": [move for row in run for move in row.evidence],
        }


def _runs(rows: list[StanceDay]) -> list[list[StanceDay]]:
    many = len(rows) > _MOST
    return [list(run) for _, run in groupby(rows, key=lambda row: row.stance if many else row.day)]


def _lane_spec(
    result: Positions,
    lanes: list[_Lane],
    headings: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    marks: list[dict[str, Any]],
    height: int,
) -> dict[str, Any]:
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, height], "reverse": True, "nice": False},
    }
    x = {"type": "temporal", "title": None, "axis": day_axis([mark["day"] for mark in marks], result.at)}
    colour = _colour([mark["stance"] for mark in marks])
    told = [
        {"field": "actor"}, {"field": "proposition"}, {"field": "stance", "title": "reported stance"},
        {"field": "day", "type": "temporal", "format": "%-d %b %Y"}, {"field": "days", "title": "days reported"},
        {"field": "reports", "title": "independent reports"},
    ]  # fmt: skip
    return {
        "$schema": _SCHEMA,
        "title": {"text": "Reported positions through time", "subtitle": _lane_words(result, lanes)},
        "width": _WIDTH,
        "height": height,
        "layer": [
            {
                "data": {"values": headings},
                "mark": {"type": "text", "align": "left", "x": 0, "fontSize": 12, "fontWeight": "bold", "color": INK},
                "encoding": {"y": y, "text": {"field": "label"}},
            },
            {
                "data": {"values": lines},
                "mark": {"type": "text", "align": "right", "x": -14, "fontSize": 12, "color": INK, "limit": 300},
                "encoding": {"y": y, "text": {"field": "label"}},
            },
            {
                "data": {"values": marks},
                "mark": {"type": "rule", "strokeWidth": 7, "opacity": 0.22},
                "encoding": {"x": {"field": "day", **x}, "x2": {"field": "until"}, "y": y, "color": colour},
            },
            {
                "data": {"values": marks},
                "mark": {"type": "point", "filled": True, "size": 85, "opacity": 1},
                "encoding": {"x": {"field": "day", **x}, "y": y, "color": colour, "shape": _shape(colour), "tooltip": told},
            },
        ],
        "config": STYLE,
    }  # fmt: skip


def day_axis(days: list[str], at: date | None = None) -> dict[str, Any] | None:
    """Return the axis of days from the first of `days` to `at`, or to the last of them; None where there is none."""
    if not days:
        return None
    first = date.fromisoformat(min(days))
    span = ((at or date.fromisoformat(max(days))) - first).days
    ticks: Any = {"interval": "day", "step": max(1, span // 6)} if span <= 12 else 7
    return {"format": "%-d %b %Y", "labelOverlap": True, "labelSeparation": 10, "tickCount": ticks}


def _colour(stances: list[str]) -> dict[str, Any]:
    used = [stance for stance in _STANCES if stance in stances]
    scale = {"domain": used, "range": [_STANCES[stance][0] for stance in used]}
    return {
        "field": "stance",
        "type": "nominal",
        "title": "reported stance",
        "scale": scale,
        "legend": {"symbolOpacity": 1} if used else None,
    }


def _shape(colour: dict[str, Any]) -> dict[str, Any]:
    domain = colour["scale"]["domain"]
    scale = {"domain": domain, "range": [_STANCES[stance][1] for stance in domain]}
    return {**colour, "scale": scale}


def _lane_words(result: Positions, lanes: list[_Lane]) -> list[str]:
    shown = sum(len(lane) for _, lane in lanes)
    pairs = len({(row.actor, row.proposition) for row in result.rows})
    actors = len({row.actor for row in result.rows})
    hidden = f"; the {shown} of {pairs} series with most occasions are shown" if shown < pairs else ""
    until = f" up to {result.at}" if result.at else ""
    return [
        f"{_plural(len(result.rows), 'occasion')} of {_plural(actors, 'actor')} in {_plural(result.moves, 'reported move')}{until}{hidden}",
        "A pale bar is the stance last reported, until it is reported again; before it nothing is known."
        + (
            " Of very many days the first of each run is shown."
            if any(len(rows) > _MOST for _, lane in lanes for rows in lane)
            else ""
        ),
    ]


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def chart_matrix(result: Positions, *, name: Name, proposition: Name) -> dict[str, Any]:
    """Return the Vega-Lite specification: a column an actor, a row a proposition, each cell the standing stance in words and colour.

    Actors and propositions that most is reported on are shown; a cell without a report says so.
    """
    known = {(row.actor, row.proposition): row for row in result.standing if row.stance}
    actors = _heaviest(known, 0)[:_COLUMNS]
    ids = _heaviest(known, 1)[:_ROWS]
    columns = label_all(actors, name, 20)
    rows = label_all(ids, proposition, 48)
    values = [
        _cell(columns[actor], rows[one], known.get((actor, one)))
        for one in ids
        for actor in actors
    ]  # fmt: skip
    return _matrix_spec(result, known, list(columns.values()), list(rows.values()), values)


def _heaviest(known: dict[tuple[str, str], Standing], side: int) -> list[str]:
    """Return the actors (0) or propositions (1) by the stances known of them, then by occasions."""
    weights: dict[str, tuple[int, int]] = {}
    for key, row in known.items():
        count, occasions = weights.get(key[side], (0, 0))
        weights[key[side]] = (count + 1, occasions + row.occasions)
    return sorted(weights, key=lambda one: (-weights[one][0], -weights[one][1], one))


def _cell(actor: str, proposition: str, row: Standing | None) -> dict[str, Any]:
    return {
        "actor": actor,
        "proposition": proposition,
        "stance": row.stance if row else "unknown",
        "since": row.since.isoformat() if row and row.since else None,
        "last": row.last.isoformat() if row and row.last else None,
        "occasions": row.occasions if row else 0,
        "evidence": list(row.evidence) if row else [],
    }


def _matrix_spec(
    result: Positions,
    known: dict[tuple[str, str], Standing],
    actors: list[str],
    propositions: list[str],
    values: list[dict[str, Any]],
) -> dict[str, Any]:
    domain = [*_STANCES, "unknown"]
    colours = [*(look[0] for look in _STANCES.values()), "#eef0f2"]
    x = {
        "field": "actor",
        "type": "nominal",
        "sort": actors,
        "title": None,
        "axis": {
            "orient": "top",
            "labelAngle": -35 if len(actors) > 4 else 0,
            "grid": False,
            "domain": False,
            "ticks": False,
        },
    }
    y = {
        "field": "proposition",
        "type": "nominal",
        "sort": propositions,
        "title": None,
        "axis": {"grid": False, "domain": False, "ticks": False, "labelLimit": 380},
    }
    told = [
        {"field": "actor"},
        {"field": "proposition"},
        {"field": "stance", "title": "reported stance"},
        {"field": "since"},
        {"field": "last", "title": "last reported"},
        {"field": "occasions", "title": "days reported"},
    ]
    fill = {"field": "stance", "type": "nominal", "scale": {"domain": domain, "range": colours}, "legend": None}
    spec: dict[str, Any] = {
        "$schema": _SCHEMA,
        "title": {
            "text": "Who is reported to stand for and against what",
            "subtitle": _matrix_words(result, known, actors, propositions),
        },
        "config": STYLE,
    }
    if not values:
        return spec | {
            "data": {"values": [{}]},
            "width": 420,
            "height": 30,
            "mark": {
                "type": "text",
                "align": "left",
                "x": 0,
                "text": "No stance is reported here on a day that is known.",
            },
        }
    return spec | {
        "data": {"values": values},
        "width": {"step": 84 if len(actors) <= 7 else 56},
        "height": {"step": 24},
        "layer": [
            {"mark": {"type": "rect", "stroke": "#ffffff", "strokeWidth": 2}, "encoding": {"x": x, "y": y, "color": fill, "tooltip": told}},
            {
                "mark": {"type": "text", "fontSize": 11},
                "encoding": {
                    "x": x, "y": y, "text": {"field": "stance"},
                    "color": {"condition": {"test": "datum.stance === 'unknown'", "value": QUIET}, "value": "#ffffff"},
                },
            },
        ],
    }  # fmt: skip


def _matrix_words(
    result: Positions, known: dict[tuple[str, str], Standing], actors: list[str], propositions: list[str]
) -> list[str]:
    every = (len({one for one, _ in known}), len({one for _, one in known}))
    hidden = (
        f"; {len(actors)} of {_plural(every[0], 'actor')} and {len(propositions)} of {_plural(every[1], 'proposition')} are shown"
        if (len(actors), len(propositions)) != every
        else ""
    )
    until = f"Last reported stance up to {result.at}" if result.at else "Last reported stance"
    return [
        f"{until}: {_plural(len(known), 'stance')} from {_plural(result.moves, 'reported move')}{hidden}",
        "Unknown: no report of a stance. mixed: reports of the last day contradict each other.",
    ]
