"""Pages that have no text to code, or only its beginning: said to be so, instead of being coded as if they had."""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

from demarche.sources._page_boxes import has_barrier, short_text

__all__ = ["missing_rest", "no_article"]

_SHORT = 1500
"""Code points of the text of a page that says that it is none, or only a part: longer ones are texts, whatever else they say."""
_ERROR = re.compile(
    r"^\W*error\s*[45]\d\d\b|^\W*(?:404|403|410|500|502|503)\s*(?:$|[-–—:|.,!]\s*+(?!\d)"
    r"|(?:error|not found|forbidden|gone|page|internal|bad gateway|service|server)\b)"
    r"|\b(?:page|article|file|document) (?:was |could )?not (?:be )?found\W*(?:$|[-–—:|.!])|^\W*not found\W*$"
    r"|\bcan(?:no|')t find (?:that|this|the) page\b"
    r"|^\W*(?:access denied|forbidden|just a moment|attention required|service unavailable)[\s.!…]*(?:$|\|)",
    re.IGNORECASE,
)
"""A headline of no page: "500 soldiers leave" and "Forbidden weapons found" are headlines of texts."""
_CONSENT = re.compile(
    r"\bcookies?\b|\bpartners\b|\bpersonal data\b|\blegitimate interest\b|\bconsent\b|\bprivacy\b|\byour (?:choices|device)\b",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"\bcookies?\b|\blegitimate interest\b|\byour (?:choices|device|privacy)\b", re.IGNORECASE)
"""What each question about cookies has: states have partners, too, and give or refuse their consent."""
_SCRIPT = re.compile(
    r"\b(?:enable|turn on|activate|requires?|without|need) (?:\w+ ){0,3}javascript\b|\bjavascript (?:is|must be|has to be)\b",
    re.IGNORECASE,
)
_PAGE_OF = re.compile(r"\bpage\s+(\d{1,3})\s+of\s+(\d{1,3})\b", re.IGNORECASE)
_LABEL = 40
_LOOKED_AT = 20_000
_CARDS = 4
_SAVE = "; if it has a text, save that as text"


def no_article(tree: Any, text: str, *, commented: bool) -> str | None:
    """Return why a page has no text to code, None if it has one.

    Parameters
    ----------
    tree
        The page without its boxes.
    text
        What was found in it.
    commented
        Whether comments of readers were taken out of it.
    """
    if tree.find(".//frameset") is not None:
        return "the page is a frame around other pages; save the page in the frame"
    if len(text) > _SHORT:
        return None
    if any(_ERROR.search(words) for words in _headlines(tree)):
        return f"the page says that there is no such page, or that it may not be seen{_SAVE}"
    lines = [line for line in text.split("\n") if line.strip()]
    if _mostly(lines, _SCRIPT):
        return "the page has no text but that it needs JavaScript; save it as text from a browser"
    if _COOKIES.search(text) and _mostly(lines, _CONSENT):
        return f"the page only asks for consent to cookies{_SAVE}"
    if _shows_file(tree) and not _has_sentence(lines):
        return "the page shows a PDF; save the PDF"
    if commented and not _has_sentence(lines):
        return f"the page has only comments of readers{_SAVE}"
    if _is_list(tree, text):
        return "the page is a list of articles; save the articles"
    return None


def missing_rest(tree: Any, text: str, *, declared: bool) -> str | None:
    """Return what is missing of the text of a page, None if it seems whole.

    Parameters
    ----------
    tree
        The page as it is.
    declared
        Whether the page declares that its text is not free.
    """
    if has_barrier(tree) and (declared or len(text) < _SHORT):
        return "the page has only the beginning of its text, the rest is for those who subscribe or log in; what is there was taken"
    for element in islice(tree.iter("span", "div", "p", "li", "a", "td", "b", "strong", "title"), _LOOKED_AT):
        words = short_text(element, most=_LABEL)
        found = _PAGE_OF.search(words) if words else None
        if found and 1 <= int(found[1]) <= int(found[2]) > 1:
            return f"the page is page {found[1]} of {found[2]} of its text; save the others too"
    return None


def _headlines(tree: Any) -> list[str]:
    found = [short_text(element, most=200) for element in islice(tree.iter("title", "h1", "h2"), 6)]
    return [words for words in found if words]


def _mostly(lines: list[str], words: re.Pattern[str]) -> bool:
    """Tell whether most of what is said, by its length, is in lines with such words."""
    said = sum(map(len, lines))
    return said > 0 and sum(len(line) for line in lines if words.search(line)) > 0.6 * said


def _has_sentence(lines: list[str]) -> bool:
    return any(len(line) > 60 and re.search(r"[.!?…][\"'”’)\]]*$", line.strip()) for line in lines)


def _shows_file(tree: Any) -> bool:
    sources = (element.get("src") or element.get("data") or "" for element in tree.iter("embed", "object", "iframe"))
    return any(re.search(r"\.pdf\b", source[:500], re.IGNORECASE) for source in sources)


def _is_list(tree: Any, text: str) -> bool:
    """Tell whether the words of a page stand under headlines that are links: each card is the door to a text, and no text."""
    headings = islice(tree.iter("h2", "h3", "h4"), _LOOKED_AT)
    cards = [heading.getparent() for heading in headings if _is_link(heading)]
    cards = [card for card in cards if card is not None and card.tag not in ("body", "main")]
    if len(cards) < _CARDS:
        return False
    inside = sum(len(short_text(card, most=_SHORT) or "") for card in cards)
    return inside > 0.6 * max(1, len(text))


def _is_link(heading: Any) -> bool:
    words = short_text(heading, most=300)
    if not words:
        return False
    linked = "".join("".join(link.itertext()) for link in heading.iter("a"))
    return len(linked.strip()) >= 0.9 * len(words)
