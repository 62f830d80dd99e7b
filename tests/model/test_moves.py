from dataclasses import replace

import pytest

from demarche.errors import SpanError
from demarche.model import Act, CodedDocument, Document, Move, Reading, Span
from demarche.testing import make_move

TEXT = "Kyiv rejected Moscow's demand."


def test_a_move_survives_its_json_object():
    move = make_move(
        TEXT, "rejected", act="reject", actors=["Kyiv"], recipients=["Moscow"], content="demand", source="Kyiv"
    )
    assert Move.from_dict(move.to_dict()) == move


def test_absent_values_are_null_never_empty_words():
    record = make_move(TEXT, "rejected", act="reject").to_dict()
    assert record["content"] is record["deadline"] is record["source"] is record["date"] is None
    assert record["actors"] == []


def test_a_move_whose_words_are_not_in_its_sentence_is_refused():
    move = make_move(TEXT, "rejected", act="reject")
    with pytest.raises(SpanError):
        replace(move, trigger=Span(start=5, end=13, text="accepted"))


def test_the_id_depends_on_document_trigger_and_act_alone():
    move = make_move(TEXT, "rejected", act="reject", actors=["Kyiv"])
    other = make_move(TEXT, "rejected", act="reject")
    assert move.id == other.id != Move.make_id("d1", move.trigger, Act.DENY)


def test_a_coded_document_refuses_moves_of_another_text():
    move = make_move(TEXT, "rejected", act="reject")
    with pytest.raises(SpanError):
        CodedDocument(
            document=Document(id="d1", text="Another text."), reading=Reading(document="d1", coder="t/1"), moves=(move,)
        )
