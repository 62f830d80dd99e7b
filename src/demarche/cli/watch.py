"""``demarche watch``: follows feeds and folders into a ledger; ``demarche feeds``: what is known of the feeds."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import click

from demarche.cli._coder import ChosenCoder, coder_options
from demarche.cli._columns import columns_option
from demarche.cli._fetch import fetch_options, make_settings
from demarche.cli._keep_raw import ChosenArchive, keep_raw_option
from demarche.cli._ledger import ledger_option, open_ledger
from demarche.cli._output import open_output
from demarche.cli._status import EXIT_SOME
from demarche.cli._tally import Tally
from demarche.model import Failure
from demarche.model.custody import without_password

__all__ = ["feeds", "watch"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_LEAST = 10.0
"""Seconds."""
_MOST_TOLD = 10
"""Feeds that wait, a round."""

_state_option = click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where it is kept what was read; by default beside the ledger, LEDGER.feeds. A ledger in PostgreSQL needs it.",
)


def _parse_time(context: click.Context, parameter: click.Parameter, value: str) -> float:
    """Return the seconds of ``15m``."""
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)\s*([smhd]?)", value.strip())
    seconds = float(found[1]) * _UNITS[found[2] or "s"] if found else 0.0
    if not _LEAST <= seconds <= 30 * _UNITS["d"]:
        raise click.BadParameter("give a time from 10s to 30d, such as 90s, 15m, 6h or 1d")
    return seconds


@click.command()
@click.argument("inputs", nargs=-1, metavar="[FEED|FOLDER]...")
@ledger_option
@click.option(
    "--opml",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A list of feeds, as feed readers export it.",
)
@click.option("--once", is_flag=True, help="One round, then stop: for cron.")
@click.option(
    "--every",
    default="15m",
    show_default=True,
    callback=_parse_time,
    help="How often a feed is asked: 90s, 15m, 6h, 1d.",
)
@click.option("--pages", is_flag=True, help="Fetch the page of an entry whose text the feed does not have whole.")
@_state_option
@fetch_options
@columns_option
@coder_options
@keep_raw_option
@click.option("--gazetteer", multiple=True, metavar="PATH", help="File or folder with actors of your own, beside ours.")
def watch(
    inputs: tuple[str, ...],
    url: str,
    opml: tuple[Path, ...],
    once: bool,
    every: float,
    pages: bool,
    state: Path | None,
    fetching: dict[str, Any],
    columns: dict[str, str],
    coder: ChosenCoder,
    archive: ChosenArchive,
    gazetteer: tuple[str, ...],
) -> int:
    """Follow feeds and folders: what is new or changed in them is taken into the ledger, until Ctrl-C.

    FEED is the address of an RSS or Atom feed, FOLDER one on this machine. To name a feed is to ask for it to be fetched,
    again and again, politely; nothing else is fetched, and addresses inside your own network are refused.
    """
    from demarche import pipeline
    from demarche.fetching import Fetcher, State, Watcher

    addresses, folders = _sort_inputs(inputs, opml)
    archive.check(inputs)
    place = _state_path(url, state)
    settings = make_settings(fetching)
    known = pipeline.load_gazetteer(*gazetteer)
    tally, told = Tally(), set[tuple[str, float]]()
    with (
        _stopping() as stop,
        coder.open() as reader,
        open_ledger(url, create=True) as ledger,
        archive.open() as raw,
        State(place) as kept,
    ):
        watcher = Watcher(
            addresses,
            folders,
            fetcher=Fetcher(settings, stopped=stop.is_set),
            state=kept,
            every=every,
            pages=pages,
            ignored=[place, *_ledger_path(url)],
        )
        for round in _rounds(watcher, stop, once=once):
            found = pipeline.read_found(round, columns=columns, keep=raw is not None)
            before = tally.copy()
            taken = pipeline.ingest(found, ledger, reader=reader, gazetteer=known, archive=raw, batch=1)
            for made in tally.watch(taken):
                if coder.name and isinstance(made, Failure) and made.stage == "reading":
                    watcher.put_off()  # a language model that does not answer now may do so later
            _tell(watcher.count, tally, before, once=once)
            _tell_later(watcher.count, told)
    return _status(tally, watcher.count) if once else 0


def _status(tally: Tally, count: Any) -> int:
    """Return the exit code of one round: that no feed has anything new is no failure."""
    return EXIT_SOME if tally.failed and count.asked > count.failed else tally.status()


def _sort_inputs(inputs: Sequence[str], lists: Sequence[Path]) -> tuple[list[str], list[Path]]:
    """Return the addresses of feeds, and folders."""
    from demarche.pipeline import is_address

    addresses = [name for name in inputs if is_address(name)]
    folders = [Path(name) for name in inputs if not is_address(name)]
    for folder in folders:
        if not folder.is_dir():
            hint = "; a list of feeds is given with --opml" if folder.is_file() else ""
            raise click.UsageError(f"{folder} is neither a web address nor a folder{hint}")
    addresses += [feed.address for path in lists for feed in _read_list(path)]
    if not (addresses or folders):
        raise click.UsageError("name a feed or a folder, or give a list of feeds with --opml")
    return addresses, folders


def _read_list(path: Path) -> Sequence[Any]:
    from demarche.errors import InputError
    from demarche.fetching import read_opml

    try:
        return read_opml(path.read_bytes())
    except (InputError, OSError) as error:
        raise click.UsageError(f"{path}: {getattr(error, 'reason', None) or error}") from error


def _ledger_path(url: str) -> list[Path]:
    path = url.removeprefix("sqlite:///")
    return [] if "://" in path else [Path(path)]


def _state_path(url: str, given: Path | None) -> Path:
    beside = _ledger_path(url)
    if given is None and not beside:
        raise click.UsageError("say with --state FILE where it is kept what was read; nothing lies beside this ledger")
    return given or beside[0].with_name(beside[0].name + ".feeds")


class _Stop:
    """Whether somebody wants to stop. No lock: a signal comes in the middle of anything, of the taking of a lock too."""

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        self._asked = True

    def is_set(self) -> bool:
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody wants to stop; return whether that is so."""
        end = time.monotonic() + seconds
        while not self._asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))
        return self._asked


