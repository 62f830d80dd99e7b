import dataclasses
from dataclasses import replace
from pathlib import Path

import krippendorff
import numpy as np
import pytest

from demarche.analysis.reviews import measure_agreement, measure_reviews
from demarche.model import ReviewSample, SentenceReview, Span
from demarche.testing import make_move

WORDS = "one two three four five six"
SENTENCE = Span.of(WORDS, 0, len(WORDS))


def move(trigger="one", act="demand", **options):
    return make_move(WORDS, trigger, act=act, **options)


def review(number, coded=(), moves=(), *, reviewer="ann", stratum=None, queue="random", sentence=None):
    """Return a review; the sentence is told apart by its document."""
    return SentenceReview(
        id=f"r{number}{reviewer}",
        document=f"d{number if sentence is None else sentence}",
        sentence=SENTENCE,
        queue=queue,
        stratum=stratum or ("moves" if coded else "quiet"),
        place=0.5,
        coder="test/1",
        coded=tuple(coded),
        moves=tuple(moves),
        verdicts={},
        reviewer=reviewer,
        at="",
    )


def sample(reviews, moves=1000, quiet=9000, **options):
    return ReviewSample(coder="test/1", strata={"moves": moves, "quiet": quiet}, reviews=tuple(reviews), **options)


def right(number):
    return [review(n, [move()], [move()]) for n in range(number)]


def quiet(number, missed=0, first=1000):
    found = [review(first + n, [], [move()]) for n in range(missed)]
    return found + [review(first + missed + n) for n in range(number - missed)]


# Precision and recall


def test_precision_is_the_share_of_the_coders_moves_that_stand_there():
    wrong = [review(100 + n, [move()], []) for n in range(10)]
    found = measure_reviews(sample([*right(30), *wrong, *quiet(50)]))
    assert (found.overall.precision.right, found.overall.precision.cases) == (30, 40)
    assert found.overall.precision.value == 0.75
    assert found.overall.precision.wrong == tuple(one.id for one in wrong)


def test_a_missed_move_of_a_quiet_sentence_weighs_as_many_as_it_stands_for():
    found = measure_reviews(sample([*right(50), *quiet(90, missed=1)]))
    # 1,000 moves are found for 9,000 / 90 = 100 that are missed.
    assert found.overall.recall.value == pytest.approx(1000 / 1100)
    assert (found.overall.recall.right, found.overall.recall.cases) == (50, 51)


def test_nothing_missed_in_few_quiet_sentences_is_no_proof():
    found = measure_reviews(sample([*right(50), *quiet(50)])).overall.recall
    assert found.value == 1.0
    assert found.interval.low < 0.8
    more = measure_reviews(sample([*right(50), *quiet(400)])).overall.recall
    assert more.interval.low > found.interval.low


def test_all_right_is_not_certain():
    found = measure_reviews(sample([*right(12), *quiet(12)]), minimum=10).overall.precision
    assert found.value == found.interval.high == 1.0
    assert 0.7 < found.interval.low < 0.9


def test_all_wrong_is_not_certain_either():
    wrong = [review(n, [move()], []) for n in range(25)]
    found = measure_reviews(sample([*wrong, *quiet(25)])).overall.precision
    assert found.value == found.interval.low == 0.0
    assert 0.05 < found.interval.high < 0.2


def test_a_ledger_that_is_reviewed_to_the_end_leaves_nothing_open():
    wrong = [review(100 + n, [move()], []) for n in range(10)]
    found = measure_reviews(sample([*right(30), *wrong, *quiet(60, missed=3)], moves=40, quiet=60)).overall
    assert found.precision.interval.high - found.precision.interval.low < 0.001
    assert found.recall.interval.low == pytest.approx(30 / 33, abs=0.001)


def test_another_act_is_wrong_and_missed():
    mixed = [review(100 + n, [move(act="demand")], [move(act="threaten")]) for n in range(20)]
    found = measure_reviews(sample([*right(20), *mixed, *quiet(40)]))
    acts = {row.act: row for row in found.acts}
    assert (acts["demand"].precision.right, acts["demand"].precision.cases) == (20, 40)
    assert (acts["threaten"].recall.right, acts["threaten"].recall.cases) == (0, 20)
    assert acts["threaten"].recall.value == 0.0
    assert acts["threaten"].precision.value is None


