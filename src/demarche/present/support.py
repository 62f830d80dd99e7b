"""Propositions for people: what is wanted or refused, by whom, how often, and the words."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
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
    """Return the propositions with who is for and who against, those with most statements first, and what it rests on."""
    parts: list[RenderableType] = []
    for row in support.rows[:limit]:
        found = quote(row.evidence[0])
        parts += [_title(row, proposition), *_sides(row, name)]
        if found:
            words = show_line(found.move.sentence.text)
            about = f"{show_line(found.publisher or found.move.document)}, {found.move.id}"
            parts.append(Padding(Text(f"{words}  [{about}]", style="dim"), (0, 0, 0, 4)))
        parts.append(Text(""))
    if len(support.rows) > limit:
        parts += [Text(f"... and {len(support.rows) - limit} more (--limit)", style="dim"), Text("")]
    return Group(*parts, render_notes(support))


def _title(row: SupportRow, proposition: Name) -> Text:
    days = (
        "no day known"
        if row.first is None
        else str(row.first)
        if row.first == row.last
        else f"{row.first} to {row.last}"
    )
    title = Text(show_line(proposition(row.proposition) or row.proposition), style="bold")
    return title.append(f"  [{row.proposition}, {row.issue.replace('_', ' ')}, {days}]", style="not bold dim")


def _sides(row: SupportRow, name: Name) -> Iterator[Padding]:
    sides = (("for", row.supporters, row.statements_for), ("against", row.opponents, row.statements_against))
    for side, parties, number in sides:
        if parties:
            words = ", ".join(show_line(name(party) or party) for party in parties)
            times = "once" if number == 1 else f"{number} times"
            yield Padding(Text(f"reported {side} it, {times}: {words}"), (0, 0, 0, 2))
