"""What a ledger costs: time to take in, size, and time of its views at a number of generated moves.

    python benchmarks/ledger.py --moves 1000000 ledger.db
    python benchmarks/ledger.py --moves 1000000 postgresql://user@host/database
    python benchmarks/ledger.py --moves 100000 --postgresql    # a server of its own, thrown away afterwards
    python benchmarks/ledger.py --moves 10000 --rates          # one by one against batches, in both stores

A ledger that is there already is only asked, so that its file can be kept for the next time.

The documents are generated, each of ten sentences with a move in every one, over ten years and two hundred states, of which some are
named far more often than others; one document in five is a copy of the one before, one move in five cites somebody, one party in
fifty is not resolved. They come in no order of time, which is the worst that there is for the indexes by date: news that comes day by
day adds to few of their pages. The network is left out. Times are medians of five, of a ledger that was just opened; nothing is
compared with another run. PostgreSQL's own time on the processor is not in the figures of the processor: they are of this process.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import islice, product
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
    parser.add_argument(
        "url", nargs="?", help="a file or a PostgreSQL database; a file that is thrown away if not given"
    )
    parser.add_argument("--moves", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=256, help="documents that are written together; 1 is one by one")
    parser.add_argument("--postgresql", action="store_true", help="start a server, and stop it afterwards")
    parser.add_argument("--rates", action="store_true", help="only compare ways to take documents in, in both stores")
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.rates:
            _compare(options.moves, folder)
        elif options.postgresql:
            with postgresql() as server:
                _run(_database(server, "ledger"), options)
        else:
            _run(options.url or f"{folder}/ledger.db", options)


def _run(url: str, options: argparse.Namespace) -> None:
    with Ledger.open(url) as ledger:
        if not ledger.overview().documents:
            fill(ledger, options.moves, options.batch)
    if "://" in url:
        _take_stock(url)
    with Ledger.open(url) as ledger:
        _print_sizes(ledger)
        for name, ask in {**views(ledger), **pages(ledger)}.items():
            print(f"{name:40} {_median(ask, options.repeat) * 1000:9.1f} ms", flush=True)


def fill(ledger: Ledger, moves: int, batch: int, *, report: bool = True) -> tuple[float, float]:
    """Take in generated documents, and return the seconds and those of the processor that a document took."""
    spent = processor = before = 0.0
    made, number = documents(moves), 0
    while some := list(islice(made, batch)):
        started, ran = time.perf_counter(), time.process_time()
        if batch == 1:
            ledger.add(some[0])
        else:
            ledger.add_all(some)
        spent += time.perf_counter() - started
        processor += time.process_time() - ran
        number += len(some)
        if report and number // 10_000 > (number - len(some)) // 10_000:
            print(
                f"{number} documents: {(spent - before) / 10:.2f} ms each, {spent / number * 1000:.2f} of all",
                flush=True,
            )
            before = spent
    if report:
        print(f"taken in: {spent / number * 1000:.2f} ms a document ({processor / number * 1000:.2f} of the processor)")
    return spent / number, processor / number


def _compare(moves: int, folder: str) -> None:
    """Print what a document takes one by one and in batches, in both stores, one after the other."""
    with postgresql() as server:
        for store in ("sqlite", "postgresql"):
            first = 0.0
            for batch in (1, 16, 64, 256, 1024):
                url = f"{folder}/{batch}.db" if store == "sqlite" else _database(server, f"batch{batch}")
                with Ledger.open(url) as ledger:
                    spent, processor = fill(ledger, moves, batch, report=False)
                first = first or spent
                print(
                    f"{store:10} batch {batch:5}: {spent * 1000:7.2f} ms a document ({processor * 1000:.2f} of the processor), "
                    f"{first / spent:.1f} times as fast as one by one",
                    flush=True,
                )


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address, with {} for the database, of a server that is gone afterwards; its writes reach the disk, as they must."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        raise SystemExit("PostgreSQL is not installed (Debian: postgresql)")
    folder, control = Path(tempfile.mkdtemp(prefix="demarche-pg-")), programs[-1].with_name("pg_ctl")
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    _as_server(programs[-1], "-D", folder / "data", "-A", "trust", "-U", "postgres", "-E", "UTF8")
    settings = f"-k {folder} -h '' -c max_wal_size=4GB -c shared_buffers=512MB"
    _as_server(control, "-D", folder / "data", "-o", settings, "-l", folder / "log", "-w", "start")
    try:
        yield f"postgresql://postgres@/{{}}?host={folder}"
    finally:
        _as_server(control, "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _as_server(*command: Any) -> None:
    """Run a program of the server, which refuses to be root, as another user if we are."""
    prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    subprocess.run([*prefix, *map(str, command)], check=True, capture_output=True, cwd="/")


def _database(server: str, name: str) -> str:
    import psycopg

    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.format(name)


def _take_stock(url: str) -> None:
    """Let PostgreSQL count what it has, as it does by itself after a while."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def _print_sizes(ledger: Ledger) -> None:
    """Print the bytes of each table and index, for each move and for each document."""
    overview = ledger.overview()
    sizes = dict(_sizes_postgresql(ledger) if ledger._store.dialect == "postgresql" else _sizes_sqlite(ledger))
    print(f"{'bytes':40} {'in all':>14} {'a move':>9} {'a document':>11}")
    for name, size in [("everything", sum(sizes.values())), *sorted(sizes.items(), key=lambda one: -one[1])]:
        if size >= overview.moves:
            print(f"{name:40} {size:14,} {size / overview.moves:9.1f} {size / overview.documents:11.1f}")


def _sizes_postgresql(ledger: Ledger) -> Iterator[tuple[str, int]]:
    query = (
        "SELECT c.relname, pg_relation_size(c.oid) + CASE WHEN c.reltoastrelid > 0 THEN pg_total_relation_size(c.reltoastrelid) ELSE 0 END "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'i') AND n.nspname = 'public'"
    )
    with ledger._store.reading() as connection:
        yield from ((row[0], int(row[1])) for row in connection.exec_driver_sql(query))


def _sizes_sqlite(ledger: Ledger) -> Iterator[tuple[str, int]]:
    import sqlite3

    with closing(sqlite3.connect(ledger._store.shown)) as connection:
        yield from connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")


def _median(ask: Callable[[], Any], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        started = time.perf_counter()
        ask()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    main()
