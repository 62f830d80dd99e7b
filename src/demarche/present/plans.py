"""A plan beside the ledger, and two plans side by side, for people."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import LedgerMove, PartyWords, Plan, PlanChange, PlanChanges, PlanPoint, Span
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["render_plan", "render_plan_changes"]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]


def render_plan(plan: Plan, *, name: Name, quote: Quote, proposition: Name) -> Group:
    """Return the points with who asked for and who refused them, the words of the first of each, and the shares by party."""
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=1)
    for point in plan.points:
        table.add_row(Text(f"{point.number}."), Text(show_line(point.span.text), style="bold"))
        if not point.parties:
            table.add_row("", Text("no proposition of the ledger matched it", style="dim"))
        elif point.likeness is not None:
            table.add_row("", Text(f"matched with a probability of {point.likeness:.2f}", style="dim"))
        for party in point.parties:
            table.add_row("", _party(party, point, name))
            found = quote(party.evidence[0])
            if found:
                table.add_row("", Text(f"  {show_line(found.move.sentence.text)}  [{found.move.id}]", style="dim"))
    when = " before" if plan.before else ""
    shares = Table(box=None, padding=(0, 1), header_style="bold")
    for header in ("party", f"asked for{when}", "of these first", f"refused{when}"):
        shares.add_column(header, justify="left" if header == "party" else "right")
    for share in plan.shares:
        of = f" of {share.points}"
        shares.add_row(
            show_line(name(share.actor) or share.actor), f"{share.asked}{of}", str(share.first), f"{share.refused}{of}"
        )
    further: list[RenderableType] = [shares, Text("")] if plan.shares else []
    return Group(table, Text(""), *further, render_notes(plan))


def _party(party: PartyWords, point: PlanPoint, name: Name) -> Text:
    done = "asked for it or agreed" if party.stance == 1 else "refused it"
    line = Text("reported: ", style="dim").append(show_line(name(party.actor) or party.actor), style="not dim bold")
    line.append(f" {done}", style="not dim")
    days = (
        "no day known"
        if party.first is None
        else str(party.first)
        if party.first == party.last
        else f"{party.first} to {party.last}"
    )
    line.append(f" ({party.statements} {'time' if party.statements == 1 else 'times'}, {days}")
    line.append("; the first that is reported" if party.stance == 1 and party.actor in point.first_by else "")
    return line.append("; as something it will not give way on)" if party.red_line else ")")


def render_plan_changes(changes: PlanChanges, *, name: Name, quote: Quote, proposition: Name) -> Group:
    """Return the points of two plans side by side."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header, ratio in (("", None), ("first plan", 1), ("second plan", 1)):
        table.add_column(header, ratio=ratio, no_wrap=ratio is None)
    for row in changes.rows:
        likeness = "" if row.likeness is None else f" {row.likeness:.2f}"
        table.add_row(Text(f"{row.change}{likeness}", style="bold"), *_sides(row))
    counts = {
        kind: sum(row.change == kind for row in changes.rows)
        for kind in ("kept", "changed", "reversed", "dropped", "new")
    }
    total = Text(", ".join(f"{number} {kind}" for kind, number in counts.items()))
    return Group(table, Text(""), total, *(Text(show_line(note), style="dim") for note in changes.notes))


def _sides(row: PlanChange) -> tuple[Text, Text]:
    def words(number: int | None, span: Span | None) -> Text:
        return Text("" if span is None else f"{number}. {show_line(span.text)}")

    return words(row.old_number, row.old), words(row.new_number, row.new)
