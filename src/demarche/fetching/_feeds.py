"""Feeds -> entries: RSS 0.9 to 2.0, RDF, Atom; read as a stream, an entry at a time, and broken ones as far as they go.

A reader of our own on lxml, which the base install has. Beside it feedparser takes four times as long, holds the whole feed, and needs
quadratic time for nested tags; fastfeedparser is fast, but loses "&" and the letters of feeds whose encoding lies, and asks the network
when the text of a feed is an address. `benchmarks/feeds.py` and `tests/fetching/test_feeds.py` hold ours against feedparser's.
"""

from __future__ import annotations

import hashlib
import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin

from demarche.errors import InputError
from demarche.fetching._markup import page_of
from demarche.fetching._xml import clean_xml, plain_text
from demarche.model.custody import without_password

__all__ = ["Entry", "Feed", "find_feeds", "is_feed", "parse_date", "read_feed"]

MOST_ENTRIES = 20_000
_MOST_ELEMENTS = 100_000
"""Of one entry: what has more is no entry, and would fill the memory."""
_PIECE = 2**16
_ATOM = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
_CORE = frozenset(
    (
        "",
        *_ATOM,
        "http://purl.org/rss/1.0/",
        "http://my.netscape.com/rdf/simple/0.9/",
        "http://channel.netscape.com/rdf/simple/0.9/",
        "http://backend.userland.com/rss2",
    )
)
_DUBLIN = frozenset(("http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"))
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_XHTML = "http://www.w3.org/1999/xhtml"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
_ROOTS = frozenset(("rss", "feed", "RDF", "rdf"))
_CUT_OFF = ("...", "…", "[…]", "[...]", "read more", "continue reading", "weiterlesen")
_FULL = 2000
"""Characters from which what calls itself a summary is taken for the whole text."""
_LONGEST_TITLE = 500
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
"""Programs that know no date write the beginning of 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a feed.

    Parameters
    ----------
    key
        What it is known by: the hash of its id, its address, or its words, whichever it has.
    digest
        Hash of its words: another one is another version.
    title, published, publisher, link
        None where it does not say; `published` is ISO 8601; the publisher is that of the feed unless the entry names its own.
    markup
        Its text as HTML, None where it has none.
    whole
        The text is the whole of it, not a summary.
    """

    key: bytes
    digest: bytes
    title: str | None
    link: str | None
    published: str | None
    publisher: str | None
    markup: str | None
    whole: bool

    def page(self) -> bytes | None:
        """Return its text as a page in UTF-8; its title where there is nothing else, None where there is neither."""
        found = page_of(self.markup) if self.markup else None
        return found or (page_of(html.escape(self.title)) if self.title else None)

    def about(self) -> dict[str, str]:
        """Return what it says of its document."""
        known = {"title": self.title, "published": self.published, "publisher": self.publisher, "url": self.link}
        return {name: value for name, value in known.items() if value}


