"""Kill an ingest at random points, again and again, and see that nothing is lost and nothing is half.

    python evaluation/durability.py --rounds 20 ledger.db examples/cuba-1962/docs.jsonl

Each round starts ``demarche ingest`` in a process of its own, kills it (SIGKILL) after a random time, and looks: the ledger
verifies, and no document that was there before is gone. The last run goes to its end. Exit code 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import time

from demarche.errors import LedgerError
from demarche.ledger import Ledger

__all__ = ["kill_and_look"]


def kill_and_look(url: str, sources: list[str], *, rounds: int, longest: float, seed: int) -> list[str]:
    """Return what was wrong, nothing if all is well; prints a line a round."""
    draw, before = random.Random(seed), set[str]()
    problems: list[str] = []
    command = [sys.executable, "-m", "demarche", "ingest", *sources, "--ledger", url]
    for number in range(1, rounds + 1):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.3, longest))
        child.send_signal(signal.SIGKILL)
        child.wait()
        there, found = _look(url)
        problems += [f"round {number}: {problem}" for problem in found]
        problems += [f"round {number}: {name} is gone" for name in sorted(before - there)]
        before = there
        print(f"round {number}: {len(there)} documents", flush=True)
    finished = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    there, found = _look(url)
    print(f"to the end: exit code {finished.returncode}, {len(there)} documents")
    return problems + list(found) + ([] if finished.returncode in (0, 1) else ["the last run failed"])


def _look(url: str) -> tuple[set[str], tuple[str, ...]]:
    try:
        with Ledger.open(url, create=False) as ledger:
            return {document.id for document in ledger.documents(limit=10**6)}, ledger.verify().problems
    except LedgerError as error:
        # Killed before there was a ledger.
        return set(), () if "no ledger" in str(error) or "not there" in str(error) else (str(error),)


def main() -> None:
    """Run and report."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("url")
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--longest", type=float, default=3.0, help="seconds until the kill, at most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    problems = kill_and_look(
        options.url, options.sources, rounds=options.rounds, longest=options.longest, seed=options.seed
    )
    for problem in problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
