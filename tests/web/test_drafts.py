"""What a form of the review page says, held to the sentence and the codebook."""

import json

import pytest

from demarche.errors import InputError
from demarche.model import ReviewTask, Voice
from demarche.testing import make_move
from demarche.web._drafts import Draft, draft_of, make_moves, read_drafts, words_at

TEXT = "\U0001f469\U0001f3fd\u200d\U0001f680 He rejected the cafe\u0301 plan, and the plan of Moscow, he said."
MOVE = make_move(TEXT, "rejected", act="reject", actors=["He"], content="the cafe\u0301 plan")


def task(*coded, start=0):
    return ReviewTask(
        document="d1", sentence=MOVE.sentence.shift(start), voice=Voice.REPORT, queue="random", stratum="moves", place=0.5, coder="test/1",
        coded=coded,
    )  # fmt: skip


def place(words, nth=0):
    start = -1
    for _ in range(nth + 1):
        start = TEXT.index(words, start + 1)
    return [start, start + len(words)]


def record(**changes):
    spans = {"trigger": [place("rejected")], "actors": [place("He")], "content": [place("the cafe\u0301 plan")]}
    made = {
        "id": MOVE.id,
        "verdict": "accepted",
        "act": "reject",
        "status": "actual",
        "issue": "other",
        "date": "",
        "spans": spans,
    }
    return made | changes


def posted(*records):
    return read_drafts({"moves": json.dumps(records)}, task(MOVE))


def typed(**fields):
    known = {"move": MOVE.id, "verdict": "amended", "act": "reject", "status": "actual", "issue": "other", "date": "",
             "trigger": "rejected", "actors": "He", "content": "the cafe\u0301 plan"}  # fmt: skip
    return read_drafts({f"m0-{name}": value for name, value in (known | fields).items()}, task(MOVE))


def made(drafts, coded=(MOVE,), **about):
    moves, checked = make_moves(task(*coded), drafts, voice=Voice.REPORT, published=None, **about)
    return moves, [draft.wrong for draft in checked]


def test_what_is_accepted_is_the_very_move_of_the_coder():
    assert made(posted(record())) == ([MOVE], [None])


def test_places_count_code_points_past_an_emoji_and_an_accent():
    moves, _ = made(posted(record(spans=record()["spans"] | {"recipients": [place("Moscow")]}, verdict="amended")))
    assert [mention.span.text for mention in moves[0].recipients] == ["Moscow"]
    assert moves[0].actors == MOVE.actors


def test_an_amendment_under_the_verdict_accepted_is_not_lost():
    assert made(posted(record(act="criticize")))[0][0].act == "criticize"


def test_a_rejected_move_is_left_out():
    assert made(posted(record(verdict="rejected", act="no act"))) == ([], [None])


def test_an_added_move_has_the_id_of_its_trigger_and_act():
    new = record(id=None, verdict="added", act="state", spans={"trigger": [place("said")]}, date="2025-11")
    move = made(posted(record(), new))[0][1]
    assert (move.act, move.trigger.text, move.date, move.date_precision, move.coder) == (
        "state",
        "said",
        "2025-11",
        "month",
        "person",
    )
    assert move.id == move.make_id("d1", move.trigger, move.act)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"verdict": ""}, "say whether"),
        ({"act": "befriend"}, "choose its act"),
        ({"issue": "<b>"}, "choose its issue"),
        ({"date": "03/04/2025"}, "no day that can be told"),
        ({"spans": {}}, "which words are the trigger"),
        ({"id": "m0000000000000000"}, "coded anew"),
    ],
)
def test_what_is_wrong_with_a_move_is_said_at_the_move(changes, wrong):
    moves, said = made(posted(record(**changes)))
    assert wrong in said[0]


def test_two_moves_cannot_have_the_same_trigger_and_act():
    new = record(id=None, verdict="added", act="state", spans={"trigger": [place("said")]})
    assert "another move" in made(posted(new, new))[1][1]


@pytest.mark.parametrize(
    "given",
    [
        "[{}]", "{}", "[1]", "null", "[" * 10_000, "[" + "1," * 70 + "1]",
        json.dumps([record(spans={"trigger": [[-1, 4]]})]),
        json.dumps([record(spans={"trigger": [[4, 4]]})]),
        json.dumps([record(spans={"trigger": [[0, 10_000]]})]),
        json.dumps([record(spans={"trigger": [[0.5, 4]]})]),
        json.dumps([record(spans={"trigger": [[True, 4]]})]),
        json.dumps([record(spans={"trigger": [["0", "4"]]})]),
        json.dumps([record(spans={"trigger": [place(" ")]})]),
        json.dumps([record(spans=[1])]),
    ],
)  # fmt: skip
def test_a_form_that_the_page_cannot_have_sent_is_refused(given):
    with pytest.raises(InputError):
        read_drafts({"moves": given}, task(MOVE))


def test_words_that_are_typed_are_found():
    assert made(typed(recipients="Moscow", content="plan of Moscow"))[0][0].content.text == "plan of Moscow"


def test_whole_words_come_before_parts_of_words():
    assert typed(actors="he")[0].spans["actors"] == (tuple(place("he said")[:1] + [place("he said")[0] + 2]),)


def test_words_that_stand_there_twice_are_asked_for_and_kept():
    draft = typed(content="plan")[0]
    assert "2 times" in draft.wrong
    assert draft.words == {"content": "plan"}
    assert typed(content="plan #2")[0].spans["content"] == (tuple(place("plan", 1)),)


def test_words_that_do_not_stand_there_are_said():
    assert "does not have the words 'peace'" in typed(content="peace")[0].wrong


def test_several_actors_stand_one_a_line():
    assert len(typed(actors="He\r\nMoscow\r\n")[0].spans["actors"]) == 2


def test_what_the_page_shows_for_a_span_gives_it_back():
    twice = make_move(TEXT, "plan", act="state", content="plan")
    assert words_at(TEXT, draft_of(twice).spans["content"]) == ["plan #1"]
    fields = {"m0-move": twice.id, "m0-verdict": "accepted", "m0-act": "state", "m0-status": "actual", "m0-issue": "other",
              "m0-trigger": "plan #1", "m0-content": "plan #1"}  # fmt: skip
    assert made(read_drafts(fields, task(twice)), [twice]) == ([twice], [None])


def test_a_span_inside_of_a_word_is_kept_while_nobody_touches_it():
    part = make_move(TEXT, "reject", act="reject", actors=["He"])
    draft = read_drafts(
        {"m0-act": "reject", "m0-move": part.id, "m0-trigger": "reject", "m0-verdict": "accepted"}, task(part)
    )[0]
    assert draft.spans["trigger"] == (tuple(place("reject")),)


def test_the_voice_is_that_of_the_sentence():
    moves, _ = make_moves(task(MOVE), posted(record()), voice=Voice.OPINION, published=None)
    assert moves[0].voice == "opinion"


def test_a_draft_of_the_coder_is_undecided():
    assert draft_of(MOVE) == Draft(
        move=MOVE.id,
        act="reject",
        spans={
            "trigger": (tuple(place("rejected")),),
            "actors": (tuple(place("He")),),
            "content": (tuple(place("the cafe\u0301 plan")),),
        },
    )
