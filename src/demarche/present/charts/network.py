"""A network as a picture: nodes where its springs put them, edges as wide as they are heavy, labels beside their nodes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from demarche.model.network import Edge, Network, Networks, Node
from demarche.present.charts._labels import shorten
from demarche.present.charts._style import AGAINST, FOR, INK, OTHERS, QUIET, STYLE, UNKNOWN
from demarche.present.network import describe_edge, name_node, name_span

__all__ = ["chart_network"]

Name = Callable[[str], str | None]
Spec = dict[str, Any]

_EDGES, _SMALL, _WINDOWS = 90, 25, 4
_LETTER, _LINE, _ROOM = 6.0, 13, 34
_THIN, _THICK = 0.6, 7.0
_TITLES = {
    "addresses": "Who is reported to address whom",
    "agreement": "Who is reported to have the same stances",
    "conflict": "Who is reported to have opposite stances",
    "subtract": "Same stances less opposite ones, as reported",
    "two-mode": "Who is reported to be for and against what",
}
_MORE, _LESS, _EVEN = "mostly co-operation", "mostly conflict", "as much of both, or neutral"
_SAME, _OPPOSITE = "same stance", "opposite stance"
_FOR, _AGAINST, _BOTH = "for", "against", "both within the window"
_COLOURS = {
    "addresses": {_MORE: FOR, _LESS: AGAINST, _EVEN: UNKNOWN},
    "agreement": {_SAME: FOR},
    "conflict": {_OPPOSITE: AGAINST},
    "subtract": {"more the same": FOR, "more opposite": AGAINST},
    "two-mode": {_FOR: FOR, _AGAINST: AGAINST, _BOTH: OTHERS[4]},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A node in the picture, in pixels, with its label on one side."""

    node: Node
    label: str
    x: float
    y: float
    radius: float


def _nobody(_: str) -> None:
    return None


def chart_network(found: Networks, *, name: Name, proposition: Name = _nobody) -> Spec:
    """Return the Vega-Lite specification: one picture, or up to four windows side by side with the nodes at the same places.

    Parameters
    ----------
    proposition
        Gives the readable name of a proposition's id.
    """
    chosen = _chosen([network for network in found.networks if network.edges])
    small = len(chosen) > 1
    heaviest = max((abs(edge.weight) for network in chosen for edge in network.edges), default=1.0)
    pictures = [_picture(network, name, proposition, small=small, heaviest=heaviest, found=found) for network in chosen]
    title = {"text": _TITLES[found.kind], "subtitle": _subtitle(found, chosen)}
    base = {"$schema": "https://vega.github.io/schema/vega-lite/v5.json", "config": STYLE}
    if not pictures:
        empty = {
            "data": {"values": [{"label": "No edge to show."}]},
            "mark": {"type": "text", "align": "left", "x": 0, "color": INK},
        }
        return {**base, "title": title, "width": 420, "height": 30, **empty, "encoding": {"text": {"field": "label"}}}
    if not small:
        return {**base, "title": title, **pictures[0]}
    named = [
        {**picture, "title": {"text": name_span(network), "fontSize": 12}}
        for picture, network in zip(pictures, chosen, strict=True)
    ]
    return {**base, "title": title, "concat": named, "columns": 2}


def _chosen(networks: Sequence[Network]) -> list[Network]:
    """Return at most four windows, the first and the last among them, spread evenly."""
    if len(networks) <= _WINDOWS:
        return list(networks)
    places = sorted({round(number * (len(networks) - 1) / (_WINDOWS - 1)) for number in range(_WINDOWS)})
    return [networks[place] for place in places]


def _subtitle(found: Networks, chosen: Sequence[Network]) -> list[str]:
    spans = [network for network in found.networks if network.since]
    days = f"{spans[0].since} to {spans[-1].until}" if spans else "no day known"
    lines = [f"{found.moves} reported moves, {days}"]
    if len(found.networks) > 1:
        lines[0] += f"; {len(found.networks)} windows of {found.window} days, {len(chosen)} shown"
    hidden = max((sum(node.x is None and node.degree > 0 for node in network.nodes) for network in chosen), default=0)
    alone = max((sum(node.x is None and node.degree == 0 for node in network.nodes) for network in chosen), default=0)
    edges = max((len(network.edges) - len(_shown(network, small=len(chosen) > 1)) for network in chosen), default=0)
    upto = "up to " if len(chosen) > 1 else ""
    if hidden or edges:
        lines.append(f"Not shown, with less weight: {upto}{hidden} nodes and {upto}{edges} edges")
    if alone:
        lines.append(f"Not shown, without an edge: {upto}{alone} node{'' if alone == 1 else 's'}")
    if found.normalise != "none":
        lines.append(f"Weights are normalised ({found.normalise})")
    return lines


