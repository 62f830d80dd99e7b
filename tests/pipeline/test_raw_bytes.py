"""From bytes to the ledger and back: what is kept is read again, and every difference is named for what it is."""

import gzip
import hashlib
import json
from dataclasses import replace

import pytest

from demarche.ledger import Ledger
from demarche.model import Custody, Reading
from demarche.pipeline import check_raw, ingest
from demarche.sources import read_sources
from demarche.sources._warc import format_record
from demarche.sources.archive import RawArchive

PAGE = "<!doctype html><html><body><article><p>{}</p></article></body></html>"
WORDS = "Kyiv rejected the plan of Moscow on Tuesday, and the envoys of the contact group met again in Lindal. " * 3


class Reader:
    """Stands for the network: it sees nothing, so that only the way of the bytes is tested."""

    coder = "none/1"

    def check_language(self, document):
        pass

    def read(self, document):
        return Reading(document=document.id, coder=self.coder, sentences=())


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.html").write_text(PAGE.format(WORDS))
    (tmp_path / "in" / "b.txt").write_bytes(("Orbán spoke of the plan.\r\n" + WORDS).encode("cp1250"))
    lines = "".join(json.dumps({"id": f"j{n}", "text": f"Number {n}. {WORDS}"}) + "\n" for n in range(2))
    (tmp_path / "in" / "c.jsonl").write_text(lines)
    (tmp_path / "in" / "d.csv").write_text(f'id,text\nrow,"{WORDS}"\n')
    return tmp_path


def take_in(folder, *, keep=True):
    with Ledger.open(str(folder / "ledger.db")) as ledger, RawArchive(folder / "raw") as archive:
        found = read_sources([str(folder / "in")], keep=keep)
        made = list(ingest(found, ledger, reader=Reader(), archive=archive if keep else None))
        assert all(hasattr(one, "known") for one in made), made
    return made


def checks(folder):
    with Ledger.open(str(folder / "ledger.db")) as ledger, RawArchive(folder / "raw", create=False) as archive:
        return list(check_raw(ledger, archive))


def outcomes(folder):
    return sorted({check.outcome for check in checks(folder)})


def kept_files(folder):
    return sorted((folder / "raw").glob("*.warc.gz"))


def test_what_is_kept_gives_every_text_again(folder):
    assert len(take_in(folder)) == 5
    assert outcomes(folder) == ["same"]
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        assert all(ledger.custody(name).kept for name in ledger.document_ids())
        assert ledger.verify().problems == ()


def test_without_the_folder_the_hash_is_kept_alone(folder):
    take_in(folder, keep=False)
    assert outcomes(folder) == ["hash only"]
    assert kept_files(folder) == []


def test_a_second_run_keeps_nothing_twice(folder):
    take_in(folder)
    before = [path.read_bytes() for path in kept_files(folder)]
    assert all(one.known for one in take_in(folder))
    assert [path.read_bytes() for path in kept_files(folder)] == before


def test_bytes_that_are_gone_are_missing(folder):
    take_in(folder)
    kept_files(folder)[0].unlink()
    assert outcomes(folder) == ["missing"]


def test_a_changed_byte_is_named_and_the_others_stay_good(folder):
    take_in(folder)
    path = kept_files(folder)[0]
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        places = {name: ledger.custody(name).kept.offset for name in ledger.document_ids()}
    data = bytearray(path.read_bytes())
    data[places["j0"] + 300] ^= 255
    path.write_bytes(data)
    assert {check.document: check.outcome for check in checks(folder)} == dict.fromkeys(places, "same") | {
        "j0": "changed"
    }


