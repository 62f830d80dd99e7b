from dataclasses import fields
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis.movement import measure_movement
from demarche.analysis.positions import compare_positions, find_positions, measure_gap, trace_gap
from demarche.errors import InputError
from evaluation.positions import FLAT, MOVING, rates

FIRST = date(2024, 1, 1)
SIGNS = {1: "demand", -1: "reject"}


def move(day, actor, stance=1, proposition="p1", **about):
    identity = f"{actor} {day} {proposition} {stance} {about.get('cluster', '')}"
    base = {"id": identity, "act": SIGNS[stance], "actors": [actor], "proposition": proposition, "polarity": 1}
    return base | {"date": FIRST + timedelta(days=day), "issue": "withdrawal"} | about


def said(actor, stances, *, start=0, proposition="p1"):
    return [move(start + place, actor, stance, proposition) for place, stance in enumerate(stances)]


def standing(moves, **how):
    return {(row.actor, row.proposition): row.stance for row in find_positions(moves, **how).standing}


def test_a_rejected_contrary_is_a_stance_for():
    assert standing([move(0, "A", -1, polarity=-1)]) == {("A", "p1"): "for"}


def test_acts_without_a_stance_and_contents_without_a_proposition_are_left_out_and_counted():
    found = find_positions(
        [move(0, "A", act="attack"), move(1, "A", proposition=None), move(2, "A", precision="month")]
    )
    assert (found.rows, found.standing, found.at) == ((), (), None)
    assert {one.reason: one.moves for one in found.left_out} == {
        "the act takes no stance": 1,
        "content missing or not grouped into a proposition": 1,
        "date not known to the day": 1,
    }


def test_a_re_report_is_the_same_occasion_and_a_restatement_is_another():
    moves = [move(0, "A", cluster="c1"), move(0, "A", cluster="c2"), move(1, "A")]
    first, again = find_positions(moves).rows
    assert (first.clusters, len(first.evidence), first.before) == (2, 2, None)
    assert (again.clusters, again.stance, again.before) == (1, "for", "for")


def test_a_copy_on_the_next_day_is_no_restatement():
    copies = [move(day, "A", id=f"m{day}", document=f"d{day}", cluster="wire") for day in (0, 1)]
    assert len(find_positions(copies).rows) == 1


def test_reports_that_contradict_each_other_on_a_day_are_mixed():
    row = find_positions([move(0, "A", 1), move(0, "A", -1)]).standing[0]
    assert (row.stance, row.occasions_mixed, row.occasions_for) == ("mixed", 1, 0)


def test_the_standing_stance_is_the_last_one_and_says_since_when_it_is_unbroken():
    [row] = find_positions(said("A", (1, -1, -1))).standing
    assert (row.stance, row.since, row.last) == ("against", FIRST + timedelta(days=1), FIRST + timedelta(days=2))
    assert (row.occasions, row.occasions_for, row.occasions_against) == (3, 1, 2)
    assert row.evidence[0].startswith("A 2")


def test_before_its_first_report_a_stance_is_unknown():
    found = find_positions([*said("A", (1, -1)), move(9, "B")], at=FIRST)
    assert [(row.actor, row.stance, row.evidence[:1]) for row in found.standing] == [
        ("A", "for", ("A 0 p1 1 ",)),
        ("B", None, ()),
    ]
    assert len(found.rows) == 1
    assert any("first heard on it later" in note for note in found.notes)


def test_actors_and_issue_narrow_what_is_shown():
    moves = [move(0, "A"), move(0, "B"), move(0, "B", proposition="p2", issue="nuclear")]
    assert set(standing(moves, actors=["B"])) == {("B", "p1"), ("B", "p2")}
    assert set(standing(moves, issue="nuclear")) == {("B", "p2")}


def test_a_proposition_has_one_issue():
    moves = [move(0, "A"), move(1, "A"), move(2, "A", issue="nuclear")]
    assert {row.issue for row in find_positions(moves).rows} == {"withdrawal"}


GAP = [
    *(move(0, actor, stance, "p1") for actor, stance in (("A", 1), ("B", -1))),
    *(move(0, actor, 1, "p2") for actor in "AB"),
    move(0, "A", 1, "p3"),
    move(0, "B", 1, "p4"),
    move(0, "C", 1, "p5"),
    *(move(0, *about, "p6") for about in (("A", 1), ("A", -1), ("B", 1))),
]


def test_the_gap_counts_only_propositions_on_which_both_stand():
    gap = measure_gap(GAP, "A", "B")
    assert (gap.share, gap.n, gap.differ) == (0.5, 2, 1)
    assert (gap.only_one, gap.only_other, gap.neither, gap.mixed) == (1, 1, 1, 1)
    assert gap.interval.low < 0.1
    assert gap.interval.high > 0.9
    assert [(row.proposition, row.differ) for row in gap.rows[:2]] == [("p1", True), ("p2", False)]