def _shown(network: Network, *, small: bool = False) -> list[Edge]:
    placed = {(node.kind, node.id) for node in network.nodes if node.x is not None}
    other = "proposition" if network.kind == "two-mode" else "actor"
    inside = [edge for edge in network.edges if ("actor", edge.source) in placed and (other, edge.target) in placed]
    return sorted(inside, key=lambda edge: (-abs(edge.weight), edge.source, edge.target))[: _SMALL if small else _EDGES]


def _picture(network: Network, name: Name, proposition: Name, *, small: bool, heaviest: float, found: Networks) -> Spec:
    placed = [node for node in network.nodes if node.x is not None]
    if network.kind == "two-mode":
        width, height, spots = _columns(placed, name, proposition, small)
    else:
        width, height = (430, 340) if small else (min(760, 400 + 24 * len(placed)), min(560, 250 + 20 * len(placed)))
        spots = _spots(placed, name, width, height)
    lines = [drawn for edge in _shown(network, small=small) if (drawn := _drawn(edge, network, spots, heaviest))]
    labels = _labels(spots, lines, network.kind, width, height)
    return {
        "width": width,
        "height": height,
        "layer": [
            _edge_layer(lines, found.kind, heaviest, width, height),
            *([_arrow_layer(lines, found.kind, width, height)] if network.directed else []),
            _node_layer(spots, network, name, proposition, width, height),
            *_label_layers(labels, width, height),
        ],
    }


def _spots(nodes: Sequence[Node], name: Name, width: int, height: int) -> dict[str, _Spot]:
    """Return the nodes in pixels, pushed apart where they would lie on one another."""
    side, top = 70, 26
    most = max((abs(node.strength) for node in nodes), default=0) or 1
    places = [[side + (node.x or 0) * (width - 2 * side), top + (node.y or 0) * (height - 2 * top)] for node in nodes]
    for _ in range(120):
        moved = False
        for i in range(len(places)):
            for j in range(i):
                moved |= _push(places[i], places[j], _ROOM)
        for place in places:
            place[0], place[1] = min(max(place[0], side), width - side), min(max(place[1], top), height - top)
        if not moved:
            break
    return {
        node.id: _Spot(
            node=node,
            label=shorten(name_node(node.id, node.kind, name=name), 34),
            x=place[0],
            y=place[1],
            radius=4 + 6 * math.sqrt(abs(node.strength) / most),
        )
        for node, place in zip(nodes, places, strict=True)
    }


def _push(one: list[float], other: list[float], room: float) -> bool:
    dx, dy = one[0] - other[0], one[1] - other[1]
    apart = math.hypot(dx, dy)
    if apart >= room:
        return False
    if apart < 1e-6:
        dx, dy, apart = 1.0, 0.5, math.hypot(1.0, 0.5)
    by = (room - apart) / 2 + 0.01
    one[0], one[1] = one[0] + dx / apart * by, one[1] + dy / apart * by
    other[0], other[1] = other[0] - dx / apart * by, other[1] - dy / apart * by
    return True


def _columns(nodes: Sequence[Node], name: Name, proposition: Name, small: bool) -> tuple[int, int, dict[str, _Spot]]:
    """Return width, height and the nodes: actors in a column on the left, propositions in one on the right."""
    left, right, width, longest = (120, 230, 430, 32) if small else (190, 400, 760, 58)
    most = max(sum(node.kind == kind for node in nodes) for kind in ("actor", "proposition")) if nodes else 1
    height = max(60, most * (20 if small else 25))
    spots = {}
    for node in nodes:
        actor = node.kind == "actor"
        label = shorten(name_node(node.id, node.kind, name=name, proposition=proposition), 24 if actor else longest)
        at = 14 + (node.y or 0) * (height - 28)
        spots[node.id] = _Spot(node=node, label=label, x=left if actor else right, y=at, radius=5)
    return width, height, spots


