"""The shipped weights: what must hold whatever they have learnt, and plain cases that they must not miss."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.errors import InputError, ModelError
from demarche.model import Span
from demarche.reading import load_reader
from demarche.reading._tokens import split_tokens

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def reader():
    return load_reader(threads=1)


def read(reader, text):
    (sentence,) = reader.read_sentences([Span.of(text, 0, len(text))])
    return sentence


JUNK = (
    "e\u0301",
    "\U0001f600",
    "\u202eabc\u202c",
    "\u2066",
    "\ufffd",
    "\ud800",
    "İstanbul",
    "Straße",
    "—",
    "\u3000",
    "\u200d",
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10), st.sampled_from(JUNK)), max_size=6))
def test_every_span_holds_the_words_at_its_offsets(reader, junk):
    words = "Kyiv rejected Moscow's demand to withdraw its troops before Friday .".split()
    for place, word in junk:
        words.insert(place, word)
    text = " ".join(words)
    (sentence,) = reader.read_sentences([Span.of(text, 0, len(text)).shift(11)])
    for move in sentence.moves:
        for span in move.spans():
            span.shift(-11).check(text)
    assert sentence.moves


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_words_lie_in_order_inside_the_text(reader, text):
    (tokens,) = split_tokens(reader._weights.tokenizer, [text])
    assert np.all(tokens.starts < tokens.ends)
    assert np.all(tokens.ends[:-1] <= tokens.starts[1:])
    assert not len(tokens.ends) or tokens.ends[-1] <= len(text)


def test_a_sentence_is_read_the_same_alone_and_among_others(reader):
    texts = [
        "Kyiv rejected the plan.",
        "Moscow demanded that Ukraine withdraw its troops from Donetsk before any truce.",
    ]
    together = list(reader.read_sentences([Span.of(text, 0, len(text)) for text in texts * 20]))
    assert [move.trigger for move in together[0].moves] == [move.trigger for move in read(reader, texts[0]).moves]
    confidence = [sentence.moves[0].confidence for sentence in together[1::2]]
    assert max(confidence) - min(confidence) < 0.05
    assert confidence[0] == pytest.approx(read(reader, texts[1]).moves[0].confidence, abs=0.05)


@pytest.mark.parametrize(
    ("text", "act", "actor"),
    [
        ("Kyiv rejected the proposal on Monday.", "reject", "Kyiv"),
        ("The United States imposed sanctions on two Iranian banks.", "sanction", "United States"),
        ("France urged both sides to return to the talks.", "appeal", "France"),
        ("Israeli forces shelled the town on Friday.", "attack", "Israeli forces"),
        ("The two presidents met in Geneva.", "meet", "two presidents"),
        ("North Korea threatened to retaliate if the drills go ahead.", "threaten", "North Korea"),
    ],
)
def test_plain_moves_are_found_with_their_actor(reader, text, act, actor):
    moves = read(reader, text).moves
    assert act in [move.act.value for move in moves]
    assert actor in [span.text for move in moves for span in move.actors]


@pytest.mark.parametrize(
    "text", ["Heavy snow fell in the Alps.", "The striker scored twice in the second half.", "x", "1, 2, 3"]
)
def test_sentences_about_nothing_of_the_kind_have_no_move(reader, text):
    assert read(reader, text).moves == ()


def test_a_condition_is_found(reader):
    (move,) = [move for move in read(reader, "Ankara will veto the bid unless Sweden extradites the men.").moves]
    assert move.condition.text.startswith("unless Sweden")


def test_related_events_are_probabilities(reader):
    chances = reader.relate("Paris imposed sanctions on Minsk.", actor=(0, 5), recipient=(27, 32))
    assert sum(chances.values()) == pytest.approx(1.0)
    assert len(chances) == 16
    with pytest.raises(InputError, match="recipient"):
        reader.relate("Paris.", actor=(0, 5), recipient=(40, 45))
    with pytest.raises(InputError, match="actor"):
        reader.relate("Paris.", actor=(5, 0), recipient=None)


def test_related_events_without_any_trigger_are_still_probabilities(reader):
    chances = reader.relate("Paris Minsk", actor=(0, 5), recipient=None)
    assert sum(chances.values()) == pytest.approx(1.0)


def test_a_text_without_words_relates_nobody(reader):
    with pytest.raises(InputError, match="no words"):
        reader.relate("", actor=None, recipient=None)


@pytest.mark.parametrize("text", ["\U0001f600 \U0001f600", "\u202e\u2066", "...", "\ud800"])
def test_a_text_without_words_has_no_move(reader, text):
    assert read(reader, text).moves == ()


def test_a_move_at_the_end_of_a_long_sentence_is_read(reader):
    text = "Przewodniczący Włodzimierz Grzegorzewski-Szczepański, " * 14 + "and Kyiv rejected the plan."
    assert "rejected" in [move.trigger.text for move in read(reader, text).moves]


def test_missing_or_foreign_weights_say_what_to_do(tmp_path):
    with pytest.raises(ModelError, match="train again"):
        load_reader(tmp_path)
    card = {
        "name": "x",
        "version": "1",
        "language": "en",
        "candidates": 0.1,
        "keep": 0.5,
        "acts": ["shout"],
        "issues": [],
    }
    (tmp_path / "weights.json").write_text(json.dumps(card))
    with pytest.raises(ModelError, match="other acts"):
        load_reader(tmp_path)
