"""The entries of a feed as bytes that have yet to be read; and feeds that lie in files, as an adapter of the sources."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from demarche.errors import InputError
from demarche.fetching._feeds import Entry, is_feed, read_feed
from demarche.model import Document, Failure, Raw

__all__ = ["FeedAdapter", "raw_entry"]

LARGEST = 64 * 2**20


def raw_entry(entry: Entry, feed: Raw) -> Raw | None:
    """Return the text of an entry as the bytes of a page, None where it has none.

    Parameters
    ----------
    feed
        What it was cut out of. Of the headers go along those that do not describe the bytes of the feed itself.
    """
    page = entry.page()
    if page is None:
        return None
    headers = tuple(
        (name, value) for name, value in feed.headers if not name.lower().startswith(("content-", "transfer-"))
    )
    inside = f"{feed.where}!/{entry.link or entry.key.hex()}"
    return Raw(
        where=inside if feed.address is None else entry.link or feed.where,
        name="entry.html",
        open=lambda: io.BytesIO(page),
        size=len(page),
        media_type="text/html",
        charset="utf-8",
        retrieved=feed.retrieved,
        address=feed.address,
        headers=headers,
        about=entry.about(),
    )


@dataclass(frozen=True, slots=True)
class FeedAdapter:
    """A feed in a file, in an archive, or at an address: each entry is a document. It fetches nothing."""

    name: str = "feed"
    suffixes: tuple[str, ...] = (".rss", ".atom", ".rdf")
    media_types: tuple[str, ...] = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")

    def recognises(self, head: bytes) -> bool:
        """Return whether a feed begins so."""
        return is_feed(head)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the entries."""
        with raw.open() as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise InputError(f"is larger than {LARGEST // 2**20} MiB; split it")
        feed = read_feed(data, address=raw.address or "", charset=raw.charset)
        for entry in feed:
            if (found := raw_entry(entry, raw)) is not None:
                yield found
        if feed.broken:
            yield Failure(where=raw.where, stage="sources", reason=feed.broken)
