from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.analysis.frame import as_frame
from demarche.analysis.playbooks import check_playbooks, load_playbooks, mine_playbooks, parse_playbook, parse_playbooks
from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import Act
from demarche.model.playbooks import Playbook, Step
from evaluation import playbooks as evaluation

START = date(2001, 1, 1)


def move(day, act, actor="A", recipient="B", **more):
    when = (START + timedelta(days=day)).isoformat()
    name = f"{act}-{actor}{recipient}-{day}"
    return {"id": name, "act": act, "actors": [actor], "recipients": [recipient], "date": when} | more


def row(moves, line, **options):
    return check_playbooks(moves, [line], **options).rows[0]


# What people write


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("demand->attack", "demand -> attack within 14d, same dyad"),
        ("a b: demand \u2192 attack, same dyad, within 3 days", "a b: demand -> attack within 3d, same dyad"),
        ("attack -> answered by attack|coerce within 7d", "attack -> <- attack | coerce within 7d, same dyad"),
        ("verbal  co-operation -> REQUEST within 1 day", "verbal cooperation -> REQUEST within 1d, same dyad"),
        ("sign|accept on ceasefire -> attack", "sign | accept on ceasefire -> attack within 14d, same dyad"),
    ],
)
def test_a_line_is_read_and_written_in_one_way(line, shown):
    assert str(parse_playbook(line)) == shown


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("demand -> atack", ("step 2", "'atack'", "did you mean 'attack'?")),
        ("demand -> ", ("step 2 is empty",)),
        ("demand", ("two steps or more",)),
        ("", ("step 1 is empty",)),
        ("<- demand -> attack", ("step 1", "no answer", "leave out")),
        ("demand -> attack within two weeks", ("'within two weeks'", "within 14d")),
        ("demand -> attack within 0d", ("1 to 3650",)),
        ("demand -> attack within 3d within 4d", ("twice",)),
        ("demand -> attack, any order", ("'any order'", "same dyad")),
        ("demand | -> attack", ("step 1", "beside the '|'")),
        ("demand -> attack on moon", ("step 2", "'moon'")),
        (": demand -> attack", ("name",)),
        ("Request -> attack", ("step 1", "did you mean")),
    ],
)
def test_a_line_that_is_none_says_what_is_wrong_and_where(line, words):
    with pytest.raises(InputError) as found:
        parse_playbook(line)
    assert [word for word in ("playbook", *words) if word not in str(found.value)] == []


def test_a_file_of_playbooks_names_the_line_that_is_wrong():
    assert [one.name for one in parse_playbooks("# ours\n\nx: demand -> attack # why\n")] == ["x"]
    with pytest.raises(InputError, match=r"own\.txt, line 2.*'atack'"):
        parse_playbooks("demand -> attack\ndemand -> atack", where="own.txt")


KINDS = st.sampled_from(
    [*(act.value for act in Act), *load_codebook().events, "verbal cooperation", "verbal conflict", "material conflict"]
)
STEPS = st.builds(
    lambda kinds, issue, answer: Step(kinds=tuple(dict.fromkeys(kinds)), issue=issue, answer=answer),
    st.lists(KINDS, min_size=1, max_size=3),
    st.none() | st.sampled_from(list(load_codebook().issues)),
    st.booleans(),
)
NAMES = st.none() | st.from_regex(r"[\w'()-][\w '()-]{0,20}[\w'()-]", fullmatch=True).filter(str.isprintable)
PLAYBOOKS = st.builds(
    lambda first, rest, within, name: Playbook(
        steps=(Step(kinds=first.kinds, issue=first.issue), *rest), within=within, name=name
    ),
    STEPS,
    st.lists(STEPS, min_size=1, max_size=4),
    st.integers(1, 3650),
    NAMES,
)


@settings(deadline=None)
@given(PLAYBOOKS)
def test_what_is_written_reads_back_the_same(playbook):
    assert parse_playbook(str(playbook)) == playbook


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_playbook_or_an_error_of_ours(text):
    try:
        found = parse_playbook(text)
    except InputError:
        return
    assert parse_playbook(str(found)) == found


def test_the_playbooks_that_ship_have_names_of_their_own_and_say_what_they_look_for():
    shipped = load_playbooks()
    assert len({playbook.name for playbook in shipped}) == len(shipped) >= 8
    assert all(playbook.about and parse_playbook(str(playbook)) == playbook for playbook in shipped)


# What is counted


