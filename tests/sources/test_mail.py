"""Letters and mailboxes: main text, subject, day, sender, what is attached; and letters made to do harm."""

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import PAGE, WORDS, make_letter, make_pdf, make_zip

from demarche.model import Document, Failure, Raw
from demarche.sources import read_raw


def read(content, name="a.eml"):
    return list(read_raw(Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content))))


def test_a_letter_gives_its_words_subject_day_and_sender():
    (document,) = read(make_letter())
    assert document.text.strip() == WORDS
    assert (document.title, document.publisher) == ("Bulletin 12", "The Bulletin")
    assert document.published == "2025-11-27T10:00:00+00:00"


def test_the_main_text_of_a_newsletter_is_that_of_its_page():
    (document,) = read(make_letter(plain="See this letter in a browser", html=PAGE))
    assert WORDS in document.text
    assert "browser" not in document.text
    assert "<p>" not in document.text


def test_a_page_without_words_leaves_the_plain_text():
    (document,) = read(make_letter(html="<html><body><img src=x></body></html>"))
    assert document.text.strip() == WORDS


def test_what_is_attached_is_read_in_its_turn():
    attached = [
        ("a.pdf", make_pdf([["Moscow waited."]]), "application/pdf"),
        ("b.zip", make_zip({"c.txt": "Paris agreed."}), "application/zip"),
        ("logo.png", b"\x89PNG\r\n", "image/png"),
    ]
    items = read(make_letter(attached=attached))
    assert [item.text.strip() for item in items] == [WORDS, "Moscow waited.", "Paris agreed."]
    assert items[2].custody.source == "a.eml!/b.zip!/c.txt"


def test_what_is_attached_has_the_day_and_the_sender_of_its_letter():
    attached = [
        ("a.txt", b"Moscow waited.", "text/plain"),
        ("b.zip", make_zip({"c.txt": "Paris agreed."}), "application/zip"),
    ]
    for document in read(make_letter(attached=attached)):
        assert (document.published, document.publisher) == ("2025-11-27T10:00:00+00:00", "The Bulletin")
        assert document.title == ("Bulletin 12" if document.text.strip() == WORDS else None)


def test_a_day_that_the_attachment_declares_wins():
    page = PAGE.replace("<head>", '<head><meta property="article:published_time" content="2025-11-20">')
    rows = b"text,published\nMoscow waited.,2025-11-19\nParis agreed.,\n"
    letter = make_letter(attached=[("a.html", page.encode(), "text/html"), ("b.csv", rows, "text/csv")])
    _, *documents = read(letter)
    assert [document.published for document in documents] == ["2025-11-20", "2025-11-19", None]
    assert {document.publisher for document in documents} == {"The Bulletin"}


def test_a_letter_in_a_letter_is_a_document_of_its_own():
    outer = make_letter(attached=[("inner.eml", make_letter(plain="Moscow waited."), "application/octet-stream")])
    assert [item.text.strip() for item in read(outer)] == [WORDS, "Moscow waited."]
    forwarded = b"MIME-Version: 1.0\nContent-Type: message/rfc822\n\n" + make_letter(plain="Moscow waited.")
    assert "Moscow waited." in [item.text.strip() for item in read(forwarded) if isinstance(item, Document)]


def test_a_mailbox_is_its_letters():
    quoted = make_letter(plain=">From then on, Kyiv refused.\nFrom\n")
    box = b"From a Thu Nov 27 10:00:00 2025\n" + make_letter() + b"\nFrom b Thu Nov 27 11:00:00 2025\n" + quoted
    first, second = read(box, "a.mbox")
    assert first.text.strip() == WORDS
    assert second.text.startswith("From then on")
    assert second.custody.source == "a.mbox!/2.eml"


def test_a_letter_says_in_which_encoding_it_is():
    letter = b"MIME-Version: 1.0\nContent-Type: text/plain; charset=iso-8859-2\n\nWa\xb3\xeasa rejected it."
    (document,) = read(letter)
    assert document.text == "Wałęsa rejected it."


@pytest.mark.parametrize("charset", ["utf-16", "rot13", "no-such", "\x00", "unicode_escape", "x" * 5000])
def test_a_letter_that_lies_about_its_encoding_is_read_all_the_same(charset):
    letter = f"MIME-Version: 1.0\nContent-Type: text/plain; charset={charset}\n\nKyiv rejected it.".encode()
    (document,) = read(letter)
    assert document.text == "Kyiv rejected it."


@pytest.mark.parametrize(
    "headers",
    [
        b"Subject: " + b"x" * 2**20,
        b"From: " + b"a@example.org, " * 50_000,
        b"From: " + b"(" * 20_000,
        b"Date: Thu, 99 Nov 99999 10:00:00 +9999",
        b"Date: yesterday",
        b"Subject: =?utf-8?B?" + b"////" * 1000 + b"?=",
        b"Content-Type: multipart/mixed; boundary=" + b"=" * 5000,
        b"Content-Type: ; ; ;=\nContent-Transfer-Encoding: x\nContent-Disposition: =",
        b"Subject: a\n b" + b"\nX-A: b" * 50_000,
    ],
)
def test_headers_made_to_do_harm_cost_little_and_not_the_text(headers):
    start = time.monotonic()
    items = read(headers + b"\nMIME-Version: 1.0\n\nKyiv rejected it.\n")
    assert time.monotonic() - start < 10
    assert [item.text.strip() for item in items if isinstance(item, Document)] in ([], ["Kyiv rejected it."])
    assert items


def test_an_overlong_subject_is_no_title_and_the_text_is_read():
    (document,) = read(b"Subject: " + b"x" * 2**20 + b"\nMIME-Version: 1.0\n\nKyiv rejected it.\n")
    assert document.title is None
    assert document.text.strip() == "Kyiv rejected it."


@pytest.mark.parametrize("depth", [50, 5000])
def test_parts_that_nest_without_end_are_given_up(depth):
    lines = [b"MIME-Version: 1.0"]
    for level in range(depth):
        lines += [b"Content-Type: multipart/mixed; boundary=b%d" % level, b"", b"--b%d" % level]
    start = time.monotonic()
    (failure,) = read(b"\n".join([*lines, b"", b"Kyiv rejected it."]))
    assert isinstance(failure, Failure)
    assert time.monotonic() - start < 20


def test_parts_without_number_are_given_up():
    letter = b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 30_000
    (failure,) = read(letter)
    assert "parts" in failure.reason


@given(st.binary(max_size=400))
def test_no_letter_raises(body):
    for head in (b"", b"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"):
        assert all(isinstance(item, Document | Failure) for item in read(head + body))


def test_a_file_whose_lines_look_like_headers_is_recognised_at_once():
    start = time.monotonic()
    (document,) = read(b"Party: Kyiv\r\n" * 300, "list.dat")
    assert document.custody.media_type == "text/plain"
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("body", [b"\r" * 3_000_000, b"\r--b" * 30_000, b"X: y\r" * 200_000])
def test_lines_that_end_in_a_bare_return_are_counted_too(body):
    (failure,) = read(b"Subject: x\r" + body)
    assert "save its text" in failure.reason
