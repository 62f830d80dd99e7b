"""Propositions for people: what is wanted or refused, by whom, how often, and the words."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import LedgerMove, Support, SupportRow
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["render_support"]

Name = Callable[[str], str | None]


def render_support(
    support: Support,
    *,
    name: Name,
    quote: Callable[[str], LedgerMove | None],
    proposition: Name,
    limit: int = 30,
) -> Group:
    """Return a table of propositions, those with most statements first, and what it rests on."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header, ratio in (("proposition", 3), ("for", 2), ("against", 2), ("days", 1)):
        table.add_column(header, ratio=ratio, overflow="fold")
    for row in support.rows[:limit]:
        table.add_row(*_cells(row, name, proposition))
        found = quote(row.evidence[0])
        if found:
            words = show_line(found.move.sentence.text)
            table.add_row(
                Text(f"  {words}  [{show_line(found.publisher or found.move.document)}, {found.move.id}]", style="dim")
            )
    parts: list[RenderableType] = [table] if support.rows else []
    if len(support.rows) > limit:
        parts.append(Text(f"... and {len(support.rows) - limit} more (--limit)", style="dim"))
    return Group(*parts, Text(""), render_notes(support))


def _cells(row: SupportRow, name: Name, proposition: Name) -> tuple[Text, ...]:
    title = Text(show_line(proposition(row.proposition) or row.proposition), style="bold")
    title.append(f"  {row.proposition}, {row.issue.replace('_', ' ')}", style="not bold dim")
    sides = []
    for parties, number in ((row.supporters, row.statements_for), (row.opponents, row.statements_against)):
        words = ", ".join(show_line(name(party) or party) for party in parties)
        sides.append(Text(f"{words} ({number})" if parties else ""))
    days = "" if row.first is None else str(row.first) if row.first == row.last else f"{row.first} to {row.last}"
    return title, *sides, Text(days)
