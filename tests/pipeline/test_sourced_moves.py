"""Moves with their documents: one document after the other, copies known, redacted and rejected ones not there."""

import dataclasses

import pytest

from demarche.ledger import Ledger
from demarche.model import MoveFilter
from demarche.pipeline import sourced_moves
from demarche.testing import make_coded, make_move

LONG = " ".join(
    f"The council of the harbour town met again on matter number {number} of its list." for number in range(8)
)


def told(
    id, *, publisher, published="2025-11-27", date="2025-11-25", text=f"Kyiv rejected it. Oslo helped Bergen.\n{LONG}"
):
    line = text.split("\n")[0]
    moves = [
        dataclasses.replace(make_move(line, words, act=act, document=id), date=date, date_precision="day")
        for words, act in (("helped", "aid"), ("rejected", "reject"))
    ]
    return make_coded(text, moves, id=id, publisher=publisher, published=published)


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(str(tmp_path / "ledger.db"), who="ann") as opened:
        opened.add(told("late", publisher="A", date="2025-11-26"))
        opened.add(told("alone", publisher="C", date="2020-01-01", text="Rome rejected it. Oslo helped Riga."))
        opened.add(told("copy", publisher="B", date="2025-11-20"))
        yield opened


def test_documents_come_one_after_the_other_and_moves_in_text_order(ledger):
    found = [(one.document.id, one.move.trigger.text) for one in sourced_moves(ledger)]
    assert found == [(id, words) for id in ("late", "alone", "copy") for words in ("rejected", "helped")]


def test_copies_are_known(ledger):
    found = {one.document.id: (one.cluster, one.reports, one.publishers) for one in sourced_moves(ledger)}
    assert found == {"late": ("late", 2, 2), "alone": ("alone", 1, 1), "copy": ("late", 2, 2)}


def test_a_filter_holds_for_each_move(ledger):
    assert [one.document.id for one in sourced_moves(ledger, MoveFilter(act="aid", publisher="B"))] == ["copy"]
    assert [one.document.id for one in sourced_moves(ledger, MoveFilter(document="alone", act="aid"))] == ["alone"]
    assert list(sourced_moves(ledger, MoveFilter(document="none"))) == []


def test_rejected_moves_and_redacted_documents_are_not_there(ledger):
    ledger.reject(next(sourced_moves(ledger)).move.id, why="misread")
    ledger.redact("alone", why="asked for")
    found = [(one.document.id, one.move.trigger.text) for one in sourced_moves(ledger)]
    assert found == [("late", "helped"), ("copy", "rejected"), ("copy", "helped")]


def test_a_redacted_first_report_is_no_cluster_any_more(ledger):
    ledger.redact("late", why="asked for")
    found = {one.document.id: (one.cluster, one.reports) for one in sourced_moves(ledger)}
    assert found["copy"] == ("copy", 1)
