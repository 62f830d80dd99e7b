"""HTML -> document: the main text of a page, without its menus, adverts and scripts."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any

from demarche.errors import InputError
from demarche.model import Document
from demarche.sources._page_about import about_page, is_held_back
from demarche.sources._page_boxes import drop_boxes, own_length
from demarche.sources._page_kinds import missing_rest, no_article
from demarche.sources._page_layout import join_text, unfold_tables
from demarche.sources._text import document_from_text, keep_sane

__all__ = ["PAGE_RULES", "document_from_html", "looks_like_html", "read_page"]

PAGE_RULES = 2
"""Version of the rules here and in the `_page_` modules, beside that of trafilatura: raised when they give another text."""

_LARGEST = 16 * 2**20
"""Code points of a page at most."""
_DATES = {"extensive_search": False, "original_date": True}
"""A date that the page declares, never one that is only mentioned in its text."""
_DEEPEST = 2000
"""Nested tags at most: a deeper page is no page, and a parser's stack is not for it to use up."""
_PARSED = 255
"""Nested elements at which the parser stops, and leaves out without a word what stands deeper or later."""
_MANY, _MOST = 20_000, 100_000
"""Elements of a page from which no second opinion on its text is sought, and at most: each costs up to a millisecond."""
_FEW, _LABOUR = 1000, 5 * 10**9
"""Children of an element, and these times its code points at most: with each child that is taken out its text is copied."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """What a page gives: its text, what it says of itself, why it has no text to code, and what is missing of one that it has."""

    text: str
    about: dict[str, str]
    refused: str | None = None
    missing: str | None = None


def read_page(html: str, *, raw: bytes) -> tuple[Document, str | None]:
    """Return the document of a page, and what is missing of its text, None if it seems whole.

    Raises
    ------
    InputError
        As :func:`document_from_html`, or if the page has no text to code: it is an error page, a list, a question about cookies ...
    """
    page = _extract(html)
    if page.refused:
        raise InputError(page.refused)
    return document_from_text(page.text, raw=raw, **page.about), page.missing


def document_from_html(html: str, *, raw: bytes) -> Document:
    """Return the document of HTML, whatever it is: main text, title, publisher, date and address as far as it gives them.

    Raises
    ------
    InputError
        If it is too large or too deep, or has no text.
    """
    page = _extract(html)
    return document_from_text(page.text, raw=raw, **page.about)


def _depth(html: str) -> int:
    depth = deepest = 0
    script = False
    for match in _TAG.finditer(html):
        name = match.group(2).lower()
        if name == "script":
            script = not match.group(1)
        if script or match.group(3) or name in _VOID:  # in a script ``i<n`` compares
            continue
        depth = max(0, depth - 1) if match.group(1) else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _extract(html: str) -> _Page:
    if len(html) > _LARGEST:
        raise InputError(f"the page is larger than {_LARGEST // 2**20} MiB; save its text")
    if _depth(html) > _DEEPEST:
        raise InputError("the page nests its tags too deeply; save its text")
    try:
        page = _parse(html)
    except InputError:
        raise
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"the page cannot be parsed ({error}); save its text") from error
    if not page.text.strip():
        reason = "the page has no text; if a script writes it, save the page as text from a browser"
        raise InputError(page.refused or reason)
    return page


def _parse(html: str) -> _Page:
    from lxml.html import tostring
    from trafilatura import bare_extraction
    from trafilatura.utils import load_html

    tree = load_html(html)
    if tree is None:
        return _Page(text=_all_text(html), about={})
    elements, deepest = _measure(tree)
    if deepest >= _PARSED:
        raise InputError("the page nests its tags too deeply; save its text")
    if elements > _MOST:
        raise InputError(f"the page has more than {_MOST:,} elements; save its text")
    whole = copy.deepcopy(tree)
    commented = drop_boxes(tree)
    if any(len(element) * own_length(element) > _LABOUR for element in tree.iter() if len(element) > _FEW):
        raise InputError("the page has very many pieces of text in one element; save its text")
    unfold_tables(tree)
    rest = tostring(tree, encoding="unicode")
    settings = {"fast": elements > _MANY, "include_comments": False, "date_extraction_params": _DATES}
    found = bare_extraction(rest, with_metadata=True, **settings)
    text = _main_text(found.text if found else None, rest)
    return _Page(
        text=text,
        about=keep_sane(about_page(whole, found=_declared(found))),
        refused=no_article(tree, text, commented=commented),
        missing=missing_rest(whole, text, declared=is_held_back(whole)),
    )


def _measure(tree: Any) -> tuple[int, int]:
    """Return how many elements a page has, and how deep they are nested."""
    from lxml.etree import iterwalk

    count = depth = deepest = 0
    for event, _ in iterwalk(tree, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        deepest = max(deepest, depth)
    return count, deepest


def _declared(found: Any) -> dict[str, str | None]:
    names = {"title": "title", "published": "date", "publisher": "sitename", "url": "url"}
    values = {name: getattr(found, theirs, None) for name, theirs in names.items()}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _main_text(found: str | None, html: str) -> str:
    """Return the main text; where that is every word of the page, put down piece by piece, with the words of a line in one line."""
    from trafilatura.baseline import basic_cleaning
    from trafilatura.utils import load_html

    tree = load_html(html)
    body = None if tree is None else tree.find(".//body")
    words = "" if body is None else join_text(basic_cleaning(body))
    if not found:
        return words or _all_text(html)
    is_broken = found.count("\n") > words.count("\n") and "".join(found.split()) == "".join(words.split())
    return words if is_broken else found


def _all_text(html: str) -> str:
    """Return every visible word of a page that has no main text, a line for each block."""
    from lxml.etree import ParserError
    from lxml.html import fromstring

    try:
        tree = fromstring(html)
    except ParserError:  # nothing but comments or white space
        return ""
    for element in tree.xpath("//script|//style|//noscript|//template|//title|//comment()"):
        element.drop_tree()
    return join_text(tree)