def test_a_trigger_needs_to_overlap_only():
    long = [review(n, [move("one")], [move("one two")]) for n in range(20)]
    apart = [review(100 + n, [move("one")], [move("two")]) for n in range(20)]
    assert measure_reviews(sample([*long, *quiet(20)])).overall.precision.value == 1.0
    assert measure_reviews(sample([*apart, *quiet(20)])).overall.precision.value == 0.0


def test_few_cases_give_no_share():
    found = measure_reviews(sample([*right(19), *quiet(50)]))
    assert found.overall.precision.value is None
    assert found.overall.precision.interval is None
    assert found.overall.precision.cases == 19
    assert any("below 20 moves" in note for note in found.notes)


def test_without_quiet_sentences_recall_is_unknown():
    found = measure_reviews(sample(right(40)))
    assert found.overall.precision.value == 1.0
    assert found.overall.recall.value is None
    assert any("unknown" in note for note in found.notes)


def test_moves_that_stand_and_fall_together_tell_less():
    words = ("one", "two", "three", "four", "five")
    apart = [review(n, [move()], [move()] if n % 2 else []) for n in range(100)]
    five = [move(word) for word in words]
    together = [review(n, five, five if n % 2 else []) for n in range(20)]
    wide, narrow = (measure_reviews(sample([*found, *quiet(20)])).overall.precision for found in (together, apart))
    assert (wide.cases, narrow.cases, wide.value, narrow.value) == (100, 100, 0.5, 0.5)
    assert wide.interval.high - wide.interval.low > 1.7 * (narrow.interval.high - narrow.interval.low)


def test_the_same_reviews_give_the_same_figures():
    reviews = [*right(40), *quiet(40, missed=2)]
    assert measure_reviews(sample(reviews)) == measure_reviews(sample(reviews))


def test_an_empty_sample_gives_no_figure():
    found = measure_reviews(sample([]))
    assert (found.overall.precision.value, found.overall.recall.value, found.acts, found.moves) == (None, None, (), 0)


def test_it_says_what_it_speaks_of():
    found = measure_reviews(sample([*right(20), *quiet(20)], through=77, waiting=3, unused=4))
    notes = " ".join(found.notes)
    assert "up to entry 77" in notes
    assert "4 reviewed sentences do not count yet" in notes
    assert "nothing of whether that is true" in notes


# Fields


@pytest.mark.parametrize(
    ("name", "change"),
    [("status", {"status": "planned"}), ("issue", {"issue": "ceasefire"}), ("voice", {"voice": "opinion"})],
)
def test_the_fields_of_the_moves_that_are_right_are_compared(name, change):
    amended = [review(100 + n, [move()], [move(**change)]) for n in range(10)]
    found = measure_reviews(sample([*right(30), *amended, *quiet(40)]))
    assert found.overall.precision.value == 1.0
    assert found.fields[name].value == 0.75
    others = {other: share.value for other, share in found.fields.items() if other in ("status", "issue", "voice")}
    assert {other: value for other, value in others.items() if value < 1} == {name: 0.75}


def with_actor(id):
    made = move(actors=["two"])
    return dataclasses.replace(made, actors=(dataclasses.replace(made.actors[0], id=id),))


def test_actors_are_compared_by_their_ids():
    pairs = [("RUS", "RUS")] * 20 + [("RUS", "UKR")] * 5 + [(None, "UKR")] * 5 + [(None, None)] * 9
    reviews = [review(n, [with_actor(one)], [with_actor(other)]) for n, (one, other) in enumerate(pairs)]
    found = measure_reviews(sample([*reviews, *quiet(20)])).fields["actor"]
    assert (found.right, found.cases) == (20, 30)
    assert len(found.wrong) == 10


# Agreement


def both(ones, others, first=0):
    """Return reviews of the same sentences by two people."""
    return [
        one
        for n, sides in enumerate(zip(ones, others, strict=True), start=first)
        for one in (review(n, (), sides[0], reviewer="ann"), review(n, (), sides[1], reviewer="ben"))
    ]


def measures(reviews, **options):
    return {(one.name, one.kind): one for one in measure_agreement(reviews, draws=200, **options).measures}


def test_alpha_is_that_of_krippendorff():
    rng = np.random.default_rng(3)
    first, second = (rng.integers(0, 2, 60) for _ in range(2))
    second = np.where(rng.random(60) < 0.7, first, second)
    found = measures(both([[move()] * n for n in first], [[move()] * n for n in second]))["moves", "alpha"]
    expected = krippendorff.alpha(np.array([first, second]), level_of_measurement="nominal")
    assert found.value == pytest.approx(expected)
    assert found.interval.low < expected < found.interval.high
    assert found.cases == 60


