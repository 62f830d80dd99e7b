"""Results -> lines, tables and pages. Pure functions: they return text, they never read or write a file."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# What draws tables takes longer to load than a sentence takes to code.
if TYPE_CHECKING:
    from demarche.present._marks import show_controls, show_line
    from demarche.present.ledger import (
        DOCUMENT_COLUMNS,
        document_record,
        ledger_record,
        render_counts,
        render_documents,
        render_failures,
        render_log,
        render_moves,
        render_open_mentions,
        render_overview,
        render_verification,
        width_of_documents,
    )
    from demarche.present.page import render_page
    from demarche.present.records import write_records
    from demarche.present.rows import COLUMNS, flatten_move, safe_cell, write_csv, write_parquet
    from demarche.present.score import render_score, score_record
    from demarche.present.table import render_table

__all__ = [
    "COLUMNS",
    "DOCUMENT_COLUMNS",
    "document_record",
    "flatten_move",
    "ledger_record",
    "render_counts",
    "render_documents",
    "render_failures",
    "render_log",
    "render_moves",
    "render_open_mentions",
    "render_overview",
    "render_page",
    "render_score",
    "render_table",
    "render_verification",
    "safe_cell",
    "score_record",
    "show_controls",
    "show_line",
    "width_of_documents",
    "write_csv",
    "write_parquet",
    "write_records",
]

_FROM = {
    "_marks": ("show_controls", "show_line"),
    "ledger": (
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
    ),
    "page": ("render_page",),
    "records": ("write_records",),
    "rows": ("COLUMNS", "flatten_move", "safe_cell", "write_csv", "write_parquet"),
    "score": ("render_score", "score_record"),
    "table": ("render_table",),
}
"""Module -> what it gives."""


def __getattr__(name: str) -> Any:
    """Load the module of a name when the name is first asked for."""
    for module, names in _FROM.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
