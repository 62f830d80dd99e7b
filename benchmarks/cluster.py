"""Ray beside plain workers, and what is there after kills: ``python benchmarks/cluster.py [--documents 600] [--workers 2]``.

The documents of both dossiers, no two alike (as in ``ingest.py``), are coded into archives: by workers, by Ray, by workers and by Ray of
which one is killed midway, and by drivers that are killed midway and started again. All archives must hold the same files. What it
costs to start is measured apart: rates are of the second half of the sentences, counted by the files of complete shards and not by
what an engine has reported, which can come late and many at once. Beside them stands what a sentence
costs of the processors, all processes together, which other programs do not lengthen.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

_SHARDS = 12
"""Few enough that handing them out costs little beside coding them, as with shards of the size that they have by default."""
_TURNS = 3


def run_one(source: str, output: str, address: str, workers: int) -> None:
    """Code into an archive, and print at each report the seconds since the start, the sentences there, the seconds of processors."""
    from demarche.scaling import code_archive

    size = Path(source).stat().st_size // _SHARDS
    start = time.perf_counter()
    times: list[tuple[float, int, float]] = []
    code_archive(
        [source],
        output,
        workers=workers,
        address=address or None,
        shard_size=size,
        report=lambda state: times.append((time.perf_counter() - start, written(output), processor(os.getpid()))),
    )
    print(json.dumps(times[1:]))


def written(output: str) -> int:
    """Return the sentences in the shards that are complete by now."""
    return sum(int(json.loads(path.read_text("utf-8"))["sentences"]) for path in Path(output).glob("_done/*.json"))


class Run:
    """A run in a process of its own, which can be killed, or have a worker killed."""

    def __init__(self, source: Path, output: Path, *, address: str, workers: int) -> None:
        self._output = output
        command = [sys.executable, __file__, "--one", str(source), str(output), address, str(workers)]
        root = str(Path(__file__).parents[1])
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": root},
        )

    def wait_half(self) -> None:
        """Wait until half of the shards are complete."""
        while self.complete() < _SHARDS // 2 and self._process.poll() is None:
            time.sleep(0.05)

    def complete(self) -> int:
        """Return the number of shards that are complete."""
        return len(list(self._output.glob("_done/*.json")))

    def kill_worker(self) -> bool:
        """Kill one process that codes."""
        found = [pid for pid, words in _below(self._process.pid) if "ray::MapWorker" in words or "spawn_main" in words]
        if found:
            os.kill(found[0], signal.SIGKILL)
        return bool(found)

    def kill(self) -> None:
        """Kill the driver."""
        self._process.kill()
        self._process.communicate()

    def end(self) -> list[tuple[float, int, float]]:
        """Return for each complete shard the seconds since the start, the sentences, the seconds of processors."""
        said, _ = self._process.communicate(timeout=1200)
        if self._process.returncode:
            raise SystemExit("a run failed; run it alone to see why")
        last = said.splitlines()[-1]  # Ray tells of dead workers on standard output
        return [(float(seconds), int(sentences), float(spent)) for seconds, sentences, spent in json.loads(last)]


def _below(pid: int) -> Iterator[tuple[int, str]]:
    """Yield the processes that one started, and those that they started, with their command lines."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended
            continue
        parents.setdefault(parent, []).append(int(path.parent.name))
    todo = list(parents.get(pid, []))
    while todo:
        one = todo.pop()
        todo += parents.get(one, [])
        try:
            yield one, Path(f"/proc/{one}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue


def processor(pid: int) -> float:
    """Return the seconds of processors that a process and all below it have spent."""
    spent = 0
    for one in (pid, *(below for below, _ in _below(pid))):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent += sum(map(int, fields[11:15]))
    return spent / os.sysconf("SC_CLK_TCK")


def rate(times: list[tuple[float, int, float]], workers: int) -> tuple[float, float, float]:
    """Return seconds until so many shards were complete as there are workers; of the second half sentences a second, and ms for each."""
    # A worker can do two shards while another one still loads its weights, so that the first half is left out.
    first, (last, all_of, spent) = times[workers - 1][0], times[-1]
    middle, before, begun = next((one for one in times[:-1] if one[1] >= all_of / 2), times[0])
    return first, (all_of - before) / (last - middle), 1000 * (spent - begun) / (all_of - before)


def contents(output: Path) -> dict[str, bytes]:
    """Return the files of an archive."""
    return {str(path.relative_to(output)): path.read_bytes() for path in output.rglob("*.parquet")}


def check(output: Path, right: dict[str, bytes], documents: int) -> str:
    """Return whether an archive holds every document and every move once, and the same files as the undisturbed one."""
    from pyarrow import parquet

    moves: list[Any] = []
    ids: list[Any] = []
    for path in output.rglob("*.parquet"):
        if path.parent.name == "documents":
            ids += parquet.read_table(path, columns=["id"])["id"].to_pylist()
        elif "moves" in path.parts:
            moves += parquet.read_table(path, columns=["id"], partitioning=None)["id"].to_pylist()
    once = len(ids) == len(set(ids)) == documents and len(moves) == len(set(moves))
    return f"{len(ids)} documents, {len(moves)} moves, each once: {once}; same files: {contents(output) == right}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=600)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--one", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        source, output, address, workers = options.one
        run_one(source, output, address, int(workers))
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from benchmarks.ingest import documents as make

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "documents.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for one in islice(make(), options.documents):
                record = {"id": one.id, "text": one.text, "published": one.published, "publisher": one.publisher}
                file.write(json.dumps(record) + "\n")
        measure(folder, source, options.documents, options.workers)


def measure(folder: Path, source: Path, documents: int, workers: int) -> None:
    """Print rates, and what is there after each kind of kill."""
    best: dict[str, tuple[float, float]] = {}
    for number in range(_TURNS):
        for engine, address in (("workers", ""), ("ray", "local")):
            output = folder / (engine if number == 0 else f"{engine} {number}")
            begun, each_second, cost = rate(Run(source, output, address=address, workers=workers).end(), workers)
            known = best.get(engine, (0.0, float("inf")))
            best[engine] = max(known[0], each_second), min(known[1], cost)
            print(
                f"{engine}: {begun:.1f} s to the first shard of each worker, then {each_second:.1f} sentences/s,",
                end=" ",
            )
            print(f"{cost:.2f} ms of processors a sentence", flush=True)
    (plain, plain_cost), (ray, ray_cost) = best["workers"], best["ray"]
    print(
        f"ray against workers, best of {_TURNS}: {ray / plain:.3f} of the rate, {ray_cost / plain_cost:.3f} of the processors"
    )
    right = contents(folder / "workers")
    print(f"undisturbed, workers: {check(folder / 'workers', right, documents)}")
    print(f"undisturbed, ray: {check(folder / 'ray', right, documents)}")
    for engine, address in (("workers", ""), ("ray", "local")):
        run = Run(source, folder / f"{engine} killed", address=address, workers=workers)
        run.wait_half()
        killed = run.kill_worker()
        run.end()
        print(
            f"{engine}, a worker killed ({killed}): {check(folder / f'{engine} killed', right, documents)}", flush=True
        )
        output = folder / f"{engine} driver killed"
        run = Run(source, output, address=address, workers=workers)
        run.wait_half()
        run.kill()
        left = run.complete()
        Run(source, output, address=address, workers=workers).end()
        print(f"{engine}, the driver killed at {left} shards: {check(output, right, documents)}", flush=True)


if __name__ == "__main__":
    main()
