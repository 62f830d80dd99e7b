"""Records of others become moves only where their words stand in their text and their event type is one act of ours."""

import json

import pytest
from event_moves import HOSTILE, hostile_moves, sourced
from hypothesis import given

from demarche.exchange import plover_to_coded, read_plover
from demarche.exchange.plover import write_plover
from demarche.model import Act, CodedDocument, Failure, Status

GOLD = """{
    "id": "G1",
    "date": "2000-01-01",
    "source": [{"actorText": "Norwegian", "code": "NOR", "sector": "GOV"}],
    "target": [{"actorText": "Sweden", "code": "SWE", "sector": "***"}],
    "event": "REJECT",
    "eventText": "turned down offer",
    "text": "A Norwegian envoy turned down an offer of Sweden, and Sweden was told.",
    "textInfo": {"markup": "A (SRC: Norwegian) envoy (EVT: turned down) an (EVT: offer) of Sweden, and (TAR: Sweden) was told."},
    "comment": "",
},
"""


def coded(*records, **options):
    lines = (json.dumps({"id": f"e{number}", "date": "2000-01-01"} | record) for number, record in enumerate(records))
    return list(plover_to_coded(read_plover(lines), **options))


def test_a_gold_record_is_read_by_its_marks():
    (document,) = plover_to_coded(read_plover(GOLD.splitlines(keepends=True)))
    (move,) = document
    assert (move.act, move.trigger.text, move.date) == (Act.REJECT, "turned down", "2000-01-01")
    assert (move.actors[0].id, move.actors[0].sector, move.recipients[0].sector) == ("NOR", "GOV", None)
    assert move.recipients[0].span.start == move.sentence.text.rindex("Sweden")


OSLO = {
    "actor": [{"entity_text": "Oslo"}],
    "event": ["REJECT"],
    "event_text": ["rejected"],
    "text": "Oslo rejected it.",
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"text": None}, "brings no text"),
        ({"event_text": ["refused"]}, "do not stand in the text"),
        ({"event_text": []}, "no words tell of the event"),
        ({"actor": [{"entity_text": "Bergen"}]}, "of a party do not stand"),
        ({"event": ["AGREE"]}, "can be propose or offer or promise or accept"),
        ({"event": ["CRIME"]}, "no event type of manual 2.0"),
        ({"event": ["AID", "REJECT"]}, "2 event types"),
    ],
)
def test_a_record_that_makes_no_move_says_why(change, reason):
    (failure,) = coded(OSLO | change)
    assert isinstance(failure, Failure)
    assert failure.where == "e0"
    assert reason in failure.reason


def test_an_event_type_of_several_acts_is_told_by_its_mode_or_guessed_if_asked():
    acts = [document.moves[0].act for document in coded(OSLO | {"event": ["ACCUSE"], "mode": ["disapprove"]})]
    acts += [document.moves[0].act for document in coded(OSLO | {"event": ["AGREE"]}, guess=True)]
    acts += [document.moves[0].act for document in coded(OSLO | {"event": "DEMAND"})]
    assert acts == [Act.CRITICIZE, Act.PROMISE, Act.DEMAND]


def test_records_of_one_text_are_one_document():
    (document,) = coded(OSLO | {"text": "Oslo rejected it and helped."}, OSLO | {
        "text": "Oslo rejected it and helped.", "event": "AID", "event_text": "helped", "context": ["negation"]
    })  # fmt: skip
    assert [(move.act, move.status) for move in document] == [(Act.REJECT, Status.ACTUAL), (Act.AID, Status.NEGATED)]


@pytest.mark.parametrize(
    ("given", "day"),
    [("2025-11-27T08:00:00Z", "2025-11-27"), ("0962-11", "0962-11"), ("July 4", None), ("2025-13-01", None)],
)
def test_a_day_of_publication_is_one_that_a_calendar_has(given, day):
    (document,) = coded(OSLO | {"cite_info": {"published": given}})
    assert document.document.published == document.moves[0].published == day


def test_sentences_are_those_of_the_splitter():
    def split(text):
        return [(0, 5), (6, len(text))]

    (document,) = coded(OSLO | {"text": "Talks Oslo rejected it."}, split=split)
    assert document.moves[0].sentence.text == "Oslo rejected it."
    (failure,) = coded(OSLO | {"text": "Oslo. rejected it."}, split=split)
    assert "do not stand in the sentence" in failure.reason


def test_what_a_move_is_written_as_makes_the_move_again():
    move = sourced("Oslo, say aides, promised Bergen help by May.", "promised", act="promise", status="planned", issue="aid",
        actors=[("Oslo", "NOR", "GOV")], recipients=[("Bergen", None, None)], content="help", source="aides", text="Talks. "
        "Oslo, say aides, promised Bergen help by May.")  # fmt: skip
    (document,) = plover_to_coded(read_plover(write_plover([move])))
    (made,) = document
    assert made.sentence.text == move.move.sentence.text
    for name in "act status issue voice trigger confidence date content source coder".split():
        assert getattr(made, name) == getattr(move.move, name), name
    assert [one.span for one in made.actors] == [one.span for one in move.move.actors]
    assert made.actors[0].id == "NOR"
    assert made.recipients[0].id is None


@given(hostile_moves())
def test_words_of_hostile_records_stand_where_they_are_said_to(move):
    (document,) = plover_to_coded(read_plover("".join(write_plover([move])).split("\n")))
    assert isinstance(document, CodedDocument)
    for made in document:
        made.check(document.document.text)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_no_markup_breaks_the_reading(before, words, after):
    text = f"{before}{words}{after} rejected it."
    (document,) = coded(
        OSLO
        | {"actor": [], "text": text, "text_info": {"markup": f"{before}(SRC: {words}){after} (EVT: rejected) it."}}
    )
    assert document.moves[0].trigger.text == "rejected"
