import gzip
import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from demarche.model import Document, Failure, Part
from demarche.sources import _limits, read_sources
from demarche.sources import parts as parts_module
from demarche.sources._limits import Limits
from demarche.sources._warc import format_record
from demarche.sources.parts import digest_part, find_files, read_part, split_file

ROWS = [{"id": f"d{number}", "text": f"Kyiv rejected plan {number}. " * (1 + number % 7)} for number in range(120)]


def record(number, kind="resource"):
    fields = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:{number}>",
        "WARC-Target-URI": f"http://example.org/{number}",
        "Content-Type": "text/plain",
        "WARC-Date": "2025-01-02T00:00:00Z",
    }
    return format_record(fields, (f"Kyiv rejected plan {number}. " * 20).encode())


def lines(path):
    made = [json.dumps(row) + ("\n" if number % 40 else "\nno JSON\n\n") for number, row in enumerate(ROWS)]
    path.write_bytes(b"\xef\xbb\xbf" + "".join(made).encode()[:-1])


def windows_lines(path):
    """Line ends of Windows, empty lines, characters of several bytes, and nothing that ends the last line."""
    made = [json.dumps({"text": f"Orbán 🇺🇦 rejected plan {number}."}, ensure_ascii=False) for number in range(100)]
    path.write_bytes("\r\n\r\n".join(made).encode())


def rows(path):
    parquet.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=50)


def plain_warc(path):
    path.write_bytes(b"".join(record(n, "metadata" if n % 3 else "resource") for n in range(100)))


def packed_warc(path):
    path.write_bytes(b"".join(gzip.compress(record(number)) for number in range(60)))


def two_to_a_member(path):
    path.write_bytes(b"".join(gzip.compress(record(2 * n) + record(2 * n + 1)) for n in range(30)))


def split_across_members(path):
    data = b"".join(record(number) for number in range(40))
    path.write_bytes(b"".join(gzip.compress(data[at : at + 700]) for at in range(0, len(data), 700)))


def damaged_warc(path):
    packed_warc(path)
    data = path.read_bytes()
    path.write_bytes(data[:2000] + b"damaged" + data[2007:])


KINDS = {
    "a.jsonl": lines,
    "a2.jsonl": windows_lines,
    "b.parquet": rows,
    "c.warc": plain_warc,
    "d.warc.gz": packed_warc,
    "e.warc.gz": two_to_a_member,
    "f.warc.gz": split_across_members,
    "g.warc.gz": damaged_warc,
}


@pytest.mark.parametrize("size", [1, 700, 3000, 10**9])
@pytest.mark.parametrize("name", KINDS)
def test_the_parts_of_a_file_hold_what_the_file_holds(name, size, tmp_path):
    KINDS[name](tmp_path / name)
    whole = list(read_sources([str(tmp_path / name)]))
    found = [item for part in split_file(str(tmp_path / name), size=size) for item in read_part(part)]
    assert found == whole
    documents = [(one, other) for one, other in zip(found, whole, strict=True) if isinstance(one, Document)]
    assert documents
    assert all(one.custody == other.custody for one, other in documents)


@pytest.mark.parametrize("name", [name for name in KINDS if not name.startswith("f")])
def test_a_large_file_is_divided(name, tmp_path):
    KINDS[name](tmp_path / name)
    parts = split_file(str(tmp_path / name), size=1000)
    assert len(parts) > 3
    assert all(digest_part(part) == part.sha256 for part in parts)
    assert len({part.sha256 for part in parts if part.kind != "rows"}) == len({p for p in parts if p.kind != "rows"})


def test_what_is_packed_as_one_is_read_whole(tmp_path):
    lines(tmp_path / "a.jsonl")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    (tmp_path / "all.warc.gz").write_bytes(gzip.compress(b"".join(map(record, range(40)))))
    for name in ("a.jsonl.gz", "all.warc.gz"):
        assert [part.kind for part in split_file(str(tmp_path / name), size=100)] == ["whole"]


def test_a_record_quoted_in_a_page_begins_no_part(tmp_path):
    quoted = format_record({"WARC-Type": "resource", "Content-Type": "text/plain"}, record(1) * 30)
    (tmp_path / "a.warc").write_bytes(quoted + record(2))
    parts = split_file(str(tmp_path / "a.warc"), size=500)
    assert [(part.start, part.stop - part.start) for part in parts] == [(0, len(quoted)), (len(quoted), len(record(2)))]


def test_a_file_that_is_not_what_it_says_is_one_part(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + b"\0" * 5000)
    (part,) = split_file(str(tmp_path / "a.parquet"), size=100)
    (failure,) = read_part(part)
    assert "no whole Parquet file" in failure.reason


def test_a_part_has_another_digest_when_its_bytes_change(tmp_path):
    lines(tmp_path / "a.jsonl")
    first, *_, last = split_file(str(tmp_path / "a.jsonl"), size=2000)
    data = (tmp_path / "a.jsonl").read_bytes()
    (tmp_path / "a.jsonl").write_bytes(data[:-2] + b"X}")
    assert digest_part(first) == first.sha256
    assert digest_part(last) != last.sha256


