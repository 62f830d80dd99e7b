"""Threats as cases: restated or not, what may have ended them, and rates only where there are enough."""

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis._excess import chance_by
from demarche.analysis.frame import SCHEMA
from demarche.analysis.threatened import read_announced, split_condition
from demarche.analysis.threats import find_threats
from demarche.errors import InputError
from evaluation.threats import gold_rows, plant, score

END = date(2025, 12, 31)


def move(name, act, actor, recipient, day, content=None, **more):
    parties = {"actors": [actor] if actor else [], "recipients": [recipient] if recipient else []}
    return {"id": name, "act": act, "date": day, "content": content, "issue": "force", **parties, **more}


def threat(
    name="t1", day="2025-01-10", content="close the border crossings", condition="unless the drivers are freed", **more
):
    return move(name, "threaten", "POL", "BLR", day, content, condition=condition, **more)


def only(moves, **options):
    (case,) = find_threats(moves, until=END, **options).rows
    return case


# What is one case


def test_a_threat_in_other_words_is_the_same_case():
    case = only(
        [threat(), threat("t2", "2025-01-20", "shut every checkpoint on the frontier", "if the drivers are not freed")]
    )
    assert (case.first, case.repeated, case.evidence) == (date(2025, 1, 10), (date(2025, 1, 20),), ("t1", "t2"))


def test_a_second_report_of_the_day_is_no_restatement():
    case = only([threat(document="d1"), threat("t2", document="d2")])
    assert (case.repeated, case.clusters) == ((), 2)


@pytest.mark.parametrize(
    "other",
    [
        {"content": "cancel the gas contract", "condition": "unless the fees are paid"},
        {"condition": "if a balloon crosses again"},
        {"recipients": ["LTU"]},
        {"actors": ["LVA"]},
        {"date": "2025-09-01"},
    ],
    ids=["other act", "other condition", "other recipient", "other actor", "months later"],
)
def test_another_threat_is_another_case(other):
    assert len(find_threats([threat(), threat("t2", "2025-01-20") | other], until=END).rows) == 2


def test_a_new_deadline_is_a_new_case():
    one, other = threat(deadline="2025-02-01"), threat("t2", "2025-01-20", deadline="2025-03-01")
    cases = find_threats([one, other], until=date(2025, 2, 10)).rows
    assert [(case.deadline, case.deadline_passed) for case in cases] == [
        (date(2025, 2, 1), True),
        (date(2025, 3, 1), False),
    ]


def test_the_same_proposition_is_the_same_condition():
    moves = [
        threat(proposition="p1", polarity=1),
        threat("t2", "2025-02-01", "seal the frontier, shut it", "unless Minsk gives way"),
    ]
    moves[1] |= {"proposition": "p1", "polarity": 1}
    assert len(find_threats(moves, until=END).rows) == 1


def test_what_is_stated_after_the_outcome_is_a_new_case():
    closed = move("a1", "coerce", "POL", "BLR", "2025-01-15", "closed the border crossings")
    cases = find_threats([threat(), closed, threat("t2", "2025-01-25")], until=END).rows
    assert [(case.outcome, case.evidence) for case in cases] == [("carried out", ("t1",)), ("open", ("t2",))]


def test_the_id_of_a_case_comes_from_its_first_move():
    alone, later = only([threat()]), only([threat(), threat("t2", "2025-01-20")])
    assert alone.id == later.id


def test_who_is_cited_speaks_where_no_actor_is_named():
    moves = [threat() | {"actors": [], "source": "POL"}, move("m1", "meet", "POL", "LTU", "2025-01-01")]
    assert only(moves).actors == ("POL",)


# What ends it


@pytest.mark.parametrize(
    ("later", "outcome"),
    [
        (move("m", "coerce", "POL", "BLR", "2025-01-20", "closed the crossings at noon"), "carried out"),
        (move("m", "coerce", "POL", "BLR", "2025-01-20", "closed the crossings", status="planned"), "open"),
        (move("m", "coerce", "POL", "BLR", "2025-01-20", "closed the crossings", status="past"), "open"),
        (move("m", "coerce", "POL", "BLR", "2025-01-09", "closed the crossings"), "open"),
        (move("m", "coerce", "LTU", "BLR", "2025-01-20", "closed the crossings"), "open"),
        (move("m", "coerce", "POL", "RUS", "2025-01-20", "closed the crossings"), "open"),
        (move("m", "coerce", "POL", "BLR", "2025-01-20", "arrested a smuggler"), "open"),
        (move("m", "criticize", "POL", "BLR", "2025-01-20", "the crossings"), "open"),
        (move("m", "coerce", "POL", None, "2025-01-20", "closed the crossings"), "carried out"),
        (move("m", "retreat", "BLR", "POL", "2025-01-20", "freed the drivers"), "condition met"),
        (move("m", "promise", "BLR", "POL", "2025-01-20", "free the drivers"), "condition met"),
        (move("m", "promise", "BLR", "POL", "2025-01-20", "will not free the drivers"), "open"),
        (move("m", "reject", "BLR", "POL", "2025-01-20", "free the drivers"), "open"),
        (move("m", "retreat", "BLR", "POL", "2025-01-20", "withdrew a battalion"), "open"),
        (move("m", "promise", "POL", "BLR", "2025-01-20", "not to close the crossings"), "withdrawn"),
        (move("m", "concede", "POL", "EU", "2025-01-20", "the crossings will not be closed"), "withdrawn"),
    ],
)
def test_a_later_move_ends_a_case_by_a_rule(later, outcome):
    assert only([threat(), later]).outcome == outcome


