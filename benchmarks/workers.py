"""What more processes give, and whether time and memory keep in line: ``python benchmarks/workers.py [--documents 100] [--workers 2]``.

The documents of both dossiers, no two alike (as in ``ingest.py``), are taken into a new ledger three times: by one process that has one
thread, by several, and by several with ten times as many documents. Each run is a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

_TIMES = 10


def run_one(documents: int, workers: int) -> None:
    """Take documents into a new ledger and print the seconds after the first of them, the MB of this process and of the largest worker."""
    from benchmarks.ingest import documents as make
    from demarche import pipeline
    from demarche.ledger import Ledger

    with tempfile.TemporaryDirectory() as folder, Ledger.open(f"{folder}/ledger.db") as ledger:
        taken = pipeline.ingest(islice(make(), documents), ledger, reader=pipeline.load(threads=1), workers=workers)
        next(taken)  # one worker at least has loaded its weights; the rest of the start counts
        start = time.perf_counter()
        for _ in taken:
            pass
        seconds = time.perf_counter() - start
    here, below = (resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(seconds, here, below)


def measure(documents: int, workers: int) -> tuple[float, float, float]:
    """Return seconds, MB of the process that writes, and MB of the largest worker."""
    command = [sys.executable, __file__, "--one", "--documents", str(documents), "--workers", str(workers)]
    root = str(Path(__file__).parents[1])
    made = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": root})
    seconds, here, below = map(float, made.stdout.split())
    return seconds, here, below


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        run_one(options.documents, options.workers)
        return
    one = measure(options.documents, 1)
    several = measure(options.documents, options.workers)
    many = measure(options.documents * _TIMES, options.workers)
    first, rest = options.documents - 1, options.documents * _TIMES - 1
    print(f"{options.documents} documents: one process {one[0]:.1f} s, {options.workers} workers {several[0]:.1f} s")
    print(f"{options.workers} workers against one: {one[0] / several[0]:.2f} times as fast")
    print(f"{_TIMES} times the documents: {many[0] / several[0] / (rest / first):.3f} of the time that is in line")
    print(f"memory, writer / worker: {several[1]:.0f} / {several[2]:.0f} MB, then {many[1]:.0f} / {many[2]:.0f} MB")


if __name__ == "__main__":
    main()
