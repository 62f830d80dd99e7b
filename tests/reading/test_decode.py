import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from demarche.reading._decode import decode_tags, find_triggers, log_softmax
from demarche.reading._labels import ROLE_TAGS

TAGS = ("O", "B-a", "I-a", "B-b", "I-b")


def valid(path):
    pairs = itertools.pairwise(("O", *(TAGS[tag] for tag in path)))
    return all(after[0] != "I" or (before != "O" and before[2:] == after[2:]) for before, after in pairs)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5))
def test_decoding_finds_the_likeliest_of_all_valid_paths(seed, words):
    scores = log_softmax(np.random.default_rng(seed).normal(size=(words, len(TAGS))).astype(np.float32))
    paths = [path for path in itertools.product(range(len(TAGS)), repeat=words) if valid(path)]
    best = max(paths, key=lambda path: sum(scores[word, tag] for word, tag in enumerate(path)))
    starts = [(TAGS[tag][2:], word) for word, tag in enumerate(best) if TAGS[tag][0] == "B"]
    assert [(role, first) for role, first, _, _ in decode_tags(scores, TAGS)] == starts


@given(st.integers(0, 2**32 - 1), st.integers(0, 40))
def test_decoded_spans_never_overlap_or_leave_the_sentence(seed, words):
    scores = np.random.default_rng(seed).normal(size=(words, len(ROLE_TAGS))).astype(np.float32)
    position = 0
    for _, first, end, _ in decode_tags(scores, ROLE_TAGS):
        assert position <= first < end <= words
        position = end


def test_a_word_above_the_threshold_is_a_candidate_even_if_outside_is_likelier():
    scores = np.log(np.array([[0.7, 0.25, 0.05], [0.2, 0.05, 0.75], [0.98, 0.01, 0.01]], dtype=np.float32))
    assert [(first, end) for first, end, _ in find_triggers(scores, 0.2)] == [(0, 2)]
    assert find_triggers(scores[:1], 0.3) == []
