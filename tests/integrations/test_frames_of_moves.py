"""The frame of moves in polars, pandas and Arrow: the same moves, the same unknowns, and the way back."""

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import demarche
from demarche.analysis import SCHEMA, as_frame, convert_frame
from demarche.errors import InputError
from demarche.model import Failure
from demarche.testing import make_coded, make_move

TEXT = "Kyiv rejected the plan of Moscow by Friday.\nThe envoy denied it."
REJECT, DENY = TEXT.split("\n")
ROWS = [
    {"id": "m1", "act": "reject", "actors": ["UKR"], "recipients": ["RUS"], "date": "2025-11-27", "polarity": -1},
    {"id": "m2", "act": "deny", "actors": []},
]


def coded():
    moves = [
        make_move(REJECT, "rejected", act="reject", actors=["Kyiv"], content="the plan", deadline="by Friday"),
        make_move(DENY, "denied", act="deny", start=TEXT.index(DENY)),
    ]
    return make_coded(TEXT, moves, publisher="The Gazette", published="2025-11-27")


@pytest.mark.parametrize("kind", ["polars", "pandas", "arrow"])
def test_each_kind_comes_back_the_same(kind):
    frame = as_frame(ROWS)
    assert as_frame(convert_frame(frame, kind)).equals(frame)


def test_the_types_in_pandas_are_those_that_are_documented():
    frame = convert_frame(as_frame(ROWS), "pandas")
    kinds = {name: str(frame[name].dtype) for name in ("id", "date", "quad", "seq", "confidence", "actors")}
    assert kinds == {
        "id": "string",
        "date": "datetime64[ms]",
        "quad": "Int8",
        "seq": "Int64",
        "confidence": "Float64",
        "actors": "object",
    }
    assert list(frame.columns) == list(SCHEMA)


def test_what_is_not_known_is_no_number_in_pandas():
    frame = convert_frame(as_frame(ROWS), "pandas")
    assert frame["polarity"].tolist() == [-1, pd.NA]
    assert frame["date"].isna().tolist() == [False, True]
    assert frame["actors"].tolist() == [["UKR"], []]


def test_an_arrow_table_has_days_and_lists():
    table = convert_frame(as_frame(ROWS), "arrow")
    assert table.schema.field("date").type == pa.date32()
    assert pa.types.is_large_list(table.schema.field("actors").type)


def test_a_frame_of_no_moves_has_all_columns_in_each_kind():
    for kind in ("pandas", "arrow"):
        assert as_frame(convert_frame(as_frame([]), kind)).schema == pl.Schema(SCHEMA)


def test_another_kind_is_refused():
    with pytest.raises(InputError, match="polars, pandas or arrow"):
        convert_frame(as_frame(ROWS), "dask")


def test_coded_texts_give_the_frame_that_their_ledger_gives(tmp_path):
    with demarche.Ledger.open(str(tmp_path / "a.db"), who="anna") as ledger:
        ledger.add(coded())
        kept = demarche.frame_moves(ledger)
    made = demarche.frame_moves([coded(), Failure(where="b", stage="sources", reason="empty")])
    assert made.drop("seq").equals(kept.drop("seq"))
    assert made.get_column("publisher").to_list() == ["The Gazette"] * 2


def test_one_coded_text_is_a_frame_too():
    frame = demarche.frame_moves(coded(), as_="pandas")
    assert frame["act"].tolist() == ["reject", "deny"]


def test_only_a_ledger_filters():
    from demarche.model import MoveFilter

    with pytest.raises(InputError, match="ledger"):
        demarche.frame_moves(coded(), MoveFilter(act="reject"))
