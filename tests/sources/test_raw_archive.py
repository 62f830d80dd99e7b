"""Raw bytes that are kept: in WARC files that others can read, once, and safe from a crash."""

import gzip
import hashlib
import io
import random
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from demarche.errors import InputError, LedgerError
from demarche.model import Custody, Kept, Raw
from demarche.sources import read_raw
from demarche.sources._payload import PACKED, received_headers
from demarche.sources._warc import Flaw, read_records
from demarche.sources._warc_adapter import WarcAdapter
from demarche.sources.archive import RawArchive

NOW = datetime(2025, 11, 27, 10, tzinfo=UTC)


def custody(raw=b"<p>Kyiv rejected it.", **about):
    given = {"sha256": hashlib.sha256(raw).hexdigest(), "size": len(raw), "source": "a.html", "raw": raw} | about
    return Custody(**given)


def answer(raw=b"<p>Kyiv rejected it.", **about):
    headers = (("Content-Type", "text/html"), ("Content-Encoding", "gzip"), ("Content-Length", "9"), ("ETag", '"1"'))
    given = {"address": "https://news.example/a?b=c%20d", "retrieved": "2025-11-26T08:00:00+00:00", "headers": headers}
    return custody(raw, **(given | about))


def keep(folder, *given, **options):
    with RawArchive(folder, clock=lambda: NOW, **options) as archive:
        return [archive.keep(one) for one in given]


def payload(folder, kept, **options):
    with RawArchive(folder, create=False, **options) as archive:
        found = archive.find(kept)
        return found if found is None or isinstance(found, Flaw) else archive.payload(found)


def files(folder):
    return sorted(folder.glob("*.warc.gz"))


def seen_by_others(path):
    """Return the records as warcio reads them, their digests checked."""
    found = []
    with open(path, "rb") as file:
        for record in ArchiveIterator(file, check_digests="raise"):
            found.append(
                (record.rec_type, dict(record.rec_headers.headers), record.http_headers, record.content_stream().read())
            )
            assert record.digest_checker.passed is not False
    return found


def test_bytes_come_back_and_the_custody_says_where_they_lie(tmp_path):
    first, second = keep(tmp_path, custody(), answer(b"another page"))
    assert first.raw is None
    assert first.kept.archive == files(tmp_path)[0].name
    assert first.kept.offset < second.kept.offset
    assert (payload(tmp_path, first), payload(tmp_path, second)) == (b"<p>Kyiv rejected it.", b"another page")


def test_another_program_reads_the_file_and_finds_every_digest_right(tmp_path):
    keep(tmp_path, custody(media_type="text/html"), answer(b"another page"))
    info, resource, response = seen_by_others(files(tmp_path)[0])
    assert (info[0], resource[0], response[0]) == ("warcinfo", "resource", "response")
    assert b"software: demarche/" in info[3]
    assert resource[1]["WARC-Target-URI"] == "file:a.html"
    assert resource[1]["WARC-Date"] == "2025-11-27T10:00:00Z"
    assert resource[1]["Content-Type"] == "text/html"
    assert resource[1]["WARC-Warcinfo-ID"] == info[1]["WARC-Record-ID"]
    assert response[1]["WARC-Target-URI"] == "https://news.example/a?b=c%20d"
    assert response[1]["WARC-Date"] == "2025-11-26T08:00:00Z"
    assert response[1]["WARC-Payload-Digest"] == "sha256:" + hashlib.sha256(b"another page").hexdigest()
    assert response[2].get_header("content-length") == "12"
    assert response[3] == b"another page"


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"steps": ("decode:utf-8", "trafilatura:2.0.0")}, "response"),
        ({"steps": ("decode:utf-8", "trafilatura:2.0.0"), "headers": (("ETag", "1"),)}, "conversion"),  # of a feed
        ({"steps": ("json:text", "normalise:1")}, "conversion"),
        ({"address": None, "steps": ("row:1", "json:text")}, "conversion"),
        ({"address": None, "headers": (), "steps": ("json:text",)}, "resource"),
        ({"address": "file:///a"}, "resource"),
    ],
)
def test_what_is_a_part_of_an_answer_does_not_pass_for_the_answer(tmp_path, about, kind):
    (kept,) = keep(tmp_path, answer(**about))
    assert payload(tmp_path, kept) == b"<p>Kyiv rejected it."
    assert seen_by_others(files(tmp_path)[0])[1][0] == kind


def test_what_is_kept_can_be_read_as_a_source_again(tmp_path):
    (kept,) = keep(tmp_path, answer(b"<html><body><p>" + b"The envoys met again in Lindal. " * 9))
    path = files(tmp_path)[0]
    raw = Raw(where=path.name, name=path.name, open=lambda: open(path, "rb"), size=path.stat().st_size)
    (document,) = read_raw(raw)
    assert (document.custody.sha256, document.custody.headers) == (kept.sha256, kept.headers)
    assert (document.custody.address, document.custody.retrieved) == (kept.address, kept.retrieved)


