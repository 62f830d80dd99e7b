"""Another coder reads a ledger again: its moves become current, what people said stays, and both readings remain."""

import dataclasses
import hashlib
from datetime import date

import pytest

from demarche.analysis.threats import _name as name_case
from demarche.errors import InputError, LedgerError
from demarche.ledger import Ledger
from demarche.model import Act, Assignment, Forecast, Proposition
from demarche.testing import make_coded, make_move

LINES = (
    "Kyiv has rejected the plan.",
    "Moscow demanded a reply by Friday.",
    "Paris offered to host talks.",
    "Rain fell all day long.",
)
TEXT = "\n".join(LINES)
STARTS = [TEXT.index(line) for line in LINES]


def move(line, trigger, act, **options):
    return make_move(
        LINES[line], trigger, act=act, start=STARTS[line], document=options.pop("document", "d1"), **options
    )


def rejects(**options):
    return move(0, "rejected", "reject", actors=["Kyiv"], content="the plan", **options)


def demands(**options):
    return move(1, "demanded", "demand", actors=["Moscow"], content="a reply", **options)


def offers(**options):
    return move(2, "offered", "offer", actors=["Paris"], content="host talks", **options)


def read(*moves, coder="old/1", **about):
    """Return a document as a coder read it."""
    coded = make_coded(TEXT, [dataclasses.replace(one, coder=coder) for one in moves], **about)
    return dataclasses.replace(coded, reading=dataclasses.replace(coded.reading, coder=coder))


def again(ledger, *moves, coder="new/2", **about):
    made = ledger.recode(read(*moves, coder=coder, **about))
    assert ledger.verify().problems == ()
    return made


def current(ledger):
    """Return trigger -> (act, verdict, coder) of the moves as they stand."""
    return {
        found.move.trigger.text: (found.move.act.value, found.verdict, found.move.coder) for found in ledger.moves()
    }


def review(ledger, line, *kept, **options):
    task = ledger.review_task("d1", STARTS[line], STARTS[line] + len(LINES[line]), **options)
    return ledger.review(task, [one for one in task.coded if one.trigger.text in kept])


# Whose moves are current


def test_the_new_coders_moves_become_current_and_what_it_does_not_find_is_superseded(ledger):
    ledger.add(read(rejects(), demands()))
    assert again(ledger, demands(status="possible"), offers())
    assert current(ledger) == {"demanded": ("demand", "coded", "new/2"), "offered": ("offer", "coded", "new/2")}
    assert [found.move.status.value for found in ledger.moves() if found.move.act is Act.DEMAND] == ["possible"]


def test_it_is_one_entry_of_the_log(ledger):
    ledger.add(read(rejects(), demands()))
    again(ledger, offers())
    entry, first = ledger.log()
    assert (entry.kind, entry.subject, entry.why) == ("recoding", "d1", "read by new/2, before by old/1")
    assert first.kind == "document"


def test_what_a_coder_has_read_already_is_left_as_it_is(ledger):
    ledger.add(read(rejects()))
    again(ledger, demands())
    head = ledger.verify().head
    assert not again(ledger, offers())
    assert not again(ledger, offers(), coder="old/1")
    assert ledger.verify().head == head


def test_parties_of_the_new_reading_are_found(ledger):
    ledger.add(read(rejects()))
    new = demands()
    new = dataclasses.replace(new, actors=(dataclasses.replace(new.actors[0], id="RUS", link="metonym"),))
    again(ledger, new)
    assert [(found.value, found.moves) for found in ledger.count("actor")] == [("RUS", 1)]


def test_a_third_coder_brings_back_what_the_second_did_not_find(ledger):
    ledger.add(read(rejects()))
    again(ledger)
    assert current(ledger) == {}
    again(ledger, rejects(), coder="third/1")
    assert current(ledger) == {"rejected": ("reject", "coded", "third/1")}


def test_sentences_are_counted_once_however_many_read_them(ledger):
    ledger.add(read(rejects()))
    again(ledger, rejects())
    assert ledger.overview().sentences == 4


@pytest.mark.parametrize("change", [{"id": "d9"}, {"redact": True}, {"text": True}])
def test_only_what_is_there_is_coded_again(ledger, change):
    ledger.add(read(rejects()))
    coded = read(demands(document=change.get("id", "d1")), coder="new/2", id=change.get("id", "d1"))
    if change.get("redact"):
        ledger.redact("d1", why="a source asked for it")
    if change.get("text"):
        coded = make_coded(LINES[0], id="d1")
    with pytest.raises(InputError, match=r"not in the ledger|another text"):
        ledger.recode(coded)


