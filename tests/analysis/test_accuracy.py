from dataclasses import replace

import pytest

from demarche.analysis import match_moves, measure_accuracy
from demarche.model import Act, Status
from demarche.sources import parse_coded

TEXT = "Kyiv rejected Moscow's demand to withdraw."
REJECT = {
    "act": "reject",
    "status": "actual",
    "issue": "withdrawal",
    "trigger": [5, 13, "rejected"],
    "actors": [[0, 4, "Kyiv"]],
}
DEMAND = {
    "act": "demand",
    "status": "past",
    "issue": "withdrawal",
    "trigger": [23, 29, "demand"],
    "actors": [[14, 20, "Moscow"]],
}


def sentence(*moves, voice="report"):
    return parse_coded({"id": "x", "text": TEXT, "voice": voice, "moves": list(moves)}).sentence


def values(gold, coded):
    return {name: measure.value for name, measure in measure_accuracy([gold], [coded], draws=20).measures.items()}


def test_perfect_coding_scores_one_everywhere():
    gold = sentence(REJECT, DEMAND)
    assert {value for value in values(gold, gold).values() if value is not None} == {1.0}


def test_a_missed_move_costs_recall_alone():
    act = measure_accuracy([sentence(REJECT, DEMAND)], [sentence(REJECT)], draws=20).measures["act"]
    assert (act.precision, act.recall, act.gold) == (1.0, 0.5, 2)
    assert act.value == pytest.approx(2 / 3)


def test_another_act_on_the_same_trigger_counts_for_the_trigger_but_not_for_the_act():
    coded = sentence(REJECT | {"act": "criticize"})
    found = values(sentence(REJECT), coded)
    assert (found["trigger"], found["act"], found["event"]) == (1.0, 0.0, 0.0)


def test_offer_and_promise_are_one_event():
    found = values(sentence(REJECT | {"act": "offer"}), sentence(REJECT | {"act": "promise"}))
    assert (found["act"], found["event"]) == (0.0, 1.0)


def test_a_trigger_is_matched_once_and_overlap_is_enough():
    gold = sentence(REJECT).moves
    coded = sentence(REJECT, REJECT | {"trigger": [5, 20, "rejected Moscow"]}).moves
    assert [other.trigger.text for _, other in match_moves(gold, coded)] == ["rejected"]
    assert len(match_moves(gold, coded[1:])) == 1


def test_status_is_judged_on_matched_moves_only():
    gold = sentence(DEMAND)
    coded = replace(gold, moves=(replace(gold.moves[0], status=Status.ACTUAL),))
    found = values(gold, coded)
    assert (found["status"], found["status_other"], found["act"]) == (0.0, 0.0, 1.0)


def test_quiet_counts_only_sentences_without_gold_moves():
    accuracy = measure_accuracy([sentence(), sentence(), sentence(REJECT)], [sentence(), sentence(REJECT), sentence()])
    assert (accuracy.measures["quiet"].value, accuracy.measures["quiet"].gold) == (0.5, 2)


def test_voice_and_confusion_are_counted():
    accuracy = measure_accuracy([sentence(REJECT)], [sentence(DEMAND, voice="opinion")])
    assert accuracy.measures["voice"].value == 0.0
    assert accuracy.confusion == {("reject", "none"): 1, ("none", "demand"): 1}


def test_a_measure_without_cases_is_unknown_not_zero():
    act = measure_accuracy([sentence()], [sentence()]).measures["act"]
    assert (act.value, act.low, act.precision) == (None, None, None)


def test_the_interval_holds_the_value_and_the_seed_fixes_it():
    gold = [sentence(REJECT)] * 30
    coded = [sentence(REJECT)] * 20 + [sentence()] * 10
    one, other = (measure_accuracy(gold, coded, seed=3).measures["act"] for _ in range(2))
    assert one == other
    assert one.low < one.value < one.high


def test_acts_have_measures_of_their_own():
    found = values(sentence(REJECT, DEMAND), sentence(REJECT))
    assert (found[f"act:{Act.REJECT}"], found[f"act:{Act.DEMAND}"]) == (1.0, 0.0)