def test_the_same_bytes_are_kept_once_also_by_a_later_run(tmp_path):
    first, again = keep(tmp_path, custody(), answer())
    (later,) = keep(tmp_path, custody(source="elsewhere.html"))
    assert first.kept == again.kept == later.kept
    assert len(seen_by_others(files(tmp_path)[0])) == 2


def test_a_custody_without_bytes_stays_as_it_is(tmp_path):
    assert keep(tmp_path, replace(custody(), raw=None)) == [replace(custody(), raw=None)]
    assert files(tmp_path) == []


def test_bytes_that_are_not_those_of_the_hash_are_refused(tmp_path):
    with pytest.raises(InputError, match="another hash"):
        keep(tmp_path, custody(sha256="0" * 64))


def test_a_later_run_writes_on_in_the_same_file_and_a_full_one_is_left(tmp_path):
    keep(tmp_path, custody())
    keep(tmp_path, custody(b"second"))
    assert len(files(tmp_path)) == 1
    keep(tmp_path, *(custody(random.Random(n).randbytes(3000)) for n in range(9)), most=8000)
    assert len(files(tmp_path)) == 3
    assert sum(len(seen_by_others(path)) - 1 for path in files(tmp_path)) == 11
    assert max(path.stat().st_size for path in files(tmp_path)) < 12_000


def test_two_programs_write_to_files_of_their_own(tmp_path):
    with RawArchive(tmp_path) as one, RawArchive(tmp_path) as two:
        for n in range(4):
            one.keep(custody(b"one %d" % n))
            two.keep(custody(b"two %d" % n))
        assert one.keep(custody(b"two 1")).kept.archive != one.keep(custody(b"one 1")).kept.archive
    assert [len(seen_by_others(path)) for path in files(tmp_path)] == [5, 5]


@pytest.mark.parametrize("cut", [1, 9, 40, 200])
def test_a_record_that_a_crash_cut_off_loses_nothing_before_it(tmp_path, cut):
    first, second = keep(tmp_path, custody(), custody(b"second" * 50))
    path = files(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-cut])
    (tmp_path / "index.sqlite").unlink()
    (again,) = keep(tmp_path, custody(b"second" * 50))
    assert payload(tmp_path, first) == b"<p>Kyiv rejected it."
    assert isinstance(payload(tmp_path, second), Flaw)
    assert again.kept.archive != path.name
    assert payload(tmp_path, again) == b"second" * 50


def test_a_record_that_the_index_has_missed_is_found_again(tmp_path):
    """As after a power cut between the record and its line in the index."""
    keep(tmp_path, custody())
    before = (tmp_path / "index.sqlite").read_bytes()
    (second,) = keep(tmp_path, custody(b"second"))
    (tmp_path / "index.sqlite").write_bytes(before)
    (again,) = keep(tmp_path, custody(b"second"))
    assert again.kept == second.kept


