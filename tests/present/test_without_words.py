"""Moves without the words of their documents, for those who may not pass these on."""

import hashlib
import json

from demarche.present import COLUMNS, flatten_move, write_csv, write_records
from demarche.testing import make_move

MOVE = make_move("Kyiv rejected the plan.", "rejected", act="reject", actors=["Kyiv"], content="the plan")


def test_a_record_has_hashes_in_place_of_words():
    record = json.loads(next(write_records([MOVE], text=False)))
    assert record["trigger"] == {"start": 5, "end": 13, "sha256": hashlib.sha256(b"rejected").hexdigest()}
    assert "sha256" in record["actors"][0]
    assert "plan" not in json.dumps(record)


def test_a_row_keeps_its_columns_and_loses_its_words():
    row = flatten_move(MOVE, text=False)
    assert list(row) == list(COLUMNS)
    assert {row[name] for name in ("sentence", "trigger", "actors", "content")} == {None}
    assert row["trigger_start"] == 5
    assert "Kyiv" not in "".join(write_csv([MOVE], text=False))
