import io
import json

import pytest

from demarche.model import Document, Failure
from demarche.sources import read_sources, repeat_steps


def read(content, name="a.json", tmp_path=None, **options):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, indent=2).encode())
    return list(read_sources([str(path)], **options))


def test_a_list_of_objects_is_a_document_each(tmp_path):
    found = read(
        [{"id": "a", "text": "Kyiv rejected it.", "published": "2025-11-27"}, {"text": "Moscow waited."}],
        tmp_path=tmp_path,
    )
    assert [one.text for one in found] == ["Kyiv rejected it.", "Moscow waited."]
    assert (found[0].id, found[0].published) == ("a", "2025-11-27")
    assert repeat_steps(json.dumps({"text": "Moscow waited."}).encode(), found[1].custody.steps) == "Moscow waited."


def test_one_object_over_many_lines_is_one_document_also_from_standard_input(tmp_path):
    record = {"text": "Kyiv rejected it.", "title": "Talks"}
    (found,) = read(record, tmp_path=tmp_path)
    (piped,) = read_sources(["-"], stdin=io.BytesIO(json.dumps(record, indent=2).encode()))
    assert (found.title, piped.title) == ("Talks", "Talks")


def test_json_lines_under_the_name_of_json_are_lines(tmp_path):
    lines = b'{"text": "Kyiv rejected it."}\n{"text": "Moscow waited."}\n'
    assert len(read(lines, tmp_path=tmp_path)) == 2


def test_a_record_without_a_text_is_a_failure_and_the_rest_is_read(tmp_path):
    found = read([{"text": "Kyiv rejected it."}, {"title": "x"}, {"text": "Moscow waited."}], tmp_path=tmp_path)
    assert [type(one) for one in found] == [Document, Failure, Document]
    assert found[1].where.endswith("a.json:2")


@pytest.mark.parametrize("content", [{"moves": [{"act": "demand"}] * 500}, [{"act": "demand"}] * 500, [1] * 50])
def test_json_that_holds_no_texts_is_one_failure(content, tmp_path):
    (failure,) = read(content, tmp_path=tmp_path)
    assert 'no string "text"' in failure.reason


def test_the_key_of_the_text_can_be_named(tmp_path):
    (found,) = read([{"body": "Kyiv rejected it."}], tmp_path=tmp_path, columns={"text": "body"})
    assert found.text == "Kyiv rejected it."


@pytest.mark.parametrize("content", [b"[" * 100_000, b'[{"text": "cut', b"{\n", b'{\n"a": NaN', b"\xff\xfe{"])
def test_what_is_no_json_is_one_failure(content, tmp_path):
    (failure,) = read(content, tmp_path=tmp_path)
    assert isinstance(failure, Failure)
