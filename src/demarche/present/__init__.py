"""Results -> lines, tables and pages. Pure functions: they return text, they never read or write a file."""

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
