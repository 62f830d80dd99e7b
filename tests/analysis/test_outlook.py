"""Claims on the outlook: what lies ahead of a day as reported, what was due, and which base rates stand beside it."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis.base_rates import load_base_rates
from demarche.analysis.outlook import known_on, look_ahead
from demarche.errors import InputError
from demarche.model.outlook import BaseRate, Forecast

TODAY = date(2026, 3, 10)


def move(number, act="meet", **given):
    made = {"id": f"m{number}", "act": act, "actors": ["RUS", "USA"], "published": "2026-03-08", "date": "2026-03-08"}
    return made | given


def plan(number, day, **given):
    return move(number, **{"status": "planned", "date": day, "content": "talks in Geneva"} | given)


def case(**given):
    made = {
        "id": "t1",
        "actor": "USA",
        "recipients": ["IRN"],
        "words": "sanctions",
        "condition": None,
        "deadline": None,
    }
    return made | {"outcome": None, "evidence": []} | given


def rows(*moves, today=TODAY, **options):
    return [
        (row.kind, row.state, row.day and row.day.isoformat()) for row in look_ahead(moves, today=today, **options).rows
    ]


def test_an_empty_ledger_says_that_it_holds_nothing():
    found = look_ahead([], today=TODAY, base_rates=load_base_rates())
    assert (found.rows, found.rates, found.moves) == ((), (), 0)
    assert "holds no move" in found.notes[0]


def test_plans_deadlines_and_threats_stand_by_day():
    demand = move(2, "demand", actors=["RUS"], recipients=["UKR"], deadline="2026-03-20", content="leave")
    found = rows(plan(1, "2026-03-14"), demand, threats=[case(deadline="2026-03-12")])
    assert found == [
        ("threat", "ahead", "2026-03-12"),
        ("plan", "ahead", "2026-03-14"),
        ("deadline", "ahead", "2026-03-20"),
    ]


def test_what_is_due_today_still_lies_ahead():
    assert rows(plan(1, "2026-03-10")) == [("plan", "ahead", "2026-03-10")]


def test_a_plan_that_passed_without_a_report_is_marked_so():
    assert rows(plan(1, "2026-03-09", published="2026-03-01")) == [("plan", "passed", "2026-03-09")]


def test_a_plan_that_is_reported_to_have_taken_place_is_left_out():
    planned = plan(1, "2026-03-05", published="2026-03-01")
    held = move(2, date="2026-03-06", actors=["USA GOV"], recipients=["RUS"])
    found = look_ahead([planned, held], today=TODAY)
    assert found.rows == ()
    assert any("1 plans" in note for note in found.notes)
    for other in (held | {"act": "attack"}, held | {"recipients": ["IRN"]}, held | {"date": "2026-02-20"}):
        assert len(look_ahead([planned, other], today=TODAY).rows) == 1


def test_a_plan_for_a_month_lies_ahead_until_the_month_is_over():
    monthly = plan(1, "2026-03", published="2026-02-01")
    assert rows(monthly) == [("plan", "ahead", "2026-03-01")]
    assert rows(monthly, today=date(2026, 3, 31)) == [("plan", "ahead", "2026-03-01")]
    assert rows(monthly, today=date(2026, 4, 1)) == [("plan", "passed", "2026-03-01")]


def test_a_plan_for_no_day_after_the_report_is_counted_but_not_shown():
    found = look_ahead([plan(1, "2026-03-08")], today=TODAY)
    assert found.rows == ()
    assert [(one.reason, one.moves) for one in found.left_out] == [("planned, but for no day after the report", 1)]


def test_one_meeting_in_three_reports_is_one_row_with_three_ids():
    moves = [plan(n, "2026-03-14", document=f"d{n}", published=f"2026-03-0{n}") for n in (1, 2, 3)]
    moves.append(plan(4, "2026-03-14", document="d4", cluster="d3", published="2026-03-03"))
    (row,) = look_ahead(moves, today=TODAY).rows
    assert (row.reports, row.evidence) == (3, ("m1", "m2", "m3"))
    assert (row.first, row.last) == (date(2026, 3, 1), date(2026, 3, 3))


def test_a_look_from_the_past_has_no_hindsight():
    planned, held = plan(1, "2026-03-05", published="2026-03-01"), move(2, date="2026-03-05", published="2026-03-06")
    assert rows(planned, held, today=date(2026, 3, 3)) == [("plan", "ahead", "2026-03-05")]
    assert rows(planned, held) == []
    assert known_on([planned, held], date(2026, 3, 1)).get_column("id").to_list() == ["m1"]


def test_a_case_that_nobody_had_reported_yet_is_not_there():
    threat = move(1, "threaten", published="2026-03-09")
    assert rows(threat, today=date(2026, 3, 8), threats=[case(evidence=["m1"])]) == []
    assert rows(threat, threats=[case(evidence=["m1"])]) == [("threat", "undated", None)]


def test_a_case_counts_its_reports_though_only_one_copy_goes_into_the_rest():
    copies = [move(n, "threaten", document=f"d{n}", cluster="d1") for n in (1, 2)]
    (row,) = look_ahead(
        [*copies, move(3, "threaten", document="d3")], today=TODAY, threats=[case(evidence=["m2", "m3"])]
    ).rows
    assert (row.act, row.reports, row.evidence, row.case) == ("threaten", 2, ("m2", "m3"), "t1")


def test_a_closed_case_is_left_out_with_its_deadline():
    threat = move(1, "threaten", deadline="2026-03-09", condition="unless they stop")
    found = look_ahead(
        [threat], today=TODAY, threats=[case(outcome="carried out", deadline="2026-03-09", evidence=["m1"])]
    )
    assert found.rows == ()
    assert any("1 threats are left out: what came of them is reported" in note for note in found.notes)


def test_without_cases_a_threat_with_a_deadline_is_a_deadline():
    assert rows(move(1, "threaten", deadline="2026-03-09", condition="unless they stop")) == [
        ("deadline", "passed", "2026-03-09")
    ]


def test_a_condition_is_stated_until_it_is_old():
    promise = move(1, "promise", actors=["UKR"], condition="if the shelling stops", content="hold a vote")
    assert rows(promise) == [("condition", "undated", None)]
    assert rows(promise, today=TODAY + timedelta(days=100)) == []


def test_opinion_denial_and_what_nobody_did_are_left_out():
    moves = [
        plan(1, "2026-03-14", voice="opinion"),
        plan(2, "2026-03-15", actors=[]),
        move(3, deadline="2026-03-20", status="negated"),
    ]
    found = look_ahead(moves, today=TODAY)
    assert found.rows == ()
    assert sum(one.moves for one in found.left_out) == 3


def test_old_open_threats_are_counted_and_not_shown():
    found = look_ahead([], today=TODAY, threats=[case(deadline="2025-01-01")])
    assert found.rows == ()
    assert any("1 open threats are left out" in note for note in found.notes)


def test_an_open_forecast_falls_due_and_a_resolved_one_does_not():
    mine = Forecast(
        id="f1", made=TODAY, who="ana", question="Will they meet?", probability=0.4, rule="r", resolves_by=TODAY
    )
    done = Forecast(
        **{name: getattr(mine, name) for name in mine.__dataclass_fields__}
        | {"id": "f2", "outcome": True, "resolved": TODAY}
    )
    assert rows(forecasts=[mine, done]) == [("forecast", "ahead", "2026-03-10")]


def test_base_rates_stand_beside_the_moves_of_their_class():
    ultimatum = move(1, "threaten", actors=["IRN"], deadline="2026-03-20")
    found = look_ahead([ultimatum], today=TODAY, base_rates=load_base_rates())
    assert {applied.rate.id: applied.evidence for applied in found.rates}["ultimatum_compliance"] == ("m1",)
    assert "threat_us_weak_state" not in {applied.rate.id for applied in found.rates}


def test_every_class_can_apply():
    said = {"sentence": "The mediator said sanctions, an embargo and the hostages were discussed."}
    moves = [
        move(1, "threaten", deadline="2026-03-20", content="impose sanctions", **said),
        move(2, "sanction", actors=["UN"], issue="sanctions_trade", **said),
        move(3, "accept", issue="ceasefire"),
        move(4, "sign", issue="withdrawal"),
        move(5, "meet", issue="talks", **said),
        move(6, "attack"),
        move(7, "retreat", issue="prisoners", **said),
    ]
    rates = load_base_rates()
    found = look_ahead(moves, today=TODAY, base_rates=rates)
    assert {applied.rate.id for applied in found.rates} == {rate.id for rate in rates}


def test_a_class_may_be_an_act_or_an_issue_and_other_names_apply_to_nothing():
    def rate(name):
        return BaseRate(
            id=name,
            reference_class=name,
            question="q",
            share=0.4,
            population="p",
            period="t",
            source="s",
            url="https://x.org",
        )

    found = look_ahead(
        [move(1, issue="energy")], today=TODAY, base_rates=[rate("meet"), rate("energy"), rate("elections")]
    )
    assert [applied.rate.id for applied in found.rates] == ["meet", "energy"]


def test_no_row_holds_a_probability():
    from dataclasses import fields

    from demarche.model.outlook import Outlook, Prospect

    names = {field.name for kind in (Outlook, Prospect) for field in fields(kind)}
    assert not names & {"probability", "chance", "score", "likelihood", "risk"}


def test_unknown_days_give_no_rows_and_a_note():
    found = look_ahead([{"id": "m1", "act": "threaten", "actors": ["RUS"], "condition": "if they come"}], today=TODAY)
    assert found.rows == ()
    assert any("1 moves have no day of report" in note for note in found.notes)


def test_a_ledger_that_ended_long_ago_says_so():
    assert "The latest report is of 2026-03-08" in look_ahead([move(1)], today=date(2027, 1, 1)).notes[0]


def test_bad_options_and_cases_are_refused():
    with pytest.raises(InputError, match="back"):
        look_ahead([], today=TODAY, back=-1)
    with pytest.raises(InputError, match="no id"):
        look_ahead([], today=TODAY, threats=[case(id=None)])
    with pytest.raises(InputError, match="no ISO date"):
        look_ahead([], today=TODAY, threats=[case(deadline="Friday")])


def test_the_first_days_of_the_calendar_are_days_too():
    assert look_ahead([], today=date.min, back=36_500).rows == ()


def test_ten_thousand_actors_on_one_day():
    frame = pl.DataFrame([plan(n, "2026-03-14", actors=[f"A{n}", f"B{n}"]) for n in range(10_000)])
    assert len(look_ahead(frame, today=TODAY).rows) == 10_000


DAYS = st.dates(date(2026, 1, 1), date(2026, 6, 1)).map(str) | st.none()


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "act": st.sampled_from(["meet", "threaten", "demand", "attack", "promise"]),
                "actors": st.lists(st.sampled_from(["RUS", "USA", "IRN GOV"]), unique=True),
                "status": st.sampled_from(["actual", "planned", "possible", "past"]),
                "date": DAYS,
                "published": DAYS,
                "deadline": DAYS,
                "condition": st.none() | st.just("if not"),
            }
        ),
        max_size=8,
    ),
    st.integers(0, 200),
)
@settings(max_examples=60, deadline=None)
def test_no_row_rests_on_what_was_published_later_and_states_fit_days(moves, back):
    moves = [one | {"id": f"m{number}"} for number, one in enumerate(moves)]
    found = look_ahead(moves, today=TODAY, back=back, base_rates=load_base_rates())
    published = {one["id"]: one["published"] for one in moves}
    for row in found.rows:
        assert all((published[one] or "") <= str(TODAY) for one in row.evidence)
        assert row.evidence
        assert (row.state == "undated") == (row.day is None)
        assert row.state != "passed" or row.day < TODAY
    used = found.moves + sum(one.moves for one in found.left_out if not one.reason.startswith("planned"))
    assert used <= len(moves)
