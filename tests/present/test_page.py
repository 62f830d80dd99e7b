from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.model import Failure
from demarche.present import render_page
from demarche.testing import make_coded, make_move

FIRST = "Kyiv rejected Moscow's demand."
SECOND = "It is all a farce."
ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload='alert(1)'>",
    "</style><script>alert(1)</script>",
    "javascript:alert(1)",
    "<!--",
    "&lt;script&gt;",
]


class Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.text, self.inside = set(), set(), "", 0

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {(name, value) for name, value in attrs}
        if tag == "div":
            self.inside += ("class", "text") in attrs or self.inside > 0

    def handle_endtag(self, tag):
        if tag == "div" and self.inside:
            self.inside -= 1

    def handle_data(self, data):
        if self.inside:
            self.text += data


def read(*items):
    reader = Reader()
    reader.feed("".join(render_page(items)))
    return reader


def coded(text=f"{FIRST}\n{SECOND}", **about):
    return make_coded(text, [make_move(FIRST, "rejected", act="reject", actors=["Kyiv"])], opinions=[SECOND], **about)


@settings(max_examples=40)
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=40))
def test_the_page_has_every_word_of_the_text_and_no_other(words):
    text = f"{FIRST}\n{words}"
    assert read(coded(text)).text == text


def test_report_and_opinion_are_told_apart_and_triggers_are_marked():
    page = "".join(render_page([coded()]))
    assert '<span class="opinion">It is all a farce.</span>' in page
    assert '<mark class="q3 actual">rejected</mark>' in page


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_hostile_becomes_markup(attack):
    item = coded(f"{FIRST}\n{attack}", title=attack, publisher=attack, url=attack, published=attack, id=attack)
    reader = read(item, Failure(where=attack, stage="sources", reason=attack))
    assert not reader.tags & {"script", "img", "svg", "iframe", "object", "form"}
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert all(value.startswith("#") for name, value in reader.attributes if name == "href")


def test_overlapping_triggers_keep_the_text_whole():
    moves = [
        make_move(FIRST, words, act=act)
        for words, act in (("rejected", "reject"), ("rejected Moscow's demand", "criticize"))
    ]
    assert read(make_coded(FIRST, moves)).text == FIRST
