import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.errors import SpanError
from demarche.model import Span

TEXTS = st.text(min_size=1, max_size=60)


@given(TEXTS, st.data())
def test_a_span_holds_the_words_at_its_offsets(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    span = Span.of(text, start, end)
    span.check(text)
    span.shift(7).check("1234567" + text)
    assert text[span.start : span.end] == span.text


@pytest.mark.parametrize(("start", "end", "text"), [(-1, 3, "Kyiv"), (4, 4, ""), (5, 2, "abc"), (0, 3, "Kyiv")])
def test_a_span_that_cannot_hold_its_words_is_refused(start, end, text):
    with pytest.raises(SpanError, match="code points"):
        Span(start=start, end=end, text=text)


def test_a_span_of_another_text_is_refused_with_both_words():
    with pytest.raises(SpanError, match="'Lviv'.*'Kyiv'"):
        Span(start=0, end=4, text="Kyiv").check("Lviv rejected it.")


def test_a_span_error_is_a_value_error_and_carries_the_offsets():
    with pytest.raises(ValueError, match="span") as caught:
        Span(start=3, end=3, text="")
    assert (caught.value.start, caught.value.end) == (3, 3)
