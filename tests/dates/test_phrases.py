from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.dates import find_times, resolve_phrase

WEDNESDAY = date(1962, 10, 24)


@pytest.mark.parametrize(
    ("words", "past", "future"),
    [
        ("on Thursday", "1962-10-18", "1962-10-25"),
        ("Wednesday", "1962-10-24", "1962-10-24"),
        ("last Friday", "1962-10-19", "1962-10-19"),
        ("next Tuesday", "1962-10-30", "1962-10-30"),
        ("early on Sunday", "1962-10-21", "1962-10-28"),
        ("Monday night", "1962-10-22", "1962-10-29"),
        ("by noon on Friday", "1962-10-19", "1962-10-26"),
        ("yesterday", "1962-10-23", "1962-10-23"),
        ("the day before yesterday", "1962-10-22", "1962-10-22"),
        ("last night", "1962-10-23", "1962-10-23"),
        ("tonight", "1962-10-24", "1962-10-24"),
        ("tomorrow morning", "1962-10-25", "1962-10-25"),
        ("last week", "1962-10-15", "1962-10-15"),
        ("last month", "1962-09", "1962-09"),
        ("next year", "1963", "1963"),
        ("over the weekend", "1962-10-20", "1962-10-27"),
        ("two weeks ago", "1962-10-10", "1962-10-10"),
        ("a month ago", "1962-09", "1962-09"),
        ("on 14 February", "1962-02-14", "1963-02-14"),
        ("Oct. 22", "1962-10-22", "1963-10-22"),
        ("on October 27th, 1962", "1962-10-27", "1962-10-27"),
        ("the 3rd of March 2011", "2011-03-03", "2011-03-03"),
        ("2025-11-27", "2025-11-27", "2025-11-27"),
        ("in September", "1962-09", "1963-09"),
        ("in December", "1961-12", "1962-12"),
        ("in April last year", "1961-04", "1961-04"),
        ("in late October", "1962-10", "1962-10"),
        ("in 2014", "2014", "2014"),
        ("2014", "2014", "2014"),
        ("by Thanksgiving", "1961-11-23", "1962-11-22"),
        ("before Christmas", "1961-12-25", "1962-12-25"),
        ("on Good Friday", "1962-04-20", "1963-04-12"),
        ("by the end of the month", "1962-10-31", "1962-10-31"),
        ("by the end of November", "1962-11-30", "1962-11-30"),
        ("at the end of next year", "1963-12-31", "1963-12-31"),
        ("within 48 hours", None, "1962-10-26"),
        ("in ten days", None, "1962-11-03"),
        ("for eighteen months", None, None),
        ("soon", None, None),
        ("in the coming weeks", None, None),
        ("the 1990s", None, None),
        ("on February 30", None, None),
        ("it may march on", None, None),
    ],
)
def test_a_phrase_of_the_press_is_a_date(words, past, future):
    for direction, expected in (("past", past), ("future", future)):
        found = resolve_phrase(words, base=WEDNESDAY, direction=direction)
        assert (found and found.date) == expected, direction


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the day before", "1962-10-21"),
        ("the following day", "1962-10-23"),
        ("two days later", "1962-10-24"),
        ("four days earlier", "1962-10-18"),
        ("the same evening", "1962-10-22"),
        ("a year earlier", "1961"),
    ],
)
def test_some_phrases_count_from_the_time_told_of(words, expected):
    found = resolve_phrase(words, base=WEDNESDAY, direction="past", anchor=date(1962, 10, 22))
    assert (found.date, found.anchored) == (expected, True)


@pytest.mark.parametrize(
    ("words", "precision"), [("on Monday", "day"), ("last week", "week"), ("in May", "month"), ("in 1959", "year")]
)
def test_a_date_says_how_precise_it_is(words, precision):
    assert resolve_phrase(words, base=WEDNESDAY, direction="past").precision == precision


@given(st.text(max_size=80), st.dates(), st.sampled_from(["past", "future"]))
def test_any_text_gives_times_that_stand_in_it_in_order(text, base, direction):
    end = 0
    for found in find_times(text, base=base, direction=direction):
        assert end <= found.start < found.end <= len(text)
        end = found.end


@given(
    st.lists(
        st.sampled_from(
            "on last next Monday the day before 14 May 2014 two weeks ago within 48 hours end of month by Easter in".split()
        )
    ),
    st.dates(),
)
def test_words_for_times_in_any_order_never_fail(words, base):
    for found in find_times(" ".join(words), base=base, direction="future", anchor=base):
        assert len(found.date) == {"year": 4, "month": 7}.get(found.precision, 10)


@given(st.dates(min_value=date(1900, 1, 8)))
def test_a_weekday_of_a_report_is_one_of_its_last_seven_days(base):
    found = resolve_phrase("on Thursday", base=base, direction="past")
    day = date.fromisoformat(found.date)
    assert day.weekday() == 3
    assert 0 <= (base - day).days <= 6
