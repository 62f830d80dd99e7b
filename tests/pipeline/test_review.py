import dataclasses

import pytest

from demarche import pipeline
from demarche.errors import CodebookError
from demarche.ledger import Ledger
from demarche.model import Act, Mention, Span, Status, TimeSpan
from demarche.testing import make_coded, make_move

TEXT = "The Kremlin rejected the plan on Monday.\nOn Tuesday it told Kyiv to withdraw by Friday."
SECOND = TEXT.index("On Tuesday")


@pytest.fixture
def ledger(tmp_path):
    move = make_move(TEXT.split("\n")[0], "rejected", act="reject", actors=["The Kremlin"], when="on Monday")
    move = dataclasses.replace(
        move,
        published="2025-11-27",
        actors=(dataclasses.replace(move.actors[0], id="RUS", link="metonym"),),
        date="2025-11-24",
        date_precision="day",
        date_basis="explicit",
    )
    with Ledger.open(str(tmp_path / "ledger.db"), who="ann") as opened:
        opened.add(make_coded(TEXT, [move], published="2025-11-27"))
        yield opened


def first(ledger):
    return ledger.review_task("d1", 0, len(TEXT.split("\n")[0]))


def second(ledger):
    return ledger.review_task("d1", SECOND, len(TEXT))


def add(task, **options):
    sentence = task.sentence
    return make_move(sentence.text, "told", act="demand", start=sentence.start, document="d1", **options)


def test_an_added_move_has_parties_dates_and_codes(ledger):
    task = second(ledger)
    bare = dataclasses.replace(
        add(task, actors=["it"], recipients=["Kyiv"], deadline="by Friday"),
        event=None,
        quad=None,
        published="2025-11-27",
    )
    (move,) = pipeline.review(ledger, task, [bare]).moves
    assert [mention.id for mention in (*move.actors, *move.recipients)] == ["RUS", "UKR"]
    assert (move.date, move.date_basis, move.deadline.date) == ("2025-11-25", "explicit", "2025-11-28")
    assert (move.event, move.quad, move.coder) == ("REQUEST", 3, "person")


def test_what_the_reviewer_says_of_parties_and_dates_stands(ledger):
    task = second(ledger)
    told = dataclasses.replace(
        add(task), actors=(Mention(span=Span.of(TEXT, SECOND + 11, SECOND + 13), id="BLR"),), date="2025-11-20"
    )
    (move,) = pipeline.review(ledger, task, [told]).moves
    assert (move.actors[0].id, move.date) == ("BLR", "2025-11-20")


def test_an_amended_move_changes_where_it_was_amended(ledger):
    task = first(ledger)
    plan = Mention(span=Span.of(TEXT, TEXT.index("the plan"), TEXT.index("the plan") + 8))
    changed = dataclasses.replace(task.coded[0], act=Act.CRITICIZE, recipients=(plan,))
    review = pipeline.review(ledger, task, [changed])
    (move,) = review.moves
    assert list(review.verdicts.values()) == ["amended"]
    assert (move.event, move.date, move.actors) == ("ACCUSE", "2025-11-24", task.coded[0].actors)
    assert [mention.id for mention in move.recipients] == [None]


def test_other_words_for_the_time_give_another_date(ledger):
    task = first(ledger)
    changed = dataclasses.replace(task.coded[0], when=None, status=Status.ACTUAL)
    (move,) = pipeline.review(ledger, task, [changed]).moves
    assert move.date == "2025-11-24"  # the sentence still names the day
    times = TimeSpan(span=Span.of(TEXT, TEXT.index("Monday"), TEXT.index("Monday") + 6))
    (move,) = pipeline.review(ledger, task, [dataclasses.replace(changed, when=times)]).moves
    assert (move.when.date, move.date) == ("2025-11-24", "2025-11-24")


def test_what_is_accepted_stays_as_the_coder_has_it(ledger):
    task = first(ledger)
    review = pipeline.review(ledger, task, task.coded)
    assert review.moves == task.coded


def test_an_issue_that_there_is_not_is_refused(ledger):
    task = first(ledger)
    with pytest.raises(CodebookError):
        pipeline.review(ledger, task, [dataclasses.replace(task.coded[0], issue="weather")])
    assert list(ledger.reviews()) == []


def test_the_error_is_measured_once_somebody_reviewed(ledger):
    assert pipeline.measured_error(ledger) is None
    task = ledger.next_review("random")
    pipeline.review(ledger, task, task.coded)
    found = pipeline.measured_error(ledger)
    assert (found.coder, found.sentences, found.strata) == (
        "test/1",
        {"moves": 1, "quiet": 0},
        {"moves": 1, "quiet": 1},
    )
    assert (found.overall.precision.right, found.overall.precision.value) == (1, None)
