"""Labels for the network must say the same as the coded sentence: decoding them gives its spans back."""

from pathlib import Path

import numpy as np
import pytest

from demarche.reading._assemble import CandidateScores, assemble_move
from demarche.reading._decode import find_triggers
from demarche.reading._labels import ACTS, ISSUES, RECIPIENT_TAGS, ROLE_TAGS, STATUSES, TRIGGER_TAGS
from demarche.reading._weights import load_weights
from demarche.sources import parse_coded, read_coded
from demarche.training.data import IGNORE, make_examples

pytestmark = pytest.mark.model
CORPUS = Path(__file__).parents[2] / "corpus" / "sentences.jsonl"


@pytest.fixture(scope="module")
def tokenizer():
    return load_weights(threads=1).tokenizer


def one_hot(label, size):
    return np.eye(size, dtype=np.float32)[label] * 20.0


def decode(example):
    """Return the moves that a network would give that had learnt the labels by heart."""
    tokens = example.tokens
    triggers = one_hot(example.triggers[tokens.first], len(TRIGGER_TAGS))
    found = find_triggers(triggers - 20.0, 0.5)
    moves = {(move.first, move.end): move for move in example.moves}
    for first, end, chance in found:
        labels = moves[first, end]
        scores = CandidateScores(
            act=one_hot(labels.act, len(ACTS)),
            status=one_hot(labels.status, len(STATUSES)),
            issue=one_hot(labels.issue, len(ISSUES)),
            roles=one_hot(labels.roles[tokens.first], len(ROLE_TAGS)),
            recipients=one_hot(labels.recipients[tokens.first], len(RECIPIENT_TAGS)),
        )
        yield assemble_move(example.coded.sentence.span, tokens, (first, end, chance), scores)


def test_labels_decode_to_the_coded_move(tokenizer):
    move = {
        "act": "threaten",
        "status": "planned",
        "issue": "talks",
        "trigger": [5, 14, "will veto"],
        "actors": [[0, 4, "Kyiv"]],
        "recipients": [[32, 38, "Moscow"]],
        "content": [15, 20, "talks"],
        "condition": [21, 38, "unless it, Moscow"],
    }
    coded = parse_coded(
        {"id": "x", "text": "Kyiv will veto talks unless it, Moscow, stops.", "voice": "report", "moves": [move]}
    )
    (example,) = make_examples(tokenizer, [coded])
    (found,) = decode(example)
    assert [span.text for span in found.spans()] == ["will veto", "Kyiv", "Moscow", "talks", "unless it, Moscow"]


def test_most_of_the_corpus_comes_back_whole(tokenizer):
    coded = [item for item in read_coded(CORPUS) if item.split == "dev"]
    whole = total = 0
    for example in make_examples(tokenizer, coded):
        if len({(move.first, move.end) for move in example.moves}) < len(example.moves):
            continue
        gold = {tuple(sorted((s.start, s.end) for s in move.spans())) for move in example.coded.sentence.moves}
        found = {tuple(sorted((s.start, s.end) for s in move.spans())) for move in decode(example)}
        whole += len(gold & found)
        total += len(gold)
    assert whole / total > 0.9


def test_only_first_pieces_carry_labels(tokenizer):
    coded = parse_coded({"id": "x", "text": "Zelenskyy met Yoon.", "voice": "report", "moves": []})
    (example,) = make_examples(tokenizer, [coded])
    assert set(np.flatnonzero(example.triggers != IGNORE)) == set(example.tokens.first)