def test_each_side_of_the_gap_has_its_evidence():
    row = measure_gap(GAP, "A", "B").rows[0]
    assert (row.one_evidence, row.other_evidence) == (("A 0 p1 1 ",), ("B 0 p1 -1 ",))
    assert row.evidence == row.one_evidence + row.other_evidence


def test_the_gap_turns_round_with_the_parties():
    one, other = measure_gap(GAP, "A", "B"), measure_gap(GAP, "B", "A")
    assert (one.share, one.only_one, one.only_other) == (other.share, other.only_other, other.only_one)


def test_without_a_common_proposition_the_gap_is_unknown_and_not_zero():
    gap = measure_gap([move(0, "A"), move(0, "B", proposition="p2")], "A", "B")
    assert (gap.share, gap.interval, gap.n, gap.only_one, gap.only_other) == (None, None, 0, 1, 1)
    assert any("unknown" in note for note in gap.notes)


def test_a_joint_demand_is_no_gap_and_its_move_counts_once():
    gap = measure_gap([move(0, "A", actors=["A", "B"])], "A", "B")
    assert (gap.share, gap.moves) == (0.0, 1)


def test_the_series_ends_where_the_gap_stands():
    moves = [*said("A", (1, 1, -1)), *said("B", (1, 1), start=1), move(5, "B", proposition="p2")]
    series = trace_gap(moves, "A", "B")
    assert [(row.share, row.n) for row in series.rows] == [(None, 0), (0.0, 1), (1.0, 1), (1.0, 1)]
    assert all(row.evidence for row in series.rows)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from("AB"), st.sampled_from((1, -1)), st.sampled_from("pqr"))))
def test_the_series_and_the_gap_agree_on_every_day(given_moves):
    moves = [move(*one) for one in dict.fromkeys(given_moves)]
    for row in trace_gap(moves, "A", "B").rows:
        gap = measure_gap(moves, "A", "B", at=row.day)
        same = ("share", "n", "differ", "mixed", "only_one", "only_other", "interval")
        assert [getattr(row, name) for name in same] == [getattr(gap, name) for name in same]


STEADY = said("B", (1,) * 20)


def test_a_party_that_goes_over_to_the_other_side_has_moved_toward_it():
    found = measure_movement([*said("A", (-1,) * 9 + (1,) * 9), *STEADY], "A", other="B")
    assert (found.change, found.verdict, found.compared) == (1.0, "toward", 12)
    assert 0 < found.interval.low < found.interval.high == 1.0
    assert (found.first.statements, found.last.agree) == (6, 6)


def test_the_contrary_is_a_movement_away():
    found = measure_movement([*said("A", (1,) * 9 + (-1,) * 9), *STEADY], "A", other="B")
    assert (found.change, found.verdict) == (-1.0, "away")


def test_a_party_that_stays_where_it_is_shows_no_movement_and_its_interval_has_a_width():
    found = measure_movement([*said("A", (-1,) * 18), *STEADY], "A", other="B")
    assert (found.change, found.verdict) == (0.0, "no movement shown")
    assert found.interval.high - found.interval.low > 0.3
    assert 0 < found.detectable < 1


def test_speaking_of_something_else_is_no_movement():
    other = [*STEADY, *said("B", (1,) * 20, proposition="p2")]
    own = [
        *said("A", (-1,) * 9),
        move(2, "A", 1, "p2"),
        *said("A", (1,) * 9, start=9, proposition="p2"),
        move(17, "A", -1),
    ]
    found = measure_movement([*own, *other], "A", other="B")
    assert found.overall > 0.6
    assert (found.change, found.verdict) == (0.0, "no movement shown")


def test_what_the_other_party_does_is_no_movement_of_the_first():
    moves = [*said("A", (-1,) * 18), *said("B", (1,) * 11 + (-1,) * 9)]
    assert measure_movement(moves, "A", other="B").verdict == "no movement shown"


def test_below_the_minimum_it_is_silent_and_says_how_many_there_are():
    found = measure_movement([*said("A", (-1,) * 11), *STEADY], "A", other="B")
    assert (found.change, found.interval, found.first, found.verdict) == (None, None, None, "too few statements")
    assert "needs 12 statements of each, and there are 11 of A" in found.notes[0]
    few = measure_movement([*said("A", (-1,) * 20), *said("B", (1,) * 11)], "A", other="B")
    assert (few.verdict, few.other_statements) == ("too few statements", 11)


def test_all_on_one_day_cannot_be_parted():
    moves = [move(0, actor, 1, f"p{number}") for actor in "AB" for number in range(20)]
    found = measure_movement(moves, "A", other="B")
    assert (found.first, found.change) == (None, None)
    assert "too few days" in found.notes[0]


