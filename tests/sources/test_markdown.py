"""Markdown without its marks."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.model import Document, Failure
from demarche.sources import read_sources


@pytest.fixture
def read(tmp_path):
    def make(content):
        (tmp_path / "a.md").write_text(content, "utf-8", newline="")
        return list(read_sources([str(tmp_path / "a.md")]))

    return make


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "# Talks *stall*\n\nKyiv **rejected** [the plan](https://example.org).\n",
            "Talks stall\n\nKyiv rejected the plan.\n",
        ),
        ("- Kyiv rejected it.\n- Moscow waited.\n", "Kyiv rejected it.\nMoscow waited.\n"),
        ("> He said:\n> no.\n", "He said:\nno.\n"),
        ("| who | what |\n|---|---|\n| Kyiv | no |\n", "who\twhat\t\nKyiv\tno\t\n"),
        ("Kyiv &amp; Minsk \\*agreed\\*.\n", "Kyiv & Minsk *agreed*.\n"),
        ("```\nraw *text*\n```\n", "raw *text*\n"),
        ("A<!-- note --> b<br>c\n", "A bc\n"),
        ("![a map](x.png) of the front\n", "a map of the front\n"),
        ("Kyiv rejected it.\nMoscow waited.\n", "Kyiv rejected it.\nMoscow waited.\n"),
    ],
)
def test_the_words_stay_and_the_marks_go(read, source, text):
    (document,) = read(source)
    assert document.text == text


def test_what_stands_in_front_is_known_of_the_document_and_is_no_text(read):
    (document,) = read(
        '---\ntitle: "Talks"\ndate: 2025-11-27\nsource: The Gazette\ntags: [a]\n---\nKyiv rejected it.\n'
    )
    assert (document.title, document.published, document.publisher) == ("Talks", "2025-11-27", "The Gazette")
    assert document.text == "Kyiv rejected it.\n"


def test_nothing_but_marks_is_empty(read):
    (failure,) = read("---\n\n***\n")
    assert "empty" in failure.reason


@pytest.mark.parametrize(
    "soup", ["[" * 50_000, "*a " * 50_000, "> " * 5000 + "a", "`" * 50_000, "![](" * 20_000, "- " * 3000]
)
def test_marks_made_to_take_long_are_bounded(read, soup):
    start = time.monotonic()
    (item,) = read(soup)
    assert isinstance(item, Document | Failure)
    assert time.monotonic() - start < 30


@given(st.text(alphabet="ab *_`[]()>#-|\n~!<&\\.", max_size=200))
def test_no_markdown_raises(source):
    from demarche.sources._markdown import strip_markdown

    text, about = strip_markdown(source)
    assert isinstance(text, str)
    assert about == {}
