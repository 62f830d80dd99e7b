"""Archives written by hand, as their layout says, and a ledger with the same documents beside."""

import json

import polars as pl
import pytest

from demarche import pipeline
from demarche.analysis import coded_rows, frame_rows
from demarche.archive import Archive
from demarche.copies import bands, shingles
from demarche.ledger import Ledger
from demarche.testing import compare_by_words, embed_by_words

collect_ignore = ["conftest.py"]  # it has no examples, and the folder above has one of the same name
_WORDS = ("id", "title", "published", "publisher", "url", "language", "text", "sha256")
_DOCUMENTS = {**dict.fromkeys(_WORDS, pl.String), "moves": pl.Int64, "bands": pl.List(pl.Int64), "coded": pl.String}


def write_archive(folder, shards, *, unfinished=(), listed=()):
    """Write coded documents, by shard; `listed` is what the manifest says of the shards."""
    for name in ("documents", "_done", "moves"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").write_text(json.dumps({"format": "demarche-archive/1", "shards": list(listed)}))
    for shard, coded in shards.items():
        frame = frame_rows(row for one in coded for row in coded_rows(one))
        for (year,), part in frame.group_by(pl.col("published").dt.year(), maintain_order=True):
            place = folder / "moves" / f"year={year or 'unknown'}"
            place.mkdir(exist_ok=True)
            part.write_parquet(place / f"{shard}.parquet")
        rows = [_row(one) for one in coded]
        pl.DataFrame(rows, schema=_DOCUMENTS).write_parquet(folder / "documents" / f"{shard}.parquet")
        if shard not in unfinished:
            (folder / "_done" / f"{shard}.json").write_text("{}")
    return folder


def _row(coded):
    record = {"coder": coded.reading.coder, "moves": [move.to_dict() for move in coded.moves]}
    return {
        **{name: getattr(coded.document, name) for name in _WORDS},
        "moves": len(coded.moves),
        "bands": bands(shingles(coded.document.text)),
        "coded": json.dumps(record),
    }


class StandIn:
    coder, threshold = "test/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


@pytest.fixture(scope="session")
def coded():
    """Return the reports of 1962, coded."""
    from pathlib import Path

    reports = Path(__file__).parents[2] / "examples" / "cuba-1962" / "docs.jsonl"
    return list(pipeline.code_all(pipeline.read_inputs([str(reports)])))


@pytest.fixture(scope="session")
def comparer():
    """Return a stand-in for the network."""
    return StandIn()


@pytest.fixture(scope="session")
def write():
    """Return what writes an archive."""
    return write_archive


@pytest.fixture(scope="session")
def ledger_file(tmp_path_factory):
    """Return the path of the ledger."""
    return str(tmp_path_factory.mktemp("ledger") / "ledger.db")


@pytest.fixture(scope="session")
def ledger(coded, comparer, ledger_file):
    """Yield a ledger of them, its contents grouped."""
    with Ledger.open(ledger_file) as opened:
        for one in coded:
            opened.add(one)
        pipeline.group_propositions(opened, comparer=comparer)
        yield opened


@pytest.fixture(scope="session")
def folder(coded, tmp_path_factory):
    """Return the folder of an archive of them in three shards."""
    place = tmp_path_factory.mktemp("archive")
    return write_archive(place, {"a": coded[:20], "b": coded[20:35], "c": coded[35:]})


@pytest.fixture(scope="session")
def archive(folder):
    """Yield that archive."""
    with Archive.open(folder) as opened:
        yield opened
