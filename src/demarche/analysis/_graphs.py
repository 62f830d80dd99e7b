"""Ties as a graph: the measures that stay quick on a million ties, and those that networkx takes for a smaller one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from demarche.errors import MissingExtra

__all__ = [
    "Graph",
    "betweenness",
    "communities",
    "components",
    "density",
    "lay_out",
    "load_networkx",
    "reciprocity",
    "strengths",
]

_Ints = NDArray[np.int64]
_Floats = NDArray[np.float64]
_HOLD = 0.08
"""Weight, beside that of the mean tie, of the ties to the middle that keep parts of a picture from drifting apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """Ties between nodes 0 to n - 1, each pair once (a directed pair once in each direction).

    Parameters
    ----------
    first
        Nodes of the first mode, which come first; n in a one-mode graph.
    """

    n: int
    one: _Ints
    other: _Ints
    weight: _Floats
    directed: bool
    first: int


def load_networkx() -> Any:
    """Return networkx; raises MissingExtra if it is not installed."""
    try:
        import networkx
    except ImportError as error:
        raise MissingExtra("betweenness, communities, a picture or GraphML of a network", "analysis") from error
    return networkx


def density(graph: Graph) -> float | None:
    """Return the ties over those that there could be: n (n - 1) directed, half of that undirected, or actors times propositions."""
    if graph.first < graph.n:
        could = graph.first * (graph.n - graph.first)
    else:
        could = graph.n * (graph.n - 1) // (1 if graph.directed else 2)
    return len(graph.one) / could if could else None


def reciprocity(graph: Graph) -> float | None:
    """Return the share of directed ties that have one the other way; None without a tie or a direction."""
    if not graph.directed or not len(graph.one):
        return None
    forth = graph.one * graph.n + graph.other
    back = graph.other * graph.n + graph.one
    return float(np.isin(back, forth, assume_unique=True).mean())


def components(graph: Graph) -> _Ints:
    """Return for each node the lowest node that it hangs together with, direction aside: lowest numbers spread until none changes."""
    label = np.arange(graph.n)
    while True:
        before = label.copy()
        low = np.minimum(label[graph.one], label[graph.other])
        np.minimum.at(label, graph.one, low)
        np.minimum.at(label, graph.other, low)
        np.minimum.at(label, before[graph.one], low)
        np.minimum.at(label, before[graph.other], low)
        label = label[label]
        if np.array_equal(label, before):
            return label


def strengths(graph: Graph) -> tuple[_Ints, _Floats, _Floats]:
    """Return for each node its neighbours, and the sums of the weights that go out and come in (from the first to the second node)."""
    low, high = np.minimum(graph.one, graph.other), np.maximum(graph.one, graph.other)
    pairs = np.unique(low * graph.n + high)
    ends = np.concatenate([pairs // graph.n, pairs % graph.n]) if graph.n else pairs
    none = np.zeros(graph.n)
    degree = np.bincount(ends, minlength=graph.n).astype(np.int64)
    out = none + np.bincount(graph.one, graph.weight, minlength=graph.n)
    into = none + np.bincount(graph.other, graph.weight, minlength=graph.n)
    return degree, out, into


def _as_networkx(graph: Graph) -> Any:
    networkx = load_networkx()
    made = networkx.DiGraph() if graph.directed else networkx.Graph()
    made.add_nodes_from(range(graph.n))
    made.add_weighted_edges_from(zip(graph.one.tolist(), graph.other.tolist(), graph.weight.tolist(), strict=True))
    return made


def betweenness(graph: Graph) -> list[float]:
    """Return the betweenness of each node over unweighted shortest paths, normalised (Brandes 2001, as in networkx)."""
    found = load_networkx().betweenness_centrality(_as_networkx(graph))
    return [float(found[node]) for node in range(graph.n)]


def communities(graph: Graph, *, seed: int) -> tuple[list[int], float | None]:
    """Return the community of each node, the largest 0, and the modularity (Louvain: Blondel et al. 2008); None without a tie."""
    if not len(graph.one):
        return list(range(graph.n)), None
    networkx = load_networkx()
    whole = _as_networkx(graph)
    found = networkx.community.louvain_communities(whole, weight="weight", seed=seed)
    ordered = sorted(found, key=lambda members: (-len(members), min(members)))
    number = {node: place for place, members in enumerate(ordered) for node in members}
    modularity = float(networkx.community.modularity(whole, ordered, weight="weight"))
    return [number[node] for node in range(graph.n)], modularity


def lay_out(graph: Graph, *, seed: int) -> NDArray[np.float64]:
    """Return a place for each node, both coordinates 0 to 1: by springs (Fruchterman and Reingold 1991), or two modes in two columns."""
    if graph.first < graph.n:
        return _columns(graph)
    if graph.n < 3:
        return np.column_stack(
            [np.linspace(0.25, 0.75, graph.n) if graph.n > 1 else np.full(graph.n, 0.5), np.full(graph.n, 0.5)]
        )
    networkx = load_networkx()
    whole = networkx.Graph()
    pull = np.sqrt(np.clip(graph.weight, 0, None))  # who is more opposite than alike is not drawn together
    for one, other, weight in zip(graph.one.tolist(), graph.other.tolist(), pull.tolist(), strict=True):
        held = whole.get_edge_data(one, other, {"weight": 0.0})["weight"]
        whole.add_edge(one, other, weight=held + weight)
    mean = float(pull.mean()) or 1.0
    whole.add_weighted_edges_from((node, "middle", _HOLD * mean) for node in range(graph.n))
    found = networkx.spring_layout(whole, seed=seed, iterations=300, k=1.6 / np.sqrt(graph.n))
    places = np.array([found[node] for node in range(graph.n)])
    low, high = places.min(axis=0), places.max(axis=0)
    scaled: NDArray[np.float64] = (places - low) / np.maximum(high - low, 1e-9)
    return scaled


def _columns(graph: Graph) -> NDArray[np.float64]:
    """Return actors on the left and propositions on the right, each near the mean height of those it is tied to."""
    height = np.concatenate(
        [np.linspace(0, 1, max(graph.first, 1))[: graph.first], np.linspace(0, 1, graph.n - graph.first)]
    )
    for turn in range(12):
        own, others = (graph.other, graph.one) if turn % 2 == 0 else (graph.one, graph.other)
        total, count = np.bincount(own, height[others], minlength=graph.n), np.bincount(own, minlength=graph.n)
        part = slice(graph.first, graph.n) if turn % 2 == 0 else slice(0, graph.first)
        mean = np.where(count > 0, total / np.maximum(count, 1), height)[part]
        rank = np.empty(len(mean))
        rank[np.argsort(mean, kind="stable")] = np.arange(len(mean))
        height[part] = rank / max(len(mean) - 1, 1) if len(mean) > 1 else 0.5
    side = (np.arange(graph.n) >= graph.first).astype(float)
    return np.column_stack([side, height])
