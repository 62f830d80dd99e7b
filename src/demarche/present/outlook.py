"""The outlook for people: what is reported to lie ahead, base rates with their sources, forecasts and their scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import LedgerMove
from demarche.model.outlook import AppliedRate, BaseRate, Outlook, Prospect, ReliabilityBin, ScoredForecast, Scores
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = [
    "KINDS",
    "STATES",
    "day_words",
    "render_base_rates",
    "render_outlook",
    "render_scores",
    "verdict_words",
    "who_words",
]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]

KINDS = {
    "threat": "open threat",
    "deadline": "deadline",
    "plan": "planned",
    "condition": "condition",
    "forecast": "own forecast",
}
STATES = {
    "ahead": "Reported to lie ahead",
    "passed": "Was due, and no report of what came of it",
    "undated": "Without a day",
}
_SHOWN = 40
"""Rows of a section in a table; the other formats have all."""


def render_outlook(result: Outlook, *, name: Name, quote: Quote) -> Group:
    """Return what lies ahead of a day, what was due, and the base rates beside it, as rich prints them."""
    parts: list[RenderableType] = [Text(f"Outlook from {result.today}, as reported", style="bold")]
    for state, heading in STATES.items():
        rows = [row for row in result.rows if row.state == state]
        if rows:
            parts += [Text(""), Text(f"{heading} ({len(rows)})", style="bold"), _prospects(rows, name, quote)]
    if not result.rows:
        parts.append(Text("Nothing is reported to lie ahead. That is not to say that nothing does."))
    parts += [Text(""), *_applied(result.rates), render_notes(result)]
    return Group(*parts)


def _prospects(rows: Sequence[Prospect], name: Name, quote: Quote) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=12)
    table.add_column(width=12)
    table.add_column(ratio=1)
    for row in rows[:_SHOWN]:
        found = next((move for move in map(quote, row.evidence[:5]) if move), None)
        table.add_row(
            Text(day_words(row.day, row.precision)), Text(KINDS.get(row.kind, row.kind)), _line(row, name, found)
        )
        if found:
            table.add_row("", "", _quoted(found))
    if len(rows) > _SHOWN:
        table.add_row("", "", Text(f"and {len(rows) - _SHOWN} more: --format jsonl has all", style="dim"))
    return table


def who_words(row: Prospect, name: Name) -> str:
    """Return who does what to whom, by their names: "United States demand → Iran"."""
    actors, recipients = (", ".join(show_line(name(one) or one) for one in ids) for ids in (row.actors, row.recipients))
    line = " ".join(filter(None, (actors, row.act)))
    return f"{line} \u2192 {recipients}" if recipients else line


def day_words(day: date | None, precision: str | None) -> str:
    """Return a day as precisely as it is known.

    Examples
    --------
    >>> day_words(date(2026, 3, 1), "month"), day_words(None, None)
    ('2026-03', 'no day')
    """
    if day is None:
        return "no day"
    return {"year": f"{day:%Y}", "month": f"{day:%Y-%m}", "week": f"week {day}"}.get(precision or "", f"{day}")


def _reports(row: Prospect) -> str:
    if row.kind == "forecast":
        return f"{row.case}, made {row.first}"
    count = f"{row.reports} {'report' if row.reports == 1 else 'reports'}"
    if row.first is None:
        return count
    return f"{count}, {row.first}" if row.first == row.last else f"{count}, {row.first} to {row.last}"


def _line(row: Prospect, name: Name, found: LedgerMove | None) -> Text:
    line = Text(who_words(row, name), style="bold")
    # Where no report has a content the words are the sentence, which stands below.
    words = None if found and row.words == found.move.sentence.text else row.words
    if words:
        line.append(f"{' | ' if line else ''}{show_line(words)}", style="not bold")
    if row.condition:
        line.append(" | on condition: ", style="dim not bold").append(show_line(row.condition), style="not bold")
    return line.append(f"  [{_reports(row)}]", style="dim not bold")


def _quoted(found: LedgerMove) -> Text:
    about = ", ".join(filter(None, (found.publisher, found.move.published, found.move.id)))
    return Text(f"\u201c{show_line(found.move.sentence.text)}\u201d  [{show_line(about)}]", style="dim")


def _applied(rates: Iterable[AppliedRate]) -> Iterator[RenderableType]:
    """Yield the base rates that apply, those with one reason together."""
    reasons: dict[str, list[AppliedRate]] = {}
    for applied in rates:
        reasons.setdefault(applied.because, []).append(applied)
    if not reasons:
        return
    yield Text("How it went in past cases", style="bold")
    for because, found in reasons.items():
        yield Text(f"Because {because} ({found[0].moves} in this ledger):", style="italic")
        yield _rates([applied.rate for applied in found], notes=False)
    yield Text("Where each stands, and its pitfalls: demarche outlook base-rates", style="dim")
    yield Text("")


def render_base_rates(rates: Iterable[BaseRate]) -> Group:
    """Return all base rates with their sources and what to know before one is used."""
    told = "A base rate describes past cases of a class. It says nothing certain about the next one."
    return Group(_rates(rates, notes=True), Text(told, style="dim"))


def _rates(rates: Iterable[BaseRate], *, notes: bool) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=16)
    table.add_column(ratio=1)
    for rate in rates:
        # Without a count of events the share is the source's own wording, mostly rounded.
        share = f"{rate.share:.0%}" if rate.events is not None else f"about {rate.share:.0%}"
        table.add_row(Text(share, style="bold"), Text(show_line(rate.question)))
        about = [_counts(rate), rate.population, rate.period, rate.horizon and f"horizon: {rate.horizon}"]
        table.add_row(Text(_range(rate), style="dim"), Text(show_line("; ".join(filter(None, about))), style="dim"))
        where = f", {rate.url}" if notes else ""
        table.add_row("", Text(show_line(f"{rate.id} | {rate.source}{where}"), style="dim"))
        if notes and rate.note:
            table.add_row("", Text(show_line(rate.note)))
        if notes:
            table.add_row("", "")
    return table


def _range(rate: BaseRate) -> str:
    return f"{rate.interval.low:.0%} to {rate.interval.high:.0%}" if rate.interval else "no interval"


def _counts(rate: BaseRate) -> str:
    if rate.events is not None:
        return f"{rate.events} of {rate.cases} cases"
    return f"{rate.cases} cases, how many exactly is not given" if rate.cases else "counts are not given"


def render_scores(scores: Scores) -> Group:
    """Return how forecasts did: scores beside the base rates, what may be said of skill, reliability, and each forecast."""
    parts: list[RenderableType] = [Text(verdict_words(scores), style="bold"), Text(""), _summary(scores), Text("")]
    if scores.bins:
        parts += [_reliability(scores.bins), Text("")]
    if scores.rows:
        parts += [_forecasts(scores.rows), Text("")]
    return Group(*parts, Text("\n".join(map(show_line, scores.notes)), style="dim"))


def verdict_words(scores: Scores) -> str:
    """Return what may be said of the skill, with n, or how many forecasts it wants."""
    if scores.gain is None:
        return f"{scores.verdict} (forecasts to compare: {scores.compared}, needed: {scores.minimum})".capitalize()
    return f"{scores.verdict} (n = {scores.compared} in {scores.groups} groups)".capitalize()


def _summary(scores: Scores) -> Table:
    grid = Table.grid(padding=(0, 2))
    for label, value, about in _figures(scores):
        grid.add_row(Text(label), Text(value, justify="right", style="bold"), Text(about, style="dim"))
    return grid


def _figures(scores: Scores) -> Iterator[tuple[str, str, str]]:
    states = ("replaced", "open", "overdue", "late", "disputed")
    others = ", ".join(f"{getattr(scores, state)} {state}" for state in states if getattr(scores, state))
    yield "forecasts that count", str(scores.counted), f"{scores.events} came true" + (f"; {others}" if others else "")
    if scores.brier is None or scores.log is None:
        return
    yield "Brier score", f"{scores.brier:.3f}", "0 is right and sure, 0.25 is always saying 50 %, 1 is wrong and sure"
    if terms := scores.decomposition:
        told = f"reliability {terms.reliability:.3f} - resolution {terms.resolution:.3f} + uncertainty {terms.uncertainty:.3f}"
        yield "", "", f"= {told} + within bins {terms.within:.3f}"
    yield "log score", f"{scores.log:.3f}", "0 is best, 0.693 is always saying 50 %"
    if scores.base_brier is not None:
        yield (
            "of the base rates",
            f"{scores.base_brier:.3f}",
            f"Brier score, {scores.compared} forecasts with a base rate",
        )
    if scores.gain:
        skill = "-" if scores.skill is None else f"{scores.skill:+.2f}"
        yield "skill", skill, "1 - Brier / Brier of the base rates: 0 is as good as they are, 1 perfect"
        gain = f"{scores.gain.low:+.3f} to {scores.gain.high:+.3f}"
        yield (
            "gain over them",
            gain,
            f"{scores.gain.level:.0%} interval, n = {scores.compared}; skill is shown where it excludes 0",
        )


def _reliability(bins: Iterable[ReliabilityBin]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header in ("forecast", "mean", "n", "came true", "share", "95 % interval"):
        table.add_column(header, justify="right")
    for one in bins:
        table.add_row(
            f"{one.low:.0%} to {one.high:.0%}",
            f"{one.mean:.0%}",
            str(one.forecasts),
            str(one.events),
            f"{one.share:.0%}",
            f"{one.interval.low:.0%} to {one.interval.high:.0%}",
        )
    return table


def _forecasts(rows: Sequence[ScoredForecast]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header in ("forecast", "base rate", "outcome", "Brier"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("question", ratio=1)
    for row in rows[-_SHOWN:]:
        one = row.forecast
        outcome = row.state if one.outcome is None else "yes" if one.outcome else "no"
        about = f"{one.id}, {one.who}, made {one.made}, by {one.resolves_by}"
        about += f", {row.state}" if row.state not in ("counted", outcome) else ""
        table.add_row(
            f"{one.probability:.0%}",
            "-" if one.base_value is None else f"{one.base_value:.0%}",
            outcome,
            "-" if row.brier is None else f"{row.brier:.3f}",
            Text(show_line(one.question)).append(f"  [{show_line(about)}]", style="dim"),
        )
    if len(rows) > _SHOWN:
        table.caption = f"the last {_SHOWN} of {len(rows)}; --format jsonl has all"
    return table
