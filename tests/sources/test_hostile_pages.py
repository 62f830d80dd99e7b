"""Pages made to keep a parser busy: each shape once cost time that grew with the square of its length."""

import contextlib
import time

import pytest
from making import PAGE, WORDS

from demarche.errors import InputError
from demarche.model import Document, Failure
from demarche.sources import read_sources
from demarche.sources._html import read_page


@pytest.mark.parametrize("soup", ["<a" * 200_000, "<a " + "/" * 400_000, "<" * 400_000, "</a" * 200_000])
def test_a_page_of_unclosed_tags_takes_no_long_time(tmp_path, soup):
    path = tmp_path / "a.html"
    path.write_text("<html>" + soup, "utf-8")
    start = time.monotonic()
    (item,) = read_sources([str(path)])
    assert isinstance(item, Document | Failure)
    assert time.monotonic() - start < 20


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (f"<meta property='og:url' content='http://{'a' * 200_000} b'>", ""),
        ("", "<div class='ad'></div>" + "<span></span>" + ("<div class='ad'></div>" + "x " * 100) * 8_000),
        ("", ("<span></span>" + "x " * 100) * 15_000),
        ("", ("<noscript>please enable javascript</noscript>" + "x " * 100) * 10_000),
        ("", "<div itemprop='publisher'>" * 200 + "<i itemprop='name'>a</i>" * 15_000 + "</div>" * 200),
    ],
    ids=["an address", "boxes", "empty elements", "pleas", "publishers in publishers"],
)
def test_a_page_of_many_pieces_takes_no_long_time(head, body):
    start = time.process_time()
    with contextlib.suppress(InputError):
        read_page(PAGE.replace("</head>", f"{head}</head>").replace("</body>", f"{body}</body>"), raw=b"")
    assert time.process_time() - start < 40


@pytest.mark.parametrize("depth", [300, 1900])
def test_a_page_of_which_the_parser_leaves_out_the_depths_is_a_failure(depth):
    with pytest.raises(InputError, match="too deeply"):
        read_page(f"<html><body><h1>Talks stall</h1>{'<div>' * depth}<p>{WORDS}</p></body></html>", raw=b"")


def test_what_a_script_compares_is_no_nesting():
    script = f"<script>{'for(i=0;i<n;i++){}' * 3000}</script>"
    assert WORDS in read_page(PAGE.replace("</head>", f"{script}</head>"), raw=b"")[0].text


def read(tmp_path, content, name="a.html"):
    (tmp_path / name).write_bytes(content)
    return list(read_sources([str(tmp_path / name)]))


def test_a_title_of_a_megabyte_is_no_title(tmp_path):
    (document,) = read(
        tmp_path, PAGE.replace("<title>", "<title>" + "x" * 2**20).replace("<h1>Talks stall</h1>", "").encode()
    )
    assert WORDS in document.text
    assert document.title is None


def test_a_billion_laughs_in_a_page_are_not_laughed(tmp_path):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    page = f'<?xml version="1.0"?><!DOCTYPE html [<!ENTITY l0 "ha">{laughs}]>{PAGE.partition("<html>")[2]}&l9;'
    (item,) = read(tmp_path, page.encode(), "a.xhtml")
    assert isinstance(item, Failure) or len(item.text) < 10_000


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "rot13", "idna", "unicode_escape", "no-such", "x" * 500])
def test_a_page_that_lies_about_its_encoding_is_read_all_the_same(tmp_path, charset):
    page = PAGE.replace("<head>", f'<head><meta charset="{charset}">').replace("Moscow", "Orb\xe1n")
    for encoding in ("utf-8", "cp1252"):
        (document,) = read(tmp_path, page.encode(encoding))
        assert WORDS in document.text
