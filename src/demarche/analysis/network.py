"""Networks: who addresses whom, and who agrees and disagrees with whom, through windows of time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from demarche.analysis._graphs import (
    Graph,
    betweenness,
    communities,
    components,
    density,
    lay_out,
    load_networkx,
    reciprocity,
    strengths,
)
from demarche.analysis._ties import MOST_PAIRS, tie_addresses, tie_stances, tie_two_modes, to_addresses, to_statements
from demarche.analysis.frame import as_frame, drop_copies
from demarche.errors import InputError
from demarche.model import LeftOut
from demarche.model.network import Edge, Measures, Network, Networks, Node

__all__ = ["KINDS", "NORMALISATIONS", "build_network", "write_graphml"]

KINDS = ("addresses", "agreement", "conflict", "subtract", "two-mode")
NORMALISATIONS = ("none", "average", "jaccard", "cosine", "product")

_WINDOWS = 1000
_DRAWN = 30
"""Nodes that get a place in the picture: those with most strength in all windows together."""
_PATHS, _GROUPED = 2_000_000, 100_000
"""Nodes times edges, and edges, of all windows together up to which betweenness and communities are computed: some seconds each."""
_TIED = (
    "verbal_cooperation",
    "material_cooperation",
    "verbal_conflict",
    "material_conflict",
    "neutral",
    "sign",
    "agree",
    "differ",
)
_Made = tuple[pl.DataFrame, list[str], int]
_Span = tuple[date | None, date | None]
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def build_network(
    moves: Any,
    kind: str = "addresses",
    *,
    window: int | None = None,
    step: int | None = None,
    since: date | None = None,
    until: date | None = None,
    normalise: str = "none",
    seed: int = 1,
) -> Networks:
    """Return the network of a kind, or its course through windows of time, with the moves behind every edge.

    ``addresses``: from actor to recipient, weighed by occasions (an act on an issue on a day, however many report it), by quad class
    too. In a meeting, a signature or a joint exercise without a recipient the actors address one another.

    The other kinds follow Discourse Network Analyzer. With x_ijk = 1 where actor i is reported to have the stance k (for, against) on
    proposition j within the window, however often, the weight of the edge between i and i' is

    - ``agreement`` (congruence): sum over j and k of x_ijk x_i'jk
    - ``conflict``: sum over j of x_ij+ x_i'j- + x_ij- x_i'j+
    - ``subtract``: the first less the second; pairs for which that is 0 have no edge

    and ``two-mode`` has an edge from each actor to each proposition on which it has a stance, with its sign. Normalised, a weight is
    divided, with n_i the stances of i, by (n_i + n_i') / 2 (``average`` activity), by the stances that either has (``jaccard``), by
    sqrt(n_i n_i') (``cosine``), or by n_i n_i' (``product``: what DNA 3 computes under the name of cosine).

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`; stances need ``proposition`` and ``polarity``.
    kind
        One of `KINDS`.
    window, step
        Days of a window, and from the first day of one to that of the next (a window by default). Only whole windows are taken.
    since, until
        First and last day, inclusive.
    normalise
        One of `NORMALISATIONS`; others than ``none`` only for agreement, conflict and subtract.
    seed
        Of communities and of the places in a picture.

    Raises
    ------
    InputError
        If the moves are no frame of moves, an option is out of its range, or there would be more than 1,000 windows.
    MissingExtra
        If networkx is not installed.

    Notes
    -----
    Weight 0 does not occur: no edge means that nothing is reported, not that nothing is there. Agreement grows with what two actors are
    reported to say at all: compare actors that are reported on about as much, or normalise. Not for judging who is central in the
    conflict: only who is in its reports.

    References
    ----------
    P. Leifeld, Discourse Network Analysis: Policy Debates as Dynamic Networks, in: The Oxford Handbook of Political Networks (2017).
    P. Leifeld, J. Gruber, F. R. Bossner, Discourse Network Analyzer Manual (2018), section 2.

    Examples
    --------
    >>> asked = {"id": "m1", "act": "demand", "actors": ["RUS"], "proposition": "p1", "polarity": 1, "date": "2025-11-27"}
    >>> refused = {**asked, "id": "m2", "act": "reject", "actors": ["UKR"]}
    >>> [edge] = build_network([asked, refused], "conflict").networks[0].edges
    >>> edge.source, edge.target, edge.weight, edge.evidence
    ('RUS', 'UKR', 1.0, ('m1', 'm2'))
    """
    _check(kind, window, step, normalise)
    frame = as_frame(moves)
    dated = window is not None or since is not None or until is not None
    rows, left_out = (to_addresses if kind == "addresses" else to_statements)(drop_copies(frame), day=dated)
    rows, outside = _between(rows, since, until)
    spans = _spans(rows, window, step or window, since, until)
    rows, beyond = _covered(rows, spans) if window else (rows, ())
    made = [_tie(_within(rows, span, dated), kind, normalise) for span in spans]
    notes = [note for note, wanted in zip(_NOTES[kind], (True, normalise != "none"), strict=False) if wanted]
    graphs = [_graph(ties, nodes, kind) for ties, nodes, _ in made]
    notes += _budget_notes(graphs, kind) + _activity_notes(made)
    places = _places(made, kind, seed)
    networks = [
        _network(kind, span, ties, nodes, graph, places, measured=_affordable(graphs, kind), seed=seed)
        for span, (ties, nodes, _), graph in zip(spans, made, graphs, strict=True)
    ]
    return Networks(
        moves=rows.get_column("id").n_unique(),
        left_out=left_out + outside + beyond,
        notes=tuple(notes) if rows.height else (_NOTHING[kind == "addresses"],),
        kind=kind,
        normalise=normalise,
        window=window,
        step=(step or window) if window else None,
        networks=tuple(networks),
    )


_NOTHING = {
    True: "No move names both an actor and another party that it addresses, so there is no network.",
    False: "No move takes a stance on a proposition, so there is no network.",
}
_NOTES = {
    "addresses": ("An occasion is an act of one party towards another on an issue on a day. It shows who is reported to address whom.",),
    "agreement": (
        "The weight is the number of propositions on which both are reported to have the same stance, each counted once a window.",
        "Normalised weights are no numbers of propositions: agree and differ of an edge hold those.",
    ),
    "conflict": (
        "The weight is the number of propositions on which the two are reported to have opposite stances, each counted once a window.",
        "Normalised weights are no numbers of propositions: agree and differ of an edge hold those.",
    ),
    "subtract": (
        "The weight is the propositions on which both are reported to have the same stance less those on which they have opposite ones; "
        "pairs with as many of each have no edge.",
        "Normalised weights are no numbers of propositions: agree and differ of an edge hold those.",
    ),
    "two-mode": ("An edge says that the actor is reported for the proposition (1), against it (-1), or both within the window (0).",),
}  # fmt: skip


def _check(kind: str, window: int | None, step: int | None, normalise: str) -> None:
    for name, value, known in (("kind", kind, KINDS), ("normalise", normalise, NORMALISATIONS)):
        if value not in known:
            raise InputError(f"{name} is one of {', '.join(known)}, not {value!r}")
    if normalise != "none" and kind in ("addresses", "two-mode"):
        raise InputError(
            f"normalise {normalise!r} needs two actors with stances: kind agreement, conflict or subtract, not {kind}"
        )
    if (window is not None and window < 1) or (step is not None and step < 1):
        raise InputError("window and step are numbers of days, 1 or more")
    if step is not None and window is None:
        raise InputError("step moves a window: give window too")


def _between(rows: pl.DataFrame, since: date | None, until: date | None) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    if since and until and since > until:
        raise InputError(f"since {since} lies after until {until}")
    kept = rows
    if since:
        kept = kept.filter(pl.col("day") >= since)
    if until:
        kept = kept.filter(pl.col("day") <= until)
    return kept, _lost(rows, kept, "outside the days asked for")


def _lost(before: pl.DataFrame, after: pl.DataFrame, reason: str) -> tuple[LeftOut, ...]:
    if before.height == after.height:
        return ()
    return (LeftOut(reason=reason, moves=before.get_column("id").n_unique() - after.get_column("id").n_unique()),)


def _spans(
    rows: pl.DataFrame, window: int | None, step: int | None, since: date | None, until: date | None
) -> list[_Span]:
    """Return first and last day of each window; of one that takes all, the days that are known."""
    first, last = rows.select(pl.col("day").min().alias("first"), pl.col("day").max().alias("last")).row(0)
    first, last = since or first, until or last
    if window is None or step is None or first is None or last is None:
        return [(first, last)]
    count = max(0, ((last - first).days + 1 - window) // step) + 1
    if count > _WINDOWS:
        raise InputError(f"{count} windows are more than {_WINDOWS}: give a longer step, or since and until")
    starts = (first + timedelta(days=number * step) for number in range(count))
    return [(start, start + timedelta(days=window - 1)) for start in starts]


def _covered(rows: pl.DataFrame, spans: Sequence[_Span]) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    first, last = spans[0][0], spans[-1][1]
    gaps = [pl.col("day").is_between(one[1], other[0], closed="none") for one, other in pairwise(spans)]
    kept = rows.filter(pl.col("day").is_between(first, last), *([~pl.any_horizontal(gaps)] if gaps else []))
    return kept, _lost(rows, kept, "in no whole window")


def _within(rows: pl.DataFrame, span: _Span, dated: bool) -> pl.DataFrame:
    """Return the rows of a window; they are sorted by day."""
    if not dated or span[0] is None:
        return rows
    days = rows.get_column("day")
    start, end = int(days.search_sorted(span[0], "left")), int(days.search_sorted(span[1], "right"))
    return rows.slice(start, end - start)


def _tie(rows: pl.DataFrame, kind: str, normalise: str) -> _Made:
    """Return the ties of a window, its nodes (actors first), and how many actors are too many to compare."""
    if kind == "addresses":
        ties = tie_addresses(rows)
        nodes = pl.concat([ties.get_column("source"), ties.get_column("target")]).unique().sort().to_list()
        return ties.rename({"id": "evidence"}), nodes, 0
    if kind == "two-mode":
        ties = tie_two_modes(rows)
        sign = pl.when(pl.col("differ") == 0).then(1).when(pl.col("agree") == 0).then(-1).otherwise(0).alias("sign")
        nodes = [*ties.get_column("source").unique().sort(), *ties.get_column("target").unique().sort()]
        return ties.with_columns(sign).rename({"id": "evidence"}), nodes, 0
    ties, actors, too_many = tie_stances(rows, kind=kind, normalise=normalise)
    sign = {"agreement": pl.lit(1), "conflict": pl.lit(-1), "subtract": pl.col("weight").sign().cast(pl.Int64)}[kind]
    return (
        ties.with_columns(sign.alias("sign")).rename({"id": "evidence"}),
        actors.get_column("actor").to_list(),
        too_many,
    )


def _graph(ties: pl.DataFrame, nodes: list[str], kind: str) -> Graph:
    actors = ties.get_column("source").n_unique() if kind == "two-mode" else len(nodes)
    modes = (nodes[:actors], nodes[actors:]) if kind == "two-mode" else (nodes, nodes)
    ends = [_numbers(ties.get_column(name), mode) for name, mode in zip(("source", "target"), modes, strict=True)]
    shift = actors if kind == "two-mode" else 0
    return Graph(
        n=len(nodes),
        one=ends[0],
        other=ends[1] + shift,
        weight=ties.get_column("weight").to_numpy(),
        directed=kind == "addresses",
        first=actors,
    )


def _numbers(ids: pl.Series, nodes: list[str]) -> NDArray[np.int64]:
    table = pl.DataFrame({"id": pl.Series(nodes, dtype=pl.String)}).with_row_index("number")
    found = pl.DataFrame({"id": ids}).join(table, on="id", how="left", maintain_order="left")
    return found.get_column("number").cast(pl.Int64).to_numpy()


def _affordable(graphs: Sequence[Graph], kind: str) -> dict[str, bool]:
    """Return which of the slow measures are computed."""
    paths = sum(graph.n * len(graph.one) for graph in graphs)
    ties = sum(len(graph.one) for graph in graphs)
    return {"betweenness": paths <= _PATHS, "communities": kind == "agreement" and ties <= _GROUPED}


def _budget_notes(graphs: Sequence[Graph], kind: str) -> list[str]:
    able = _affordable(graphs, kind)
    notes = []
    if not able["betweenness"]:
        notes.append(f"Betweenness is not computed: nodes times edges of all windows are more than {_PATHS:,}.")
    if kind == "agreement" and not able["communities"]:
        notes.append(f"Communities are not computed: all windows together have more than {_GROUPED:,} edges.")
    if any(graph.n > _DRAWN for graph in graphs):
        notes.append(f"Only the {_DRAWN} nodes with most weight have a place in the picture.")
    return notes


def _activity_notes(made: Sequence[_Made]) -> list[str]:
    most = max((too_many for _, _, too_many in made), default=0)
    if not most:
        return []
    return [
        f"Up to {most} actors with the fewest stances are left out of a window: more than {MOST_PAIRS:,} pairs of stances would have to be "
        "compared. Take fewer issues or shorter windows."
    ]


def _places(made: Sequence[_Made], kind: str, seed: int) -> dict[tuple[str, str], tuple[float, float]]:
    """Return a place for the nodes that a picture shows, by kind and id: the same in all windows."""
    ties = pl.concat([_with_occasions(ties).select("source", "target", "weight", "occasions") for ties, _, _ in made])
    total = ties.group_by("source", "target").agg(pl.col("weight", "occasions").sum()).sort("source", "target")
    if kind == "two-mode":
        for name, most in (("source", _DRAWN * 2 // 5), ("target", _DRAWN * 3 // 5)):
            total = total.filter(pl.col(name).is_in(_heaviest(total, (name,), most)))
    else:
        kept = _heaviest(total, ("source", "target"), _DRAWN)
        total = total.filter(pl.col("source").is_in(kept) & pl.col("target").is_in(kept))
    if total.is_empty():
        return {}
    sources, targets = (
        total.get_column("source").unique().sort().to_list(),
        total.get_column("target").unique().sort().to_list(),
    )
    nodes = [*sources, *targets] if kind == "two-mode" else sorted({*sources, *targets})
    kinds = ["actor"] * len(sources) + ["proposition"] * len(targets) if kind == "two-mode" else ["actor"] * len(nodes)
    found = lay_out(_graph(total, nodes, kind), seed=seed).tolist()
    return {(which, node): (x, y) for which, node, (x, y) in zip(kinds, nodes, found, strict=True)}


def _with_occasions(ties: pl.DataFrame) -> pl.DataFrame:
    """Add what tells edges of one weight apart: statements, of which a two-mode network has many of weight 1."""
    known = pl.col("agree") + pl.col("differ") if "agree" in ties.columns else pl.lit(0)
    return ties.with_columns(known.cast(pl.Int64).alias("occasions"))


def _heaviest(total: pl.DataFrame, names: Sequence[str], most: int) -> list[str]:
    ends = pl.concat([total.select(pl.col(name).alias("id"), pl.col("weight").abs(), "occasions") for name in names])
    summed = ends.group_by("id").agg(pl.col("weight", "occasions").sum())
    ordered = summed.sort(["weight", "occasions", "id"], descending=[True, True, False])
    return ordered.head(most).get_column("id").to_list()


def _network(
    kind: str,
    span: _Span,
    ties: pl.DataFrame,
    nodes: list[str],
    graph: Graph,
    places: dict[tuple[str, str], tuple[float, float]],
    *,
    measured: dict[str, bool],
    seed: int,
) -> Network:
    groups, modularity = communities(graph, seed=seed) if measured["communities"] else (None, None)
    between = betweenness(graph) if measured["betweenness"] else None
    sizes = np.bincount(components(graph)) if graph.n else np.zeros(1, dtype=np.int64)
    return Network(
        kind=kind,
        directed=graph.directed,
        since=span[0],
        until=span[1],
        nodes=tuple(_nodes(nodes, graph, between, groups, places)),
        edges=tuple(_edges(ties, span)),
        measures=Measures(
            nodes=graph.n,
            edges=len(graph.one),
            weight=float(graph.weight.sum()),
            density=density(graph),
            reciprocity=reciprocity(graph),
            components=int((sizes > 0).sum()),
            largest=int(sizes.max()),
            communities=None if groups is None or modularity is None else len(set(groups)),
            modularity=modularity,
        ),
    )


def _nodes(
    nodes: list[str],
    graph: Graph,
    between: list[float] | None,
    groups: list[int] | None,
    places: dict[tuple[str, str], tuple[float, float]],
) -> Iterator[Node]:
    degree, out, into = (found.tolist() for found in strengths(graph))
    for number, node in enumerate(nodes):
        kind = "actor" if number < graph.first else "proposition"
        x, y = places.get((kind, node), (None, None))
        yield Node(
            id=node,
            kind=kind,
            degree=degree[number],
            strength=out[number] + into[number],
            sent=out[number] if graph.directed else None,
            received=into[number] if graph.directed else None,
            betweenness=between[number] if between else None,
            community=groups[number] if groups else None,
            x=x,
            y=y,
        )


def _edges(ties: pl.DataFrame, span: _Span) -> Iterator[Edge]:
    missing = [pl.lit(None, dtype=pl.Int64).alias(name) for name in _TIED if name not in ties.columns]
    names = ("source", "target", "weight", "first", "last", *_TIED)
    whole = ties.with_columns(*missing, pl.col("evidence").list.unique(maintain_order=True))
    columns = {name: whole.get_column(name).to_list() for name in names}
    for ids, *values in zip(whole.get_column("evidence").to_list(), *columns.values(), strict=True):
        yield Edge(since=span[0], until=span[1], evidence=tuple(ids), **dict(zip(names, values, strict=True)))


def write_graphml(network: Network, *, name: Callable[[str], str | None] = lambda _: None) -> str:
    """Return a network as GraphML, which Gephi, visone and networkx read: attributes are words and numbers, what is unknown is left out.

    Parameters
    ----------
    name
        Gives the readable name of a node, for its ``label``; the id stands there where it gives none.

    Raises
    ------
    MissingExtra
        If networkx is not installed.

    Examples
    --------
    >>> asked = {"id": "m1", "act": "demand", "actors": ["RUS"], "recipients": ["UKR"], "date": "2025-11-27"}
    >>> text = write_graphml(build_network([asked]).networks[0])
    >>> load_networkx().parse_graphml(text).edges["RUS", "UKR"]["evidence"]
    'm1'
    """
    networkx = load_networkx()
    about = {"kind": network.kind, "since": _iso(network.since), "until": _iso(network.until)}
    made = networkx.DiGraph(**_known(about)) if network.directed else networkx.Graph(**_known(about))
    for node in network.nodes:
        attributes = {field: getattr(node, field) for field in Node.__dataclass_fields__ if field != "id"}
        made.add_node(_legal(node.id), **_known({"label": name(node.id) or node.id, **attributes}))
    for edge in network.edges:
        attributes = {field: getattr(edge, field) for field in ("weight", *_TIED)}
        days = {"first": _iso(edge.first), "last": _iso(edge.last), "evidence": " ".join(edge.evidence)}
        made.add_edge(_legal(edge.source), _legal(edge.target), **_known(attributes | days))
    return "\n".join(networkx.generate_graphml(made))


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _known(attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _legal(value) if isinstance(value, str) else value
        for name, value in attributes.items()
        if value is not None
    }


def _legal(words: str) -> str:
    """Return words without the characters that XML does not allow."""
    return _ILLEGAL.sub("\ufffd", words)
