"""What ingest costs beside the network: ``python benchmarks/ingest.py [--sentences 10000] [--ledger URL] [--batch 64]``.

The documents of both dossiers, again and again, each time with a line of its own and a year later (so that they are no copies), go
through the stages one after the other in one process; the time of each stage is summed up and given as a share of the reader's: of all
time, and of the time of the processor, which other programs do not lengthen. A batch of 1 is a transaction for each document.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from demarche.actors import link_moves, load_gazetteer
from demarche.codebook import load_codebook
from demarche.coding import make_moves
from demarche.dates import date_moves
from demarche.ledger import Ledger
from demarche.model import CodedDocument, Document
from demarche.pipeline import load
from demarche.sources import document_from_text

_DOSSIERS = sorted((Path(__file__).parents[1] / "examples").glob("*/docs.jsonl"))


def documents() -> Iterator[Document]:
    """Yield the documents of the dossiers without end, no two alike."""
    records = [json.loads(line) for path in _DOSSIERS for line in path.read_text("utf-8").splitlines()]
    for turn in range(10**6):
        for record in records:
            year, rest = int(record["published"][:4]), record["published"][4:]
            text = f"{record['text']}\n\nReport {turn} of the series."
            made = document_from_text(text, published=f"{year + turn % 60}{rest}", title=record["title"])
            yield replace(made, id=f"{record['id']}-{turn}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--ledger", help="a new ledger; a file that is thrown away if not given")
    parser.add_argument("--batch", type=int, default=64, help="documents that are written together")
    options = parser.parse_args()
    reader, gazetteer, codebook = load(threads=1), load_gazetteer(), load_codebook()
    spent: dict[str, dict[str, float]] = {"time": defaultdict(float), "processor": defaultdict(float)}
    sentences = moves = 0
    waiting: list[CodedDocument] = []
    with tempfile.TemporaryDirectory() as folder, Ledger.open(options.ledger or f"{folder}/ledger.db") as ledger:
        for document in documents():
            marks = [_mark("start")]
            reading = reader.read(document)
            marks.append(_mark("reader"))
            made = make_moves(document, reading, codebook)
            marks.append(_mark("codes"))
            made = date_moves(document, reading, made)
            marks.append(_mark("dates"))
            made = link_moves(document, made, gazetteer)
            marks.append(_mark("actors"))
            waiting.append(CodedDocument(document=document, reading=reading, moves=made))
            sentences += len(reading.sentences)
            moves += len(made)
            done = sentences >= options.sentences
            if done or len(waiting) >= options.batch:
                ledger.add_all(waiting)
                waiting = []
            marks.append(_mark("ledger"))
            for (_, *before), (name, *after) in pairwise(marks):
                for kind, first, last in zip(spent, before, after, strict=True):
                    spent[kind][name] += last - first
            if done:
                break
    print(
        f"{sentences} sentences, {moves} moves; reader {spent['time']['reader'] / sentences * 1000:.2f} ms a sentence"
    )
    for kind, times in spent.items():
        shares = ", ".join(
            f"{name} {times[name] / times['reader']:.3f}" for name in ("codes", "dates", "actors", "ledger")
        )
        rest = (sum(times.values()) - times["reader"]) / times["reader"]
        print(f"{kind}: of the reader's, {shares}; all but the reader {rest:.3f}")


def _mark(name: str) -> tuple[str, float, float]:
    return name, time.perf_counter(), time.process_time()


if __name__ == "__main__":
    main()
