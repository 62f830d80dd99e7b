"""What re-coding and further training came to, in words that claim no more than was found."""

import io

import pytest
from rich.console import Console

from demarche.model import Accuracy, Interval, Measure
from demarche.model.recoding import Recoding
from demarche.model.training import Gain
from demarche.present.recoding import render_recoding
from demarche.present.training import render_gain, say_gain


def printed(part):
    file = io.StringIO()
    Console(file=file, width=200).print(part)
    return file.getvalue()


def gain(low=-0.1, high=0.1, moves=100, difference=0.0):
    measure = Measure(value=0.5, low=0.4, high=0.6, precision=0.5, recall=0.5, gold=moves)
    accuracy = Accuracy(sentences=80, measures={"act": measure, "act:deny": measure}, confusion={})
    interval = None if difference is None else Interval(low=low, high=high)
    both = {"before": accuracy, "after": accuracy}
    return Gain(about="held-out reviews", **both, moves=moves, difference=difference, interval=interval)


def test_every_number_of_a_recoding_is_shown_with_what_it_counts():
    text = printed(
        render_recoding(Recoding(coder="new/2", documents=3, kept=1200, new=5, superseded=7, said=9, aside=11))
    )
    rows = (
        ("1,200", "found again"),
        ("5", "new coder alone"),
        ("7", "not found again"),
        ("9", "person"),
        ("11", "spoken"),
    )
    lines = text.splitlines()
    assert all(any(number in line and words in line for line in lines) for number, words in rows)
    assert "3 documents that new/2 read" in text


def test_a_recoding_of_nothing_says_so():
    nothing = Recoding(coder="new/2", documents=0, kept=0, new=0, superseded=0, said=0, aside=0)
    assert printed(render_recoding(nothing)).strip() == "No document was read by new/2 after another coder."


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (gain(low=0.02, high=0.2, difference=0.1), "+0.100 (95 % +0.020 to +0.200): the new weights are better"),
        (gain(low=-0.2, high=-0.02, difference=-0.1), "the new weights are worse"),
        (gain(), "may be chance"),
        (gain(low=0.02, high=0.2, moves=29), "fewer than 30 moves"),
        (gain(moves=0, difference=None), "no move among them"),
    ],
)
def test_a_gain_is_called_one_only_if_the_interval_shows_it(found, words):
    assert words in say_gain(found)


def test_before_and_after_stand_side_by_side_with_their_intervals():
    text = printed(render_gain(gain()))
    assert "80 sentences with 100 moves" in text
    assert text.count("0.500 (0.400 to 0.600)") == 2
