"""What it costs to follow a feed of many entries: seconds of CPU and memory, from a server on loopback to documents.

    python benchmarks/feeds.py --entries 10000

Measured are, each in a process of its own: to read the feed alone (ours, and feedparser where it is installed); a first round, in
which every entry is new, is handed over and noted; a second round, in which the server sends all again and one is new; and what it
takes beyond that to make documents of a thousand entries. The coder and the ledger are left out. Memory is what the process grew by
at its peak beyond what it had loaded before it began.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from demarche.fetching import Fetcher, FetchSettings, State, Watcher, fetch_all, read_feed
from demarche.model import Document
from demarche.pipeline import read_found

_WORDS = (
    "The delegation {n} rejected the demand to open the border before the talks, and the minister repeated offer {n}. "
)
_SPACES = 'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def feed(entries: int, *, first: int = 0) -> bytes:
    """Return a feed of so many entries, each of about 700 bytes."""
    items = (
        f"<item><title>Report {n}</title><link>https://wire.example/{n}</link><guid isPermaLink='false'>g{n}</guid>"
        f"<pubDate>Thu, 27 Nov 2025 10:00:00 GMT</pubDate><dc:creator>A. Writer</dc:creator><description>Report {n} in short</description>"
        f"<content:encoded><![CDATA[<p>{_WORDS.format(n=n) * 2}</p><p>{_WORDS.format(n=n)}</p>]]></content:encoded></item>"
        for n in range(first, first + entries)
    )
    head = f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {_SPACES}><channel><title>The Wire</title>'
    return f"{head}{''.join(items)}</channel></rss>".encode()


def read_ours(data: bytes) -> int:
    return sum(1 for _ in read_feed(data, address="https://wire.example/feed"))


def read_theirs(data: bytes) -> int:
    import feedparser

    return len(feedparser.parse(data).entries)


class Wire:
    """A server on loopback with one feed."""

    def __init__(self) -> None:
        self.data = b""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(outer.data)))
                self.end_headers()
                self.wfile.write(outer.data)

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/feed"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def follow(entries: int) -> dict[str, dict[str, float]]:
    """Return what two rounds took."""
    wire = Wire()
    settings = FetchSettings(allow=("127.0.0.1",), robots=False, interval=0.0)
    with tempfile.TemporaryDirectory() as folder, State(Path(folder) / "x.feeds") as state:
        watcher = Watcher([wire.address], [], fetcher=Fetcher(settings), state=state)
        wire.data = feed(1, first=entries)
        list(read_found(watcher.round()))  # what loads once is no part of it
        rounds = {}
        for name, first in (("first round", 0), ("second round", -1)):
            wire.data = feed(entries, first=first)
            rounds[name] = measured(lambda: sum(1 for _ in watcher.round(early=True)))
    raws = [raw for raw in fetch_all([wire.address], fetcher=Fetcher(settings))][:1000]
    rounds["to documents"] = measured(lambda: sum(isinstance(made, Document) for made in read_found(raws)))
    return rounds


def measured(work: Callable[[], int]) -> dict[str, float]:
    """Return what a piece of work took."""
    work_before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start, cpu = time.perf_counter(), time.process_time()
    found = work()
    return {
        "found": found,
        "cpu": time.process_time() - cpu,
        "wall": time.perf_counter() - start,
        "mib": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - work_before) / 1024,
    }


def alone(parser: str, entries: int) -> dict[str, float]:
    """Return what it takes to read the feed with one parser."""
    data = feed(entries)
    work = {"ours": read_ours, "feedparser": read_theirs}[parser]
    work(feed(1))
    return measured(lambda: work(data))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--only", choices=["ours", "feedparser", "follow"], help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.only:
        found = follow(given.entries) if given.only == "follow" else alone(given.only, given.entries)
        print(json.dumps(found))
        return
    results: dict[str, dict[str, float]] = {}
    for name in ("ours", "feedparser", "follow"):
        command = [sys.executable, __file__, "--entries", str(given.entries), "--only", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            found = json.loads(done.stdout)
            results |= found if name == "follow" else {f"read by {name}": found}
        else:
            print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
    print(f"{given.entries} entries, {len(feed(given.entries)) / 2**20:.1f} MiB")
    for name, figures in results.items():
        seen = figures["found"] if name == "to documents" else given.entries
        each = figures["cpu"] / seen
        ratio = each * given.entries / results["read by ours"]["cpu"]
        print(
            f"{name:20} {figures['found']:6.0f} found {figures['cpu']:7.2f} s CPU {1 / each:8.0f} entries/s "
            f"{ratio:6.1f} x reading {figures['mib']:6.0f} MiB"
        )


if __name__ == "__main__":
    main()
