"""What became of the moves of a ledger when another coder read it, as a table."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table
from rich.text import Text

from demarche.model.recoding import Recoding
from demarche.present._marks import show_line

__all__ = ["render_recoding"]

_ROWS = (
    ("kept", "found again: same trigger, same act"),
    ("new", "found by the new coder alone"),
    ("superseded", "not found again, out of the current view"),
    ("said", "as they were, because a person said something of them or reviewed their sentence"),
    ("aside", "found by the new coder where a person had spoken: not in the current view"),
)


def render_recoding(recoding: Recoding) -> Group:
    """Return how many moves are kept, new, superseded, and stand as they were."""
    coder = show_line(recoding.coder)
    if not recoding.documents:
        return Group(Text(f"No document was read by {coder} after another coder."))
    table = Table()
    table.add_column("moves", justify="right")
    table.add_column("what became of them")
    for name, about in _ROWS:
        table.add_row(f"{getattr(recoding, name):,}", about)
    title = f"{recoding.documents:,} documents that {coder} read after another coder had"
    return Group(Text(title, style="bold"), table)
