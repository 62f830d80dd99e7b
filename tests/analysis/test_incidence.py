"""Cumulative incidence: exact with ties, right with competing events, and as lifelines has it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis.incidence import estimate_incidence
from demarche.errors import InputError
from evaluation.incidence import compare_lifelines, plant

CASES = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 2)), min_size=1, max_size=40)


def test_a_case_by_hand_with_ties_and_competing_events():
    curve = estimate_incidence([2, 2, 3, 5], [1, 2, 0, 1], cause=1)
    assert [(step.time, step.at_risk, step.events, step.competing, step.censored) for step in curve.steps] == [
        (2, 4, 1, 1, 0),
        (3, 2, 0, 0, 1),
        (5, 1, 1, 0, 0),
    ]
    assert [step.incidence for step in curve.steps] == pytest.approx([0.25, 0.25, 0.75])


def test_it_is_not_one_minus_kaplan_meier():
    curve = estimate_incidence([1, 2, 3, 4], [2, 1, 2, 1], cause=1)
    assert curve.steps[-1].incidence == pytest.approx(0.5)


def test_who_goes_out_of_sight_at_the_time_of_an_event_is_at_risk_of_it():
    assert estimate_incidence([4, 4], [1, 0], cause=1).steps[0].incidence == pytest.approx(0.5)


def test_without_cases_there_are_no_steps_and_no_zero():
    curve = estimate_incidence([], [], cause=1)
    assert (curve.steps, curve.last, curve.at(10)) == ((), None, None)


def test_no_event_so_far_still_has_an_upper_bound():
    step = estimate_incidence([5] * 20, [0] * 20, cause=1).steps[0]
    assert (step.incidence, step.interval.low) == (0.0, 0.0)
    assert step.interval.high == pytest.approx(1 - 0.025 ** (1 / 20))


def test_the_number_at_risk_is_told_for_any_time():
    curve = estimate_incidence([2, 4, 4], [1, 0, 1], cause=1)
    assert [curve.at_risk(time) for time in (0, 2, 3, 4, 5)] == [3, 3, 2, 2, 0]


@given(CASES)
def test_all_outcomes_and_the_open_cases_make_one(cases):
    durations, causes = zip(*cases, strict=True)
    curves = [estimate_incidence(durations, causes, cause=cause) for cause in (1, 2)]
    total = sum(curve.steps[-1].incidence for curve in curves)
    assert total <= 1 + 1e-9
    for curve in curves:
        shares = [step.incidence for step in curve.steps]
        assert shares == sorted(shares)
        for step in curve.steps:
            assert -1e-9 <= step.interval.low <= step.incidence + 1e-9
            assert step.incidence - 1e-9 <= step.interval.high <= 1 + 1e-9


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_lifelines_has_the_same_estimate_and_variance_ties_included(seed):
    pytest.importorskip("lifelines")
    found = compare_lifelines(cases=60, days=12, seed=seed)
    assert found["estimate"] < 1e-9
    assert found["variance"] < 1e-9


def test_planted_truth_is_found_with_its_intervals():
    for row in plant(cases=50, rates=(0.02, 0.015, 0.012), draws=200, seed=1):
        assert abs(row["bias"]) <= 0.02
        assert 0.9 <= row["coverage"] <= 0.99


@pytest.mark.parametrize(
    ("durations", "causes", "cause"),
    [([1], [1, 2], 1), ([-1], [1], 1), ([float("nan")], [1], 1), ([1], [0.5], 1), ([1], [1], 0), (["x"], [1], 1)],
)
def test_what_makes_no_sense_is_refused(durations, causes, cause):
    with pytest.raises(InputError):
        estimate_incidence(durations, causes, cause=cause)
