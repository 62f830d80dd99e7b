import dataclasses
import itertools
import multiprocessing
import sqlite3
from contextlib import closing

import numpy as np
import pytest
import sqlalchemy as sa

from demarche.errors import InputError, LedgerError, SpanError
from demarche.ledger import Ledger, _draws
from demarche.ledger._draws import choose_through, place_of
from demarche.ledger._migrations import MIGRATIONS
from demarche.model import Act, Assignment, Move, Proposition, ReviewTask, Span
from demarche.testing import make_coded, make_move

TEXT = "Kyiv rejected the plan.\nNobody spoke.\nMoscow demanded a reply.\nThe rain went on."


def report(id="d1", *, text=TEXT, confidence=0.9, **about):
    """Return a document with two moves in four sentences."""
    lines = text.split("\n")
    starts = [sum(len(line) + 1 for line in lines[:number]) for number in range(len(lines))]
    options = {"document": id, "confidence": confidence}
    moves = [
        make_move(lines[0], "rejected", act="reject", actors=["Kyiv"], content="the plan", **options),
        make_move(lines[2], "demanded", act="demand", actors=["Moscow"], start=starts[2], **options),
    ]
    return make_coded(text, moves, id=id, **about)


def many(number, start=0):
    """Return documents that are no copies of one another."""
    return [report(f"d{n}", text=f"{TEXT}\n{' '.join(f'w{n}x{i}' for i in range(60))}") for n in range(start, number)]


def task_of(ledger, document="d1", line=0, **options):
    """Return the task to review one line of a document."""
    mark = [sentence for sentence in ledger.document(document).text.split("\n")][line]
    start = ledger.document(document).text.index(mark)
    return ledger.review_task(document, start, start + len(mark), **options)


def new_move(task, words, act, **options):
    """Return a move that the coder did not see."""
    return make_move(task.sentence.text, words, act=act, document=task.document, start=task.sentence.start, **options)


def state(ledger):
    """Return moves and verdicts by their place in the text: an entry that writes a move again puts it last."""
    found = sorted(ledger.moves(), key=lambda one: (one.move.document, one.move.trigger.start))
    return [(one.move, one.verdict) for one in found]


def propositions(ledger):
    return {row["id"]: row["proposition"] for row in ledger.rows()}


def answer_all(ledger, number=None, **options):
    """Accept what the random queue gives, and return the tasks."""
    done = []
    while (number is None or len(done) < number) and (task := ledger.next_review("random", **options)):
        ledger.review(task, task.coded)
        done.append(task)
    return done


# What a review does


def test_a_move_that_is_left_as_it_is_is_accepted(ledger):
    ledger.add(report())
    task = task_of(ledger)
    review = ledger.review(task, task.coded, seconds=4.5)
    assert dict(review.verdicts) == {task.coded[0].id: "accepted"}
    assert (review.reviewer, review.seconds, review.queue, review.coder) == ("ann", 4.5, "chosen", "test/1")
    assert state(ledger)[0] == (task.coded[0], "accepted")


def test_a_move_that_is_changed_is_amended_and_keeps_its_id(ledger):
    ledger.add(report())
    task = task_of(ledger)
    review = ledger.review(task, [dataclasses.replace(task.coded[0], act=Act.CRITICIZE)])
    assert list(review.verdicts.values()) == ["amended"]
    assert ledger.move(task.coded[0].id).move.act == Act.CRITICIZE
    assert [move.act for move in review.coded] == [Act.REJECT]


def test_a_move_that_is_missing_is_rejected_and_gone(ledger):
    ledger.add(report())
    review = ledger.review(task_of(ledger), [])
    assert list(review.verdicts.values()) == ["rejected"]
    assert review.moves == ()
    assert [found.move.act for found in ledger.moves()] == [Act.DEMAND]


