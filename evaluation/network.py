"""Networks against networkx and against written-out formulae: ``python -m evaluation.network [--draws N] [--seed S]``.

Random ledgers are made; for each kind, normalisation and window the edges are compared with the formulae of Discourse Network Analyzer
(Leifeld, Gruber and Bossner, Discourse Network Analyzer Manual, 2018, section 2; Leifeld 2017) in plain loops over actors, propositions
and stances, and the measures with networkx on a graph built from the same loops. The largest differences are printed.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import networkx as nx

from demarche.analysis.network import NORMALISATIONS, build_network
from demarche.model.network import Network

__all__ = ["compare_addresses", "compare_stances", "draw_moves"]

_ACTS = ("demand", "promise", "reject", "criticize", "attack", "meet", "state")
_SIGN = {"demand": 1, "promise": 1, "reject": -1, "criticize": -1}
_QUAD = {"demand": 3, "promise": 1, "reject": 3, "criticize": 3, "attack": 4, "meet": 1, "state": None}
_KINDS = ("agreement", "conflict", "subtract")
_FIRST = date(2024, 1, 1)
_Row = dict[str, Any]


def draw_moves(
    generator: random.Random, moves: int = 200, *, actors: int = 9, propositions: int = 6, days: int = 90
) -> list[_Row]:
    """Return random moves; some report an occasion again."""
    made: list[_Row] = []
    for number in range(moves):
        if made and generator.random() < 0.2:
            made.append(
                {**generator.choice(made), "id": f"m{number:04}", "document": f"d{number}", "cluster": f"d{number}"}
            )
            continue
        actor, recipient, other = generator.sample(range(actors), 3)
        made.append(
            {
                "id": f"m{number:04}", "document": f"d{number}", "cluster": f"d{number}",
                "act": generator.choice(_ACTS), "issue": generator.choice(("arms", "talks")),
                "actors": [f"A{actor}", f"A{other}"][: generator.choice((1, 1, 2))],
                "recipients": [f"A{recipient}"] if generator.random() < 0.8 else [],
                "proposition": f"p{generator.randrange(propositions)}" if generator.random() < 0.9 else None,
                "polarity": generator.choice((1, 1, -1)),
                "date": (_FIRST + timedelta(days=generator.randrange(days))).isoformat(), "precision": "day",
            }
        )  # fmt: skip
    return made


def _in(moves: list[_Row], network: Network) -> list[_Row]:
    return [move for move in moves if str(network.since) <= move["date"] <= str(network.until)]


def _stances(moves: list[_Row]) -> dict[tuple[str, str, int], int]:
    """Return x_ijk: 1 for each actor, proposition and stance that is reported."""
    found = {}
    for move in moves:
        sign = _SIGN.get(move["act"], 0) * move["polarity"]
        for actor in move["actors"]:
            if sign and move["proposition"]:
                found[actor, move["proposition"], sign] = 1
    return found


def _dna(x: dict[tuple[str, str, int], int], kind: str, normalise: str) -> dict[tuple[str, str], float]:
    """Return the weights by the formulae of DNA, term by term."""
    actors = sorted({actor for actor, _, _ in x})
    propositions = sorted({proposition for _, proposition, _ in x})
    found = {}
    for one, other in combinations(actors, 2):
        congruence = conflict = m11 = m10 = m01 = n_one = n_other = 0
        for j in propositions:
            for k in (1, -1):
                a, b = x.get((one, j, k), 0), x.get((other, j, k), 0)
                congruence += a * b
                conflict += a * x.get((other, j, -k), 0)
                m11, m10, m01 = m11 + a * b, m10 + a * (1 - b), m01 + (1 - a) * b
                n_one, n_other = n_one + a, n_other + b
        norm = {
            "none": 1.0,
            "average": (n_one + n_other) / 2,
            "jaccard": m11 + m10 + m01,
            "cosine": math.sqrt(n_one) * math.sqrt(n_other),
            "product": n_one * n_other,
        }[normalise]
        weight = {"agreement": congruence, "conflict": conflict, "subtract": congruence - conflict}[kind] / norm
        if weight:
            found[one, other] = weight
    return found


def _two_mode(x: dict[tuple[str, str, int], int]) -> dict[tuple[str, str], float]:
    pairs = {(actor, proposition) for actor, proposition, _ in x}
    return {(i, j): x.get((i, j, 1), 0) - x.get((i, j, -1), 0) for i, j in pairs}


def _differences(one: dict[Any, float], other: dict[Any, float]) -> float:
    """Return the largest difference; what one lacks differs by all that it is, and by 1 at least."""
    lacking = [
        max(1.0, abs(value))
        for both in ((one, other), (other, one))
        for key, value in both[0].items()
        if key not in both[1]
    ]
    return max([abs(value - other[key]) for key, value in one.items() if key in other] + lacking, default=0.0)


def _windows(generator: random.Random) -> tuple[int | None, int | None]:
    return generator.choice(((None, None), (30, 10), (20, None), (10, 15)))


def compare_stances(
    moves: list[_Row], window: int | None = None, step: int | None = None
) -> Iterator[tuple[str, float]]:
    """Yield by kind and normalisation the largest difference between edges and formulae, and between measures and networkx."""
    for kind in _KINDS:
        for normalise in NORMALISATIONS:
            for network in build_network(moves, kind, normalise=normalise, window=window, step=step).networks:
                wanted = _dna(_stances(_in(moves, network)), kind, normalise)
                yield (
                    f"{kind}, {normalise}",
                    _differences({(e.source, e.target): e.weight for e in network.edges}, wanted),
                )
                graph = nx.Graph()
                graph.add_nodes_from(sorted({actor for actor, _, _ in _stances(_in(moves, network))}))
                graph.add_weighted_edges_from((*pair, weight) for pair, weight in wanted.items())
                yield from _measures(network, graph)
    for network in build_network(moves, "two-mode", window=window, step=step).networks:
        found = {(edge.source, edge.target): float(edge.sign or 0) for edge in network.edges}
        yield "two-mode, sign", _differences(found, _two_mode(_stances(_in(moves, network))))


def compare_addresses(
    moves: list[_Row], window: int | None = None, step: int | None = None
) -> Iterator[tuple[str, float]]:
    """Yield the largest difference between occasions and a count by hand, and between measures and networkx."""
    for network in build_network(moves, "addresses", window=window, step=step).networks:
        occasions: dict[tuple[str, str], set[tuple[Any, ...]]] = {}
        for move in _in(moves, network):
            mutual = move["act"] == "meet" and not move["recipients"]
            for actor in move["actors"]:
                for recipient in move["actors"] if mutual else move["recipients"]:
                    if actor != recipient:
                        occasions.setdefault((actor, recipient), set()).add((move["act"], move["issue"], move["date"]))
        found = {(edge.source, edge.target): edge.weight for edge in network.edges}
        yield "addresses, occasions", _differences(found, {pair: float(len(all)) for pair, all in occasions.items()})
        conflict = {
            (e.source, e.target): float((e.verbal_conflict or 0) + (e.material_conflict or 0)) for e in network.edges
        }
        by_hand = {pair: float(sum(_QUAD[act] in (3, 4) for act, _, _ in all)) for pair, all in occasions.items()}
        yield "addresses, conflict", _differences(conflict, by_hand)
        graph = nx.DiGraph()
        graph.add_weighted_edges_from((*pair, len(all)) for pair, all in sorted(occasions.items()))
        yield from _measures(network, graph)


def _measures(network: Network, graph: Any) -> Iterator[tuple[str, float]]:
    measures, nodes = network.measures, {node.id: node for node in network.nodes}
    undirected = graph.to_undirected(as_view=True) if network.directed else graph
    parts = [len(part) for part in nx.connected_components(undirected)] if len(graph) else []
    yield "networkx: nodes", _differences(dict.fromkeys(nodes, 1.0), dict.fromkeys(graph, 1.0))
    yield "networkx: density", abs((measures.density or 0) - nx.density(graph))
    yield "networkx: components", abs(measures.components - len(parts)) + abs(measures.largest - max(parts, default=0))
    if network.directed and graph.number_of_edges():
        yield "networkx: reciprocity", abs((measures.reciprocity or 0) - nx.overall_reciprocity(graph))
        yield (
            "networkx: received",
            _differences({i: n.received or 0 for i, n in nodes.items()}, dict(graph.in_degree(weight="weight"))),
        )
    yield "networkx: degree", _differences({i: n.degree for i, n in nodes.items()}, dict(undirected.degree()))
    yield (
        "networkx: strength",
        _differences({i: n.strength for i, n in nodes.items()}, dict(graph.degree(weight="weight"))),
    )
    between = {i: n.betweenness or 0.0 for i, n in nodes.items()}
    yield "networkx: betweenness", _differences(between, nx.betweenness_centrality(graph))
    if measures.modularity is not None:
        groups = [
            {i for i, n in nodes.items() if n.community == number} for number in {n.community for n in nodes.values()}
        ]
        yield "networkx: modularity", abs(measures.modularity - nx.community.modularity(graph, groups, weight="weight"))


def compare(draws: int, seed: int) -> dict[str, float]:
    """Return the largest differences of `draws` random ledgers."""
    worst: dict[str, float] = {}
    for draw in range(draws):
        generator = random.Random(seed * 1000 + draw)
        moves = draw_moves(generator, generator.randrange(20, 300))
        windows = _windows(generator)
        for name, difference in (*compare_stances(moves, *windows), *compare_addresses(moves, *windows)):
            worst[name] = max(worst.get(name, 0.0), float(difference))
    return worst


def main() -> None:
    """Print the largest differences."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--draws", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found = compare(options.draws, options.seed)
    for name, difference in sorted(found.items()):
        print(f"{name:28} {difference:.1e}")
    print(f"largest of {options.draws} draws: {max(found.values()):.1e}")


if __name__ == "__main__":
    main()
