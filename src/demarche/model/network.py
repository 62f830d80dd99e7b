"""Networks of actors: who addresses whom, who agrees and who disagrees with whom, through windows of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demarche.model.findings import Finding

__all__ = ["Edge", "Measures", "Network", "Networks", "Node"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """An actor or a proposition in a network.

    Parameters
    ----------
    id
        Of the actor or the proposition.
    kind
        ``actor`` or ``proposition``.
    degree
        Other nodes that it has an edge with, in either direction.
    strength
        Sum of the weights of its edges.
    sent, received
        Sums of the weights of the edges that go out from it and come in; None where edges have no direction.
    betweenness
        Share of the shortest paths between others that run through it, 0 to 1; None where it was not computed (a note says why).
    community
        Number of the group of actors that agree more with one another than chance would have it, the largest 0; None where it was
        not computed or edges do not mean agreement.
    x, y
        Where it stands in a picture, 0 to 1; None where there are too many nodes for one.
    """

    id: str
    kind: str
    degree: int
    strength: float
    sent: float | None
    received: float | None
    betweenness: float | None
    community: int | None
    x: float | None
    y: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What runs between two nodes within a window.

    Parameters
    ----------
    since, until
        First and last day of the window; None where all days are taken and none is known.
    source, target
        Ids: who addresses whom, the two that agree or disagree (in the order of their ids), or actor and proposition.
    weight
        Occasions; or propositions on which the two agree, disagree, or agree less disagree, normalised where that was asked
        for; or of a two-mode network 1.
    sign
        1 agreement, or for the proposition; -1 disagreement, or against it; 0 an actor with both stances; None where an edge means neither.
    verbal_cooperation, material_cooperation, verbal_conflict, material_conflict, neutral
        Occasions by quad class; None in a network of stances.
    agree, differ
        Propositions on which the two have the same and opposite stances (of a two-mode network: statements for and against);
        None in a network of who addresses whom.
    first, last
        First and last day on which it is reported, None if none is known.
    evidence
        Ids of the moves; of stances the first that states each.
    """

    since: date | None
    until: date | None
    source: str
    target: str
    weight: float
    sign: int | None
    verbal_cooperation: int | None
    material_cooperation: int | None
    verbal_conflict: int | None
    material_conflict: int | None
    neutral: int | None
    agree: int | None
    differ: int | None
    first: date | None
    last: date | None
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """A network in a few numbers; None where a number has no meaning or was not computed.

    Parameters
    ----------
    nodes, edges
        Their numbers.
    weight
        Sum of the weights of all edges.
    density
        Edges over those that there could be, 0 to 1; None with fewer than two nodes.
    reciprocity
        Share of the directed edges that have one the other way, 0 to 1; None where edges have no direction, or there is none.
    components, largest
        Parts that hang together, direction aside, and the nodes of the largest.
    communities, modularity
        Groups that Louvain's method finds in a network of agreement, and how much more weight lies inside them than chance would have
        it, -0.5 to 1.
    """

    nodes: int
    edges: int
    weight: float
    density: float | None
    reciprocity: float | None
    components: int
    largest: int
    communities: int | None
    modularity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The network of one window.

    Parameters
    ----------
    kind
        ``addresses``, ``agreement``, ``conflict``, ``subtract`` or ``two-mode``.
    directed
        Whether edges run from source to target.
    since, until
        First and last day of the window; None where all days are taken and none is known.
    """

    kind: str
    directed: bool
    since: date | None
    until: date | None
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    measures: Measures


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks(Finding):
    """The networks of all windows, one if no window was asked for.

    Parameters
    ----------
    kind, normalise
        What was asked for.
    window, step
        Days; None where all days are one window.
    networks
        By their first day.
    """

    kind: str
    normalise: str
    window: int | None
    step: int | None
    networks: tuple[Network, ...]

    @property
    def rows(self) -> tuple[Edge, ...]:
        """Return the edges of all windows."""
        return tuple(edge for network in self.networks for edge in network.edges)
