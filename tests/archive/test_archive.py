"""Opening an archive: what is read of it, what of it can be asked, and what it keeps closed."""

import dataclasses
import json
import sqlite3

import duckdb
import polars as pl
import pyarrow
import pytest

from demarche.analysis.frame import frame_table
from demarche.archive import Archive, _archive, _clusters
from demarche.archive._connection import bytes_of
from demarche.errors import InputError, LedgerError
from demarche.model import MoveFilter
from demarche.testing import make_coded, make_move


def report(number, text="Kyiv rejected the plan of Moscow on Tuesday.", *, actor="UKR", published="2025-11-27"):
    move = make_move(text, "rejected", act="reject", actors=["Kyiv"], document=f"d{number}")
    mention = dataclasses.replace(move.actors[0], id=actor, link="name")
    move = dataclasses.replace(move, actors=(mention,), date=published, date_precision="day", published=published)
    return make_coded(text, [move], id=f"d{number}", published=published)


def ids(archive, wanted=None):
    return frame_table(archive.take("claims", wanted).moves)["document"].to_list()


def test_a_folder_without_a_manifest_is_refused(tmp_path):
    with pytest.raises(InputError, match="no manifest.json; name the folder"):
        Archive.open(tmp_path)


def test_another_format_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps({"format": "demarche-archive/9"}))
    with pytest.raises(InputError, match="demarche-archive/9"):
        Archive.open(tmp_path)


def test_an_archive_without_a_shard_holds_nothing(tmp_path, write):
    with Archive.open(write(tmp_path, {})) as archive:
        assert ids(archive) == []
        assert archive.overview().documents == 0


def test_a_shard_that_is_not_complete_is_not_read(tmp_path, write):
    write(tmp_path, {"a": [report(1)], "b": [report(2, "Kyiv rejected the truce.")]}, unfinished=["b"])
    with Archive.open(tmp_path) as archive:
        assert ids(archive) == ["d1"]
        assert archive.overview().unfinished == ("b",)


