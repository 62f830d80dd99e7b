import json

import pytest

import demarche
from demarche import pipeline
from demarche.errors import DemarcheError, InputError
from demarche.model import CodedDocument, Document, Failure, Move

pytestmark = pytest.mark.model

TEXT = "Talks stall\n\nKyiv rejected Moscow's demand to withdraw.\r\nIt is all a farce, and everybody knows it."


def test_a_text_gives_moves_with_offsets_into_the_document():
    coded = demarche.code(TEXT, published="2025-11-27", id="d7")
    assert "reject" in [move.act.value for move in coded]
    for move in coded:
        move.check(coded.document.text)
        assert (move.document, move.published) == ("d7", "2025-11-27")
        assert move.coder.startswith("demarche-en/")


def test_a_move_survives_its_line():
    for move in demarche.code(TEXT):
        assert Move.from_dict(json.loads(json.dumps(move.to_dict()))) == move


def test_coding_twice_gives_the_same_moves():
    assert demarche.code(TEXT).moves == demarche.code(TEXT).moves


def test_every_sentence_is_in_the_reading_with_its_voice():
    reading = demarche.code(TEXT).reading
    assert [sentence.span.text for sentence in reading.sentences][0] == "Talks stall"
    assert len(reading.sentences) == 3


@pytest.mark.parametrize("text", ["", " \n", 7])
def test_nothing_to_code_is_an_input_error(text):
    with pytest.raises(InputError):
        demarche.code(text)


def test_another_language_is_refused_by_name_and_codes_nothing():
    with pytest.raises(InputError, match="'ru'"):
        demarche.code("Правительство отвергло предложение о перемирии и потребовало вывода войск из района.")


def test_one_bad_document_never_stops_the_stream():
    documents = [
        Failure(where="a.pdf", stage="sources", reason="is a PDF"),
        Document(id="ru", text="Правительство отвергло предложение о перемирии.", language="ru"),
        Document(id="en", text="Kyiv rejected it."),
    ]
    failure, foreign, coded = demarche.code_all(documents)
    assert failure is documents[0]
    assert isinstance(foreign, Failure)
    assert foreign.where == "ru"
    assert isinstance(coded, CodedDocument)


def test_the_stream_holds_one_document_at_a_time():
    taken = []

    def documents():
        for number in range(3):
            taken.append(number)
            yield Document(id=str(number), text="Kyiv rejected it.")

    stream = demarche.code_all(documents())
    next(stream)
    assert taken == [0]


def test_evaluation_needs_gold(tmp_path):
    (tmp_path / "gold.jsonl").write_text("")
    with pytest.raises(DemarcheError, match="no coded sentence"):
        pipeline.evaluate([tmp_path / "gold.jsonl"], split="dev")


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="codify"):
        demarche.codify  # noqa: B018