def test_whoever_forges_a_record_with_all_its_digests_is_found_out_by_the_ledger(folder):
    take_in(folder)
    path = kept_files(folder)[0]
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        kept = ledger.custody("j0").kept
    forged = b'{"text": "Moscow accepted it."}\n'
    digest = f"sha256:{hashlib.sha256(forged).hexdigest()}"
    fields = {"WARC-Type": "resource", "WARC-Record-ID": f"<{kept.record}>", "WARC-Block-Digest": digest}
    path.write_bytes(path.read_bytes()[: kept.offset] + gzip.compress(format_record(fields, forged)))
    (found,) = (check for check in checks(folder) if check.document == "j0")
    assert found.outcome == "changed"
    assert "the ledger has" in found.detail
    assert found.is_wrong


def test_an_answer_that_is_none_is_named(folder):
    take_in(folder)
    path = kept_files(folder)[0]
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        kept = ledger.custody("j0").kept
    fields = {"WARC-Type": "response", "WARC-Record-ID": f"<{kept.record}>"}
    path.write_bytes(path.read_bytes()[: kept.offset] + gzip.compress(format_record(fields, b"no answer")))
    (found,) = (check for check in checks(folder) if check.document == "j0")
    assert (found.outcome, "status line" in found.detail) == ("changed", True)


def with_custody(folder, **changes):
    """Take in a document whose custody says something else than what was done."""
    (folder / "raw").mkdir(exist_ok=True)
    (document,) = read_sources([str(folder / "in" / "a.html")], keep=True)
    wrong = replace(document, custody=replace(document.custody, **changes))
    with Ledger.open(str(folder / "ledger.db")) as ledger, RawArchive(folder / "raw") as archive:
        (made,) = ingest([wrong], ledger, reader=Reader(), archive=archive)
    return made


def test_a_text_that_another_version_made_is_no_fraud(folder, monkeypatch):
    with_custody(folder, steps=("decode:utf-8", "trafilatura:1.0.0", "normalise:1"))
    assert outcomes(folder) == ["same"]  # another version, the same text
    monkeypatch.setattr("demarche.sources.recheck.repeat_steps", lambda raw, steps: "Kyiv accepted it.")
    (found,) = checks(folder)
    assert found.outcome == "other version"
    assert not found.is_wrong
    assert "trafilatura was 1.0.0, here it is" in found.detail
    assert "differ from character 5 on" in found.detail


def test_a_text_that_the_same_steps_do_not_give_is_wrong(folder):
    with_custody(folder, steps=("decode:utf-8", "normalise:1"))
    (found,) = checks(folder)
    assert (found.outcome, found.is_wrong) == ("other text", True)


@pytest.mark.parametrize("steps", [("unheard-of:1",), ("json:text",), ("email:text", "normalise:1"), ()])
def test_steps_that_cannot_be_taken_here_are_told(folder, steps):
    with_custody(folder, steps=steps)
    (found,) = checks(folder)
    assert found.outcome == "unread"
    assert found.detail


def test_redacted_documents_are_left_out(folder):
    take_in(folder)
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        ledger.redact("j0", why="names a witness")
    assert "j0" not in {check.document for check in checks(folder)}


def test_a_custody_of_a_string_is_none(folder):
    from demarche.sources import document_from_text

    with Ledger.open(str(folder / "ledger.db")) as ledger, RawArchive(folder / "raw") as archive:
        list(ingest([document_from_text(WORDS)], ledger, reader=Reader(), archive=archive))
    (found,) = checks(folder)
    assert (found.outcome, found.detail) == ("hash only", "nobody recorded how it came")


def test_the_record_of_a_custody_is_plain():
    from demarche.present.custody import custody_record, render_custody

    custody = Custody(
        sha256="ab", size=1234, source="a\n\x1b[1m", headers=(("Server", "x\ny"),), steps=("decode:utf-8",)
    )
    lines = list(render_custody("d1", custody, []))
    assert all("\n" not in line and "\x1b" not in line for line in lines)
    assert any("1,234, SHA-256 ab" in line for line in lines)
    record = custody_record("d1", custody, [])
    assert record["custody"]["kept"] is None
    assert record["custody"]["retrieved"] is None
    assert custody_record("d1", None, [])["custody"] is None