def test_a_move_that_is_added_is_a_persons(ledger):
    ledger.add(report())
    task = task_of(ledger, line=1)
    review = ledger.review(task, [new_move(task, "spoke", "state")])
    assert list(review.verdicts.values()) == ["added"]
    (move,) = review.moves
    assert (move.coder, move.confidence) == ("person", 1.0)
    assert ledger.move(move.id).verdict == "added"


def test_one_entry_holds_all_of_a_review(ledger):
    ledger.add(report())
    before = len(ledger.log())
    task = task_of(ledger)
    ledger.review(task, [*task.coded, new_move(task, "plan", "propose")])
    assert [entry.kind for entry in ledger.log()][: len(ledger.log()) - before] == ["review"]
    assert ledger.verify().problems == ()


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (lambda task: [dataclasses.replace(task.coded[0], id="m0")], InputError),
        (lambda task: [task.coded[0], task.coded[0]], InputError),
        (lambda task: [make_move("Kyiv rejected the plan", "plan", act="propose")], InputError),
        (lambda task: [dataclasses.replace(new_move(task, "plan", "propose"), document="d2")], InputError),
    ],
)
def test_a_review_that_cannot_be_is_refused_and_changes_nothing(ledger, spoil, error):
    ledger.add(report())
    task = task_of(ledger)
    before = state(ledger)
    with pytest.raises(error):
        ledger.review(task, spoil(task))
    assert state(ledger) == before
    assert list(ledger.reviews()) == []


def test_a_review_writes_into_no_other_document(ledger):
    ledger.add(report())
    ledger.add(many(3)[2])
    task = task_of(ledger)
    stray = make_move(task.sentence.text, "plan", act="propose", document="d2")
    with pytest.raises(InputError, match="another document"):
        ledger.review(task, [*task.coded, stray])
    assert list(ledger.reviews()) == []


def test_words_that_do_not_stand_there_are_refused(ledger):
    ledger.add(report())
    task = task_of(ledger)
    sentence = Span(start=0, end=len("Kyiv accepted the plan."), text="Kyiv accepted the plan.")
    forged = make_move(sentence.text, "accepted", act="accept")
    with pytest.raises(SpanError):
        ledger.review(task, [forged])


def test_a_task_of_other_moves_is_refused(ledger):
    ledger.add(report())
    task = dataclasses.replace(task_of(ledger), coded=())
    with pytest.raises(LedgerError, match="take the task again"):
        ledger.review(task, [])


def test_a_sentence_that_nobody_read_is_no_task(ledger):
    ledger.add(report())
    with pytest.raises(LedgerError, match="no sentence"):
        ledger.review_task("d1", 0, 5)


# Reviewers


def test_a_second_reviewer_is_blind_and_stands_above_the_first(ledger, url):
    ledger.add(report())
    task = task_of(ledger)
    ledger.review(task, [dataclasses.replace(task.coded[0], issue="ceasefire"), new_move(task, "plan", "propose")])
    with Ledger.open(url, who="ben") as other:
        assert task_of(other).coded == task.coded
        other.review(task_of(other), task.coded)
    assert state(ledger)[0] == (task.coded[0], "accepted")
    assert not any(found.move.trigger.text == "plan" for found in ledger.moves())
    first, second = ledger.reviews()
    assert [len(first.moves), len(second.moves)] == [2, 1]
    assert (first.reviewer, second.reviewer) == ("ann", "ben")


def test_two_reviewers_get_the_same_sentences_in_the_same_order(ledger, url):
    for document in many(4):
        ledger.add(document)
    mine = answer_all(ledger, 6, reviewer="ann")
    with Ledger.open(url, who="ben") as other:
        assert answer_all(other, 6, reviewer="ben") == mine


