import random

from demarche.sources import parse_coded
from demarche.training.augment import exchange_parties, swap_sides

TEXT = "Moscow said Russian forces would leave Kyiv's region if Ukraine signed."
MOVE = {
    "act": "offer",
    "status": "actual",
    "issue": "withdrawal",
    "trigger": [33, 38, "leave"],
    "actors": [[12, 26, "Russian forces"]],
    "condition": [53, 70, "if Ukraine signed"],
    "source": [0, 6, "Moscow"],
}


def exchange(share=1.0, seed=3):
    coded = parse_coded({"id": "x", "text": TEXT, "voice": "report", "moves": [MOVE]})
    return exchange_parties([coded], share=share, generator=random.Random(seed))[0].sentence


def test_spans_move_with_the_words():
    sentence = exchange()
    move = sentence.moves[0]
    for span in move.spans():
        span.check(sentence.span.text)
    assert move.trigger.text == "leave"
    assert move.actors[0].text.endswith(" forces")
    assert move.condition.text.startswith("if ")


def test_a_state_keeps_one_other_identity_through_the_sentence():
    words = exchange().span.text.split()
    assert "Russian" not in words
    assert "Moscow" not in words
    assert "Ukraine" not in words


def test_no_share_changes_nothing():
    assert exchange(share=0.0).span.text == TEXT


def test_two_sides_take_each_others_place_and_the_spans_go_with_them():
    coded = parse_coded({"id": "x", "text": TEXT, "voice": "report", "moves": [MOVE]})
    swapped = swap_sides(coded).sentence
    assert swapped.span.text == "Kyiv said Ukrainian forces would leave Moscow's region if Russia signed."
    assert [span.text for span in swapped.moves[0].spans()] == ["leave", "Ukrainian forces", "if Russia signed", "Kyiv"]
    assert swap_sides(swap_sides(coded)) == coded


def test_one_side_or_three_are_not_swapped():
    for text in ("Kyiv rejected it.", "Kyiv, Moscow and Ankara met.", "He rejected it."):
        assert swap_sides(parse_coded({"id": "x", "text": text, "voice": "report", "moves": []})) is None
