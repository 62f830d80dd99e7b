"""Lists of feeds that programs exchange: OPML in, as deep as it is nested, and out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from demarche.errors import InputError
from demarche.fetching._xml import clean_xml, parse_xml

__all__ = ["Subscription", "read_opml", "write_opml"]

LARGEST = 16 * 2**20
_MOST = 100_000
_DEEPEST = 20
"""Names of folders that are kept, from the outside in."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed in a list.

    Parameters
    ----------
    address
        Of the feed.
    title
        None where the list gives none.
    folder
        Names of the folders in which it lies, from the outside in.
    """

    address: str
    title: str | None = None
    folder: tuple[str, ...] = ()


def read_opml(data: bytes) -> list[Subscription]:
    """Return the feeds of an OPML file, each once, in their order.

    Raises
    ------
    InputError
        If it is too large or no OPML.

    Examples
    --------
    >>> read_opml(b'<opml><body><outline text="Wires"><outline xmlUrl="http://a.example/rss"/></outline></body></opml>')
    [Subscription(address='http://a.example/rss', title=None, folder=('Wires',))]
    """
    if len(data) > LARGEST:
        raise InputError(f"is larger than {LARGEST // 2**20} MiB; is that a list of feeds?")
    root: Any = parse_xml(clean_xml(data))
    if not isinstance(root.tag, str) or root.tag.rpartition("}")[2].lower() != "opml":
        raise InputError("is no OPML; export the list of feeds as OPML, or name the feeds")
    found: dict[str, Subscription] = {}
    inside: dict[Any, tuple[str, ...]] = {}  # an outline -> the folder of those in it; it comes before them
    for outline in root.iter("{*}outline"):
        folder = inside.get(next(outline.iterancestors("{*}outline"), None), ())
        name, address = _name(outline), _attribute(outline, "xmlurl")
        if len(outline):
            inside[outline] = (*folder, name)[:_DEEPEST] if name else folder
        if address and address not in found and len(found) < _MOST:
            found[address] = Subscription(address, name, folder)
    return list(found.values())


def _name(outline: Any) -> str | None:
    return _attribute(outline, "title") or _attribute(outline, "text")


def _attribute(outline: Any, name: str) -> str | None:
    """Return an attribute; programs do not agree on capitals."""
    return next((value.strip()[:2000] for key, value in outline.attrib.items() if key.lower() == name), None) or None


def write_opml(subscriptions: Iterable[Subscription], *, title: str = "Feeds") -> str:
    """Return an OPML file of feeds, in their folders.

    Examples
    --------
    >>> read_opml(write_opml([Subscription("http://a.example/rss", "A & B")]).encode())
    [Subscription(address='http://a.example/rss', title='A & B', folder=())]
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_escape(title)}</title></head>",
    ]
    lines.append("<body>")
    lines += _outlines(list(subscriptions), 0)
    return "\n".join([*lines, "</body>", "</opml>", ""])


def _outlines(subscriptions: list[Subscription], depth: int) -> Iterable[str]:
    folders: dict[str, list[Subscription]] = {}
    for one in subscriptions:
        if len(one.folder) > depth:
            folders.setdefault(one.folder[depth], []).append(one)
        else:
            name = _quote(one.title or one.address)
            title = f" title={name}" if one.title else ""
            yield f'<outline type="rss" text={name}{title} xmlUrl={_quote(one.address)}/>'
    for folder, inside in folders.items():
        yield f"<outline text={_quote(folder)}>"
        yield from _outlines(inside, depth + 1)
        yield "</outline>"


def _quote(words: str) -> str:
    return quoteattr(_plain(words))


def _escape(words: str) -> str:
    return _quote(words)[1:-1]


def _plain(words: str) -> str:
    """Return words that XML can hold."""
    return "".join(
        letter if letter >= " " and not 0xD800 <= ord(letter) < 0xE000 and letter not in "\ufffe\uffff" else "\ufffd"
        for letter in words
    )