@contextmanager
def _stopping() -> Iterator[_Stop]:
    """Yield what Ctrl-C and SIGTERM set, so that the document in hand is finished; a second one does not wait for it."""
    stop = _Stop()

    def ask(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()
        os.write(
            2, b"demarche: stops after what is in hand; once more stops at once\n"
        )  # a stream may be in use just now

    if threading.current_thread() is not threading.main_thread():  # signals are for the main thread alone
        yield stop
        return
    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _rounds(watcher: Any, stop: _Stop, *, once: bool) -> Iterator[Any]:
    """Yield a round as often as one is due."""
    yield watcher.round(early=once)
    if once and watcher.count.waiting:  # who writes a file now has not long to go
        stop.wait(min(watcher.wait(), _LEAST))
        yield watcher.round()
    while not once and not stop.wait(watcher.wait()):
        yield watcher.round()


def _tell(count: Any, tally: Tally, before: Tally, *, once: bool) -> None:
    """Say on standard error what a round came to; one in which nothing was asked and nothing found is not worth a line."""
    failed = tally.failed - before.failed
    if not (count.asked or count.files or failed or once):
        return
    clock = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    words = [f"{count.asked} feeds asked ({count.unchanged} unchanged, {count.failed} failed)"] if count.asked else []
    words += [f"{count.entries} new entries", f"{count.updated} changed"] if count.asked else []
    words += [f"{count.files} files"] if count.files else []
    words += [f"{count.waiting} files not at rest"] if count.waiting else []
    words += [f"{tally.new - before.new} documents taken in with {tally.moves - before.moves} moves"]
    words += [f"{tally.known - before.known} were there, {failed} failures"]
    click.echo(f"demarche: {clock} {', '.join(words)}", err=True)


def _tell_later(count: Any, told: set[tuple[str, float]]) -> None:
    """Say which feeds wait until when, each wait once: those that fail, and where no feed was asked the first that is due."""
    from demarche.present import show_line

    failing = [feed for feed in count.later if feed.gone or feed.failures]
    lines = [f"{without_password(feed.address)}: {_later(feed)}" for feed in failing if _key(feed) not in told]
    well = [feed for feed in count.later if not (feed.gone or feed.failures)]
    if well and not count.asked and not told.issuperset(map(_key, well)):
        lines.append(f"{len(well)} feeds wait for their time; the first is asked at {_minutes(_next(well[0]))} UTC")
    more = len(lines) - _MOST_TOLD
    for line in lines[:_MOST_TOLD] + ([f"{more} feeds more wait; demarche feeds lists them"] if more > 0 else []):
        click.echo(f"demarche: {show_line(line)}", err=True)
    told.update(map(_key, count.later))


def _key(feed: Any) -> tuple[str, float]:
    return feed.address, feed.next


def _later(feed: Any) -> str:
    if feed.gone:
        return "is gone for good and not asked any more; demarche feeds --forget begins anew"
    return f"waits until {_minutes(_next(feed))} UTC after {feed.failures} failures in a row ({feed.reason})"


@click.command()
@ledger_option
@_state_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "opml"]),
    default="table",
    show_default=True,
    help="opml is a list for feed readers.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
