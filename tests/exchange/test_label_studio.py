import copy
import dataclasses
import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_texts import coded_texts, sourced, standing

from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.exchange import read_annotations, write_config, write_tasks
from demarche.exchange.label_studio import ROLES, split_text
from demarche.model import Act, Document, Failure, Mention, Span
from demarche.testing import make_move

TEXT = "Kyiv \U0001f600 rejected the  plan\nof Moscow.\n\nParis urged both to talk."
FIRST, SECOND = TEXT.split("\n\n")
LINES = TEXT.split("\n")
DOCUMENT = Document(id="d1", text=TEXT, title="Round two", published="1962-10-22")
MOVE = make_move(LINES[0], "rejected", act="reject", actors=["Kyiv"], content="the  plan")
OTHER = make_move(SECOND, "urged", act="appeal", actors=["Paris"], recipients=["both"], start=len(FIRST) + 2)
MOVES = (MOVE, OTHER)


def out(moves=MOVES, *, document=DOCUMENT):
    return json.loads("".join(write_tasks(sourced(document, moves), True)))


def annotated(tasks, *, who=None, edit=None, **more):
    """Return the tasks as a person sends them who started from the predictions."""
    made = copy.deepcopy(tasks)
    for task in made:
        results = copy.deepcopy(task["predictions"][0]["result"]) if task["predictions"] else []
        edited = edit(results) if edit else results
        task["annotations"] = [
            {"id": 1, "completed_by": who or {"id": 3, "email": "ann@desk"}, "result": edited, **more}
        ]
    return made


def back(tasks, moves=MOVES, *, document=DOCUMENT, earlier=None):
    found = []
    for sheet in read_annotations(json.dumps(tasks).encode(), where="tasks.json"):
        found += (
            [sheet] if isinstance(sheet, Failure) else sheet.say(standing(document, moves, earlier), complete=False)
        )
    changed = [one for one in found if not isinstance(one, Failure) and not one.is_unchanged]
    return changed, [one.reason for one in found if isinstance(one, Failure)]


def changes(said):
    return [(verdict, move.act.value, fields) for one in said for verdict, move, fields in one.changes]


def small(tasks):
    """Return tasks as JSON-MIN has them."""
    made = []
    for task in tasks:
        for annotation in task["annotations"]:
            item = {**task["data"], "id": 1, "annotator": 3, "annotation_id": 1, "updated_at": "2026"}
            for result in annotation["result"]:
                if result["type"] == "relation":
                    continue
                choices = result["value"].get("choices")
                item.setdefault(result["from_name"], []).append(choices[0] if choices else result["value"])
            for name in ("status", "issue", "voice"):
                if len(item.get(name, [])) == 1:
                    (item[name],) = item[name]
            made.append(item)
    return made


def region(results, name):
    return next(result for result in results if result.get("id") == name and result["type"] == "labels")


# Out


