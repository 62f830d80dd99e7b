"""Bytes that say they are XML -> text that a parser can be given: one encoding, no entities, no characters that XML does not know."""

from __future__ import annotations

import html
import re
from html.entities import html5

from demarche.errors import InputError

__all__ = ["clean_xml", "plain_text"]

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})", re.IGNORECASE)
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*+", re.DOTALL)
_DOCTYPE = re.compile(r"\A<!DOCTYPE[^\[>]*(?:\[.*?\]\s*>|>)", re.DOTALL | re.IGNORECASE)
_FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(
    r"<!--.*?(?:-->|\Z)|<!\[CDATA\[.*?(?:\]\]>|\Z)|&#(?P<number>[0-9]{1,7}|x[0-9a-fA-F]{1,6});"
    r"|&(?!(?:amp|lt|gt|quot|apos);)(?P<name>[A-Za-z][A-Za-z0-9]{1,30};)?",
    re.DOTALL,
)
_TAG = re.compile(r"<[/!?a-zA-Z][^<>]*>")
_BLOCK = re.compile(r"<(?:/p|br|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)


def clean_xml(data: bytes, *, charset: str | None = None) -> str:
    """Return the text of an XML file without its declaration and its document type, so that no entity of its own is left.

    An encoding that a feed or its server declares is often a lie: what is whole UTF-8 is UTF-8.

    Parameters
    ----------
    charset
        As the server declares it.

    Examples
    --------
    >>> clean_xml(b'<?xml version="1.0" encoding="ascii"?><a>Fish & chips &eacute;</a>')
    '<a>Fish &amp; chips é</a>'
    """
    text = _FOREIGN.sub("\ufffd", _decode(data, charset))
    prolog = _PROLOG.match(text)
    text = text[prolog.end() if prolog else 0 :]
    return _REFERENCE.sub(_settle, _DOCTYPE.sub("", text, count=1) if text[:9].upper() == "<!DOCTYPE" else text)


def _decode(data: bytes, charset: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    if not wrong or wrong < 0.05 * sum(character > "\x7f" for character in text):
        return text
    declared = _DECLARED.search(data[:1024])
    names = [declared[1].decode("ascii")] if declared else []
    for name in [*names, *([charset] if charset else [])]:
        if name.lower().replace("-", "") not in ("utf8", "ascii", "usascii"):
            try:
                return data.decode(name, "replace")
            except (LookupError, UnicodeError, ValueError):
                continue  # an encoding that Python does not know, or that is none of text
    return data.decode("cp1252", "replace")


def _settle(match: re.Match[str]) -> str:
    """Return what stands for a reference: its character where HTML knows it, else the words as they stand."""
    if not match[0].startswith("&"):
        return match[0]
    if number := match["number"]:
        code = int(number[1:], 16) if number.startswith("x") else int(number)
        # The parser lets the number of half a character pass, and gives bytes that are no text.
        return match[0] if code < 0x110000 and not _FOREIGN.match(chr(code)) else "\ufffd"
    return html.escape(html5.get(match["name"] or "", match[0]), quote=False)


def plain_text(markup: str) -> str:
    r"""Return the words of a piece of HTML on one line.

    Examples
    --------
    >>> plain_text("Talks <b>end</b> &amp; <br>resume")
    'Talks end & resume'
    """
    return " ".join(html.unescape(_TAG.sub("", _BLOCK.sub(" ", markup))).split())


def parse_xml(text: str) -> object:
    """Return the root of cleaned XML, broken or not.

    Raises
    ------
    InputError
        If there is no element in it.
    """
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"is no XML ({str(error)[:100]})") from error
    if root is None:
        raise InputError("is no XML")
    return root
