"""The words of a party: read to the end of a name, and no further than its own."""

import pytest

from demarche.reading._assemble import _end_of_name, _trim
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


@pytest.mark.parametrize(
    ("text", "party", "whole"),
    [
        ("A grenade was thrown at the embassy in Kyiv.", "embassy in", "embassy"),
        ("The fund of the Union (EU) asked for a second bill.", "Union (", "Union"),
        ("The fund of the Union (EU) asked for a second bill.", "EU)", "EU"),
        ("The fund of the Union (EU) asked for a second bill.", "Union (EU)", "Union (EU)"),
        ("Police have detained 5,135 people since Monday.", "135 people", "5,135 people"),
        ("It met envoys of Qatar, 40 of Egypt and one of Oman.", "40 of Egypt", "40 of Egypt"),
        ("Gunmen fire at the crowd.", "at", None),
        ("It invited Qatar and the envoys of Oman.", "and the envoys of Oman", "envoys of Oman"),
        ("The Who meet envoys.", "The Who", "The Who"),
        ("They shot at on-duty officers.", "on-duty officers", "on-duty officers"),
        ("It stopped the drive-by", "drive-by", "drive-by"),
        ("at", "at", None),
        ("He met Putin", "Putin", "Putin"),
    ],
    ids=["preposition", "bracket", "acronym", "whole bracket", "number", "two numbers", "no party", "article", "name",
        "hyphen", "hyphen at the end", "one word", "last word"],
)  # fmt: skip
def test_a_party_begins_and_ends_in_words_of_its_own(tokenizer, text, party, whole):
    (tokens,) = split_tokens(tokenizer, [text])
    trimmed = _trim(text, tokens, *tokens.words(text.index(party), text.index(party) + len(party)), ends=set())
    assert (trimmed and text[tokens.starts[trimmed[0]] : tokens.ends[trimmed[1] - 1]]) == whole


def test_an_acronym_behind_its_party_is_no_second_one(tokenizer):
    text = "The fund of the Union (EU) asked for a second bill."
    (tokens,) = split_tokens(tokenizer, [text])
    _, end = tokens.words(text.index("Union"), text.index("Union") + len("Union ("))
    assert _trim(text, tokens, *tokens.words(text.index("EU"), text.index("EU)") + 3), ends={end}) is None
