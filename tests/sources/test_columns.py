"""Columns with other names than ours."""

import pytest

from demarche.errors import InputError
from demarche.sources import parse_columns, read_sources


@pytest.fixture
def read(tmp_path):
    def make(content, name="a.csv", **columns):
        (tmp_path / name).write_text(content, "utf-8")
        return list(read_sources([str(tmp_path / name)], columns=columns))

    return make


def test_a_column_is_taken_for_the_field_that_it_holds(read):
    table = "body,headline,day,text\nKyiv rejected it.,Talks,2025-11-27,a note\n"
    (document,) = read(table, text="body", title="headline", published="day")
    assert (document.text, document.title, document.published) == ("Kyiv rejected it.", "Talks", "2025-11-27")


def test_what_is_not_named_is_found_by_its_usual_name(read):
    (document,) = read("words,date,source\nYes.,2025,The Gazette\n", text="words")
    assert (document.published, document.publisher) == ("2025", "The Gazette")


def test_a_column_serves_one_field_only(read):
    (document,) = read("title,text\nKyiv rejected it.,a note\n", text="title")
    assert (document.text, document.title) == ("Kyiv rejected it.", None)


def test_a_wrong_name_says_which_columns_there_are(read):
    (failure,) = read("body,day\nYes.,2025\n", text="boddy")
    assert 'has no column "boddy"; its columns are: body, day' in failure.reason


def test_keys_of_json_lines_are_named_the_same_way(read):
    (document,) = read('{"body": "Yes.", "headline": "Talks"}\n', "a.jsonl", text="body", title="headline")
    assert (document.text, document.title) == ("Yes.", "Talks")
    assert document.custody.steps == ("json:body", "normalise:1")


def test_a_wrong_key_of_json_lines_says_which_there_are(read):
    failure, last = read('{"body": "Yes."}\n', "a.jsonl", text="boddy")
    assert "there is: 'body'" in failure.reason
    assert "no line has 'boddy'" in last.reason
    document, failure = read('{"body": "Yes.", "head": "Talks"}\n', "a.jsonl", text="body", title="headline")
    assert document.title is None
    assert "no line has 'headline'; the first has: 'body', 'head'" in failure.reason


def test_columns_are_no_matter_of_a_text(read):
    (document,) = read("Kyiv rejected it.", "a.txt", text="body")
    assert document.text == "Kyiv rejected it."


def test_columns_are_parsed():
    assert parse_columns(["text=body, title=head", "id=n"]) == {"text": "body", "title": "head", "id": "n"}
    assert parse_columns(['"text=a, b"']) == {"text": "a, b"}
    assert parse_columns([]) == {}


@pytest.mark.parametrize("given", ["body", "words=body", "text=", "text=a,text=b", "=a"])
def test_a_mapping_that_is_none_says_so(given):
    with pytest.raises(InputError, match="field"):
        parse_columns([given])
