"""What a ledger costs: time to take in, size, and time of its views at a number of generated moves.

    python benchmarks/ledger.py --moves 1000000 ledger.db
    python benchmarks/ledger.py --moves 1000000 postgresql://user@host/database

A ledger that is there already is only asked, so that its file can be kept for the next time.

The documents are generated, each of ten sentences with a move in every one, over ten years and two hundred states, of which some are
named far more often than others; one document in five is a copy of the one before, one move in five cites somebody, one party in
fifty is not resolved. The network is left out. Times are medians of five, of a ledger that was just opened; nothing is compared
with another run.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
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
_ACTS = [act.value for act in Act]
_ISSUES = sorted(load_codebook().issues)
_EACH = 10
_COPIES = 5
_START = date(2015, 1, 1)
_SHARES = [1 / rank for rank in range(1, len(_STATES) + 1)]


def documents(moves: int) -> Iterator[CodedDocument]:
    """Yield generated documents with so many moves in all."""
    draw = random.Random(1)
    told: list[tuple[str, dict[str, Any]]] = []
    day = _START.isoformat()
    for number in range(moves // _EACH):
        copied = number % _COPIES == _COPIES - 1
        if not copied:
            day = (_START + timedelta(days=draw.randrange(3650))).isoformat()
            told = [_told(draw) for _ in range(_EACH)]
        lines, made, start = [], [], 0
        for line, parts in told:
            made.append(_resolved(make_move(line, "told", document=f"d{number}", start=start, **parts), day, draw))
            lines.append(line)
            start += len(line) + 1
        text = "\n".join([*lines, f"Copied for outlet {number % 40}."] if copied else lines)
        yield make_coded(text, made, id=f"d{number}", published=day, publisher=f"Outlet {number % 40}")


def _told(draw: random.Random) -> tuple[str, dict[str, Any]]:
    """Return a sentence, and what it tells as :func:`make_move` takes it."""
    actor, recipient, source = draw.choices(_STATES, _SHARES, k=3)
    about = " ".join([*draw.choices(_WORDS, k=2), *draw.choices(_RARE, k=6)]) + f" {draw.randrange(10**6)}"
    cites = draw.random() < 0.2
    line = f"{actor} told {recipient} of {about}" + (f", said {source} itself." if cites else ".")
    parts = {"act": draw.choice(_ACTS), "issue": draw.choice(_ISSUES), "actors": [actor], "recipients": [recipient]}
    return line, {**parts, "content": about, **({"source": f"{source} itself"} if cites else {})}


def _resolved(move: Move, day: str, draw: random.Random) -> Move:
    def known(mention: Mention) -> Mention:
        if draw.random() < 0.02:
            return mention
        state = mention.span.text[:3]
        return replace(mention, id=state, sector="GOV", name=state, link="name")

    return replace(
        move,
        published=day,
        date=day,
        date_precision="day",
        date_basis="published",
        actors=tuple(map(known, move.actors)),
        recipients=tuple(map(known, move.recipients)),
        source=move.source and known(move.source),
    )


def views(ledger: Ledger) -> dict[str, Callable[[], Any]]:
    """Return the questions that a user asks on the command line, by name."""

    def first(**wanted: Any) -> Callable[[], Any]:
        return lambda: list(ledger.moves(MoveFilter(**wanted), limit=50))

    return {
        "first 50 moves": first(),
        "50 of a frequent actor": first(actor="AAA"),
        "50 of a rare actor": first(actor="EHE"),
        "50 of two actors": first(actor="AAA", recipient="EHE"),
        "50 that cite somebody": first(source="AAB"),
        "50 of an act and a month": first(act="threaten", since="2019-05", until="2019-05"),
        "50 of an issue": first(issue="ceasefire"),
        "50 of an act, an issue and a status": first(act="threaten", issue="ceasefire", status="actual"),
        "50 of a quad class": first(quad=4),
        "50 of a publisher in a month": first(publisher="Outlet 7", since="2019-05", until="2019-05"),
        "50 of a word in a seventh": first(words="convoy"),
        "50 of two words": first(words="convoy harbour"),
        "50 of a number": first(words="123456"),
        "documents of a word": lambda: ledger.documents("123456", limit=50),
        "count by act": lambda: ledger.count("act"),
        "count by act in a month": lambda: ledger.count("act", MoveFilter(since="2019-05", until="2019-05")),
        "count by act of an actor": lambda: ledger.count("act", MoveFilter(actor="AAA")),
        "count by actor": lambda: ledger.count("actor"),
        "count by actor of an issue": lambda: ledger.count("actor", MoveFilter(issue="ceasefire")),
        "count by act of a voice (all moves)": lambda: ledger.count("act", MoveFilter(voice="report")),
        "occasions of a month": lambda: ledger.occasions(MoveFilter(since="2019-05", until="2019-05")),
        "occasions": lambda: ledger.occasions(limit=10),
        "open mentions": lambda: ledger.open_mentions(limit=50),
        "overview": ledger.overview,
    }


def pages(ledger: Ledger) -> dict[str, Callable[[], Any]]:
    """Return what the pages of the desk ask beside, by name."""
    kept = ledger.moves(MoveFilter(since="2019-05"), limit=1)
    move = next(kept)
    document, start, end = move.move.document, move.move.sentence.start, move.move.sentence.end
    ids = tuple(found.move.id for found in ledger.moves(limit=50, offset=1000))
    asked: dict[str, Callable[[], Any]] = {
        "head": ledger.head,
        "coders": ledger.coders,
        "moves: 50 of 50 ids": lambda: list(ledger.moves(MoveFilter(moves=ids))),
        "moves: 50 after one in the middle": lambda: list(ledger.moves(limit=50, after=move.move.id)),
        "moves: 50 from the 500,000th": lambda: list(ledger.moves(limit=50, offset=500_000)),
        "move: itself": lambda: ledger.move(move.move.id),
        "move: same cluster": lambda: ledger.cluster_moves(move.move.id),
        "move: same occasion": lambda: ledger.occasion_moves(move.move.id),
        "move: history": lambda: ledger.move_history(move.move.id),
        "move: sentences around": lambda: ledger.neighbours(document, start, end),
        "document: sentences": lambda: ledger.sentences(document),
        "document: its moves": lambda: list(ledger.moves(MoveFilter(document=document))),
        "documents: first 50": lambda: ledger.document_listing(limit=50),
        "documents: 50 from the 90,000th": lambda: ledger.document_listing(limit=50, offset=90_000),
        "documents: how many": ledger.count_documents,
        "documents: how many of a common word": lambda: ledger.count_documents("convoy"),
        "search: a common word": lambda: ledger.search("convoy"),
        "search: two words": lambda: ledger.search("convoy harbour"),
        "search: a number": lambda: ledger.search("123456"),
    }
    filters: dict[str, dict[str, Any]] = {
        "all": {},
        "a frequent actor": {"actor": "AAA"},
        "an issue": {"issue": "ceasefire"},
        "an act": {"act": "threaten"},
        "a status (all moves)": {"status": "actual"},
        "a year": {"since": "2019", "until": "2019"},
        "two words": {"words": "convoy harbour"},
    }
    for name, given in filters.items():
        asked[f"timeline: {name}"] = partial(ledger.timeline, MoveFilter(**given))
        asked[f"how many moves: {name}"] = partial(ledger.count_moves, MoveFilter(**given))
    return asked


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
        for name, ask in {**views(ledger), **pages(ledger)}.items():
            print(f"{name:40} {_median(ask, options.repeat) * 1000:9.1f} ms", flush=True)


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
