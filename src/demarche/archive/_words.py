"""Words of the moves of an archive, found as a ledger in SQLite finds them: by the same stemmer.

DuckDB has its full-text search in an extension, which would have to be fetched, and which stems otherwise. So it only picks out the
moves in whose sentences the words can be; SQLite looks at those.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing

__all__ = ["find_words", "like_words"]


def like_words(terms: Sequence[str]) -> tuple[str, dict[str, str]]:
    """Return a condition that every sentence with the terms meets, and others too: it has their beginnings, which the stemmer leaves."""
    plain = [word.lower() for term in terms for word in term.split() if word.isascii() and word.isalnum()]
    starts = dict.fromkeys(word[: max(1, min(3, len(word) // 2))] for word in plain)
    parts = [f"contains(lower(strip_accents(sentence)), $start_{number})" for number in range(len(starts))]
    return " AND ".join(parts) or "true", {f"start_{number}": start for number, start in enumerate(starts)}


def find_words(rows: Iterable[Sequence[tuple[str, str]]], terms: Sequence[str]) -> Iterator[str]:
    """Yield the ids of the moves that have all terms, given pages of ids and words; one page is held at a time."""
    query = " ".join(f'"{term}"' for term in terms)
    with closing(sqlite3.connect(":memory:")) as page:
        page.execute(
            "CREATE VIRTUAL TABLE said USING fts5(id UNINDEXED, words, tokenize='porter unicode61 remove_diacritics 2')"
        )
        for part in rows:
            page.executemany("INSERT INTO said VALUES (?, ?)", part)
            yield from (row[0] for row in page.execute("SELECT id FROM said WHERE said MATCH ?", (query,)))
            page.execute("DELETE FROM said")
