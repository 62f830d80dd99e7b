import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.model import Move
from demarche.present import COLUMNS, flatten_move, write_csv, write_parquet, write_records
from demarche.testing import make_move

TEXT = "Kyiv and Oslo rejected Moscow's demand."


def move(sentence=TEXT):
    return make_move(
        sentence, "rejected", act="reject", actors=["Kyiv", "Oslo"], recipients=["Moscow"], content="demand"
    )


def test_a_row_has_words_and_joins_parties():
    row = flatten_move(move())
    assert list(row) == list(COLUMNS)
    assert (row["actors"], row["content"], row["deadline"]) == ("Kyiv; Oslo", "demand", None)


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30))
def test_csv_gives_the_words_back(words):
    lines = "".join(write_csv([move(f"{words}Kyiv Oslo rejected Moscow demand")]))
    (row,) = csv.DictReader(io.StringIO(lines, newline=""))
    assert row["sentence"].removeprefix("'") == f"{words}Kyiv Oslo rejected Moscow demand".removeprefix("'")
    assert row["condition"] == ""


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "\t", "\r", " =", "\n="])
def test_no_cell_is_a_formula(mark):
    lines = "".join(write_csv([move(f"{mark}HYPERLINK(1) Kyiv Oslo rejected Moscow demand")]))
    (row,) = csv.DictReader(io.StringIO(lines, newline=""))
    assert row["sentence"].startswith("'")


def test_json_lines_give_the_move_back():
    (line,) = write_records([move()])
    assert Move.from_dict(json.loads(line)) == move()


def test_parquet_keeps_types_and_nulls(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    with open(tmp_path / "m.parquet", "wb") as file:
        write_parquet([move()] * 3, file)
    table = parquet.read_table(tmp_path / "m.parquet")
    assert (table.num_rows, table.column_names) == (3, list(COLUMNS))
    assert table.to_pylist()[0] == flatten_move(move())