def test_without_a_proposition_in_both_thirds_there_is_nothing_to_compare():
    moves = [move(number, actor, 1, f"p{number}") for actor in "AB" for number in range(20)]
    found = measure_movement(moves, "A", other="B")
    assert (found.verdict, found.change, found.overall) == ("nothing to compare", None, 0.0)


def test_a_single_pair_of_statements_shows_nothing():
    own = [move(0, "A", -1), *said("A", (1,) * 16, start=1, proposition="p2"), move(17, "A", 1)]
    other = [*STEADY, *said("B", (1,) * 20, proposition="p2")]
    assert measure_movement([*own, *other], "A", other="B").verdict == "no movement shown"


def test_nothing_after_the_day_is_used():
    moves = [*said("A", (-1,) * 18 + (1,) * 18), *said("B", (1,) * 36)]
    until = FIRST + timedelta(days=17)
    assert measure_movement(moves, "A", other="B").verdict == "toward"
    assert measure_movement(moves, "A", other="B", until=until).verdict == "no movement shown"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from((1, -1)), min_size=18, max_size=40))
def test_exchanging_for_and_against_for_both_changes_nothing(stances):
    moves, turned = ([*said("A", [sign * one for one in stances]), *said("B", [sign] * 20)] for sign in (1, -1))
    one, other = (measure_movement(found, "A", other="B") for found in (moves, turned))
    assert (one.change, one.interval, one.verdict) == (other.change, other.interval, other.verdict)


def test_a_comparison_holds_both_movements_and_uses_nothing_later():
    moves = [*said("A", (-1,) * 18), *said("B", (1,) * 30)]
    at = FIRST + timedelta(days=19)
    found = compare_positions(moves, "A", "B", at=at)
    assert [(one.actor, one.other, one.verdict) for one in found.movements] == [
        ("A", "B", "no movement shown"),
        ("B", "A", "no movement shown"),
    ]
    assert found.gap == measure_gap(moves, "A", "B", at=at)
    assert found.series.rows[-1].day == at
    assert found.movements[1].statements == 20


@pytest.mark.parametrize("about", ["gap", "series", "movement", "minimum"])
def test_one_party_or_too_low_a_minimum_is_refused(about):
    calls = {
        "gap": lambda: measure_gap([], "A", "A"),
        "series": lambda: trace_gap([], "A", "A"),
        "movement": lambda: measure_movement([], "A", other="A"),
        "minimum": lambda: measure_movement([], "A", other="B", minimum=5),
    }
    with pytest.raises(InputError):
        calls[about]()


def test_an_empty_ledger_gives_an_answer_with_a_note():
    found = compare_positions([], "A", "B")
    assert (found.gap.share, found.gap.neither, found.series.rows) == (None, 0, ())
    assert [one.verdict for one in found.movements] == ["too few statements"] * 2
    assert find_positions([]).notes == ("No stance toward a proposition is reported here on a day that is known.",)


def test_unknown_dates_alone_give_no_stance():
    found = compare_positions([move(0, "A", date=None), move(0, "B", date="1962")], "A", "B")
    assert (found.gap.n, found.gap.at) == (0, None)


def test_every_row_leads_to_its_moves():
    moves = [*said("A", (-1, 1) * 9), *said("B", (1,) * 20)]
    ids = {one["id"] for one in moves}
    both = compare_positions(moves, "A", "B")
    results = (find_positions(moves), both.gap, both.series, *both.movements)
    rows = [row for found in results for row in found.rows]
    assert rows
    assert all(row.evidence and set(row.evidence) <= ids for row in rows)
    assert all("evidence" in {field.name for field in fields(row)} for row in rows)


def test_ten_thousand_actors_are_no_trouble():
    frame = pl.DataFrame(
        {
            "id": [f"m{number}" for number in range(20_000)],
            "act": ["demand", "reject"] * 10_000,
            "actors": [[f"A{number // 2}"] for number in range(20_000)],
            "date": ["2024-01-01", "2024-01-02"] * 10_000,
            "proposition": [f"p{number % 50}" for number in range(20_000)],
            "polarity": [1] * 20_000,
        }
    )
    found = find_positions(frame)
    assert (len(found.rows), len(found.standing), found.moves) == (20_000, 20_000, 20_000)


@pytest.mark.parametrize("name", ["subjects drift", "bursts", "errors that last"])
def test_flat_positions_seldom_show_a_movement(name):
    assert rates(FLAT[name], 60, draws=25, seed=2)["shown"] <= 0.08


def test_a_step_on_three_propositions_is_seen():
    assert rates(MOVING["all of 3 change"], 60, draws=10, seed=2)["toward"] >= 0.8