def test_another_coder_is_judged_by_its_own_moves_whatever_was_said_before(ledger):
    """The second coder finds what a person rejected, and the same as the first elsewhere."""
    ledger.add(report())
    first = task_of(ledger)
    ledger.review(first, [])
    again = report()
    moves = tuple(dataclasses.replace(move, coder="test/2", confidence=0.8) for move in again.moves)
    ledger.recode(dataclasses.replace(again, moves=moves, reading=dataclasses.replace(again.reading, coder="test/2")))
    second = task_of(ledger)
    assert (second.coder, second.coded) == ("test/2", (moves[0],))
    review = ledger.review(second, second.coded)
    assert dict(review.verdicts) == {first.coded[0].id: "accepted"}
    assert review.coded == second.coded
    assert ledger.move(first.coded[0].id).move.coder == "test/2"
    (earlier, _) = ledger.reviews()
    assert (earlier.coder, earlier.coded) == ("test/1", first.coded)
    ledger.undo_review(review.id, why="test")
    assert [found.move.act for found in ledger.moves()] == [Act.DEMAND]
    assert ledger.verify().problems == ()


def test_another_coder_is_measured_by_a_draw_of_its_own(ledger):
    """Else it would be measured by the very sentences that it may have learnt from."""
    for document in many(8):
        ledger.add(document)
    first = [(task.document, task.sentence.start) for task in answer_all(ledger, 10)]
    for document in many(8):
        ledger.recode(dataclasses.replace(document, reading=dataclasses.replace(document.reading, coder="test/2")))
    task = ledger.next_review("random")
    assert task.coder == "test/2"
    second = [(task.document, task.sentence.start) for task in answer_all(ledger, 10)]
    assert len(set(first) & set(second)) < 9
    assert len(ledger.review_sample().reviews) == 10
    assert [len(ledger.review_sample(coder).reviews) for coder in ("test/1", "test/2")] == [10, 10]


def test_settled_parties_are_shown_and_stay_settled(ledger):
    ledger.add(report())
    ledger.settle("Kyiv", "UKR")
    task = task_of(ledger)
    assert [mention.id for mention in task.coded[0].actors] == ["UKR"]
    review = ledger.review(task, task.coded)
    assert list(review.verdicts.values()) == ["accepted"]
    assert [[mention.id for mention in move.actors] for move in (*review.coded, *review.moves)] == [[None], ["UKR"]]
    ledger.settle("Kyiv", None)
    assert [mention.id for mention in ledger.move(task.coded[0].id).move.actors] == [None]


def test_a_proposition_stays_with_a_move_that_is_accepted(ledger):
    ledger.add(report())
    (content,) = ledger.contents()
    group(ledger, content)
    task = task_of(ledger)
    ledger.review(task, task.coded)
    assert propositions(ledger)[task.coded[0].id] == "p1"


def group(ledger, content):
    founded = Proposition(id="p1", issue=content.issue, name="the plan", founder=content.move)
    given = Assignment(
        move=content.move, proposition="p1", polarity=-1, likeness=None, basis="founder", version=content.version
    )
    ledger.group([founded], [given], coder="test")


# Taking back


def amend(task):
    return [dataclasses.replace(task.coded[0], issue="ceasefire", content=None), new_move(task, "plan", "propose")]


def keep(task):
    return list(task.coded)


def clear(task):
    return []


@pytest.mark.parametrize("say", [keep, amend, clear])
def test_undoing_brings_back_what_stood_before(ledger, say):
    ledger.add(report())
    group(ledger, next(ledger.contents()))
    before = state(ledger), propositions(ledger)
    task = task_of(ledger)
    review = ledger.review(task, say(task))
    ledger.undo_review(review.id, why="wrong sentence")
    assert (state(ledger), propositions(ledger)) == before
    assert list(ledger.reviews()) == []
    assert [found.undone for found in ledger.reviews(undone=True)] == [True]
    assert ledger.verify().problems == ()


@pytest.mark.parametrize(("first", "second"), list(itertools.permutations([keep, amend, clear], 2)))
def test_undoing_two_reviews_in_any_order_brings_back_the_beginning(ledger, first, second):
    ledger.add(report())
    before = state(ledger)
    task = task_of(ledger)
    one = ledger.review(task, first(task))
    two = ledger.review(task, second(task))
    after_two = state(ledger)
    ledger.undo_review(one.id, why="test")
    assert state(ledger) == after_two
    ledger.undo_review(two.id, why="test")
    assert state(ledger) == before