def test_a_link_has_both_moves_the_days_and_its_rule_in_words():
    (link,) = only([threat(), move("m", "coerce", "POL", "BLR", "2025-01-20", "closed the crossings")]).links
    assert (link.evidence, link.days) == (("t1", "m"), 10)
    assert "coerce by the same actor, the same recipient" in link.why
    assert "both speak of border" in link.why


def test_the_first_of_several_decides_and_all_are_kept():
    moves = [
        threat(),
        move("m2", "coerce", "POL", "BLR", "2025-02-20", "closed the crossings"),
        move("m1", "retreat", "BLR", "POL", "2025-01-20", "freed the drivers"),
    ]
    case = only(moves)
    assert (case.outcome, case.days, [link.move for link in case.links]) == ("condition met", 10, ["m1", "m2"])


def test_what_a_person_has_undone_decides_nothing_and_stays_in_sight():
    moves = [threat(), move("m", "coerce", "POL", "BLR", "2025-01-20", "closed the crossings")]
    name = only(moves).id
    undone, confirmed = only(moves, undone={(name, "m")}), only(moves, confirmed={(name, "m")})
    assert (undone.outcome, undone.links[0].verdict) == ("open", "undone")
    assert (confirmed.outcome, confirmed.links[0].verdict) == ("carried out", "confirmed")


def test_a_verdict_on_nothing_is_told():
    notes = find_threats([threat()], until=END, undone={("t0", "m")}).notes
    assert any("1 confirmed or undone" in note for note in notes)


def test_on_the_same_day_only_what_a_report_tells_after_the_threat_counts():
    fire = move("a1", "attack", "CUB", "USA", "2025-01-10", "fired on aircraft", document="d1")
    threatened = move("t1", "threaten", "CUB", "USA", "2025-01-10", "fire on intruding aircraft", document="d1")
    assert only([threatened, fire]).outcome == "carried out"
    assert only([fire, threatened]).outcome == "open"
    assert only([threatened, fire | {"document": "d2"}]).outcome == "open"


def test_consequences_left_open_match_any_material_conflict_but_no_mere_readiness():
    vague = move("t1", "threaten", "CHN", "TWN", "2025-01-10", "serious consequences")
    drill = move("m", "mobilize", "CHN", "TWN", "2025-01-20", "drills", sentence="China held drills.")
    answer = drill | {"sentence": "China held drills in response to the visit."}
    assert only([vague, drill]).outcome == "open"
    assert only([vague, answer]).outcome == "carried out"
    assert only([vague, move("m", "sanction", "CHN", "TWN", "2025-01-20", "a ban on fruit")]).outcome == "carried out"


def test_what_was_announced_apart_from_an_open_threat_does_not_carry_it_out():
    vague = move("t1", "threaten", "USA", "SUN", "2025-01-10", "further action", condition="if work continues")
    plan = move("p1", "coerce", "USA", "SUN", "2025-01-10", "a quarantine", status="planned", issue="maritime")
    done = move("a1", "coerce", "USA", "SUN", "2025-01-12", "the quarantine began", issue="maritime")
    assert only([vague, done]).outcome == "carried out"
    assert only([vague, plan, done]).outcome == "open"


def test_a_condition_that_points_back_is_met_by_what_was_demanded_beside_it():
    vague = move(
        "t1", "threaten", "USA", "SUN", "2025-01-10", "further action", condition="if they refuse", document="d"
    )
    demand = move("d1", "demand", "USA", "SUN", "2025-01-10", "dismantle the rockets", document="d")
    yields = move("c1", "concede", "SUN", "USA", "2025-01-15", "the missiles will be dismantled")
    case = only([vague, demand, yields])
    assert (case.outcome, "demanded beside" in case.links[0].why) == ("condition met", True)


