"""Who is for and who is against."""

from demarche.analysis.support import find_support

MOVE = {
    "id": "m1",
    "act": "demand",
    "actors": ["RUS"],
    "date": "2025-11-27",
    "proposition": "p1",
    "polarity": 1,
    "issue": "arms",
}


def test_reports_of_one_day_are_one_statement_and_another_day_a_second():
    days = ["2025-11-27", "2025-11-27", "2025-11-28"]
    moves = [{**MOVE, "id": f"m{number}", "document": f"d{number}", "date": day} for number, day in enumerate(days)]
    (row,) = find_support(moves).rows
    assert row.statements_for == 2
    assert row.evidence == ("m0", "m1", "m2")


def test_a_demand_for_the_contrary_is_against():
    (row,) = find_support([MOVE, {**MOVE, "id": "m2", "actors": ["UKR"], "polarity": -1}]).rows
    assert (row.supporters, row.opponents) == (("RUS",), ("UKR",))


def test_a_statement_without_a_day_counts_by_cluster_and_gives_no_day():
    moves = [{**MOVE, "id": f"m{number}", "document": f"d{number}", "date": None} for number in range(2)]
    (row,) = find_support(moves).rows
    assert (row.statements_for, row.first, row.last) == (2, None, None)


def test_moves_that_take_no_stance_are_counted_as_left_out():
    support = find_support([{**MOVE, "act": "meet"}, {**MOVE, "id": "m2", "proposition": None}])
    assert support.rows == ()
    assert [(one.reason, one.moves) for one in support.left_out] == [("takes no stance on a proposition", 2)]
    assert "nothing to show" in support.notes[0]


def test_an_empty_ledger_has_no_propositions():
    assert find_support([]).rows == ()
