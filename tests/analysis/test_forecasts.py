"""Claims on the scores of forecasts: what counts, what it comes to, and when skill may be said."""

from dataclasses import replace
from datetime import date, timedelta
from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis.forecasts import BETTER, NO_SKILL, WORSE, compare_with_base, score_forecasts
from demarche.errors import InputError
from demarche.model.outlook import Forecast
from evaluation.outlook import NO_SKILL as WORLDS
from evaluation.outlook import measure_agreement, measure_claims, score_by_hand

DAY = date(2026, 3, 1)


def forecast(number, probability=0.7, outcome=None, base=0.5, **changed):
    made = changed.pop("made", DAY)
    given = {
        "id": f"f{number}",
        "made": made,
        "who": "ana",
        "question": f"Will convoy {number} arrive?",
        "probability": probability,
        "rule": "two agencies report it",
        "resolves_by": DAY + timedelta(days=60),
        "base_value": base,
        "parties": (f"P{number}",),
        "outcome": outcome,
        "resolved": None if outcome is None else DAY + timedelta(days=20),
    }
    return Forecast(**given | changed)


def states(*forecasts, **options):
    return [row.state for row in score_forecasts(forecasts, **options).rows]


def test_scores_are_those_worked_out_by_hand():
    scores = score_forecasts([forecast(1, 0.9, True), forecast(2, 0.6, False), forecast(3, 0.1, False)])
    assert scores.brier == pytest.approx((0.01 + 0.36 + 0.01) / 3)
    assert scores.log == pytest.approx(-(2 * log(0.9) + log(0.4)) / 3)
    assert scores.base_brier == pytest.approx(0.25)
    assert (scores.counted, scores.events, scores.compared) == (3, 1, 3)


def test_without_forecasts_nothing_is_zero_but_unknown():
    scores = score_forecasts([])
    assert (scores.counted, scores.brier, scores.log, scores.skill, scores.gain) == (0, None, None, None, None)
    assert scores.verdict == NO_SKILL
    assert scores.bins == ()


def test_only_the_last_forecast_before_the_outcome_counts_and_all_are_kept():
    first, second = forecast(1, 0.3), forecast(1, 0.8, True, id="f2", made=DAY + timedelta(days=5))
    scores = score_forecasts([first, second])
    assert [row.state for row in scores.rows] == ["replaced", "counted"]
    assert scores.brier == pytest.approx(0.04)


def test_an_outcome_recorded_for_one_forecast_of_a_question_holds_for_all():
    first, second = forecast(1, 0.3, True), forecast(1, 0.8, id="f2", made=DAY + timedelta(days=5))
    scores = score_forecasts([first, second])
    assert [row.state for row in scores.rows] == ["replaced", "counted"]
    assert scores.rows[1].forecast.outcome is True
    assert scores.brier == pytest.approx(0.04)


def test_who_forecasts_when_the_outcome_is_known_gains_nothing():
    known = forecast(1, 0.99, id="f2", made=DAY + timedelta(days=20))
    assert states(forecast(1, 0.3, True), known) == ["counted", "late"]


def test_the_order_of_the_log_decides_between_two_of_one_day():
    scores = score_forecasts([forecast(1, 0.3), forecast(1, 0.8, True, id="f2")])
    assert scores.brier == pytest.approx(0.04)


def test_two_people_and_two_days_are_different_forecasts():
    other = forecast(1, 0.2, True, id="f2", who="bo")
    later = forecast(1, 0.2, False, id="f3", resolves_by=DAY + timedelta(days=90))
    assert states(forecast(1, 0.3, True), other, later) == ["counted"] * 3


def test_spelling_does_not_make_another_question():
    assert states(forecast(1, 0.3), forecast(1, 0.8, True, id="f2", question="will  Convoy 1 ARRIVE?")) == [
        "replaced",
        "counted",
    ]


