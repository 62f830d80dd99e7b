"""What the world may put in an id or a text, and no UTF-8 file can hold."""

import io
import json

import pytest

from demarche.model import Move
from demarche.present import flatten_move, write_csv, write_parquet, write_records
from demarche.testing import make_move


@pytest.fixture
def move():
    return make_move("Kyiv \ud800 rejected it.", "rejected", act="reject", document="\udfff")


def test_a_json_line_escapes_a_lone_surrogate_and_gives_it_back(move):
    (line,) = write_records([move])
    assert Move.from_dict(json.loads(line.encode("utf-8"))) == move


def test_a_json_line_keeps_other_characters_as_they_are():
    (line,) = write_records([make_move("Orbán rejected it. \U0001f600", "rejected", act="reject")])
    assert "Orbán rejected it. \U0001f600" in line


def test_rows_show_a_lone_surrogate_as_a_replacement_character(move):
    assert (flatten_move(move)["sentence"], flatten_move(move)["document"]) == ("Kyiv \ufffd rejected it.", "\ufffd")
    assert "".join(write_csv([move])).encode("utf-8")


def test_parquet_holds_a_lone_surrogate_as_a_replacement_character(move):
    pytest.importorskip("pyarrow")
    write_parquet([move], file := io.BytesIO())
    assert file.getvalue().startswith(b"PAR1")


@pytest.mark.parametrize("prefix", ["\ufeff=", "\u200b+", "\uff1d", "\u2060@"])
def test_an_unseen_character_does_not_hide_a_formula(prefix):
    _, line = write_csv([make_move(f"{prefix}SUM(1) Kyiv rejected it.", "rejected", act="reject")])
    assert f"'{prefix}SUM(1)" in line
