"""What an archive holds, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import Count
from demarche.present._marks import show_line
from demarche.present.ledger import render_counts

__all__ = ["render_holding"]

_BESIDE = 3
"""Tables side by side."""

Name = Callable[[str | None], str | None]


def render_holding(holding: Any, counts: Mapping[str, Iterable[Count]], *, name: Name) -> Group:
    """Return what an archive holds: documents and clusters, and moves by each kind of value.

    Parameters
    ----------
    holding
        From :meth:`Archive.overview <demarche.archive.Archive.overview>`.
    counts
        Kind -> counts: ``actor`` and ``dyad`` are shown with the names of the parties.
    name
        Gives the canonical name of an actor's id.
    """

    def named(value: str | None) -> str | None:
        known = [name(party) or party for party in (value or "").split(">")]
        return " \u2192 ".join(known) if value else None

    def table(by: str) -> Table:
        return render_counts(counts[by], what=by, name=named if by in ("actor", "dyad") else lambda _: None)

    kinds = list(counts)
    grids: list[RenderableType] = []
    for start in range(0, len(kinds), _BESIDE):
        grid = Table.grid(padding=(0, 4))
        grid.add_row(*map(table, kinds[start : start + _BESIDE]))
        grids += [Text(""), grid]
    return Group(*_totals(holding), *grids)


def _totals(holding: Any) -> Iterable[RenderableType]:
    grid = Table.grid(padding=(0, 2))
    days = show_line(f"published {holding.first} to {holding.last}") if holding.first else "of unknown date"
    for what, number, about in (
        ("shards", holding.shards, "complete"),
        ("documents", holding.documents, days),
        ("clusters", holding.clusters, f"{holding.copies:,} documents are copies of another"),
        ("moves", holding.moves, "with those of copies"),
        ("failures", holding.failures, "could not be coded"),
    ):
        grid.add_row(Text(what, style="bold"), Text(f"{number:,}", justify="right"), Text(about, style="dim"))
    yield grid
    if holding.unfinished:
        names = ", ".join(map(show_line, holding.unfinished[:5]))
        yield Text(f"{len(holding.unfinished)} shards are not complete and are not read: {names}", style="yellow")