def _drawn(edge: Edge, network: Network, spots: dict[str, _Spot], heaviest: float) -> Spec | None:
    """Return an edge in pixels: from rim to rim, moved aside where one may run the other way."""
    one, other = spots.get(edge.source), spots.get(edge.target)
    if one is None or other is None:
        return None
    dx, dy = other.x - one.x, other.y - one.y
    apart = math.hypot(dx, dy) or 1.0
    ux, uy = dx / apart, dy / apart
    wide = _THIN + (_THICK - _THIN) * abs(edge.weight) / heaviest
    aside = wide / 2 + 1.2 if network.directed else 0.0
    end = other.radius + (5 + wide / 2 if network.directed else 1)
    x, y = one.x + ux * (one.radius + 1) - uy * aside, one.y + uy * (one.radius + 1) + ux * aside
    x2, y2 = other.x - ux * end - uy * aside, other.y - uy * end + ux * aside
    return {
        "x": round(x, 1), "y": round(y, 1), "x2": round(x2, 1), "y2": round(y2, 1),
        "angle": round(math.degrees(math.atan2(ux, -uy)), 1), "head": round(42 + 4 * wide**2, 1),
        "weight": abs(edge.weight), "means": _means(edge, network.kind),
        "what": f"{one.label} {'→' if network.directed else '–'} {other.label}: {describe_edge(edge, network.kind)}",
        "evidence": list(edge.evidence),
    }  # fmt: skip


def _means(edge: Edge, kind: str) -> str:
    if kind == "addresses":
        good = (edge.verbal_cooperation or 0) + (edge.material_cooperation or 0)
        bad = (edge.verbal_conflict or 0) + (edge.material_conflict or 0)
        return _MORE if good > bad else _LESS if bad > good else _EVEN
    if kind == "two-mode":
        return {1: _FOR, -1: _AGAINST}.get(edge.sign or 0, _BOTH)
    if kind == "subtract":
        return "more the same" if edge.weight > 0 else "more opposite"
    return _SAME if kind == "agreement" else _OPPOSITE


def _labels(spots: dict[str, _Spot], lines: Sequence[Spec], kind: str, width: int, height: int) -> list[Spec]:
    """Return the labels, each on the side of its node where it covers least; those of heavy nodes choose first."""
    if kind == "two-mode":
        return [
            _label(
                spot,
                "right" if spot.node.kind == "actor" else "left",
                spot.x + (-10 if spot.node.kind == "actor" else 10),
                spot.y,
            )
            for spot in spots.values()
        ]
    boxes = [
        (spot.x - spot.radius, spot.y - spot.radius, spot.x + spot.radius, spot.y + spot.radius)
        for spot in spots.values()
    ]
    boxes += [box for line in lines for box in _along(line)]
    made = []
    for spot in sorted(spots.values(), key=lambda spot: -spot.radius):
        align, x, y, box = min(_sides(spot), key=lambda side: _covers(side[3], boxes, width, height))
        boxes.append(box)
        made.append(_label(spot, align, x, y))
    return made


_Box = tuple[float, float, float, float]


def _along(line: Spec) -> Iterator[_Box]:
    """Yield small boxes along an edge, a larger one about its head: labels had better lie elsewhere."""
    long = math.hypot(line["x2"] - line["x"], line["y2"] - line["y"])
    steps = max(1, int(long // 9))
    for step in range(steps + 1):
        x, y = (line[a] + (line[b] - line[a]) * step / steps for a, b in (("x", "x2"), ("y", "y2")))
        half = 6 if step == steps else 2
        yield x - half, y - half, x + half, y + half


def _sides(spot: _Spot) -> list[tuple[str, float, float, _Box]]:
    long, gap = len(spot.label) * _LETTER, spot.radius + 4
    right, left = spot.x + gap, spot.x - gap
    above, below = spot.y - gap - 5, spot.y + gap + 5
    half = _LINE / 2
    return [
        ("left", right, spot.y, (right, spot.y - half, right + long, spot.y + half)),
        ("right", left, spot.y, (left - long, spot.y - half, left, spot.y + half)),
        ("center", spot.x, above, (spot.x - long / 2, above - half, spot.x + long / 2, above + half)),
        ("center", spot.x, below, (spot.x - long / 2, below - half, spot.x + long / 2, below + half)),
    ]


def _covers(box: _Box, boxes: Sequence[_Box], width: int, height: int) -> float:
    """Return how much of other boxes a box covers, and of what is outside the picture."""
    outside = max(0, -box[0]) + max(0, box[2] - width) + max(0, -box[1]) + max(0, box[3] - height)
    return outside * _LINE + sum(
        max(0.0, min(box[2], other[2]) - max(box[0], other[0]))
        * max(0.0, min(box[3], other[3]) - max(box[1], other[1]))
        for other in boxes
    )


def _label(spot: _Spot, align: str, x: float, y: float) -> Spec:
    return {"x": round(x, 1), "y": round(y, 1), "align": align, "label": spot.label, "weak": spot.node.degree == 0}


def _axes(width: int, height: int, *, ends: bool = False) -> Spec:
    """Return encodings in pixels from the upper left corner."""
    x = {
        "field": "x",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, width], "nice": False, "zero": False},
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "axis": None,
        "scale": {"domain": [0, height], "nice": False, "zero": False, "reverse": True},
    }
    return {"x": x, "y": y, **({"x2": {"field": "x2"}, "y2": {"field": "y2"}} if ends else {})}


