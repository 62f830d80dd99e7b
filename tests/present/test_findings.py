"""Rows of findings for other programs, and charts as files."""

import csv
import io
import json
from dataclasses import dataclass
from datetime import date

import pyarrow.parquet
import pytest

from demarche.errors import InputError
from demarche.model import Finding, Interval, LeftOut
from demarche.present.findings import (
    flatten_row,
    render_notes,
    row_record,
    write_rows_csv,
    write_rows_jsonl,
    write_rows_parquet,
)
from demarche.present.plot import draw_chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    day: date | None
    share: Interval | None
    evidence: tuple[str, ...]


ROWS = [
    Row(name="=1+1", day=None, share=None, evidence=()),
    Row(name="two", day=date(2025, 1, 2), share=Interval(low=0.1, high=0.2), evidence=("m1", "m2")),
]


def test_a_row_is_flat_with_unknown_as_none():
    assert flatten_row(ROWS[0]) == {"name": "=1+1", "day": None, "share": None, "evidence": None}
    assert flatten_row(ROWS[1])["share_low"] == 0.1
    assert flatten_row(ROWS[1])["evidence"] == "m1; m2"


def test_csv_has_the_columns_of_all_rows_and_no_formula():
    rows = list(csv.DictReader(io.StringIO("".join(write_rows_csv(ROWS)))))
    assert [row["name"] for row in rows] == ["'=1+1", "two"]
    assert [row["share_high"] for row in rows] == ["", "0.2"]


def test_json_lines_are_whole():
    assert json.loads(list(write_rows_jsonl(ROWS))[1])["share"] == {"low": 0.1, "high": 0.2, "level": 0.95}
    assert row_record(ROWS[1])["day"] == "2025-01-02"


def test_parquet_keeps_numbers(tmp_path):
    with open(tmp_path / "rows.parquet", "wb") as file:
        write_rows_parquet(ROWS, file)
    assert pyarrow.parquet.read_table(tmp_path / "rows.parquet").column("share_low").to_pylist() == [None, 0.1]


def test_nothing_is_written_for_no_rows():
    assert list(write_rows_csv([])) == list(write_rows_jsonl([])) == []


def test_notes_say_what_was_left_out():
    finding = Finding(moves=3, left_out=(LeftOut(reason="no day", moves=2),), notes=("It does not show why.",))
    assert render_notes(finding).plain.splitlines() == [
        "Rests on 3 moves, copies of a report counted once.",
        "Left out: 2 (no day).",
        "It does not show why.",
    ]


SPEC = {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<svg"), ("png", b"\x89PNG"), ("json", b"{")])
def test_a_chart_is_drawn_or_kept_as_its_specification(form, begins):
    assert draw_chart(SPEC, form).startswith(begins)


@pytest.mark.parametrize("words", ["\x1b[2J", "\0", "\ud800", "\uffff", "<b>&amp;"])
def test_no_character_ends_the_process_that_draws(words):
    spec = {**SPEC, "title": words, "mark": {"type": "text"}, "encoding": {"text": {"value": words}}}
    assert draw_chart(spec, "svg").startswith(b"<svg")


def test_another_format_is_refused():
    with pytest.raises(InputError, match="ends in .svg"):
        draw_chart(SPEC, "gif")
