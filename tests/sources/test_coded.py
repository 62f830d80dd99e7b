import json

import pytest

from demarche.errors import InputError
from demarche.sources import read_coded

LINE = {"id": "x", "split": "dev", "text": "Kyiv rejected it.", "voice": "report", "moves": []}
MOVE = {"act": "reject", "status": "actual", "issue": "other", "trigger": [5, 13, "rejected"]}


def write(tmp_path, *records):
    path = tmp_path / "gold.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    return path


def test_gold_sentences_are_read_with_their_split(tmp_path):
    (coded,) = read_coded(write(tmp_path, LINE | {"moves": [MOVE]}))
    assert (coded.split, coded.sentence.moves[0].trigger.text) == ("dev", "rejected")


@pytest.mark.parametrize(
    "change",
    [{"act": "shout"}, {"trigger": [5, 13, "accepted"]}, {"trigger": [5, 13]}, {"status": None}, {"issue": "weather"}],
)
def test_a_wrong_record_is_refused_with_its_line(tmp_path, change):
    with pytest.raises(InputError, match="gold.jsonl:2"):
        list(read_coded(write(tmp_path, LINE, LINE | {"moves": [MOVE | change]})))


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match="JSONL"):
        list(read_coded(tmp_path / "none.jsonl"))
