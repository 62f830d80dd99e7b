"""What ingest costs beside the network: ``python benchmarks/ingest.py [--sentences 10000] [--ledger URL]``.

The documents of both dossiers, again and again, each time with a line of its own and a year later (so that they are no copies), go
through the stages one after the other in one process; the time of each stage is summed up and given as a share of the reader's.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
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
    options = parser.parse_args()
    reader, gazetteer, codebook = load(threads=1), load_gazetteer(), load_codebook()
    spent: dict[str, float] = defaultdict(float)
    sentences = moves = 0
    with tempfile.TemporaryDirectory() as folder, Ledger.open(options.ledger or f"{folder}/ledger.db") as ledger:
        for document in documents():
            marks = [("start", time.perf_counter())]
            reading = reader.read(document)
            marks.append(("reader", time.perf_counter()))
            made = make_moves(document, reading, codebook)
            marks.append(("codes", time.perf_counter()))
            made = date_moves(document, reading, made)
            marks.append(("dates", time.perf_counter()))
            made = link_moves(document, made, gazetteer)
            marks.append(("actors", time.perf_counter()))
            ledger.add(CodedDocument(document=document, reading=reading, moves=made))
            marks.append(("ledger", time.perf_counter()))
            for (_, before), (name, after) in zip(marks, marks[1:], strict=False):
                spent[name] += after - before
            sentences += len(reading.sentences)
            moves += len(made)
            if sentences >= options.sentences:
                break
    rest = sum(spent.values()) - spent["reader"]
    print(f"{sentences} sentences, {moves} moves; reader {spent['reader'] / sentences * 1000:.2f} ms a sentence")
    for name in ("codes", "dates", "actors", "ledger"):
        print(f"{name:8} {spent[name] / spent['reader']:.3f} of the reader's time")
    print(f"all but the reader: {rest / spent['reader']:.3f} of its time")


if __name__ == "__main__":
    main()
