"""Files of office programs: a workbook is read whatever its name, the rest is one failure that says what it is."""

import io

import pytest
from making import PAGE, WORDS, make_book, make_letter, make_zip

from demarche.model import Failure, Raw
from demarche.sources import read_raw

TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
WORD = make_zip({"[Content_Types].xml": TYPES, "word/document.xml": f"<w>{WORDS}</w>"})
SLIDES = make_zip({"ppt/presentation.xml": "<p/>", "docProps/app.xml": "<a/>", "[Content_Types].xml": TYPES})
ODT = make_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": f"<t>{WORDS}</t>"})
EPUB = make_zip({"mimetype": "application/epub+zip", "OEBPS/a.xhtml": PAGE})
PAGES = make_zip({"Index/Document.iwa": b"\x00", "preview.jpg": b"\xff\xd8\xff"})
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000)
RICH = rb"{\rtf1\ansi Kyiv rejected the plan.}"


def read(name, content, **about):
    return list(
        read_raw(Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content), **about))
    )


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
    (document,) = read(name, make_book([["id", "words"], ["7", WORDS]]), media_type="application/octet-stream") if 0 else (
        list(read_raw(
            Raw(where=name, name=name, open=lambda: io.BytesIO(make_book([["id", "words"], ["7", WORDS]]))),
            columns={"text": "words"},
        ))
    )
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


def test_a_document_cut_off_is_a_failure():
    (failure,) = read("a.docx", WORD[:60])
    assert isinstance(failure, Failure)
