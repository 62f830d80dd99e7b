"""Documents are written together, and none is said to be in the ledger before it is."""

import dataclasses

import pytest

from demarche.errors import LedgerError
from demarche.ledger import Ledger
from demarche.model import Custody, Document, Failure, Reading, Taken
from demarche.pipeline import _Held, ingest
from demarche.testing import make_coded


class Reader:
    """Stands for the network: it sees nothing, and breaks off where it is told to."""

    coder = "none/1"

    def __init__(self, stop=None):
        self.stop = stop

    def check_language(self, document):
        pass

    def read(self, document):
        if document.id == self.stop:
            raise KeyboardInterrupt
        return Reading(document=document.id, coder=self.coder, sentences=())


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def documents(count):
    return [Document(id=f"d{number}", text=f"Kyiv rejected plan {number}.") for number in range(count)]


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(str(tmp_path / "l.db")) as opened:
        yield opened


@pytest.fixture
def held(ledger):
    clock = Clock()
    held = _Held(ledger, None, most=4, clock=clock)
    held.clock = clock
    assert len(held.add(coded(0))) == 1
    return held


def coded(number, size=0):
    return make_coded(f"Kyiv rejected plan {number}." + "x" * size, id=f"c{number}")


def test_the_first_document_is_written_at_once_and_more_when_the_batch_is_full(held):
    assert [len(held.add(coded(number))) for number in range(1, 9)] == [0, 0, 0, 4, 0, 0, 0, 4]


def test_what_came_five_seconds_after_the_last_write_is_written(held):
    assert held.add(coded(1)) == []
    held.clock.now = 5.0
    assert [taken.document for taken in held.add(coded(2))] == ["c1", "c2"]


def test_long_texts_make_small_batches(held):
    assert held.add(coded(1, size=3_000_000)) == []
    assert len(held.add(coded(2, size=1_000_000))) == 2


def test_raw_bytes_make_small_batches_too(held):
    page = dataclasses.replace(coded(1).document, custody=Custody(sha256="", size=0, source="", raw=bytes(70_000_000)))
    assert len(held.add(dataclasses.replace(coded(1), document=page))) == 1


def test_what_is_broken_off_while_it_is_written_is_written_by_the_next_flush(held, monkeypatch):
    held.add(coded(1))
    with monkeypatch.context() as broken:
        broken.setattr(Ledger, "add_all", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            held.flush()
    assert held.flush() == [Taken(document="c1", moves=0, known=False)]


def test_a_ledger_that_refuses_is_told_and_asked_once(ledger, monkeypatch):
    asked = []

    def refuse(self, items, **_):
        asked.append(list(items))
        raise LedgerError("the disk is full")

    monkeypatch.setattr(Ledger, "add_all", refuse)
    with pytest.raises(LedgerError, match="full"):
        list(ingest(documents(3), ledger, reader=Reader()))
    assert [len(items) for items in asked if items] == [1]


def test_why_a_run_was_broken_off_is_told_although_the_ledger_refuses_what_is_held(ledger, monkeypatch):
    made = ingest(documents(3), ledger, reader=Reader(stop="d2"))
    next(made)
    monkeypatch.setattr(Ledger, "add_all", lambda *_, **__: (_ for _ in ()).throw(LedgerError("the disk is full")))
    with pytest.raises(KeyboardInterrupt):
        list(made)


def test_what_is_yielded_is_in_the_ledger(ledger):
    for number, taken in enumerate(ingest(documents(10), ledger, reader=Reader(), batch=3), 1):
        assert ledger.document(taken.document)
        assert ledger.overview().documents >= number


def test_with_a_batch_of_one_a_document_is_there_before_the_next_is_asked_for(ledger):
    def asked():
        for number, document in enumerate(documents(4)):
            assert ledger.overview().documents == number
            yield document

    assert len(list(ingest(asked(), ledger, reader=Reader(), batch=1))) == 4


def test_what_was_coded_is_written_when_a_run_is_broken_off(ledger):
    with pytest.raises(KeyboardInterrupt):
        list(ingest(documents(8), ledger, reader=Reader(stop="d6")))
    assert ledger.overview().documents == 6
    made = list(ingest(documents(8), ledger, reader=Reader()))
    assert [taken.known for taken in made] == [True] * 6 + [False] * 2
    assert ledger.verify().problems == ()


def test_batches_keep_the_order_and_the_failures_in_their_places(ledger):
    first, other = documents(1)[0], Document(id="d0", text="Another text.")
    items = [first, Failure(where="b", stage="sources", reason="is empty"), first, other, coded(1), coded(1)]
    made = list(ingest(items, ledger, reader=Reader()))
    assert made[0] == Taken(document="d0", moves=0, known=False)
    assert made[1] == items[1]
    assert made[2] == Taken(document="d0", moves=0, known=True)
    assert "another text" in made[3].reason
    assert [taken.known for taken in made[4:]] == [False, True]
    assert [entry.kind for entry in reversed(ledger.log())] == ["document", "failure", "failure", "document"]