def test_undoing_the_last_review_brings_back_the_one_before(ledger):
    ledger.add(report())
    task = task_of(ledger)
    ledger.review(task, amend(task))
    before = state(ledger)
    ledger.undo_review(ledger.review(task, []).id, why="test")
    assert state(ledger) == before


def test_after_each_undoing_the_last_review_that_is_left_stands(ledger):
    """Also where a review was undone meanwhile, and what stood before it was written again."""
    ledger.add(report())
    task = task_of(ledger)
    before = state(ledger)
    for order in itertools.permutations(range(3)):
        said = []
        for say in (clear, amend, keep):
            made = ledger.review(task, say(task))
            said.append((made.id, state(ledger)))
        left = [("", before), *said]
        for number in order:
            ledger.undo_review(said[number][0], why="test")
            left.remove(said[number])
            assert state(ledger) == left[-1][1]
    assert ledger.verify().problems == ()


def test_a_move_that_two_people_rejected_is_restored_with_its_parties(ledger):
    coded = report()
    known = dataclasses.replace(coded.moves[0].actors[0], id="UKR")
    ledger.add(dataclasses.replace(coded, moves=(dataclasses.replace(coded.moves[0], actors=(known,)),)))
    task = task_of(ledger)
    for _ in range(2):
        ledger.review(task, [])
    assert ledger.restore(task.coded[0].id, why="test").actors == (known,)
    assert ledger.move(task.coded[0].id).move.actors == (known,)


def test_a_move_is_not_restored_as_a_review_had_it_that_was_undone(ledger):
    ledger.add(report())
    task = task_of(ledger)
    review = ledger.review(task, amend(task))
    ledger.reject(task.coded[0].id, why="test")
    ledger.undo_review(review.id, why="test")
    assert ledger.restore(task.coded[0].id, why="test") == task.coded[0]


def test_a_review_is_undone_once_and_with_a_reason(ledger):
    ledger.add(report())
    review = ledger.review(task_of(ledger), [])
    with pytest.raises(LedgerError, match="no reason"):
        ledger.undo_review(review.id, why=" ")
    ledger.undo_review(review.id, why="test")
    for id in (review.id, "r9999", "r", "x1", "r1'; DROP TABLE log"):
        with pytest.raises(LedgerError, match="no review"):
            ledger.undo_review(id, why="test")


# The random queue


def test_half_of_the_draws_are_sentences_with_moves(ledger):
    for document in many(8):
        ledger.add(document)
    tasks = answer_all(ledger, 10)
    assert [task.stratum for task in tasks] == ["moves", "quiet"] * 5
    assert all(bool(task.coded) == (task.stratum == "moves") for task in tasks)


@pytest.mark.parametrize(("share", "stratum"), [(0, "quiet"), (1, "moves")])
def test_the_share_of_the_strata_can_be_chosen(ledger, share, stratum):
    for document in many(4):
        ledger.add(document)
    assert {task.stratum for task in answer_all(ledger, 5, share=share)} == {stratum}


def test_the_queue_ends_with_the_sentences(ledger):
    ledger.add(report())
    assert len(answer_all(ledger)) == 4
    assert ledger.next_review("random") is None
    assert ledger.next_review("random", reviewer="ben") is not None


def test_an_empty_ledger_has_nothing_to_review(ledger):
    assert ledger.next_review("random") is None
    assert ledger.next_review("uncertain") is None
    assert ledger.review_sample() is None
    assert ledger.review_progress().coder is None


def test_the_place_of_a_sentence_is_fixed():
    """A change of these numbers would draw another sample in every ledger there is."""
    assert round(place_of(b"a" * 64, "d1", 0), 9) == 0.605750433
    assert round(place_of(b"a" * 64, "d1", 7), 9) == 0.427174791


