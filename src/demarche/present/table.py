"""The table for people: each move with its codes and parties, and under it the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table
from rich.text import Text

from demarche.model import CodedDocument, Document, Mention, Move, Span, Status, Voice
from demarche.present._marks import party_words, show_controls, show_line

__all__ = ["render_table"]

_QUADS = {1: "green", 2: "cyan", 3: "yellow", 4: "red", None: "blue"}


def render_table(coded: CodedDocument) -> Group:
    """Return a coded document as rich prints it.

    Colour follows the quad class of the act: green and cyan co-operation, yellow and red conflict. Nothing depends on
    colour alone, and no control sequence of the text reaches the terminal.
    """
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=10, no_wrap=True)
    grid.add_column(ratio=1)
    for move in coded.moves:
        grid.add_row(Text(move.act.value, style=f"bold {_QUADS[move.quad]}"), _codes(move))
        grid.add_row(Text(), _sentence(move))
    return Group(_heading(coded.document, len(coded.moves)), grid, Text(""))


def _heading(document: Document, moves: int) -> Text:
    about = [document.title or document.id, document.publisher, document.published]
    line = Text(" · ".join(show_line(part) for part in about if part), style="bold")
    return line.append(f"  {moves} {'move' if moves == 1 else 'moves'}", style="dim")


def _codes(move: Move) -> Text:
    line = Text(_names(move.actors) or "(not named)", style="bold")
    if move.recipients:
        line.append(" → ", style="not bold").append(_names(move.recipients))
    details = (
        ("", move.content),
        ("on condition: ", move.condition),
        ("by: ", move.deadline.span if move.deadline else None),
        ("when: ", move.when.span if move.when else None),
        ("where: ", move.where),
    )
    for label, span in details:
        if span:
            line.append(f" | {label}", style="dim not bold").append(_words(span), style="not bold italic")
    return line.append(f" [{', '.join(_notes(move))}]", style="dim not bold")


def _notes(move: Move) -> Iterable[str]:
    if move.status != Status.ACTUAL:
        yield move.status.value
    if move.voice == Voice.OPINION:
        yield "opinion"
    yield move.issue.replace("_", " ")
    if move.date:
        yield move.date
    if move.source:
        yield f"according to {_words(move.source.span)}"


def _sentence(move: Move) -> Text:
    start, end = (offset - move.sentence.start for offset in (move.trigger.start, move.trigger.end))
    words = move.sentence.text
    parts = [show_controls(part.replace("\n", " ")) for part in (words[:start], words[start:end], words[end:])]
    return Text(parts[0], style="dim").append(parts[1], style="underline not dim").append(parts[2])


def _names(mentions: Iterable[Mention]) -> str:
    return ", ".join(show_line(f"{words} ({known})" if known else words) for words, known in party_words(mentions))


def _words(span: Span) -> str:
    return show_line(span.text)
