"""A ledger is coded again document by document: what fails is named, what is done stays done."""

import dataclasses

import pytest

from demarche import pipeline
from demarche.errors import InputError, ModelError
from demarche.ledger import Ledger
from demarche.model import Act, Document, Failure, Reading, ReadMove, ReadSentence, Span, Status, Voice
from demarche.testing import make_coded, make_move

TEXTS = [f"Kyiv rejected plan {number} of the envoys." for number in range(4)]


class StandIn:
    """In place of a reader: it takes one word for the trigger of a move, and refuses texts that hold another."""

    def __init__(self, coder, trigger="rejected", act=Act.CRITICIZE, refused="nothing"):
        self.coder, self._trigger, self._act, self._refused = coder, trigger, act, refused

    def check_language(self, document):
        if self._refused in document.text:
            raise InputError("the text is in another language", where=document.id)

    def read(self, document):
        if "broken" in document.text:
            raise ModelError("the network could not read a sentence")
        text = document.text
        start = text.index(self._trigger)
        move = ReadMove(
            act=self._act, status=Status.ACTUAL, issue="other", confidence=0.7,
            trigger=Span.of(text, start, start + len(self._trigger)),
        )  # fmt: skip
        span = Span.of(text, 0, len(text))
        sentence = ReadSentence(span=span, voice=Voice.REPORT, voice_confidence=0.9, moves=(move,))
        return Reading(document=document.id, coder=self.coder, sentences=(sentence,))


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(str(tmp_path / "l.db")) as opened:
        for number, text in enumerate(TEXTS):
            move = make_move(text, "rejected", act="reject", document=f"d{number}")
            opened.add(make_coded(text, [move], id=f"d{number}"))
        yield opened


def recode(ledger, **options):
    reader = StandIn("new/2", refused=options.pop("refused", "nothing"))
    return list(pipeline.recode(ledger, reader=reader, **options))


def acts(ledger):
    return sorted((found.move.document, found.move.act.value) for found in ledger.moves())


def test_every_document_is_coded_again_in_order(ledger):
    told = []
    taken = recode(ledger, report=lambda done, total: told.append((done, total)))
    assert [(item.document, item.moves, item.known) for item in taken] == [(f"d{n}", 1, False) for n in range(4)]
    assert acts(ledger) == [(f"d{n}", "criticize") for n in range(4)]
    assert told == [(n, 4) for n in range(1, 5)]


def test_a_run_goes_on_where_it_was_broken_off(ledger):
    run = pipeline.recode(ledger, reader=StandIn("new/2"))
    next(run), next(run)
    run.close()
    assert [item.known for item in recode(ledger)] == [True, True, False, False]
    head = ledger.verify().head
    assert all(item.known for item in recode(ledger))
    assert ledger.verify().head == head


def test_a_document_that_cannot_be_read_stops_nothing_and_keeps_its_moves(ledger):
    first, bad, *_ = recode(ledger, refused="plan 1")
    assert (first.document, isinstance(bad, Failure), bad.stage) == ("d0", True, "reading")
    assert acts(ledger)[:2] == [("d0", "criticize"), ("d1", "reject")]
    assert [failure.where for failure in ledger.failures()] == ["d1"]


def test_a_reader_that_breaks_at_a_text_stops_nothing(ledger):
    ledger.add(make_coded("A broken text of another kind.", id="d9"))
    assert isinstance(recode(ledger)[-1], Failure)


def test_only_the_documents_that_are_named(ledger):
    taken = recode(ledger, documents=["d2", "d7"])
    assert (taken[0].document, taken[0].known) == ("d2", False)
    assert "no document d7" in taken[1].reason
    assert acts(ledger)[2] == ("d2", "criticize")
    assert ledger.recoding("new/2").documents == 1


def test_redacted_documents_are_left_alone(ledger):
    ledger.redact("d1", why="a source asked for it")
    assert [item.document for item in recode(ledger)] == ["d0", "d2", "d3"]


def test_a_document_as_the_ledger_has_it_is_what_is_read(ledger):
    seen = []
    reader = StandIn("new/2")
    reader.check_language = seen.append
    list(pipeline.recode(ledger, reader=reader, documents=["d0"]))
    assert dataclasses.replace(seen[0], language=None) == Document(id="d0", text=TEXTS[0])
