"""What a feed has as HTML comes through as its words, a paragraph a line."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.fetching import FeedAdapter
from demarche.fetching._markup import page_of, paragraphs
from demarche.model import Raw
from demarche.sources import read_raw
from demarche.testing import check_adapter


@pytest.mark.parametrize(
    ("markup", "lines"),
    [
        ("Kyiv <b>rejected</b> it.", ["Kyiv rejected it."]),
        (
            "<div><p>Kyiv <a href='x'>rejected</a> it.</p><p>Moscow <i>waits</i>.</p></div>",
            ["Kyiv rejected it.", "Moscow waits."],
        ),
        ("One<br/>two<BR>three", ["One", "two", "three"]),
        ("<ul><li>One <li>two</ul>", ["One", "two"]),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", ["a b", "c"]),
        ("a<script>x()</script>b<style>y</style><!-- z -->c<iframe>n</iframe>", ["abc"]),
        ("<img alt='a > b' src=x>Fish &amp; chips &lt;b&gt;", ["Fish & chips <b>"]),
        ("broken\nin the <b>middle", ["broken in the middle"]),
        ("", []),
        ("<p> </p>", []),
    ],
)
def test_paragraphs_are_told_apart_and_words_are_not_split(markup, lines):
    assert paragraphs(markup) == lines


@given(st.text(max_size=200))
def test_any_text_is_a_piece_of_html(text):
    assert all(line.split() for line in paragraphs(text))


SENTENCES = st.lists(
    st.sampled_from(["Kyiv rejected it.", "Moscow waits & sees.", "Read also: this", "No.", "1 < 2, he said"]),
    min_size=1,
    max_size=9,
)


@given(SENTENCES)
def test_all_words_of_an_entry_reach_its_document(sentences):
    page = page_of("".join(f"<p>{words.replace('&', '&amp;').replace('<', '&lt;')}</p>" for words in sentences))
    (document,) = read_raw(
        Raw(where="x", name="entry.html", open=lambda: io.BytesIO(page), media_type="text/html", charset="utf-8")
    )
    assert document.text.split() == " ".join(sentences).split()


def test_a_feed_in_a_file_gives_its_entries():
    entry = b"<title>T</title><link>http://a.example/1</link><description>Kyiv rejected it.</description>"
    data = b"<rss><channel><title>Wire</title><item>" + entry + b"</item>"
    raw = Raw(where="feed.xml", name="feed.xml", open=lambda: io.BytesIO(data))
    adapter = FeedAdapter()
    assert adapter.recognises(data)
    entry, broken = adapter.read(raw)
    (document,) = read_raw(entry)
    assert (document.text, document.title, document.publisher, document.url) == (
        "Kyiv rejected it.",
        "T",
        "Wire",
        "http://a.example/1",
    )
    assert document.custody.source == "feed.xml!/http://a.example/1"
    assert "broken XML" in broken.reason


def test_a_feed_keeps_the_contract_of_adapters():
    entry = b"<title>T</title><link>http://a.example/1</link><description>Kyiv rejected the plan.</description>"
    check_adapter(
        FeedAdapter(), {"a.rss": b"<rss><channel><title>Wire</title><item>" + entry + b"</item></channel></rss>"}
    )
