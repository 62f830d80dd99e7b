import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.model import Document, Failure
from demarche.sources import _limits, read_sources


def read(*paths):
    return list(read_sources(map(str, paths)))


@pytest.fixture
def write(tmp_path):
    def make(text, name="a.csv"):
        (tmp_path / name).write_bytes(text.encode() if isinstance(text, str) else text)
        return tmp_path / name

    return make


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_row_is_a_document(write, delimiter):
    header = delimiter.join(("id", "Headline", "date", "source", "link", "Text"))
    row = delimiter.join(
        ("7", "Talks", "2025-11-27", "The Gazette", "https://example.org", '"Kyiv rejected it.\nIt did."')
    )
    (document,) = read(write(f"{header}\r\n{row}\r\n\r\n"))
    assert (document.id, document.title, document.published) == ("7", "Talks", "2025-11-27")
    assert (document.publisher, document.url) == ("The Gazette", "https://example.org")
    assert document.text == "Kyiv rejected it.\nIt did."


def test_a_wrong_header_says_which_columns_there_are(write):
    (failure,) = read(write("id,words\n1,Yes.\n"))
    assert 'no column "text"; its columns are: id, words' in failure.reason


def test_a_row_without_text_or_with_a_bad_date_fails_alone(write):
    found = read(write("id,published,text\n1\n2,03/04/2025,Yes.\n3,0000-01-01,Yes.\n4,2025,Yes.\n"))
    assert [type(item) for item in found] == [Failure, Failure, Failure, Document]
    assert "no text" in found[0].reason
    assert "no day that can be told" in found[1].reason
    assert found[0].where.endswith("a.csv:2")


def test_a_row_with_too_many_cells_is_not_cut(write):
    (failure,) = read(write("id,text\n1,Kyiv rejected the plan, and left.\n"))
    assert "has 3 cells, the header 2" in failure.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_in_its_encoding(write, encoding):
    (document,) = read(write("text\nOrb\xe1n \u2013 \u201cno\u201d\n".encode(encoding)))
    assert document.text == "Orb\xe1n \u2013 \u201cno\u201d"


def test_a_formula_in_a_cell_is_text(write):
    (document,) = read(write('text\n"=HYPERLINK(""http://x"")"\n'))
    assert document.text == '=HYPERLINK("http://x")'


@pytest.mark.parametrize("text", ["", "\n\n", "\0", 'text\n"never closed', "text\n" + '"' * 5])
def test_a_broken_table_never_raises(write, text):
    assert all(isinstance(item, Document | Failure) for item in read(write(text)))


def test_a_line_without_end_is_not_read_into_memory(write, monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", replace(_limits.LIMITS, line=100))
    document, failure = read(write("text\nYes.\n" + "x" * 1000))
    assert document.text == "Yes."
    assert "line 3 is longer" in failure.reason


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip), min_size=1))
def test_whatever_csv_can_hold_comes_back(tmp_path_factory, texts):
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["text", "id"], *([text, f"d{n}"] for n, text in enumerate(texts))])
    path.write_bytes(buffer.getvalue().encode())
    expected = [text.replace("\u2028", "\n").replace("\u2029", "\n").replace("\x85", "\n") for text in texts]
    assert [item.text for item in read(path)] == expected


@pytest.fixture
def parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    def make(name="a.parquet", **columns):
        parquet.write_table(pyarrow.table(columns), tmp_path / name, row_group_size=2)
        return tmp_path / name

    return make


def test_a_row_of_parquet_is_a_document(parquet):
    found = read(parquet(id=["1", "2", None], text=["Yes.", None, "No."]))
    assert [getattr(item, "text", None) for item in found] == ["Yes.", None, "No."]
    assert "no text" in found[1].reason


def test_a_truncated_parquet_file_says_so(parquet):
    path = parquet(text=["Yes."] * 10)
    path.write_bytes(path.read_bytes()[:-20])
    (failure,) = read(path)
    assert "no whole Parquet file" in failure.reason


def test_a_column_of_another_kind_is_refused(parquet):
    (failure,) = read(parquet(text=[b"Yes."]))
    assert "where a string is needed" in failure.reason


def test_a_huge_row_group_is_refused(parquet, monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", replace(_limits.LIMITS, group=10))
    (failure,) = read(parquet(text=["Yes."] * 10))
    assert "row group" in failure.reason


def test_a_folder_is_all_its_files_but_hidden_ones(tmp_path, write):
    write("text\nFrom a table.\n")
    write("From a text.", "b.txt")
    write("Hidden.", ".c.txt")
    (tmp_path / "deep").mkdir()
    write('{"text": "From a line."}\n', "deep/d.jsonl")
    write(b"PK\x03\x04zip", "e.zip")
    found = read(tmp_path)
    assert [item.text for item in found if isinstance(item, Document)] == [
        "From a table.",
        "From a text.",
        "From a line.",
    ]
    (failure,) = [item for item in found if isinstance(item, Failure)]
    assert "zip archive" in failure.reason
    assert failure.where.endswith("e.zip")