def test_places_are_spread_evenly_and_independently():
    places = np.array([[place_of(b"seed", f"d{name}", number) for number in range(40)] for name in range(100)])
    counts = np.histogram(places, bins=20, range=(0, 1))[0]
    assert ((counts - 200) ** 2 / 200).sum() < 43.8  # chi squared, 19 degrees of freedom, p = 0.001
    assert abs(np.corrcoef(places[:, 0], places[:, 1])[0, 1]) < 0.33


def test_copies_are_drawn_once_and_redacted_documents_never(ledger):
    text = TEXT + "\n" + " ".join(f"word{number}" for number in range(80))
    for name in ("d1", "d2", "d3"):
        ledger.add(report(name, text=text))
    assert ledger.copies("d1") == ("d1", "d2", "d3")
    ledger.redact("d1", why="test")
    assert {task.document for task in answer_all(ledger)} == {"d2"}
    ledger.redact("d2", why="test")
    assert {task.document for task in answer_all(ledger)} == {"d3"}
    assert sum(ledger.review_sample().strata.values()) == 5


def test_a_review_of_what_became_a_copy_is_looked_for_no_further_than_the_others(ledger, monkeypatch):
    for document in many(20):
        ledger.add(document)
    tasks = answer_all(ledger, 6)
    gone = next(task.document for task in tasks if task.document != "d0")
    ledger.merge(["d0", gone], why="test")
    looked, units = [], _draws.units
    monkeypatch.setattr(_draws, "units", lambda *given: (looked.append(unit) or unit for unit in units(*given)))
    sample = ledger.review_sample()
    left = {(task.document, task.sentence.start) for task in tasks if task.document != gone}
    assert len(sample.reviews) == len(left)
    assert (looked[-2].document, looked[-2].start) in left  # one more is asked for before the search ends


def test_a_later_document_is_reviewed_where_it_falls(ledger):
    for document in many(4):
        ledger.add(document)
    answer_all(ledger)
    for document in many(8, start=4):
        ledger.add(document)
    sample = ledger.review_sample()
    assert sample.through == 24  # four documents and twenty reviews
    assert (len(sample.reviews), sample.unused, sum(sample.strata.values())) == (20, 0, 20)
    assert 0 < sample.waiting <= 20
    answer_all(ledger, sample.waiting + 8)
    sample = ledger.review_sample()
    assert sample.through is None or sample.waiting == 0
    assert sum(ledger.review_sample().strata.values()) in (20, 40)
    answer_all(ledger)
    assert (len(ledger.review_sample().reviews), ledger.review_sample().through) == (40, None)


def test_what_is_reviewed_out_of_turn_counts_once_its_turn_comes(ledger):
    for document in many(4):
        ledger.add(document)
    last = answer_all(ledger)[-1]
    for review in list(ledger.reviews()):
        ledger.undo_review(review.id, why="test")
    task = ledger.review_task(last.document, last.sentence.start, last.sentence.end, queue="random")
    assert task == last
    ledger.review(task, task.coded)
    sample = ledger.review_sample()
    assert (sample.reviews, sample.unused) == ((), 1)
    answer_all(ledger)
    assert ledger.review_sample().unused == 0


def test_most_reviews_make_the_sample():
    done = np.array([True, False, True, True, True])
    entered = np.array([1, 9, 1, 2, 7])
    through, taken = choose_through(done, entered, np.zeros(5, bool))
    assert (through, taken.tolist()) == (8, [True, False, True, True, True])
    through, taken = choose_through(done, np.array([3, 1, 1, 2, 7]), np.zeros(5, bool))
    assert (through, taken.tolist()) == (None, [True, False, False, False, False])