@dataclass(slots=True)
class Feed:
    """A feed that is being read: iterating gives its entries, and fills in the rest on the way.

    Parameters
    ----------
    title
        None where it has none.
    ttl
        Seconds for which it says that it stays as it is.
    broken
        What is wrong with its XML; what could be read was read.
    """

    text: str = field(repr=False)
    address: str
    now: datetime
    title: str | None = None
    ttl: float | None = None
    broken: str | None = None

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries in the order of the feed."""
        from lxml import etree

        parser = etree.XMLPullParser(
            events=("end",), recover=True, resolve_entities=False, no_network=True, huge_tree=False
        )
        number = elements = 0
        for element in _elements(parser, self.text):
            name = _name(element)
            elements += 1
            if elements > _MOST_ELEMENTS:
                self.broken = f"has more than {_MOST_ELEMENTS} elements in an entry; what stands before was read"
                return
            if name in ("item", "entry"):
                number, elements = number + 1, 0
                if number > MOST_ENTRIES:
                    self.broken = f"has more than {MOST_ENTRIES} entries; the first were read"
                    return
                yield _entry(element, self)
                _free(element)
            elif name in ("title", "ttl") and self._is_of_the_feed(element):
                self._note(name, element)
        wrong = [found for found in parser.feed_error_log if found.level_name == "FATAL"]
        if wrong:
            self.broken = f"is broken XML (line {wrong[0].line}: {wrong[0].message[:100]}); what could be read was read"

    def _is_of_the_feed(self, element: Any) -> bool:
        parent = element.getparent()
        return parent is not None and _name(parent) in ("channel", "feed") and _space(element) in _CORE

    def _note(self, name: str, element: Any) -> None:
        words = _string(element)
        if name == "title":
            self.title = self.title or _title(words)
        elif words.isdecimal():
            self.ttl = min(int(words[:6]) * 60.0, 86_400.0)


def read_feed(data: bytes, *, address: str, charset: str | None = None, now: datetime | None = None) -> Feed:
    """Return a feed, whose entries are read when it is iterated over.

    Parameters
    ----------
    address
        Its own, to which its links are relative.
    charset
        As the server declares it.
    now
        Dates more than two days after it are mistakes; that of the clock by default.

    Raises
    ------
    InputError
        If it is no feed.

    Examples
    --------
    >>> feed = read_feed(b"<rss><channel><title>A</title><item><title>Talks</title></item></channel></rss>", address="http://a.example/")
    >>> [entry.title for entry in feed], feed.title
    (['Talks'], 'A')
    """
    text = clean_xml(data, charset=charset)
    if not is_feed(text[:4096].encode()):
        raise InputError("is no feed in RSS or Atom; give the address of the feed itself")
    return Feed(text=text, address=address, now=now or datetime.now(UTC))


def is_feed(head: bytes) -> bool:
    """Return whether bytes begin as a feed does.

    Examples
    --------
    >>> is_feed(b"<?xml version='1.0'?><!-- x --><rss version='2.0'>")
    True
    """
    rest = clean_xml(head[:4096]).lstrip()
    name = rest[1:].partition(">")[0].split()[:1]
    return rest.startswith("<") and bool(name) and name[0].rstrip("/").rpartition(":")[2] in _ROOTS


def find_feeds(page: bytes, *, address: str) -> list[str]:
    """Return the addresses of the feeds that a page names, ten at most."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", huge_tree=False)
    try:
        tree = etree.fromstring(page[: 2**18], parser)
    except (etree.XMLSyntaxError, ValueError):
        return []
    links = [] if tree is None else tree.xpath("//link[@href]")
    kinds = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
    found = [link.get("href") for link in links if (link.get("type") or "").lower() in kinds]
    return list(dict.fromkeys(filter(None, (_join(address, href) for href in found))))[:10]


def _elements(parser: Any, text: str) -> Iterator[Any]:
    """Yield the elements as they end; a parser that gives up has given what there is."""
    from lxml import etree

    try:
        parser.feed(b'<?xml version="1.0" encoding="utf-8"?>')
        for start in range(0, len(text), _PIECE):
            parser.feed(text[start : start + _PIECE].encode("utf-8"))
            yield from (element for _, element in parser.read_events())
        parser.close()
    except etree.XMLSyntaxError:
        pass  # nothing is left that is an element; the log says why
    yield from (element for _, element in parser.read_events())