def test_open_overdue_and_disputed_forecasts_are_counted_as_such():
    today = DAY + timedelta(days=61)
    assert states(forecast(1), today=DAY) == ["open"]
    assert states(forecast(1), today=today) == ["overdue"]
    scores = score_forecasts([forecast(1), forecast(2, 0.5, True), forecast(2, 0.5, False, id="f3")], today=today)
    assert (scores.overdue, scores.disputed, scores.counted) == (1, 2, 0)
    assert any("resolve them" in note for note in scores.notes)


def test_skill_stays_unsaid_below_the_threshold_however_good():
    scores = score_forecasts([forecast(n, 0.95, True) for n in range(19)])
    assert (scores.skill, scores.gain, scores.verdict) == (None, None, NO_SKILL)
    assert any("from 20 resolved forecasts" in note and "there are 19" in note for note in scores.notes)


def test_forecasts_without_a_base_rate_are_scored_but_not_compared():
    scores = score_forecasts([forecast(n, 0.9, True, base=None) for n in range(30)])
    assert (scores.counted, scores.compared, scores.base_brier, scores.skill) == (30, 0, None, None)


def test_a_far_better_log_is_called_better_and_its_mirror_worse():
    good = [forecast(n, 0.9 if n % 2 else 0.1, bool(n % 2)) for n in range(40)]
    scores = score_forecasts(good)
    assert scores.verdict == BETTER
    assert scores.gain.low > 0
    assert scores.skill == pytest.approx(1 - 0.01 / 0.25)
    bad = [replace(one, probability=1 - one.probability) for one in good]
    assert score_forecasts(bad).verdict == WORSE


def test_who_repeats_the_base_rate_has_no_skill():
    scores = score_forecasts([forecast(n, 0.5, bool(n % 2)) for n in range(40)])
    assert scores.verdict == NO_SKILL
    assert scores.skill == 0
    assert (scores.gain.low, scores.gain.high) == (0, 0)


def test_a_base_rate_that_was_never_wrong_gives_no_skill_score():
    scores = score_forecasts([forecast(n, 0.9, True, base=1.0) for n in range(20)])
    assert scores.skill is None
    assert scores.verdict == NO_SKILL


def test_luck_that_has_not_run_out_yet_is_no_skill():
    interval = compare_with_base([0.05] * 20, [0.15] * 20, [0] * 20)
    assert interval.low < 0 < interval.high


def test_skill_is_not_claimed_where_there_is_none_however_often_one_looks():
    for name in ("half way, forecasts 0.2 to 0.8", "rare: says 0.05, base 0.15"):
        found = measure_claims(WORLDS[name], logs=40, seed=3, size=60)
        assert found["looks 99 %"] <= 0.05
        assert max(found["99 %"].values()) <= 0.05
    assert found["bootstrap 95 %"][10] > 0.2  # what a bootstrap of the gains would say of the rare case


def test_the_fast_test_of_the_evaluation_is_the_test_of_the_product():
    assert measure_agreement(logs=10, seed=2) >= 0.9


def test_the_cases_worked_out_by_hand_come_out():
    for row in score_by_hand():
        assert row["computed"] == pytest.approx(row["by hand"], abs=1e-12), row


def width(*forecasts):
    gain = score_forecasts(forecasts, level=0.95).gain
    return gain.high - gain.low


def test_people_on_one_question_are_one_outcome():
    people = [forecast(n, 0.8, n != 3, id=f"f{n}-{who}", who=who) for n in range(8) for who in "abcde"]
    apart = [forecast(n, 0.8, n % 8 != 3) for n in range(40)]
    assert width(*people) > 1.5 * width(*apart)
    assert (score_forecasts(people).groups, score_forecasts(apart).groups) == (8, 40)


def test_forecasts_of_one_matter_that_were_open_together_are_one_group():
    truce = [
        forecast(n, question=f"Will the truce hold until {n} March 2026?", outcome=True, parties=()) for n in (1, 2, 3)
    ]
    later = replace(truce[0], id="f9", question="Will the truce hold until 5 May?", made=DAY + timedelta(days=21), resolves_by=DAY
                    + timedelta(days=70), resolved=DAY + timedelta(days=70))  # fmt: skip
    other = forecast(4, outcome=True, issue="talks")
    assert score_forecasts(truce).groups == 1
    assert score_forecasts([*truce, later, other]).groups == 3


