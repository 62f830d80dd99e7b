"""Archives: what is in them, whoever codes it; runs that go on; and what dies in between."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from archives import TEXTS, check_survived, deadly_reports, files, ids, reports, rows, write_lines
from deadly import run_deadly
from pyarrow import parquet

import demarche
from demarche import pipeline
from demarche.analysis import SCHEMA
from demarche.errors import InputError, MissingExtra, ModelError
from demarche.model import Failure
from demarche.scale import Attempt, Layout, read_archive
from demarche.scaling import CodeShard, code_archive, plan_archive
from demarche.sources import read_sources

pytestmark = pytest.mark.model


def code_here(inputs, output, **options):
    """Code in this process: what every engine does, without one."""
    run = plan_archive([str(path) for path in inputs], output, **options)
    outcomes = [run.code(shard) for shard in run.todo]
    return outcomes, run.finish()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    path = tmp_path_factory.mktemp("inputs") / "news.jsonl"
    write_lines(path, [*reports(), {"id": "undated", "text": TEXTS[0]}, {"id": "empty", "text": " "}])
    return path


@pytest.fixture(scope="module")
def made(source, tmp_path_factory):
    output = tmp_path_factory.mktemp("archive") / "coded"
    _, manifest = code_here([source], output, shard_size=400)
    return output, manifest


def test_the_moves_are_the_frame_that_the_analyses_take(source, made):
    direct = demarche.frame_moves(demarche.code_all(read_sources([str(source)])))
    moves = pl.concat(
        pl.read_parquet(path, hive_partitioning=False) for path in sorted(Path(made[0], "moves").rglob("*.parquet"))
    )
    assert moves.schema == SCHEMA
    assert moves.sort("id").equals(direct.sort("id"))
    assert moves["proposition"].null_count() == len(moves) > 10


def test_the_moves_lie_by_the_year_of_their_document(made):
    for path in Path(made[0], "moves").rglob("*.parquet"):
        years = pl.read_parquet(path, hive_partitioning=False)["published"].dt.year().unique().to_list()
        assert years == [None if path.parent.name == "year=unknown" else int(path.parent.name.removeprefix("year="))]
    assert {path.name for path in Path(made[0], "moves").iterdir()} == {"year=2024", "year=2025", "year=unknown"}


def test_a_document_has_its_text_its_bands_and_what_was_coded(source, made):
    coded = {one.document.id: one for one in read_archive(made[0]) if not isinstance(one, Failure)}
    direct = [one for one in demarche.code_all(read_sources([str(source)])) if not isinstance(one, Failure)]
    assert [coded[one.document.id].moves for one in direct] == [one.moves for one in direct]
    assert [coded[one.document.id].document for one in direct] == [one.document for one in direct]
    assert [len(row["bands"]) for row in rows(made[0], "documents")] == [40] * 13


def test_what_cannot_be_coded_is_a_row(source, made):
    (failure,) = rows(made[0], "failures")
    assert failure["where"] == f"{source}:14"
    assert "text is empty" in failure["reason"]


def test_the_manifest_says_what_was_coded_and_how(source, made):
    output, manifest = made
    assert manifest == json.loads((output / "manifest.json").read_text("utf-8"))
    assert manifest["coder"].startswith("demarche-en/")
    assert len(manifest["weights"]) == len(manifest["gazetteer"]) == 64
    assert {part["file"] for shard in manifest["shards"] for part in shard["parts"]} == {str(source)}
    assert sum(part["size"] for shard in manifest["shards"] for part in shard["parts"]) == source.stat().st_size
    totals = manifest["totals"]
    assert (totals["documents"], totals["failures"]) == (13, 1)
    assert totals["moves"] == len(rows(output, "moves")) == sum(one["moves"] for one in manifest["metrics"].values())


def test_the_rows_are_the_same_whoever_codes(source, made, tmp_path):
    manifest = code_archive([str(source)], tmp_path / "coded", workers=2, shard_size=400)
    assert files(tmp_path / "coded") == files(made[0])
    assert manifest["totals"]["moves"] == made[1]["totals"]["moves"]


def test_a_run_that_was_broken_off_goes_on(source, made, tmp_path):
    run = plan_archive([str(source)], tmp_path / "coded", shard_size=400)
    for shard in run.todo[:2]:
        run.code(shard)
    Layout(tmp_path / "coded").done(run.todo[0].name).unlink()  # as if killed between the last file and its mark
    outcomes, manifest = code_here([source], tmp_path / "coded")
    assert [one["shard"] for one in outcomes] == [shard.name for shard in run.shards if shard != run.todo[1]]
    assert files(tmp_path / "coded") == files(made[0])
    assert code_here([source], tmp_path / "coded")[0] == []


def test_more_inputs_add_shards_and_touch_no_other(source, made, tmp_path):
    write_lines(tmp_path / "more.jsonl", [{"id": "new", "text": TEXTS[1]}])
    code_here([source], tmp_path / "coded", shard_size=400)
    before = files(tmp_path / "coded")
    for inputs in ([tmp_path / "more.jsonl"], [source, tmp_path / "more.jsonl"]):
        code_here(inputs, tmp_path / "coded")
        after = files(tmp_path / "coded")
        assert before.items() < after.items()
    assert ids(tmp_path / "coded") == sorted([*ids(made[0]), "new"])


def test_the_same_file_under_another_name_is_not_coded_again(source, tmp_path):
    code_here([source], tmp_path / "coded")
    (tmp_path / "copy.jsonl").write_bytes(source.read_bytes())
    assert code_here([tmp_path / "copy.jsonl"], tmp_path / "coded")[0] == []


def test_a_changed_input_is_refused_and_then_replaced(tmp_path):
    write_lines(tmp_path / "a.jsonl", reports())
    code_here([tmp_path / "a.jsonl"], tmp_path / "coded", shard_size=400)
    before = files(tmp_path / "coded")
    write_lines(tmp_path / "a.jsonl", [*reports()[:-1], {"id": "other", "text": TEXTS[2]}])
    with pytest.raises(InputError, match="have changed since they were coded: .*a.jsonl"):
        code_here([tmp_path / "a.jsonl"], tmp_path / "coded")
    outcomes, _ = code_here([tmp_path / "a.jsonl"], tmp_path / "coded", replace=True)
    assert len(outcomes) == 1
    assert ids(tmp_path / "coded") == sorted([*(f"r{n}" for n in range(11)), "other"])
    assert len(before.items() & files(tmp_path / "coded").items()) > 5


def test_of_small_files_coded_together_those_that_stayed_are_kept(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, text in enumerate(TEXTS):
        (folder / f"{number}.txt").write_text(text, "utf-8")
    outcomes, _ = code_here([folder], tmp_path / "coded")
    assert len(outcomes) == 1
    (folder / "1.txt").write_text("Minsk accepted the plan.", "utf-8")
    code_here([folder / "1.txt"], tmp_path / "coded", replace=True)
    texts = {row["text"] for row in rows(tmp_path / "coded", "documents")}
    assert texts == {TEXTS[0], "Minsk accepted the plan.", *TEXTS[2:]}


def test_another_way_of_coding_is_refused(source, made, tmp_path):
    (tmp_path / "people.csv").write_text("actor,role,title,name,names,from,to\n", "utf-8")
    ways = {
        "shard size": {"shard_size": 10**6},
        "columns": {"columns": {"title": "id"}},
        "gazetteer": {"gazetteer": [tmp_path / "people.csv"]},
    }
    for name, options in ways.items():
        with pytest.raises(InputError, match=f"made in another way \\({name}: .*write into a new folder"):
            plan_archive([str(source)], made[0], **options)


def test_a_machine_with_other_weights_codes_nothing(source, tmp_path):
    run = plan_archive([str(source)], tmp_path / "coded")
    other = CodeShard(**vars(run.code) | {"coding": {**run.code.coding, "weights": "0" * 64}})
    with pytest.raises(ModelError, match="give all machines the same weights"):
        other(run.todo[0])
    assert files(tmp_path / "coded") == {}


def test_what_would_be_lost_is_refused(source, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x", "utf-8")
    with pytest.raises(InputError, match="no archive; name a new folder"):
        plan_archive([str(source)], tmp_path / "mine")
    with pytest.raises(InputError, match="there is nothing to read: .*no file is there"):
        code_archive([str(tmp_path / "no*.jsonl")], tmp_path / "none")
    assert not (tmp_path / "none").exists()
    code_here([source], tmp_path / "in" / "coded")
    with pytest.raises(InputError, match="lies in the folder of the archive"):
        plan_archive([str(tmp_path / "in")], tmp_path / "in" / "coded")


def test_two_runs_do_not_write_into_one_archive(source, tmp_path):
    with Layout(tmp_path / "coded").alone(), pytest.raises(InputError, match="another run writes into it"):
        code_archive([str(source)], tmp_path / "coded")


def test_a_document_in_two_shards_counts_once(tmp_path):
    first, second = reports(4), reports(8)[2:]
    second[0] |= {"text": "Another text under an id that is taken."}
    write_lines(tmp_path / "a.jsonl", first)
    write_lines(tmp_path / "b.jsonl", [*second, second[1]])
    _, manifest = code_here([tmp_path / "a.jsonl"], tmp_path / "coded")
    before = files(tmp_path / "coded")
    _, manifest = code_here([tmp_path / "b.jsonl"], tmp_path / "coded")
    assert before.items() < files(tmp_path / "coded").items()
    assert ids(tmp_path / "coded") == [f"r{n}" for n in range(8)]
    moves = [row["id"] for row in rows(tmp_path / "coded", "moves")]
    assert len(moves) == len(set(moves)) == manifest["totals"]["moves"]
    (failure,) = rows(tmp_path / "coded", "failures")
    assert (failure["document"], failure["reason"][:12]) == ("r2", "another text")
    assert [one for one in read_archive(tmp_path / "coded") if isinstance(one, Failure)] == [
        Failure(where="r2", stage="sources", reason=failure["reason"])
    ]


def test_what_a_shard_left_to_another_comes_back_when_that_goes(tmp_path):
    write_lines(tmp_path / "a.jsonl", reports(4))
    write_lines(tmp_path / "b.jsonl", reports(8)[2:])
    code_here([tmp_path / "a.jsonl", tmp_path / "b.jsonl"], tmp_path / "coded")
    write_lines(tmp_path / "a.jsonl", reports(1))
    code_here([tmp_path / "a.jsonl"], tmp_path / "coded", replace=True)
    assert ids(tmp_path / "coded") == ["r0", *(f"r{n}" for n in range(2, 8))]


def test_an_input_that_changes_while_it_is_coded_leaves_its_shard_open(source, tmp_path):
    write_lines(tmp_path / "a.jsonl", reports(3))
    run = plan_archive([str(tmp_path / "a.jsonl"), str(source)], tmp_path / "coded", shard_size=400)
    write_lines(tmp_path / "a.jsonl", reports(4))
    first, *others = (run.code(shard) for shard in run.todo)
    assert "has changed since the run began" in first["refused"]
    assert sum(one["done"]["documents"] for one in others) == 13
    assert run.finish()["finished"] is None


def test_an_input_that_changes_between_its_check_and_its_end_is_refused(tmp_path, monkeypatch):
    write_lines(tmp_path / "a.jsonl", reports(3))
    run = plan_archive([str(tmp_path / "a.jsonl")], tmp_path / "coded")
    right = pipeline.code_all

    def change(documents, **tools):
        write_lines(tmp_path / "a.jsonl", reports(3, title="New"))
        return right(documents, **tools)

    monkeypatch.setattr(pipeline, "code_all", change)
    assert "has changed since the run began" in run.code(run.todo[0])["refused"]
    assert files(tmp_path / "coded") == {}


def test_an_error_of_the_coder_is_a_failure_of_that_document(source, tmp_path, monkeypatch):
    right = pipeline.code_all

    def fail(documents, **tools):
        if documents[0].id == "r1":
            raise RecursionError("too deep")
        return right(documents, **tools)

    monkeypatch.setattr(pipeline, "code_all", fail)
    _, manifest = code_here([source], tmp_path / "coded")
    assert manifest["totals"]["documents"] == 12
    assert "RecursionError: too deep" in rows(tmp_path / "coded", "failures")[0]["reason"]


def test_a_document_that_kills_its_workers_is_left_out_and_all_others_are_there(tmp_path):
    write_lines(tmp_path / "a.jsonl", deadly_reports())
    check_survived(tmp_path / "coded", run_deadly(tmp_path / "a.jsonl", tmp_path / "coded", "workers"))


def test_a_driver_that_is_killed_is_started_again(source, made, tmp_path):
    command = [sys.executable, "-m", "demarche", "scale", "code", source, tmp_path / "coded", "--workers", "1"]
    driver = subprocess.Popen([*command, "--shard-size", str(400 / 2**20)], stderr=subprocess.PIPE)
    while not list(tmp_path.glob("coded/_done/*.json")):
        assert driver.poll() is None, driver.stderr.read()
        time.sleep(0.01)
    driver.kill()
    driver.communicate(timeout=60)
    with Layout(tmp_path / "coded").alone():  # who is killed holds it no more
        outcomes, manifest = code_here([source], tmp_path / "coded")
    assert 0 < len(outcomes) < len(made[1]["shards"])
    assert manifest["finished"]
    assert files(tmp_path / "coded") == files(made[0])


def die(folder, run, stage, number=0):
    """Leave what a process leaves that is killed with this in hand."""
    attempt = Attempt(folder, run)
    attempt.turn_to(stage, number)
    attempt._file.close()


def test_an_attempt_knows_what_those_before_it_died_of(tmp_path):
    for stage, number in (("coding", 3), ("coding", 3), ("reading", 5), ("starting", 0)):
        die(tmp_path, "run", stage, number)
    with Attempt(tmp_path, "run") as attempt:
        assert attempt.is_deadly("coding", 3)
        assert not attempt.is_deadly("reading", 5)
        assert not attempt.is_hopeless
    with Attempt(tmp_path, "another run") as attempt:
        assert not attempt.is_deadly("coding", 3)


def test_a_document_in_hand_when_a_worker_was_killed_by_chance_is_coded(source, tmp_path):
    run = plan_archive([str(source)], tmp_path / "coded")
    die(Layout(tmp_path / "coded").running(run.todo[0].name), run.code.run, "coding", 2)
    assert run.code(run.todo[0])["done"]["documents"] == 13


def test_a_shard_whose_files_are_gone_or_cut_off_is_coded_again(source, made, tmp_path):
    code_here([source], tmp_path / "coded", shard_size=400)
    first, second, *_ = sorted(Path(tmp_path, "coded", "documents").iterdir())
    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])
    outcomes, manifest = code_here([source], tmp_path / "coded")
    assert sorted(one["shard"] for one in outcomes) == [first.stem, second.stem]
    assert files(tmp_path / "coded") == files(made[0])
    assert manifest["totals"]["documents"] == 13


def test_a_file_that_is_damaged_is_named_when_a_run_ends(source, tmp_path):
    code_here([source], tmp_path / "coded")
    (path,) = Path(tmp_path, "coded", "documents").iterdir()
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(InputError, match=r"documents/.* is damaged .*delete .*_done/.*start again"):
        code_here([source], tmp_path / "coded")


def test_two_processes_at_one_shard_leave_the_files_of_the_first(tmp_path):
    from demarche.scale.writing import DOCUMENTS, ShardWriter

    schema = pa.schema([("published", pa.date32())])
    first, second = (ShardWriter(Layout(tmp_path), "a", schema) for _ in range(2))
    done = first.publish({"shard": "a"})
    Layout(tmp_path).clear_running("a")
    assert second.publish({"shard": "a", "late": True}) == done
    second.discard()
    assert parquet.read_schema(tmp_path / "documents" / "a.parquet") == DOCUMENTS


def test_what_a_run_left_that_was_killed_early_is_no_hindrance(source, tmp_path):
    (tmp_path / "coded").mkdir()
    for name in ("_lock", ".manifest.json.0123"):
        (tmp_path / "coded" / name).touch()
    assert len(code_here([source], tmp_path / "coded")[0]) == 1


def test_a_shard_whose_workers_never_begin_is_given_up(source, tmp_path):
    run = plan_archive([str(source)], tmp_path / "coded")
    for _ in range(3):
        die(Layout(tmp_path / "coded").running(run.todo[0].name), run.code.run, "starting")
    assert "is there enough memory" in run.code(run.todo[0])["refused"]


def test_reading_that_kills_ends_the_part_that_is_read(source, tmp_path):
    run = plan_archive([str(source)], tmp_path / "coded")
    for _ in range(2):
        die(Layout(tmp_path / "coded").running(run.todo[0].name), run.code.run, "reading", 2)
    done = run.code(run.todo[0])["done"]
    assert (done["documents"], done["failures"]) == (2, 1)
    assert "what stands before was read" in rows(tmp_path / "coded", "failures")[0]["reason"]


def test_a_full_disk_ends_the_run_with_a_message(source, tmp_path, monkeypatch):
    run = plan_archive([str(source)], tmp_path / "coded")

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    monkeypatch.setattr(
        parquet.ParquetWriter, "close", lambda writer: writer.is_open and (vars(writer).update(is_open=False), full())
    )
    with pytest.raises(InputError, match="No space left on device; check the space left, and start again"):
        run.code(run.todo[0])


def test_without_parquet_nothing_is_written(source, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(MissingExtra, match=r"demarche\[parquet\]"):
        code_archive([str(source)], tmp_path / "coded")
    assert not (tmp_path / "coded").exists()
