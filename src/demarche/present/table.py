"""The table for people: each move in two lines, its codes and parties, and the sentence that says so."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from demarche.model import CodedDocument, Document, Mention, Move, Span, Status, Voice
from demarche.present._marks import show_controls

__all__ = ["render_table"]

_QUADS = {1: "green", 2: "cyan", 3: "yellow", 4: "red", None: "blue"}
_NONE = "(not named)"


def render_table(coded: CodedDocument) -> Group:
    """Return a coded document as rich prints it.

    Colour follows the quad class of the act: green and cyan co-operation, yellow and red conflict. Nothing depends on
    colour alone, and no control sequence of the text reaches the terminal.
    """
    moves = [part for move in coded.moves for part in _move(move)]
    return Group(_heading(coded.document, len(coded.moves)), *moves, Text(""))


def _heading(document: Document, moves: int) -> Text:
    about = [document.title or document.id, document.publisher, document.published]
    line = Text(" · ".join(show_controls(part) for part in about if part), style="bold")
    return line.append(f"  {moves} {'move' if moves == 1 else 'moves'}", style="dim")


def _move(move: Move) -> tuple[Text, Padding]:
    head = Text("  ")
    head.append(f"{move.act.value:<10}", style=f"bold {_QUADS[move.quad]}")
    head.append(_parties(move.actors) or _NONE)
    if move.recipients:
        head.append(" → ").append(_parties(move.recipients))
    for name, value in (("", move.content), ("on condition", move.condition), ("by", _span(move.deadline))):
        if value:
            head.append(f"  {name + ': ' if name else ''}").append(_words(value), style="italic")
    notes = [] if move.status == Status.ACTUAL else [move.status.value]
    notes += ["opinion"] if move.voice == Voice.OPINION else []
    notes += [move.issue.replace("_", " "), f"{move.confidence:.0%}"]
    if move.source:
        notes.append(f"according to {_words(move.source.span)}")
    head.append(f"  [{', '.join(notes)}]", style="dim")
    return head, Padding(_sentence(move), (0, 0, 0, 12))


def _sentence(move: Move) -> Text:
    start, end = (offset - move.sentence.start for offset in (move.trigger.start, move.trigger.end))
    words = move.sentence.text
    parts = [show_controls(part.replace("\n", " ")) for part in (words[:start], words[start:end], words[end:])]
    return Text(parts[0], style="dim").append(parts[1], style="underline not dim").append(parts[2])


def _parties(mentions: Iterable[Mention]) -> str:
    return ", ".join(_words(mention.span) for mention in mentions)


def _span(time: object) -> Span | None:
    return getattr(time, "span", None)


def _words(span: Span) -> str:
    return show_controls(span.text.replace("\n", " "))
