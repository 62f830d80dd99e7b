"""Tells a text in another language apart, so that it is not coded as if it were English."""

from __future__ import annotations

import re

__all__ = ["detect_language"]

_LETTERS = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_ENOUGH = 60
"""Letters below which only the script tells: a headline is too short to tell English from its neighbours."""
_SAMPLE = 4000
_ENGLISH = frozenset(
    "the and that with from which their would were have has been this said by after who not its they there these".split()
)
"""Function words that no other language has in such number."""
_NEAR = frozenset({"pcm", "sco"})
"""What the identifier takes English with many foreign names for."""


def detect_language(text: str) -> str | None:
    """Return the ISO 639-1 code of the language of `text`, None where it is too short or has no letters.

    Examples
    --------
    >>> detect_language("Москва отвергла предложение о прекращении огня и потребовала новых переговоров в Стамбуле.")
    'ru'
    >>> detect_language("Putin rejects plan") is None
    True
    """
    sample = text[:_SAMPLE] + " " + text[len(text) // 2 : len(text) // 2 + _SAMPLE] if len(text) > _SAMPLE else text
    letters = _LETTERS.findall(sample)
    if not letters:
        return None
    latin = len(_LATIN.findall("".join(letters))) / len(letters)
    if latin > 0.5 and len(letters) < _ENOUGH:
        return None
    if _plainly_english(sample):
        return "en"
    from py3langid import classify

    language = str(classify(sample)[0])
    return "en" if language in _NEAR else language


def _plainly_english(sample: str) -> bool:
    """Return whether English function words alone settle it: loading the identifier takes longer than coding a page."""
    words = re.findall(r"[a-z']+", sample.lower())
    return sum(word in _ENGLISH for word in words) >= max(2, 0.1 * len(words))
