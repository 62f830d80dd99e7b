"""A party that ends within a name is read to the end of the name."""

import pytest

from demarche.reading._assemble import _end_of_name
from demarche.reading._tokens import MAX_PIECES, split_tokens
from demarche.reading._weights import _SHIPPED, TOKENIZER, open_tokenizer


@pytest.fixture(scope="module")
def tokenizer():
    return open_tokenizer(_SHIPPED / TOKENIZER, pieces=MAX_PIECES)


@pytest.mark.parametrize(
    ("text", "party", "whole"),
    [
        ("Mr Kennedy required that the weapons be taken apart.", "Mr", "Mr Kennedy"),
        ("The council backs the plan of US President Joe Biden for a truce.", "US President Joe", "US President Joe Biden"),
        ("The envoy met Putin Friday in the old fortress.", "Putin", "Putin"),
        ("The envoy met Putin, Zelensky and others in the old fortress.", "Putin", "Putin"),
        ("The minister warned the two governments again.", "minister", "minister"),
        ("Putin Rejects Kyiv Plan", "Putin", "Putin"),
    ],
    ids=["title", "first name", "day", "comma", "small letter", "headline"],
)  # fmt: skip
def test_a_party_ends_where_the_name_ends(tokenizer, text, party, whole):
    (tokens,) = split_tokens(tokenizer, [text])
    start = text.index(party)
    _, end = tokens.words(start, start + len(party))
    assert text[start : tokens.ends[_end_of_name(text, tokens, end, taken=set()) - 1]] == whole


def test_a_name_does_not_run_into_another_party(tokenizer):
    text = "The envoy told Israel Hamas would answer within the week."
    (tokens,) = split_tokens(tokenizer, [text])
    _, end = tokens.words(*(text.index("Israel"), text.index("Israel") + 6))
    assert _end_of_name(text, tokens, end, taken={end}) == end
