"""An archive answers as a ledger does that took in the same documents in the same order."""

from dataclasses import replace
from datetime import date

import pytest

from demarche import pipeline
from demarche.analysis import (
    build_network,
    check_playbooks,
    find_claims,
    find_positions,
    find_support,
    find_threats,
    known_on,
    look_ahead,
    measure_repetition,
    mine_playbooks,
)
from demarche.archive import _archive
from demarche.model import MoveFilter

DAY = date(1962, 10, 25)
FILTERS = {
    "actor": MoveFilter(actor="USA"),
    "recipient": MoveFilter(recipient="CUB"),
    "source": MoveFilter(source="USA"),
    "act": MoveFilter(act="threaten"),
    "quad": MoveFilter(quad=4),
    "no quad": MoveFilter(quad=0),
    "issue": MoveFilter(issue="arms"),
    "status": MoveFilter(status="planned"),
    "voice": MoveFilter(voice="opinion"),
    "publisher": MoveFilter(publisher="Radio Monitoring Digest"),
    "confidence": MoveFilter(min_confidence=0.9),
    "since a day": MoveFilter(since="1962-10-22"),
    "since a month": MoveFilter(since="1962-10"),
    "until a day": MoveFilter(until="1962-10-22"),
    "until a month": MoveFilter(until="1962-10"),
    "until a year": MoveFilter(until="1962"),
    "between": MoveFilter(since="1962-10-24", until="1962-10-24"),
    "no date": MoveFilter(since="unknown"),
    "word": MoveFilter(words="missiles"),
    "stem": MoveFilter(words="warning"),
    "phrase": MoveFilter(words='"soviet government"'),
    "several": MoveFilter(actor="SUN", act="demand", since="1962-10", voice="report", status="actual"),
}
ANALYSES = {
    "propositions": find_support,
    "positions": find_positions,
    "repetition": lambda moves: measure_repetition(moves, m=3, minimum=4),
    "threats": lambda moves: find_threats(moves, until=date(1962, 12, 31), minimum=3),
    "claims": lambda moves: find_claims(moves, all=True),
    "playbooks": lambda moves: check_playbooks(moves, minimum=2, draws=99),
    "addresses": build_network,
    "dated addresses": lambda moves: build_network(moves, window=14),
    "stances": lambda moves: build_network(moves, "agreement"),
    "outlook": lambda moves: look_ahead(known_on(moves, DAY), today=DAY),
}
UNGROUPED = ("threats", "claims", "playbooks", "addresses", "dated addresses", "outlook")


def test_it_gives_the_same_moves_in_the_same_order(archive, ledger, comparer):
    told = pipeline.archive_moves(archive, "positions", comparer=comparer).frame
    assert told.drop("seq").equals(pipeline.frame_moves(ledger).drop("seq"))
    assert told["proposition"].n_unique() > 2
    assert (told["cluster"] != told["document"]).any()


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_means_the_same(name, archive, ledger, comparer):
    found = pipeline.archive_moves(archive, "positions", FILTERS[name], comparer=comparer).frame["id"].to_list()
    assert found == pipeline.frame_moves(ledger, FILTERS[name])["id"].to_list()
    assert len(found) < ledger.overview().moves


def test_the_filters_of_these_tests_find_something(ledger):
    found = [name for name, wanted in FILTERS.items() if ledger.count_moves(wanted)]
    assert len(found) > 15


@pytest.mark.parametrize("name", ANALYSES)
def test_an_analysis_comes_to_the_same(name, archive, ledger, comparer):
    taken = pipeline.archive_moves(archive, name, comparer=comparer)
    result = taken.taking.complete(ANALYSES[name](taken.frame))
    assert result == ANALYSES[name](pipeline.frame_moves(ledger))
    assert result.moves


@pytest.mark.parametrize("name", UNGROUPED)
def test_what_is_left_out_of_columns_and_rows_changes_no_result(name, archive, ledger, monkeypatch):
    monkeypatch.setattr(_archive, "BESIDE", 0)
    taken = pipeline.archive_moves(archive, name)
    assert not taken.taking.grouped
    whole = pipeline.frame_moves(ledger).with_columns(proposition=None, polarity=None)
    result = taken.taking.complete(ANALYSES[name](taken.frame))
    assert replace(result, notes=()) == replace(ANALYSES[name](whole), notes=())
    assert taken.frame["publisher"].null_count() == taken.frame.height or name == "claims"


def test_mined_sequences_are_the_same(archive, ledger, comparer):
    taken = pipeline.archive_moves(archive, "playbooks", comparer=comparer)
    options = {"minimum": 2, "draws": 99}
    mined = taken.taking.complete(mine_playbooks(taken.frame, **options))
    assert mined == mine_playbooks(pipeline.frame_moves(ledger), **options)
    assert mined.tried


def test_a_plan_is_matched_with_the_same_words(archive, ledger, comparer):
    plan = pipeline.document_from_text("A plan\n1. The missiles are withdrawn.\n2. Inspectors inspect the sites.")
    taken = pipeline.archive_moves(archive, "plans", comparer=comparer)
    found = pipeline.match_plan_text(plan, taken.frame, ledger=taken.held, comparer=comparer)
    same = pipeline.match_plan_text(plan, pipeline.frame_moves(ledger), ledger=ledger, comparer=comparer)
    assert taken.taking.complete(found) == same
    assert any(point.parties for point in found.points)


@pytest.mark.parametrize("by", ["act", "issue", "status", "voice", "publisher", "actor", "recipient", "cluster"])
def test_values_are_counted_the_same(by, archive, ledger):
    def told(counts):
        return {one.value: (one.moves, one.mentions) for one in counts if one.value is not None}

    assert told(archive.count(by)) == told(ledger.count(by))


def test_a_quote_is_the_move_of_the_ledger(archive, ledger):
    ids = pipeline.frame_moves(ledger)["id"].to_list()[:5]
    quotes = archive.quotes(ids)
    assert [quotes[name].move for name in ids] == [ledger.move(name).move for name in ids]
    assert quotes[ids[0]].publisher == ledger.move(ids[0]).publisher
