"""Who is reported to address whom, and who agrees and disagrees with whom, through windows of time; as GraphML too."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from demarche.analysis.network import build_network, write_graphml
from demarche.errors import InputError
from demarche.ledger import Ledger
from demarche.model.network import Edge, Network, Networks
from demarche.present.charts.network import chart_network
from demarche.present.network import describe_edge, name_span
from demarche.web._analyses import (
    STANCES,
    Analysis,
    Asked,
    Options,
    ask_for,
    draw_bounded,
    read_asked,
    show_analysis,
    titles,
)
from demarche.web._security import READER
from demarche.web._view import named, show_pending

__all__ = ["router"]

router = APIRouter()

_KINDS = ("addresses", "agreement", "conflict", "subtract", "two-mode")
_NORMALISATIONS = ("none", "average", "jaccard", "cosine", "product")
_NODES, _WINDOWS, _KEPT = 25, 100, 200
_MEASURES = {
    "nodes": "nodes",
    "ties": "edges",
    "density": "density",
    "reciprocity": "reciprocity",
    "parts": "components",
    "largest": "largest",
    "groups": "communities",
    "modularity": "modularity",
}
_LONGEST_EVIDENCE = 200
"""Moves behind an edge that are kept for the page, whose links name fewer."""


def _read(options: Options) -> dict[str, Any]:
    window = options.maybe("window", low=1, high=36_600)
    step = options.maybe("step", low=1, high=36_600)
    kind, normalise = options.choice("kind", _KINDS), options.choice("normalise", _NORMALISATIONS)
    if step and not window:
        raise InputError("a step goes with a window; give the days of a window too")
    if normalise != "none" and kind not in ("agreement", "conflict", "subtract"):
        normalise = "none"
    return {
        "kind": kind,
        "window": window,
        "step": step,
        "normalise": normalise,
        "number": options.maybe("number", low=1, high=1000),
        "sectors": options.flag("sectors"),
    }


def _build(ledger: Ledger, asked: Asked) -> Networks:
    how = {name: asked.options[name] for name in ("window", "step", "normalise")}
    return build_network(asked.moves(ledger), asked.options["kind"], **how)


def _compute(ledger: Ledger, asked: Asked) -> dict[str, Any]:
    found = _build(ledger, asked)
    place = _place(found, asked.options["number"])
    network = found.networks[place] if found.networks else None
    edges = sorted(network.edges, key=lambda edge: (-abs(edge.weight), edge.source, edge.target)) if network else []
    behind = _behind(network) if network else {}
    nodes = sorted(network.nodes, key=lambda node: (-abs(node.strength), node.id)) if network else []
    names = titles(ledger, _propositions(found)) if found.kind == "two-mode" else {}
    shown = dataclasses.replace(found, networks=(network,)) if asked.options["number"] and network else found
    return {
        "found": dataclasses.replace(found, networks=()),
        "kind": found.kind,
        "directed": bool(network and network.directed),
        "windows": [_window(one, number) for number, one in enumerate(found.networks[:_WINDOWS], 1)],
        "measures": [(words, measure) for words, measure in _MEASURES.items() if _has(found, measure)],
        "between": any(node.betweenness is not None for node in nodes),
        "grouped": any(node.community is not None for node in nodes),
        "window_count": len(found.networks),
        "place": place + 1,
        "span": name_span(network) if network else "",
        "rows": [_told(edge, found.kind) for edge in edges[:_KEPT]],
        "total": len(edges),
        "nodes": [(node, behind.get(node.id, ())) for node in nodes[:_NODES]],
        "node_count": len(nodes),
        "titles": names,
        "svg": draw_bounded(chart_network(shown, name=named, proposition=names.get)),
        "silent": None if any(one.edges for one in found.networks) else "No tie of this kind is reported here.",
    }  # fmt: skip


def _has(found: Networks, measure: str) -> bool:
    return any(getattr(network.measures, measure) is not None for network in found.networks)


def _told(edge: Edge, kind: str) -> tuple[Edge, str]:
    """Return an edge with no more evidence than a page can name, and what it is made of in words."""
    return dataclasses.replace(edge, evidence=edge.evidence[:_LONGEST_EVIDENCE]), describe_edge(edge, kind)


def _place(found: Networks, number: int | None) -> int:
    """Return the place of the window that is shown: the one asked for, else the last that has an edge."""
    if number:
        return min(number, len(found.networks) or 1) - 1
    return next((place for place in reversed(range(len(found.networks))) if found.networks[place].edges), 0)


def _behind(network: Network) -> Mapping[str, tuple[str, ...]]:
    """Return the moves behind the edges of each node."""
    made: dict[str, dict[str, None]] = {}
    for edge in network.edges:
        for end in (edge.source, edge.target):
            made.setdefault(end, {}).update(dict.fromkeys(edge.evidence))
    return {node: tuple(moves) for node, moves in made.items()}


def _propositions(found: Networks) -> set[str]:
    return {node.id for network in found.networks for node in network.nodes if node.kind == "proposition"}


def _window(network: Network, number: int) -> dict[str, Any]:
    return {"number": number, "span": name_span(network), "measures": network.measures}


def _quoted(value: dict[str, Any], rows: Sequence[Any]) -> Iterator[str]:
    yield from (edge.evidence[0] for edge, _ in rows if edge.evidence)


_PAGE = Analysis(
    name="network",
    title="Network",
    fields=("kind", "window", "step", "normalise", "number", "sectors"),
    acts=STANCES,
    read=_read,
    compute=_compute,
    quoted=_quoted,
)


@router.get("/network", dependencies=[Depends(READER)])
def show_network(request: Request) -> Response:
    """Show a network, or its windows."""
    return show_analysis(request, _PAGE)


@router.get("/network/graphml", dependencies=[Depends(READER)])
def download_graphml(request: Request) -> Response:
    """Give the network of a window as GraphML, for Gephi, visone and networkx."""
    asked = read_asked(request, _PAGE)
    key = ("graphml", asked.wanted, tuple(sorted(asked.options.items())))
    answer = ask_for(request, key, partial(_write, asked), wait=5)
    if not answer.ready:
        return show_pending(request, "The network is being written", answer)
    if answer.value is None:
        raise HTTPException(404, "there is no window of that number")
    name = f"network-{asked.options['kind']}.graphml"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(answer.value, media_type="application/graphml+xml", headers=headers)


def _write(asked: Asked, ledger: Ledger) -> str | None:
    found = _build(ledger, asked)
    if not found.networks:
        return None
    names = titles(ledger, _propositions(found)) if found.kind == "two-mode" else {}
    network = found.networks[_place(found, asked.options["number"])]
    return write_graphml(network, name=lambda node: names.get(node) or named(node))
