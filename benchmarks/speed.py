"""What the reader costs: ``python benchmarks/speed.py [--news ITEMS.jsonl.gz] [--weights FOLDER]``.

Everything runs on one core in one process, so that the figures are ratios of things measured side by side:

- the whole pipeline from text to moves (splitting, tokenising, both graphs, decoding, records; not reading files or telling
  the language) against its two ONNX sessions alone, fed with the very same arrays again: the share of the network;
- sentences a second, and how the cost of a sentence changes from 10^3 to 10^5 sentences;
- with other weights (``--weights``): their speed against that of the shipped ones, in turns, so that what else runs slows both;
- in processes of their own: the time from the command line to the first coded sentence, against that of loading the libraries alone,
  and the peak memory.

Python's own compiled files are kept in a folder that is thrown away, as an installed package has them.

Sentences are those of the bundled dossier, repeated, or those of a file of documents.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from demarche.codebook import load_codebook
from demarche.coding import make_moves
from demarche.model import Document
from demarche.reading import Reader
from demarche.reading._weights import Weights, load_weights

_DOSSIER = Path(__file__).parents[1] / "examples" / "cuba-1962" / "docs.jsonl"
_LEDE = "Kyiv rejected Moscow's demand to withdraw its troops from Donetsk before any truce."


class _Recorder:
    """A session that remembers what it was fed, and can be fed it again."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.calls: list[tuple[list[str], dict[str, Any]]] = []

    def run(self, outputs: list[str], feed: dict[str, Any]) -> Any:
        self.calls.append((outputs, feed))
        return self.session.run(outputs, feed)

    def again(self) -> None:
        for outputs, feed in self.calls:
            self.session.run(outputs, feed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--news", type=Path, help="JSON lines of documents with text, gzip or not")
    parser.add_argument("--most", type=int, default=100_000, help="sentences of the longest run")
    parser.add_argument("--weights", type=Path, help="folder with weights to measure beside the shipped ones")
    options = parser.parse_args()
    texts = list(islice(_texts(options.news or _DOSSIER), 8000))
    weights = load_weights(threads=1)
    _compare(weights, texts, 1000)
    if options.weights:
        _beside(weights, load_weights(options.weights, threads=1), texts, 1000)
    # Other texts than those coded just now: the first of the sizes must not be warmer than the next.
    _grow(Reader(weights), texts[1000:] or texts, options.most)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        _start(environment, options.weights)
    _memory(texts)


def _texts(path: Path) -> Iterator[str]:
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        yield from (json.loads(line)["text"] for line in lines)


def _code(reader: Reader, texts: list[str], least: int) -> int:
    """Code documents until `least` sentences were read; return how many were."""
    sentences = 0
    for text in cycle(texts):
        document = Document(id=Document.content_id(text), text=text)
        reading = reader.read(document)
        make_moves(document, reading, load_codebook())
        sentences += len(reading.sentences)
        if sentences >= least:
            return sentences
    raise ValueError("no text")


def _seconds(action: Any) -> float:
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def _compare(weights: Weights, texts: list[str], least: int) -> None:
    first, second = _Recorder(weights._first), _Recorder(weights._second)
    weights._first, weights._second = first, second
    reader = Reader(weights)
    sentences = _code(reader, texts, least)
    weights._first, weights._second = first.session, second.session
    ratios, speeds = [], []
    for _ in range(5):
        whole = _seconds(lambda: _code(reader, texts, least))
        bare = _seconds(first.again) + _seconds(second.again)
        ratios.append(bare / whole)
        speeds.append(sentences / whole)
    print(f"network's share of the whole pipeline's time, one core: {statistics.median(ratios):.2f}", end="")
    print(f" (min {min(ratios):.2f}, max {max(ratios):.2f} of 5)")
    print(f"sentences a second, one core: {statistics.median(speeds):.0f}")


def _grow(reader: Reader, texts: list[str], most: int) -> None:
    size, base = 1000, 0.0
    while size <= most:
        started = time.perf_counter()
        sentences = _code(reader, texts, size)
        spent = time.perf_counter() - started
        base = base or spent / sentences
        print(
            f"{sentences} sentences: {spent / sentences * 1000:.2f} ms each, {spent / sentences / base:.2f} of the first"
        )
        size *= 10


def _beside(shipped: Weights, other: Weights, texts: list[str], least: int) -> None:
    """Print the processor time of the two, in turns: the median of five ratios."""
    ratios, speeds = [], []
    for _ in range(6):
        times = []
        for weights in (shipped, other):
            started = time.process_time()
            sentences = _code(Reader(weights), texts, least)
            times.append(time.process_time() - started)
        ratios.append(times[0] / times[1])
        speeds.append(sentences / times[1])
    print(f"the other weights: {statistics.median(ratios[1:]):.2f} times as fast as the shipped ones, ", end="")
    print(f"{statistics.median(speeds[1:]):.0f} sentences a second of processor time")


def _start(environment: dict[str, str], weights: Path | None) -> None:
    """Print seconds from the command line to the first coded sentence, beside those of a bare start, in turns."""
    command = [sys.executable, "-m", "demarche", "code", "-", "--format", "jsonl"]
    commands = {
        "the libraries alone (onnxruntime, numpy, tokenizers)": [
            sys.executable,
            "-c",
            "import onnxruntime, numpy, tokenizers",
        ],
        "command line to the first coded sentence": command,
    }
    if weights:
        commands["the same with the other weights"] = [*command, "--weights", str(weights)]
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(7):
        for name, line in commands.items():
            times[name].append(
                _seconds(
                    lambda line=line: subprocess.run(
                        line, input=_LEDE.encode(), check=True, capture_output=True, env=environment
                    )
                )
            )
    for name, taken in times.items():
        print(f"{name}: {statistics.median(taken[1:]):.2f} s (median of 6, warm disk)")


def _memory(texts: list[str]) -> None:
    lines = "".join(json.dumps({"text": text}) + "\n" for text in texts[:1000])
    command = [sys.executable, "-m", "demarche", "code", "-", "--format", "jsonl"]
    done = subprocess.run(command, input=lines.encode(), check=False, capture_output=True)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"peak memory of coding {len(texts[:1000])} documents: {peak:.0f} MiB")


if __name__ == "__main__":
    main()
