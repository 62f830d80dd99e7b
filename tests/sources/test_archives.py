"""Archives, and what hostile ones hold: each a failure in its place, and the rest goes on."""

import bz2
import gzip
import io
import os
import struct
import tarfile
import time
import zipfile
from dataclasses import replace

import pytest
from making import PACKERS, make_tar, make_zip

from demarche.model import Document, Raw
from demarche.sources import _limits, read_raw, read_sources


def read(name, content):
    return list(read_raw(Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content))))


def texts(items):
    return [item.text for item in items if isinstance(item, Document)]


def reasons(items):
    return {item.where: item.reason for item in items if not isinstance(item, Document)}


@pytest.fixture
def allow(monkeypatch):
    return lambda **limits: monkeypatch.setattr(_limits, "LIMITS", replace(_limits.LIMITS, **limits))


def test_the_members_of_a_zip_archive_are_read_each_by_its_name():
    members = {"a.txt": "Yes.", "b/c.jsonl": '{"text": "No."}\n{"text": "Perhaps."}\n', "d.csv": "text\nNever.\n"}
    assert texts(read("a.zip", make_zip(members))) == ["Yes.", "No.", "Perhaps.", "Never."]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_archive_is_read_however_it_is_packed(mode):
    suffix = "tar" + mode.replace("w", "").replace(":", ".")
    assert texts(read(f"a.{suffix}", make_tar({"a.txt": "Yes.", "b.txt": "No."}, mode))) == ["Yes.", "No."]


@pytest.mark.parametrize("packer", PACKERS)
def test_a_packed_file_is_what_is_packed(packer):
    (document,) = read(f"a.txt.{packer}", PACKERS[packer](b"Kyiv rejected it."))
    assert document.text == "Kyiv rejected it."
    assert document.custody.source == f"a.txt.{packer}!/a.txt"


def test_hidden_members_and_folders_are_left_out():
    assert texts(read("a.zip", make_zip({"a/": "", ".b.txt": "B", "__MACOSX/c.txt": "C", "d.txt": "Yes."}))) == ["Yes."]


@pytest.mark.parametrize("name", ["/etc/passwd", "../a.txt", "a/../../b.txt", "C:\\a.txt", "..\\a.txt", "x" * 1001])
def test_a_name_that_leads_out_of_the_archive_is_a_failure(name):
    items = read("a.zip", make_zip({name: "No.", "b.txt": "Yes."}))
    assert texts(items) == ["Yes."]
    assert len(reasons(items)) == 1
    assert texts(read("a.tar", make_tar({name: "No.", "b.txt": "Yes."}, "w"))) == ["Yes."]


def test_links_and_devices_are_failures():
    def special(name, kind, target=""):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        return info

    kinds = {"soft": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE, "null": tarfile.CHRTYPE, "pipe": tarfile.FIFOTYPE}
    members = {name: special(name, kind, "/etc/passwd") for name, kind in kinds.items()}
    items = read("a.tar", make_tar({**members, "a.txt": "Yes."}, "w"))
    assert texts(items) == ["Yes."]
    assert set(reasons(items)) == {f"a.tar!/{name}" for name in kinds}


def test_a_link_in_a_zip_archive_is_a_failure():
    info = zipfile.ZipInfo("link.txt")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "/etc/passwd")
        archive.writestr("a.txt", "Yes.")
    items = read("a.zip", buffer.getvalue())
    assert texts(items) == ["Yes."]
    assert "link" in reasons(items)["a.zip!/link.txt"]


def test_an_encrypted_member_is_a_failure_and_the_rest_is_read():
    data = bytearray(make_zip({"a.txt": "Secret.", "b.txt": "Yes."}))
    place = data.find(b"PK\x01\x02")
    data[place + 8] |= 1
    items = read("a.zip", bytes(data))
    assert texts(items) == ["Yes."]
    assert "encrypted" in reasons(items)["a.zip!/a.txt"]


@pytest.mark.parametrize("depth", [3, 4])
def test_archives_nest_three_deep(depth):
    content, name = b"Yes.", "a.txt"
    for level in range(depth):
        content, name = make_zip({name: content}), f"{level}.zip"
    items = read(name, content)
    assert texts(items) == (["Yes."] if depth == 3 else [])
    assert len(items) == 1


def test_a_bomb_ends_its_archive_and_not_the_run(tmp_path, allow):
    allow(inflated=2**20, ratio=10)
    (tmp_path / "a.zip").write_bytes(make_zip({"good.txt": "Yes.", "bomb.txt": b" " * 10_000_000, "late.txt": "Late."}))
    (tmp_path / "b.txt").write_bytes(b"No.")
    items = list(read_sources([str(tmp_path)]))
    assert texts(items) == ["Yes.", "No."]
    assert "beyond measure" in reasons(items)[str(tmp_path / "a.zip")]


def test_a_bomb_of_bombs_is_metered_on_all_levels_together(allow):
    allow(inflated=2**20, ratio=10)
    inner = make_zip({"bomb.txt": b" " * 600_000})
    items = read("a.zip", make_zip({f"{number}.zip": inner for number in range(50)}))
    assert any("beyond measure" in reason for reason in reasons(items).values())


def test_a_packed_tar_archive_is_metered_where_nothing_of_it_is_read(allow):
    allow(inflated=2**20, ratio=10)
    (failure,) = read("a.tar.gz", make_tar({".hidden": b"\0" * 20_000_000}))
    assert "beyond measure" in failure.reason


def test_a_member_that_is_too_large_is_a_failure_and_the_rest_is_read(allow):
    allow(document=1000)
    items = read("a.zip", make_zip({"a.txt": "x" * 1001, "b.txt": "Yes."}))
    assert texts(items) == ["Yes."]
    assert "larger than" in reasons(items)["a.zip!/a.txt"]


