"""The component in real spaCy pipelines, mostly with a coder that needs no network."""

import pytest

spacy = pytest.importorskip("spacy")
from hypothesis import given  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from spacy.tokens import Doc, DocBin  # noqa: E402

from demarche import pipeline  # noqa: E402
from demarche.errors import InputError  # noqa: E402
from demarche.model import Failure  # noqa: E402
from demarche.testing import make_coded, make_move  # noqa: E402

FIRST = "Kyiv rejected Moscow's demand to leave."
SECOND = "It was right to do so."


def coder(*triggers, act="reject", **spans):
    """Return a stand-in for the network: it finds a move at each of the words in the sentence (line) that has them."""

    def code_all(documents, **_):
        for document in documents:
            lines = [line for line in document.text.split("\n") if line.strip()]
            moves = [
                make_move(line, words, act=act, document=document.id, start=document.text.index(line), **spans)
                for line in lines
                for words in triggers
                if words in line
            ]
            yield make_coded(document.text, moves, id=document.id, published=document.published, opinions=[SECOND])

    return code_all


@pytest.fixture
def nlp():
    made = spacy.blank("en")
    made.add_pipe("demarche")
    return made


@pytest.fixture
def found(monkeypatch):
    """Put the stand-in in the place of the network."""
    monkeypatch.setattr(pipeline, "load", lambda *_, **__: None)

    def use(*triggers, **spans):
        monkeypatch.setattr(pipeline, "code_all", coder(*triggers, **spans))

    use("rejected")
    return use


@pytest.mark.model
def test_a_blank_pipeline_codes_as_demarche_does(nlp):
    text = "Kyiv rejected Moscow's demand to withdraw its troops. Paris threatened Minsk with sanctions."
    doc = nlp(text)
    assert doc._.moves == pipeline.code(text).moves
    assert [(span.text, span.label_) for span in doc.spans["moves"]] == [
        ("rejected", "reject"),
        ("demand", "demand"),
        ("threatened", "threaten"),
    ]


@pytest.mark.model
def test_a_stream_gives_what_each_text_gives_alone(nlp):
    texts = ["Kyiv rejected the plan.", "Paris imposed sanctions on Minsk.", "", "The envoys had breakfast."]
    assert [doc._.moves for doc in nlp.pipe(texts, batch_size=2)] == [nlp(text)._.moves for text in texts]


def test_spans_say_their_act_their_role_their_move_and_whom_they_mean(nlp, found):
    found("rejected", actors=["Kyiv"], content="Moscow's demand to leave")
    doc = nlp(FIRST)
    (trigger,) = doc.spans["moves"]
    assert (trigger.text, trigger.label_, trigger.id_) == ("rejected", "reject", doc._.moves[0].id)
    roles = [(span.label_, span.text, span.id_) for span in doc.spans["moves_roles"]]
    assert roles == [("actor", "Kyiv", trigger.id_), ("content", "Moscow's demand to leave", trigger.id_)]


def test_each_sentence_has_its_voice(nlp, found):
    doc = nlp(f"{FIRST}\n{SECOND}")
    assert [span.label_ for span in doc.spans["moves_sentences"]] == ["report", "opinion"]


@pytest.mark.parametrize(("alignment", "words"), [("expand", ["Moscow's"]), ("contract", []), ("strict", [])])
def test_words_inside_a_token_are_aligned_as_the_setting_says(found, alignment, words):
    found("Moscow")
    nlp = spacy.blank("en")
    nlp.tokenizer = lambda text: Doc(nlp.vocab, words=text.split(" "))
    nlp.add_pipe("demarche", config={"alignment": alignment})
    doc = nlp(FIRST)
    assert [span.text for span in doc.spans["moves"]] == words
    assert [move.trigger.text for move in doc._.moves] == ["Moscow"]


def test_an_alignment_that_is_none_is_refused():
    with pytest.raises(InputError, match="expand, contract, strict"):
        spacy.blank("en").add_pipe("demarche", config={"alignment": "round"})


@given(st.lists(st.sampled_from([" ", "\n", "\r\n", "\x07", "é", "\U0001f54a", "don't", "\u202e", "  "]), max_size=12))
def test_offsets_are_those_of_the_text_of_the_pipeline(pieces):
    text = "".join(pieces) + "Kyiv rejected it."
    nlp = spacy.blank("en")
    component = nlp.add_pipe("demarche")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "code_all", coder("rejected"))
        patch.setattr(component, "_load", lambda: None)
        doc = nlp(text)
    (move,) = doc._.moves
    move.check(doc.text)
    assert [span.text for span in doc.spans["moves"]] == ["rejected"]


def test_moves_survive_bytes_and_a_bin(nlp, found):
    doc = nlp(FIRST)
    again = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    (kept,) = DocBin().from_bytes(DocBin(docs=[doc], store_user_data=True).to_bytes()).get_docs(spacy.blank("en").vocab)
    for copy in (again, kept):
        assert copy._.moves == doc._.moves != ()
        assert [(span.text, span.label_, span.id_) for span in copy.spans["moves"]] == [
            ("rejected", "reject", doc._.moves[0].id)
        ]


def test_a_pipeline_is_kept_with_its_settings(tmp_path):
    nlp = spacy.blank("en")
    nlp.add_pipe("demarche", config={"published": "2025-11-27", "alignment": "contract"})
    nlp.to_disk(tmp_path / "pipeline")
    settings = spacy.load(tmp_path / "pipeline").config["components"]["demarche"]
    assert (settings["published"], settings["alignment"]) == ("2025-11-27", "contract")


def test_a_text_that_says_its_day_is_not_given_that_of_the_settings(found, monkeypatch):
    days = []
    monkeypatch.setattr(
        pipeline, "code_all", lambda documents, **_: iter([days.append(documents[0].published) or make_coded("x")])
    )
    nlp = spacy.blank("en")
    nlp.add_pipe("demarche", config={"published": "2025-11-27"})
    dated = nlp.make_doc(FIRST)
    dated._.published = "1962-10-22"
    nlp(dated)
    nlp(FIRST)
    assert days == ["1962-10-22", "2025-11-27"]


def test_a_text_that_cannot_be_coded_says_why_and_stops_nothing(nlp, found, monkeypatch):
    monkeypatch.setattr(
        pipeline, "code_all", lambda documents, **_: iter([Failure(where="d", stage="reading", reason="is in Latin")])
    )
    doc, empty = nlp.pipe(["Gallia est omnis divisa.", " "])
    assert (doc._.moves, doc._.moves_failure) == ((), "is in Latin")
    assert "empty" in empty._.moves_failure


def test_a_second_run_leaves_nothing_of_the_first(nlp, found):
    doc = nlp(FIRST)
    found("nothing")
    nlp(doc)
    assert (doc._.moves, list(doc.spans["moves"])) == ((), [])


def test_what_was_never_coded_has_no_moves(nlp):
    assert nlp.make_doc(FIRST)._.moves == ()
    assert nlp.make_doc(FIRST)._.moves_failure is None
