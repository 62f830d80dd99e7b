"""The words of a party: read to the end of a name, and no further than its own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demarche.reading._parties import whole_parties
from demarche.reading._tokens import MAX_PIECES, split_tokens
from demarche.reading._weights import _SHIPPED, TOKENIZER, open_tokenizer

OPENED = open_tokenizer(_SHIPPED / TOKENIZER, pieces=MAX_PIECES)
FUND = "The fund of the Union (EU) asked for a second bill."


def read(text, *parties):
    """Return what becomes of words that were taken for parties."""
    (tokens,) = split_tokens(OPENED, [text])
    places = [(text.index(party), text.index(party) + len(party)) for party in parties]
    whole = whole_parties(text, tokens, [tokens.words(*place) for place in places])
    return [words and text[tokens.starts[words[0]] : tokens.ends[words[1] - 1]] for words in whole]


@pytest.mark.parametrize(
    ("text", "party", "whole"),
    [
        ("Mr Kennedy required that the weapons be taken apart.", "Mr", "Mr Kennedy"),
        ("The council backs the plan of US President Joe Biden for a truce.", "US President Joe", "US President Joe Biden"),
        ("The envoy met Putin Friday in the old fortress.", "Putin", "Putin"),
        ("The envoy met Putin, Zelensky and others in the old fortress.", "Putin", "Putin"),
        ("The minister warned the two governments again.", "minister", "minister"),
        ("Putin Rejects Kyiv Plan", "Putin", "Putin"),
        ("The court freed Oscar Ramirez-Hernandez on Friday.", "Oscar Ramirez", "Oscar Ramirez-Hernandez"),
        ("The envoy met Putin - and left.", "Putin", "Putin"),
    ],
    ids=["title", "first name", "day", "comma", "small letter", "headline", "double name", "dash"],
)  # fmt: skip
def test_a_party_ends_where_the_name_ends(text, party, whole):
    assert read(text, party) == [whole]


def test_a_name_does_not_run_into_another_party():
    text = "The envoy told Israel Hamas would answer within the week."
    assert read(text, "Israel", "Hamas") == ["Israel", "Hamas"]


@pytest.mark.parametrize(
    ("text", "party", "whole"),
    [
        ("A grenade was thrown at the embassy in Kyiv.", "embassy in", "embassy"),
        (FUND, "Union (", "Union"),
        (FUND, "EU)", "EU"),
        (FUND, "Union (EU)", "Union (EU)"),
        ("Police have detained 5,135 people since Monday.", "135 people", "5,135 people"),
        ("It met envoys of Qatar, 40 of Egypt and one of Oman.", "40 of Egypt", "40 of Egypt"),
        ("Gunmen fire at the crowd.", "at", None),
        ("It invited Qatar and the envoys of Oman.", "and the envoys of Oman", "envoys of Oman"),
        ("The Who meet envoys.", "The Who", "The Who"),
        ("They shot at on-duty officers.", "on-duty officers", "on-duty officers"),
        ("It stopped the drive-by", "drive-by", "drive-by"),
        ("at", "at", None),
        ("He met Putin", "Putin", "Putin"),
        ("They killed at least 59 guards.", "at least 59 guards", "at least 59 guards"),
        ("They fired at 59 guards.", "at 59 guards", "59 guards"),
        ("They hold over 500 rebels.", "over 500 rebels", "over 500 rebels"),
        ("They quarrel over rebels.", "over rebels", "rebels"),
        ("Oman warned that country again.", "that country", "that country"),
        ('They arrested the "cell of six" at dawn.', '"cell of six', '"cell of six"'),
        ('They "arrested the cell" at dawn.', 'cell"', "cell"),
    ],
    ids=["preposition", "bracket", "acronym", "whole bracket", "number", "two numbers", "no party", "article", "name", "hyphen",
        "hyphen at the end", "one word", "last word", "at least", "at", "over a number", "over", "that", "quotation", "end of a quotation"],
)  # fmt: skip
def test_a_party_begins_and_ends_in_words_of_its_own(text, party, whole):
    assert read(text, party) == [whole]


def test_an_acronym_behind_its_party_is_no_second_one():
    assert read(FUND, "Union (", "EU)") == ["Union", None]


def test_two_parties_beside_an_of_are_one():
    text = "Oman praised the leadership of the North Korea of old and Qatar."
    assert read(text, "leadership", "North Korea", "old", "Qatar") == [
        None,
        None,
        "leadership of the North Korea of old",
        "Qatar",
    ]


@given(st.data())
def test_whole_parties_never_share_a_word(data):
    text = data.draw(
        st.sampled_from(
            [FUND, 'He told "at least 59, or" over 500 of the Anti-Oman League-men that (so) Putin Joe left.']
        )
    )
    (tokens,) = split_tokens(OPENED, [text])
    cuts = sorted(data.draw(st.sets(st.integers(0, len(tokens.starts)), max_size=10)))
    found = list(zip(cuts[::2], cuts[1::2], strict=False))
    whole = [words for words in whole_parties(text, tokens, found) if words]
    assert all(first < end for first, end in whole)
    assert all(one[1] <= other[0] for one, other in zip(whole, whole[1:], strict=False))
