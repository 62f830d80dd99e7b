import dataclasses
import io

import pytest
from rich.console import Console

from demarche.analysis.reviews import measure_agreement, measure_reviews
from demarche.model import ReviewCount, ReviewProgress, ReviewSample, SentenceReview, Span
from demarche.present.reviews import (
    error_rows,
    render_agreement,
    render_measured_error,
    render_review_progress,
    render_reviews,
    review_row,
)
from demarche.testing import make_move

TEXT = "Kyiv rejected it."


def shown(part):
    console = Console(width=140, record=True, file=io.StringIO())
    console.print(part)
    return console.export_text()


def review(number, *, found=True, reviewer="ann", text=TEXT):
    move = make_move(text, "rejected", act="reject")
    return SentenceReview(
        id=f"r{number}",
        document=f"d{number}",
        sentence=Span.of(text, 0, len(text)),
        queue="random",
        stratum="moves",
        place=0.5,
        coder="test/1",
        coded=(move,),
        moves=(move,) if found else (),
        verdicts={move.id: "accepted" if found else "rejected"},
        reviewer=reviewer,
        at="2025-11-27T10:00:00+00:00",
    )


@pytest.fixture
def error():
    reviews = tuple(review(number, found=number >= 10) for number in range(40))
    return measure_reviews(ReviewSample(coder="test/1", strata={"moves": 400, "quiet": 0}, reviews=reviews))


def test_the_error_is_shown_with_intervals_and_what_it_rests_on(error):
    text = shown(render_measured_error(error))
    low, high = (round(end, 2) for end in dataclasses.astuple(error.overall.precision.interval)[:2])
    assert "0.75" in text
    assert f"{low:.2f} to {high:.2f}" in text
    assert "30 of 40" in text
    assert "reject" in text
    assert "test/1" in text
    assert "nothing of whether that is true" in text


def test_what_is_not_known_is_said_to_be_unknown(error):
    assert "unknown" in shown(render_measured_error(error))  # no actor has an id


def test_each_figure_leads_to_the_reviews_in_which_the_coder_was_wrong(error):
    rows = {(row.figure, row.act): row for row in error_rows(error)}
    assert rows["precision", None].wrong == tuple(f"r{number}" for number in range(10))
    assert rows["precision", "reject"].cases == 40
    assert rows["issue", None].value == 1.0


def test_agreement_says_why_there_is_no_figure():
    reviews = [dataclasses.replace(review(1), reviewer=name) for name in ("ann", "ben")]
    assert "fewer than 10 cases" in shown(render_agreement(measure_agreement(reviews)))
    assert "second one" in shown(render_agreement(measure_agreement([])))


def test_progress_says_what_is_missing():
    count = ReviewCount(
        reviewer="ann",
        queue="random",
        coder="test/1",
        sentences=7,
        coded=5,
        accepted=3,
        amended=1,
        rejected=1,
        added=2,
        seconds=90,
    )
    found = ReviewProgress(
        coder="test/1",
        counts=(count,),
        sentences=7,
        moves=5,
        target_sentences=200,
        target_moves=100,
        left_sentences=193,
        left_moves=95,
    )
    text = shown(render_review_progress(found))
    assert "ann" in text
    assert "193 sentences and 95 moves are missing" in text


def test_reviews_are_listed_with_their_verdicts():
    text = shown(render_reviews([review(1), dataclasses.replace(review(2, found=False), undone=True)]))
    assert "accepted: reject (rejected)" in text
    assert "rejected: reject (rejected)" in text
    assert "undone" in text
    assert review_row(review(2, found=False)).rejected == (review(2).coded[0].id,)


def test_control_characters_and_markup_are_harmless():
    text = "Kyiv rejected [red]it\u202e\x1b[31m."
    made = dataclasses.replace(review(1, text=text), reviewer="a\x1b]0;x\x07[bold]")
    shown_text = shown(render_reviews([made]))
    assert "\x1b" not in shown_text
    assert "\u202e" not in shown_text
    assert "[red]it" in shown_text
    assert "[bold]" in shown_text
