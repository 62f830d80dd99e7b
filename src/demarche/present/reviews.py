"""Reviews for people: the measured error of a coder, how far reviewers agree, and who reviewed what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import (
    Agreement,
    AgreementMeasure,
    Interval,
    MeasuredAct,
    MeasuredError,
    MeasuredShare,
    ReviewProgress,
    SentenceReview,
)
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = [
    "ErrorRow",
    "ReviewRow",
    "error_rows",
    "render_agreement",
    "render_measured_error",
    "render_review_progress",
    "render_reviews",
    "review_row",
]

_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorRow:
    """One figure of a measured error as a row: `figure` is precision, recall or a field; `act` is None for all moves."""

    coder: str
    figure: str
    act: str | None
    value: float | None
    interval: Interval | None
    right: int
    cases: int
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A review as a row, its moves by their ids."""

    id: str
    at: str
    reviewer: str
    queue: str
    coder: str
    document: str
    start: int
    end: int
    sentence: str
    accepted: tuple[str, ...]
    amended: tuple[str, ...]
    rejected: tuple[str, ...]
    added: tuple[str, ...]
    seconds: float | None
    undone: bool


def error_rows(found: MeasuredError) -> Iterator[ErrorRow]:
    """Yield the figures of a measured error, those of all moves first."""
    shares = [
        (name, act.act, getattr(act, name)) for act in (found.overall, *found.acts) for name in ("precision", "recall")
    ]
    shares += [(name, None, share) for name, share in found.fields.items()]
    for figure, act, share in shares:
        yield ErrorRow(
            coder=found.coder,
            figure=figure,
            act=act,
            value=share.value,
            interval=share.interval,
            right=share.right,
            cases=share.cases,
            wrong=share.wrong,
        )


def review_row(review: SentenceReview) -> ReviewRow:
    """Return a review as a row."""

    def ids(verdict: str) -> tuple[str, ...]:
        return tuple(move for move, said in review.verdicts.items() if said == verdict)

    return ReviewRow(
        document=review.document,
        start=review.sentence.start,
        end=review.sentence.end,
        sentence=review.sentence.text,
        accepted=ids("accepted"),
        amended=ids("amended"),
        rejected=ids("rejected"),
        added=ids("added"),
        **{name: getattr(review, name) for name in ("id", "at", "reviewer", "queue", "coder", "seconds", "undone")},
    )


def render_measured_error(found: MeasuredError) -> Group:
    """Return precision and recall of all moves and of each act with their intervals, and the shares of fields that are right."""
    acts = Table(box=None, padding=(0, 1), header_style="bold")
    acts.add_column("act")
    for heading in ("precision", "95 %", "right", "recall", "95 %", "found"):
        acts.add_column(heading, justify="right", no_wrap=True)
    for row in (found.overall, *found.acts):
        acts.add_row(*_act_cells(row))
    fields = Table(box=None, padding=(0, 1), header_style="bold")
    fields.add_column("of the right moves")
    for heading in ("right", "95 %", "of"):
        fields.add_column(heading, justify="right", no_wrap=True)
    for name, share in found.fields.items():
        fields.add_row(name, *_share_cells(share))
    title = Text(f"Measured error of {show_line(found.coder)} in this ledger", style="bold")
    return Group(title, Text(""), acts, Text(""), fields, Text(""), render_notes(found))


def _act_cells(row: MeasuredAct) -> tuple[RenderableType, ...]:
    name = Text("all", style="bold") if row.act is None else Text(show_line(row.act))
    return name, *_share_cells(row.precision), *_share_cells(row.recall)


def _share_cells(share: MeasuredShare) -> tuple[Text, Text, Text]:
    return _number(share.value), _range(share.interval), Text(f"{share.right} of {share.cases}", style="dim")


def _number(value: float | None) -> Text:
    return Text(_UNKNOWN, style="dim") if value is None else Text(f"{value:.2f}", style="bold")


def _range(interval: Interval | None) -> Text:
    return Text(f"{interval.low:.2f} to {interval.high:.2f}" if interval else "")


def render_agreement(found: Agreement) -> Group:
    """Return how far reviewers agree: alphas, then the spans."""
    title = Text("Agreement of reviewers", style="bold")
    who = f"{len(found.reviewers)} people, {found.sentences} sentences that two or more of them reviewed"
    parts: list[RenderableType] = [title, Text(who, style="dim"), Text("")]
    for heading, kinds in (("Krippendorff's alpha", ("alpha",)), ("F1 of spans", ("exact", "overlap"))):
        rows = [measure for measure in found.measures if measure.kind in kinds]
        if rows and found.sentences:
            parts += [_measures(heading, rows), Text("")]
    return Group(*parts, render_notes(found))


def _measures(heading: str, rows: Sequence[AgreementMeasure]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column(heading)
    for name in ("value", "95 %", "cases"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("", style="dim")
    for row in rows:
        label = row.name.replace("act:", "").replace("_", " ") + ("" if row.kind == "alpha" else f", {row.kind}")
        table.add_row(show_line(label), _number(row.value), _range(row.interval), str(row.cases), row.note or "")
    return table


def render_review_progress(found: ReviewProgress) -> Group:
    """Return who reviewed how much, and how much is missing to a first measure."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for heading in ("reviewer", "queue", "coder"):
        table.add_column(heading)
    for heading in ("sentences", "moves", "accepted", "amended", "rejected", "added", "minutes"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in found.counts:
        numbers = (row.sentences, row.coded, row.accepted, row.amended, row.rejected, row.added)
        minutes = "" if row.seconds is None else f"{row.seconds / 60:.0f}"
        table.add_row(show_line(row.reviewer), row.queue, show_line(row.coder), *map(str, numbers), minutes)
    left = (
        f"Drawn at random and reviewed: {found.sentences} sentences with {found.moves} moves of the coder; "
        f"{found.left_sentences} sentences and {found.left_moves} moves are missing to {found.target_sentences} and {found.target_moves}."
    )
    shown: list[RenderableType] = [table, Text("")] if found.counts else []
    return Group(Text("Reviews", style="bold"), Text(""), *shown, Text(left, style="dim"))


def render_reviews(reviews: Iterable[SentenceReview]) -> Group:
    """Return reviews with their sentences and verdicts, in the order given."""
    lines: list[RenderableType] = []
    for review in reviews:
        undone = ", undone" if review.undone else ""
        head = Text(f"{review.id}  {show_line(review.at)}  {show_line(review.reviewer)}  ", style="bold")
        head.append(f"{review.queue}{undone}  {show_line(review.document)}", style="dim not bold")
        lines += [head, Text(f"  \u201c{show_line(review.sentence.text)}\u201d")]
        lines += [Text(f"  {line}", style="dim") for line in _verdicts(review)] or [Text("  no move", style="dim")]
    return Group(*lines)


def _verdicts(review: SentenceReview) -> Iterator[str]:
    moves = {move.id: move for move in (*review.coded, *review.moves)}
    for name, verdict in review.verdicts.items():
        move = moves.get(name)
        what = f"{move.act.value} ({show_line(move.trigger.text)})" if move else ""
        yield f"{verdict}: {what}  {name}"
