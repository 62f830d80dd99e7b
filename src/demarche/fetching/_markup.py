"""A piece of HTML, as feeds have it -> its paragraphs: in a feed all of it is the text, so that nothing has to be told from menus."""

from __future__ import annotations

import html

__all__ = ["page_of", "paragraphs"]

_BLOCKS = frozenset(
    "address article aside blockquote body br caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
    "header hr html li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_CELLS = frozenset(("td", "th"))
_UNSEEN = frozenset(
    "audio button embed iframe input math noscript object picture script select style svg template textarea video".split()
)


def paragraphs(markup: str) -> list[str]:
    """Return the paragraphs of a piece of HTML, without the markup in them.

    Examples
    --------
    >>> paragraphs("Kyiv <b>rejected</b> it.<br><br>Moscow waits.<script>x()</script>")
    ['Kyiv rejected it.', 'Moscow waits.']
    """
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    tree = etree.fromstring(f"<div>{markup}</div>".encode("utf-8", "replace"), parser)
    pieces: list[str] = []
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        name = element.tag if isinstance(element.tag, str) else ""
        if name in _BLOCKS:
            pieces.append("\n")
        elif name in _CELLS:
            pieces.append(" ")
        if event == "end":
            pieces.append(_flat(element.tail))
        elif name in _UNSEEN:
            walk.skip_subtree()
        else:
            pieces.append(_flat(element.text))
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return [line for line in lines if line]


def _flat(words: str | None) -> str:
    return (words or "").replace("\n", " ")


def page_of(markup: str) -> bytes | None:
    """Return the paragraphs as a page in UTF-8, None if there are none."""
    found = paragraphs(markup)
    if not found:
        return None
    inside = "\n".join(f"<p>{html.escape(words, quote=False)}</p>" for words in found)
    words = f'<!doctype html>\n<html><head><meta charset="utf-8"></head><body><article>\n{inside}\n</article></body></html>\n'
    return words.encode()