def test_full_agreement_is_one_and_chance_is_none():
    some = [[move()], []] * 30
    assert measures(both(some, some))["moves", "alpha"].value == 1.0
    turned = both([[move()], []] * 100, [[move()], [move()], [], []] * 50)
    assert abs(measures(turned)["moves", "alpha"].value) < 0.05


def test_the_set_of_acts_is_one_value():
    two = [move("one", "demand"), move("three", "threaten")]
    found = measures(both([two] * 20 + [[]] * 20, [two] * 10 + [two[:1]] * 10 + [[]] * 20))
    assert found["moves", "alpha"].value == 1.0
    assert found["acts", "alpha"].value < 0.8
    assert found["act:demand", "alpha"].value == 1.0
    assert found["act:threaten", "alpha"].value < 0.8
    assert len(found["acts", "alpha"].differ) == 20


def test_status_and_issue_are_of_the_moves_that_both_have():
    ones = [[move(status="planned" if n % 2 else "actual", issue="ceasefire")] for n in range(30)]
    others = [[move(status="planned" if n % 2 else "actual", issue="withdrawal")] for n in range(30)]
    found = measures(both(ones, others))
    assert found["status", "alpha"].value == 1.0
    assert found["issue", "alpha"].value < 0


def test_spans_agree_exactly_or_in_part():
    ones = [[move("one", actors=["two three"])]] * 20
    others = [[move("one", actors=["three"])]] * 10 + [[move("one", actors=["two three"])]] * 10
    found = measures(both(ones, others))
    assert found["trigger", "exact"].value == 1.0
    assert found["actors", "exact"].value == 0.5
    assert found["actors", "overlap"].value == 1.0
    assert found["actors", "exact"].interval.low < 0.5 < found["actors", "exact"].interval.high


def test_without_variation_there_is_no_alpha():
    found = measures(both([[move()]] * 20, [[move()]] * 20))["moves", "alpha"]
    assert found.value is None
    assert "variation" in found.note


def test_few_cases_give_no_agreement():
    found = measures(both([[move()], []], [[move()], []]))
    assert all(one.value is None and one.note for one in found.values())


def test_the_latest_review_of_each_person_in_the_random_queue_counts():
    reviews = both([[move()], []] * 10, [[move()], []] * 10)
    reviews += [review(n, (), [], reviewer="ann", queue="chosen") for n in range(0, 20, 2)]
    assert measures(reviews)["moves", "alpha"].value == 1.0
    reviews += [review(n, (), [], reviewer="ann") for n in range(0, 20, 2)]
    assert measures(reviews)["moves", "alpha"].value is None or measures(reviews)["moves", "alpha"].value < 0.1


def test_one_reviewer_alone_agrees_with_nobody():
    found = measure_agreement(right(20))
    assert (found.sentences, found.pairs, found.reviewers) == (0, 0, ())
    assert any("second one" in note for note in found.notes)


def test_reviews_of_what_different_coders_marked_are_not_compared():
    other = [replace(one, coder="other/1", reviewer="bob") for one in right(20)]
    assert measure_agreement([*right(20), *other]).sentences == 0


def test_three_reviewers_are_compared_each_with_each():
    reviews = [
        review(n, (), [move()] if n % 2 else [], reviewer=name) for n in range(20) for name in ("ann", "ben", "cat")
    ]
    found = measure_agreement(reviews, draws=100)
    assert (found.sentences, found.pairs, found.reviewers) == (20, 60, ("ann", "ben", "cat"))


# The intervals hold what they say: a short version of evaluation/reviews.py


@pytest.mark.parametrize("world", ["usual", "moves together"])
def test_the_intervals_hold_the_planted_truth(world, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    from evaluation.reviews import WORLDS, check

    planted = dataclasses.replace(WORLDS[world], sentences=4000)
    tallies = check(planted, size=100, samples=150, seed=2, draws=1000)
    for name in ("precision, all", "recall, all", "precision, demand", "recall, demand", "issue"):
        tally = tallies[name]
        assert tally.coverage >= 0.9, name
        assert abs(tally.sum / tally.number - tally.truth) < 0.015, name
