"""Words compared."""

from hypothesis import given
from hypothesis import strategies as st

from demarche.analysis.words import likeness, rarity, stems

SETS = st.frozensets(st.sampled_from("abcdef"))


@given(SETS, SETS)
def test_likeness_is_symmetric_between_0_and_1(one, other):
    weights = rarity([one, other])
    assert likeness(one, other, weights) == likeness(other, one, weights)
    assert 0 <= likeness(one, other, weights) <= 1 + 1e-12
    assert likeness(one, one) == (1.0 if one else 0.0)


def test_a_rare_word_shared_weighs_more_than_a_common_one():
    weights = rarity([stems("troops Donbas"), stems("troops Kursk"), stems("troops")])
    assert likeness(stems("troops Donbas"), stems("Donbas"), weights) > likeness(
        stems("troops Donbas"), stems("troops"), weights
    )


def test_words_without_meaning_and_forms_of_a_word_do_not_matter():
    assert stems("the withdrawals of their troops") == stems("Withdrawal of troops")
    assert stems(None) == frozenset()
