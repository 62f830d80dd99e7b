"""A ledger for people: what it holds, the moves reported most, actors, open mentions, the proof of its log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from demarche.model import (
    Count,
    Document,
    Failure,
    LedgerMove,
    LogEntry,
    Mention,
    Occasion,
    OpenMention,
    Overview,
    Verification,
)
from demarche.present._marks import party_words, show_controls, show_line

__all__ = [
    "DOCUMENT_COLUMNS",
    "document_record",
    "ledger_record",
    "render_counts",
    "render_documents",
    "render_failures",
    "render_log",
    "render_moves",
    "render_open_mentions",
    "render_overview",
    "render_verification",
    "width_of_documents",
]

_BESIDE = 40
"""Columns for day, publisher and title beside an id, at least."""
DOCUMENT_COLUMNS = ("id", "published", "publisher", "title", "url", "language", "sha256")
"""What a list of documents says of each, for programs."""
Name = Callable[[str | None], str | None]


def ledger_record(found: LedgerMove) -> dict[str, Any]:
    """Return a move of a ledger as its JSON object: the move's, and where it stands in the ledger."""
    return {
        **found.move.to_dict(),
        "cluster": found.cluster,
        "verdict": found.verdict,
        "publisher": found.publisher,
        "title": found.title,
        "seq": found.seq,
    }


def render_overview(
    overview: Overview,
    acts: Iterable[Count],
    actors: Iterable[Count],
    occasions: Iterable[Occasion],
    *,
    name: Name,
) -> Group:
    """Return what a ledger holds: documents and clusters, moves by act, actors, and the moves that most clusters report.

    Parameters
    ----------
    name
        Gives the canonical name of an actor's id.
    """
    parts: list[RenderableType] = [_totals(overview), Text("")]
    columns = Table.grid(padding=(0, 6))
    columns.add_row(
        render_counts(acts, what="act", name=lambda _: None), render_counts(actors, what="actor", name=name)
    )
    parts += [columns, Text(""), _timeline(occasions, name)]
    return Group(*parts)


def _totals(overview: Overview) -> Table:
    grid = Table.grid(padding=(0, 2))
    days = f"{overview.first} to {overview.last}" if overview.first else "of unknown date"
    open_mentions = overview.mentions - overview.resolved
    rows = (
        ("documents", overview.documents, f"published {days}"),
        ("clusters", overview.clusters, f"{overview.copies} documents are copies of another"),
        ("sentences", overview.sentences, ""),
        ("moves", overview.moves_once, f"counted once a cluster; {overview.moves} with the copies"),
        ("parties named", overview.mentions, f"{overview.resolved} resolved, {open_mentions} open (demarche actors)"),
        ("failures", overview.failures, "demarche failures" if overview.failures else ""),
    )
    for label, number, about in rows:
        grid.add_row(Text(label), Text(str(number), justify="right", style="bold"), Text(about, style="dim"))
    return grid


