"""Copies: near-duplicates, texts that share most of their three-word sequences, as agencies' copies and re-edited copies do.

MinHash after A. Broder, "On the resemblance and containment of documents" (1997), with banding to find candidates.
The permutations are fixed here, not taken from a library, because the bands are stored: a ledger must mean the same
in ten years.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from datetime import date
from itertools import islice

import numpy as np
from numpy.typing import NDArray

__all__ = ["APART", "COMPARED", "SAME_TEXT", "are_copies", "are_near", "are_same", "bands", "shingles"]

_WORD = re.compile(r"\w+")
_SIZE = 3
_BANDS = 40
_ROWS = 3
_PRIME = np.uint64(2**31 - 1)
"""Below 2^32, so that the products stay within 64 bits."""
_SEED = np.random.Generator(np.random.PCG64(1997))
_FACTORS = _SEED.integers(1, 2**31 - 1, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
_SHIFTS = _SEED.integers(0, 2**31 - 1, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
_HASHED = 128
"""Shingles that are hashed at a time: few enough that what comes of it stays close to the processor."""
_MOST = 50_000
"""Shingles of a text that are hashed: a bound on memory; a longer text is told by its first part."""
_LONG = 1_000_000
"""Characters of a text from which its words are taken one after the other."""

SAME = 0.3
"""Share of common shingles from which two texts are copies (Jaccard). In the Cuba dossier copies have 0.36 and more, all
other pairs below 0.03."""
WITHIN = 0.6
"""Share of the shorter text's shingles in the longer one from which the one is a cut copy of the other."""

SAME_TEXT = 0.9
"""Share of common shingles from which a copy is all but the same text."""
APART = 10
"""Days between the publication of two copies at most: a text printed again months later is a new occasion."""
COMPARED = 30
"""Candidates for copies that are compared at most: those that share most bands, of these the earliest."""


def shingles(text: str) -> frozenset[int]:
    """Return the hashes of all sequences of three words; of a text of fewer words that of all of them."""
    words = [word.casefold() for word in _words(text)]
    count = max(1, min(len(words) - _SIZE + 1, _MOST))
    parts = (" ".join(words[start : start + _SIZE]) for start in range(count))
    return frozenset(zlib.crc32(part.encode("utf-8", "surrogatepass")) for part in parts)


def _words(text: str) -> list[str]:
    """Return the words of a text, of a long one no more than are told of it: all would take many times its memory."""
    if len(text) < _LONG:
        return _WORD.findall(text)  # a third quicker
    return [found[0] for found in islice(_WORD.finditer(text), _MOST + _SIZE - 1)]


def bands(found: frozenset[int]) -> list[int]:
    """Return 40 numbers of 63 bits; two texts that share one are candidates for copies.

    A pair with Jaccard s shares one with probability 1 - (1 - s^3)^40: 0.995 at 0.5, 0.85 at 0.36, 0.0003 at 0.02.
    """
    values: NDArray[np.uint64] = np.fromiter(found, dtype=np.uint64, count=len(found)) % _PRIME
    least = np.full(_BANDS * _ROWS, _PRIME, dtype=np.uint64)
    for start in range(0, len(values), _HASHED):
        least = np.minimum(least, _permuted(values[None, start : start + _HASHED]).min(axis=1))
    made = []
    for number, row in enumerate(least.reshape(_BANDS, _ROWS)):
        digest = hashlib.blake2b(row.tobytes(), digest_size=8, salt=number.to_bytes(2, "big")).digest()
        made.append(int.from_bytes(digest, "big") >> 1)
    return made


def _permuted(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return (values * factors + shifts) modulo the prime, without a division: 2^31 is 1 modulo 2^31 - 1."""
    made = values * _FACTORS
    made += _SHIFTS
    for _ in range(2):
        above = made >> np.uint64(31)
        made &= _PRIME
        made += above
    least: NDArray[np.uint64] = np.minimum(made, made - _PRIME)  # of the prime itself 0: what is less wraps around
    return least


def are_copies(first: frozenset[int], second: frozenset[int]) -> bool:
    """Tell whether two texts, given by their shingles, are copies of one another.

    Examples
    --------
    >>> told = "Boarding parties from two destroyers searched the freighter this morning and found nothing"
    >>> are_copies(shingles(told), shingles(told + ", the Navy said."))
    True
    >>> are_copies(shingles(told), shingles("Nothing was found when men of two warships went aboard, said the Navy."))
    False
    """
    common = len(first & second)
    return common >= SAME * len(first | second) or (common >= WITHIN * min(len(first), len(second)) and common > 20)


def are_same(first: frozenset[int], second: frozenset[int]) -> bool:
    """Tell whether two copies are all but the same text; the bands of the second are not needed to find further ones."""
    return len(first & second) >= SAME_TEXT * len(first | second)


def are_near(first: str | None, second: str | None) -> bool:
    """Tell whether two texts can be copies by when they were published; one of unknown date, or of no certain day, can be anything's.

    Examples
    --------
    >>> are_near("1962-10-22", "1962-10-25T08:00"), are_near("1962-10-22", "1962-12-01"), are_near("1962", None)
    (True, False, True)
    """
    try:
        apart = date.fromisoformat((first or "")[:10]) - date.fromisoformat((second or "")[:10])
    except ValueError:
        return True
    return abs(apart.days) <= APART