def test_a_step_counts_from_the_next_day_to_the_last_day_of_its_time():
    moves = [move(0, "demand"), move(100, "demand"), move(200, "demand"), move(300, "demand")]
    moves += [move(0, "attack"), move(101, "attack"), move(214, "attack"), move(315, "attack")]
    found = row(moves, "demand -> attack within 14d")
    assert [case.days[0].timetuple().tm_yday - 1 for case in found.cases] == [100, 200]
    assert (found.occurrences, found.first_steps) == (2, 4)


def test_each_first_step_counts_once_and_an_ending_may_serve_several():
    moves = [move(0, "demand"), move(2, "demand"), move(5, "attack"), move(6, "attack")]
    found = row(moves, "demand -> attack")
    assert (found.occurrences, found.endings, found.dyads) == (2, 1, 1)


def test_several_reports_of_a_day_are_one_step_with_all_of_them_as_evidence():
    moves = [move(0, "demand"), move(0, "demand", id="again"), move(1, "attack")]
    found = row(moves, "demand -> attack")
    assert found.occurrences == 1
    assert found.cases[0].evidence == (("demand-AB-0", "again"), ("attack-AB-1",))
    assert found.evidence == ("demand-AB-0", "again", "attack-AB-1")


def test_only_the_same_two_parties_make_a_sequence():
    moves = [move(0, "demand"), move(1, "attack", "A", "C"), move(1, "attack", "B", "A")]
    assert row(moves, "demand -> attack").occurrences == 0
    answered = row(moves, "demand -> <- attack")
    assert (answered.occurrences, answered.cases[0].actor, answered.cases[0].recipient) == (1, "A", "B")


def test_steps_may_be_acts_events_quad_classes_alternatives_and_issues():
    moves = [move(0, "appeal"), move(3, "accuse", issue="nuclear")]
    lines = [
        "REQUEST -> ACCUSE",
        "verbal conflict -> accuse",
        "demand | appeal -> reject | accuse on nuclear",
        "appeal -> accuse on energy",
    ]
    assert [found.occurrences for found in check_playbooks(moves, lines).rows] == [1, 1, 1, 0]


def test_a_chain_goes_from_each_step_to_the_next_of_its_kind():
    moves = [move(0, "demand"), move(5, "threaten"), move(9, "threaten"), move(21, "attack")]
    assert row(moves, "demand -> threaten -> attack within 14d").occurrences == 0
    assert row(moves, "demand -> threaten -> attack within 16d").cases[0].evidence[1] == ("threaten-AB-5",)


def test_several_parties_of_a_move_are_pairs_and_a_party_does_nothing_to_itself():
    moves = [move(0, "demand", actors=["A", "C"], recipients=["B", "C"]), move(1, "attack", "C", "B")]
    found = check_playbooks([*moves, move(2, "attack", "B", "B")], ["demand -> attack"])
    assert (found.rows[0].occurrences, found.rows[0].first_steps, found.moves) == (1, 3, 2)
    assert found.left_out[-1].moves == 1


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 60), st.sampled_from(["demand", "threaten", "attack"]), st.sampled_from(["AB", "BA", "AC"])
    ),
    max_size=40,
)


@settings(deadline=None)
@given(EVENTS, st.integers(1, 20), st.sampled_from(["", "<- "]))
def test_the_count_is_that_of_a_plain_loop(events, within, answer):
    moves = [move(day, act, *pair, id=f"m{number}") for number, (day, act, pair) in enumerate(events)]
    found = row(moves, f"demand -> {answer}threaten -> attack within {within}d")
    did = set(events)

    def following(pair, act, day):
        later = [other for other, what, whom in did if (what, whom) == (act, pair) and other > day]
        return min(later, default=None) if later and min(later) - day <= within else None

    count = 0
    for day, act, pair in did:
        if act == "demand":
            second = following(pair[::-1] if answer else pair, "threaten", day)
            count += second is not None and following(pair, "attack", second) is not None
    assert found.occurrences == (count if events else None)


# What it is tested against


def ordered(times, apart=28, gap=3, second="attack", answer=False, start=5):
    pair = ("B", "A") if answer else ("A", "B")
    return [
        one
        for number in range(times)
        for one in (move(start + apart * number, "demand"), move(start + apart * number + gap, second, *pair))
    ]


def test_always_in_one_order_is_a_lift_of_two_and_the_p_that_the_blocks_allow():
    found = row(ordered(12), "demand -> attack")
    assert (found.occurrences, found.other_occurrences, found.blocks, found.lift) == (12, 0, 12, 2.0)
    assert found.expected == 6
    assert found.null.low <= 6 <= found.null.high < 12
    assert found.p <= 0.01
    assert found.other_order == "attack -> demand"


