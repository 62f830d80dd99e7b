"""What stands in a page beside its text: boxes that ask, sell, link or comment. They are taken out before the text is looked for.

Two ways lead to a box: what the page calls it (class, id, role, as content systems name their parts), and what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

__all__ = ["drop_boxes", "has_barrier", "own_length", "short_text"]

_NAMES = re.compile(
    r"""^(?:
    (?:user-|reader-)?comments?(?:-?(?:list|area|section|wrap(?:per)?|thread|block))? | disqus_thread | conversation | respond | replies
    | (?:google-?)?ads? | ad-?(?:slot|unit|container|wrapper|box) | advert(?:isement|orial)?s? | sponsor(?:ed)? | promo(?:tion|box)?
    | (?:inline-?|article-?)?related(?:-?(?:links?|stories|articles|content|posts))? | read-?(?:more|next|also) | (?:more|top)-?stories
    | recommend(?:ed|ations?) | most-?(?:read|viewed|popular) | taboola.* | outbrain.*
    | (?:inline-?|article-?)?newsletter(?:-?(?:box|signup|form|promo))? | sign-?up(?:-?(?:box|form))? | subscribe(?:-?(?:box|form))?
    | onetrust-.* | (?:[a-z]+-)?cookies?-?(?:banner|bar|consent|notice|message|wall)? | consent-?(?:banner|wall|layer)? | gdpr.*
    | share(?:-?(?:bar|tools|buttons|links))? | social(?:-?(?:share|links|bar))? | sharedaddy | breadcrumbs? | crumbs
    | skip(?:-link)? | pull-?quote | paywall-?(?:box|barrier|offer)? | barrier | regwall
    | catlinks | toc | hatnote | siteSub | wm-ipp(?:-base)?
    )$""",
    re.VERBOSE | re.IGNORECASE,
)
_TAGS = ("amp-ad", "amp-consent", "amp-sidebar", "amp-social-share", "dialog")
_INLINE = frozenset("a abbr b bdi code em i kbd label pre s small span strong sub sup time u".split())
"""What is named within a line: the colours of a listing call a word a comment."""
_ROLES = frozenset({"dialog", "alertdialog", "search", "navigation", "banner", "contentinfo"})
_BARRIER = re.compile(
    r"\bsubscribe (?:now )?to (?:keep|continue|read)|\bfor (?:our )?subscribers only\b|\b(?:only|exclusively) for (?:our )?subscribers\b"
    r"|\bto continue reading\b|\bkeep reading with\b|\balready a (?:subscriber|member)\s*\?"
    r"|^\W*already a subscriber\b|\b(?:sign|log) in to (?:read|continue)"
    r"|\bcreate (?:a|your) free account|\bfree articles? (?:this|left|remaining)|\bunlock (?:this|the full) (?:article|story)"
    r"|\bthe rest of this (?:article|post|story) is for",
    re.IGNORECASE,
)
"""What only a page says that keeps back the rest of its text."""
_ASKS = re.compile(
    r"\bby signing up,? you agree|\bin your inbox\b|\bunsubscribe\b"
    r"|\bsign up (?:for|to) (?:our|the|my) (?:[\w'’-]+ ){0,5}(?:newsletter|briefing|e-?mail|alert|update|list|digest|letter|bulletin)s?\b"
    r"|\bview (?:this \w+ |it )?in (?:your )?browser\b|\bforward (?:this |it )?to a (?:friend|colleague)"
    r"|\byou (?:are receiving|receive) this (?:e-?mail|letter|message|newsletter|because)\b"
    r"|\bbecause you (?:signed up|subscribed|are subscribed)"
    r"|\brate us (?:on|in|five)\b|\bwherever you (?:listen|get your podcasts)|^\s*letters to the editor\b|\bdiversity of letters\b"
    r"|\bmessage from our sponsor|^\s*(?:this (?:\w+ ){1,3}(?:is|was) )?sponsored by\b|\bclick to (?:share|email|print)"
    r"|^\s*share this (?:page|article|story)"
    r"|^\s*(?:read more|see also|more on this|related)\s*:"
    r"|^\s*advertisement\s*$|\bloading advertisement|\bpost your comment|^\s*post a comment|\blog in to (?:comment|leave a)"
    r"|^\s*(?:(?:press|media) )?(?:enquiries|contacts?)\s*:",
    re.IGNORECASE,
)
"""What no text says, but a page beside it does."""
_HOLDERS = frozenset({"body", "main", "article", "html", "tbody"})
_KEPT = frozenset({"html", "body", "main", "article"})
_SMALL = 600
"""Code points of a box that is found by its words at most."""
_ASKED = 300
"""Code points of a paragraph that asks for something at most."""
_SENTENCE = 80
"""Code points from which a paragraph that says nothing of the kind is text, or several sentences are."""
_STOPS = '.!?…"”’'
_CLIMB = 6
_MOST = 200
"""Boxes that are found by their words at most: a page that asks more often is none."""
_NODES = 300
"""Elements of a box that is found by its words at most."""
_LOOKED_AT = 50_000
"""Elements whose words are looked at, at most."""
_UNSEEN = ("script", "style")
_REPLY = re.compile(r"^\s*(?:reply|report(?: abuse| comment)?)\s*$", re.IGNORECASE)


def drop_boxes(tree: Any) -> bool:
    """Take the boxes out of a page, and return whether comments of readers were among them."""
    named = list(_named(tree))
    weights, headed = _weights(tree, set(named)), _above_headlines(tree)
    total = max(1, weights[tree])
    boxes = [one for one in named if not _is_text(one, share=weights.get(one, 0) / total, headed=one in headed)]
    commented = any(re.search("comment|disqus|conversation|respond", _names_of(one), re.IGNORECASE) for one in boxes)
    _drop(boxes)
    commented |= _drop_conversation(tree)
    _drop([*_asking(tree), *_pleas(tree)])
    return commented


def has_barrier(tree: Any) -> bool:
    """Tell whether a page says that the rest of its text is for those who pay or log in."""
    return any(_BARRIER.search(text) for _, text in _pieces(tree))


def _named(tree: Any) -> Iterator[Any]:
    """Yield what its tag, its role or its name tells to be a box."""
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in _KEPT:
            continue
        if element.tag in _TAGS or (element.get("role") or "").lower() in _ROLES or element.get("aria-modal") == "true":
            yield element
        elif element.tag not in _INLINE and any(_NAMES.match(name) for name in _names_of(element).split()):
            yield element
        elif element.tag == "span" and element.get("class") == "mw-editsection":
            yield element


def _names_of(element: Any) -> str:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"[:1000]
    return re.sub(r"(?<=[a-z])__?(?=[a-z])", "-", names)


def _is_text(element: Any, *, share: float, headed: bool) -> bool:
    """Tell whether a box holds the headline, or most of what the page says: then its name is not to be believed."""
    if element.tag in _TAGS or element.get("role") in ("dialog", "alertdialog"):
        return False
    return headed or (share > 0.5 and not _is_conversation(element))


def _is_conversation(element: Any) -> bool:
    return bool(re.search(r"\bcomments?\b|comment-?list|disqus", _names_of(element), re.IGNORECASE))


def _weights(tree: Any, wanted: set[Any]) -> dict[Any, int]:
    """Return how many code points the page and each wanted element have, in one walk."""
    from lxml.etree import iterwalk

    made: dict[Any, int] = {}
    seen = 0
    for event, element in iterwalk(tree, events=("start", "end")):
        if event == "start":
            if element in wanted:
                made[element] = -seen
            seen += len(element.text or "") if element.tag not in _UNSEEN else 0
        else:
            if element in made:
                made[element] += seen
            seen += len(element.tail or "")
    return {**made, tree: seen}


def _above_headlines(tree: Any) -> set[Any]:
    return {outer for headline in islice(tree.iter("h1"), _CLIMB) for outer in headline.iterancestors()}


def _drop(elements: Sequence[Any]) -> None:
    """Drop elements, and leave the words behind each: all of a parent in one go, for a text that grows by pieces is copied each time."""
    gone = set(elements)
    for parent in dict.fromkeys(element.getparent() for element in elements):
        if parent is not None:
            _drop_from(parent, gone)


def _drop_from(parent: Any, gone: set[Any]) -> None:
    before, words = None, [parent.text or ""]
    for child in list(parent):
        if child in gone:
            words.append(child.tail or "")
            parent.remove(child)
            continue
        _put(parent, before, words)
        before, words = child, [child.tail or ""]
    _put(parent, before, words)


def _put(parent: Any, before: Any, words: Sequence[str]) -> None:
    """Put words behind a child, or at the beginning; one piece stands there already."""
    if len(words) == 1:
        return
    if before is None:
        parent.text = "".join(words)
    else:
        before.tail = "".join(words)


def _drop_conversation(tree: Any) -> bool:
    """Drop what holds several things that can be replied to, but for a page that is nothing else: a forum."""
    controls = [
        element
        for element in tree.iter("a", "button")
        if element.text and len(element.text) < 40 and _REPLY.match(element.text)
    ]
    if len(controls) < 3:
        return False
    shared = set(controls[0].iterancestors())
    for control in controls[1:_MOST]:
        shared &= set(control.iterancestors())
    nearest = next((one for one in controls[0].iterancestors() if one in shared), None)
    if nearest is None or nearest.tag in _HOLDERS or nearest.find(".//h1") is not None:
        return False
    _drop([nearest])
    return True


def _asking(tree: Any) -> Iterator[Any]:
    """Yield the boxes that their words give away, each as large as it can be without text in it."""
    found = 0
    for element, text in _pieces(tree):
        if found >= _MOST:
            return
        if _BARRIER.search(text) or _ASKS.search(text):
            found += 1
            yield _box_of(element)


def _pleas(tree: Any) -> Iterator[Any]:
    """Yield what is shown only where no script runs, and asks for one."""
    for element in tree.iter("noscript"):
        words = short_text(element, most=_SMALL)
        if words and "javascript" in words.lower():
            yield element


def _pieces(tree: Any) -> Iterator[tuple[Any, str]]:
    """Yield the elements with words of their own, and these, if they are few enough for a box."""
    for element in islice(tree.iter(), _LOOKED_AT):
        if isinstance(element.tag, str) and element.tag not in ("title", "pre", *_UNSEEN, *_KEPT):
            text = short_text(element, most=_ASKED) if _own(element).strip() else None
            if text:
                yield element, text


def _own(element: Any) -> str:
    return (element.text or "") + "".join(child.tail or "" for child in element)


def own_length(element: Any) -> int:
    """Return how many code points of text stand in an element, its children apart."""
    return len(element.text or "") + sum(len(child.tail or "") for child in element)


def short_text(element: Any, *, most: int) -> str | None:
    """Return the words of an element, None if they are more than `most` code points or stand in very many elements."""
    if sum(1 for _ in islice(element.iter(), _NODES + 1)) > _NODES:
        return None
    parts, length = [], 0
    for piece in element.itertext():
        parts.append(piece)
        length += len(piece.strip())
        if length > most:
            return None
    return " ".join(" ".join(parts).split())


def _box_of(element: Any) -> Any:
    box = element
    for outer in list(element.iterancestors())[:_CLIMB]:
        if outer.tag in _HOLDERS or short_text(outer, most=_SMALL) is None or outer.find(".//h1") is not None:
            break
        if _is_text_beside(_others(outer)):
            break
        box = outer
    return box


def _others(outer: Any) -> Iterable[str]:
    """Return the words of each part of a would-be box."""
    yield _own(outer)
    for part in outer.iter("p", "li", "dd", "blockquote", "h2", "h3", "td", "div"):
        if part is not outer:
            yield _own(part) if len(part) else part.text or ""


def _is_text_beside(parts: Iterable[str]) -> bool:
    """Tell whether a would-be box has text: a long paragraph that asks for nothing, or as much in short sentences."""
    stated = 0
    for part in parts:
        words = part.strip()
        if not words or _BARRIER.search(words) or _ASKS.search(words):
            continue
        if len(words) >= _SENTENCE:
            return True
        stated += len(words) if words[-1] in _STOPS else 0
    return stated >= _SENTENCE