def test_later_documents_do_not_bias_the_sample(tmp_path):
    """Later documents have six moves each, earlier ones one: in the sample they must have the share that they have in the ledger."""
    quiet = "\n".join(
        ["Kyiv rejected the plan.", *(f"Nothing went on {word}." for word in ("here", "there", "below", "on", "off"))]
    )
    loud = "\n".join(f"Kyiv rejected the plan {word}." for word in ("here", "there", "below", "again", "on", "off"))
    found = []
    for seed in range(4):
        with Ledger.open(
            str(tmp_path / f"{seed}.db"), clock=lambda seed=seed: f"2025-11-27T10:00:{seed:02}+00:00"
        ) as ledger:
            fill(ledger, quiet, 0, 20)
            answer_all(ledger, 20)
            fill(ledger, loud, 20, 40)
            answer_all(ledger, 40)
            sample = ledger.review_sample()
            later = sum(int(review.document[1:]) >= 20 for review in sample.reviews if review.stratum == "moves")
            found.append(later / sum(review.stratum == "moves" for review in sample.reviews))
            assert sample.through is None
    assert abs(np.mean(found) - 6 / 7) < 0.08


def fill(ledger, text, first, last):
    for number in range(first, last):
        body = text + "\n" + " ".join(f"w{number}x{word}" for word in range(60))
        lines = [line for line in body.split("\n") if line.startswith("Kyiv")]
        moves = [
            make_move(line, "rejected", act="reject", document=f"d{number}", start=body.index(line)) for line in lines
        ]
        ledger.add(make_coded(body, moves, id=f"d{number}"))


# The other queues


def test_the_uncertain_queue_gives_what_the_coder_was_least_sure_of(ledger):
    for number, confidence in enumerate((0.9, 0.4, 0.6)):
        text = f"{TEXT}\n{' '.join(f'w{number}x{i}' for i in range(60))}"
        ledger.add(report(f"d{number}", text=text, confidence=confidence))
    documents = []
    while task := ledger.next_review("uncertain"):
        ledger.review(task, task.coded)
        documents.append((task.document, task.queue, task.stratum))
    assert documents == [(f"d{n}", "uncertain", "moves") for n in (1, 1, 2, 2, 0, 0)]


def test_what_was_reviewed_by_mistake_is_uncertain_again(ledger):
    ledger.add(report())
    task = ledger.next_review("uncertain")
    ledger.undo_review(ledger.review(task, task.coded).id, why="test")
    assert ledger.next_review("uncertain") == task


def test_what_a_person_corrected_is_not_uncertain(ledger):
    ledger.add(report())
    task = ledger.next_review("uncertain")
    ledger.reject(task.coded[0].id, why="test")
    assert ledger.next_review("uncertain").sentence != task.sentence


def test_only_the_random_queue_is_measured(ledger):
    ledger.add(report())
    for task in (ledger.next_review("uncertain"), task_of(ledger, line=1)):
        ledger.review(task, [])
    assert ledger.review_sample().reviews == ()
    assert len(answer_all(ledger)) == 4


@pytest.mark.parametrize("queue", ["chosen", "", "random; DROP TABLE log"])
def test_another_queue_gives_nothing(ledger, queue):
    with pytest.raises(InputError):
        ledger.next_review(queue)


def test_progress_counts_by_reviewer_and_queue(ledger, url):
    for document in many(3):
        ledger.add(document)
    answer_all(ledger, 4)
    task = task_of(ledger, "d0")
    ledger.review(task, [], seconds=3)
    with Ledger.open(url, who="ben") as other:
        answer_all(other, 2, reviewer="ben")
    progress = ledger.review_progress(sentences=10, moves=3)
    rows = [
        (row.reviewer, row.queue, row.sentences, row.coded, row.accepted, row.rejected, row.seconds)
        for row in progress.counts
    ]
    assert rows == [
        ("ann", "chosen", 1, 1, 0, 1, 3.0),
        ("ann", "random", 4, 2, 2, 0, None),
        ("ben", "random", 2, 1, 1, 0, None),
    ]
    assert (progress.sentences, progress.moves, progress.left_sentences, progress.left_moves) == (4, 2, 6, 1)


# Redaction, several writers, proof, older ledgers