def test_a_task_has_its_text_and_a_prediction_with_exact_places():
    (task,) = out()
    assert task["data"]["text"] == TEXT
    assert (task["data"]["document"], len(task["data"]["moves"])) == ("d1", 2)
    (prediction,) = task["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("test/1", 0.9)
    for result in prediction["result"]:
        if result["type"] != "relation":
            assert TEXT[result["value"]["start"] : result["value"]["end"]] == result["value"]["text"]


def test_relations_lead_from_the_trigger_to_its_roles():
    results = out()[0]["predictions"][0]["result"]
    led = [
        (one["from_id"], region(results, one["to_id"])["value"]["text"], one["labels"])
        for one in results
        if "from_id" in one
    ]
    assert led == [
        (MOVE.id, "Kyiv", ["actor"]),
        (MOVE.id, "the  plan", ["content"]),
        (OTHER.id, "Paris", ["actor"]),
        (OTHER.id, "both", ["recipient"]),
    ]


def test_the_interface_has_every_code():
    root = ElementTree.fromstring(write_config())
    listed = {
        name: [one.get("value") for one in root.find(f".//*[@name='{name}']")] for name in ("act", "role", "issue")
    }
    assert listed["act"] == [act.value for act in Act]
    assert listed["role"] == list(ROLES)
    assert listed["issue"] == list(load_codebook().issues)


def test_a_long_text_is_cut_between_sentences():
    text = "".join(f"Sentence {number} is here. " for number in range(100))
    sentences = [(at, text.index(".", at) + 1) for at in range(len(text)) if text.startswith("Sentence", at)]
    parts = list(split_text(text, sentences, 200))
    assert "".join(part.text for part in parts) == text
    assert all(len(part.text) <= 200 for part in parts)
    assert not any(start < part.start < end for part in parts for start, end in sentences)


def test_parts_of_a_long_text_come_back_to_their_places(monkeypatch):
    monkeypatch.setattr("demarche.exchange.label_studio._MOST", 40)
    tasks = out()
    assert [task["data"]["start"] for task in tasks] == [0, len(FIRST) + 2]
    assert back(annotated(tasks)) == ([], [])


def test_tasks_need_their_texts():
    with pytest.raises(InputError, match="without them"):
        list(write_tasks(sourced(DOCUMENT, MOVES), False))


def test_no_moves_are_no_tasks():
    assert out(()) == []


# Back


def test_tasks_without_annotations_or_skipped_say_nothing():
    assert back(out()) == ([], [])
    assert back(annotated(out(), edit=lambda results: [], was_cancelled=True)) == ([], [])


@given(coded_texts())
def test_predictions_that_nobody_changed_change_nothing(made):
    document, moves = made
    tasks = annotated(out(moves, document=document)) if moves else []
    assert back(tasks, moves, document=document) == ([], [])


@given(coded_texts())
def test_offsets_in_utf16_units_are_told_by_the_words(made):
    document, moves = made

    def count(results):
        for result in results:
            for name in ("start", "end") if "value" in result else ():
                before = document.text[: result["value"][name]]
                result["value"][name] = len(before.encode("utf-16-le")) // 2
        return results

    tasks = annotated(out(moves, document=document), edit=count) if moves else []
    said, failures = back(tasks, moves, document=document)
    # Words that stand twice can stand at either place by either count: then, and only then, the counts are confused.
    if len(set(document.text.split())) == len(document.text.split()):
        assert (said, failures) == ([], [])


@given(coded_texts())
def test_a_rejected_move_comes_back_as_that_alone(made):
    document, moves = made
    if not moves:
        return
    gone = moves[0].id

    def reject(results):
        left = [one for one in results if gone not in (one.get("id"), one.get("from_id"))]
        related = {one["to_id"] for one in left if one["type"] == "relation"}
        return [one for one in left if one.get("from_name") != "role" or one["id"] in related]

    said, failures = back(annotated(out(moves, document=document), edit=reject), moves, document=document)
    told = [(verdict, move.id) for one in said for verdict, move, _ in one.changes if verdict != "accepted"]
    assert (told, failures) == ([("rejected", gone)], [])


def without(results, name):
    """Return what Label Studio leaves when a trigger is deleted: its relations go, the regions of its roles stay."""
    return [one for one in results if name not in (one.get("id"), one.get("from_id"))]


@given(coded_texts())
def test_roles_of_a_deleted_trigger_go_with_it(made):
    document, moves = made
    if not moves:
        return
    gone = moves[0].id
    tasks = annotated(out(moves, document=document), edit=lambda results: without(results, gone))
    said, failures = back(tasks, moves, document=document)
    told = [(verdict, move.id) for one in said for verdict, move, _ in one.changes if verdict != "accepted"]
    assert (told, failures) == ([("rejected", gone)], [])


def test_json_min_says_so_too():
    tasks = annotated(out(), edit=lambda results: without(results, MOVE.id))
    said, failures = back(small(tasks))
    assert (changes(said), failures) == ([("rejected", "reject", ())], [])


def labelled(name, control, words, label):
    at = TEXT.index(words)
    value = {"start": at, "end": at + len(words), "text": words, "labels": [label]}
    return {"id": name, "from_name": control, "to_name": "text", "type": "labels", "value": value}


def test_a_trigger_that_stands_elsewhere_has_the_roles_of_the_deleted_one():
    tasks = annotated(
        out(), edit=lambda results: [*without(results, OTHER.id), labelled("x", "act", "talk", "propose")]
    )
    (said,), failures = back(tasks)
    (added,) = [move for verdict, move, _ in said.changes if verdict == "added"]
    assert ([mention.span.text for mention in added.actors], failures) == (["Paris"], [])


def test_a_new_role_without_a_relation_fails_alone_and_says_what_to_do():
    new = labelled("x", "role", "to talk", "content")
    tasks = annotated(out(), edit=lambda results: [*without(without(results, MOVE.id), OTHER.id), new])
    said, (reason,) = back(tasks)
    assert changes(said) == [("rejected", "reject", ())]
    assert "the content 'to talk'" in reason
    assert "draw one from the act to it, or delete it" in reason


@pytest.mark.parametrize(("control", "allowed"), [("act", "reject, "), ("role", "actor, recipient, content")])
def test_an_unknown_label_names_those_that_there_are(control, allowed):
    def edit(results):
        return [*without(results, MOVE.id), labelled("x", control, "talk", "bombast")]

    said, (reason,) = back(annotated(out(), edit=edit))
    assert changes(said) == [("rejected", "reject", ())]
    assert "the label 'bombast' on 'talk'" in reason
    assert allowed in reason


def test_labels_of_a_control_of_ones_own_are_left_out():
    assert back(annotated(out(), edit=lambda results: [*results, labelled("x", "tone", "talk", "bombast")])) == ([], [])


@pytest.mark.parametrize("form", [lambda tasks: tasks, small], ids=["json", "json-min"])
def test_both_files_say_the_same_of_acts_and_codes(form):
    def edit(results):
        for result in results:
            value = result.get("value", {})
            if value.get("labels") == ["reject"]:
                value["labels"] = ["criticize"]
            if value.get("choices") == ["actual"] and value["text"] == "urged":
                value["choices"] = ["planned"]
        return results

    said, failures = back(form(annotated(out(), edit=edit)))
    assert failures == []
    assert changes(said) == [("amended", "criticize", ("act", "event")), ("amended", "appeal", ("status",))]
    assert {one.who for one in said} <= {"ann@desk", "3"}


def test_json_min_that_nobody_changed_changes_nothing():
    assert back(small(annotated(out()))) == ([], [])


def test_moved_words_are_an_amendment():
    start = TEXT.index("plan")

    def move(results):
        content = next(one for one in results if one.get("value", {}).get("labels") == ["content"])
        content["value"] |= {"start": start, "end": start + 4, "text": "plan"}
        return results

    (said,), failures = back(annotated(out(), edit=move))
    assert failures == []
    assert said.moves[0].content == Span.of(TEXT, start, start + 4)


def test_an_added_trigger_is_an_added_move():
    at = TEXT.index("talk")

    def edit(results):
        value = {"start": at, "end": at + 4, "text": "talk"}
        new = {
            "id": "x",
            "from_name": "act",
            "to_name": "text",
            "type": "labels",
            "value": {**value, "labels": ["meet"]},
        }
        actor = next(one["id"] for one in results if one.get("value", {}).get("labels") == ["recipient"])
        return [*results, new, {"type": "relation", "from_id": "x", "to_id": actor, "direction": "right"}]

    (said,), failures = back(annotated(out(), edit=edit))
    assert failures == []
    (added,) = [move for verdict, move, _ in said.changes if verdict == "added"]
    assert (added.act, added.coder) == (Act.MEET, "person")
    assert [mention.span.text for mention in added.recipients] == ["both"]


def test_who_is_meant_by_words_that_stay_is_kept():
    known = dataclasses.replace(OTHER, actors=(Mention(span=OTHER.actors[0].span, id="FRA", link="name"),))

    def remove(results):
        return [one for one in results if ["recipient"] not in (one.get("labels"), one.get("value", {}).get("labels"))]

    (said,), _ = back(annotated(out([known]), edit=remove), [known])
    assert said.moves[0].recipients == ()
    assert said.moves[0].actors[0].id == "FRA"


def test_words_without_a_relation_are_those_of_the_only_act():
    def unrelated(results):
        return [one for one in results if one["type"] != "relation"]

    assert back(annotated(out(), edit=unrelated)) == ([], [])


def test_spaces_and_shifts_are_mended():
    def edit(results):
        for result in results:
            if "value" in result:
                result["value"]["text"] = result["value"]["text"].replace("  ", " ")
        region(results, OTHER.id)["value"] |= {"start": OTHER.trigger.start + 1, "end": OTHER.trigger.end + 1}
        return results

    assert back(annotated(out(), edit=edit)) == ([], [])


@pytest.mark.parametrize("space", [" ", "\n", "\\n"])
def test_words_of_what_is_no_character_are_looked_for_in_no_long_time(space):
    words = "\ufffd " * 40 + "y"
    label = {"start": 0, "end": 3000, "text": words, "labels": ["reject"]}
    result = {"id": "r", "from_name": "act", "type": "labels", "value": label}
    task = {"data": {"text": space * 4000, "document": "d1", "moves": []}, "annotations": [{"result": [result]}]}
    start = time.process_time()
    changed, (reason,) = back([task])
    assert (changed, "do not stand" in reason) == ([], True)
    assert time.process_time() - start < 20


def test_a_name_is_a_line_that_can_be_kept():
    (said, *_), _ = back(annotated(out(), who={"email": "a\ud800\n b" + "x" * 1000}, edit=lambda results: []))
    assert said.who.startswith("a\ufffd b")
    assert len(said.who) < 250


def test_a_line_end_is_spelled_out_in_the_words_of_a_region():
    document = Document(id="d1", text=LINES[0] + "\n" + LINES[1])
    tasks = out([MOVE], document=document)
    tasks[0]["predictions"][0]["result"][0]["value"] |= {"text": "rejected"}

    def edit(results):
        at = document.text.index("plan")
        value = {"start": at, "end": at + 12, "text": "plan\\nof Mosc", "labels": ["content"]}
        return [*results, {"id": "c", "from_name": "role", "to_name": "text", "type": "labels", "value": value}]

    _, failures = back(annotated(tasks, edit=edit), [MOVE], document=document)
    assert not any("do not stand" in reason for reason in failures)


def test_words_that_stand_nowhere_are_a_failure_and_the_rest_goes_on():
    def edit(results):
        region(results, MOVE.id)["value"] |= {"start": 1, "end": 9, "text": "vanished"}
        for result in results:
            if result.get("value", {}).get("choices") == ["actual"] and result["id"] == OTHER.id:
                result["value"]["choices"] = ["planned"]
        return results

    said, failures = back(annotated(out(), edit=edit))
    assert changes(said) == [("amended", "appeal", ("status",))]
    assert "'vanished' do not stand" in failures[0]


def test_an_annotation_is_held_against_what_it_was_made_of():
    later = dataclasses.replace(OTHER, issue="borders")
    assert back(annotated(out()), [MOVE, later], earlier=MOVES) == ([], [])
    said, failures = back(annotated(out()), [MOVE, later])
    assert said == []
    assert "export it anew" in failures[0]


def test_several_annotators_say_so_apart_and_ground_truth_comes_last():
    def edited(value):
        def edit(results):
            for result in results:
                if result.get("value", {}).get("choices") == ["actual"] and result["id"] == OTHER.id:
                    result["value"]["choices"] = [value]
            return results

        return edit

    tasks = annotated(out(), edit=edited("planned"), ground_truth=True, updated_at="2026-01-01")
    tasks[0]["annotations"] += annotated(out(), who=7, edit=edited("past"), updated_at="2026-01-02")[0]["annotations"]
    said, _ = back(tasks)
    assert [(one.who, one.moves[0].status.value) for one in said] == [("7", "past"), ("ann@desk", "planned")]


@pytest.mark.parametrize("content", [b"{", b"3", b"[" * 100_000])
def test_what_is_no_json_is_refused(content):
    with pytest.raises(InputError, match="export from Label Studio"):
        list(read_annotations(content, where="x"))


_BAD_REGION = {"id": 1, "value": {"start": "a", "end": 2}}


@pytest.mark.parametrize(
    "task",
    [{}, 3, None, {"data": {"text": 3}}, {"data": {"text": "x"}, "annotations": [{"result": [_BAD_REGION]}]}],
)
def test_a_task_that_is_none_is_a_failure_and_the_rest_goes_on(task):
    said, failures = back([task, *annotated(out(), edit=lambda results: results[:1])])
    assert len(failures) == 1
    assert len(said) == 2


_ODD = st.sampled_from(
    [None, 3, -1, 10**30, 1.5, float("inf"), "", "x", "12", [], {}, [None], {"a": 1}, True, "\ud800"]
)


@given(st.data())
def test_no_file_makes_it_raise(data):
    tasks = annotated(out())
    for _ in range(data.draw(st.integers(1, 4))):
        here = tasks
        for _ in range(data.draw(st.integers(0, 8))):
            keys = list(here) if isinstance(here, dict) else list(range(len(here)))
            key = data.draw(st.sampled_from(keys)) if keys else None
            if key is None or not isinstance(here[key], dict | list):
                break
            here = here[key]
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if keys:
            here[data.draw(st.sampled_from(keys))] = copy.deepcopy(data.draw(_ODD))
    said, failures = back(tasks)
    assert all(move.check(TEXT) is None for one in said for move in one.moves)
    assert all(isinstance(reason, str) for reason in failures)


def _peer():
    """Return a Python that has Label Studio's SDK: this one, or the one that LABEL_STUDIO_PYTHON names."""
    named = os.environ.get("LABEL_STUDIO_PYTHON")
    return named or (sys.executable if find_spec("label_studio_sdk") else None)


_CHECK = """
import json, sys
from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface
folder = sys.argv[1]
interface = LabelInterface(open(f"{folder}/config.xml", encoding="utf-8").read())
interface.validate()
tasks = json.load(open(f"{folder}/tasks.json", encoding="utf-8"))
for task in tasks:
    assert interface.validate_task({"data": task["data"]})
    for prediction in task["predictions"]:
        assert not interface.validate_prediction(prediction, return_errors=True)
Converter(f"{folder}/config.xml", folder).convert_to_json_min(f"{folder}/tasks.json", f"{folder}/min", is_dir=False)
"""


@pytest.mark.skipif(
    _peer() is None, reason="label-studio-sdk is not installed; LABEL_STUDIO_PYTHON may name a Python that has it"
)
def test_label_studios_own_tools_take_the_tasks_and_give_them_back(tmp_path):
    tasks = annotated(out(), created_at="2026-01-01", updated_at="2026-01-01", lead_time=2.0)
    for number, task in enumerate(tasks, 1):
        task["id"] = number
    (tmp_path / "tasks.json").write_text(json.dumps(tasks), "utf-8")
    (tmp_path / "config.xml").write_text(write_config(), "utf-8")
    subprocess.run(
        [_peer(), "-c", _CHECK, str(tmp_path)], check=True, capture_output=True, env={**os.environ, "PYTHONPATH": ""}
    )
    smaller = json.loads((tmp_path / "min" / "result.json").read_text("utf-8"))
    assert smaller[0]["annotator"] == "ann@desk"
    assert back(smaller) == ([], [])
