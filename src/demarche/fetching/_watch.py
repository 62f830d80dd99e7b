"""Follows feeds and folders: what is new or changed in them, a round at a time.

What a round yields is noted as dealt with when the next is asked for. The caller writes it away in between, so that whatever ends the
process in the middle, the next one does again what was not written, and leaves out the rest.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from stat import S_ISREG

from demarche.errors import FetchError, InputError
from demarche.fetching._entries import raw_entry
from demarche.fetching._feeds import Entry, Feed, find_feeds, is_feed, read_feed
from demarche.fetching._fetcher import Answer, Fetcher
from demarche.fetching._state import FeedState, State, iso
from demarche.fetching._wire import Stopped
from demarche.model import Failure, Raw
from demarche.model.custody import without_password

__all__ = ["Item", "RoundCount", "Watcher", "fetch_all"]

Item = Raw | Failure
_Found = tuple[Item, Callable[[], None], Callable[[], None]]
"""What is new, what notes that it was dealt with, and what notes that it was put off."""
"""An item, and what is to be done when it has been dealt with."""

_AT_ONCE = 8
"""Feeds that are read in turn, so that the pause that one host wants is used for another."""
_DAY = 86_400.0
_VERSIONS = 20
"""Of one entry that are taken at most: some feeds count their comments in the text."""
_TRIES = 3
"""Rounds in which the page of an entry is tried before its summary is taken in its place."""
_PAGES = 200
"""Of one feed that are fetched in one round: the rest waits for the next, so that other feeds have their turn."""
_PATIENCE = 300.0
"""Seconds that the pages of one feed may take in one round, with the pauses that their hosts want."""
_UNFINISHED = ("~", ".part", ".partial", ".tmp", ".crdownload", ".download")
_LOOK = 10.0
"""Seconds between two looks into the folders, at least; a folder that takes long to look through is looked at less often."""
_Stamp = tuple[int, int]
"""Size and time of the last change of a file."""


@dataclass(slots=True)
class RoundCount:
    """What one round came to.

    Parameters
    ----------
    asked, unchanged, failed
        Feeds.
    entries, updated, files
        That were new, that were new versions, and that were new or changed.
    waiting
        Files that somebody may still be writing.
    later
        Feeds that are not asked again before a time, those that fail and those that are gone first.
    """

    asked: int = 0
    unchanged: int = 0
    failed: int = 0
    entries: int = 0
    updated: int = 0
    files: int = 0
    waiting: int = 0
    later: tuple[FeedState, ...] = ()


class Watcher:
    """Follows feeds and folders.

    Parameters
    ----------
    feeds, folders
        Addresses, and folders on this machine.
    state
        Where it is kept what was dealt with.
    every
        Seconds between two requests for a feed.
    pages
        Fetch the page of an entry whose text the feed does not have whole.
    quiet
        Seconds for which a file must not have changed.
    ignored
        Paths that are not read, nor what begins with them: the ledger itself.
    now
        Seconds since 1970.
    """

    def __init__(
        self,
        feeds: Sequence[str],
        folders: Sequence[Path],
        *,
        fetcher: Fetcher,
        state: State,
        every: float = 900.0,
        pages: bool = False,
        quiet: float = 5.0,
        ignored: Sequence[Path] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.count = RoundCount()
        self._feeds = tuple(dict.fromkeys(feeds))
        self._folders = tuple(folders)
        self._fetcher = fetcher
        self._state = state
        self._every = every
        self._pages = pages
        self._now = now
        self._alone: set[str] = set()
        self._again: set[str] = set()
        self._put_off = False
        self._refused: dict[str, float] = {}  # feed -> when it is tried again; what may be reached stays so in this run
        self._taken: dict[str, float] = {}
        self._look = _Folders(folders, quiet=quiet, ignored=ignored, state=state, now=now)

    def round(self, *, early: bool = False) -> Iterator[Item]:
        """Yield what is new: failures, and the raw bytes of entries, pages and files.

        Parameters
        ----------
        early
            Ask the feeds that are well before their time, too; those that fail or want to be left alone are not asked early.
        """
        self.count = RoundCount()
        self._alone.clear()
        self._again.clear()
        self._taken.clear()
        try:
            for item, settle, postpone in self._found(early=early):
                self._put_off = False
                yield item
                (postpone if self._put_off else settle)()
                if self._fetcher.stopped():
                    return
        except Stopped:
            return
        finally:
            self.count.later = self._later()

    def put_off(self) -> None:
        """Say of what was yielded last that it could not be dealt with for now: it comes again, an entry of a feed twice more at most."""
        self._put_off = True

    def _later(self) -> tuple[FeedState, ...]:
        known = [self._state.feed(feed) for feed in self._feeds]
        later = [feed for feed in known if feed.gone or feed.next > self._now()]
        return tuple(sorted(later, key=lambda feed: (not feed.gone, not feed.failures, feed.next)))

    def _found(self, *, early: bool) -> Iterator[_Found]:
        yield from _in_turn([self._follow(feed) for feed in self._due(early=early)])
        yield from self._look.new(self.count)

    def wait(self) -> float:
        """Return the seconds until the next round is due."""
        known = (self._state.feed(feed) for feed in self._feeds)
        feeds = [self._next(feed) - self._now() for feed in known if not feed.gone]
        folders = [self._look.pause] if self._folders else []
        return max(0.0, min([*feeds, *folders], default=_DAY))

    def _due(self, *, early: bool) -> list[FeedState]:
        known = [self._state.feed(feed) for feed in self._feeds]
        now = self._now()
        return [feed for feed in known if not feed.gone and (self._next(feed) <= now or (early and not feed.failures))]

    def _next(self, feed: FeedState) -> float:
        return max(feed.next, self._refused.get(feed.address, 0.0))

    def _follow(self, known: FeedState) -> Iterator[_Found]:
        """Yield what is new in one feed, and keep what was learnt when all of it has been dealt with."""
        self.count.asked += 1
        try:
            answer = self._fetcher.ask(known.address, etag=known.etag, modified=known.modified)
            if answer.status == 304:
                self.count.unchanged += 1
                self._state.keep(self._well(known, answer))
            else:
                yield from self._read(known, answer)
        except FetchError as error:
            yield self._ill(known, error), _nothing, _nothing
        except Stopped:
            raise
        except Exception as error:  # whatever a feed brings a parser to, it is this feed that is ill, and not the round
            reason = getattr(error, "reason", None) or f"cannot be read ({type(error).__name__}: {str(error)[:100]})"
            yield self._ill(known, FetchError(reason, where=without_password(known.address))), _nothing, _nothing

    def _read(self, known: FeedState, answer: Answer) -> Iterator[_Found]:
        feed = self._open(answer)
        keys, became = [], Counter[str]()
        for entry in feed:
            keys.append(entry.key)
            more = became["taken"] + became["postponed"] < _PAGES and self._taken.get(known.address, 0.0) < _PATIENCE
            became[(yield from self._take(known.address, entry, answer, more=more))] += 1
        if feed.broken and not keys:
            raise InputError(feed.broken)
        self._state.seen(known.address, keys, now=self._now())
        if (
            became["postponed"] or became["left"] or known.address in self._again
        ):  # the list must come again, although it stays what it is
            answer = replace(answer, headers=())
        kept = self._well(known, answer, ttl=feed.ttl)
        entries = known.entries + became["taken"]
        self._state.keep(replace(kept, title=feed.title or known.title, reason=feed.broken, entries=entries))

    def _open(self, answer: Answer) -> Feed:
        if not is_feed(answer.body[:4096]):
            named = ", ".join(find_feeds(answer.body, address=answer.address))
            raise InputError(f"is no feed; the page names these: {named}" if named else "is no feed in RSS or Atom")
        now = datetime.fromtimestamp(self._now(), UTC)
        return read_feed(answer.body, address=answer.address, charset=answer.raw().charset, now=now)

    def _take(self, feed: str, entry: Entry, answer: Answer, *, more: bool) -> Generator[_Found, None, str]:
        """Yield an entry that is new, or another than it was; return what became of it."""
        digest, versions, tries = self._state.entry(feed, entry.key) or (None, 0, 0)
        if digest == entry.digest or versions >= _VERSIONS:
            return "known"
        raw = None
        if self._pages and not entry.whole and entry.link:
            if not more:
                return "left"
            start = time.monotonic()
            try:
                raw = self._fetcher.fetch(entry.link, about=entry.about(), inner=answer.inner)
            except FetchError as error:
                if self._is_news(entry.link, error):
                    yield Failure(where=entry.link, stage="fetching", reason=error.reason), _nothing, _nothing
                if not error.lasting and tries + 1 < _TRIES:
                    self._state.tried(feed, entry.key, now=self._now())
                    return "postponed"
            finally:
                self._taken[feed] = self._taken.get(feed, 0.0) + time.monotonic() - start
        raw = raw or raw_entry(entry, answer.raw())
        note = partial(self._note, feed, entry, updated=digest is not None)
        if raw is None:
            note()
            return "empty"
        again = partial(self._put_back, feed, entry) if tries + 1 < _TRIES else note
        yield raw, note, again
        return "taken"

    def _put_back(self, feed: str, entry: Entry) -> None:
        self._state.tried(feed, entry.key, now=self._now())
        self._again.add(feed)

    def _is_news(self, link: str, error: FetchError) -> bool:
        """Return whether a failure is to be told: that a host wants to be left alone is told once a round."""
        host = link.partition("://")[2].partition("/")[0]
        told = error.wait is not None and host in self._alone
        if error.wait is not None:
            self._alone.add(host)
        return not told

    def _note(self, feed: str, entry: Entry, *, updated: bool) -> None:
        self.count.updated += updated
        self.count.entries += not updated
        self._state.done(feed, entry.key, entry.digest, now=self._now())

    def _well(self, known: FeedState, answer: Answer, *, ttl: float | None = None) -> FeedState:
        now = self._now()
        fresh = answer.status != 304
        return replace(
            known,
            etag=answer.header("etag") if fresh else known.etag,
            modified=answer.header("last-modified") if fresh else known.modified,
            next=now + max(self._every, ttl or 0.0),
            failures=0,
            reason=known.reason if not fresh else None,
            answered=iso(now),
        )

    def _ill(self, known: FeedState, error: FetchError) -> Failure:
        """Note that a feed failed: it is asked again after twice the time, a day at most; not at all if it is gone for good.

        What we refused ourselves is no failing of the server: the next run, which may allow more, asks it at once.
        """
        self.count.failed += 1
        if error.ours:
            self._refused[known.address] = self._now() + _DAY
            self._state.keep(replace(known, failures=0, reason=error.reason, next=self._now()))
            return Failure(where=error.where, stage="fetching", reason=error.reason)
        wait = min(_DAY, self._every * 2.0 ** min(known.failures + 1, 20))
        gone = error.status == 410
        self._state.keep(
            replace(
                known,
                failures=known.failures + 1,
                reason=error.reason,
                next=self._now() + max(wait, error.wait or 0.0),
                gone=gone,
            )
        )
        return Failure(where=error.where, stage="fetching", reason=error.reason)


def _nothing() -> None:
    """Do nothing: a failure needs no note."""


def fetch_all(addresses: Iterable[str], *, fetcher: Fetcher, pages: bool = False) -> Iterator[Raw | Failure]:
    """Yield what is at addresses, or failures in its place; of a feed each entry.

    Parameters
    ----------
    pages
        As of :class:`Watcher`.
    """
    for address in addresses:
        try:
            answer = fetcher.ask(address)
            if is_feed(answer.body[:4096]):
                yield from _entries(answer, fetcher, pages=pages)
            else:
                yield answer.raw()
        except FetchError as error:
            yield Failure(where=error.where, stage="fetching", reason=error.reason)
        except Stopped:
            raise
        except Exception as error:  # whatever an answer brings a parser to, the next address is asked all the same
            reason = getattr(error, "reason", None) or f"cannot be read ({type(error).__name__}: {str(error)[:100]})"
            yield Failure(where=without_password(address), stage="fetching", reason=reason)


def _entries(answer: Answer, fetcher: Fetcher, *, pages: bool) -> Iterator[Raw | Failure]:
    feed = read_feed(answer.body, address=answer.address, charset=answer.raw().charset)
    for entry in feed:
        raw = None
        if pages and not entry.whole and entry.link:
            try:
                raw = fetcher.fetch(entry.link, about=entry.about(), inner=answer.inner)
            except FetchError as error:
                yield Failure(where=entry.link, stage="fetching", reason=error.reason)
        if raw := raw or raw_entry(entry, answer.raw()):
            yield raw
    if feed.broken:
        yield Failure(where=answer.asked, stage="fetching", reason=feed.broken)


def _in_turn(streams: Sequence[Iterator[_Found]]) -> Iterator[_Found]:
    """Yield from streams in turn, a few of them at a time."""
    waiting = deque(streams)
    running: deque[Iterator[_Found]] = deque()
    try:
        while waiting or running:
            while waiting and len(running) < _AT_ONCE:
                running.append(waiting.popleft())
            stream = running.popleft()
            for item in stream:
                running.append(stream)
                yield item
                break
    finally:
        for stream in (*running, *waiting):
            close = getattr(stream, "close", None)
            if close:
                close()


def _leads_out(path: Path, folder: Path) -> bool:
    """Return whether a file is a link out of its folder: who puts files into it does not thereby read the rest of the machine."""
    return path.is_symlink() and not path.resolve().is_relative_to(folder.resolve())


def _raw_file(path: Path, size: int) -> Raw:
    return Raw(where=str(path), name=path.name, open=lambda: open(path, "rb"), size=size)


class _Folders:
    """Looks for files that are new or changed, and at rest."""

    def __init__(
        self,
        folders: Sequence[Path],
        *,
        quiet: float,
        ignored: Sequence[Path],
        state: State,
        now: Callable[[], float],
    ) -> None:
        self._folders = tuple(folders)
        self._quiet = quiet
        self._ignored = tuple(str(path.absolute()) for path in ignored)
        self._state = state
        self._now = now
        self._met: dict[str, tuple[_Stamp, float]] = {}
        self._missing: set[Path] = set()
        self.pause = _LOOK

    def new(self, count: RoundCount) -> Iterator[_Found]:
        """Yield the files, each of which is noted when it has been dealt with."""
        start = time.monotonic()
        found = [
            (path, stamp) for path, stamp in self._stamps() if not self._state.has_file(str(path.absolute()), *stamp)
        ]
        self._met = {str(path.absolute()): self._since(str(path.absolute()), stamp) for path, stamp in found}
        self.pause = max(_LOOK, 20 * (time.monotonic() - start))
        for path, stamp in found:
            if self._is_at_rest(str(path.absolute()), stamp):
                count.files += 1
                yield _raw_file(path, stamp[0]), partial(self._state.did_file, str(path.absolute()), *stamp), _nothing
            else:
                count.waiting += 1
                self.pause = max(self._quiet, 0.1)
        yield from ((failure, _nothing, _nothing) for failure in self._lost())

    def _since(self, path: str, stamp: _Stamp) -> tuple[_Stamp, float]:
        before = self._met.get(path)
        return before if before and before[0] == stamp else (stamp, self._now())

    def _is_at_rest(self, path: str, stamp: _Stamp) -> bool:
        """Return whether a file was last changed long enough ago, by its own time or, where that is of another clock, by ours."""
        return min(stamp[1] / 1e9, self._met[path][1]) + self._quiet <= self._now()

    def _stamps(self) -> Iterator[tuple[Path, _Stamp]]:
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                if self._is_passed_over(path, folder):
                    continue
                try:
                    found = path.stat()
                except OSError:
                    continue  # it has gone again
                if S_ISREG(found.st_mode) and not _leads_out(path, folder):
                    yield path, (found.st_size, found.st_mtime_ns)

    def _is_passed_over(self, path: Path, folder: Path) -> bool:
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        ours = str(path.absolute()).startswith(self._ignored)
        return hidden or ours or path.name.endswith(_UNFINISHED)

    def _lost(self) -> Iterator[Failure]:
        """Yield a failure for a folder that is not there, once."""
        missing = {folder for folder in self._folders if not folder.is_dir()}
        for folder in sorted(missing - self._missing):
            yield Failure(where=str(folder), stage="fetching", reason="is no folder; it is looked for again")
        self._missing = missing