def test_reviews_of_a_redacted_document_are_shown_no_more(ledger):
    ledger.add(report())
    answer_all(ledger)
    ledger.redact("d1", why="test")
    assert list(ledger.reviews()) == []
    assert ledger.review_progress().sentences == 0
    assert ledger.review_progress().counts == ()
    assert ledger.review_sample().reviews == ()
    assert sum(entry.kind == "review" for entry in ledger.log()) == 4
    with pytest.raises(LedgerError, match="redacted"):
        ledger.review_task("d1", 0, len("Kyiv rejected the plan."))
    assert ledger.verify().problems == ()


def _review_all(url, who):
    with Ledger.open(url, who=who) as ledger:
        answer_all(ledger, reviewer=who)


def test_reviewers_who_write_at_once_lose_nothing(url):
    with Ledger.open(url) as ledger:
        for document in many(3):
            ledger.add(document)
        context = multiprocessing.get_context("fork")
        writers = [context.Process(target=_review_all, args=(url, who)) for who in ("ann", "ben", "cat")]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert [writer.exitcode for writer in writers] == [0, 0, 0]
        assert [row.sentences for row in ledger.review_progress().counts] == [15, 15, 15]
        assert len(ledger.review_sample().reviews) == 15
        assert len(list(ledger.moves())) == 6
        assert ledger.verify().problems == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reviews SET queue = 'random'",
        "UPDATE reviews SET judged = '[]'",
        "UPDATE moves SET verdict = 'accepted' WHERE verdict = 'rejected'",
        "DELETE FROM reviews",
        "DELETE FROM undone_reviews",
    ],
)
def test_whoever_changes_a_review_is_found_out(tmp_path, statement):
    path = tmp_path / "ledger.db"
    with Ledger.open(str(path)) as ledger:
        ledger.add(report())
        ledger.review(task_of(ledger), [])
        ledger.undo_review(ledger.review(task_of(ledger), []).id, why="test")
    with closing(sqlite3.connect(path)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
    with Ledger.open(str(path)) as ledger:
        assert any("its rows were changed" in problem for problem in ledger.verify().problems)


@pytest.mark.parametrize(
    "verb", ["UPDATE reviews SET queue = 'random'", "DELETE FROM undone_reviews", "DELETE FROM reviews"]
)
def test_reviews_only_grow(ledger, verb):
    ledger.add(report())
    ledger.undo_review(ledger.review(task_of(ledger), []).id, why="test")
    with pytest.raises(LedgerError, match="only grows"), ledger._store.writing() as connection:
        connection.execute(sa.text(verb))


def test_a_ledger_of_before_reviews_can_be_reviewed(url, monkeypatch):
    """The schema of before is made by the migrations of then; what was written to it stays as it was."""
    with monkeypatch.context() as then:
        then.setattr("demarche.ledger._store.MIGRATIONS", MIGRATIONS[:2])
        then.setattr("demarche.ledger._verify._COLUMNS", {})
        then.setattr("demarche.ledger._ledger.follow", lambda *_: None)  # no table stood beside the log
        with Ledger.open(url) as ledger:
            ledger.add(report())
            for statement in ("CREATE VIEW standing AS SELECT row, cluster FROM current_moves", "DROP VIEW standing"):
                with ledger._store.writing() as connection:
                    connection.exec_driver_sql(statement)
                if statement.startswith("CREATE"):
                    ledger.reject(report().moves[0].id, why="test")
    with Ledger.open(url) as ledger:
        assert [move.id for move, _ in state(ledger)] == [move.id for move in report().moves[1:]]
        task = ledger.next_review("random")
        ledger.review(task, task.coded)
        assert ledger.verify().problems == ()


def test_a_task_of_no_queue_cannot_be_made():
    with pytest.raises(InputError, match="no queue"):
        ReviewTask(
            document="d1",
            sentence=Span(start=0, end=1, text="x"),
            voice="report",
            queue="q",
            stratum="quiet",
            place=0.5,
            coder="c",
        )


def test_an_added_move_has_the_id_of_its_words(ledger):
    ledger.add(report())
    task = task_of(ledger, line=1)
    made = new_move(task, "spoke", "state")
    assert made.id == Move.make_id("d1", made.trigger, Act.STATE)
