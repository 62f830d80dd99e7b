"""Repetition for people: how much each party says the same again, and what it asks for most."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import Interval, LedgerMove
from demarche.model.repetition import RepeatedDemand, Repetition, Repetitions
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["render_repetition"]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]

_SHOWN = 40
_DEMANDS = 15


def render_repetition(result: Repetitions, *, name: Name, quote: Quote, proposition: Name) -> Group:
    """Return R of each actor with its interval, against its own past, and the demands repeated most with their words."""
    known = [row for row in result.rows if row.repetition is not None]
    parts: list[RenderableType] = [Text("Repetition in what is reported", style="bold"), Text("")]
    if known:
        parts += [_measures(known[:_SHOWN], name), *_more(len(known) - _SHOWN), Text("")]
    if result.demands:
        parts += [Text("Demands repeated most", style="bold underline")]
        parts += [_demands(result.demands[:_DEMANDS], name, quote, proposition)]
        parts += [*_more(len(result.demands) - _DEMANDS), Text("")]
    return Group(*parts, render_notes(result))


def _more(hidden: int) -> list[Text]:
    return [Text(f"and {hidden} more: --format jsonl has all", style="dim")] if hidden > 0 else []


def _measures(rows: Sequence[Repetition], name: Name) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("actor", ratio=1)
    for heading in ("R", "95 % interval", "statements"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        about = f", {row.issue.replace('_', ' ')}" if row.issue else ""
        table.add_row(
            Text(f"{show_line(name(row.actor) or row.actor)}{about}"),
            Text(_number(row.repetition), style="bold"),
            _range(row.interval),
            str(row.statements),
        )
        table.add_row(Text(f"  {row.propositions} propositions{_against_past(row)}", style="dim"))
    return table


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _range(interval: Interval | None) -> str:
    return f"{interval.low:.2f} to {interval.high:.2f}" if interval else "unknown"


def _against_past(row: Repetition) -> str:
    if row.change_interval is None:
        return ""
    interval = row.change_interval
    halves = f"R {_number(row.earlier)} then {_number(row.later)}"
    return f"; {row.verdict} ({halves}; change {interval.low:+.2f} to {interval.high:+.2f})"


def _demands(rows: Sequence[RepeatedDemand], name: Name, quote: Quote, proposition: Name) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", width=8, no_wrap=True)
    table.add_column(ratio=1)
    for row in rows:
        asks = "demands" if row.stance == "for" else "demands the contrary of"
        line = Text(show_line(name(row.actor) or row.actor), style="bold").append(f" {asks}: ", style="not bold dim")
        line.append(show_line(proposition(row.proposition) or row.proposition), style="not bold")
        line.append(f"  [{row.first} to {row.last}, {row.clusters} independent reports]", style="not bold dim")
        table.add_row(Text(f"{row.occasions} days"), line)
        found = next((move for move in map(quote, row.evidence[:5]) if move), None)
        if found:
            about = ", ".join(filter(None, (found.publisher, found.move.published, found.move.id)))
            table.add_row(
                "", Text(f"\u201c{show_line(found.move.sentence.text)}\u201d  [{show_line(about)}]", style="dim")
            )
    return table
