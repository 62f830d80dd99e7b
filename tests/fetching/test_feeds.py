"""Feeds are read: all kinds, broken ones as far as they go, and hostile ones without harm."""

import resource
import time
from datetime import UTC, datetime

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import InputError
from demarche.fetching import is_feed, read_feed
from demarche.fetching._feeds import find_feeds, parse_date

NOW = datetime(2025, 11, 28, tzinfo=UTC)
LONG = "The two sides met in Geneva and agreed on nothing. " * 6
RSS = f"""<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Harbour Wire</title><atom:link href="https://h.example/feed" rel="self"/><link>https://h.example/</link><ttl>30</ttl>
<image><title>logo</title><url>x</url></image>
<item><media:title>no</media:title><title>Kyiv &amp;amp; Moscow <![CDATA[<b>talk</b>]]></title>
<link>/news/1</link><guid isPermaLink="false">g1</guid>
<pubDate>Thu, 27 Nov 2025 10:00:00 +0100</pubDate><description>Short.</description>
<content:encoded><![CDATA[<p>{LONG}</p>]]></content:encoded></item>
<item><title>Second</title><guid>https://h.example/news/2</guid><dc:date>2025-11-26</dc:date><description>Short again.</description>
<source url="https://o.example/rss">Other Agency</source></item></channel></rss>"""
ATOM = f"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/x/"><title type="text">A &lt; B</title>
<entry><id>tag:1</id><title type="html">Talks &lt;i&gt;end&lt;/i&gt;</title><link rel="edit" href="/edit"/>
<link rel="alternate" href="one.html"/>
<published>2025-11-25T08:00:00Z</published><updated>2025-11-26T08:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>{LONG}</p><p>End.</p></div></content>
<source><title>Elsewhere</title></source></entry>
<entry><id>tag:2</id><title>Two</title><link href="https://a.example/2"/><updated>2025-11-26T08:00:00Z</updated>
<summary type="text">A &lt; B said</summary></entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="http://r.example/"><title>Old Wire</title></channel><item rdf:about="http://r.example/1"><title>One</title>
<link>http://r.example/1</link><dc:date>2025-11-27T10:00:00+01:00</dc:date><description>Words.</description></item></rdf:RDF>"""


def read(data, **given):
    raw = data if isinstance(data, bytes) else data.encode()
    feed = read_feed(raw, address="https://h.example/feed", now=NOW, **given)
    return feed, list(feed)


def rss(inside, head=""):
    return f"{head}<rss version='2.0'><channel><title>t</title>{inside}</channel></rss>"


def test_rss_gives_its_entries():
    feed, (one, two) = read(RSS)
    assert (feed.title, feed.ttl, feed.broken) == ("Harbour Wire", 1800.0, None)
    assert one.about() == {
        "title": "Kyiv & Moscow talk",
        "published": "2025-11-27T10:00:00+01:00",
        "publisher": "Harbour Wire",
        "url": "https://h.example/news/1",
    }
    assert one.whole
    assert f"<p>{LONG.strip()}</p>".encode() in one.page()
    assert (two.link, two.published, two.publisher, two.whole) == (
        "https://h.example/news/2",
        "2025-11-26",
        "Other Agency",
        False,
    )


def test_atom_gives_its_entries():
    feed, (one, two) = read(ATOM)
    assert feed.title == "A < B"
    assert (one.title, one.link, one.published) == (
        "Talks end",
        "https://a.example/x/one.html",
        "2025-11-25T08:00:00+00:00",
    )
    assert (one.publisher, one.whole) == ("Elsewhere", True)
    assert b"<p>End.</p>" in one.page()
    assert (two.markup, two.published, two.publisher) == ("A &lt; B said", "2025-11-26T08:00:00+00:00", "A < B")


def test_rdf_gives_its_entries():
    feed, (one,) = read(RDF)
    assert (feed.title, one.title, one.published) == ("Old Wire", "One", "2025-11-27T10:00:00+01:00")


@pytest.mark.parametrize("document", [RSS, ATOM, RDF])
def test_entries_are_those_of_feedparser(document):
    theirs = feedparser.parse(
        document.encode(), response_headers={"content-location": "https://h.example/feed"}, sanitize_html=False
    )
    _, ours = read(document)
    assert [entry.link for entry in ours] == [entry.link for entry in theirs.entries]
    for one, other in zip(ours, theirs.entries, strict=True):
        stamp = other.get("published_parsed") or other.updated_parsed
        assert (
            datetime.fromisoformat(one.published).astimezone(UTC).timetuple()[:5] == stamp[:5]
            or len(one.published) == 10
        )
        assert one.title.split()[0] in other.title


