import random

from demarche.sources import parse_coded
from demarche.training.augment import exchange_parties

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
