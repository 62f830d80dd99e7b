"""What more processes give, and whether time and memory keep in line: ``python benchmarks/workers.py [--documents 100] [--workers 2]``.

The documents of both dossiers, no two alike (as in ``ingest.py``), are taken into a new ledger three times: by one process that has one
thread, by several, and by several with ten times as many documents; and before that they are coded three times alone, without a ledger,
which tells what the workers cost from what the writing costs. Each run is a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

_TIMES = 10


def run_one(documents: int, workers: int, *, written: bool) -> None:
    """Code documents, into a new ledger or not, and print the seconds after the first, the MB of this process and of the largest worker."""
    from benchmarks.ingest import documents as make
    from demarche import pipeline
    from demarche.ledger import Ledger

    reader = pipeline.load(threads=1)
    items = islice(make(), documents)
    with tempfile.TemporaryDirectory() as folder, Ledger.open(f"{folder}/ledger.db") as ledger:
        made: Iterator[object] = (
            pipeline.ingest(items, ledger, reader=reader, workers=workers)
            if written
            else pipeline.code_all(items, reader=reader, workers=workers)
        )
        next(made)  # one worker at least has loaded its weights; the rest of the start counts
        start = time.perf_counter()
        for _ in made:
            pass
        seconds = time.perf_counter() - start
    here, below = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(seconds, here, below)


def measure(documents: int, workers: int, *, written: bool) -> tuple[float, float, float]:
    """Return seconds, MB of the process that reads and writes, and MB of the largest worker."""
    command = [sys.executable, __file__, "--one", "--documents", str(documents), "--workers", str(workers)]
    command += ["--written"] if written else []
    root = str(Path(__file__).parents[1])
    made = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root})
    seconds, here, below = map(float, made.stdout.split())
    return seconds, here, below


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--written", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.documents, options.workers, written=options.written)
        return
    for written, what in ((False, "coding alone"), (True, "into a ledger")):
        print(f"{what}:")
        compare(options.documents, options.workers, written=written)


def compare(documents: int, workers: int, *, written: bool) -> None:
    """Print what several workers give against one, and what ten times as many documents cost."""
    one = measure(documents, 1, written=written)
    several = measure(documents, workers, written=written)
    many = measure(documents * _TIMES, workers, written=written)
    first, rest = documents - 1, documents * _TIMES - 1
    print(f"{documents} documents: one process {one[0]:.1f} s, {workers} workers {several[0]:.1f} s")
    print(f"{workers} workers against one: {one[0] / several[0]:.2f} times as fast")
    print(f"{_TIMES} times the documents: {many[0] / several[0] / (rest / first):.3f} of the time that is in line")
    print(
        f"memory, first process / worker: {several[1]:.0f} / {several[2]:.0f} MB, then {many[1]:.0f} / {many[2]:.0f} MB"
    )


if __name__ == "__main__":
    main()
