"""Networks for people: the windows with their measures, and the heaviest edges with the words behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import LedgerMove
from demarche.model.network import Edge, Network, Networks
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["describe_edge", "name_node", "name_span", "render_network"]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]

_EDGES, _NODES = 25, 15
_TITLES = {
    "addresses": "Who is reported to address whom",
    "agreement": "Who is reported to have the same stances",
    "conflict": "Who is reported to have opposite stances",
    "subtract": "Same stances less opposite ones, as reported",
    "two-mode": "Who is reported to be for and against what",
}
_QUADS = {
    "verbal_cooperation": "words of co-operation",
    "material_cooperation": "deeds of co-operation",
    "verbal_conflict": "words of conflict",
    "material_conflict": "deeds of conflict",
    "neutral": "neutral",
}


def _nobody(_: str) -> None:
    return None


def render_network(found: Networks, *, name: Name, quote: Quote, proposition: Name = _nobody) -> Group:
    """Return the measures of all windows, and the most active actors and heaviest edges of the last window that has any.

    Parameters
    ----------
    proposition
        Gives the readable name of a proposition's id.
    """
    parts: list[RenderableType] = [Text(_TITLES[found.kind], style="bold"), _windows(found), Text("")]
    told = [network for network in found.networks if network.edges]
    if told:
        last = told[-1]
        if len(found.networks) > 1:
            parts += [Text(f"The last window with an edge: {name_span(last)}", style="bold"), Text("")]
        parts += [
            _nodes(last, name, proposition),
            Text(""),
            _edges(last, found.normalise, name, quote, proposition),
            Text(""),
        ]
    return Group(*parts, render_notes(found))


def name_span(network: Network) -> str:
    """Return the days of a window in words."""
    return f"{network.since} to {network.until}" if network.since else "no day known"


def _windows(found: Networks) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("days", no_wrap=True)
    columns = ("nodes", "edges", "density", "reciprocity", "parts", "largest", "groups", "modularity")
    measures = ("nodes", "edges", "density", "reciprocity", "components", "largest", "communities", "modularity")
    shown = [
        (column, measure)
        for column, measure in zip(columns, measures, strict=True)
        if any(getattr(network.measures, measure) is not None for network in found.networks)
    ]
    for column, _ in shown:
        table.add_column(column, justify="right")
    for network in found.networks:
        cells = (_number(getattr(network.measures, measure)) for _, measure in shown)
        table.add_row(name_span(network), *cells)
    return table


def _number(value: float | int | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:g}" if value == int(value) else f"{value:.2f}"


def name_node(node: str, kind: str, *, name: Name, proposition: Name = _nobody) -> str:
    """Return the readable name of an actor or a proposition."""
    return show_line((proposition if kind == "proposition" else name)(node) or node)


def _nodes(network: Network, name: Name, proposition: Name) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("most weight")
    columns = ["neighbours", "weight", *(["sent", "received"] if network.directed else [])]
    between = any(node.betweenness is not None for node in network.nodes)
    for column in (*columns, *(["betweenness"] if between else [])):
        table.add_column(column, justify="right")
    for node in sorted(network.nodes, key=lambda node: (-abs(node.strength), node.id))[:_NODES]:
        told = [str(node.degree), _number(node.strength)]
        told += [_number(node.sent), _number(node.received)] if network.directed else []
        told += [_number(node.betweenness)] if between else []
        table.add_row(Text(name_node(node.id, node.kind, name=name, proposition=proposition)), *told)
    return table


def _edges(network: Network, normalise: str, name: Name, quote: Quote, proposition: Name) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True, justify="right")
    table.add_column(ratio=1)
    table.add_row(
        Text("weight", style="bold"), Text("heaviest edges, each with the first words behind it", style="bold")
    )
    ordered = sorted(network.edges, key=lambda edge: (-abs(edge.weight), edge.source, edge.target))
    for edge in ordered[:_EDGES]:
        two = "proposition" if network.kind == "two-mode" else "actor"
        ends = (
            name_node(edge.source, "actor", name=name),
            name_node(edge.target, two, name=name, proposition=proposition),
        )
        line = Text((" \u2192 " if network.directed else " \u2013 ").join(ends), style="bold")
        table.add_row(_number(edge.weight), line.append(f"  {describe_edge(edge, network.kind)}", style="not bold"))
        table.add_row("", _words(edge.evidence[0], quote))
    if len(ordered) > _EDGES:
        table.add_row("", Text(f"{len(ordered) - _EDGES} further edges: --format csv, or --graphml FILE.", style="dim"))
    return table


def describe_edge(edge: Edge, kind: str) -> str:
    """Return what an edge is made of, in plain words."""
    return ", ".join(_says(edge, kind))


def _says(edge: Edge, kind: str) -> Iterator[str]:
    if kind == "addresses":
        yield f"{edge.weight:g} occasion{'' if edge.weight == 1 else 's'}"
        yield from (f"{getattr(edge, field)} {words}" for field, words in _QUADS.items() if getattr(edge, field))
    elif kind == "two-mode":
        yield {1: "for", -1: "against", 0: "both for and against"}[edge.sign or 0]
        yield f"{(edge.agree or 0) + (edge.differ or 0)} times"
    else:
        yield f"same stance on {edge.agree}"
        yield f"opposite on {edge.differ}"
    if edge.first:
        yield str(edge.first) if edge.first == edge.last else f"{edge.first} to {edge.last}"


def _words(move: str, quote: Quote) -> Text:
    found = quote(move)
    if found is None:
        return Text(f"[{show_line(move)}]", style="dim")
    about = ", ".join(filter(None, (found.publisher, found.move.published, found.move.id)))
    return Text(f"{show_line(found.move.sentence.text)}  [{show_line(about)}]", style="dim")
