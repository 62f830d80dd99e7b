"""Words as the gazetteer compares them: no accents, no case, no dots; with the offsets and the case that the text has."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Token", "fold", "keys", "tokenise"]

_WORD = re.compile(r"[^\W_]+")
_SPECIAL = str.maketrans(
    {"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "đ": "d", "Đ": "d", "ı": "i", "ß": "ss", "æ": "ae", "Æ": "ae"}
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, its offsets in the document, and what it is compared by."""

    start: int
    end: int
    text: str
    key: str


def fold(word: str) -> str:
    """Return a word without accents and case.

    Examples
    --------
    >>> fold("Dorticós")
    'dorticos'
    """
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.translate(_SPECIAL))
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def keys(name: str) -> tuple[str, ...]:
    """Return the words of a name as they are compared."""
    if name.isascii():
        return tuple(_WORD.findall(name.lower()))
    return tuple(fold(word) for word in _WORD.findall(name))


def tokenise(text: str) -> list[Token]:
    """Return the words of a text in order; an apostrophe, a hyphen or a dot parts words."""
    return [Token(match.start(), match.end(), match.group(), fold(match.group())) for match in _WORD.finditer(text)]
