import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from demarche import pipeline
from demarche.ledger import Ledger
from demarche.model import Document, Failure, Taken
from demarche.sources import document_from_text, read_sources

pytestmark = pytest.mark.model

DOSSIER = Path(__file__).parents[2] / "examples" / "cuba-1962" / "docs.jsonl"


def ingest(url, documents):
    with Ledger.open(str(url)) as ledger:
        return list(pipeline.ingest(documents, ledger))


def test_each_document_is_taken_in_or_fails(tmp_path):
    documents = [
        Document(id="a", text="Kyiv rejected the plan."),
        Failure(where="b", stage="sources", reason="is empty"),
        Document(id="a", text="Kyiv rejected another one."),
    ]
    first, second, third = ingest(tmp_path / "l.db", documents)
    assert first == Taken(document="a", moves=1, known=False)
    assert second.where == "b"
    assert "another text" in third.reason
    with Ledger.open(str(tmp_path / "l.db")) as ledger:
        assert [failure.where for failure in ledger.failures()] == ["b", "a"]


def test_the_same_text_in_two_papers_is_two_documents_and_one_cluster(tmp_path):
    text = "Boarding parties from two destroyers stopped the freighter on Friday, and Havana rejected the search as piracy."
    documents = [
        document_from_text(text, publisher=name, published="1962-10-26") for name in ("The Gazette", "The Post")
    ]
    ingest(tmp_path / "l.db", documents)
    with Ledger.open(str(tmp_path / "l.db")) as ledger:
        found = ledger.overview()
    assert (found.documents, found.clusters) == (2, 1)


def test_moves_in_a_ledger_are_those_that_code_gives(tmp_path):
    documents = list(read_sources([str(DOSSIER)]))[:5]
    ingest(tmp_path / "l.db", documents)
    coded = {move.id: move for item in pipeline.code_all(documents) for move in item.moves}
    with Ledger.open(str(tmp_path / "l.db")) as ledger:
        found = {found.move.id: found.move for found in ledger.moves()}
    assert found == coded


def _ingest_all(url):
    ingest(url, read_sources([str(DOSSIER)]))


def test_a_run_killed_at_any_point_is_completed_by_the_next(tmp_path):
    pipeline.load()  # so that the children, who inherit it, are killed at their work
    context, url = multiprocessing.get_context("fork"), tmp_path / "l.db"
    for seed in range(3):
        child = context.Process(target=_ingest_all, args=(url,))
        child.start()
        time.sleep(random.Random(seed).uniform(0.1, 0.8))
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        if url.exists():
            with Ledger.open(str(url)) as ledger:
                assert ledger.verify().problems == ()
    _ingest_all(url)
    with Ledger.open(str(url)) as ledger:
        assert ledger.overview().documents == 49
        assert ledger.verify().problems == ()