def _colour(kind: str) -> Spec:
    colours = _COLOURS[kind]
    scale = {"domain": list(colours), "range": list(colours.values())}
    return {"field": "means", "type": "nominal", "title": "reported", "scale": scale}


def _edge_layer(edges: list[Spec], kind: str, heaviest: float, width: int, height: int) -> Spec:
    title = "occasions" if kind == "addresses" else "weight"
    scale = {"domain": [0, heaviest], "range": [_THIN, _THICK]}
    legend = None if kind == "two-mode" else {"values": _ticks(heaviest), "format": "~r", "symbolStrokeColor": QUIET}
    wide: Spec = {"field": "weight", "type": "quantitative", "title": title, "scale": scale, "legend": legend}
    return {
        "data": {"values": edges},
        "mark": {
            "type": "rule",
            "opacity": 0.75,
            "strokeCap": "butt",
            **({"strokeWidth": 1.6} if kind == "two-mode" else {}),
        },
        "encoding": {
            **_axes(width, height, ends=True),
            "color": _colour(kind),
            **({} if kind == "two-mode" else {"strokeWidth": wide}),
            "tooltip": {"field": "what"},
        },
    }


def _ticks(heaviest: float) -> list[float]:
    """Return the weights that the legend shows: one, the half and the whole of the heaviest, round where weights are numbers."""
    if heaviest == int(heaviest):
        return sorted({1, math.ceil(heaviest / 2), int(heaviest)})
    return [float(f"{heaviest / 2:.2g}"), float(f"{heaviest:.2g}")]


def _arrow_layer(edges: list[Spec], kind: str, width: int, height: int) -> Spec:
    axes = _axes(width, height)
    return {
        "data": {"values": [{**edge, "x": edge["x2"], "y": edge["y2"]} for edge in edges]},
        "mark": {"type": "point", "shape": "triangle-up", "filled": True, "opacity": 1},
        "encoding": {
            **axes,
            "angle": {"field": "angle", "type": "quantitative", "scale": None},
            "size": {"field": "head", "type": "quantitative", "scale": None},
            "color": _colour(kind),
            "tooltip": {"field": "what"},
        },
    }


def _node_layer(
    spots: dict[str, _Spot], network: Network, name: Name, proposition: Name, width: int, height: int
) -> Spec:
    behind: dict[str, list[str]] = {}
    for edge in network.edges:
        for end in (edge.source, edge.target):
            if end in spots:
                behind.setdefault(end, []).extend(edge.evidence)
    values = [
        {
            "x": round(spot.x, 1), "y": round(spot.y, 1), "size": round(math.pi * spot.radius**2, 1),
            "who": name_node(spot.node.id, spot.node.kind, name=name, proposition=proposition),
            "neighbours": spot.node.degree, "weight": round(spot.node.strength, 3), "mode": spot.node.kind,
            "evidence": list(dict.fromkeys(behind.get(spot.node.id, ()))),
        }
        for spot in spots.values()
    ]  # fmt: skip
    shape = {
        "field": "mode",
        "type": "nominal",
        "scale": {"domain": ["actor", "proposition"], "range": ["circle", "square"]},
        "legend": None,
    }
    return {
        "data": {"values": values},
        "mark": {"type": "point", "filled": True, "fill": "#ffffff", "stroke": INK, "strokeWidth": 1.4, "opacity": 1},
        "encoding": {
            **_axes(width, height),
            "size": {"field": "size", "type": "quantitative", "scale": None},
            "shape": shape,
            "tooltip": [{"field": "who"}, {"field": "neighbours"}, {"field": "weight"}],
        },
    }


def _label_layers(labels: list[Spec], width: int, height: int) -> list[Spec]:
    """Return the labels with a white rim, so that they stay readable over an edge."""
    layers = []
    for align in ("left", "right", "center"):
        values = [label for label in labels if label["align"] == align]
        for mark in ({"stroke": "#ffffff", "strokeWidth": 3.5, "strokeJoin": "round", "color": "#ffffff"}, {}):
            colour = {"condition": {"test": "datum.weak", "value": UNKNOWN}, "value": INK}
            layers.append(
                {
                    "data": {"values": values},
                    "mark": {"type": "text", "align": align, "baseline": "middle", "fontSize": 11, **mark},
                    "encoding": {
                        **_axes(width, height),
                        "text": {"field": "label"},
                        **({} if mark else {"color": colour}),
                    },
                }
            )
    return layers
