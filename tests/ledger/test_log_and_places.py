"""What the pages to read with ask of a ledger: parts of its log, and the moves of a part of a document."""

import pytest

from demarche.errors import LedgerError
from demarche.model import Failure
from demarche.testing import make_coded, make_move

LINES = ("Lindal met the envoys.", "It rained.", "Ostrava rejected the plan.")


@pytest.fixture
def two_moves():
    text = "\n".join(LINES)
    found = [
        make_move(line, trigger, act=act, start=text.index(line))
        for line, trigger, act in ((LINES[2], "rejected", "reject"), (LINES[0], "met", "meet"))
    ]
    return make_coded(text, found)


def test_the_log_is_asked_by_kind_by_person_and_from_an_entry_on(ledger, coded):
    ledger.add(coded())
    ledger.acting_as("ben").settle("the group", "CG")
    ledger.fail(Failure(where="scan.pdf", stage="sources", reason="is no text"))
    assert [entry.kind for entry in ledger.log()] == ["failure", "settlement", "document"]
    assert [entry.seq for entry in ledger.log(kind="settlement")] == [2]
    assert [entry.seq for entry in ledger.log(who="ann")] == [3, 1]
    assert [entry.seq for entry in ledger.log(before=3, limit=1)] == [2]
    assert ledger.log(who="ann", kind="settlement") == []
    assert ledger.log_kinds() == ["document", "failure", "settlement"]


def test_the_hash_of_the_head_is_what_a_verification_finds(ledger, coded):
    ledger.add(coded())
    noted = ledger.head_hash()
    assert ledger.verify().head == noted
    ledger.settle("the group", "CG")
    assert ledger.head_hash() != noted
    assert ledger.verify(head=noted).problems == ()


def test_the_moves_of_a_part_of_a_document_come_in_text_order(ledger, two_moves):
    ledger.add(two_moves)
    length = len(two_moves.document.text)
    assert [found.move.act for found in ledger.moves_in("d1", 0, length)] == ["meet", "reject"]
    assert [found.move.act for found in ledger.moves_in("d1", length - 3, length)] == ["reject"]
    assert [found.move.act for found in ledger.moves_in("d1", 0, length, limit=1)] == ["meet"]
    assert ledger.moves_in("d1", len(LINES[0]), len(LINES[0]) + 5) == []


def test_a_rejected_move_is_in_no_part_but_its_history_says_where_it_stood(ledger, two_moves):
    ledger.add(two_moves)
    move = two_moves.moves[0]
    ledger.reject(move.id, why="it did not")
    assert [found.move.act for found in ledger.moves_in("d1", 0, 100)] == ["meet"]
    detail = ledger.move_history(move.id)[0].detail
    assert (detail["document"], detail["sentence_start"], detail["sentence_end"]) == (
        "d1",
        move.sentence.start,
        move.sentence.end,
    )
    assert detail["verdict"] == "rejected"


def test_a_proposition_that_is_not_there_is_said(ledger):
    with pytest.raises(LedgerError):
        ledger.proposition("p000000000000")
