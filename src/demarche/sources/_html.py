"""HTML -> document: the main text of a page, without its menus, adverts and scripts."""

from __future__ import annotations

import re
from typing import Any

from demarche.errors import InputError
from demarche.model import Document
from demarche.sources._text import document_from_text

__all__ = ["document_from_html", "looks_like_html"]

_LARGEST = 16 * 2**20
"""Code points of a page at most."""
_DATES = {"extensive_search": False, "original_date": True}
"""A date that the page declares, never one that is only mentioned in its text."""
_DEEPEST = 2000
"""Nested tags at most: a deeper page is no page, and a parser's stack is not for it to use up."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)(?:[^<>]*(/)>)?")
"""A tag's beginning: it never looks past the next ``<``, so that a page of unclosed tags takes linear time."""
_VOID = frozenset("area base br col embed hr img input link meta source track wbr p li td tr th option dt dd".split())


def looks_like_html(text: str) -> bool:
    """Return whether the text begins as an HTML page does."""
    return bool(
        re.match(
            r"\s*(?:<!--.*?-->\s*)?(?:<\?xml[^>]*\?>\s*)?<(?:!doctype\s+html|html|head|body)\b",
            text[:2000],
            re.IGNORECASE | re.DOTALL,
        )
    )


def document_from_html(html: str, *, raw: bytes) -> Document:
    """Return the document of a page: main text, title, publisher, date and address as far as the page gives them.

    Raises
    ------
    InputError
        If the page is too large or too deep, or has no text.
    """
    if len(html) > _LARGEST:
        raise InputError(f"the page is larger than {_LARGEST // 2**20} MiB; save its text")
    if _depth(html) > _DEEPEST:
        raise InputError("the page nests its tags too deeply; save its text")
    text, about = _extract(html)
    if not text.strip():
        raise InputError("the page has no text; if a script writes it, save the page as text from a browser")
    return document_from_text(text, raw=raw, **about)


def _depth(html: str) -> int:
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match.group(3) or match.group(2).lower() in _VOID:
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _extract(html: str) -> tuple[str, dict[str, Any]]:
    from trafilatura import bare_extraction, html2txt

    try:
        found = bare_extraction(html, with_metadata=True, include_comments=False, date_extraction_params=_DATES)
        text = (found.text if found else None) or html2txt(html) or _all_text(html)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"the page cannot be parsed ({error}); save its text") from error
    if not found:
        return text, {}
    about = {"title": found.title, "published": found.date, "publisher": found.sitename, "url": found.url}
    return text, {name: value for name, value in about.items() if isinstance(value, str)}


def _all_text(html: str) -> str:
    """Return every visible word of a page that has no main text, a line for each piece between tags."""
    from lxml.etree import ParserError
    from lxml.html import fromstring

    try:
        tree = fromstring(html)
    except ParserError:  # nothing but comments or white space
        return ""
    for element in tree.xpath("//script|//style|//noscript|//template|//comment()"):
        element.drop_tree()
    return "\n".join(piece.strip() for piece in tree.itertext() if piece.strip())
