"""From reviews to what is learnt: the right words, one voice a sentence, and documents that are held out for good."""

import dataclasses

import pytest

from demarche.model import SentenceReview, Span, Voice
from demarche.testing import make_move
from demarche.training.reviewed import coded_review, further_card, latest_reviews, mark_of, split_reviews

LINE = "Kyiv rejected the plan unless Moscow, it said on Friday, withdraws by May."
CARD = {"name": "demarche-en", "version": "1.1.0", "language": "en", "candidates": 0.1, "keep": 0.5}


def reviewed(document="d1", *, start=40, line=LINE, moves=None, number=1, **about):
    """Return a review of a sentence that stands at `start` in its document."""
    move = make_move(
        line, "rejected", act="reject", actors=["Kyiv"], recipients=["Moscow"], content="the plan", start=start,
        condition="unless Moscow, it said on Friday, withdraws by May", deadline="by May", when="on Friday",
        source="it", document=document, issue="arms", status="possible", voice="opinion",
    ) if moves is None else None  # fmt: skip
    given = {
        "queue": "random",
        "stratum": "moves",
        "place": 0.5,
        "coder": "test/1",
        "reviewer": "ann",
        "at": "2025-11-27",
    }
    return SentenceReview(
        id=f"r{number}", document=document, sentence=Span.of(line, 0, len(line)).shift(start), coded=(), verdicts={},
        moves=(move,) if moves is None else moves, **(given | about),
    )  # fmt: skip


def split(reviews, held_out=0.3, clusters=None):
    made = split_reviews(
        reviews,
        held_out=held_out,
        voice_of=lambda review: Voice.REPORT,
        cluster_of=lambda document: (clusters or {}).get(document, document),
    )
    return {coded.id: coded.split for coded in made}


def test_a_review_becomes_a_coded_sentence_with_offsets_of_its_own():
    coded = coded_review(reviewed(), voice=Voice.REPORT)
    (move,) = coded.sentence.moves
    assert [span.text for span in move.spans()] == [
        "rejected", "Kyiv", "Moscow", "the plan", "unless Moscow, it said on Friday, withdraws by May", "by May",
        "on Friday", "it",
    ]  # fmt: skip
    for span in (coded.sentence.span, *move.spans()):
        span.check(LINE)
    assert (move.issue, move.status.value, coded.sentence.voice) == ("arms", "possible", Voice.OPINION)


def test_a_sentence_without_a_move_is_an_example_too_with_the_voice_that_was_read():
    coded = coded_review(reviewed(moves=()), voice=Voice.OPINION)
    assert (coded.sentence.moves, coded.sentence.voice) == ((), Voice.OPINION)


def test_an_issue_that_the_weights_do_not_know_is_learnt_as_other():
    review = reviewed()
    review = dataclasses.replace(review, moves=(dataclasses.replace(review.moves[0], issue="fisheries"),))
    assert coded_review(review, voice=Voice.REPORT).sentence.moves[0].issue == "other"


def test_the_last_review_of_a_sentence_counts_and_none_that_was_undone():
    first, second, undone = reviewed(number=1), reviewed(number=2, moves=()), reviewed(number=3, undone=True)
    assert [review.id for review in latest_reviews([first, second, undone])] == ["r2"]


def test_about_the_share_is_held_out_and_the_same_documents_whatever_comes_later():
    few = split([reviewed(f"d{n}", line=f"{LINE[:-1]} {n}.") for n in range(100)])
    more = split([reviewed(f"d{n}", line=f"{LINE[:-1]} {n}.") for n in range(1000)])
    assert 250 < list(more.values()).count("test") < 350
    assert few.items() <= more.items()


def test_sentences_of_one_document_and_of_its_copies_are_in_one_split():
    reviews = [reviewed(f"d{n}", start=40 * m, line=f"{LINE[:-1]} {n} {m}.") for n in range(20) for m in range(3)]
    alone = split(reviews)
    assert all(len({alone[f"d{n}#{40 * m}"] for m in range(3)}) == 1 for n in range(20))
    assert len(set(split(reviews, clusters={f"d{n}": "d0" for n in range(20)}).values())) == 1


def test_words_that_are_learnt_do_not_measure():
    made = split([reviewed(f"d{n}") for n in range(50)])
    assert set(made.values()) == {"train"}
    assert len(made) < 50


@pytest.mark.parametrize(("held_out", "kind"), [(0.0, {"train"}), (1.0, {"test"})])
def test_all_can_be_learnt_or_held_out(held_out, kind):
    assert set(split([reviewed(f"d{n}", line=f"{LINE[:-1]} {n}.") for n in range(20)], held_out).values()) == kind


def test_other_reviews_or_settings_have_another_mark():
    one = coded_review(reviewed(), voice=Voice.REPORT)
    other = coded_review(reviewed(moves=()), voice=Voice.REPORT)
    marks = [mark_of([one], seed=1), mark_of([other], seed=1), mark_of([one, other], seed=1), mark_of([one], seed=2)]
    assert len(set(marks)) == 4
    assert mark_of([one, other]) == mark_of([other, one])


def test_the_card_says_what_the_weights_went_on_from():
    card = further_card(CARD, "ab12cd34", learnt=60, own=240, seed=1)
    assert (card["name"], card["version"]) == ("demarche-en", "1.1.0+ledger.ab12cd34")
    assert (card["start"], card["reviewed"], card["own"]) == ("demarche-en/1.1.0", 60, 240)
    assert further_card(card, "00000000", learnt=1, own=0)["version"] == "1.1.0+ledger.00000000"
