"""What people brought back from other tools, as a table: which moves they changed, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from rich.console import Group
from rich.table import Table
from rich.text import Text

from demarche.model import Failure, Mention, Move, Span, TimeSpan
from demarche.model.returned import Remark, Returned
from demarche.present._marks import show_line

__all__ = ["count_returned", "render_returned"]

_MOST = 60
_SHOWN = (
    *("act", "status", "issue", "voice", "trigger", "actors", "recipients", "content", "condition", "deadline", "when"),
    *("where", "source", "date"),
)


def render_returned(items: Iterable[Returned | Failure | Remark], *, most: int = 200) -> Group:
    """Return a table with a row for each move that somebody changed, rejected or added; at most so many rows."""
    table = Table(box=None, padding=(0, 1), header_style="bold")
    for heading in ("document", "by", "verdict", "move", "what changes"):
        table.add_column(heading)
    rows = [row for item in items if isinstance(item, Returned) and item.state == "new" for row in _rows(item)]
    for row in rows[:most]:
        table.add_row(*row)
    more = [Text(f"and {len(rows) - most:,} more", style="dim")] if len(rows) > most else []
    return Group(table, *more) if rows else Group(Text("Nothing would change.", style="dim"))


_BESIDE = "nothing: it is in a sentence that was changed, and counts as accepted with it"


def _rows(item: Returned) -> Iterator[tuple[str, ...]]:
    old = {move.id: move for move in item.said.before}
    for verdict, move, fields in item.said.changes:
        changes = "; ".join(_change(old[move.id], move, name) for name in fields if name in _SHOWN)
        if verdict == "accepted" and not item.said.is_unchanged:
            changes = _BESIDE
        what = f"{move.act.value} ({_short(move.trigger.text)})"
        yield _short(item.document), show_line(item.who or ""), verdict, what, changes


def _change(old: Move, new: Move, name: str) -> str:
    before, after = (_words(getattr(move, name)) for move in (old, new))
    return f"{name}: {before or 'none'} \u2192 {after or 'none'}"


def _words(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(_words(one) for one in value)
    if isinstance(value, Mention):
        known = " ".join(filter(None, (value.id, value.sector)))
        return _short(value.span.text) + (f" [{show_line(known)}]" if known else "")
    if isinstance(value, TimeSpan):
        return _short(value.span.text)
    if isinstance(value, Span):
        return _short(value.text)
    return "" if value is None else show_line(str(value))


def _short(text: str) -> str:
    line = show_line(text)
    return line if len(line) <= _MOST else line[: _MOST - 1] + "\u2026"


def count_returned(items: Iterable[Returned | Failure | Remark]) -> Counter[str]:
    """Return how many sentences are new, known and unchanged, how many moves of the new ones have each verdict, and how many failures.

    `beside` are those of the accepted moves that nobody changed in a sentence that somebody did.
    """
    counts: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Failure):
            counts["failures"] += 1
            continue
        if isinstance(item, Remark):
            continue
        counts[item.state] += 1
        if item.state == "new":
            verdicts = [verdict for verdict, _, _ in item.said.changes]
            counts.update(verdicts)
            counts["beside"] += 0 if item.said.is_unchanged else verdicts.count("accepted")
    return counts
