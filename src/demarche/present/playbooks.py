"""Playbooks for people: how often each is reported, how often in the reshuffled past, and the words of one occurrence."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from demarche.model import LedgerMove
from demarche.model.playbooks import Candidates, Occurrence, PlaybookRow, Playbooks
from demarche.present._marks import show_line
from demarche.present.findings import render_notes

__all__ = ["render_playbooks", "say_verdict"]

Name = Callable[[str | None], str | None]
Quote = Callable[[str], LedgerMove | None]

_SMALL = 0.05
_MOST = 10


def render_playbooks(found: Playbooks | Candidates, *, name: Name, quote: Quote) -> Group:
    """Return each playbook with its figures, what they come to in words, its first occurrence, and what all rests on."""
    parts: list[RenderableType] = [Text(_title(found), style="bold")]
    if not found.rows:
        parts.append(Text("none"))
    shown = found.rows[:_MOST] if isinstance(found, Candidates) else found.rows
    for row in shown:
        parts += [_heading(row), *(Padding(text, (0, 0, 0, 3)) for text in _lines(row, name, quote))]
    if len(found.rows) > len(shown):
        parts.append(Text(f"\n{len(found.rows) - len(shown)} more candidates are not shown here", style="dim"))
    return Group(*parts, Text(), render_notes(found))


def _title(found: Playbooks | Candidates) -> str:
    if isinstance(found, Candidates):
        return f"Candidates, not findings: the {len(found.rows)} most unlike the reshuffled past of {found.tried} tried"
    return "Sequences between two parties, as reported"


def _heading(row: PlaybookRow) -> Text:
    heading = Text("\n").append(show_line(row.name or row.sequence), style="bold")
    return heading.append(f"  {show_line(row.sequence)}", style="dim") if row.name else heading


def _lines(row: PlaybookRow, name: Name, quote: Quote) -> Iterator[Text]:
    if row.p is not None:
        yield Text(say_verdict(row), style="bold")
    for line in _figures(row):
        yield Text(show_line(line))
    if row.p_all is None or row.p_all <= _SMALL:
        for case in row.cases[:1]:
            yield from _case(case, len(row.cases), name, quote)


def say_verdict(row: PlaybookRow) -> str:
    """Return in words what a tested row comes to; for a candidate with the correction for all that were tried."""
    p = row.p_all if row.p_all is not None else row.p
    if p is None:
        return "not tested"
    if p > _SMALL:
        return "not told apart from the ledger's own reshuffled past"
    if row.p_all is not None:
        return (
            "a candidate: reported more often than in the ledger's own reshuffled past, all that were tried allowed for"
        )
    return "reported to follow more often than in the ledger's own reshuffled past"


def _figures(row: PlaybookRow) -> Iterator[str]:
    if row.first_steps:
        about = f"reported {_times(row.occurrences or 0)} after {row.first_steps} first {_steps(row.first_steps)}"
        if row.occurrences:
            about += f", with {row.endings} different last {_steps(row.endings)}, "
            about += f"by {row.dyads} {'pair' if row.dyads == 1 else 'pairs'} of actor and recipient"
        yield about
    if row.p is not None and row.expected is not None and row.null is not None:
        lift = "" if row.lift is None else f": lift {row.lift:.2f}"
        yield (
            f"in the reshuffled past {row.expected:.1f} times on average, 95 % of draws {row.null.low:.0f} to {row.null.high:.0f}{lift}, "
            f"p = {say_p(row.p)} ({row.draws} draws)"
        )
    if row.p_all is not None:
        yield f"p of the best of all that were tried: {say_p(row.p_all)}"
    if row.other_order is not None:
        yield f"the other order ({row.other_order}): {_times(row.other_occurrences or 0)}"
    if row.note:
        yield row.note


def say_p(p: float) -> str:
    """Return a p with as many digits as say something."""
    return f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _steps(number: int | None) -> str:
    return "step" if number == 1 else "steps"


def _case(case: Occurrence, listed: int, name: Name, quote: Quote) -> Iterator[Text]:
    parties = f"{name(case.actor) or case.actor} \u2192 {name(case.recipient) or case.recipient}"
    which = "the only occurrence" if listed == 1 else "the first occurrence"
    yield Text(f"{which}: {show_line(parties)}", style="dim")
    for day, moves in zip(case.days, case.evidence, strict=True):
        line = Text(f"  {day.isoformat()}  ", style="dim")
        found = quote(moves[0]) if moves else None
        words = show_line(found.move.sentence.text) if found else "(not in the ledger any more)"
        about = [found.publisher or found.move.document, moves[0]] if found else list(moves[:1])
        yield line.append(words, style="dim italic").append(f"  [{show_line(', '.join(about))}]", style="dim")
