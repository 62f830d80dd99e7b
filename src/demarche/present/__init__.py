"""Results -> lines, tables and pages. Pure functions: they return text, they never read or write a file."""

from demarche.present._marks import show_controls, show_line
from demarche.present.page import render_page
from demarche.present.records import write_records
from demarche.present.rows import COLUMNS, flatten_move, write_csv, write_parquet
from demarche.present.score import render_score, score_record
from demarche.present.table import render_table

__all__ = [
    "COLUMNS",
    "flatten_move",
    "render_page",
    "render_score",
    "render_table",
    "score_record",
    "show_controls",
    "show_line",
    "write_csv",
    "write_parquet",
    "write_records",
]
