"""Lists of feeds come in and go out."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import InputError
from demarche.fetching import Subscription, read_opml, write_opml


def test_nested_lists_give_each_feed_once():
    found = read_opml(
        b"""<?xml version="1.0"?><opml version="1.0"><head><title>x</title></head><body><outline text="Wires"><outline text="East">
        <outline type="rss" text="A" title="A &amp; B" xmlUrl="https://a.example/rss"/></outline>
        <outline XMLURL="https://b.example/rss"/></outline><outline xmlUrl=" https://a.example/rss "/><outline text="empty"/>
        </body></opml>"""
    )
    assert found == [
        Subscription("https://a.example/rss", "A & B", ("Wires", "East")),
        Subscription("https://b.example/rss", None, ("Wires",)),
    ]


WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=12,
)
NAMES = WORDS.map(str.strip).filter(bool)
FEEDS = st.builds(
    Subscription,
    st.integers(0, 10**6).map(lambda n: f"https://a.example/{n}?a=1&b=<2>"),
    st.none() | NAMES,
    st.lists(NAMES, max_size=3).map(tuple),
)


@given(st.lists(FEEDS, max_size=8, unique_by=lambda feed: feed.address))
def test_a_list_that_is_written_is_read_again(feeds):
    found = read_opml(write_opml(feeds, title="A & B").encode())
    titled = [feed if feed.title else Subscription(feed.address, feed.address, feed.folder) for feed in feeds]
    assert sorted(found, key=lambda feed: feed.address) == sorted(titled, key=lambda feed: feed.address)


@pytest.mark.parametrize("data", [b"", b"<html/>", b"<rss/>", b"words", b"\x00" * 2**24 + b"x"])
def test_what_is_no_list_is_refused(data):
    with pytest.raises(InputError):
        read_opml(data)


def test_a_list_that_breaks_off_or_laughs_is_read_as_far_as_it_goes():
    laughs = b'<!DOCTYPE opml [<!ENTITY a "aaa"><!ENTITY b "&a;&a;">]><opml><body><outline xmlUrl="http://a.example/&b;"/><outline'
    assert [feed.address for feed in read_opml(laughs)] == ["http://a.example/&b;"]


def test_the_number_of_no_character_is_none():
    (feed,) = read_opml(b"<opml><body><outline text='A&#xD800;' xmlUrl='http://a.example/rss'/></body></opml>")
    assert feed.title == "A\ufffd"


def test_a_deep_and_long_list_is_read_at_once_and_keeps_the_outer_folders():
    deep = b"".join(b"<outline text='%d'>" % number for number in range(200))
    long = b"".join(b"<outline xmlUrl='http://a.example/%d'/>" % number for number in range(20_000))
    start = time.monotonic()
    feeds = read_opml(b"<opml><body>" + deep + long + b"</outline>" * 200 + b"</body></opml>")
    assert time.monotonic() - start < 20
    assert (len(feeds), feeds[-1].folder[:2], len(feeds[-1].folder)) == (20_000, ("0", "1"), 20)