def test_a_line_longer_than_a_part_is_in_one_part(tmp_path):
    long = json.dumps({"text": "Kyiv rejected it. " * 500})
    (tmp_path / "a.jsonl").write_text(f"{long}\n{long}\n", "utf-8")
    assert len(split_file(str(tmp_path / "a.jsonl"), size=100)) == 2


def test_a_line_that_is_too_long_is_passed_over_in_its_part(tmp_path, monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", Limits(line=1000))
    long, short = json.dumps({"text": "Kyiv rejected it. " * 500}), json.dumps({"text": "Kyiv rejected it."})
    (tmp_path / "a.jsonl").write_text(f"{short}\n{long}\n{short}\n{long}", "utf-8")
    found = [item for part in split_file(str(tmp_path / "a.jsonl"), size=100) for item in read_part(part)]
    assert found == list(read_sources([str(tmp_path / "a.jsonl")]))
    assert [type(item) for item in found] == [Document, Failure, Document, Failure]


def test_a_key_that_is_in_no_line_is_said_once(tmp_path):
    texts = [{"text": f"Kyiv rejected plan {number}."} | ({"late": "T"} if number > 30 else {}) for number in range(40)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(one) + "\n" for one in texts), "utf-8")
    for key, length, said in (("none", 200, 1), ("late", 200, 1), ("late", 10**6, 0), ("text", 200, 0)):
        parts = split_file(str(tmp_path / "a.jsonl"), size=length)
        found = [item for part in parts for item in read_part(part, columns={"title": key})]
        assert sum(isinstance(item, Failure) for item in found) == said


def test_a_file_that_becomes_shorter_while_it_is_divided_ends(tmp_path):
    lines(tmp_path / "a.jsonl")
    size = (tmp_path / "a.jsonl").stat().st_size
    whole = Part(file=str(tmp_path / "a.jsonl"), kind="whole", start=0, stop=2 * size, size=2 * size, sha256="")
    assert sum(part.size for part in parts_module._cut_lines(whole, 1000)) == size


def test_the_parts_of_a_row_group_do_not_hash_it_again_and_again(tmp_path, monkeypatch):
    parquet.write_table(pa.Table.from_pylist(ROWS), tmp_path / "a.parquet")
    hashed = []
    right = parts_module._digest_range
    monkeypatch.setattr(parts_module, "_digest_range", lambda *given: hashed.append(given) or right(*given))
    assert len(split_file(str(tmp_path / "a.parquet"), size=500)) > 10
    assert len(hashed) == 1


def test_a_table_that_claims_more_than_it_can_hold_is_not_divided():
    assert parts_module._are_credible([(1000, 10**8)], 5 * 10**6)
    assert not parts_module._are_credible([(2**40, 2**50)], 5 * 10**6)
    assert not parts_module._are_credible([(-1, 100)], 5 * 10**6)


def test_a_pattern_hides_nothing_and_leads_nowhere_else(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("in/a.txt", "in/*.txt", "in/.half.txt", "secret.txt"):
        (tmp_path / name).write_text("Kyiv rejected it.", "utf-8")
    (tmp_path / "in" / "out.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in" / "round.txt").symlink_to("round.txt")
    found = list(find_files([str(tmp_path / "in" / "*.txt")]))
    assert found[:2] == [str(tmp_path / "in" / name) for name in ("*.txt", "a.txt")]
    assert [(one.where.rpartition("/")[2], one.reason[:19]) for one in found[2:]] == [
        ("out.txt", "is a link that lead"),
        ("round.txt", "cannot be read: Too"),
    ]
    assert list(find_files([str(tmp_path / "in" / ".*.txt")])) == [str(tmp_path / "in" / ".half.txt")]


def test_files_are_found_by_path_folder_and_pattern_each_once(tmp_path):
    for name in ("b.txt", "a.txt", "deep/er/c.txt", ".hidden", "[x].txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("Kyiv rejected it.", "utf-8")
    (tmp_path / "out").symlink_to("/")
    named = [str(tmp_path / name) for name in ("[x].txt", "*.txt", "**/c.txt", "a.txt")]
    found = [name.removeprefix(f"{tmp_path}/") for name in find_files(named)]
    assert found == ["[x].txt", "a.txt", "b.txt", "deep/er/c.txt"]
    in_folder = list(find_files([str(tmp_path)]))
    assert [one.removeprefix(f"{tmp_path}/") for one in in_folder if isinstance(one, str)] == sorted(found)
    (refused,) = [one for one in in_folder if isinstance(one, Failure)]
    assert "link to a folder" in refused.reason


def test_what_is_not_there_is_a_failure(tmp_path):
    (tmp_path / "a.txt").write_text("x", "utf-8")
    wrong = list(find_files([str(tmp_path / "no*.txt"), str(tmp_path / "none.txt"), "a\0b", str(tmp_path / "**.txt")]))
    assert [type(one) for one in wrong] == [Failure] * 4
    assert "check the path" in wrong[0].reason