def test_a_run_that_is_killed_leaves_a_folder_that_goes_on(tmp_path):
    script = """
import hashlib, os, sys
from demarche.model import Custody
from demarche.sources.archive import RawArchive
archive = RawArchive(sys.argv[1])
for n in range(5):
    raw = b"page %d" % n
    archive.keep(Custody(sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), source="x", raw=raw))
archive._file.write(b"\\x1f\\x8b\\x08half a record")
archive._file.flush()
os._exit(9)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True)
    assert done.returncode == 9, done.stderr
    kept = keep(tmp_path, *(custody(b"page %d" % n) for n in range(7)))
    assert [payload(tmp_path, one) for one in kept] == [b"page %d" % n for n in range(7)]
    assert len({one.kept.archive for one in kept[:5]}) == 1
    assert kept[5].kept.archive != kept[0].kept.archive


def test_a_disk_that_is_full_is_told_and_nothing_is_written_behind_half_a_record(tmp_path, monkeypatch):
    with RawArchive(tmp_path) as archive:
        archive.keep(custody())
        monkeypatch.setattr("demarche.sources.archive._settle", _full)
        with pytest.raises(LedgerError, match="space left"):
            archive.keep(custody(b"second"))
        monkeypatch.undo()
        archive.keep(custody(b"third"))
    assert len(files(tmp_path)) == 2


def _full(file):
    raise OSError(28, "No space left on device")


def test_bytes_are_found_by_their_hash_where_the_file_has_another_name(tmp_path):
    (kept,) = keep(tmp_path, answer(b"second"))
    path = files(tmp_path)[0]
    path.rename(path.with_name("demarche-20200101T000000Z-moved.warc.gz"))
    assert payload(tmp_path, kept) is None
    keep(tmp_path)  # whoever may write looks at the files that are new
    assert payload(tmp_path, kept) == b"second"


@pytest.mark.parametrize(
    "kept",
    [
        Kept(archive="../secret.warc.gz", record="x", offset=0),
        Kept(archive="gone.warc.gz", record="x", offset=0),
        Kept(archive="/etc/passwd", record="x", offset=0),
        Kept(archive="demarche-x.warc.gz", record="x", offset=2**60),
        Kept(archive="demarche-x.warc.gz", record="x", offset=-1),
        Kept(archive="", record="x", offset=0),
    ],
)
def test_nothing_is_read_from_outside_the_folder_or_behind_the_end(tmp_path, kept):
    (tmp_path / "secret.warc.gz").write_bytes(b"WARC/1.1\r\n\r\n")
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "demarche-x.warc.gz").write_bytes(b"")
    assert payload(tmp_path / "raw", custody(kept=kept)) is None


def test_a_changed_byte_is_a_flaw(tmp_path):
    (kept,) = keep(tmp_path, custody(random.Random(1).randbytes(5000)))
    path = files(tmp_path)[0]
    data = bytearray(path.read_bytes())
    data[-2000] ^= 1
    path.write_bytes(data)
    assert isinstance(payload(tmp_path, kept), Flaw)


def test_a_file_of_something_else_stops_nothing_and_is_not_written_to(tmp_path):
    odd = tmp_path / "demarche-99999999T000000Z-odd.warc.gz"
    odd.write_bytes(b"WARC/1.0\r\nX: y\r\n\r\n" * 2000)
    answers = tmp_path / "demarche-99999999T000000Z-answer.warc.gz"
    answers.write_bytes(b"WARC/1.1\r\nWARC-Type: response\r\nContent-Length: 2\r\n\r\nno\r\n\r\n")
    (kept,) = keep(tmp_path, custody())
    assert payload(tmp_path, kept) == b"<p>Kyiv rejected it."
    assert len(odd.read_bytes()) == 18 * 2000
    assert kept.kept.archive not in (odd.name, answers.name)


def test_a_folder_that_is_none_is_told(tmp_path):
    with pytest.raises(LedgerError, match="no folder with raw bytes"):
        RawArchive(tmp_path / "none", create=False)
    (tmp_path / "file").write_text("x")
    with pytest.raises(LedgerError, match="cannot be kept or read"):
        RawArchive(tmp_path / "file")
    (tmp_path / "index.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(LedgerError, match=r"delete index\.sqlite"):
        RawArchive(tmp_path)


def test_reading_writes_nothing(tmp_path):
    (kept,) = keep(tmp_path, custody())
    (tmp_path / "index.sqlite").unlink()
    before = sorted(path.name for path in tmp_path.iterdir())
    assert payload(tmp_path, kept) == b"<p>Kyiv rejected it."
    assert sorted(path.name for path in tmp_path.iterdir()) == before


_WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_NAMES = st.text("abcXYZ-0", min_size=1, max_size=12)


@settings(max_examples=60)
@given(
    raw=st.binary(max_size=3000),
    headers=st.lists(
        st.tuples(_NAMES | st.sampled_from(["Set-Cookie", "Content-Encoding"]), _WORDS), min_size=1, max_size=6
    ),
    address=_WORDS.map("https://news.example/{}".format),
    seconds=st.integers(0, 10**9),
)
def test_bytes_headers_and_time_survive_the_way_into_a_file_and_out(tmp_path_factory, raw, headers, address, seconds):
    folder = tmp_path_factory.mktemp("raw")
    retrieved = (NOW - timedelta(seconds=seconds)).isoformat(timespec="seconds")
    headers = [("Content-Type", "text/html"), *headers]
    given = custody(raw, headers=tuple(headers), address=address, retrieved=retrieved)
    (kept,) = keep(folder, given)
    assert payload(folder, kept) == raw
    (record,) = (one for one in read_records(io.BytesIO(files(folder)[0].read_bytes())) if one.kind == "response")
    assert record.offset == kept.kept.offset
    assert record.fields["warc-date"].removesuffix("Z") == retrieved.removesuffix("+00:00")
    block = record.block.partition(b"\r\n\r\n")[2]
    assert block == raw
    assert _told(received_headers(_headers(record))) == _told(received_headers(tuple(headers)))


def _headers(record):
    from demarche.sources._payload import parse_answer

    return parse_answer(record.block).headers


def _told(headers):
    """Return headers as a file can hold them: blanks are single, and those of the body as it was sent are told once."""
    return [(name, " ".join(value.split())) for name, value in headers if name.lower() not in PACKED]


def test_the_adapter_is_the_one_for_such_files():
    assert WarcAdapter().recognises(gzip.compress(b"WARC/1.1\r\n"))
    assert not WarcAdapter().recognises(gzip.compress(b"WARD"))
    assert not WarcAdapter().recognises(b"\x1f\x8b\x08\xff\xff\xff")
