"""What goes into a container comes out of it, whatever it is."""

import io

from hypothesis import given
from hypothesis import strategies as st
from making import make_letter, make_pdf, make_tar, make_zip

from demarche.model import Document, Failure, Raw
from demarche.sources import _pdf, normalise_text, read_raw, repeat_steps

TEXTS = st.lists(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip), min_size=1, max_size=5
)
LINES = st.text("abc ABC-.,'", min_size=1, max_size=30)


def read(name, content, **about):
    raw = Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content), **about)
    return list(read_raw(raw, keep=True))


def marked(texts):
    """Return members that are surely UTF-8, and what is to come out of them."""
    members = {f"{number}.txt": "\ufeffAbout: " + text for number, text in enumerate(texts)}
    return members, [normalise_text("About: " + text) for text in texts]


@given(TEXTS)
def test_what_is_packed_comes_back(texts):
    members, expected = marked(texts)
    for name, content in (("a.zip", make_zip(members)), ("a.tar.gz", make_tar(members))):
        items = read(name, content)
        plain = [item for item in items if isinstance(item, Document)]
        assert {document.text for document in plain} <= set(expected)
        assert len(items) == len(expected)
        assert all(repeat_steps(item.custody.raw, item.custody.steps) == item.text for item in plain)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1).filter(str.strip))
def test_the_words_of_a_letter_come_back(text):
    (document,) = read("a.eml", make_letter(plain=text))
    assert document.text.strip() == text.strip()


@given(
    st.binary(max_size=300),
    st.sampled_from(["a.zip", "a.tar.gz", "a.xlsx", "a.eml", "a.mbox", "a.csv", "a.md", "a.html", "a"]),
)
def test_no_bytes_under_any_name_raise(content, name):
    for item in read(name, content, charset="latin-1"):
        assert isinstance(item, Document | Failure)
        if isinstance(item, Document):
            assert item.text == normalise_text(item.text)


@given(st.lists(st.lists(LINES.filter(str.strip), max_size=8), max_size=6))
def test_the_lines_of_a_pdf_are_put_together_without_a_word_lost(pages):
    """Only line ends, hyphens at them, running heads and numbers may go."""
    placed = [[_pdf._Line(text.strip(), 700.0 - 14 * n, 11.0) for n, text in enumerate(lines)] for lines in pages]
    letters = "".join(line.text for lines in _pdf._without_heads(placed) for line in lines)
    assert letters_of(_pdf._assemble(placed)) == letters_of(letters)


def letters_of(text):
    return "".join(character for character in text if character not in " \n-")


def test_a_pdf_gives_the_same_text_twice():
    content = make_pdf([["Kyiv rejected the plan."], ["Moscow waited."]])
    first, second = (read("a.pdf", content) for _ in range(2))
    assert first == second
