from hypothesis import given
from hypothesis import strategies as st

from demarche.reading._weights import batches


@given(st.lists(st.integers(1, 700), max_size=60))
def test_batches_hold_every_item_once_in_order(sizes):
    assert [number for part in batches(sizes) for number in range(len(sizes))[part]] == list(range(len(sizes)))


@given(st.lists(st.integers(1, 700), min_size=1, max_size=60))
def test_a_batch_has_512_pieces_at_most_with_its_padding_or_one_item(sizes):
    for part in batches(sizes):
        held = sizes[part]
        assert len(held) == 1 or len(held) * max(held) <= 512


def test_a_batch_is_as_large_as_it_may_be():
    assert [part.stop - part.start for part in batches([32] * 33)] == [16, 16, 1]
