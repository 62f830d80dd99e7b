"""PDF: its lines put together again; scans, broken and hostile files are clear failures."""

import subprocess
import zlib
from dataclasses import replace

import pytest
from making import WORDS, make_pdf

from demarche.model import Document, Failure
from demarche.sources import _limits, _pdf, read_sources

pytest.importorskip("pypdfium2")
HEAD, FOOT = "The Bulletin, No. 7", "Page {} of 4"
LONG = [
    "Talks in Geneva went on until late in the night, and the",
    "envoys of both sides left without a word to those who",
    "had waited.",
]


@pytest.fixture
def read(tmp_path):
    def make(content, name="a.pdf"):
        (tmp_path / name).write_bytes(content)
        return list(read_sources([str(tmp_path / name)]))

    return make


def page(number, lines):
    gap = 40 - len(lines)
    return [HEAD, "", "", *lines, *[""] * gap, FOOT.format(number)]


def test_running_heads_and_numbers_of_pages_are_no_text(read):
    pages = [page(number, [f"Point {number}: Kyiv rejected it.", "", *LONG]) for number in range(1, 5)]
    (document,) = read(make_pdf(pages))
    assert "Bulletin" not in document.text
    assert "Page" not in document.text
    assert document.text.count("Kyiv rejected it.") == 4


def test_a_line_that_stands_twice_is_no_running_head(read):
    (document,) = read(make_pdf([[WORDS, *LONG], [WORDS, *LONG]]))
    assert document.text.count(WORDS) == 2


def test_a_broken_word_is_whole_again_and_a_compound_keeps_its_hyphen(read):
    lines = [
        "The mediators proposed a cease-fire, and the par-",
        "ties rejected it. Without a cease-",
        "fire nothing would go on.",
    ]
    (document,) = read(make_pdf([lines]))
    assert "the parties\nrejected it" in document.text
    assert "Without a cease-fire" in document.text


def test_a_name_after_a_hyphen_is_not_joined(read):
    (document,) = read(make_pdf([["The talks of the Anglo-", "French group failed on Monday."]]))
    assert "Anglo-\nFrench" in document.text


def test_a_word_in_capitals_is_whole_again(read):
    (document,) = read(make_pdf([["It is called the SECU-", "RITY Council."]]))
    assert document.text == "It is called the SECURITY\nCouncil.\n"


def test_a_sentence_goes_on_where_the_lines_are_far_from_each_other(read):
    (document,) = read(make_pdf([[*LONG, "", "Kyiv rejected the plan, but", "", "went on with the talks."]]))
    assert document.text.endswith("had waited.\n\nKyiv rejected the plan, but\nwent on with the talks.\n")


def test_paragraphs_are_told_by_their_distance(read):
    (document,) = read(make_pdf([[*LONG, "", WORDS]]))
    assert document.text == "\n".join(LONG) + "\n\n" + WORDS + "\n"


def test_a_sentence_goes_on_over_the_end_of_a_page(read):
    (document,) = read(make_pdf([["Kyiv rejected the plan that"], ["the mediators had proposed."]]))
    assert document.text == "Kyiv rejected the plan that\nthe mediators had proposed.\n"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Talks stall", "Talks stall"),
        ("Microsoft Word - draft3.doc", None),
        ("bulletin.indd", None),
        ("Untitled", None),
        ("(anonymous)", None),
        ("x" * 9000, None),
    ],
)
def test_a_title_that_a_program_wrote_is_none(read, title, kept):
    (document,) = read(make_pdf([[WORDS]], Title=title))
    assert document.title == kept


@pytest.mark.parametrize(
    ("stamp", "words", "day"),
    [
        ("D:20251127100000+01'00'", "Geneva, 27 November 2025", "2025-11-27"),
        ("D:20100301", "Washington, 22 October 1962", None),
        ("D:20259999", "Geneva, 2025", None),
        ("D:29990101", "A vision of 2999", None),
        ("yesterday", "Geneva, 2025", None),
    ],
)
def test_the_day_of_a_scan_is_not_the_day_of_a_text(read, stamp, words, day):
    (document,) = read(make_pdf([[words, WORDS]], CreationDate=stamp))
    assert document.published == day


