import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from demarche import copies
from demarche.copies import are_copies, bands, shingles

words = st.lists(st.sampled_from("one two three four five six seven eight nine ten".split()), min_size=1, max_size=60)


@given(words)
def test_a_text_is_a_copy_of_itself_whatever_its_case_and_points(text):
    plain = " ".join(text)
    assert shingles(plain) == shingles(plain.upper() + ".")
    assert are_copies(shingles(plain), shingles(plain))
    assert bands(shingles(plain)) == bands(shingles(plain.upper()))


PRIME = 2**31 - 1


@given(
    st.frozensets(st.one_of(st.integers(0, 2**32 - 1), st.sampled_from([0, PRIME - 1, PRIME, 2 * PRIME])), max_size=300)
)
def test_bands_are_those_of_the_formula(found):
    """They are stored, so that they may never change: the least of each permutation, three of them a band."""
    least = [
        min([(value % PRIME * factor + shift) % PRIME for value in found], default=PRIME)
        for factor, shift in zip(copies._FACTORS[:, 0].tolist(), copies._SHIFTS[:, 0].tolist(), strict=True)
    ]
    made = [
        hashlib.blake2b(
            np.array(least[start : start + 3], np.uint64).tobytes(), digest_size=8, salt=bytes([0, start // 3])
        )
        for start in range(0, 120, 3)
    ]
    assert bands(found) == [int.from_bytes(one.digest(), "big") >> 1 for one in made]


@given(st.text())
def test_any_text_has_bands(text):
    found = bands(shingles(text))
    assert len(found) == 40
    assert all(0 <= value < 2**63 for value in found)


def test_bands_never_change():
    assert bands(shingles("a ledger must mean the same in ten years"))[:2] == [
        4458666730855860247,
        5044764824268329334,
    ]


def test_a_cut_copy_is_a_copy():
    whole = " ".join(f"word{number}" for number in range(200))
    assert are_copies(shingles(whole), shingles(whole[:400]))


def test_a_long_text_takes_bounded_memory():
    assert len(shingles(" ".join(f"w{number}" for number in range(120_000)))) <= 50_000
