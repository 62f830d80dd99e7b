"""The examples that a language model is shown are ours, chosen without chance, and none of those that measure."""

import json
from importlib import resources

from demarche.codebook import load_codebook
from demarche.reading.llm._answers import read_answers
from demarche.reading.llm._words import show
from demarche.sources import parse_coded
from demarche.training.corpus import own_sentences
from demarche.training.examples import choose_examples, example_record


def shipped():
    text = resources.files("demarche.reading.llm").joinpath("examples.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_shipped_examples_are_those_that_the_choice_makes():
    train, _ = own_sentences("sentences.jsonl")
    assert shipped() == [example_record(coded) for coded in choose_examples(train, 16)]


def test_no_example_is_one_that_coders_are_measured_on():
    _, dev = own_sentences("sentences.jsonl")
    assert not {one["text"] for one in shipped()} & {coded.sentence.span.text for coded in dev}


def test_twelve_examples_show_every_act_and_status_and_a_sentence_without_moves():
    moves = [move for one in shipped()[:12] for move in one["moves"]]
    assert len({move["act"] for move in moves}) >= 22
    assert len({move["status"] for move in moves}) == 5
    assert [] in [one["moves"] for one in shipped()[:12]]


def test_a_trigger_that_stands_twice_has_its_number():
    move = {"act": "meet", "status": "past", "issue": "talks", "trigger": [14, 17, "met"]}
    coded = parse_coded(
        {"id": "1", "split": "train", "text": "They met, and met again.", "voice": "report", "moves": [move]}
    )
    (record,) = example_record(coded)["moves"]
    assert (record["trigger"], record["nth"]) == ("met", 2)


def test_an_answer_can_hold_almost_everything_that_our_coders_coded():
    """Words without offsets are enough: what the rules of occurrence lose is the ceiling of every language model."""
    _, dev = own_sentences("sentences.jsonl")
    gold = right = 0
    for coded in dev:
        entry = {"n": 1, **{name: example_record(coded)[name] for name in ("voice", "moves")}}
        answers = read_answers(json.dumps({"sentences": [entry]}), [show(coded.sentence.span)], load_codebook())
        spans = {(move.act, span) for move in coded.sentence.moves for span in move.spans()}
        gold += len(spans)
        right += len(spans & {(move.act, span) for move in answers.sentences[0].moves for span in move.spans()})
    assert right / gold > 0.99
