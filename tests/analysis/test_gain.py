"""Whether new weights are better is told from the same sentences, with an interval, and not from too few."""

import pytest

from demarche.analysis.gain import measure_gain
from demarche.model import Act, ReadMove, ReadSentence, Span, Status, Voice

TEXT = "Kyiv rejected it."


def sentence(*acts):
    moves = tuple(
        ReadMove(act=Act(act), status=Status.ACTUAL, issue="other", trigger=Span.of(TEXT, 5, 13), confidence=1.0)
        for act in acts
    )
    return ReadSentence(span=Span.of(TEXT, 0, len(TEXT)), voice=Voice.REPORT, voice_confidence=1.0, moves=moves)


GOLD, WRONG, QUIET = sentence("reject"), sentence("accept"), sentence()


def gain(before, after, gold=GOLD):
    return measure_gain([gold] * len(before), before, after, about="held-out reviews", draws=200)


def test_the_difference_is_that_of_the_two_f1():
    found = gain([GOLD, QUIET, QUIET, WRONG], [GOLD, GOLD, QUIET, WRONG])
    values = [accuracy.measures["act"].value for accuracy in (found.before, found.after)]
    assert values == pytest.approx([2 / 6, 4 / 7])
    assert found.difference == pytest.approx(4 / 7 - 2 / 6)
    assert found.moves == 4


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        ([WRONG] * 40, [GOLD] * 40, "better"),
        ([GOLD] * 40, [WRONG] * 40, "worse"),
        ([GOLD] * 40, [GOLD] * 40, "open"),
        ([WRONG] + [GOLD] * 39, [GOLD] * 39 + [WRONG], "open"),
        ([WRONG] * 29, [GOLD] * 29, "few"),
    ],
)
def test_it_is_better_only_if_the_interval_says_so(before, after, verdict):
    assert gain(before, after).verdict == verdict


def test_the_same_coder_twice_differs_by_nothing():
    found = gain([GOLD, QUIET] * 20, [GOLD, QUIET] * 20)
    assert (found.difference, found.interval.low, found.interval.high) == (0, 0, 0)


@pytest.mark.parametrize("sentences", [0, 5])
def test_without_a_move_nothing_is_told(sentences):
    found = gain([QUIET] * sentences, [QUIET] * sentences, gold=QUIET)
    assert (found.difference, found.interval, found.verdict) == (None, None, "few")
