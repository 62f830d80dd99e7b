import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import InputError
from demarche.sources import decode_bytes, document_from_text, normalise_text
from demarche.sources._text import decode_with, keep_sane


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    once = normalise_text(text)
    assert normalise_text(once) == once


@given(st.text(alphabet=st.characters(exclude_characters="\r")))
def test_normalising_keeps_the_number_of_code_points(text):
    assert len(normalise_text(text)) == len(text)


@given(st.text(alphabet="é\u0301\U0001f1fa\U0001f1e6\u202e\u2066ab"))
def test_emoji_combining_and_bidirectional_characters_stay(text):
    assert normalise_text(text) == text


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))))
def test_utf8_text_comes_back(text):
    assert decode_bytes(b"\xef\xbb\xbf" + text.encode()) == text


def test_pages_and_paragraphs_of_other_programs_end_lines():
    assert normalise_text("a\x0cb\x0bc\u2028d\x85e") == "a\nb\nc\nd\ne"


def test_a_few_damaged_bytes_do_not_cost_the_names():
    words = "Orbán, Erdoğan, Zelenskyy, Mateusz Grzegorzewski-Szczepański: „nie” – " * 5
    assert "Erdoğan" in decode_bytes(words.encode() + b"\xff")


def test_the_encoding_that_a_page_declares_is_used():
    page = '<html><head><meta charset="windows-1250"></head><body>Wałęsa</body></html>'
    assert "Wałęsa" in decode_bytes(page.encode("cp1250"))


def test_an_encoding_that_cannot_be_is_not_believed():
    words = "Orbán said no to the plan."
    for charset in ("utf-16", "utf-32", "rot13", "unicode_escape", "no-such", None):
        assert decode_with(words.encode("cp1252"), charset) == (words, "cp1252")
        assert decode_with(words.encode(), charset) == (words, "utf-8")


def test_an_encoding_that_the_sender_declares_is_used():
    assert decode_with("Wałęsa".encode("cp1250"), "windows-1250") == ("Wałęsa", "cp1250")
    assert decode_with("Orbán".encode("utf-16-le"), "utf-16-le") == ("Orbán", "utf-16-le")


def test_what_a_text_says_of_itself_is_kept_if_it_can_be():
    assert keep_sane({"title": "a\n b", "published": "03/04/2025", "url": "x" * 501}) == {"title": "a b"}


def test_nul_and_lone_surrogates_become_replacement_characters():
    assert normalise_text("a\x00b\ud800c\x1b") == "a\ufffdb\ufffdc\ufffd"


def test_utf16_and_latin_files_are_read():
    assert decode_bytes("Orbán".encode("utf-16")) == decode_bytes("Orbán".encode("utf-32")) == "Orbán"
    words = "Le président a déclaré que la réunion à Genève était annulée, a-t-il précisé à l'agence."
    assert decode_bytes(words.encode("latin-1")) == words


def test_a_short_text_from_an_old_editor_is_read():
    assert decode_bytes("Orbán said “no” – again.".encode("cp1252")) == "Orbán said “no” – again."


def test_russian_in_an_old_encoding_is_still_russian():
    words = "Правительство отвергло предложение о перемирии и потребовало вывода войск из района до пятницы."
    assert decode_bytes(words.encode("cp1251")) == words


@pytest.mark.parametrize("raw", [b"%PDF-1.7", b"PK\x03\x04..", b"\x89PNG\r\n", b"\x7fELF", bytes(range(32)) * 40])
def test_what_is_not_text_is_refused_with_what_to_do(raw):
    with pytest.raises(InputError, match="is not text"):
        decode_bytes(raw)


def test_a_document_needs_text():
    with pytest.raises(InputError, match="empty"):
        document_from_text(" \n ")
    with pytest.raises(InputError, match="type int"):
        document_from_text(5)


def test_unknown_is_none_and_the_id_is_the_content():
    document = document_from_text("Kyiv rejected it.", title="", publisher=None)
    assert (document.title, document.publisher, document.sha256) == (None, None, None)
    assert document.id == document_from_text("Kyiv rejected it.").id


def test_the_hash_is_that_of_the_raw_bytes():
    assert document_from_text("x y", raw=b"abc").sha256.startswith("ba7816bf")
