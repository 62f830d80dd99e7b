from datetime import date, timedelta
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis.repetition import measure_repetition
from demarche.errors import InputError
from evaluation.repetition import WORLDS, measure

FIRST = date(2024, 1, 1)


def move(day, proposition="p1", actor="A", **about):
    base = {"id": f"{actor} {day} {proposition}", "act": "demand", "actors": [actor], "proposition": proposition}
    return base | {"polarity": 1, "date": FIRST + timedelta(days=day), "issue": "withdrawal"} | about


def said(propositions, *, start=0, **about):
    return [move(start + day, proposition, **about) for day, proposition in enumerate(propositions)]


def test_always_the_same_is_the_largest_value_and_has_an_interval():
    [row] = measure_repetition(said(["p1"] * 24)).rows
    assert row.repetition == pytest.approx(0.9)
    assert row.interval.high == pytest.approx(0.9)
    assert row.interval.low < 0.85


def test_always_another_is_zero():
    [row] = measure_repetition(said([f"p{number}" for number in range(24)])).rows
    assert (row.repetition, row.propositions) == (pytest.approx(0), 24)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), min_size=20, max_size=60), st.integers(2, 12))
def test_it_is_hurlberts_formula(propositions, m):
    [row] = measure_repetition(said(propositions), m=m).rows
    size = len(propositions)
    counts = [propositions.count(one) for one in set(propositions)]
    expected = sum(1 - comb(size - count, m) / comb(size, m) for count in counts)
    assert row.repetition == pytest.approx(1 - expected / m)


def test_copies_and_re_reports_are_no_repetition():
    once = said([f"p{number % 4}" for number in range(24)])
    again = [one | {"id": one["id"] + " again", "document": "other", "cluster": "other"} for one in once]
    assert measure_repetition(once).rows[0].repetition == measure_repetition([*once, *again]).rows[0].repetition


def test_below_the_minimum_it_is_silent_and_says_so():
    found = measure_repetition(said(["p1"] * 19))
    [row] = found.rows
    assert (row.repetition, row.interval, row.statements, row.verdict) == (None, None, 19, "too few statements")
    assert found.notes == ("1 of 1 rows have fewer than the 20 statements that R needs.",)


def test_a_party_that_narrows_to_one_demand_repeats_more_than_before():
    moves = said([f"p{number}" for number in range(40)] + ["p1"] * 40)
    [row] = measure_repetition(moves).rows
    assert (row.earlier, row.later, row.verdict) == (pytest.approx(0), pytest.approx(0.9), "more repetition")
    assert row.change_interval.low > 0.5


def test_the_halves_are_compared_only_where_both_have_the_minimum():
    [row] = measure_repetition(said(["p1"] * 39)).rows
    assert (row.earlier, row.change, row.verdict) == (None, None, "too few statements to compare")
    [row] = measure_repetition(said(["p1"] * 40)).rows
    assert (row.change, row.verdict) == (0.0, "no change shown")


def test_all_on_one_day_has_a_value_without_an_interval():
    found = measure_repetition([move(0, f"p{number}") for number in range(24)])
    assert (found.rows[0].repetition, found.rows[0].interval) == (pytest.approx(0), None)
    assert any("no interval" in note for note in found.notes)


def test_each_actor_counts_by_itself_and_the_largest_comes_first():
    moves = [*said(["p1", "p2"] * 12), *said(["p1"] * 24, actor="B"), *said(["p1"] * 3, actor="C")]
    found = measure_repetition(moves)
    assert [(row.actor, row.statements) for row in found.rows] == [("B", 24), ("A", 24), ("C", 3)]
    alone = [measure_repetition(moves, actor=actor).rows[0] for actor in "BAC"]
    assert list(found.rows) == alone


def test_issues_are_told_apart_if_asked():
    moves = [*said(["p1"] * 24), *said(["p2"] * 24, issue="nuclear")]
    rows = measure_repetition(moves, by_issue=True).rows
    assert [(row.issue, row.repetition) for row in rows] == [
        ("nuclear", pytest.approx(0.9)),
        ("withdrawal", pytest.approx(0.9)),
    ]
    assert len(measure_repetition(moves, issue="nuclear").rows) == 1


def test_the_demands_repeated_most_come_first_with_their_days():
    moves = [*said(["p1"] * 3), *said(["p2"] * 2), move(9, "p2", act="reject"), move(9, "p3")]
    demands = measure_repetition(moves).demands
    assert [(one.proposition, one.occasions, one.first, one.last) for one in demands] == [
        ("p1", 3, FIRST, FIRST + timedelta(days=2)),
        ("p2", 2, FIRST, FIRST + timedelta(days=1)),
    ]
    assert demands[0].evidence == ("A 0 p1", "A 1 p1", "A 2 p1")


def test_two_reports_of_a_day_are_no_repeated_demand():
    assert not measure_repetition([move(0, id="m1", cluster="c1"), move(0, id="m2", cluster="c2")]).demands


def test_a_demand_of_the_contrary_is_another_demand():
    demands = measure_repetition([*said(["p1"] * 2), *said(["p1"] * 2, start=5, polarity=-1)]).demands
    assert [one.stance for one in demands] == ["against", "for"]


def test_what_cannot_be_drawn_is_refused():
    for about in ({"m": 1}, {"m": 30}):
        with pytest.raises(InputError):
            measure_repetition([], **about)


def test_an_empty_ledger_and_unknown_days_give_a_note():
    for moves in ([], [move(0, date=None)], [move(0, date="1962-10")]):
        found = measure_repetition(moves)
        assert (found.rows, found.demands) == ((), ())
        assert "is reported here on a day that is known" in found.notes[0]


def test_every_row_leads_to_its_moves():
    found = measure_repetition(said(["p1", "p2"] * 12))
    assert all(row.evidence for row in (*found.rows, *found.demands))


@pytest.mark.parametrize("statements", [20, 300])
def test_it_does_not_grow_with_the_number_of_statements(statements):
    found = measure(WORLDS["zipf"], statements, draws=40, seed=3)
    assert abs(found["bias"]) <= 0.035
    assert found["coverage"] >= 0.85
