"""The section on threats, promises and offers: what was announced, on what terms, and what is reported to have followed."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

from demarche.model.threats import Case, Link, Threats
from demarche.present._marks import show_line
from demarche.present._report_parts import (
    Cell,
    Heading,
    Line,
    Part,
    Piece,
    Points,
    Section,
    Small,
    Strong,
    Table,
    Tag,
    Text,
    cell,
)
from demarche.present._report_words import full_day, plural, short_day
from demarche.present._report_writer import Writer
from demarche.present.charts.threats import chart_threats

__all__ = ["write_announced"]

_NOUNS = {"threaten": ("threat", "threats"), "promise": ("promise", "promises"), "offer": ("offer", "offers")}
_DONE = {"threaten": "threatened", "promise": "promised", "offer": "offered"}


def write_announced(writer: Writer) -> Section:
    """Return threats, promises and offers, each with its condition, its deadline and what is reported to have followed."""
    parts: list[Part] = [
        Text(
            words=cell(
                "Each is listed once, however often it was restated. What followed is the first later move that the "
                "rules link to it: read the sentences of both before you rely on one. Open says that nothing is "
                "reported to have ended it, and no more."
            )
        )
    ]
    for found in writer.dossier.announced:
        parts += _announced(writer, found)
    return Section(id="announced", title="Threats, promises and offers", parts=parts)


def _announced(writer: Writer, found: Threats) -> Iterator[Part]:
    one, many = _NOUNS[found.act]
    yield Heading(words=many.capitalize())
    if not found.rows:
        yield Text(words=cell(f"No {one} is reported."))
        return
    chosen = _choose(found.rows, writer.rows)
    shown = f"{len(chosen)} of {plural(len(found.rows), one, many)}"
    table = Table(
        caption=f"{shown}, by the day of the first statement; watched until {full_day(found.until)}",
        head=("First said", one.capitalize(), "Condition and deadline", "What is reported to have followed"),
        rows=tuple(_case_row(writer, case) for case in chosen),
        look="cases",
        leads=1,
    )
    yield _lines(writer, dataclasses.replace(found, rows=tuple(chosen)), many)
    yield table
    yield from _rates(found)
    rest = writer.rest(len(chosen), len(found.rows), one, f"demarche threats --of {found.act}")
    yield from filter(None, (rest, writer.rests(found)))


def _choose(cases: Sequence[Case], rows: int) -> list[Case]:
    """Return the cases that matter most, by their first day: open ones with a deadline, then those reported most."""
    first = sorted(
        cases,
        key=lambda case: (
            not (case.outcome == "open" and case.deadline and not case.deadline_passed),
            -case.clusters - len(case.repeated),
            case.outcome == "open",
            -case.first.toordinal(),
            case.id,
        ),
    )
    return sorted(first[:rows], key=lambda case: (case.first, case.id))


def _lines(writer: Writer, found: Threats, many: str) -> Part:
    if not writer.texts:
        bare = [
            dataclasses.replace(case, words=case.id, condition=None, links=tuple(map(_bare, case.links)))
            for case in found.rows
        ]
        found = dataclasses.replace(found, rows=tuple(bare))
    caption = (
        "A line runs from the first statement to the outcome, or to the end of the record where none is reported. "
        "Dots: statements; bar: a deadline; symbol at the end: the outcome."
    )
    spec = chart_threats(found, name=writer.name)
    return writer.figure(
        spec, f"{many.capitalize()} and what is reported to have followed", caption, width=270, labels=340
    )


def _case_row(writer: Writer, case: Case) -> tuple[Cell, ...]:
    told = [f"{plural(case.clusters, 'report')}"] + (
        [f"restated on {plural(len(case.repeated), 'later day')}"] if case.repeated else []
    )
    to = f" \u2192 {writer.called(case.recipients)}" if case.recipients else ""
    inferred = Small(" (not named; addressed beside it)") if case.recipients_inferred else None
    said = writer.quoted(case.words)
    what = cell(
        Strong(writer.called(case.actors)), f" {_DONE[case.act]}{to}", inferred, ": " if said else None, said,
        writer.cite(case.evidence), Line(f"{'; '.join(told)}; {case.id}"),
    )  # fmt: skip
    return cell(short_day(case.first)), what, _terms(writer, case), _outcome(writer, case)


def _terms(writer: Writer, case: Case) -> Cell:
    due = f"due by {short_day(case.deadline)}{' (passed)' if case.deadline_passed else ''}" if case.deadline else None
    condition = writer.quoted(case.condition) or ("a condition" if case.condition else None)
    return cell(condition, "; " if condition and due else None, due) or ("none reported",)


def _outcome(writer: Writer, case: Case) -> Cell:
    if case.outcome == "open" and not case.links:
        return cell(Tag("open", "unknown"), f" after {plural(case.observed, 'day')}")
    pieces: list[Piece | None] = []
    if case.outcome == "open":
        pieces += [Tag("open", "unknown"), f" after {plural(case.observed, 'day')}; "]
    for link in case.links[:2]:
        pieces += _linked(writer, link, case)
    return cell(*pieces)


def _linked(writer: Writer, link: Link, case: Case) -> Iterator[Piece | None]:
    link = link if writer.texts else _bare(link)
    verdict = f" ({link.verdict} by a person)" if link.verdict else ""
    days = "the same day" if link.days == 0 else f"after {plural(link.days, 'day')}"
    decides = case.outcome == link.outcome and case.outcome_date == link.date and link.verdict != "undone"
    yield Tag(link.outcome, "ended") if decides else link.outcome
    yield f" {short_day(link.date)}, {days}{verdict}"
    yield writer.cite([link.move], most=1)
    yield Line(show_line(link.why))


def _bare(link: Link) -> Link:
    """Return a link whose reason has no words of the texts."""
    return dataclasses.replace(link, why=link.why.partition("; both speak of ")[0])


_DAYS, _AT_RISK = (30, 90, 365), 5


def _rates(found: Threats) -> Iterator[Part]:
    items: list[Cell] = []
    for curve, days in itertools.product(found.curves, _DAYS):
        step, at_risk = curve.incidence.at(days), curve.incidence.at_risk(days)
        if step and at_risk >= _AT_RISK:
            spread = f"{step.interval.low:.0%} to {step.interval.high:.0%}"
            cases = f"{curve.incidence.cases} cases; {at_risk} were still open then"
            items.append(
                cell(f"{curve.outcome} within {days} days, as reported: {step.incidence:.0%} ({spread}) of {cases}.")
            )
    if excess := found.excess:
        spread = f"{excess.interval.low:+.0%} to {excess.interval.high:+.0%}"
        items.append(
            cell(
                f"Within {excess.days} days {excess.observed:.0%} of {excess.cases} cases are reported carried out; "
                f"{excess.expected:.0%} would be expected from how often such moves are reported anyway: "
                f"{excess.excess:+.0%} ({spread})."
            )
        )
    if items:
        yield Text(
            words=cell(
                "How often, with 95 % intervals (the cases are those of the table and the ones that it leaves out):"
            )
        )
        yield Points(items=tuple(items))
