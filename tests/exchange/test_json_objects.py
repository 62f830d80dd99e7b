"""Objects are found however a file is laid out, and a broken one spoils nothing behind it."""

import io
import json
import unittest.mock

from hypothesis import given
from hypothesis import strategies as st

from demarche.exchange._json_objects import LONGEST, split_objects

VALUE = st.dictionaries(st.text(max_size=5), st.text(st.sampled_from('{}",\\[] ab'), max_size=8), max_size=3)


def found(text):
    return [value for _, value in split_objects(text.splitlines(keepends=True))]


@given(st.lists(VALUE, max_size=4), st.sampled_from([None, 1, 4]))
def test_objects_are_found_one_a_line_in_an_array_and_over_many_lines(values, indent):
    assert found("".join(json.dumps(value) + "\n" for value in values)) == values
    assert found(json.dumps(values, indent=indent)) == values
    assert found(",\n".join(json.dumps(value, indent=indent) for value in values)) == values


def test_a_comma_after_the_last_field_is_no_harm():
    text = '{\n    "id": "a, }",\n    "source": [{"code": "HUN"},],\n},\n{\n    "id": "b",\n},\n'
    assert found(text) == [{"id": "a, }", "source": [{"code": "HUN"}]}, {"id": "b"}]


def test_an_object_that_is_never_closed_costs_only_itself():
    text = '{"id": "a", "source": [{\n{"id": "b"}\n{"id": "c"\n'
    assert found(text) == ["the object is not closed", {"id": "b"}, "the object is not closed"]


def test_what_is_no_object_is_named():
    assert list(split_objects(["[\n", "hello\n", '{"id": 1}]\n'])) == [(2, "this is no JSON object"), (3, {"id": 1})]
    assert found('{"id": nothing}\n')[0].startswith("this is no JSON")


@given(st.lists(VALUE, max_size=3), st.integers(2, 9))
def test_a_line_may_be_read_in_pieces_of_any_size(values, size):
    text = json.dumps(values, ensure_ascii=False) + "\n" + json.dumps({"last": "é\\"}, ensure_ascii=False)
    for file in (io.StringIO(text), io.BytesIO(text.encode())):
        with unittest.mock.patch("demarche.exchange._json_objects.PIECE", size):
            assert [value for _, value in split_objects(file)] == [*values, {"last": "é\\"}]


def test_depth_and_length_are_bounded():
    assert found("{" * 50_000 + "}" * 50_000)[0].startswith("this is no JSON")
    for depth in (200, 800):  # Python reads these, and at some depth cannot write what it has read
        assert found(f'{{"id": {"[" * depth}{"]" * depth}}}\n{{}}') == [
            "more than 100 objects and lists stand within one another",
            {},
        ]
    wide = {"id": [[number] for number in range(200)]}
    assert found(json.dumps(wide)) == [wide]
    long = ["{\n", *['"' + "x" * 2**20 + '": 1,\n'] * 17, '"id": 1}\n', '{"id": 2}\n']
    assert [value for _, value in split_objects(long)] == [f"the object is longer than {LONGEST} characters", {"id": 2}]