def test_a_new_shard_makes_what_is_known_of_copies_stale(tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    with Archive.open(tmp_path) as archive:
        before = archive.find_copies()
        assert archive.overview().clusters == 1
    write(tmp_path, {"b": [report(2)]})
    with Archive.open(tmp_path) as archive:
        assert archive.find_copies() != before
        assert (archive.overview().documents, archive.overview().clusters) == (2, 1)


def test_a_document_that_two_shards_have_counts_once(tmp_path, write):
    write(tmp_path, {"a": [report(1), report(2, "Kyiv rejected the truce.")], "b": [report(1)]})
    with Archive.open(tmp_path) as archive:
        assert ids(archive) == ["d1", "d2"]


@pytest.mark.parametrize("name", ["it's", 'a "b"', "a[12]*?", "{a,b}", "a;DROP TABLE x--", "日本"])
def test_the_name_of_a_folder_is_no_part_of_a_statement(name, tmp_path, write):
    write(tmp_path / "a1", {"a": [report(9)]})
    write(tmp_path / name, {"a": [report(1)]})
    with Archive.open(tmp_path / name) as archive:
        assert ids(archive) == ["d1"]
        assert archive.find_copies().parent.parent == tmp_path / name


@pytest.mark.parametrize("value", ["x' OR '1'='1", "x'); DROP TABLE moves; --", "$act"])
def test_a_value_is_no_part_of_a_statement(value, tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    with Archive.open(tmp_path) as archive:
        assert ids(archive, MoveFilter(actor=value, publisher=value, document=value)) == []
        assert ids(archive) == ["d1"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('{outside}')",
        "COPY (SELECT 1) TO '{outside}'",
        "ATTACH '{outside}'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
    ],
)
def test_the_database_reaches_nothing_outside(statement, tmp_path, write):
    (tmp_path / "outside").write_text("secret")
    with Archive.open(write(tmp_path / "archive", {"a": [report(1)]})) as archive, pytest.raises(duckdb.Error):
        archive._connection.execute(statement.format(outside=tmp_path / "outside"))
    assert (tmp_path / "outside").read_text() == "secret"


def test_nothing_but_the_copies_is_written(tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with Archive.open(tmp_path) as archive:
        ids(archive)
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {path.parent.name for path in after.keys() - before.keys()} == {"clusters"}
    assert {path: after[path] for path in before} == before


def test_an_archive_that_cannot_be_written_is_read_all_the_same(tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    (tmp_path / "clusters").write_text("a file where the folder would be")
    with Archive.open(tmp_path) as archive:
        assert ids(archive) == ["d1"]


def test_a_damaged_file_is_named(tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    path = tmp_path / "moves" / "year=2025" / "a.parquet"
    pl.read_parquet(path).drop("act").write_parquet(path)
    with pytest.raises(InputError, match="lacks the columns act"):
        Archive.open(tmp_path)
    path.write_bytes(b"no Parquet")
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        Archive.open(tmp_path)


@pytest.mark.parametrize("name", ["documents/a.parquet", "moves/year=2025", "documents", "_done", "manifest.json"])
def test_a_link_that_leads_out_of_the_folder_is_refused(name, tmp_path, write):
    folder = write(tmp_path / "archive", {"a": [report(1)]})
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")
    with pytest.raises(InputError, match="a link that leads out of the archive"):
        Archive.open(folder)


def test_copies_are_not_written_through_a_link(tmp_path, write):
    folder = write(tmp_path / "archive", {"a": [report(1)]})
    (tmp_path / "outside").mkdir()
    (folder / "clusters").symlink_to(tmp_path / "outside")
    with Archive.open(folder) as archive, pytest.raises(InputError, match="a link that leads out of the archive"):
        archive.overview()
    assert not list((tmp_path / "outside").iterdir())


@pytest.mark.parametrize("size", [None, 1])
def test_a_file_that_is_not_as_it_was_written_is_told_of(size, tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    path = tmp_path / "moves" / "year=2025" / "a.parquet"
    files = [{"name": "moves/year=2025/a.parquet", "size": size or path.stat().st_size}]
    (tmp_path / "_done" / "a.json").write_text(json.dumps({"files": files}))
    if size is None:
        Archive.open(tmp_path).close()
        path.unlink()
    with pytest.raises(InputError, match="missing or not as it was written; wait for"):
        Archive.open(tmp_path)


@pytest.mark.parametrize("record", ['"files"', '{"files": [5, {"name": {}}]}', '{"files": 5}'])
def test_what_is_said_of_shards_can_be_of_any_form(record, tmp_path, write):
    write(tmp_path, {"a": [report(1)]}, listed=[5, {"name": []}, {}, None])
    (tmp_path / "_done" / "a.json").write_text(record)
    with Archive.open(tmp_path) as archive:
        assert ids(archive) == ["d1"]


@pytest.mark.parametrize("record", ["[" * 100_000, "{", "\xff"], ids=["deep", "cut off", "no UTF-8"])
@pytest.mark.parametrize("name", ["_done/a.json", "manifest.json"])
def test_what_is_no_json_is_named(record, name, tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    (tmp_path / name).write_text(record, "latin-1")
    with pytest.raises(InputError, match=f"{name}: is damaged"):
        Archive.open(tmp_path)


@pytest.mark.parametrize(
    "coded",
    ["[" * 100_000, "{}", "no JSON", '{"moves": [5]}', '{"moves": [{"id": "ID"}]}', None],
    ids=["deep", "empty", "no JSON", "a number", "an id alone", "null"],
)
def test_a_damaged_document_is_named_when_it_is_quoted(coded, tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    path = tmp_path / "documents" / "a.parquet"
    move = pl.read_parquet(tmp_path / "moves" / "*" / "*.parquet")["id"][0]
    damaged = pl.lit(coded and coded.replace("ID", move), dtype=pl.String)
    pl.read_parquet(path).with_columns(coded=damaged).write_parquet(path)
    with Archive.open(tmp_path) as archive, pytest.raises(InputError, match="d1: is no coded document"):
        archive.quotes([move])


def test_a_file_of_copies_that_is_damaged_is_made_anew(tmp_path, write):
    write(tmp_path, {"a": [report(1), report(2)]})
    with Archive.open(tmp_path) as archive:
        path = archive.find_copies()
    path.write_bytes(b"")
    with Archive.open(tmp_path) as archive:
        assert archive.overview().clusters == 1
        assert path.stat().st_size


def test_copies_can_be_looked_for_again_after_it_failed(tmp_path, write, monkeypatch):
    def full(*_):
        raise sqlite3.OperationalError("database or disk is full")

    write(tmp_path, {"a": [report(1), report(2)]})
    with Archive.open(tmp_path) as archive:
        with monkeypatch.context() as patch:
            patch.setattr(_clusters, "_keep_texts", full)
            with pytest.raises(InputError, match="is the disk full"):
                archive.find_copies()
        assert archive.overview().clusters == 1


def test_what_was_taken_for_some_words_stays_so(tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    with Archive.open(tmp_path) as archive:
        first = archive.take("claims", MoveFilter(words="rejected"))
        archive.take("claims", MoveFilter(words="accepted"))
        assert frame_table(first.moves)["document"].to_list() == ["d1"]


def test_a_file_that_goes_while_the_archive_is_open_is_an_error_of_ours(tmp_path, write):
    write(tmp_path, {"a": [report(1)]})
    with Archive.open(tmp_path) as archive:
        archive.find_copies()
        (tmp_path / "moves" / "year=2025" / "a.parquet").unlink()
        with pytest.raises(InputError, match="the archive cannot be read"):
            archive.count("act")


def test_moves_that_break_off_are_an_error_of_ours():
    def batches():
        yield pyarrow.record_batch({"id": ["m1"]})
        raise OSError("the disk is gone")

    broken = pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"id": pyarrow.string()}), batches())
    with pytest.raises(InputError, match="cannot be read to their end"):
        frame_table(broken)


def test_more_moves_than_the_memory_is_for_are_refused_with_what_to_do(tmp_path, write, monkeypatch):
    write(tmp_path, {"a": [report(1)]})
    with Archive.open(tmp_path, memory="256MB") as archive:
        monkeypatch.setattr(archive, "memory", 1000)
        with pytest.raises(InputError, match=r"claims of 1 moves .* --actor or --issue, or a time by --since"):
            archive.take("claims")


def test_more_contents_than_can_be_grouped_are_refused(archive, monkeypatch):
    monkeypatch.setattr(_archive, "CONTENTS", 5)
    with pytest.raises(InputError, match=r"positions needs contents grouped .* at most 5 can be"):
        archive.take("positions")


def test_copies_in_other_words_are_told_of_where_contents_are_too_many(archive, monkeypatch):
    monkeypatch.setattr(_archive, "BESIDE", 5)
    assert "joined by their words alone" in archive.take("threats").notes()[0]


def test_who_is_not_resolved_is_not_in_an_archive(archive):
    with pytest.raises(InputError, match="take its documents into a ledger"):
        archive.take("claims", MoveFilter(actor="unknown"))


def test_pairs_are_counted_as_who_does_something_to_whom(archive):
    pairs = {one.value: one.moves for one in archive.count("dyad")}
    assert max(pairs, key=pairs.get) in ("USA>SUN", "SUN>USA")
    assert not any(pair.split(">")[0] == pair.split(">")[1] for pair in pairs if pair)


def test_moves_are_not_counted_by_what_is_no_column(archive):
    with pytest.raises(InputError, match="choose from act"):
        archive.count("text; DROP TABLE moves")


def test_a_move_that_is_not_there_is_an_error(archive):
    with pytest.raises(LedgerError, match="no move m0"):
        archive.move("m0")


@pytest.mark.parametrize(("size", "found"), [("4GB", 4 * 10**9), ("1.5 GiB", 3 * 2**29), ("800mb", 8 * 10**8)])
def test_a_size_is_read_as_people_write_it(size, found):
    assert bytes_of(size) == found


@pytest.mark.parametrize("size", ["", "much", "4XB", "1MB", "-4GB", "nanGB", "infGB"])
def test_what_is_no_size_is_refused(size):
    with pytest.raises(InputError):
        bytes_of(size)
