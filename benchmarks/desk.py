"""What the desk costs: time and size of every page, and how it does with many users at once.

    python benchmarks/desk.py pages ledger.db [--first-paint]
    python benchmarks/desk.py crowd ledger.db --readers 50 --reviewers 4 --seconds 120

`pages` asks for every page of the navigation and for one of each kind behind it: the first answer after the desk has started, which
may say that something is still being counted, and the median of seven later ones, when it is counted. With `--first-paint` nothing is
waited for: of a large ledger the analyses are computed for minutes, and what a reader sees meanwhile is what counts.

`crowd` lets readers go from page to page and reviewers confirm sentences, all at once, against a copy of the ledger; at the end every
review that was answered must be in it.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx2 as httpx
from lxml import html

from demarche.ledger import Ledger

_LARGEST = 1_000_000
_SLOW = 1.0
_TIMES = 7


@contextmanager
def serving(ledger: str) -> Iterator[str]:
    """Yield the address of a desk that runs in a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "demarche", "serve", "--ledger", ledger, "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise SystemExit("the desk did not start")
        try:
            httpx.get(f"{address}/static/desk.css", timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the desk does not answer")


def list_pages(client: httpx.Client) -> list[str]:
    """Return the pages of the navigation, and of each a page behind it."""
    start = html.fromstring(client.get("/").content)
    pages = [str(link) for link in start.xpath("//nav[@aria-label='Pages']//a/@href")]
    behind = [_behind(client, page) for page in pages if page != "/"]
    searches = [
        "/search?words=treaty",
        "/moves?actor=AAA",
        "/moves?issue=territory&since=2016&until=2017",
        "/timeline?actor=AAA",
    ]
    return list(dict.fromkeys([*pages, *filter(None, behind), *searches]))


def _behind(client: httpx.Client, page: str) -> str | None:
    found = html.fromstring(client.get(page, timeout=120).content).xpath("//main//a/@href")
    deeper = [str(link).split("#")[0] for link in found if str(link).startswith(f"{page}/")]
    return deeper[0] if deeper else None


def time_pages(ledger: str, *, wait: bool = True) -> list[dict[str, Any]]:
    """Return for every page the seconds of the first answer and of later ones (median), and its bytes.

    Parameters
    ----------
    wait
        Ask again only when everything on a page is counted.
    """
    with serving(ledger) as address, httpx.Client(base_url=address, timeout=120) as client:
        pages = list_pages(client)
    with serving(ledger) as address, httpx.Client(base_url=address, timeout=120) as client:
        return [_time_page(client, page, wait=wait) for page in pages]


def _time_page(client: httpx.Client, page: str, *, wait: bool) -> dict[str, Any]:
    def ask() -> tuple[float, httpx.Response]:
        started = time.perf_counter()
        answer = client.get(page)
        return time.perf_counter() - started, answer

    first, _ = ask()
    while wait and 'http-equiv="refresh"' in ask()[1].text:
        time.sleep(1)
    later = [ask() for _ in range(_TIMES)]
    answer = later[-1][1]
    return {
        "page": page,
        "status": answer.status_code,
        "first": first,
        "later": statistics.median(seconds for seconds, _ in later),
        "bytes": len(answer.content),
        "counting": 'http-equiv="refresh"' in answer.text,
    }


@dataclass
class Crowd:
    """What came of many users at once."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    reviews: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page: str, seconds: float, status: int) -> None:
        """Keep an answer."""
        with self.lock:
            self.seconds.append(seconds)
            if status >= 400:
                self.errors.append(f"{status} {page}")


def crowd(ledger: str, *, readers: int, reviewers: int, seconds: float) -> Crowd:
    """Return how the desk answered so many users for so long."""
    made = Crowd()
    with serving(ledger) as address:
        with httpx.Client(base_url=address, timeout=120) as client:
            pages = [page for page in list_pages(client) if not page.startswith(("/review", "/ingest"))]
        end = time.monotonic() + seconds
        users = [
            threading.Thread(target=_read, args=(address, pages[n % len(pages) :] + pages, end, made))
            for n in range(readers)
        ]
        users += [threading.Thread(target=_review, args=(address, end, made)) for _ in range(reviewers)]
        for user in users:
            user.start()
        for user in users:
            user.join()
    return made


def _ask(client: httpx.Client, made: Crowd, page: str, data: dict[str, Any] | None = None) -> httpx.Response | None:
    started = time.perf_counter()
    try:
        answer = client.get(page) if data is None else client.post(page, data=data)
    except httpx.TransportError as error:
        with made.lock:
            made.errors.append(f"{type(error).__name__} {page}")
        return None
    made.note(page, time.perf_counter() - started, answer.status_code)
    return answer


def _read(address: str, pages: list[str], end: float, made: Crowd) -> None:
    with httpx.Client(base_url=address, timeout=120, follow_redirects=True) as client:
        while True:
            for page in pages:
                if time.monotonic() > end:
                    return
                _ask(client, made, page)
                time.sleep(1)  # people look at a page before they go on


def _review(address: str, end: float, made: Crowd) -> None:
    with httpx.Client(base_url=address, timeout=120, follow_redirects=True) as client:
        while time.monotonic() < end:
            shown = _ask(client, made, "/review/next?queue=random")
            form = _form(shown)
            if form is None:
                return
            answer = _ask(client, made, *form)
            if answer is not None and answer.status_code < 400:
                with made.lock:
                    made.reviews += 1
            time.sleep(2)


def _form(shown: httpx.Response | None) -> tuple[str, dict[str, Any]] | None:
    """Return the form by which a reviewer says that the coder was right, as a browser would send it."""
    if shown is None or shown.status_code >= 400:
        return None
    page = html.fromstring(shown.content)
    found = [form for form in page.forms if form.get("data-review") is not None]
    if not found:
        return None
    data: dict[str, Any] = {}
    for name, value in found[0].form_values():
        data.setdefault(name, []).append(value)
    # Only what the coder saw can be accepted; the places for missed moves stay empty.
    radios = [field for field in found[0].iter("input") if field.get("type") == "radio"]
    accepted = {str(field.get("name")): "accepted" for field in radios if field.get("value") == "accepted"}
    return urljoin(str(shown.url), found[0].get("action") or ""), data | accepted


def _copied(ledger: str) -> str:
    if "://" in ledger:
        raise SystemExit("crowd writes reviews: give the file of a ledger, which is copied first")
    copy = Path(tempfile.mkdtemp(prefix="desk-")) / "ledger.db"
    shutil.copy(ledger, copy)
    return str(copy)


def _count_reviews(ledger: str) -> int:
    with Ledger.open(ledger, create=False) as opened:
        return sum(1 for _ in opened.reviews())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["pages", "crowd"])
    parser.add_argument("ledger")
    parser.add_argument("--first-paint", action="store_true", help="do not wait until everything is counted")
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--reviewers", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=120)
    options = parser.parse_args()
    if options.what == "pages":
        for row in time_pages(options.ledger, wait=not options.first_paint):
            flag = " (being counted)" if row["counting"] else ""
            flag += " SLOW" if row["later"] > _SLOW else " SLOW AT FIRST" if row["first"] > _SLOW else ""
            flag += " LARGE" if row["bytes"] > _LARGEST else ""
            print(
                f"{row['first']:7.3f} s {row['later']:7.3f} s {row['bytes']:>9,} bytes  {row['status']} {row['page']}{flag}"
            )
        return
    copy = _copied(options.ledger)
    before = _count_reviews(copy)
    made = crowd(copy, readers=options.readers, reviewers=options.reviewers, seconds=options.seconds)
    kept = _count_reviews(copy) - before
    ordered = sorted(made.seconds)
    at = {share: ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 0.99)}
    print(
        f"{len(ordered)} answers, {len(made.errors)} errors; median {at[0.5]:.3f} s, p95 {at[0.95]:.3f} s, p99 {at[0.99]:.3f} s"
    )
    print(f"{made.reviews} reviews answered, {kept} in the ledger")
    for error in sorted(set(made.errors))[:20]:
        print(error)
    shutil.rmtree(Path(copy).parent)


if __name__ == "__main__":
    main()
