"""Markdown -> its words: headings, lists and tables as lines of text, links by their words, no marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from demarche.errors import InputError
from demarche.sources._text import keep_sane

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["MARKDOWN_STEP", "strip_markdown"]

MARKDOWN_STEP = f"markdown-it-py:{version('markdown-it-py')}"
_LARGEST = 2 * 2**20
"""Characters at most: what is made to take long takes 15 seconds a million."""
_FRONT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.{0,8000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_FIELD = re.compile(
    r"^(title|date|published|publisher|source|url|link)[ \t]*:[ \t]*(\S.*?)[ \t]*$", re.MULTILINE | re.I
)
_FIELDS = {"date": "published", "source": "publisher", "link": "url"}
_BLOCKS = frozenset({"paragraph_close", "heading_close", "tr_close"})


def strip_markdown(source: str) -> tuple[str, dict[str, str]]:
    r"""Return the words of Markdown, and what stands of it in front.

    Raises
    ------
    InputError
        If it is too large.

    Examples
    --------
    >>> strip_markdown("---\ntitle: Talks\n---\n# Kyiv *rejected* [the plan](https://example.org).\n")
    ('Kyiv rejected the plan.\n', {'title': 'Talks'})
    """
    if len(source) > _LARGEST:
        raise InputError(f"is Markdown of more than {_LARGEST // 2**20} Mi characters; split it, or name it .txt")
    from markdown_it import MarkdownIt

    front = _FRONT.match(source)
    tokens = (
        MarkdownIt("commonmark", {"html": True, "maxNesting": 20})
        .enable("table")
        .parse(source[front.end() if front else 0 :])
    )
    text = re.sub(r"\n{3,}", "\n\n", "".join(_words(tokens))).strip("\n")
    return (text + "\n" if text else "", _about(front[1]) if front else {})


def _about(front: str) -> dict[str, str]:
    found = {name.lower(): value.strip("\"'") for name, value in _FIELD.findall(front)}
    return keep_sane({_FIELDS.get(name, name): value for name, value in found.items()})


def _words(tokens: list[Token]) -> Iterator[str]:
    """Yield the words of blocks: an empty line between blocks, none between the items of a list or the rows of a table."""
    for token in tokens:
        if token.type == "inline":
            yield from _inline(token.children or [])
        elif token.type in ("fence", "code_block"):
            yield token.content.rstrip("\n") + "\n\n"
        elif token.type in ("td_close", "th_close"):
            yield "\t"
        elif token.type in _BLOCKS:
            yield "\n" if token.hidden or token.type == "tr_close" else "\n\n"
        elif token.type in ("bullet_list_close", "ordered_list_close", "table_close"):
            yield "\n"


def _inline(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield "\n"
        elif token.type == "image":
            yield from _inline(token.children or [])
        elif token.type in ("text", "code_inline", "text_special"):
            yield token.content