def test_members_are_counted(allow):
    allow(members=10)
    items = read("a.zip", make_zip({f"{number}.txt": "Yes." for number in range(20)}))
    assert len(texts(items)) == 10
    assert "more than 10 members" in items[-1].reason


def test_a_list_of_members_without_end_is_not_read(allow):
    allow(directory=1000)
    (failure,) = read("a.zip", make_zip({f"{number}.txt": "" for number in range(50)}))
    assert "lists members" in failure.reason


def test_a_header_of_a_tar_archive_that_is_too_large_is_not_read():
    info = tarfile.TarInfo("a")
    info.type, info.size = tarfile.XHDTYPE, 2**40
    (failure,) = read("a.tar", info.tobuf() + b"\0" * 10240)
    assert "header" in failure.reason


def test_a_sparse_member_is_not_filled_with_zeros():
    info = tarfile.TarInfo("a.txt")
    info.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"77777777777\0"
    block[148:156] = b"        "
    block[148:156] = f"{sum(block[:512]):06o}\0 ".encode()
    (failure,) = read("a.tar", bytes(block) + b"\0" * 10240)
    assert "sparse" in failure.reason


def test_what_is_packed_is_read_from_standard_input_too():
    for content in (
        make_zip({"a.txt": "Yes."}),
        make_tar({"a.txt": "Yes."}, "w"),
        gzip.compress(b"Yes."),
        bz2.compress(b"Yes."),
    ):
        assert texts(read_sources(["-"], stdin=io.BufferedReader(io.BytesIO(content)))) == ["Yes."]


def test_a_copy_of_what_comes_once_has_a_limit(allow):
    allow(copy=100)
    (failure,) = read_sources(["-"], stdin=io.BytesIO(make_zip({"a.txt": os.urandom(500).hex()})))
    assert "larger than" in failure.reason


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.txt.gz", "a.jsonl.gz", "a.tar.xz", "a.txt.bz2"])
@pytest.mark.parametrize(
    "content",
    [b"", b"no archive", os.urandom(600), b"PK\x03\x04" + b"\0" * 50, b"\x1f\x8b\x08" + b"\0" * 50],
    ids=["empty", "words", "noise", "zip", "gzip"],
)
def test_what_is_no_archive_is_one_failure(name, content):
    items = read(name, content)
    assert texts(items) == [] or name.endswith((".tar", ".txt.gz"))
    assert len(items) <= 1


def test_a_damaged_member_is_a_failure_and_the_rest_is_read():
    data = bytearray(make_zip({"a.txt": os.urandom(2000).hex(), "b.txt": "Yes."}))
    data[200] ^= 255
    items = read("a.zip", bytes(data))
    assert texts(items) == ["Yes."]
    assert "damaged" in reasons(items)["a.zip!/a.txt"]


def test_a_truncated_tar_archive_keeps_what_was_read():
    data = gzip.decompress(make_tar({"a.txt": "Yes.", "b.txt": "x" * 20_000}))
    items = read("a.tar", data[:3000])
    assert texts(items)[:1] == ["Yes."]
    assert items[1:]


def test_overlapping_members_do_not_multiply(allow):
    """One packed text that a list of members names a hundred times over."""
    allow(inflated=2**20, ratio=10)
    data = make_zip({"a.txt": b" " * 100_000})
    directory = data.find(b"PK\x01\x02")
    entry, end = data[directory : data.find(b"PK\x05\x06")], data[data.find(b"PK\x05\x06") :]
    fields = list(struct.unpack("<4s4H2LH", end))
    fields[3] = fields[4] = 100
    fields[5] = 100 * len(entry)
    items = read("a.zip", data[:directory] + entry * 100 + struct.pack("<4s4H2LH", *fields))
    assert texts(items) == []
    assert items


def test_a_long_packed_tar_archive_is_read_in_one_pass():
    data = make_tar({f"{number}.txt": f"Point {number} was rejected." for number in range(2000)})
    start = time.monotonic()
    assert len(texts(read("a.tar.gz", data))) == 2000
    assert time.monotonic() - start < 20


def _says(archive, *, size, offset):
    """Return a zip archive whose end gives another size and place of its list of members."""
    return archive[:-10] + struct.pack("<LL", size, offset) + archive[-2:]


def _zip64(archive):
    """Return a zip archive with the size of its list in the end that large archives have, and 1 in the other."""
    size, offset = struct.unpack("<LL", archive[-10:-2])
    count = archive.count(b"PK\x01\x02")
    wide = b"PK\x06\x06" + struct.pack("<QHHLLQQQQ", 44, 45, 45, 0, 0, count, count, size, offset)
    place = b"PK\x06\x07" + struct.pack("<LQL", 0, len(archive) - 22, 1)
    return archive[:-22] + wide + place + _says(archive[-22:], size=1, offset=0)


def _end_in_the_end(archive):
    """Return a zip archive in whose end the mark of an end stands again."""
    size, _ = struct.unpack("<LL", archive[-10:-2])
    return _says(archive, size=size, offset=0x06054B50)


@pytest.mark.parametrize("disguise", [_zip64, _end_in_the_end])
def test_a_list_of_members_is_measured_wherever_its_size_stands(allow, disguise):
    allow(directory=2000)
    (failure,) = read("a.zip", disguise(make_zip({f"{number}.txt": "x" for number in range(100)})))
    assert "lists members in more than" in failure.reason


def test_the_list_of_members_of_a_workbook_is_measured_too(allow):
    allow(directory=2000)
    (failure,) = read("a.xlsx", make_zip({f"{number}.txt": "x" for number in range(100)}))
    assert "lists members in more than" in failure.reason
