"""Plans: their points, whose words they repeat, and what changed, with a stand-in for the network."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.analysis.plans import compare_plans, match_plan, split_points
from demarche.errors import InputError
from demarche.testing import compare_by_words as compare
from demarche.testing import embed_by_words as embed

PLAN = "Plan\n1. They withdraw.\n2. They do not release anybody.\n3. A bridge is built.\n\nSigned in our town"


def move(number, act, actor, words, day, *, proposition, polarity=1, sentence="It said so."):
    return {
        "id": f"m{number}", "act": act, "actors": [actor], "date": day, "content": words, "sentence": sentence,
        "proposition": proposition, "polarity": polarity,
    }  # fmt: skip


LEDGER = [
    move(1, "demand", "RUS", "withdraw", "2025-01-02", proposition="p1"),
    move(2, "demand", "RUS", "withdraw", "2025-01-05", proposition="p1"),
    move(3, "propose", "USA", "withdraw", "2025-01-02", proposition="p1"),
    move(4, "reject", "UKR", "withdraw", "2025-01-03", proposition="p1", sentence="It will never withdraw."),
    move(5, "demand", "UKR", "release", "2025-02-01", proposition="p2"),
]


def match(moves=LEDGER, **options):
    return match_plan(split_points(PLAN), moves, embed=embed, compare=compare, threshold=0.5, name={}.get, **options)


def test_the_items_of_a_list_are_the_points_and_the_rest_is_none():
    assert [point.text for point in split_points(PLAN)] == [
        "They withdraw.",
        "They do not release anybody.",
        "A bridge is built.",
    ]


@pytest.mark.parametrize(
    "text",
    ["One.\n\nTwo.", "- One.\n- Two.", "Article 1. One.\nArticle 2. Two.", "(a) One.\n(b) Two.", "• One.\n• Two."],
)
def test_lists_of_all_kinds_and_paragraphs_give_points(text):
    assert [point.text for point in split_points(text)] == ["One.", "Two."]


@pytest.mark.parametrize("text", [" \n ", "!!! ---", "1.\n2.\n3."])
def test_a_text_without_words_is_no_plan(text):
    with pytest.raises(InputError, match="no points"):
        split_points(text)


@given(st.text())
def test_points_stand_where_they_say(text):
    try:
        points = split_points(text)
    except InputError:
        assert not any(letter.isalpha() for letter in text)
        return
    for point in points:
        point.check(text)
        assert point.text.strip() == point.text


def test_a_point_shows_who_asked_first_and_who_refused():
    first, second, third = match().points
    sides = {(party.actor, party.stance): party for party in first.parties}
    assert sides["RUS", 1].statements == 2
    assert sides["UKR", -1].red_line
    assert first.first_by == ("RUS", "USA")
    assert [(party.actor, party.stance) for party in second.parties] == [("UKR", -1)]  # the point states the contrary
    assert third.parties == ()


def test_shares_count_points_and_name_the_first():
    shares = {share.actor: share for share in match().shares}
    assert (shares["RUS"].asked, shares["RUS"].first, shares["RUS"].points) == (1, 1, 3)
    assert (shares["UKR"].asked, shares["UKR"].refused) == (0, 2)


def test_only_what_came_before_the_plan_is_matched():
    assert [party.actor for party in match(before=date(2025, 1, 3)).points[0].parties] == ["RUS", "USA"]
    assert match(before=date(2025, 1, 2)).points[0].parties == ()


def test_an_empty_ledger_says_that_nobody_spoke():
    plan = match([])
    assert plan.shares == ()
    assert plan.notes[0].startswith("3 of 3 points match no proposition of the ledger")


def test_two_plans_are_paired_point_by_point():
    old = split_points("1. They withdraw.\n2. They release all.\n3. They talk.")
    new = split_points("1. They do not release anybody.\n2. They withdraw.\n3. They inspect.")
    rows = compare_plans(old, new, embed=embed, compare=compare, threshold=0.5).rows
    assert [(row.change, row.old_number, row.new_number) for row in rows if row.change in ("reversed", "kept")] == [
        ("reversed", 2, 1),
        ("kept", 1, 2),
    ]
    assert {row.change for row in rows if 3 in (row.old_number, row.new_number)} <= {"changed", "new", "dropped"}


def test_who_threatens_unless_is_for_the_point():
    threat = move(9, "threaten", "RUS", None, "2025-01-02", proposition="p1", polarity=-1) | {
        "condition": "unless they withdraw"
    }
    (point, *_) = match([threat]).points
    assert [(party.actor, party.stance) for party in point.parties] == [("RUS", 1)]


def test_a_month_is_no_day_and_may_reach_beyond_the_plan():
    loose = move(9, "demand", "USA", "withdraw", "2025-01", proposition="p1")
    (point, *_) = match([*LEDGER, loose]).points
    assert next(party for party in point.parties if party.actor == "USA").first == date(2025, 1, 2)
    assert match([loose], before=date(2025, 1, 20)).points[0].parties == ()
    assert [party.first for party in match([loose], before=date(2025, 2, 1)).points[0].parties] == [None]
