"""Files of office programs: a workbook is read whatever its name, the rest is one failure that says what it is."""

import io

import pytest
from making import PAGE, WORDS, make_book, make_letter, make_open_text, make_word, make_zip

from demarche.model import Failure, Raw
from demarche.sources import read_raw, repeat_steps

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
SLIDES = make_zip({"ppt/presentation.xml": "<p/>", "docProps/app.xml": "<a/>", "[Content_Types].xml": TYPES})
EPUB = make_zip({"mimetype": "application/epub+zip", "OEBPS/a.xhtml": PAGE})
PAGES = make_zip({"Index/Document.iwa": b"\x00", "preview.jpg": b"\xff\xd8\xff"})
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)
RICH = rb"{\rtf1\ansi Kyiv rejected the plan.}"


def read(name, content, columns=None):
    raw = Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content))
    return list(read_raw(raw, columns=columns))


@pytest.mark.parametrize("as_named", [True, False], ids=["named", "called .zip or .txt"])
@pytest.mark.parametrize(
    ("suffix", "content", "said"),
    [
        ("pptx", SLIDES, "PowerPoint presentation"),
        ("epub", EPUB, "EPUB"),
        ("pages", PAGES, "Pages"),
        ("doc", OLD, "old or locked office document"),
        ("rtf", RICH, "is RTF"),
    ],
)
def test_a_file_of_an_office_program_is_one_failure_that_says_what_it_is(suffix, content, said, as_named):
    name = f"a.{suffix}" if as_named else "a.zip" if content.startswith(b"PK") else "a.txt"
    (failure,) = read(name, content)
    assert isinstance(failure, Failure)
    assert said in failure.reason
    assert "save it as text" in failure.reason


@pytest.mark.parametrize("name", ["a.zip", "a.docx", "download"])
def test_a_workbook_is_read_whatever_it_is_called(name):
    book = make_book([["id", "words"], ["7", WORDS]])
    (document,) = read(name, book, columns={"text": "words"})
    assert (document.id, document.text) == ("7", WORDS)
    assert document.custody.source == name


def test_what_is_attached_is_refused_in_its_turn_and_the_letter_stays():
    letter, failure = read("a.eml", make_letter(attached=[("notes.rtf", RICH, "application/octet-stream")]))
    assert letter.text.strip() == WORDS
    assert failure.where == "a.eml!/notes.rtf"


def test_a_page_that_is_called_a_word_document_is_a_page():
    (document,) = read("a.doc", PAGE.encode())
    assert WORDS in document.text


def test_an_archive_of_documents_is_one_whatever_it_is_called():
    items = read("a.docx", make_zip({"a.txt": WORDS, "mimetype": "text/plain"}))
    assert items[0].text == WORDS


@pytest.mark.parametrize("name", ["a.docx", "a.odt", "a.zip", "a.doc", "download"])
@pytest.mark.parametrize("make", [make_word, make_open_text])
def test_a_document_gives_its_paragraphs_whatever_it_is_called(make, name):
    data = make("Talks stall", WORDS)
    (document,) = read(name, data)
    assert document.text == f"Talks stall\n{WORDS}"
    assert document.custody.size == len(data)
    assert document.custody.media_type.startswith("application/vnd.")
    assert repeat_steps(data, document.custody.steps) == document.text


def test_what_was_deleted_or_is_a_command_is_no_part_of_a_word_document():
    written = (
        "<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr><w:r><w:t>Kyiv </w:t></w:r><w:del><w:r><w:delText>accepted</w:delText>"
        "</w:r></w:del><w:ins><w:r><w:t xml:space='preserve'>rejected</w:t></w:r></w:ins><w:r><w:instrText>DATE</w:instrText>"
        "<w:tab/><w:t>it.</w:t><w:br/><w:t>Twice.</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p><w:r><w:t>Paris</w:t></w:r></w:p>"
        "</w:tc><w:tc><w:p><w:r><w:t>yes</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    (document,) = read("a.docx", make_word(body=written))
    assert document.text.split("\n") == ["Kyiv rejected it.", "Twice.", "Paris", "yes"]


def test_notes_and_changes_are_no_part_of_an_open_document():
    written = (
        "<text:tracked-changes><text:p>accepted</text:p></text:tracked-changes><text:p>Kyiv<text:s/><text:span>rejected</text:span>"
        "\n it<text:note><text:p>A note.</text:p></text:note>.<!-- so --><text:line-break/>Twice.</text:p>"
    )
    (document,) = read("a.odt", make_open_text(body=written))
    assert document.text.split("\n") == ["Kyiv rejected it.", "Twice."]


@pytest.mark.parametrize(
    "body",
    ["<w:p/>", "<w:p>", "<w:p>" * 5000 + "</w:p>" * 5000, "&x;" + "\0", "<w:p><w:r><w:t>" + " " * (33 * 2**20)],
    ids=["empty", "open", "deep", "no XML", "large"],
)
def test_a_hostile_document_is_a_failure(body):
    (failure,) = read("a.docx", make_word(body=body))
    assert isinstance(failure, Failure)


def test_entities_are_not_unfolded():
    evil = '<!DOCTYPE x [<!ENTITY a "Kyiv"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    (failure,) = read("a.docx", make_word(body="<w:p><w:r><w:t>&a;&f;</w:t></w:r></w:p>", head=evil))
    assert "no text" in failure.reason


def test_a_document_cut_off_is_a_failure():
    (failure,) = read("a.docx", make_word(WORDS)[:60])
    assert isinstance(failure, Failure)
