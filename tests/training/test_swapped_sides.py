"""A coder that cares whose name stands there is found out, and one that does not is not accused."""

import pytest

from demarche.model import Span
from demarche.sources import parse_coded
from demarche.testing import ModelServer
from demarche.testing._model_server import sentences_asked
from evaluation import swap


class Reader:
    """Codes every "rejected" as the act that it thinks fits whoever stands first."""

    coder = "test/1"

    def __init__(self, **acts):
        self.acts = acts

    def read_sentences(self, spans):
        for span in spans:
            yield self.read_one(span)

    def read_one(self, span: Span):
        place, first = span.text.index("rejected"), span.text.split()[0]
        move = {
            "act": self.acts.get(first, "reject"),
            "status": "actual",
            "issue": "talks",
            "trigger": [place, place + 8, "rejected"],
        }
        moves = [] if move["act"] == "none" else [move]
        return parse_coded({"id": "x", "text": span.text, "voice": "report", "moves": moves}).sentence


GOLD = [
    parse_coded({"id": str(number), "split": "dev", "text": text, "voice": "report", "moves": []})
    for number, text in enumerate(
        ["Moscow rejected a Ukrainian offer.", "Paris rejected what Germany said.", "Cairo rejected a Greek note."]
    )
]


def changes(reader):
    _, expected, found = swap._read_both(reader, GOLD)
    return {name: (number, share) for name, (number, share, _, _) in swap.measure(expected, found).items()}


def test_a_fair_coder_changes_nothing():
    assert set(changes(Reader()).values()) == {(0, 0.0)}


def test_a_coder_that_finds_one_side_worse_is_found_out():
    found = changes(Reader(Moscow="threaten"))
    assert found["act"] == found["any of these"] == (1, pytest.approx(1 / 3))
    assert found["move lost"] == (0, 0)


def test_a_coder_that_sees_one_side_only_is_found_out():
    assert changes(Reader(Kyiv="none"))["move lost"][0] == 1
    assert changes(Reader(Moscow="none"))["move only now"][0] == 1


def test_a_language_model_is_asked_twice_so_that_chance_can_be_told_apart(monkeypatch, capsys, tmp_path):
    gold = tmp_path / "gold.jsonl"
    gold.write_text(
        '{"id": "1", "split": "dev", "text": "Moscow rejected a Ukrainian offer.", "voice": "report", "moves": []}'
    )

    def answer(request):
        entries = [{"n": n, "voice": "report", "moves": []} for n, _ in enumerate(sentences_asked(request), 1)]
        return str({"sentences": entries}).replace("'", '"')

    with ModelServer(answer) as server:
        monkeypatch.setattr("sys.argv", ["swap", str(gold), "--coder", f"llm:m@{server.address}"])
        swap.main()
    assert server.sentences() == [
        ["Moscow rejected a Ukrainian offer."],
        ["Kyiv rejected a Russian offer."],
        ["Moscow rejected a Ukrainian offer."],
    ]
    assert [request["seed"] for request in server.requests] == [1, 1, 1001]
    assert "asked again, unchanged" in capsys.readouterr().out
