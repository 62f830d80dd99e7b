"""Positions for people: what each party is reported to stand for or against, how far two differ, whether one has moved."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import LedgerMove
from demarche.model.positions import Comparison, Gap, GapRow, Movement, MovementRow, Positions, Standing
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["gap_words", "movement_words", "order_standing", "render_comparison", "render_positions", "stance_words"]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]

_SHOWN, _BOTH, _ONE = 60, 20, 5
"""Rows of a table: standing stances, propositions on which both stand, those on which one does; the other formats have all."""
_STYLES = {"for": "bold blue", "against": "bold red", "mixed": "bold", None: "dim"}
_STATES = {
    "differ": "They differ",
    "agree": "They have the same stance",
    "mixed": "Reports of one of them contradict each other",
    "one": "Only {one} is reported to speak on it",
    "other": "Only {other} is reported to speak on it",
}


def stance_words(stance: str | None) -> str:
    """Return a stance in words; None is "unknown"."""
    return stance or "unknown"


def order_standing(rows: Iterable[Standing]) -> list[Standing]:
    """Return standing stances by actor and issue, each with what is reported most first; unknown ones come last."""
    found = list(rows)
    weights: dict[tuple[str, ...], int] = {}
    for row in found:
        for key in ((row.actor,), (row.actor, row.issue)):
            weights[key] = weights.get(key, 0) + row.occasions
    return sorted(
        found,
        key=lambda row: (
            -weights[row.actor,],
            row.actor,
            -weights[row.actor, row.issue],
            row.issue,
            row.stance is None,
            -row.occasions,
            row.proposition,
        ),
    )


def render_positions(result: Positions, *, name: Name, quote: Quote, proposition: Name) -> Group:
    """Return the standing stances by actor and issue, each with its days, counts and the words of its latest report."""
    heading = f"Standing positions as reported up to {result.at}" if result.at else "Positions as reported"
    parts: list[RenderableType] = [Text(heading, style="bold"), Text("")]
    shown = order_standing(result.standing)
    for (actor, issue), rows in itertools.groupby(shown[:_SHOWN], key=lambda row: (row.actor, row.issue)):
        parts.append(Text(f"{_called(actor, name)}: {issue.replace('_', ' ')}", style="bold underline"))
        parts += [_standing_table(rows, quote, proposition), Text("")]
    parts += _more(len(shown) - _SHOWN)
    return Group(*parts, render_notes(result))


def _more(hidden: int) -> Iterator[Text]:
    if hidden > 0:
        yield Text(f"and {hidden} more: --format jsonl has all", style="dim")


def _called(one: str, name: Name) -> str:
    return show_line(name(one) or one)


def _standing_table(rows: Iterable[Standing], quote: Quote, proposition: Name) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=8, no_wrap=True)
    table.add_column(ratio=1)
    for row in rows:
        line = Text(_called(row.proposition, proposition)).append(f"  [{_counts(row)}]", style="dim")
        table.add_row(Text(stance_words(row.stance), style=_STYLES[row.stance]), line)
        _quote_below(table, row.evidence, quote)
    return table


def _counts(row: Standing) -> str:
    if row.stance is None:
        return "first heard on it later"
    days = f"since {row.since}" if row.since == row.last else f"since {row.since}, last on {row.last}"
    kinds = {"for": row.occasions_for, "against": row.occasions_against, "mixed": row.occasions_mixed}
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)
    split = f": {told}" if sum(map(bool, kinds.values())) > 1 else ""
    return f"{days}; {_plural(row.occasions, 'day')}{split}; {_plural(row.clusters, 'independent report')}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _quote_below(table: Table, evidence: Sequence[str], quote: Quote) -> None:
    found = next((move for move in map(quote, evidence[:5]) if move), None)
    if found:
        about = ", ".join(filter(None, (found.publisher, found.move.published, found.move.id)))
        words = f"\u201c{show_line(found.move.sentence.text)}\u201d  [{show_line(about)}]"
        table.add_row("", Text(words, style="dim"))


def render_comparison(result: Comparison, *, name: Name, quote: Quote, proposition: Name) -> Group:
    """Return two parties side by side: the gap in words, its propositions by what is known of them, and both movements."""
    gap = result.gap
    parts: list[RenderableType] = [Text(gap_words(gap, name=name), style="bold"), Text(_around(gap, name)), Text("")]
    for state in _STATES:
        rows = [row for row in gap.rows if _state(row) == state]
        if rows:
            heading = _STATES[state].format(one=_called(gap.one, name), other=_called(gap.other, name))
            parts.append(Text(f"{heading} ({len(rows)})", style="bold underline"))
            most = _BOTH if state in ("differ", "agree") else _ONE
            parts += [_gap_table(rows[:most], gap, name, quote, proposition), *_more(len(rows) - most)]
            parts.append(Text(""))
    for movement in result.movements:
        parts += [Text(movement_words(movement, name=name), style="bold")]
        if movement.change is not None:
            parts += [_movement_table(movement, name, proposition)]
        parts.append(Text(""))
    return Group(*parts, render_notes(result))


def gap_words(gap: Gap, *, name: Name) -> str:
    """Return the gap in a sentence with n and its interval."""
    one, other = _called(gap.one, name), _called(gap.other, name)
    about = f" on {gap.issue.replace('_', ' ')}" if gap.issue else ""
    when = f", as reported up to {gap.at}" if gap.at else ""
    if gap.share is None or gap.interval is None:
        return f"{one} and {other}{about}{when}: the gap is unknown, as there is no proposition on which both stand."
    return (
        f"{one} and {other}{about}{when}: they differ on {gap.differ} of the {_plural(gap.n, 'proposition')} on which both stand"
        f" ({gap.share:.0%}; 95 % interval {gap.interval.low:.0%} to {gap.interval.high:.0%})."
    )


def _around(gap: Gap, name: Name) -> str:
    parts = (
        f"only {_called(gap.one, name)} {gap.only_one}",
        f"only {_called(gap.other, name)} {gap.only_other}",
        f"neither of them, but others {gap.neither}",
        f"contradicting reports {gap.mixed}",
    )
    return f"Not in the gap, because unknown: {'; '.join(parts)}."


def _state(row: GapRow) -> str:
    if row.differ is not None:
        return "differ" if row.differ else "agree"
    return "other" if row.one is None else "one" if row.other is None else "mixed"


def _gap_table(rows: Iterable[GapRow], gap: Gap, name: Name, quote: Quote, proposition: Name) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(ratio=1)
    for row in rows:
        line = Text(_called(row.proposition, proposition), style="bold")
        table.add_row(line.append(f"  [{row.issue.replace('_', ' ')}]", style="dim not bold"))
        for actor, stance, day, evidence in (
            (gap.one, row.one, row.one_last, row.one_evidence),
            (gap.other, row.other, row.other_last, row.other_evidence),
        ):
            if stance:
                table.add_row(_side(_called(actor, name), stance, f"{day}", evidence, quote))
    return table


def _side(actor: str, stance: str, day: str, evidence: Sequence[str], quote: Quote) -> Text:
    line = Text(f"  {actor} ").append(stance, style=_STYLES[stance]).append(f", {day}", style="dim")
    found = next((move for move in map(quote, evidence[:5]) if move), None)
    return line.append(f"  \u201c{show_line(found.move.sentence.text)}\u201d", style="dim") if found else line


def movement_words(movement: Movement, *, name: Name) -> str:
    """Return whether a party has moved in a sentence, with n, the interval, and what could not have been seen."""
    one, other = _called(movement.actor, name), _called(movement.other, name)
    about = f"{one} toward the positions of {other}"
    if movement.change is None or movement.interval is None:
        counts = f"{movement.statements} of {one} that can be compared, {movement.other_statements} of {other}"
        return f"Movement of {about}: {movement.verdict} ({counts}; {movement.minimum} of each are needed)."
    shown = {
        "toward": f"reported to have moved toward {other}'s",
        "away": f"reported to have moved away from {other}'s",
    }
    verdict = shown.get(movement.verdict)
    told = f"{one} is {verdict} positions" if verdict else f"Movement of {about}: {movement.verdict}"
    return f"{told} (change {movement.change:+.2f}, 95 % interval {_range(movement)}; {_least(movement)})."


def _range(movement: Movement) -> str:
    return f"{movement.interval.low:+.2f} to {movement.interval.high:+.2f}" if movement.interval else "unknown"


def _least(movement: Movement) -> str:
    compared = f"n = {movement.compared} statements on propositions spoken of early and late"
    if movement.verdict != "no movement shown":
        return compared
    if movement.detectable is None:
        return f"{compared}: too few for any change to show"
    return f"{compared}: a change below {movement.detectable:.2f} would often not show"


def _movement_table(movement: Movement, name: Name, proposition: Name) -> RenderableType:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("proposition")
    for heading in (f"{_called(movement.other, name)} is", "first third", "last third"):
        table.add_column(Text(heading), justify="right")
    compared = [row for row in movement.rows if row.weight]
    for row in compared[:12]:
        table.add_row(Text(_called(row.proposition, proposition)), row.other_stance, *_thirds(row))
    lines: list[RenderableType] = [table, *_more(len(compared) - 12)]
    if movement.first and movement.last and movement.overall is not None:
        lines.append(Text(_overall(movement), style="dim"))
    return Group(*lines)


def _thirds(row: MovementRow) -> tuple[str, str]:
    return f"{row.first_agree} of {row.first} agree", f"{row.last_agree} of {row.last} agree"


def _overall(movement: Movement) -> str:
    first, last = movement.first, movement.last
    if first is None or last is None:
        return ""
    return (
        f"All statements, whatever they are about: {first.agree} of {first.statements} agree from {first.start} to {first.end}, "
        f"{last.agree} of {last.statements} from {last.start} to {last.end}; what is spoken about differs."
    )
