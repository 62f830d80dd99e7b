"""An archive is taken into a ledger without being coded again, and the ledger is the one that its sources would have made."""

import json
from pathlib import Path

import polars as pl
import pytest
from archives import reports, write_lines

from demarche import pipeline
from demarche.errors import InputError
from demarche.ledger import Ledger
from demarche.model import CodedDocument, Failure
from demarche.scale import Layout, is_archive, read_archive
from demarche.scaling import plan_archive

pytestmark = pytest.mark.model

CUBA = Path(__file__).parents[2] / "examples" / "cuba-1962" / "docs.jsonl"


def code_here(source, output, **options):
    run = plan_archive([str(source)], output, **options)
    for shard in run.todo:
        run.code(shard)
    return run.finish()


def take_in(source, url):
    with Ledger.open(str(url), create=True) as ledger:
        taken = list(pipeline.ingest(pipeline.read_inputs([str(source)]), ledger))
        return taken, contents(ledger)


def contents(ledger):
    """All of a ledger but the times at which it was written."""
    documents = [ledger.document(name) for name in ledger.document_ids()]
    custody = [ledger.custody(document.id) for document in documents]
    return documents, custody, list(ledger.moves()), list(ledger.rows()), list(ledger.failures())


@pytest.fixture(scope="module")
def cuba(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cuba")
    lines = CUBA.read_text("utf-8").splitlines(keepends=True)[:25]
    (folder / "docs.jsonl").write_text("".join(lines) + "{broken\n", "utf-8")
    code_here(folder / "docs.jsonl", folder / "coded", shard_size=4000)
    return folder


def test_an_archive_makes_the_ledger_that_its_sources_make(cuba, tmp_path):
    (taken, by_archive) = take_in(cuba / "coded", tmp_path / "one.db")
    (_, direct) = take_in(cuba / "docs.jsonl", tmp_path / "two.db")
    documents, _, moves, _, failures = direct
    assert by_archive == direct
    assert (len(documents), len(failures)) == (25, 1)
    assert len({move.cluster for move in moves}) < len({move.move.document for move in moves})  # some are copies
    assert len(taken) == 26


def test_what_the_ledger_has_is_left_as_it_is(cuba, tmp_path):
    _, before = take_in(cuba / "coded", tmp_path / "one.db")
    taken, after = take_in(cuba / "coded", tmp_path / "one.db")
    assert after == before
    assert [one.known for one in taken if not isinstance(one, Failure)] == [True] * 25


def test_the_coder_stays_who_coded(cuba):
    coded = [one for one in read_archive(cuba / "coded") if isinstance(one, CodedDocument)]
    manifest = json.loads((cuba / "coded" / "manifest.json").read_text("utf-8"))
    assert {one.reading.coder for one in coded} == {manifest["coder"]}


@pytest.fixture
def small(tmp_path):
    write_lines(tmp_path / "a.jsonl", reports(3))
    code_here(tmp_path / "a.jsonl", tmp_path / "coded")
    layout = Layout(tmp_path / "coded")
    (done,) = (tmp_path / "coded" / "_done").iterdir()
    return layout, done


def test_a_file_that_was_changed_is_a_failure_and_not_taken_in(small):
    layout, done = small
    path = layout.documents(done.stem)
    pl.read_parquet(path).with_columns(text=pl.lit("Kyiv accepted it.")).write_parquet(path)
    (failure,) = read_archive(layout.folder)
    assert (failure.where, "was changed after it was written" in failure.reason) == (str(path), True)


def test_words_that_do_not_stand_in_the_text_are_a_failure_of_that_document(small):
    layout, done = small
    path = layout.documents(done.stem)
    text = pl.when(pl.col("id") == "r1").then(pl.lit("Kyiv accepted it.")).otherwise(pl.col("text"))
    coded = pl.when(pl.col("id") == "r2").then(pl.lit('{"moves":[[[')).otherwise(pl.col("coded"))
    pl.read_parquet(path).with_columns(text=text, coded=coded).write_parquet(path)
    done.write_text("{}", "utf-8")  # as another program would write it, without hashes
    first, second, third = read_archive(layout.folder)
    assert first.document.id == "r0"
    assert (second.where, third.where) == (f"{path}:2", f"{path}:3")
    assert "is no coded document" in third.reason


def test_a_shard_that_is_not_complete_is_said_to_be_missing(small):
    layout, done = small
    done.unlink()
    (failure,) = read_archive(layout.folder)
    assert "1 shards are not complete" in failure.reason


def test_a_folder_is_an_archive_by_what_its_manifest_says(small, tmp_path):
    layout, _ = small
    assert is_archive(layout.folder)
    assert not is_archive(tmp_path)
    layout.manifest.write_text('{"name": "a web app"}', "utf-8")
    assert not is_archive(layout.folder)
    layout.manifest.write_text('{"format": "demarche-archive/9"}', "utf-8")
    assert is_archive(layout.folder)
    with pytest.raises(InputError, match="use the version that made it"):
        list(read_archive(layout.folder))


@pytest.mark.parametrize(
    "wrong", [{"shards": [{"name": "../../secret"}]}, {"shards": [3]}, {"left_out": [{"who": "?"}]}]
)
def test_a_manifest_that_somebody_else_made_up_is_refused_and_other_inputs_go_on(small, wrong, tmp_path):
    layout, _ = small
    layout.manifest.write_text(json.dumps(layout.read_manifest() | wrong), "utf-8")
    with pytest.raises(InputError, match="is damaged"):
        list(read_archive(layout.folder))
    failure, *documents = pipeline.read_inputs([str(layout.folder), str(tmp_path / "a.jsonl")])
    assert (failure.where, len(documents)) == (str(layout.manifest), 3)


def test_what_says_that_a_shard_is_complete_can_be_damaged(small):
    layout, done = small
    for wrong in ("[]", "{", '{"files": [{}]}'):
        done.write_text(wrong, "utf-8")
        (failure,) = read_archive(layout.folder)
        assert (failure.where, "is damaged; delete it" in failure.reason) == (str(done), True)
