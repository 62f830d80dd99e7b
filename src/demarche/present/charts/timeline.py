"""The timeline: a lane an actor, in it a symbol for the moves of each period and each quad class."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from demarche.model.timeline import Timeline, TimelineCell
from demarche.present.charts._labels import label_all
from demarche.present.charts._style import AGAINST, FOR, INK, QUIET, STYLE
from demarche.present.charts.positions import day_axis

__all__ = ["MOST_MARKS", "chart_timeline"]

Name = Callable[[str], str | None]

MOST_MARKS = 1000
"""Symbols that a page can hold: who draws more should take longer periods."""
_WIDTH, _HEADING, _ROW, _SPACE = 760, 24, 15, 14
_OPEN = "not resolved"
# Colour and shape say co-operation or conflict, filled or hollow says material or verbal: each class is told twice.
_CLASSES = {
    2: ("material co-operation", "circle", FOR, FOR),
    1: ("verbal co-operation", "circle", "#ffffff", FOR),
    0: ("statement or denial", "square", "#ffffff", QUIET),
    3: ("verbal conflict", "triangle-up", "#ffffff", AGAINST),
    4: ("material conflict", "triangle-up", AGAINST, AGAINST),
}
"""Quad class, in the order of its rows in a lane: its name, shape, fill, line."""


def chart_timeline(
    timeline: Timeline, *, name: Name, address: Callable[[TimelineCell], str], lane: Callable[[str | None], str]
) -> dict[str, Any]:
    """Return the Vega-Lite specification: a lane an actor, in it a row for each quad class that it has, symbols by period.

    Parameters
    ----------
    address
        Gives the path of the page with the moves of a cell.
    lane
        Gives the path of the page with all moves of an actor, None for those that are not resolved.
    """
    labels = label_all((count.value or _OPEN for count in timeline.actors), lambda one: name(one) or one, 60)
    headings: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    marks: list[dict[str, Any]] = []
    top = 0
    for actor in timeline.actors:
        cells = [cell for cell in timeline.cells if cell.actor == actor.value]
        label = labels[actor.value or _OPEN]
        rows = [quad for quad in _CLASSES if any(cell.quad == quad for cell in cells)]
        places = {quad: top + _HEADING + (place + 0.5) * _ROW for place, quad in enumerate(rows)}
        headings.append({"y": top + 10, "label": label, "moves": actor.moves, "address": lane(actor.value)})
        lines.append({"y": top - _SPACE / 2})
        marks += [{**_mark(cell), "y": places[cell.quad], "actor": label, "address": address(cell)} for cell in cells]
        top += _HEADING + len(rows) * _ROW + _SPACE
    return _spec(timeline, headings, lines[1:], marks, max(top - _SPACE, 30))


def _mark(cell: TimelineCell) -> dict[str, Any]:
    first, last = date.fromisoformat(cell.start), date.fromisoformat(cell.end)
    return {
        "day": date.fromordinal((first.toordinal() + last.toordinal()) // 2).isoformat(),
        "period": cell.start if cell.start == cell.end else f"{cell.start} to {cell.end}",
        "kind": _CLASSES[cell.quad][0],
        "moves": cell.moves,
        "mentions": cell.mentions if cell.mentions != cell.moves else None,
    }


def _spec(
    timeline: Timeline,
    headings: list[dict[str, Any]],
    lines: list[dict[str, Any]],
    marks: list[dict[str, Any]],
    height: int,
) -> dict[str, Any]:
    scale = {"domain": [0, height], "reverse": True, "nice": False}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": scale}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {"text": f"What actors are reported to have done, by {timeline.step}", "subtitle": list(_subtitle(timeline))},
        "width": _WIDTH,
        "height": height,
        "layer": [
            {
                "data": {"values": headings},
                "mark": {"type": "text", "align": "left", "x": 0, "fontSize": 12, "fontWeight": "bold", "color": INK},
                "encoding": {"y": y, "text": {"field": "label"}, "tooltip": [{"field": "label", "title": "actor"}, {"field": "moves"}]},
            },
            {"data": {"values": lines}, "mark": {"type": "rule", "color": "#dadce0"}, "encoding": {"y": y}},
            {
                "data": {"values": marks},
                "mark": {"type": "point", "opacity": 1, "strokeWidth": 1.6},
                "encoding": {"x": _days(timeline, marks), "y": y, **_look(marks)},
            },
        ],
        "config": STYLE,
    }  # fmt: skip


def _days(timeline: Timeline, marks: list[dict[str, Any]]) -> dict[str, Any]:
    axis = day_axis([mark["day"] for mark in marks])
    if axis and timeline.step in ("month", "year"):
        axis["format"] = "%b %Y" if timeline.step == "month" else "%Y"
    span = {"domain": [timeline.first, timeline.last], "padding": 12, "nice": False} if timeline.first else {}
    return {"field": "day", "type": "temporal", "title": None, "axis": axis, "scale": span}


def _look(marks: list[dict[str, Any]]) -> dict[str, Any]:
    used = [look for look in _CLASSES.values() if any(mark["kind"] == look[0] for mark in marks)]
    kind = {
        "field": "kind",
        "type": "nominal",
        "title": "reported",
        "legend": {"orient": "bottom", "columns": 3, "columnPadding": 32} if used else None,
    }

    def channel(at: int) -> dict[str, Any]:
        return {**kind, "scale": {"domain": [look[0] for look in used], "range": [look[at] for look in used]}}

    most = max((mark["moves"] for mark in marks), default=1)
    return {
        "shape": channel(1),
        "fill": channel(2),
        "stroke": channel(3),
        "size": {
            "field": "moves",
            "type": "quantitative",
            "title": "moves",
            "scale": {"type": "sqrt", "domain": [1, max(2, most)], "range": [45, 260]},
            "legend": {"orient": "bottom", "values": _sizes(most)} if most > 1 else None,
        },
        "tooltip": [
            {"field": "actor"},
            {"field": "period"},
            {"field": "kind", "title": "reported"},
            {"field": "moves"},
            {"field": "mentions", "title": "with copies"},
        ],
    }


def _sizes(most: int) -> list[int]:
    """Return the few numbers that the legend shows."""
    return sorted({1, most, max(2, most // 2)} if most > 1 else {1})


def _subtitle(timeline: Timeline) -> Iterator[str]:
    yield "Moves as texts report them, copies of a report counted once; the size of a symbol tells how many."
    left = [
        f"{number:,} {'move' if number == 1 else 'moves'} {why}"
        for number, why in (
            (timeline.undated, "without a date"),
            (timeline.coarse, f"with a date less precise than a {timeline.step}"),
        )
        if number
    ]
    if left:
        also = " Lists of a period show the latter too, if they can lie in it." if timeline.coarse else ""
        yield f"Of these actors not in the chart: {' and '.join(left)}.{also}"
    if not timeline.cells:
        yield "No move has a date here."
