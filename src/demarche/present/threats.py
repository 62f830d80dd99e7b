"""Threats, promises and offers for people: each case, its condition, what followed, and the words of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from demarche.model import LedgerMove
from demarche.model.threats import Case, Link, Threats
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["render_threats", "say_outcome"]

Name = Callable[[str], str | None]
Quote = Callable[[str], LedgerMove | None]

_DAYS = (30, 90, 365)
_FEWEST = 5
"""Cases still at risk, below which a share is not printed: the chart has it with its interval."""
_NOUNS = {"threaten": ("threat", "threats"), "promise": ("promise", "promises"), "offer": ("offer", "offers")}
_VERBS = {"threaten": "threatened", "promise": "promised", "offer": "offered"}


def render_threats(threats: Threats, *, name: Name, quote: Quote, limit: int = 50) -> Group:
    """Return the cases by their first day, each with what followed, then the rates if there are enough, and what all rests on."""
    one, many = _NOUNS[threats.act]
    total = len(threats.rows)
    title = f"{total} {one if total == 1 else many} reported, each once however often it was restated; watched until {threats.until}"
    parts: list[RenderableType] = [Text(title, style="bold"), Text("")]
    for case in threats.rows[:limit]:
        parts += [_heading(case, name), *(Padding(line, (0, 0, 0, 3)) for line in _lines(case, quote)), Text("")]
    if total > limit:
        parts += [Text(f"... and {total - limit} more (--limit)", style="dim"), Text("")]
    return Group(*parts, *_rates(threats), render_notes(threats))


def _heading(case: Case, name: Name) -> Text:
    actors = ", ".join(show_line(name(party) or party) for party in case.actors)
    line = Text(f"{case.first}  ").append(actors, style="bold").append(f" {_VERBS[case.act]}")
    if case.recipients:
        line.append(" \u2192 " + ", ".join(show_line(name(party) or party) for party in case.recipients))
        line.append(" (not named; addressed beside it)" if case.recipients_inferred else "", style="dim")
    if case.words:
        line.append(f" | {show_line(case.words)}", style="italic")
    if case.condition:
        line.append(" | on condition: ", style="dim").append(show_line(case.condition), style="italic")
    return line.append(f"  [{case.id}]", style="dim")


def _lines(case: Case, quote: Quote) -> Iterator[Text]:
    yield Text(say_outcome(case), style="bold")
    reports = f"{case.clusters} independent {'report' if case.clusters == 1 else 'reports'}"
    if case.repeated:
        days = ", ".join(str(day) for day in case.repeated[:5]) + (" ..." if len(case.repeated) > 5 else "")
        reports += f"; restated on {len(case.repeated)} later {'day' if len(case.repeated) == 1 else 'days'}: {days}"
    if case.deadline:
        reports += f"; due by {case.deadline}" + (" (passed)" if case.deadline_passed else "")
    yield Text(reports, style="dim")
    yield from _words("", case.evidence[0], quote)
    for link in case.links[:3]:
        yield Text(_say_link(link), style="dim")
        yield from _words("  ", link.move, quote)
    if len(case.links) > 3:
        yield Text(f"and {len(case.links) - 3} further moves that may have ended it", style="dim")


def say_outcome(case: Case) -> str:
    """Return in words what is reported to have become of a case; that nothing is reported says no more than that."""
    if case.outcome == "open":
        return f"open: nothing is reported to have ended it in {case.observed} days"
    days = "the same day" if case.days == 0 else f"after {case.days} {'day' if case.days == 1 else 'days'}"
    return f"{case.outcome}, as reported, {days} ({case.outcome_date})"


def _say_link(link: Link) -> str:
    verdict = f", {link.verdict} by a person" if link.verdict else ""
    return show_line(f"{link.date} {link.outcome}{verdict}: {link.why}")


def _words(indent: str, move: str, quote: Quote) -> Iterator[Text]:
    found = quote(move)
    if found:
        about = f"{show_line(found.publisher or found.move.document)}, {found.move.id}"
        yield Text(f"{indent}{show_line(found.move.sentence.text)}  [{about}]", style="dim")


def _rates(threats: Threats) -> Iterator[Text]:
    for curve in threats.curves:
        for days in _DAYS:
            step, at_risk = curve.incidence.at(days), curve.incidence.at_risk(days)
            if step and at_risk >= _FEWEST:
                spread = f"{step.interval.low:.2f} to {step.interval.high:.2f}"
                yield Text(
                    f"{curve.outcome}: {step.incidence:.2f} ({spread}) of {curve.incidence.cases} cases by {days} days, as reported; "
                    f"{at_risk} still open then"
                )
    excess = threats.excess
    if excess:
        spread = f"{excess.interval.low:+.2f} to {excess.interval.high:+.2f}"
        yield Text(
            f"By {excess.days} days {excess.observed:.2f} of {excess.cases} cases are reported carried out; {excess.expected:.2f} would be "
            f"expected from how often such moves are reported anyway: {excess.excess:+.2f} ({spread})."
        )
    if threats.curves or excess:
        yield Text("")