def test_an_entry_is_known_by_its_id_and_its_version_by_its_words():
    def keys(**given):
        parts = {"guid": "g", "title": "T", "description": "words", **given}
        _, (entry,) = read(rss("<item>" + "".join(f"<{n}>{v}</{n}>" for n, v in parts.items()) + "</item>"))
        return entry.key, entry.digest

    same = keys()
    assert keys(pubDate="Thu, 27 Nov 2025 10:00:00 GMT", description="  <![CDATA[<p>words</p>]]>") == same
    assert keys(description="other words")[0] == same[0]
    assert keys(description="other words")[1] != same[1]
    assert keys(guid="h")[0] != same[0]


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("Thu, 27 Nov 2025 10:00:00 GMT", "2025-11-27T10:00:00+00:00"),
        ("27 Nov 2025 10:00 EST", "2025-11-27T10:00:00-05:00"),
        ("2025-11-27", "2025-11-27"),
        ("2025-11-27T10:00:00Z", "2025-11-27T10:00:00+00:00"),
        ("yesterday", None),
        ("Thu, 99 Foo 2025 99:99:99 GMT", None),
        ("1970-01-01T00:00:00Z", None),
        ("2099-01-01", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
        ("9" * 100_000, None),
    ],
)
def test_dates_that_are_none_are_left_out(value, date):
    assert parse_date(value, now=NOW) == date


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_none(text):
    found = parse_date(text, now=NOW)
    assert found is None or datetime.fromisoformat(found)


def test_entities_of_the_feed_are_never_resolved(tmp_path):
    (tmp_path / "secret").write_text("secret")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE rss [<!ENTITY l0 "haha">{laughs}<!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
    start = time.process_time()
    _, (entry,) = read(rss("<item><title>&l9; &f; &eacute;</title><x y='&l9;'/></item>", head))
    assert entry.title == "&l9; &f; é"
    hidden = "<!-- <![CDATA[ -->"
    _, (entry,) = read(rss(f"{hidden}<item><title>&l9;&f; end</title></item>", head))
    assert "haha" not in entry.title
    assert "secret" not in entry.title
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    ("data", "titles"),
    [
        (rss("<item><title>Fish & chips</title></item><item><title>Two"), ["Fish & chips", "Two"]),
        (rss("<item><title>One</b></title></item><item><title>Two</title></item>"), ["One", "Two"]),
        ("\n\n  " + rss("<item><title>A</title></item>"), ["A"]),
        (rss("<item><title>A\x00\x08B</title></item>"), ["A\ufffd\ufffdB"]),
        (rss("<item><title><script>x</script>A</title></item>"), ["xA"]),
        (rss("<item><title>A <b>bold</b> word</title></item>"), ["A bold word"]),
        (rss("<item/>"), [None]),
        (rss(""), []),
    ],
)
def test_broken_feeds_are_read_as_far_as_they_go(data, titles):
    _, entries = read(data)
    assert [entry.title for entry in entries] == titles


def test_a_feed_that_breaks_off_says_so():
    feed, entries = read(RSS[: RSS.index("<title>Second")])
    assert entries[0].title == "Kyiv & Moscow talk"
    assert "broken XML" in feed.broken


@pytest.mark.parametrize(
    ("data", "charset"),
    [
        (
            rss("<item><title>Orbán – no</title></item>", '<?xml version="1.0" encoding="utf-8"?>').encode("cp1252"),
            "utf-8",
        ),
        (
            rss("<item><title>Orbán – no</title></item>", '<?xml version="1.0" encoding="us-ascii"?>').encode(),
            "iso-8859-2",
        ),
        (
            rss("<item><title>Orbán – no</title></item>", '<?xml version="1.0" encoding="no-such"?>').encode("cp1252"),
            "rot13",
        ),
        (rss("<item><title>Orbán – no</title></item>").encode("utf-16"), None),
        (
            rss("<item><title>Orbán – no</title></item>", '<?xml version="1.0" encoding="utf-16"?>').encode(
                "utf-16-le"
            ),
            "utf-8",
        ),
        (rss("<item><title>Orbán – no</title></item>").encode("utf-8-sig"), "latin-1"),
    ],
)
def test_an_encoding_that_lies_is_seen_through(data, charset):
    _, (entry,) = read(data, charset=charset)
    assert entry.title == "Orbán – no"


