"""``demarche network``: who addresses whom, who agrees and disagrees with whom, through windows of time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from demarche.cli._analysis import Asked, analysis_options

__all__ = ["network"]

_KINDS = ("addresses", "agreement", "conflict", "subtract", "two-mode")
_NORMALISATIONS = ("none", "average", "jaccard", "cosine", "product")


@click.command()
@analysis_options
@click.option(
    "--kind",
    type=click.Choice(_KINDS),
    default="addresses",
    show_default=True,
    help="addresses: who does or says something to whom; agreement, conflict, subtract: same stances, opposite ones, the first less "
    "the second; two-mode: actors and propositions.",
)
@click.option("--window", type=click.IntRange(1, 36600), help="Days of a window; all days if not given.")
@click.option("--step", type=click.IntRange(1, 36600), help="Days from one window to the next; a window if not given.")
@click.option(
    "--normalise",
    type=click.Choice(_NORMALISATIONS),
    default="none",
    show_default=True,
    help="Divide by what the two are reported to say at all (agreement, conflict, subtract).",
)
@click.option("--seed", type=int, default=1, show_default=True, help="Of the groups and of the places in the picture.")
@click.option(
    "--graphml", type=click.Path(dir_okay=False), help="Write GraphML for Gephi or visone; one file a window."
)
def network(
    asked: Asked, kind: str, window: int | None, step: int | None, normalise: str, seed: int, graphml: str | None
) -> int:
    """Show who is reported to address whom, or to agree and disagree with whom, through windows of time."""
    from demarche.analysis.network import build_network
    from demarche.present.charts.network import chart_network
    from demarche.present.network import render_network

    told = {"addresses": "dated addresses" if window else "addresses"}.get(kind, "stances")
    found = build_network(asked.moves(told), kind, window=window, step=step, normalise=normalise, seed=seed)
    if graphml:
        _write_graphml(found, graphml, asked)
    asked.show(found, rows=found.rows, render=render_network, chart=chart_network, proposition=asked.proposition)
    return 0


def _write_graphml(found: Any, graphml: str, asked: Asked) -> None:
    """Write the network to the file, or each window to one named by its first day: ``net.graphml``, ``net-1962-10-01.graphml``."""
    from demarche.analysis.network import write_graphml
    from demarche.cli._output import open_output

    for one in found.networks:
        path = _path(Path(graphml), one.since if len(found.networks) > 1 else None)
        with open_output(str(path), binary=True) as file:
            file.write(write_graphml(one, name=lambda node: asked.proposition(node) or asked.name(node)).encode())


def _path(path: Path, since: date | None) -> Path:
    return path if since is None else path.with_name(f"{path.stem}-{since.isoformat()}{path.suffix}")