def _free(element: Any) -> None:
    """Forget an entry that was read, so that the tree stays small."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _name(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _space(element: Any) -> str:
    return element.tag.rpartition("}")[0].lstrip("{") if isinstance(element.tag, str) else ""


def _string(element: Any) -> str:
    """Return the text of an element; markup that was not escaped is a part of it."""
    if not len(element):
        return (element.text or "").strip()
    return _inside(element).strip()


def _inside(element: Any) -> str:
    from lxml import etree

    parts = [html.escape(element.text or "", quote=False)]
    for child in element:
        parts.append(etree.tostring(child, encoding="unicode", method="html"))
    return "".join(parts)


def _title(words: str) -> str | None:
    return plain_text(words[: 20 * _LONGEST_TITLE])[:_LONGEST_TITLE] or None


@dataclass(slots=True)
class _Found:
    """The parts of an entry, as they are met."""

    texts: dict[str, str] = field(default_factory=dict)
    own_publisher: str | None = None

    def keep(self, name: str, value: str | None) -> None:
        if value and name not in self.texts:
            self.texts[name] = value


def _entry(element: Any, feed: Feed) -> Entry:
    found = _Found()
    own = _space(element)
    for child in element:
        space, name = _space(child), _name(child)
        if space in _CORE or space == own:
            _keep_core(found, child, name, feed)
        elif space in _DUBLIN:
            found.keep(f"dc:{name}", _string(child))
        elif (space, name) in ((_CONTENT, "encoded"), (_XHTML, "body"), (_XHTML, "div")):
            found.keep("content", _string(child))
    found.keep("id", element.get(_RDF))
    return _made(found.texts, found.own_publisher, feed)


def _keep_core(found: _Found, child: Any, name: str, feed: Feed) -> None:
    if name == "link":
        _keep_link(found, child, feed)
    elif name in ("content", "summary", "title", "tagline"):
        found.keep(name, _marked(child))
    elif name == "source":
        found.own_publisher = found.own_publisher or _source_name(child)
    elif name == "guid":
        found.keep("id", _string(child))
        if child.get("isPermaLink", "true").lower() == "true" and _string(child).startswith(("http://", "https://")):
            found.keep("permalink", _string(child))
    else:
        found.keep(name, _string(child))


def _keep_link(found: _Found, child: Any, feed: Feed) -> None:
    href = child.get("href")
    if href is None:
        found.keep("link", _join(feed.address, _string(child)))
    elif child.get("rel", "alternate") == "alternate":
        name = "link" if "html" in child.get("type", "html") else "other link"
        found.keep(name, _join(_join(feed.address, child.base or "") or feed.address, href))


def _marked(child: Any) -> str:
    """Return the text of an element of Atom as HTML, whatever it was; what it says of another place is no text."""
    kind = (child.get("type") or "").lower()
    if child.get("src") or kind.startswith(("image/", "audio/", "video/", "application/pdf")):
        return ""
    if kind in ("text", "text/plain") and not len(child):
        return html.escape(child.text or "", quote=False).strip().replace("\n", "<br>")
    return _string(child)


def _source_name(child: Any) -> str | None:
    inner = next((part for part in child if _name(part) == "title"), None)
    return _title(_string(child if inner is None else inner)) if inner is not None or not len(child) else None


def _made(texts: dict[str, str], own_publisher: str | None, feed: Feed) -> Entry:
    title = _title(texts.get("title") or texts.get("dc:title") or "")
    link = texts.get("link") or texts.get("permalink") or texts.get("other link")
    content = texts.get("content")
    summary = texts.get("description") or texts.get("summary") or texts.get("dc:description")
    markup = content or summary
    words = plain_text(markup or "")
    known = texts.get("id") or link or f"{title}\n{words}"
    dates = (
        "pubDate",
        "published",
        "issued",
        "dc:date",
        "dc:issued",
        "dc:created",
        "updated",
        "modified",
        "dc:modified",
    )
    published = next(filter(None, (parse_date(texts[name], now=feed.now) for name in dates if name in texts)), None)
    return Entry(
        key=_hash(known),
        digest=_hash(f"{title}\n{words}"),
        title=title,
        link=link,
        published=published,
        publisher=own_publisher or _title(texts.get("dc:publisher", "")) or feed.title,
        markup=markup,
        whole=bool(markup) and _is_whole(words, declared=content is not None),
    )


def _is_whole(words: str, *, declared: bool) -> bool:
    end = words[-40:].rstrip(" .>»→").lower()
    cut = words.endswith(_CUT_OFF[:4]) or end.endswith(_CUT_OFF[4:])
    return not cut and (len(words) >= 200 if declared else len(words) >= _FULL)


def _hash(words: str) -> bytes:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()[:16]


def _join(base: str, href: str) -> str | None:
    """Return a link in full, None where it is no address of a page."""
    try:
        found = urljoin(base, href.strip().replace(" ", "%20"))
    except ValueError:
        return None
    return without_password(found) if href.strip() and found.startswith(("http://", "https://")) else None


def parse_date(value: str, *, now: datetime) -> str | None:
    """Return a date of a feed as ISO 8601; None where it is none, is before 1971 as a clock that was never set, or is still to come.

    Examples
    --------
    >>> parse_date("Thu, 27 Nov 2025 10:00:00 GMT", now=datetime(2025, 11, 28, tzinfo=UTC))
    '2025-11-27T10:00:00+00:00'
    """
    text = value.strip()[:64]
    found = _parse_iso(text) or _parse_mail(text)
    if found is None:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not _EARLIEST <= aware <= now + timedelta(days=2):
        return None
    return text if len(text) == 10 and text[4] == "-" else found.isoformat()


def _parse_iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _parse_mail(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
