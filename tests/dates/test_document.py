import pytest

from demarche.dates import date_moves
from demarche.testing import make_coded, make_move


def dated(*lines, published="1962-10-24"):
    """Return the moves of sentences, each given as (text, trigger, fields); dated."""
    text, moves = "", []
    for sentence, trigger, fields in lines:
        if trigger:
            moves.append(make_move(sentence, trigger, act="state", start=len(text), **fields))
        text += sentence + "\n"
    coded = make_coded(text.rstrip("\n"), moves, **({"published": published} if published else {}))
    return date_moves(coded.document, coded.reading, coded.moves)


def one(*arguments, **options):
    return dated(*arguments, **options)[-1]


def test_a_move_is_dated_by_its_own_words():
    move = one(("He warned them on Monday.", "warned", {"when": "on Monday"}))
    assert (move.date, move.date_precision, move.date_basis) == ("1962-10-22", "day", "explicit")
    assert move.when.date == "1962-10-22"


def test_a_deadline_lies_ahead():
    move = one(("He demanded it by Friday.", "demanded", {"deadline": "by Friday"}))
    assert (move.deadline.date, move.deadline.precision, move.date) == ("1962-10-26", "day", "1962-10-24")


def test_a_plan_lies_ahead():
    move = one(("They will meet on Friday.", "meet", {"when": "on Friday", "status": "planned"}))
    assert move.date == "1962-10-26"


def test_a_plan_without_a_day_has_the_day_of_its_announcement():
    move = one(("They will meet.", "meet", {"status": "planned"}))
    assert (move.date, move.date_basis) == ("1962-10-24", "announced")


def test_a_time_in_what_is_demanded_is_not_when_it_is_demanded():
    content = "all of them leave the islands on Monday"
    move = one((f"He demanded that {content}.", "demanded", {"content": content}))
    assert (move.date, move.date_basis) == ("1962-10-24", "published")


def test_a_sentence_without_a_time_goes_on_with_the_day_told_of():
    move = one(("He spoke on Monday night.", None, {}), ("He warned them.", "warned", {}))
    assert (move.date, move.date_basis) == ("1962-10-22", "context")


def test_an_aside_does_not_change_the_day_told_of():
    lines = [("The plan that he read out last Sunday stands.", None, {}), ("He warned them.", "warned", {})]
    assert one(*lines).date == "1962-10-24"


def test_background_keeps_its_own_time_and_leaves_the_next_sentence_alone():
    lines = [
        ("In April last year they attacked.", "attacked", {"when": "In April last year", "status": "past"}),
        ("He warned them.", "warned", {}),
    ]
    first, second = dated(*lines)
    assert (first.date, second.date) == ("1961-04", "1962-10-24")


def test_what_is_only_recalled_without_a_time_has_no_date():
    assert one(("He had warned them.", "warned", {"status": "past"})).date is None


def test_each_of_two_moves_takes_the_time_nearest_to_it():
    text = "He denied on Sunday what he, who spoke on Wednesday, alleged then."
    assert one((text, "denied", {})).date == "1962-10-21"


def test_a_dateline_is_the_day_of_the_report():
    move = one(("MOSCOW, Oct. 22 \u2014 He warned them yesterday.", "warned", {"when": "yesterday"}))
    assert move.date == "1962-10-21"


def test_a_move_without_words_for_a_time_has_the_day_of_the_dateline():
    move = one(("MOSCOW, Oct. 22 \u2014 He warned them.", "warned", {}))
    assert (move.date, move.date_basis) == ("1962-10-22", "dateline")


@pytest.mark.parametrize(("words", "day"), [("on Monday", None), ("on 14 May 1961", "1961-05-14"), ("in 1961", "1961")])
def test_without_a_day_of_publication_only_full_dates_are_told(words, day):
    move = one((f"He warned them {words}.", "warned", {"when": words}), published=None)
    assert move.date == day


def test_words_that_give_no_day_leave_it_to_the_text():
    move = one(("He warned them for weeks.", "warned", {"when": "for weeks"}))
    assert (move.when.date, move.date, move.date_basis) == (None, "1962-10-24", "published")


@pytest.mark.parametrize("published", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_do_no_harm(published):
    move = one(("He warned them tomorrow, next month, last Christmas.", "warned", {}), published=published)
    assert move.date is None


@pytest.mark.parametrize(("published", "precision"), [("1962", "year"), ("1962-10", "month")])
def test_a_report_of_some_day_of_a_month_dates_its_moves_to_that(published, precision):
    move = one(("He warned them.", "warned", {}), published=published)
    assert (move.date, move.date_precision) == (published, precision)


@pytest.mark.parametrize("words", ["the July 1961 coup", "the Sunday Gazette", "an election scheduled for December 24"])
def test_a_time_that_says_which_is_not_when(words):
    assert one((f"He warned them of {words} then.", "warned", {})).date == "1962-10-24"


def test_what_was_agreed_for_tomorrow_was_agreed_before():
    move = one(("He agreed to meet tomorrow.", "agreed", {"when": "tomorrow"}))
    assert (move.when.date, move.date) == ("1962-10-25", "1962-10-24")


def test_a_proposal_of_tuesday_is_of_tuesday_and_its_refusal_is_not():
    text = "They could not accept the proposal of Tuesday, he said on Wednesday."
    (refusal,) = dated((text, "could not accept", {"when": "of Tuesday"}))
    (proposal,) = dated((text, "proposal", {}))
    assert (refusal.date, proposal.date) == ("1962-10-24", "1962-10-23")
