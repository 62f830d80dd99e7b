import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.reading import split_sentences
from demarche.reading._sentences import LONGEST


def split(text):
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Kyiv refused. Moscow waited.", ["Kyiv refused.", "Moscow waited."]),
        (
            "Mr. Ito met Gen. Lee on Sept. 4 in the U.S. capital.",
            ["Mr. Ito met Gen. Lee on Sept. 4 in the U.S. capital."],
        ),
        ("They met in the U.S. The talks failed.", ["They met in the U.S.", "The talks failed."]),
        ("J. F. Smith left. No. 10 was silent.", ["J. F. Smith left.", "No. 10 was silent."]),
        ("He left at 5 p.m. Tuesday.", ["He left at 5 p.m. Tuesday."]),
        ("GENEVA, March 4 — Talks resumed.", ["GENEVA, March 4 — Talks resumed."]),
        ("Talks stall\n\nThe envoy left.", ["Talks stall", "The envoy left."]),
        ("Talks stall\nThe envoy left early.", ["Talks stall", "The envoy left early."]),
        ("- first point\n- second point", ["first point", "second point"]),
        ("1. Withdraw by Jan. 5.\n2. Disarm.", ["Withdraw by Jan. 5.", "Disarm."]),
        ("“Will you go?” he asked.", ["“Will you go?” he asked."]),
        ("“Never!” Prime Minister John Doe said. He left.", ["“Never!” Prime Minister John Doe said.", "He left."]),
        ("“We refuse.” Talks ended.", ["“We refuse.”", "Talks ended."]),
        ("He paid $3.5 million. It was late.", ["He paid $3.5 million.", "It was late."]),
        ("", []),
        (" \n\t\n ", []),
    ],
)
def test_news_text_is_split_where_a_reader_would(text, sentences):
    assert split(text) == sentences


def test_text_wrapped_by_hand_is_joined_across_its_lines():
    text = (
        "The envoy said on Monday that the two governments had agreed\n"
        "to meet again in Geneva before the end of the month, with\n"
        "no conditions."
    )
    assert len(split(text)) == 1


@given(st.text(alphabet=st.sampled_from('aB. \n!?"”U9-é\U0001f600'), max_size=200))
def test_sentences_are_in_order_apart_and_trimmed_and_lose_no_word(text):
    spans = split_sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in zip(spans, spans[1:], strict=False))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    kept = "".join(text[start:end] for start, end in spans)
    for character in "Ué\U0001f600":
        assert kept.count(character) == text.count(character)


def test_no_sentence_is_longer_than_the_limit():
    assert all(end - start <= LONGEST for start, end in split_sentences("word " * 5000 + "x" * 5000))


@pytest.mark.parametrize("piece", ["a.", ".", "?", ".)", ". ", "A. ", '."', "\n", "- ", "word "])
def test_splitting_takes_time_in_proportion_to_the_text(piece):
    def seconds(times):
        text = piece * times
        started = time.process_time()
        split_sentences(text)
        return time.process_time() - started

    seconds(1000)
    assert seconds(200_000) < 25 * seconds(20_000) + 0.3
