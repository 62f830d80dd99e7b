"""Moves on their way out know where they took place, and when their document was fetched."""

import dataclasses

import pytest

from demarche.ledger import Ledger
from demarche.model import Custody, MoveFilter
from demarche.pipeline import sourced_moves
from demarche.testing import make_coded, make_move

TEXT = "Beirut rejected the plan in Tripoli."


@pytest.fixture
def ledger(tmp_path):
    move = make_move(TEXT, "rejected", act="reject", actors=["Beirut"], where="in Tripoli")
    move = dataclasses.replace(move, actors=(dataclasses.replace(move.actors[0], id="LBN-HEZBOLLAH"),))
    custody = Custody(sha256="0" * 64, size=1, source="x", retrieved="2025-11-28T08:00:00Z")
    with Ledger.open(str(tmp_path / "ledger.db"), who="ann") as opened:
        opened.add(make_coded(TEXT, [move], custody=custody))
        yield opened


def test_the_parties_decide_where_a_move_took_place(ledger):
    (placed,) = sourced_moves(ledger, places=True)
    assert (placed.place.name, placed.place.country) == ("Tripoli", "LBN")


def test_a_filter_does_not_change_where_a_move_took_place(tmp_path):
    text = "Beirut rejected the plan.\nFighters attacked in Tripoli."
    first, second = text.split("\n")
    moves = [
        make_move(first, "rejected", act="reject", actors=["Beirut"]),
        make_move(second, "attacked", act="attack", where="in Tripoli", start=len(first) + 1),
    ]
    moves[0] = dataclasses.replace(moves[0], actors=(dataclasses.replace(moves[0].actors[0], id="LBN"),))
    with Ledger.open(str(tmp_path / "l.db")) as opened:
        opened.add(make_coded(text, moves))
        found = [
            one.place
            for wanted in (None, MoveFilter(act="attack"))
            for one in sourced_moves(opened, wanted, places=True)
            if one.move.where
        ]
    assert [place.country for place in found] == ["LBN", "LBN"]


def test_places_are_looked_up_only_if_wanted(ledger):
    assert [one.place for one in sourced_moves(ledger)] == [None]


def test_the_chain_of_custody_goes_along(ledger):
    (one,) = sourced_moves(ledger)
    assert one.document.custody.retrieved.startswith("2025-11-28")
