"""The frame of moves: what goes in, what is refused, what is a copy."""

from datetime import date

import pandas as pd
import polars as pl
import pytest

from demarche.analysis import SCHEMA, as_frame, drop_copies, keep_usable
from demarche.errors import InputError

MOVE = {"id": "m1", "act": "demand", "actors": ["RUS"], "recipients": ["UKR"], "date": "2025-11-27"}


def test_a_frame_of_nothing_has_all_columns():
    assert as_frame([]).schema == pl.Schema(SCHEMA)


@pytest.mark.parametrize("make", [pl.DataFrame, pd.DataFrame, lambda rows: pl.DataFrame(rows).lazy(), list, iter])
def test_frames_of_other_libraries_and_rows_give_the_same(make):
    frame = as_frame(make([MOVE, {**MOVE, "id": "m2", "date": None}]))
    assert frame.get_column("id").to_list() == ["m1", "m2"]
    assert frame.get_column("date").to_list() == [date(2025, 11, 27), None]
    assert frame.get_column("actors").to_list() == [["RUS"], ["RUS"]]


def test_an_arrow_table_is_a_frame():
    assert as_frame(pl.DataFrame([MOVE]).to_arrow()).get_column("id").to_list() == ["m1"]


def test_a_frame_of_ours_is_not_made_again():
    frame = as_frame([MOVE])
    assert as_frame(frame) is frame


@pytest.mark.parametrize(
    ("day", "precision"), [("1962", "year"), ("1962-10", "month"), ("1962-10-22", "day"), (None, None)]
)
def test_a_date_is_as_precise_as_it_is_long(day, precision):
    assert as_frame([{**MOVE, "date": day}]).get_column("precision").to_list() == [precision]


def test_event_and_quad_class_follow_from_the_act():
    assert as_frame([MOVE]).select("event", "quad").row(0) == ("REQUEST", 3)


def test_an_act_that_the_codebook_lacks_is_refused():
    with pytest.raises(InputError, match="no act 'insist'"):
        as_frame([{**MOVE, "act": "insist"}])


@pytest.mark.parametrize("bad", [[{"act": "demand"}], "moves", 7, [{**MOVE, "quad": "x"}], [{**MOVE, "id": None}]])
def test_what_is_no_frame_of_moves_is_refused_with_words(bad):
    with pytest.raises(InputError, match="frame of moves"):
        as_frame(bad)


def test_copies_of_a_report_count_once_and_two_moves_of_one_report_twice():
    first, again = {**MOVE, "document": "d1", "cluster": "d1"}, {**MOVE, "document": "d2", "cluster": "d1"}
    rows = [{**first, "id": "m1"}, {**first, "id": "m2"}, {**again, "id": "m3"}, {**again, "id": "m4", "act": "reject"}]
    assert drop_copies(as_frame(rows)).get_column("id").to_list() == ["m1", "m2", "m4"]


def test_what_cannot_be_used_is_counted_by_its_first_reason():
    rows = [MOVE, {**MOVE, "voice": "opinion", "status": "past"}, {**MOVE, "status": "past"}, {**MOVE, "actors": []}]
    kept, left_out = keep_usable(as_frame([{**row, "id": str(n)} for n, row in enumerate(rows)]), day=True)
    assert kept.height == 1
    assert [(one.reason, one.moves) for one in left_out] == [
        ("opinion, not report", 1),
        ("status other than actual", 1),
        ("actor not resolved", 1),
    ]


def test_a_copy_that_only_plans_what_its_twin_reports_does_not_stand_for_it():
    planned = {**MOVE, "document": "d1", "cluster": "d1", "status": "planned"}
    actual = {**MOVE, "id": "m2", "document": "d2", "cluster": "d1"}
    assert keep_usable(drop_copies(as_frame([planned, actual])))[0].get_column("id").to_list() == ["m2"]


def test_arrays_and_na_of_pandas_are_read():
    frame = pd.DataFrame(
        {"id": ["m1"], "act": ["demand"], "actors": [pd.array(["RUS"]).to_numpy()], "content": [pd.NA]}
    )
    assert as_frame(frame).select("actors", "content").row(0) == (["RUS"], None)


def test_a_frame_of_ours_with_an_act_that_is_none_is_refused():
    with pytest.raises(InputError, match="no act"):
        as_frame(as_frame([MOVE]).with_columns(pl.lit("insist").alias("act")))