def test_another_encoding_is_that_which_is_declared():
    data = rss("<item><title>Дума отвергла</title></item>", '<?xml version="1.0" encoding="koi8-r"?>').encode("koi8-r")
    assert read(data)[1][0].title == "Дума отвергла"


@pytest.mark.parametrize("size", [1000, 2**20])
def test_a_title_without_an_end_is_cut(size):
    _, (entry,) = read(rss(f"<item><title>{'x' * size}</title></item>"))
    assert entry.title == "x" * 500


@pytest.mark.parametrize(
    "data",
    [
        "<feed>" + "<a>" * 400_000,
        "<rss><channel>" + "<![CDATA[" * 200_000,
        "<rss><channel>" + "&a" * 300_000,
        "<rss><channel>" + '<x y="' * 200_000,
        "<rss><channel>" + "<item>" * 200_000,
        "<rss><channel><item>" + "<x/>" * 400_000,
        "<rss><channel><item><title>" + "<b" * 400_000,
        "<!--" * 200_000 + "<rss/>",
        "<rss><!DOCTYPE" + "[" * 400_000,
        "<!DOCTYPE rss " + "[ ]" * 200_000 + "<rss/>",
        "<rss " + " ".join(f'a{n}="1"' for n in range(100_000)) + ">",
    ],
    ids=lambda data: data[:24],
)
def test_a_feed_made_to_take_for_ever_does_not(data):
    start = time.process_time()
    try:
        feed, entries = read(data)
    except InputError:
        entries = []
    assert len(entries) <= 1
    assert time.process_time() - start < 15


def test_a_feed_of_too_many_entries_is_cut():
    feed, entries = read(rss("<item><title>x</title></item>" * 20_001))
    assert len(entries) == 20_000
    assert "more than 20000" in feed.broken


def test_memory_does_not_grow_with_the_entries():
    words = rss(
        "".join(f"<item><title>{n}</title><description>{LONG * 3}</description></item>" for n in range(5000))
    ).encode()
    feed = read_feed(words, address="https://h.example/", now=NOW)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in feed) == 5000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 16 * 1024


@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_refused(data):
    for whole in (data, b"<rss><channel><item>" + data, b"<feed>" + data):
        try:
            read(whole)
        except InputError:
            pass


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_words_in_an_entry_are_read(title, link):
    _, entries = read(rss(f"<item><title><![CDATA[{title}]]></title><link>{link}</link><guid>{link}</guid></item>"))
    for entry in entries:
        assert entry.page() is None or entry.page().decode()


@pytest.mark.parametrize("data", [b"", b"<html><rss>", b"words", b"{}", b"<?xml version='1.0'?><opml/>", b"%PDF-1.7"])
def test_what_is_no_feed_is_refused(data):
    assert not is_feed(data)
    with pytest.raises(InputError):
        read(data)


def test_a_page_names_its_feeds():
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss?a=1&amp;b=2"><link href=x></head>'
    assert find_feeds(page, address="https://h.example/a/") == ["https://h.example/rss?a=1&b=2"]
    assert find_feeds(b"", address="https://h.example/") == []


def test_an_entry_that_is_cut_off_is_not_whole():
    for end in ("...", "… Read more", "[…]", "<a href=x>Continue reading</a>"):
        _, (entry,) = read(
            RSS[: RSS.index("<item><title>Second")].replace("</p>]]>", f"{end}</p>]]>") + "</channel></rss>"
        )
        assert not entry.whole


@pytest.mark.parametrize("number", ["#xD800", "#55296", "#xDFFF", "#0", "#x1F", "#1114112", "#xFFFFFF", "#xFFFE"])
def test_the_number_of_no_character_is_none_and_the_feed_is_read(number):
    page = f"<rss><channel><item><title>A &{number}; B &#x1F600;</title></item></channel></rss>".encode()
    assert [entry.title for entry in read_feed(page, address="http://a.example/")] == ["A \ufffd B \U0001f600"]