def test_an_assurance_not_to_begin_meets_no_condition():
    deter = move("t1", "threaten", "SUN", "USA", "2025-01-10", "war", condition="if Cuba is attacked")
    assert only([deter, move("m", "promise", "USA", "CUB", "2025-01-20", "no attack on Cuba")]).outcome == "open"


def test_the_forces_of_a_state_carry_out_what_its_government_threatens():
    told = move("t1", "threaten", "RUS GOV", "UKR GOV", "2025-01-10", "strike")
    assert only([told, move("m", "attack", "RUS MIL", "UKR MIL", "2025-01-12", "missiles")]).outcome == "carried out"


def test_silence_is_open_with_its_deadline():
    case = only([threat(deadline="2025-02-01")])
    assert (case.outcome, case.days, case.deadline_passed, case.observed) == ("open", None, True, 355)


def test_a_recipient_is_taken_from_what_stands_beside_the_threat_and_says_so():
    moves = [
        threat(document="d") | {"recipients": []},
        move("d1", "demand", "POL", "BLR", "2025-01-10", "free them", document="d"),
    ]
    case = only(moves)
    assert (case.recipients, case.recipients_inferred) == (("BLR",), True)


# Promises and offers


def promise(content, act="promise", **more):
    return move("t1", act, "SUN", "USA", "2025-01-10", content, issue="arms", **more)


def test_a_promise_is_kept_by_the_act_that_its_words_name():
    left = move("m", "retreat", "SUN", "USA", "2025-01-30", "the last bombers left", issue="arms")
    assert only([promise("withdraw the bombers"), left], act="promise").outcome == "carried out"


def test_a_promise_not_to_act_cannot_be_carried_out_only_broken():
    case = only([promise("not to attack ships")], act="promise")
    assert (case.abstains, case.outcome) == (True, "open")
    broken = only(
        [promise("not to attack ships"), move("m", "attack", "SUN", "USA", "2025-02-01", "attack on ships")],
        act="promise",
    )
    assert broken.outcome == "withdrawn"


def test_an_offer_can_be_refused():
    refused = move("m", "reject", "USA", "SUN", "2025-01-15", "an exchange of bases", issue="arms")
    assert only([promise("exchange bases", act="offer"), refused], act="offer").outcome == "refused"


# Words


@pytest.mark.parametrize(
    ("content", "kinds"),
    [
        ("strike the refineries", {"attack"}),
        ("tariffs of 50 percent", {"sanction"}),
        ("seize any tanker", {"coerce"}),
        ("walk out of the talks", {"reject"}),
        ("severe consequences", set()),
        ("send warships", {"mobilize"}),
    ],
)
def test_words_say_which_acts_would_carry_a_threat_out(content, kinds):
    assert read_announced(content).kinds == kinds


def test_an_answer_in_kind_follows_the_issue():
    assert read_announced("retaliate", issue="sanctions_trade").kinds == {"sanction", "coerce"}
    assert read_announced("retaliate", issue="nuclear").kinds == {"attack"}


@pytest.mark.parametrize(
    ("text", "condition", "wanted"),
    [
        ("war if the capital is attacked", "if the capital is attacked", False),
        ("war if Kyiv does not withdraw", "if Kyiv does not withdraw", True),
        ("close it unless fees are paid", "unless fees are paid", True),
        ("any boarding would be met with fire", "any boarding", False),
        ("Should they refuse, we strike", "Should they refuse", True),
        ("they should leave", None, None),
        ("stop it by arms if need be", None, None),
    ],
)
def test_a_condition_inside_the_words_is_found(text, condition, wanted):
    assert split_condition(text)[1:] == (condition, wanted)


# Rates


def record(cases, acted=0.5):
    moves = [move("m0", "meet", "RUS", "UKR", date(2019, 1, 1))]
    for number in range(cases):
        day = date(2020, 1, 1) + timedelta(days=150 * number)
        moves.append(move(f"t{number}", "threaten", "RUS", "UKR", day, "strike"))
        if number < acted * cases:
            moves.append(move(f"a{number}", "attack", "RUS", "UKR", day + timedelta(days=5), "strike"))
    return find_threats(moves, until=date(2040, 1, 1))


def test_below_the_least_number_there_is_the_list_and_a_note_with_both_numbers():
    found = record(19)
    assert (len(found.rows), found.curves, found.excess) == (19, (), None)
    assert any("20 threats" in note and "19" in note for note in found.notes)


def test_from_enough_cases_on_there_are_rates_with_competing_outcomes_and_the_excess():
    found = record(20)
    assert [curve.outcome for curve in found.curves] == ["carried out", "condition met", "withdrawn"]
    assert found.curves[0].incidence.at(60).incidence == pytest.approx(0.5)
    assert (found.excess.observed, found.excess.expected, found.excess.interval.low > 0) == (0.5, 0.0, True)


