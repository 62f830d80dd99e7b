from pathlib import Path

import pytest

from demarche import pipeline
from demarche.errors import InputError
from demarche.ledger import Ledger
from demarche.model import Document, Failure
from demarche.scale import Lost
from demarche.sources import read_sources

pytestmark = pytest.mark.model

DOSSIER = Path(__file__).parents[2] / "examples" / "cuba-1962" / "docs.jsonl"


@pytest.fixture(scope="module")
def documents():
    found = list(read_sources([str(DOSSIER)]))[:6]
    other = Document(id="fr", text="Le gouvernement rejette le projet.", language="fr")
    return [*found[:3], Failure(where="b", stage="sources", reason="is empty"), other, *found[3:], found[0]]


def test_two_workers_code_what_one_codes(documents):
    assert list(pipeline.code_all(documents, workers=2)) == list(pipeline.code_all(documents))


def test_two_workers_make_the_same_ledger_as_one(documents, tmp_path):
    made = {}
    for workers in (1, 2):
        with Ledger.open(str(tmp_path / f"{workers}.db")) as ledger:
            taken = list(pipeline.ingest(documents, ledger, workers=workers))
            entries = [(entry.kind, entry.subject) for entry in ledger.log()]
            made[workers] = (taken, list(ledger.moves()), ledger.failures(), entries)
    assert [taken.known for taken in made[2][0] if not isinstance(taken, Failure)] == [False] * 6 + [True]
    assert [found.move for found in made[1][1]] == [found.move for found in made[2][1]]
    assert made[1][3] == made[2][3]


def test_a_document_that_no_worker_lives_to_finish_is_a_failure_in_its_place(documents, monkeypatch):
    def lose(items, work, *, needs, **options):
        return (Lost(item, "ended the process that coded it") if needs(item) else item for item in items)

    monkeypatch.setattr("demarche.scale.in_order", lose)
    found = list(pipeline.code_all(documents[:4], workers=2))
    assert all(isinstance(one, Failure) for one in found)
    assert found[0].where.endswith(f": {documents[0].id}")
    assert found[3] == documents[3]


def test_what_is_coded_already_goes_to_no_worker(documents, tmp_path, monkeypatch):
    coded = [one for one in pipeline.code_all(documents[:3])]
    monkeypatch.setattr("pebble.ProcessPool.schedule", lambda *given, **options: pytest.fail("a worker was asked"))
    with Ledger.open(str(tmp_path / "a.db")) as ledger:
        assert [taken.document for taken in pipeline.ingest(coded, ledger, workers=2)] == [
            one.id for one in documents[:3]
        ]


def test_a_language_model_has_no_workers():
    with pytest.raises(InputError, match="side by side anyway"):
        next(pipeline.code_all([], reader=object(), workers=2))
