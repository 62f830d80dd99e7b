import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from demarche.errors import InputError
from demarche.model import Act, MoveFilter, Status
from demarche.web._filters import SHOWN_EVIDENCE, evidence_address, read_filter, restate

WORDS = st.text(min_size=1, max_size=40).map(str.strip).filter(bool)


@given(
    actor=st.none() | WORDS,
    act=st.none() | st.sampled_from([act.value for act in Act]),
    status=st.none() | st.sampled_from([status.value for status in Status]),
    words=st.none() | WORDS,
    min_confidence=st.none() | st.floats(0, 1),
)
def test_a_filter_in_an_address_comes_back(**given_):
    wanted = MoveFilter(**given_)
    assert read_filter(QueryParams(restate(wanted))) == wanted


@pytest.mark.parametrize("query", ["act=hug", "issue=", "issue=weather", "min_confidence=2", "words=" + "x" * 400])
def test_what_no_filter_can_be_is_said(query):
    if query == "issue=":
        assert read_filter(QueryParams(query)) == MoveFilter()
    else:
        with pytest.raises(InputError):
            read_filter(QueryParams(query))


def test_evidence_of_one_move_is_its_page_and_of_many_a_list_that_says_how_many():
    assert evidence_address(["m1"]) == "/moves/m1"
    assert evidence_address(["m1", "m2", "m1"]) == "/moves?id=m1&id=m2"
    many = evidence_address(f"m{number}" for number in range(SHOWN_EVIDENCE + 5))
    assert many.count("id=") == SHOWN_EVIDENCE
    assert many.endswith(f"of={SHOWN_EVIDENCE + 5}")


def test_a_party_with_its_sector_is_looked_for_as_the_party():
    assert read_filter(QueryParams("actor=USA+GOV")) == MoveFilter(actor="USA")