# What people said


def test_amended_moves_stay_as_they_are(ledger):
    ledger.add(read(rejects(), demands()))
    ledger.correct(rejects().id, why="it only blames", act=Act.CRITICIZE)
    again(ledger, rejects(), demands())
    assert current(ledger)["rejected"] == ("criticize", "amended", "old/1")
    again(ledger, coder="third/1")
    assert current(ledger) == {"rejected": ("criticize", "amended", "old/1")}


def test_rejected_moves_stay_rejected_though_found_again_in_other_words(ledger):
    ledger.add(read(rejects()))
    ledger.reject(rejects().id, why="a quotation")
    again(ledger, rejects())
    again(ledger, move(0, "has rejected", "reject"), coder="third/1")
    assert current(ledger) == {}


def test_a_rejected_move_does_not_keep_out_another_act_of_the_same_words(ledger):
    ledger.add(read(rejects()))
    ledger.reject(rejects().id, why="no refusal")
    again(ledger, move(0, "rejected", "criticize"))
    assert current(ledger) == {"rejected": ("criticize", "coded", "new/2")}


def test_restored_moves_stay_and_can_be_rejected_and_restored_after(ledger):
    ledger.add(read(rejects()))
    ledger.reject(rejects().id, why="too soon")
    ledger.restore(rejects().id, why="it is one")
    again(ledger, demands())
    assert current(ledger)["rejected"] == ("reject", "amended", "old/1")
    ledger.reject(rejects().id, why="after all")
    assert ledger.restore(rejects().id, why="no").actors == rejects().actors
    assert ledger.verify().problems == ()


def test_a_rejection_is_taken_back_after_a_recoding_as_before_it(ledger):
    ledger.add(read(rejects()))
    ledger.reject(rejects().id, why="a quotation")
    again(ledger, rejects(status="possible"))
    assert ledger.restore(rejects().id, why="no quotation").status.value == "actual"
    assert current(ledger) == {"rejected": ("reject", "amended", "old/1")}


def test_the_words_whose_act_a_person_put_right_get_no_second_move(ledger):
    ledger.add(read(rejects()))
    ledger.correct(rejects().id, why="it only blames", act=Act.CRITICIZE)
    again(ledger, move(0, "rejected", "criticize"), move(0, "has rejected", "reject"))
    assert current(ledger) == {"rejected": ("criticize", "amended", "old/1")}


def test_a_reviewed_sentence_is_not_touched(ledger):
    ledger.add(read(rejects(), demands()))
    review(ledger, 0, "rejected")
    review(ledger, 3)
    before = [found for found in ledger.moves() if found.verdict == "accepted"]
    again(ledger, move(0, "has rejected", "reject"), move(3, "fell", "attack"))
    assert list(ledger.moves()) == before
    assert current(ledger) == {"rejected": ("reject", "accepted", "old/1")}


def test_a_review_that_was_undone_protects_nothing(ledger):
    ledger.add(read(rejects(), demands()))
    ledger.undo_review(review(ledger, 0, "rejected").id, why="wrong sentence")
    again(ledger, demands())
    assert list(current(ledger)) == ["demanded"]


def test_a_review_is_undone_after_a_recoding_as_before_it(ledger):
    ledger.add(read(rejects(), demands()))
    made = review(ledger, 0)
    again(ledger, rejects(), demands())
    assert list(current(ledger)) == ["demanded"]
    ledger.undo_review(made.id, why="wrong sentence")
    assert current(ledger)["rejected"] == ("reject", "coded", "old/1")
    assert ledger.verify().problems == ()


def test_a_reviewer_sees_all_that_the_new_coder_found_also_where_somebody_has_spoken(ledger):
    ledger.add(read(rejects(), demands()))
    ledger.reject(rejects().id, why="a quotation")
    again(ledger, rejects(), demands())
    task = ledger.review_task("d1", STARTS[0], STARTS[0] + len(LINES[0]), coder="new/2")
    assert [(one.act, one.trigger.text) for one in task.coded] == [(Act.REJECT, "rejected")]
    assert task.stratum == "moves"


