"""Moves with their documents, a page at a time: what each page says is what single questions say."""

import dataclasses

import pytest

from demarche.ledger import _sourced
from demarche.model import Custody, MoveFilter
from demarche.testing import make_coded, make_move

CUSTODY = Custody(sha256="ab" * 32, size=1, source="x", steps=("decode:utf-8",))
LONG = " ".join(f"The harbour council met again on matter number {number} of its list." for number in range(8))


def told(id, text, *, publisher="A", custody=None):
    line = text.split("\n")[0]
    moves = [
        make_move(line, words, act=act, document=id) for words, act in (("rejected", "reject"), ("left", "retreat"))
    ]
    made = make_coded(text, moves, id=id, publisher=publisher)
    return dataclasses.replace(made, document=dataclasses.replace(made.document, custody=custody))


@pytest.fixture
def filled(ledger, monkeypatch):
    monkeypatch.setattr(_sourced, "PAGE", 3)
    for id, publisher in (("z", "A"), ("b", "B"), ("c", None)):
        ledger.add(told(id, f"Oslo rejected it and left.\n{LONG}", publisher=publisher, custody=CUSTODY))
    for number in range(3):
        ledger.add(told(f"d{number}", f"Oslo rejected offer {number} and left."))
    return ledger


def test_a_document_may_span_pages_and_stays_in_one_piece(filled):
    found = [one.document.id for one in filled.sourced_moves()]
    assert found == [name for name in ("z", "b", "c", "d0", "d1", "d2") for _ in range(2)]


def test_each_move_says_what_single_questions_say(filled):
    filled.redact("z", why="asked for")
    filled.correct(next(filled.moves(MoveFilter(document="d1"))).move.id, why="late", confidence=0.1)
    for one in filled.sourced_moves():
        name = one.document.id
        assert one.move == filled.move(one.move.id).move
        assert one.document == dataclasses.replace(filled.document(name), custody=filled.custody(name))
        copies = filled.copies(name)
        publishers = [filled.document(copy).publisher for copy in copies]
        assert (one.cluster, one.reports) == (copies[0], len(copies))
        assert one.publishers == (None if None in publishers else len(set(publishers)))
    assert {one.document.id: one.cluster for one in filled.sourced_moves()}["c"] == "b"


def test_a_filter_leads_to_the_same_moves_as_elsewhere(filled):
    for wanted in (
        MoveFilter(act="reject"),
        MoveFilter(publisher="A"),
        MoveFilter(words="rejected"),
        MoveFilter(cluster="z"),
    ):
        found = {one.move.id for one in filled.sourced_moves(wanted)}
        assert found == {one.move.id for one in filled.moves(wanted)} != set()