def test_many_forecasts_of_one_moment_prove_no_skill():
    alike = [forecast(n, 0.9, True, parties=("RUS", "UKR"), issue="ceasefire") for n in range(60)]
    assert score_forecasts(alike).verdict == NO_SKILL
    assert score_forecasts([replace(one, parties=(str(n),)) for n, one in enumerate(alike)]).verdict == BETTER


def test_five_hundred_questions_and_more_take_the_normal_approximation_without_a_jump():
    chances = [0.1 + 0.8 * (n % 10) / 9 for n in range(501)]
    outcomes = [float((n * 7919) % 1000 < 1000 * chance) for n, chance in enumerate(chances)]
    few, many = (compare_with_base(chances[:n], [0.5] * n, outcomes[:n], level=0.95, draws=2000) for n in (500, 501))
    assert few.low == pytest.approx(many.low, abs=0.005)
    assert few.high == pytest.approx(many.high, abs=0.005)


def test_groups_widen_the_normal_approximation_as_they_widen_the_draws():
    chances, outcomes = [0.3, 0.6] * 260, [0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0] * 65
    few, many = (
        compare_with_base(
            chances[:n], [0.5] * n, outcomes[:n], groups=[number // 5 for number in range(n)], level=0.95, draws=2000
        )
        for n in (500, 520)
    )
    alone = compare_with_base(chances, [0.5] * 520, outcomes, level=0.95)
    assert few.low == pytest.approx(many.low, abs=0.006)
    assert few.high == pytest.approx(many.high, abs=0.006)
    assert many.high - many.low > 1.5 * (alone.high - alone.low)


def test_draws_that_are_too_few_for_the_level_are_refused():
    with pytest.raises(InputError, match="draws say nothing"):
        compare_with_base([0.5], [0.4], [1], draws=100)


def test_the_same_seed_gives_the_same_scores():
    log_ = [forecast(n, 0.2 + n % 5 / 10, n % 3 == 0) for n in range(25)]
    assert score_forecasts(log_, seed=7) == score_forecasts(log_, seed=7)


def test_reliability_counts_what_stands_in_each_bin():
    scores = score_forecasts(
        [forecast(1, 0.6, True), forecast(2, 0.6, False), forecast(3, 0.99, True, evidence=("m1",))]
    )
    assert [(one.low, one.high, one.forecasts, one.events) for one in scores.bins] == [
        (0.6, 0.8, 2, 1),
        (0.8, 1.0, 1, 1),
    ]
    assert scores.bins[1].evidence == ("m1",)
    assert scores.bins[1].interval.low < 0.25


@given(st.lists(st.tuples(st.floats(0.001, 0.999), st.booleans()), min_size=1, max_size=40), st.integers(1, 12))
@settings(max_examples=60, deadline=None)
def test_the_terms_of_the_brier_score_add_up_for_any_forecasts_and_bins(pairs, bins):
    scores = score_forecasts([forecast(n, p, o) for n, (p, o) in enumerate(pairs)], bins=bins, minimum=1000)
    terms = scores.decomposition
    assert scores.brier == pytest.approx(
        terms.reliability - terms.resolution + terms.uncertainty + terms.within, abs=1e-9
    )
    assert sum(one.forecasts for one in scores.bins) == scores.counted == len(pairs)


@pytest.mark.parametrize("probability", [0, 1, -0.1, 1.5, float("nan")])
def test_certainty_is_refused_when_a_forecast_is_made(probability):
    with pytest.raises(InputError, match="above 0 and below 1"):
        forecast(1, probability)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"rule": " "}, "needs its rule"),
        ({"resolves_by": DAY - timedelta(days=1)}, "an earlier day"),
        ({"outcome": True, "resolved": None}, "go together"),
        ({"outcome": True, "resolved": DAY - timedelta(days=1)}, "after it was resolved"),
        ({"base_value": 35}, "share from 0 to 1"),
    ],
)
def test_a_forecast_that_cannot_be_judged_is_refused(changed, words):
    with pytest.raises(InputError, match=words):
        replace(forecast(1), **changed)
