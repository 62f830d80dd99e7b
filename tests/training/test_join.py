import json

from demarche.training.join import join_texts, strip_texts

TEXT = "First. Kyiv rejected it."
RECORD = {
    "id": "a#1",
    "split": "train",
    "text": "Kyiv rejected it.",
    "voice": "report",
    "moves": [
        {
            "act": "reject",
            "status": "actual",
            "issue": "other",
            "trigger": [5, 13, "rejected"],
            "actors": [[0, 4, "Kyiv"]],
        }
        | {"recipients": [], "source": None}
        | dict.fromkeys(("content", "condition", "deadline", "when", "where"))
    ],
}


def test_a_stripped_record_has_no_word_of_the_text():
    stripped = json.dumps(strip_texts(RECORD, item="a", start=7))
    assert not any(word in stripped for word in ("Kyiv", "rejected", "it."))


def test_joining_gives_the_record_back():
    assert list(join_texts([strip_texts(RECORD, item="a", start=7)], {"a": TEXT})) == [RECORD]


def test_a_changed_or_missing_item_is_left_out():
    stripped = [strip_texts(RECORD, item="a", start=7)]
    assert list(join_texts(stripped, {"a": TEXT.replace("Kyiv", "Lviv")})) == list(join_texts(stripped, {})) == []
