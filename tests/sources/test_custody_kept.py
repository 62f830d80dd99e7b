"""Each document says whose bytes its text is from, and what was done to them."""

import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import PAGE, make_letter, make_zip

from demarche.errors import InputError
from demarche.model import Raw
from demarche.sources import document_from_text, read_raw, read_sources, repeat_steps


def read(name, content, **about):
    raw = Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content), **about)
    return list(read_raw(raw, keep=True))


def test_the_hash_is_that_of_the_bytes_and_the_rest_is_that_of_the_answer():
    about = {"retrieved": "2025-11-27T10:00:00Z", "address": "https://example.org/a", "headers": (("ETag", "1"),)}
    (document,) = read("a.html", PAGE.encode(), media_type="text/html", **about)
    custody = document.custody
    assert custody.sha256 == document.sha256 == hashlib.sha256(PAGE.encode()).hexdigest()
    assert custody.size == len(PAGE.encode())
    assert (custody.retrieved, custody.address, custody.headers) == tuple(about.values())
    assert [step.partition(":")[0] for step in custody.steps] == ["decode", "trafilatura", "normalise"]


def test_the_bytes_travel_only_if_they_are_wanted(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"Kyiv rejected it.")
    (without,) = read_sources([str(path)])
    (document,) = read_sources([str(path)], keep=True)
    assert (without.custody.raw, document.custody.raw) == (None, b"Kyiv rejected it.")


def test_a_member_is_named_by_its_archives():
    (document,) = read("a.zip", make_zip({"b.zip": make_zip({"c/d.txt": "Kyiv rejected it."})}))
    assert document.custody.source == "a.zip!/b.zip!/c/d.txt"
    assert document.custody.sha256 == hashlib.sha256(b"Kyiv rejected it.").hexdigest()


def test_a_row_has_its_cells_as_bytes_and_a_line_itself():
    (row,) = read("a.csv", b"headline,body\nTalks,Kyiv rejected it.\n")
    assert row.custody.raw == b'{"text": "Kyiv rejected it.", "title": "Talks"}'
    (line,) = read("a.jsonl", b'{"text": "Yes."}\n')
    assert line.custody.raw == b'{"text": "Yes."}\n'


def test_a_letter_has_its_body_as_a_step():
    (document,) = read("a.eml", make_letter(html=PAGE))
    assert document.custody.steps[:2] == ("email:html", "decode:utf-8")
    assert repeat_steps(document.custody.raw, document.custody.steps) == document.text


@given(st.text().filter(str.strip), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]))
def test_the_steps_give_the_text_again(text, encoding):
    content = text.encode(encoding, "replace")
    for document in read("a.txt", content):
        if hasattr(document, "text"):
            assert repeat_steps(content, document.custody.steps) == document.text


@pytest.mark.parametrize("steps", [("no-such:1",), (), ("adapter:absent:1",)])
def test_steps_that_cannot_be_taken_say_so(steps):
    with pytest.raises(InputError):
        repeat_steps(b"Kyiv", steps)


def test_custody_is_no_part_of_what_a_document_is():
    (read_in,) = read("a.txt", b"Kyiv rejected it.")
    assert read_in == document_from_text("Kyiv rejected it.", raw=b"Kyiv rejected it.")
