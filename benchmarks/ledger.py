"""What a ledger costs: time to take in, size, and time of its views at a number of generated moves.

    python benchmarks/ledger.py --moves 1000000 ledger.db
    python benchmarks/ledger.py --moves 1000000 postgresql://user@host/database

The documents are generated, each of ten sentences with a move in every one, over ten years and two hundred states; the network
is left out. Times are medians of five, of a ledger that was just opened; nothing is compared with another run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from demarche.codebook import load_codebook
from demarche.ledger import Ledger
from demarche.model import Act, CodedDocument, Mention, Move, MoveFilter
from demarche.testing import make_coded, make_move

_STATES = [f"{a}{b}{c}" for a in "ABCDE" for b in "ABCDEFGH" for c in "ABCDE"]
_WORDS = "treaty border convoy ministers harbour sanctions exercise envoy ceasefire prisoners pipeline election".split()
_RARE = [f"{first}{last}" for first in ("".join(pair) for pair in product("bdfgklmnprst", "aeiou")) for last in _WORDS]
"""Words that few texts share, so that generated texts are as unlike one another as real ones."""
_EACH = 10
_START = date(2015, 1, 1)


def documents(moves: int) -> Iterator[CodedDocument]:
    """Yield generated documents with so many moves in all."""
    draw = random.Random(1)
    acts, issues = [act.value for act in Act], sorted(load_codebook().issues)
    for number in range(moves // _EACH):
        day = (_START + timedelta(days=draw.randrange(3650))).isoformat()
        lines, made, start = [], [], 0
        for _ in range(_EACH):
            actor, recipient = draw.sample(_STATES, 2)
            about = " ".join([*draw.choices(_WORDS, k=2), *draw.choices(_RARE, k=6)]) + f" {draw.randrange(10**6)}"
            line = f"{actor} told {recipient} of {about}."
            move = make_move(
                line, "told", act=draw.choice(acts), issue=draw.choice(issues), actors=[actor], recipients=[recipient],
                content=about, document=f"d{number}", start=start,
            )  # fmt: skip
            made.append(_resolved(move, day))
            lines.append(line)
            start += len(line) + 1
        yield make_coded("\n".join(lines), made, id=f"d{number}", published=day, publisher=f"Outlet {number % 40}")


def _resolved(move: Move, day: str) -> Move:
    def known(mention: Mention) -> Mention:
        return replace(mention, id=mention.span.text, sector="GOV", name=mention.span.text, link="name")

    return replace(
        move,
        published=day,
        date=day,
        date_precision="day",
        date_basis="published",
        actors=tuple(map(known, move.actors)),
        recipients=tuple(map(known, move.recipients)),
    )


def views(ledger: Ledger) -> dict[str, Callable[[], Any]]:
    """Return the questions that a user asks, by name."""

    def first(**wanted: Any) -> Callable[[], Any]:
        return lambda: list(ledger.moves(MoveFilter(**wanted), limit=50))

    return {
        "first 50 moves": first(),
        "50 of an actor": first(actor="AAA"),
        "50 of an act and a month": first(act="threaten", since="2019-05", until="2019-05"),
        "50 of an issue": first(issue="ceasefire"),
        "50 of a publisher in a month": first(publisher="Outlet 7", since="2019-05", until="2019-05"),
        "50 of two words": first(words="convoy harbour"),
        "50 of a number": first(words="123456"),
        "documents of a word": lambda: ledger.documents("123456", limit=50),
        "count by act": lambda: ledger.count("act"),
        "count by act in a month": lambda: ledger.count("act", MoveFilter(since="2019-05", until="2019-05")),
        "count by actor": lambda: ledger.count("actor"),
        "occasions of a month": lambda: ledger.occasions(MoveFilter(since="2019-05", until="2019-05")),
        "open mentions": lambda: ledger.open_mentions(limit=50),
        "overview": ledger.overview,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("url")
    parser.add_argument("--moves", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with Ledger.open(options.url) as ledger:
        if not ledger.overview().documents:
            _fill(ledger, options.moves)
    if Path(options.url).exists():
        print(f"size {Path(options.url).stat().st_size / options.moves:.0f} bytes a move")
    with Ledger.open(options.url) as ledger:
        for name, ask in views(ledger).items():
            print(f"{name:32} {_median(ask, options.repeat) * 1000:9.1f} ms", flush=True)


def _fill(ledger: Ledger, moves: int) -> None:
    spent, number = 0.0, 0
    for number, document in enumerate(documents(moves), start=1):
        started = time.perf_counter()
        ledger.add(document)
        spent += time.perf_counter() - started
        if number % 10_000 == 0:
            print(f"{number} documents, {spent / number * 1000:.2f} ms each", flush=True)
    print(f"taken in: {spent / max(1, number) * 1000:.2f} ms a document, {spent / moves * 1000:.3f} ms a move")


def _median(ask: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    main()
