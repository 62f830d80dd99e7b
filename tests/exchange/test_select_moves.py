"""What goes out: only what a format can hold, the same event once, and all that is left out is counted."""

import dataclasses

from event_moves import sourced

from demarche.exchange import FORMATS, select_moves


def chosen(name, *moves, **options):
    counts = {}
    kept = list(select_moves(moves, FORMATS[name], left_out=counts, **options))
    return kept, counts


def test_only_facts_go_out_and_the_rest_is_counted():
    moves = [sourced(), sourced(status="planned"), sourced(status="negated"), sourced(act="deny"), sourced(date=None)]
    kept, counts = chosen("plover", *moves)
    assert kept == moves[:1]
    assert counts == {
        "not told as a fact but as planned": 1,
        "not told as a fact but as negated": 1,
        "of the act deny, for which PLOVER has no event type": 1,
        "without a date": 1,
    }


def test_all_statuses_go_where_a_format_can_say_so():
    plan = sourced(status="planned")
    assert chosen("polecat", plan, all_statuses=True)[0] == [plan]
    assert chosen("gdelt", plan, all_statuses=True)[0] == []


def test_gdelt_takes_statements_which_cameo_knows():
    deny = sourced(act="deny")
    assert chosen("gdelt", deny)[0] == [deny]


def test_what_copies_tell_goes_out_once_and_what_only_one_tells_stays():
    first = sourced(cluster="d1", reports=2)
    again = sourced(document="d2", cluster="d1", reports=2)
    other = sourced("Kyiv helped Moscow.", "helped", act="aid", document="d2", cluster="d1", reports=2)
    twice = dataclasses.replace(again, document=dataclasses.replace(again.document, id="d3"))
    kept, counts = chosen("gdelt", first, again, other, twice, twice)
    assert kept == [first, other, twice]
    assert counts == {"told before by a copy of the same text": 2}
    assert chosen("timelinejs", first, again)[0] == [first]
    assert chosen("plover", first, again)[0] == [first, again]


def test_two_events_in_one_report_are_two():
    first = sourced(cluster="d1", reports=2)
    assert chosen("polecat", first, first)[0] == [first, first]


def test_every_format_has_its_own_name():
    assert all(form.name == name and form.title and form.suffix.startswith(".") for name, form in FORMATS.items())
