"""The words of a phrase, and the form in which names are compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import normalize

__all__ = ["Word", "fold_all", "key", "split_words"]

_LETTER = r"[^\W_]"
_WORD = re.compile(rf"{_LETTER}(?:{_LETTER}|[.'’‘ʼʻ`](?={_LETTER}))*")
_PLAIN = str.maketrans("’‘ʼʻ`ıłđøəðħŧ", "'''''ildoedht")
_MARKS = re.compile("[\u0300-\u036f\u02b0-\u02ff]")
_POSSESSIVE = re.compile(r"'s\b")
_POINTS = re.compile("[.']")
_BETWEEN = re.compile("[^a-z0-9\n\x80-\U0010ffff]+")
_SHORT = re.compile(r"\b(?:saint|mt|ft)\b")
_FULL = {"saint": "st", "mt": "mount", "ft": "fort"}
_ARTICLE = "the"
_ARTICLES = re.compile(rf" ?\b{_ARTICLE}\b ?")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a phrase: as it stands, as it is compared, and what stands between it and the one before."""

    text: str
    folded: str
    before: str

    @property
    def capital(self) -> bool:
        """Whether it is written like a name: a capital or a digit first."""
        return self.text[0].isupper() or self.text[0].isdigit()


def fold_all(names: Sequence[str]) -> list[str]:
    """Return names as they are kept: no case, marks, apostrophes, possessives or articles; all at once, because they are many.

    Examples
    --------
    >>> fold_all(["The Bab al-Mandab", "Saint-Étienne", "Cox's Bazar"])
    ['bab al mandab', 'st etienne', 'cox bazar']
    """
    folded = _ARTICLES.sub(" ", _fold("\n".join(name.replace("\n", " ") for name in names)))
    return [name.strip() for name in folded.split("\n")]


def _fold(text: str) -> str:
    """Return a text as it is compared. Letters that are not Latin stay, so that what has them is like no name."""
    text = text.casefold().translate(_PLAIN)
    if not text.isascii():
        text = _MARKS.sub("", normalize("NFKD", text))
    text = _BETWEEN.sub(" ", _POINTS.sub("", _POSSESSIVE.sub("", text)))
    return _SHORT.sub(lambda found: _FULL[found.group()], text)


def split_words(phrase: str) -> list[Word]:
    """Return the words of a phrase; hyphens part words, full stops and apostrophes within a word do not."""
    words, end = [], 0
    for found in _WORD.finditer(phrase):
        folded = _fold(found.group()).strip()
        if folded:
            words.append(Word(found.group(), folded, phrase[end : found.start()]))
            end = found.end()
    return words


def key(words: Iterable[str]) -> str:
    """Return the form under which a name of several words is kept; articles do not count.

    Examples
    --------
    >>> key(word.folded for word in split_words("the Bab al-Mandab"))
    'bab al mandab'
    """
    return " ".join(word for word in words if word != _ARTICLE)
