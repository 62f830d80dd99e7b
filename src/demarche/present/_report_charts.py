"""The charts of a dossier: made to fit a page of A4, drawn, and cleaned of all that is no drawing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from lxml import etree

from demarche.model.report import Digest, PeriodCount
from demarche.present._marks import show_line
from demarche.present._report_words import plural, span_of_days
from demarche.present.charts._labels import shorten
from demarche.present.charts._style import INK, QUIET, STYLE
from demarche.present.charts.links import draw_linked_chart

__all__ = ["chart_timeline", "draw_for_page", "fit_to_page"]

Name = Callable[[str], str | None]
Spec = dict[str, Any]

_KINDS = {
    1: ("words of co-operation", "#a9cbe6"),
    2: ("deeds of co-operation", "#1b6ca8"),
    3: ("words of conflict", "#efb8ab"),
    4: ("deeds of conflict", "#c8553d"),
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_WIDTH, _BETWEEN, _LEAST = 560, 14, 9
_ALL, _TALLEST, _MOST = 300, 70, 7
"""Pixels that all bars of a timeline may be high together, that one may be, and that a move is at most."""


def chart_timeline(digest: Digest, *, name: Name) -> Spec:
    """Return the Vega-Lite specification: a lane an actor, in it a bar a period, co-operation above the line and conflict below it."""
    lanes = [
        (actor, list(_by_period(list(rows)))) for actor, rows in groupby(digest.periods, key=lambda row: row.actor)
    ]
    heights = [_height(own) for _, own in lanes]
    scale = min(
        _MOST,
        _ALL / max(sum(above + below for above, below in heights), 1),
        _TALLEST / max((max(pair) for pair in heights), default=1),
    )
    labels: list[Spec] = []
    bars: list[Spec] = []
    top = 0.0
    for (actor, own), (above, below) in zip(lanes, heights, strict=True):
        line = round(top + max(above * scale, _LEAST), 1)
        label = shorten(name(actor) or actor, 24)
        labels.append({"y": line, "label": label})
        for rows in own:
            bars += _stacked(rows, line, scale, label)
        top = line + max(below * scale, _LEAST) + _BETWEEN
    return _timeline_spec(labels, bars, max(round(top - _BETWEEN), 40))


def _by_period(rows: list[PeriodCount]) -> Iterator[list[PeriodCount]]:
    for _, found in groupby(rows, key=lambda row: row.start):
        yield [row for row in found if row.quad in _KINDS]


def _height(periods: list[list[PeriodCount]]) -> tuple[int, int]:
    """Return the moves of the tallest bar above the line, and of the tallest below it, at least one each."""
    above, below = (
        max((sum(row.moves for row in rows if row.quad in quads) for rows in periods), default=0)
        for quads in ((1, 2), (3, 4))
    )
    return max(above, 1), max(below, 1)


def _stacked(rows: list[PeriodCount], line: float, scale: float, actor: str) -> Iterator[Spec]:
    ends = {True: float(line), False: float(line)}
    for row in sorted(rows, key=lambda row: row.quad or 0):
        above = row.quad in (1, 2)
        end = ends[above] + (-scale if above else scale) * row.moves
        days = span_of_days(row.start, row.end)
        kind = _KINDS[row.quad or 1][0]
        yield {
            "start": row.start.isoformat(),
            "end": f"{row.end.isoformat()}T23:59:59Z",
            "y": round(ends[above], 2),
            "y2": round(end, 2),
            "kind": kind,
            "what": f"{actor}, {days}: {plural(row.moves, 'move')}, {kind}",
            "evidence": list(row.evidence),
        }
        ends[above] = end


def _timeline_spec(labels: list[Spec], bars: list[Spec], height: int) -> Spec:
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, height], "reverse": True, "nice": False},
    }
    used = [look for look in _KINDS.values() if any(bar["kind"] == look[0] for bar in bars)]
    colour = {
        "field": "kind", "type": "nominal", "title": None,
        "scale": {"domain": [kind for kind, _ in used], "range": [look for _, look in used]},
    }  # fmt: skip
    axis = {"format": "%-d %b %Y", "labelOverlap": True, "labelSeparation": 12, "tickCount": 7, "grid": True}
    x = {"field": "start", "type": "temporal", "title": None, "axis": axis if bars else None}
    named = {
        "type": "text",
        "align": "right",
        "x": -10,
        "fontSize": 11.5,
        "fontWeight": "bold",
        "color": INK,
        "limit": 150,
    }
    bar = {"type": "rect", "stroke": "#ffffff", "strokeWidth": 0.6}
    ends = {"x2": {"field": "end"}, "y2": {"field": "y2"}}
    return {
        "$schema": _SCHEMA,
        "width": _WIDTH,
        "height": height,
        "layer": [
            {"data": {"values": bars}, "mark": bar,
             "encoding": {"x": x, "y": y, **ends, "color": colour, "tooltip": {"field": "what", "title": "reported"}}},
            {"data": {"values": labels}, "mark": {"type": "rule", "x": 0, "x2": _WIDTH, "strokeWidth": 0.8, "color": QUIET},
             "encoding": {"y": y}},
            {"data": {"values": labels}, "mark": named, "encoding": {"y": y, "text": {"field": "label"}}},
        ],
        "config": STYLE,
    }  # fmt: skip


def fit_to_page(spec: Spec, *, width: int | None = None, labels: int = 320) -> Spec:
    """Return a specification for the width of a page: no title (the caption has it), the key below, days the same in every time zone.

    Parameters
    ----------
    width
        Of the plot, where it has one width.
    labels
        Pixels that a label of an axis may take.
    """
    made: Spec = _walk({name: value for name, value in spec.items() if name != "title"}, labels)
    if width is not None and isinstance(made.get("width"), int | float):
        made["width"] = width
    # A reader's fonts may be wider than those with which it is drawn here: the key has room, and no title.
    legend = {"orient": "bottom", "direction": "horizontal", "columns": 4, "offset": 14, "columnPadding": 40}
    legend |= {"rowPadding": 6, "layout": {"bottom": {"anchor": "end", "bounds": "full", "direction": "vertical"}}}
    config = made.get("config", {})
    return made | {"config": {**config, "legend": {**config.get("legend", {}), **legend}}}


def _walk(value: Any, labels: int) -> Any:
    if isinstance(value, list):
        return [_walk(item, labels) for item in value]
    if not isinstance(value, dict):
        return value
    made = {name: inner if name == "values" else _walk(inner, labels) for name, inner in value.items()}
    if made.get("type") == "temporal":
        made["scale"] = {**(made.get("scale") or {}), "type": "utc"}
        if isinstance(made.get("axis"), dict):
            made["axis"] = {**made["axis"], "labelOverlap": True, "labelSeparation": 18}
    if "scale" in made and made.get("type") in ("nominal", "quantitative") and "range" in (made["scale"] or {}):
        made["title"] = None
    if isinstance(made.get("labelLimit"), int | float):
        made["labelLimit"] = min(made["labelLimit"], labels)
    return made


_SVG = "{http://www.w3.org/2000/svg}"
_DRAWN = {"svg", "g", "path", "rect", "line", "circle", "text", "tspan", "a", "title", "defs", "clipPath"}
_KEPT = {
    *(
        "d",
        "x",
        "y",
        "x1",
        "x2",
        "y1",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "dx",
        "dy",
        "width",
        "height",
        "viewBox",
        "transform",
    ),
    *(
        "fill",
        "fill-opacity",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-dasharray",
        "stroke-linecap",
        "stroke-linejoin",
    ),
    *(
        "stroke-miterlimit",
        "opacity",
        "font-size",
        "font-family",
        "font-weight",
        "font-style",
        "text-anchor",
        "clip-path",
        "id",
    ),
    *("href", "class", "role", "aria-label", "aria-hidden", "display", "visibility"),
}
_UNTOLD = "the sentences behind it"
"""What a link is called whose mark tells nothing."""
_ROOM = 24
"""Pixels on the left for labels in a font that is wider than the one with which it was measured."""
_LARGEST = 1.2
"""By how much a chart may be enlarged on a wide page."""
_OWN = re.compile(r"url\(#([\w-]+)\)|#([\w-]+)")


def draw_for_page(spec: Spec, *, id: str, label: str, link: Callable[[tuple[str, ...]], str | None]) -> str:
    """Return a chart as SVG for a page: marks lead into the page, ids are its own, and nothing else is in it than a drawing.

    Parameters
    ----------
    id
        Name of the chart in the page, from which the ids in it are made.
    label
        What it is, for those who do not see it.
    link
        Gives the address in the page for the moves behind a mark; None where there is none.
    """
    svg = etree.fromstring(
        draw_linked_chart(spec, lambda moves: link(moves) or "").encode(),
        etree.XMLParser(resolve_entities=False, huge_tree=True),
    )
    _clean(svg)
    _rename_ids(svg, id)
    left, top, width, height = map(float, svg.get("viewBox").split())
    svg.set("viewBox", f"{left - _ROOM:g} {top:g} {width + _ROOM:g} {height:g}")
    svg.set("width", f"{(width + _ROOM) * _LARGEST:g}")
    svg.set("role", "group")
    svg.set("aria-label", show_line(label))
    made: str = etree.tostring(svg, encoding="unicode")
    return made


def _clean(svg: Any) -> None:
    """Take out what is no part of a drawing, however it came in: other elements, handlers, styles, addresses outside the page."""
    for element in list(svg.iter()):
        name = element.tag.removeprefix(_SVG) if isinstance(element.tag, str) else ""
        if name not in _DRAWN:
            element.getparent().remove(element)
            continue
        for attribute in list(element.attrib):
            if attribute not in _KEPT or (attribute == "href" and not element.get(attribute, "").startswith("#")):
                del element.attrib[attribute]
        if element.get("role", "").startswith("graphics"):
            del element.attrib["role"]
        if name == "a" and not element.get("href"):
            element.tag = f"{_SVG}g"
        if element.tag not in (f"{_SVG}a", f"{_SVG}svg"):
            element.attrib.pop("aria-label", None)
    for anchor in svg.iter(f"{_SVG}a"):
        for around in (anchor, *anchor.iterancestors()):
            around.attrib.pop("aria-hidden", None)
        if anchor.get("aria-label") == _UNTOLD:
            # Part of a mark that is a link with a name already: one stop of the keyboard is enough.
            anchor.set("tabindex", "-1")


def _rename_ids(svg: Any, own: str) -> None:
    """Give ids that are told by a chart's name: what draws numbers them through all charts of the process."""
    names: dict[str, str] = {}
    for element in svg.iter():
        if old := element.get("id"):
            element.set("id", names.setdefault(old, f"{own}-{len(names) + 1}"))
    for element in svg.iter():
        if (clip := element.get("clip-path")) and (found := _OWN.match(clip)):
            element.set("clip-path", f"url(#{names.get(found.group(1), '')})")
