"""What a notebook gets: a frame with the page, which can do nothing to the notebook."""

from html.parser import HTMLParser

import pytest

import demarche
from demarche.errors import InputError
from demarche.model import Failure
from demarche.present import render_page
from demarche.testing import make_coded, make_move

FIRST = "Kyiv rejected the plan."
SECOND = "It is all a farce."


def coded(more=""):
    move = make_move(FIRST, "rejected", act="reject", actors=["Kyiv"])
    return make_coded(f"{FIRST}\n{SECOND}{more}", [move], opinions=[SECOND], title=more or None)


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found, self.words = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


def frame(shown):
    ((tag, attributes),) = Tags(shown._repr_html_()).found
    assert tag == "iframe"
    return attributes


def test_the_notebook_sees_one_frame_that_may_do_nothing():
    assert frame(demarche.show(coded()))["sandbox"] == ""


def test_the_frame_holds_the_page():
    assert frame(demarche.show(coded()))["srcdoc"] == "".join(render_page([coded()]))


def test_moves_are_marked_and_opinion_is_told_apart():
    tags = Tags(frame(demarche.show(coded()))["srcdoc"]).found
    classes = [attributes.get("class") for _, attributes in tags]
    assert "q3 actual" in classes
    assert {"report", "opinion"} <= set(classes)


ATTACKS = ["<script>alert(1)</script>", '"></iframe><script>alert(1)</script>', "<img src=x onerror=alert(1)>"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_cannot_leave_its_place(attack):
    shown = demarche.show(coded(attack))
    inside = Tags(frame(shown)["srcdoc"])
    assert not {"script", "img", "iframe"} & {tag for tag, _ in inside.found}
    assert attack in inside.words


def test_nothing_is_asked_for_from_anywhere():
    page = Tags(frame(demarche.show(coded()))["srcdoc"])
    assert [attributes for _, attributes in page.found if {"src", "srcset"} & set(attributes)] == []
    assert all(attributes.get("href", "#").startswith("#") for _, attributes in page.found)
    assert "default-src 'none'" in frame(demarche.show(coded()))["srcdoc"]


def test_many_texts_and_what_failed_stand_in_one_frame():
    failure = Failure(where="b.html", stage="sources", reason="is empty")
    page = frame(demarche.show(iter([coded(), failure, coded()])))["srcdoc"]
    assert page.count("<article") == 2
    assert "b.html" in page


def test_where_no_page_can_be_shown_there_is_the_table():
    failure = Failure(where="b.html", stage="sources", reason="is empty\x1b[31m")
    words = repr(demarche.show([coded(), failure]))
    assert "reject" in words
    assert "not coded: b.html: is empty" in words
    assert "\x1b" not in words


def test_a_frame_is_as_high_as_asked_and_never_endless():
    assert "height: 300px" in frame(demarche.show(coded(), height=300))["style"]
    assert "height: 640px" in frame(demarche.show(coded("\nMore." * 5000)))["style"]
    with pytest.raises(InputError, match="pixels"):
        demarche.show(coded(), height=0)