@click.option("--forget", multiple=True, metavar="FEED", help="Forget a feed and what was read of it: it begins anew.")
def feeds(url: str, state: Path | None, form: str, output: str | None, forget: tuple[str, ...]) -> int:
    """List the feeds that were followed: when they answered last, what was taken, what is wrong, when they are asked next."""
    from demarche.errors import InputError
    from demarche.fetching import State

    place = _state_path(url, state)
    if not place.exists():
        raise InputError("is not there; demarche watch makes it", where=str(place))
    with State(place) as kept:
        for address in forget:
            if not kept.forget(address):
                raise InputError("is not known; demarche feeds lists those that are", where=address)
        known = kept.feeds()
    with open_output(output, binary=False) as file:
        _WRITERS[form](known, file)
    return 0


def _write_table(known: Sequence[Any], file: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    from demarche.present import show_line

    table = Table(box=None, pad_edge=False)
    for column in ("feed", "answered", "taken", "asked next", "what is wrong"):
        table.add_column(column, overflow="fold", min_width=10)
    for feed in known:
        name = f"{show_line(feed.title)}\n{show_line(feed.address)}" if feed.title else show_line(feed.address)
        table.add_row(name, _minutes(feed.answered), str(feed.entries), _minutes(_next(feed)), _wrong(feed))
    Console(file=file, highlight=False, markup=False).print(table)


def _minutes(time: str | None) -> str:
    """Return a time as people read it, in UTC."""
    return "never" if time is None else time[:16].replace("T", " ")


def _next(feed: Any) -> str | None:
    return None if feed.gone else datetime.fromtimestamp(feed.next, UTC).isoformat(timespec="seconds")


def _wrong(feed: Any) -> str:
    from demarche.present import show_line

    times = f"{feed.failures} times in a row: " if feed.failures > 1 else ""
    return times + show_line(feed.reason) if feed.reason else ""


def _write_lines(known: Sequence[Any], file: Any) -> None:
    for feed in known:
        record = {name: getattr(feed, name) for name in feed.__slots__ if name != "next"}
        file.write(json.dumps({**record, "next": _next(feed)}, ensure_ascii=False) + "\n")


def _write_opml(known: Sequence[Any], file: Any) -> None:
    from demarche.fetching import Subscription, write_opml

    file.write(write_opml(Subscription(feed.address, feed.title) for feed in known))


_WRITERS = {"table": _write_table, "jsonl": _write_lines, "opml": _write_opml}