def test_moves_on_which_a_judgement_rests_stay(ledger):
    ledger.add(read(rejects(), demands(), offers()))
    proposition = Proposition(id="p1", issue="other", name="the plan", founder=rejects().id)
    given = Assignment(move=rejects().id, proposition="p1", polarity=1, likeness=None, basis="founded", version=1)
    ledger.group([proposition], [given], coder="test/1")
    ledger.pin(rejects().id, "p1", why="it means the plan")
    ledger.judge_link("t0", demands().id, "confirmed", why="that is what came of it")
    days = {"made": date(2025, 11, 1), "resolves_by": date(2025, 12, 1)}
    forecast = Forecast(
        id="f1", who="ann", question="Will they talk?", rule="a report says so", probability=0.5, **days
    )
    ledger.record_forecast(forecast)
    ledger.resolve_forecast(forecast.id, True, why="the offer says so", evidence=(offers().id,))
    again(ledger, demands(status="possible"))
    assert {found.move.status.value for found in ledger.moves()} == {"actual"}
    assert set(current(ledger)) == {"rejected", "demanded", "offered"}


def test_a_threat_whose_outcome_a_person_judged_stays(ledger):
    ledger.add(read(rejects(), demands()))
    case = "t" + hashlib.sha256(demands().id.encode()).hexdigest()[:12]
    assert case == name_case(next(found.move for found in ledger.moves() if found.move.act is Act.DEMAND))
    ledger.judge_link(case, rejects().id, "undone", why="another matter")
    again(ledger)
    assert set(current(ledger)) == {"rejected", "demanded"}


def test_whom_words_mean_holds_for_the_new_reading(ledger):
    ledger.add(read(rejects()))
    ledger.settle("Moscow", "RUS")
    again(ledger, demands())
    assert [found.value for found in ledger.count("actor")] == ["RUS"]


# Propositions


def grouped(ledger, one):
    proposition = Proposition(id="p1", issue="other", name="x", founder=one.id)
    given = Assignment(move=one.id, proposition="p1", polarity=1, likeness=None, basis="founded", version=1)
    ledger.group([proposition], [given], coder="test/1")


@pytest.mark.parametrize(
    ("new", "kept"),
    [
        (demands(status="possible"), True),
        (move(1, "Moscow demanded", "demand", content="a reply"), True),
        (move(1, "demanded", "demand", content="a reply by Friday"), False),
        (move(1, "demanded", "demand", content="a reply", issue="talks"), False),
    ],
)
def test_a_content_that_stays_keeps_its_proposition(ledger, new, kept):
    ledger.add(read(demands()))
    grouped(ledger, demands())
    again(ledger, new)
    assert [row["proposition"] for row in ledger.rows()] == (["p1"] if kept else [None])
    assert len(list(ledger.contents())) == (0 if kept else 1)


# What each coder found


def test_what_each_coder_found_can_be_read_side_by_side(ledger):
    old, new = read(rejects(), demands()), read(rejects(status="possible"), offers(), coder="new/2")
    ledger.add(old)
    ledger.correct(demands().id, why="politely", act=Act.APPEAL)
    ledger.reject(rejects().id, why="a quotation")
    review(ledger, 2)
    again(ledger, *new.moves)
    assert ledger.coded_by("d1", "old/1") == list(old.moves)
    assert ledger.coded_by("d1", "new/2") == list(new.moves)
    assert current(ledger) == {"demanded": ("appeal", "amended", "old/1")}


def test_who_has_not_read_a_document_has_found_nothing_in_it(ledger):
    ledger.add(read(rejects()))
    with pytest.raises(LedgerError, match="has not read"):
        ledger.coded_by("d1", "new/2")
    ledger.redact("d1", why="a source asked for it")
    with pytest.raises(LedgerError, match="redacted"):
        ledger.coded_by("d1", "old/1")


def test_what_became_of_the_moves_is_counted(ledger):
    ledger.add(read(rejects(), demands(), offers()))
    ledger.add(read(demands(document="d2"), id="d2"))
    ledger.reject(rejects().id, why="a quotation")
    ledger.correct(offers().id, why="politely", act=Act.PROPOSE)
    again(ledger, rejects(), move(3, "fell", "attack"), move(1, "reply", "state"))
    again(ledger, demands(document="d2"), id="d2")
    found = ledger.recoding("new/2")
    assert dataclasses.asdict(found) == {
        "coder": "new/2", "documents": 2, "kept": 1, "new": 2, "superseded": 1, "said": 1, "aside": 1,
    }  # fmt: skip
    assert ledger.recoding("old/1").documents == 0


def test_a_ledger_that_was_recoded_opens_again_as_it_was(url):
    with Ledger.open(url) as first:
        first.add(read(rejects()))
        first.recode(read(demands(), coder="new/2"))
        before = current(first)
    with Ledger.open(url, create=False) as second:
        assert current(second) == before
        assert second.read_by("new/2") == set(second.document_ids()) == {"d1"}
