"""Excel: the columns of a table, the values and never the formulas, and no bomb."""

import datetime
import io
import sys
import zipfile
from dataclasses import replace

import pytest
from making import WORDS, make_book, make_zip

from demarche.model import Document, Failure
from demarche.sources import _excel, _limits, read_sources

pytest.importorskip("openpyxl")


@pytest.fixture
def read(tmp_path):
    def make(content, **options):
        (tmp_path / "a.xlsx").write_bytes(content)
        return list(read_sources([str(tmp_path / "a.xlsx")], **options))

    return make


def test_a_row_is_a_document(read):
    day = datetime.datetime(2025, 11, 27)
    (document, failure) = read(
        make_book([["ID", "Headline", "Date", "Text"], [7, "Talks", day, WORDS], [8, None, day, None]])
    )
    assert (document.id, document.title, document.published, document.text) == ("7", "Talks", "2025-11-27", WORDS)
    assert "no text" in failure.reason
    assert failure.where.endswith("a.xlsx:3")


def test_the_table_may_begin_further_down_and_on_each_sheet(read):
    items = read(make_book([[], ["text"], ["Yes."]], [["text"], ["No."]], [["a note"]]))
    assert [item.text for item in items] == ["Yes.", "No."]


def test_columns_can_be_named(read):
    book = make_book([["day", "words"], ["2025-11-27", WORDS]])
    (document,) = read(book, columns={"text": "words", "published": "day"})
    assert (document.text, document.published) == (WORDS, "2025-11-27")
    (failure,) = read(book, columns={"text": "wrods"})
    assert "its columns are: day, words" in failure.reason
    assert failure.reason.endswith("words")


def test_a_formula_is_no_text(read):
    (failure,) = read(make_book([["id", "text"], ["1", "=1+1"]]))
    assert "no text" in failure.reason


def test_a_workbook_that_unfolds_beyond_measure_is_refused(read, monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", replace(_limits.LIMITS, inflated=1000, ratio=2))
    (failure,) = read(make_book([["text"], ["x" * 30_000]]))
    assert "beyond measure" in failure.reason


def test_a_billion_laughs_are_not_laughed(read):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'
    out = {}
    with zipfile.ZipFile(io.BytesIO(make_book([["text"], [WORDS]]))) as book:
        for name in book.namelist():
            content = book.read(name).decode()
            if name.endswith("sheet1.xml"):
                content = bomb + content.replace(">text<", ">&l9;<").replace(WORDS, "&l9;")
            out[name] = content
    items = read(make_zip(out))
    assert all(isinstance(item, Failure) or len(item.text) < 2**20 for item in items)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", make_zip({"a.txt": "x"}), b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_says_so(read, content):
    (failure,) = read(content)
    assert "workbook" in failure.reason


def test_a_row_with_a_number_that_no_row_has_ends_the_sheet(read, monkeypatch):
    monkeypatch.setattr(_excel, "_ROWS", 100)
    out = {}
    with zipfile.ZipFile(io.BytesIO(make_book([["text"], ["Yes."], [WORDS]]))) as book:
        for name in book.namelist():
            out[name] = book.read(name).decode().replace('r="3"', 'r="1000000000"').replace('"A3"', '"A1000000000"')
    document, failure = read(make_zip(out))
    assert document.text == "Yes."
    assert "more than 100 rows" in failure.reason


def test_without_the_extra_the_file_is_a_failure(read, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    (failure,) = read(b"PK\x03\x04")
    assert "pip install 'demarche[excel]'" in failure.reason


def test_a_wide_sheet_whose_size_is_a_lie_is_read(read):
    out = {}
    with zipfile.ZipFile(io.BytesIO(make_book([["text"], [WORDS]]))) as book:
        for name in book.namelist():
            out[name] = book.read(name).decode().replace('ref="A1:A2"', 'ref="A1:XFD1048576"')
    (document,) = read(make_zip(out))
    assert isinstance(document, Document)
