"""What moves come to in short: copies and opinions apart, the most reported first, and the periods of a timeline."""

from datetime import date

from demarche.analysis.digest import digest_moves, keep_known

MEETING = {"act": "meet", "actors": ["USA"], "recipients": ["SUN"], "date": "1962-10-20", "published": "1962-10-21"}


def move(number, **changes):
    return {**MEETING, "id": f"m{number}", "document": f"d{number}", "confidence": 0.9 - number / 100, **changes}


def test_reports_of_one_day_are_one_occasion_and_copies_one_report():
    found = digest_moves([move(1), move(2), move(3, cluster="d1"), move(4, date="1962-10-22")])
    assert [(one.day.day, one.reports, one.evidence) for one in found.occasions] == [
        (20, 2, ("m1", "m2")),
        (22, 1, ("m4",)),
    ]
    assert (found.total, found.once, found.documents, found.clusters) == (4, 3, 4, 3)


def test_opinions_and_plans_are_counted_apart():
    found = digest_moves([move(1), move(2, voice="opinion"), move(3, status="planned")])
    assert found.moves == 1
    assert [one.evidence for one in found.opinions] == [("m2",)]
    assert [one.evidence for one in found.occasions] == [("m1",)]
    assert dict(found.statuses) == {"actual": 2, "planned": 1}


def test_what_is_reported_most_comes_first():
    others = [move(number, act="demand", date="1962-10-25") for number in (3, 4, 5)]
    found = digest_moves([move(1), *others], rows=1)
    assert [(one.value, one.moves) for one in found.acts] == [("demand", 3)]
    assert found.occasions[0].evidence == ("m3", "m4", "m5")


def test_the_latest_are_those_up_to_the_day():
    moves = [move(1), move(2, date="1962-10-28"), move(3, date="1962-10-24"), move(4, date="1962-10")]
    assert [one.evidence for one in digest_moves(moves, until=date(1962, 10, 25)).latest] == [("m3",), ("m1",)]


def test_periods_are_short_where_the_days_are_few_and_hold_no_date_that_is_too_coarse():
    moves = [move(1), move(2, date="1962-10"), move(3, date="1862-10-20"), move(4, date=None)]
    found = digest_moves(moves)
    assert found.step == "day"
    assert [(one.start, one.end, one.quad, one.moves) for one in found.periods] == [
        (date(1962, 10, 20), date(1962, 10, 20), 1, 1)
    ]
    assert found.undrawn == 3


def test_periods_are_long_where_the_days_are_many():
    found = digest_moves([move(1, published=None), move(2, date="1960-03-05", published=None)])
    assert found.step == "month"
    assert [(one.start, one.end) for one in found.periods][0] == (date(1960, 3, 1), date(1960, 3, 31))


def test_who_is_not_resolved_is_counted():
    assert digest_moves([move(1), move(2, actors=[])]).unresolved == 1


def test_only_what_was_published_by_then_is_known():
    moves = [move(1), move(2, published="1962-10-30"), move(3, published=None), move(4, published=None, date=None)]
    assert keep_known(moves, date(1962, 10, 25))["id"].to_list() == ["m1", "m3"]