def render_counts(counts: Iterable[Count], *, what: str, name: Name) -> Table:
    """Return a table of how often each value is reported, copies counted once, and with the copies."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column(what)
    table.add_column("moves", justify="right")
    table.add_column("with copies", justify="right", style="dim")
    for count in counts:
        label = "(open)" if count.value is None else count.value
        known = count.name or name(count.value)
        table.add_row(Text(show_line(f"{label}  {known}" if known else label)), str(count.moves), str(count.mentions))
    return table


def _timeline(occasions: Iterable[Occasion], name: Name) -> Table:
    """Return the most reported acts in the order of their days, each with its evidence."""
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    table.add_column(ratio=1)
    table.add_row(Text("day", style="bold"), Text("reports", style="bold"), Text("reported to have", style="bold"))
    for occasion in sorted(occasions, key=lambda found: (found.date, found.best.move.document)):
        parties = _ids(occasion.actors, name)
        to = f" \u2192 {_ids(occasion.recipients, name)}" if occasion.recipients else ""
        line = Text(parties, style="bold").append(f" {occasion.act}", style="bold underline").append(to)
        if occasion.days > 1:
            line.append(f"  (so on {occasion.days} days)", style="dim")
        table.add_row(occasion.date, str(occasion.clusters), line)
        table.add_row("", "", _evidence(occasion.best))
    return table


def _ids(ids: tuple[str, ...], name: Name) -> str:
    return ", ".join(show_line(one.removeprefix("?") if one.startswith("?") else name(one) or one) for one in ids)


def _evidence(found: LedgerMove) -> Text:
    move = found.move
    start, end = move.trigger.start - move.sentence.start, move.trigger.end - move.sentence.start
    words = move.sentence.text
    before, trigger, after = (
        show_controls(part.replace("\n", " ")) for part in (words[:start], words[start:end], words[end:])
    )
    about = show_line(", ".join(filter(None, (found.publisher, move.published, move.document, move.id))))
    return Text(before, style="dim").append(trigger, style="underline not dim").append(after).append(f"  [{about}]")


def render_moves(moves: Iterable[LedgerMove]) -> Iterator[Group]:
    """Yield each move with its codes, its resolved parties, its evidence and its source."""
    for found in moves:
        move = found.move
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=12, no_wrap=True)
        grid.add_column(ratio=1)
        notes = [move.status.value, move.issue.replace("_", " "), move.voice.value]
        notes += [f"dated by {move.date_basis}"] if move.date_basis not in (None, "explicit") else []
        notes += ["amended"] if found.verdict == "amended" else []
        line = Text(_parties(move.actors) or "(not named)", style="bold").append(f" {move.act.value}", "bold underline")
        if move.recipients:
            line.append(" \u2192 ").append(_parties(move.recipients))
        for label, span in (("", move.content), ("on condition: ", move.condition)):
            if span:
                line.append(f" | {label}", "dim").append(show_line(span.text), "italic")
        if move.deadline:
            line.append(f" | by: {show_line(move.deadline.span.text)} ({move.deadline.date or 'not resolved'})", "dim")
        line.append(f" [{', '.join(notes)}]", "dim")
        grid.add_row(Text(move.date or "no date"), line)
        grid.add_row(Text(), _evidence(found))
        yield Group(grid)


def _parties(mentions: Iterable[Mention]) -> str:
    return ", ".join(show_line(f"{words} ({known or 'open'})") for words, known in party_words(mentions))


def render_open_mentions(found: Iterable[OpenMention]) -> Table:
    """Return the words that are not resolved yet, with the number of moves in which they stand."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    table.add_column("open words")
    table.add_column("moves", justify="right")
    table.add_column("for example", style="dim")
    for mention in found:
        table.add_row(Text(show_line(mention.words)), str(mention.moves), mention.example)
    return table


def render_documents(documents: Iterable[Document]) -> Table:
    """Return a list of documents; ids are whole however narrow the screen is, for other verbs take them."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header in ("published", "id", "publisher", "title"):
        table.add_column(header, no_wrap=header == "id", overflow="fold")
    for document in documents:
        cells = (document.published, document.id, document.publisher, document.title)
        table.add_row(*(Text(show_line(cell or "")) for cell in cells))
    return table


def width_of_documents(documents: Iterable[Document]) -> int:
    """Return the columns of a screen that a list of documents needs at least, so that no id is cut."""
    return max((cell_len(show_line(document.id)) for document in documents), default=0) + _BESIDE


def document_record(document: Document) -> dict[str, str | None]:
    """Return what is known of a document, without its text; None where it is unknown."""
    return {name: getattr(document, name) for name in DOCUMENT_COLUMNS}


def render_failures(failures: Iterable[Failure]) -> Iterator[str]:
    """Yield one line a failure: where, the stage, and what is wrong."""
    for failure in failures:
        yield f"{show_line(failure.where)} ({failure.stage}): {show_line(failure.reason)}"


def render_log(entries: Iterable[LogEntry]) -> Table:
    """Return entries of the log, the latest first."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for header in ("entry", "when", "who", "what", "of", "why"):
        table.add_column(header)
    for entry in entries:
        cells = (str(entry.seq), entry.at, entry.who, entry.kind, entry.subject, entry.why or "")
        table.add_row(*(Text(show_line(cell)) for cell in cells))
    return table


def render_verification(found: Verification) -> Text:
    """Return the verdict on a ledger: whole, or what is wrong with it."""
    about = f"{found.entries} entries, {found.documents} documents, {found.moves} rows of moves checked"
    if not found.problems:
        return Text(f"whole: {about}\nhead {found.head}")
    lines = "\n".join(show_line(problem) for problem in found.problems)
    return Text(f"NOT whole: {about}\nhead {found.head}\n{lines}")