def test_a_scan_says_that_it_has_no_text(read):
    (failure,) = read(with_picture(make_pdf([[""]])))
    assert "no text layer" in failure.reason
    assert "ocrmypdf" in failure.reason


def with_picture(content):
    """Put a picture of one point where the text of a page is, and leave the table of objects to be repaired."""
    picture = b"q 500 0 0 700 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x80 EI Q"
    start, end = content.index(b"stream\n") + 7, content.index(b"\nendstream")
    length = content[content.index(b"/Length") : content.index(b" >>\nstream")]
    changed = content[:start] + picture + content[end:]
    return changed.replace(length, b"/Length %d" % len(picture), 1)


def test_pages_that_are_pictures_among_others_are_named(read):
    document, failure = read(with_picture(make_pdf([[""], [WORDS]])))
    assert document.text.strip() == WORDS
    assert "pages 1 are pictures" in failure.reason


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + b"\0" * 5000, b"No PDF at all.", b"%PDF-1.4\n%%EOF\n" * 500]
)
def test_what_is_no_pdf_says_so(read, content):
    (failure,) = read(content)
    assert isinstance(failure, Failure)
    assert "PDF" in failure.reason


def test_a_loop_of_pages_ends(read):
    content = make_pdf([[WORDS]]).replace(b"/Kids [5 0 R] /Count 1", b"/Kids [2 0 R] /Count 9")
    assert len(read(content)) == 1


def test_a_stream_that_unfolds_without_measure_is_bounded(read):
    packed = zlib.compress(b"(x) Tj " * 5_000_000)
    content = make_pdf([["HERE"]])
    start, end = content.index(b"<< /Length"), content.index(b"\nendobj", content.index(b"<< /Length"))
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    items = read(content[:start] + stream + content[end:])
    assert all(isinstance(item, Document | Failure) for item in items)


def test_too_many_pages_and_too_long_a_time_are_failures(read, monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", replace(_limits.LIMITS, pages=1))
    (failure,) = read(make_pdf([[WORDS], [WORDS]]))
    assert "2 pages" in failure.reason

    def late(*arguments, **options):
        raise subprocess.TimeoutExpired("pdf", 1)

    monkeypatch.setattr(_pdf.subprocess, "run", late)
    (failure,) = read(make_pdf([[WORDS]]))
    assert "takes longer" in failure.reason


def test_too_many_characters_are_a_failure(read, monkeypatch):
    monkeypatch.setattr(_pdf, "_CHARACTERS", 2 * len(WORDS))
    assert isinstance(read(make_pdf([[WORDS]]))[0], Document)
    (failure,) = read(make_pdf([[WORDS], [WORDS], [WORDS]]))
    assert "characters" in failure.reason


def test_a_parser_that_dies_is_a_failure_of_that_file(read, monkeypatch, tmp_path):
    dying = tmp_path / "dying.py"
    dying.write_text("import os\nos.abort()\n", "utf-8")
    monkeypatch.setattr(_pdf, "_CHILD", dying)
    (failure,) = read(make_pdf([[WORDS]]))
    assert "PDF" in failure.reason


def test_without_the_extra_the_file_is_a_failure_and_the_rest_is_read(read, monkeypatch, tmp_path):
    monkeypatch.setattr(_pdf, "find_spec", lambda name: None)
    (failure,) = read(make_pdf([[WORDS]]))
    assert "pip install 'demarche[pdf]'" in failure.reason


def test_short_lines_count_as_longer_ones(read, monkeypatch):
    monkeypatch.setattr(_pdf, "_CHARACTERS", 1000)
    assert isinstance(read(make_pdf([["No way."] * 20]))[0], Document)
    (failure,) = read(make_pdf([["No way."] * 40]))
    assert "characters" in failure.reason