def test_as_often_before_as_after_is_no_order():
    moves = ordered(20) + [move(28 * number + 2, "attack") for number in range(20)]
    found = row(moves, "demand -> attack")
    assert (found.lift, found.p) == (1.0, 1.0)


def test_a_burst_in_one_block_is_one_piece_of_evidence():
    moves = [move(day, "demand") for day in range(12)] + [move(day, "attack") for day in range(12, 24)]
    found = row(moves, "demand -> attack")
    assert found.occurrences == 12
    assert found.p > 0.4
    assert "in 1 block of time only" in found.note


def test_below_the_minimum_there_is_the_list_and_how_many_are_needed():
    found = row(ordered(9), "demand -> attack")
    assert (found.occurrences, len(found.cases), found.lift, found.p, found.null) == (9, 9, None, None, None)
    assert found.note == "9 occurrences; it is tested from 10 on"


def test_a_third_step_without_order_does_not_pass_on_the_strength_of_the_other_two():
    moves = ordered(40, second="threaten")
    moves += [move(5 + 28 * number + (6 if number % 2 else -3), "attack") for number in range(40)]
    pair, chain = check_playbooks(moves, ["demand -> threaten", "demand -> threaten -> attack"]).rows
    assert pair.p <= 0.01
    assert chain.occurrences == 20
    assert chain.p > 0.1
    assert chain.other_order == "attack -> demand -> threaten"


def test_a_chain_whose_steps_all_stand_in_order_passes():
    moves = ordered(15, second="threaten") + [move(5 + 28 * number + 6, "attack") for number in range(15)]
    found = row(moves, "demand -> threaten -> attack")
    assert (found.occurrences, found.lift) == (15, 2.0)
    assert found.p <= 0.01


def test_retaliation_is_told_by_who_answers_since_a_mirror_shows_the_same():
    moves = []
    for number in range(40):
        one, other = ("A", "B") if number % 2 else ("B", "A")
        moves += [move(20 * number, "attack", one, other), move(20 * number + 2, "attack", other, one)]
    found = row(moves, "attack -> <- attack within 7d")
    assert (found.occurrences, found.other_order, found.blocks) == (40, None, None)
    assert found.lift > 1.3
    assert found.p <= 0.01
    alone = [move(20 * number + more, "attack") for number in range(40) for more in (0, 2)]
    assert row(alone, "attack -> <- attack within 7d").occurrences == 0


def test_one_act_repeated_by_one_side_is_counted_and_not_tested():
    found = row([move(3 * number, "attack") for number in range(30)], "attack -> attack")
    assert (found.occurrences, found.p) == (29, None)
    assert "no order" in found.note


def test_the_seed_fixes_all():
    moves = ordered(12) + [move(28 * number, "attack") for number in range(0, 12, 3)]
    once, again, other = (row(moves, "demand -> attack", seed=seed) for seed in (1, 1, 2))
    assert once == again
    assert abs(once.p - other.p) < 0.05


# Edges


@pytest.mark.parametrize(
    "moves",
    [
        [],
        [{"id": "m1", "act": "demand", "actors": ["A"]}],
        [move(0, "demand", date=None)],
        [move(0, "demand", "A", "A")],
        [move(0, "demand", date="2001")],
        [move(0, "demand", status="negated")],
        [move(0, "demand", voice="opinion")],
    ],
)
def test_where_nothing_can_be_counted_the_number_is_unknown_not_zero(moves):
    found = check_playbooks(moves)
    assert {one.occurrences for one in found.rows} == {None}
    assert "nothing can be counted" in found.notes[0]
    assert mine_playbooks(moves).tried == mine_playbooks(moves, length=3).tried == 0
    assert found.moves + sum(one.moves for one in found.left_out) == len(moves)


def test_one_day_has_no_order():
    found = check_playbooks([move(0, act.value) for act in Act])
    assert {one.occurrences for one in found.rows} == {0}


def test_a_step_that_nobody_is_reported_to_take_is_named():
    assert row([move(0, "demand")], "demand -> <- sign").note.endswith("two parties: <- sign")


def test_options_out_of_range_are_refused():
    for options in ({"block": 1}, {"draws": 10}, {"minimum": 0}, {"keep": 0}):
        with pytest.raises(InputError):
            check_playbooks([], **options)
    for options in ({"length": 4}, {"within": 0}, {"limit": 0}, {"top": 0}):
        with pytest.raises(InputError):
            mine_playbooks([], **options)