def test_what_cannot_be_carried_out_counts_in_no_rate():
    moves = [move(f"t{n}", "threaten", "CUB", f"X{n}", "2025-01-01", "never disarm") for n in range(25)]
    found = find_threats(moves, until=END)
    assert (len(found.rows), found.curves) == (25, ())


def test_in_the_middle_of_a_war_the_excess_is_nothing():
    days = range(0, 3000, 4)
    moves = [move(f"a{n}", "attack", "RUS", "UKR", date(2015, 1, 1) + timedelta(days=n), "strike") for n in days]
    moves += [
        move(f"t{n}", "threaten", "RUS", "UKR", date(2015, 3, 3) + timedelta(days=90 * n), "strike") for n in range(30)
    ]
    found = find_threats(moves, until=date(2023, 1, 1)).excess
    assert found.observed == pytest.approx(1.0)
    assert found.excess == pytest.approx(0.0, abs=0.01)


def test_planted_excess_is_near_the_truth():
    found = plant(cases=40, rate=0.02, lift=0.0, draws=8, seed=2)
    assert abs(found["bias"]) < 0.08


def test_the_chance_by_some_days_is_without_bias():
    # Two of four days with a move: of the six pairs of days one has none.
    assert chance_by(2, with_move=2, watched=4) == pytest.approx(5 / 6)


# Edges


def test_an_empty_record_has_no_cases_and_says_so():
    for moves in ([], pl.DataFrame(schema=SCHEMA)):
        found = find_threats(moves, until=END)
        assert (found.rows, found.curves, found.moves) == ((), (), 0)


def test_unknown_dates_and_actors_are_left_out_and_counted():
    found = find_threats([threat() | {"date": None}, threat("t2") | {"actors": []}], until=END)
    assert (found.rows, sum(one.moves for one in found.left_out)) == ((), 2)


def test_moves_after_the_end_are_not_looked_at():
    moves = [
        threat(),
        move("m", "coerce", "POL", "BLR", "2025-01-20", "closed the crossings"),
        threat("t9", "2025-06-01"),
    ]
    found = find_threats(moves, until=date(2025, 1, 15))
    assert [case.outcome for case in found.rows] == ["open"]
    assert found.left_out[-1].moves == 1


def test_one_actor_threatening_itself_has_no_recipient():
    assert only([move("t1", "threaten", "A", "A", "2025-01-10", "strike")]).recipients == ()


@pytest.mark.parametrize("wrong", [{"act": "attack"}, {"within": 0}, {"minimum": 0}])
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(InputError):
        find_threats([], until=END, **wrong)


WORDS = st.lists(
    st.sampled_from(["strike", "ships", "gas", "unless", "if", "paid", "no", "close", "\x00", "???"]), max_size=5
).map(" ".join)
MOVES = st.lists(
    st.fixed_dictionaries(
        {
            "act": st.sampled_from(
                ["threaten", "attack", "concede", "promise", "retreat", "coerce", "demand", "reject", "offer"]
            ),
            "actors": st.lists(st.sampled_from(["A", "B", "C GOV"]), max_size=2, unique=True),
            "recipients": st.lists(st.sampled_from(["A", "B", "C MIL"]), max_size=2, unique=True),
            "date": st.dates(date(2025, 1, 1), date(2025, 3, 1)) | st.none(),
            "content": WORDS | st.none(),
            "condition": WORDS | st.none(),
            "status": st.sampled_from(["actual", "planned", "past"]),
        }
    ),
    max_size=15,
)


@settings(max_examples=40, deadline=None)
@given(MOVES, st.sampled_from(["threaten", "promise", "offer"]))
def test_whatever_is_reported_every_statement_is_in_one_case_and_links_come_later(moves, act):
    moves = [one | {"id": f"m{number}"} for number, one in enumerate(moves)]
    found = find_threats(moves, act=act, until=END)
    stated = [name for case in found.rows for name in case.evidence]
    assert len(stated) == len(set(stated)) == found.moves
    for case in found.rows:
        assert all(link.date >= case.first and link.case == case.id for link in case.links)
        assert (case.outcome == "open") == (case.outcome_date is None)


def test_the_dossier_of_1962_is_found_from_its_moves():
    gold = json.loads(Path("examples/cuba-1962/gold.json").read_text(encoding="utf-8"))
    rows = gold_rows(gold)
    result = score(gold, find_threats(rows, until=date(1962, 11, 21)), {row["id"]: row["document"] for row in rows})
    assert result["found"] >= 10
    assert result["outcome right"] >= 9
    assert result["extra"] <= 2
