"""Words of an answer are found as they stand in the sentence, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.model import Span
from demarche.reading.llm._words import Unfound, show


def shown(text, start=0):
    return show(Span.of(text, 0, len(text)).shift(start))


def test_the_nth_occurrence_is_the_nth():
    sentence = shown("Iran said it would strike if the strike went on.")
    assert sentence.find_trigger("strike", 2).start == 33
    assert sentence.find_trigger("strike", 1).start == 19


@pytest.mark.parametrize("nth", [0, 3, -1, None, True, "1"])
def test_of_several_places_one_must_be_said(nth):
    with pytest.raises(Unfound, match="several places"):
        shown("They met and met again.").find_trigger("met", nth)


def test_a_number_is_not_needed_where_the_words_stand_once():
    assert shown("They met again.").find_trigger("met", None).start == 5


def test_other_words_are_those_nearest_to_the_trigger():
    sentence = shown("Kyiv told Moscow that Moscow had refused what Moscow wanted.")
    trigger = sentence.find_trigger("refused", 1)
    assert sentence.find_near("Moscow", trigger).start == 22


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("Moscow's demands", "not in the sentence"),
        ("kyiv", "not in the sentence"),
        ("mand", "part of a word"),
        ("Kyi", "part of a word"),
        ("rejected the demand", "not in the sentence"),
        ("", "no words"),
        (" \n", "no words"),
        (7, "no words"),
        (None, "no words"),
        (["Kyiv"], "no words"),
        ("Kyiv rejected Moscow's demand." * 1000, "not in the sentence"),
    ],
)
def test_what_is_not_there_letter_by_letter_is_not_found(words, reason):
    with pytest.raises(Unfound, match=reason):
        shown("Kyiv rejected Moscow's demand.").find_trigger(words, 1)


def test_a_letter_with_a_mark_behind_it_is_not_the_bare_letter():
    with pytest.raises(Unfound, match="part of a word"):
        shown("The envoy of Re\u0301 left.").find_trigger("Re", 1)


def test_line_ends_and_typographic_quotes_are_levelled_and_the_text_keeps_its_own():
    sentence = shown("Kyiv\n  rejected Moscow\u2019s \u201cdemand\u201d.", start=40)
    assert sentence.text == 'Kyiv rejected Moscow\'s "demand".'
    found = sentence.find_near('rejected Moscow\'s "demand"', sentence.find_trigger("Kyiv", 1))
    assert found.text == "rejected Moscow\u2019s \u201cdemand\u201d"
    assert found.start == 47


@given(st.text(st.sampled_from("ab \n\t\u00a0\u2019\u201c'\"\u0301\ud800é"), min_size=1, max_size=40), st.data())
def test_whatever_is_found_stands_there(text, data):
    sentence = shown(text, start=5)
    first = data.draw(st.integers(0, max(0, len(sentence.text) - 1)))
    words = sentence.text[first : data.draw(st.integers(first, len(sentence.text)))]
    try:
        found = sentence.find_trigger(words, 1)
    except Unfound:
        return
    found.shift(-5).check(text)
    assert show(found).text == show(Span.of(words.strip(), 0, len(words.strip()))).text


@given(st.text(max_size=60).filter(str.strip))
def test_every_sentence_is_found_in_itself(text):
    text = text.strip()
    assert shown(text).find_trigger(text, 1).text == text