def test_ten_thousand_parties_and_a_thousand_years_apart_are_no_trouble():
    moves = [move(number % 700, "demand", f"P{number}", f"P{number + 1}") for number in range(10_000)]
    moves += [move(5, "attack", date="1001-01-05"), move(9, "attack", date="1999-12-31")]
    frame = as_frame(moves)
    found = check_playbooks(frame)
    assert found.moves == 10_002
    assert row(frame, "demand -> attack").first_steps == 10_000
    assert mine_playbooks(frame).rows == ()


# Candidates


def noise(seed, size=600, days=700):
    rng = np.random.default_rng(seed)
    acts = ["demand", "threaten", "attack", "reject", "meet"]
    return [
        move(int(rng.integers(days)), str(rng.choice(acts)), *str(rng.choice(["AB", "BA", "AC"])), id=f"n{number}")
        for number in range(size)
    ]


@pytest.mark.parametrize("length", [2, 3])
def test_candidates_have_the_figures_of_the_same_sequence_when_it_is_named(length):
    moves = noise(3)
    found = mine_playbooks(moves, length=length)
    assert found.tried > 20
    for one in found.rows[:4]:
        named = row(moves, one.sequence, keep=100)
        assert (named.occurrences, named.p, named.lift) == (one.occurrences, one.p, one.lift)
        assert one.p_all >= one.p - 0.01


def test_a_planted_sequence_stands_first_and_is_not_tried_once_it_has_a_name():
    moves = noise(4, size=150) + ordered(24, second="retreat", answer=True)
    found = mine_playbooks(moves)
    assert found.rows[0].sequence.startswith("demand -> <- retreat")
    assert found.rows[0].p_all <= 0.05
    assert found.rows[0].name is None
    again = mine_playbooks(moves, named=["demand -> <- retreat within 7d"])
    assert (again.named, again.tried) == (1, found.tried - 1)
    assert not [one for one in again.rows if one.sequence.startswith("demand -> <- retreat")]
    assert "Candidates, not findings" in again.notes[0]


def test_a_planted_chain_of_three_is_found():
    moves = noise(5, size=100) + ordered(24, second="retreat")
    moves += [move(5 + 28 * number + 7, "sign", "B", "A") for number in range(24)]
    found = mine_playbooks(moves, length=3)
    assert found.rows[0].sequence == "demand -> retreat -> <- sign within 14d, same dyad"
    assert found.rows[0].p_all <= 0.05


def test_sequences_that_are_not_tried_are_counted():
    found = mine_playbooks(noise(6), length=3, limit=10)
    assert found.tried == 10
    assert found.skipped > 10
    assert "not tried" in " ".join(found.notes)


# What it costs and finds, on planted truth (the full tables: evaluation/playbooks.py)


@pytest.mark.parametrize("scenario", ["phases", "common self-exciting"])
def test_bursts_without_order_give_no_more_false_alarms_than_stated(scenario):
    found = evaluation.false_alarms(scenario, ledgers=12, draws=199, seed=5)
    assert sum(one["hits"] for one in found.values()) <= 0.12 * 12 * len(found)


def test_blocks_of_each_act_moved_alone_would_give_them():
    found = evaluation.compare_nulls("phases", ledgers=6, draws=49, seed=2)
    assert found["28-day blocks of an act"]["rate"] >= 0.5
    assert found["blocks mirrored"]["rate"] <= 0.2


@pytest.mark.parametrize("plant", list(evaluation.PLANTED))
def test_strong_sequences_are_found_in_bursts(plant):
    found = evaluation.power(plant, name="phases", share=0.6, days=1092, ledgers=8, draws=199, seed=4, errors=False)
    assert found["rate"] >= 0.5
    assert found["lift"] > 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_a_mirrored_ledger_has_the_other_count(seed):
    rng = np.random.default_rng(seed)
    moves = [move(int(rng.integers(200)), str(rng.choice(["demand", "attack"])), id=f"m{n}") for n in range(60)]
    mirrored = [
        {**one, "date": (START + timedelta(days=200) - (date.fromisoformat(one["date"]) - START)).isoformat()}
        for one in moves
    ]
    found, other = row(moves, "demand -> attack", minimum=1), row(mirrored, "demand -> attack", minimum=1)
    assert (found.occurrences, found.other_occurrences) == (other.other_occurrences, other.occurrences)
