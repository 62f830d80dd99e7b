"""WARC files: what crawlers write is read, whatever is broken in it costs one record."""

import gzip
import io
import random
import zlib

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits, read_raw, read_sources
from demarche.sources._warc import Flaw, WarcRecord, read_records

TOLD = "The envoys of Arland and Belmark met again in Lindal, and said that they had talked about the bridge. " * 4


def page(words=TOLD, title="Talks"):
    return (
        f"<!doctype html><html><head><title>{title}</title></head><body><article><p>{words}</p></article></body></html>"
    )


class Warc:
    """Writes a WARC as a crawler does: by warcio."""

    def __init__(self, *, packed=True):
        self.file = io.BytesIO()
        self.writer = WARCWriter(self.file, gzip=packed)

    def add(
        self, body=None, address="https://news.example/a", *, kind="response", status="200 OK", headers=(), **fields
    ):
        body = page().encode() if body is None else body
        given = [("Content-Type", "text/html; charset=utf-8"), *headers]
        http = StatusAndHeaders(status, given, protocol="HTTP/1.1") if kind == "response" else None
        made = self.writer.create_warc_record(
            address, kind, payload=io.BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=fields,
            warc_content_type=fields.pop("Content-Type", "")
        )  # fmt: skip
        self.writer.write_record(made)
        return self

    def bytes(self):
        return self.file.getvalue()


def raw_of(data, name="crawl.warc.gz"):
    return Raw(where=name, name=name, open=lambda: io.BytesIO(data), size=len(data))


def read(data, name="crawl.warc.gz", **options):
    return list(read_raw(raw_of(data, name), **options))


def texts(found):
    return [item.text for item in found if isinstance(item, Document)]


def reasons(found):
    return [item.reason for item in found if isinstance(item, Failure)]


def record(body=None, *, kind="resource", length=None, extra=b"", address=b"https://news.example/r"):
    """Return a record written by hand, so that it can lie."""
    body = TOLD.encode() if body is None else body
    size = len(body) if length is None else length
    return (
        b"WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2025-11-27T09:00:00Z\r\n"
        b"WARC-Target-URI: %s\r\nContent-Type: text/plain\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n"
    ) % (kind.encode(), address, extra, size, body)


@pytest.mark.parametrize("packed", [True, False])
def test_a_page_that_was_crawled_is_a_document_with_its_custody(packed):
    data = Warc(packed=packed).add(headers=[("Set-Cookie", "id=1"), ("ETag", '"7"')],
                                   **{"WARC-Date": "2025-11-27T09:00:00Z"}).bytes()  # fmt: skip
    (document,) = read(data, "crawl.warc.gz" if packed else "crawl.warc")
    assert "talked about the bridge" in document.text
    assert (document.title, document.url) == ("Talks", "https://news.example/a")
    custody = document.custody
    assert custody.retrieved == "2025-11-27T09:00:00+00:00"
    assert custody.address == "https://news.example/a"
    assert custody.headers == (("Content-Type", "text/html; charset=utf-8"), ("ETag", '"7"'))
    assert custody.source.endswith("!/https://news.example/a")
    assert custody.size == len(page().encode())


def test_only_answers_with_a_document_are_read_and_the_rest_is_passed_over_in_silence():
    warc = Warc().add()
    warc.add(b"GET / HTTP/1.1\r\n\r\n", kind="request", **{"Content-Type": "application/http; msgtype=request"})
    warc.add(status="404 Not Found").add(status="301 Moved").add(status="304 Not Modified")
    warc.add(b"\x89PNG", headers=[("Content-Type", "image/png")]).add(kind="metadata", body=b"fetchTimeMs: 3")
    warc.add(b"User-agent: *", "https://news.example/robots.txt")
    warc.writer.write_record(
        warc.writer.create_revisit_record("https://news.example/b", "sha1:X", "https://x", "2025-01-01T00:00:00Z")
    )
    warc.writer.write_record(warc.writer.create_warcinfo_record("crawl.warc.gz", {"software": "x"}))
    picture = StatusAndHeaders("200 OK", [("Content-Type", "image/png")], protocol="HTTP/1.1")
    made = warc.writer.create_warc_record(
        "https://x/p", "response", payload=io.BytesIO(b"\x89PNG"), length=4, http_headers=picture
    )
    warc.writer.write_record(made)
    found = read(warc.bytes())
    assert [type(item) for item in found] == [Document, Failure]  # a picture that says that it is a page is no page
    assert "picture" in found[1].reason


def test_resources_and_conversions_are_read_as_what_they_say_they_are():
    data = Warc().add(TOLD.encode(), kind="conversion", **{"Content-Type": "text/plain"})
    data.add(page("Another text. " * 20).encode(), "file:///a/b.html", kind="resource", **{"Content-Type": "text/html"})
    first, second = read(data.bytes())
    assert first.text == TOLD
    assert "Another text." in second.text
    assert second.custody.address is None


def packings():
    import brotli

    body = page().encode()
    raw = zlib.compressobj(wbits=-15)
    yield "gzip", gzip.compress(body)
    yield "gzip", gzip.compress(body[:99]) + gzip.compress(body[99:])
    yield "gzip", body  # as archives do that unpack bodies and leave the headers
    yield "deflate", zlib.compress(body)
    yield "deflate", raw.compress(body) + raw.flush()
    yield "deflate", body
    yield "br", brotli.compress(body)
    yield "br", body
    yield "zstd", body
    yield "identity", body
    yield "gzip, br", brotli.compress(gzip.compress(body))


@pytest.mark.parametrize(("encoding", "body"), tuple(packings()))
def test_a_packed_body_is_unpacked_where_it_is_packed(encoding, body):
    (document,) = read(Warc().add(body, headers=[("Content-Encoding", encoding)]).bytes())
    assert "talked about the bridge" in document.text


@pytest.mark.parametrize(
    "body",
    [
        b"5;x=1\r\nhello\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(page()), page().encode()),
        page().encode(),
    ],
    ids=["in chunks", "joined"],
)
def test_chunks_are_joined(body):
    (document,) = read(Warc().add(body, headers=[("Transfer-Encoding", "chunked")]).bytes())
    assert "talked about the bridge" in document.text


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        (gzip.compress(page().encode())[:-20], [("Content-Encoding", "gzip")], "cut off"),
        (b"\x1f\x8b\x08" + b"\xff" * 50, [("Content-Encoding", "gzip")], "damaged"),
        (b"ff\r\n<p>cut", [("Transfer-Encoding", "chunked")], None),
        (b"3\r\n<p>\r\nff\r\ncut", [("Transfer-Encoding", "chunked")], "cut off"),
        (b"\x00\x01\x02\x03" * 50, [("Content-Encoding", "br")], "damaged"),
        (b"\x28\xb5\x2f\xfd\x00\x01", [("Content-Encoding", "zstd")], "packed in a way"),
    ],
    ids=["gzip cut off", "gzip damaged", "one chunk", "second chunk", "brotli", "zstandard"],
)
def test_a_body_that_is_cut_off_is_no_document(body, headers, told):
    found = read(Warc().add(body, headers=headers).add().bytes())
    assert len(found) == 2
    assert isinstance(found[1], Document)
    assert told is None or told in reasons(found)[0]


def test_bombs_are_bounded(monkeypatch):
    import brotli

    monkeypatch.setattr(_limits, "LIMITS", _limits.Limits(document=2**20))
    zeros = b"0" * 2**24
    warc = Warc()
    for encoding, body in (
        ("gzip", gzip.compress(zeros)),
        ("br", brotli.compress(zeros)),
        ("deflate", zlib.compress(zeros)),
    ):
        warc.add(body, headers=[("Content-Encoding", encoding)])
    found = read(warc.add().bytes())
    assert all("larger than 1 MiB" in reason for reason in reasons(found))
    assert len(texts(found)) == 1


def test_a_member_that_grows_beyond_measure_ends_alone(monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", _limits.Limits(document=2**20, inflated=2**20, ratio=20))
    bomb = gzip.compress(record(b"0" * 2**24, kind="request"))
    good = [gzip.compress(record(random.Random(seed).randbytes(2**19).hex().encode())) for seed in range(4)]
    found = list(
        read_records(io.BytesIO(bomb + b"".join(good)), wanted=lambda fields: fields["warc-type"] != "request")
    )
    assert [type(item) for item in found] == [Flaw] + 4 * [WarcRecord]
    assert "beyond measure" in found[0].reason


def test_a_record_that_is_too_large_is_passed_over(monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", _limits.Limits(document=10_000))
    found = read(record() + record(b"x" * 20_000) + record(), "crawl.warc")
    assert len(texts(found)) == 2
    assert "larger than 0 MiB" in reasons(found)[0]


DAMAGES = {
    "a length that is too great": record(length=5000),
    "a length that is too small": record(length=50),
    "a length of another kind": record().replace(b"Content-Length: ", b"Content-Length: -"),
    "no length": record().replace(b"Content-Length", b"Content-Size"),
    "no type": record().replace(b"WARC-Type", b"WARC-Kind"),
    "something else": b"This is no record.\r\n\r\n",
    "a header without end": b"WARC/1.0\r\nWARC-Type: resource\r\n" + b"X: y\r\n" * 200_000,
    "a header of ten megabytes": record(extra=b"X-Long: " + b"y" * 10_000_000 + b"\r\n"),
    "another digest": record(extra=b"WARC-Block-Digest: sha1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"),
    "no digest": record(extra=b"WARC-Block-Digest: sha256:!\r\n"),
}


@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_record_is_a_failure_and_reading_goes_on_at_the_next(damage, packed):
    parts = [record(), damage, record(b"The next one. " * 20), record(b"And the last one. " * 20)]
    found = read(b"".join(map(gzip.compress, parts) if packed else parts), "crawl.warc.gz" if packed else "crawl.warc")
    kinds = "".join("D" if isinstance(item, Document) else "F" for item in found)
    assert kinds == "DFDD"


@pytest.mark.parametrize("cut", [1, 60, 200, 300])
@pytest.mark.parametrize("packed", [True, False])
def test_a_file_that_is_cut_off_loses_its_last_record_alone_and_says_so(packed, cut):
    parts = [record(), record(b"The last one. " * 40)]
    data = b"".join(map(gzip.compress, parts) if packed else parts)
    end = len(data) - (cut if not packed else min(cut, len(gzip.compress(parts[1])) - 20)) - 4
    found = read(data[:end], "crawl.warc.gz" if packed else "crawl.warc")
    assert [type(item) for item in found] == [Document, Failure]


def test_a_changed_byte_costs_one_record_of_a_packed_file():
    parts = [bytearray(gzip.compress(record(f"Number {n}. ".encode() * 30))) for n in range(5)]
    parts[2][len(parts[2]) // 2] ^= 255
    found = read(b"".join(parts))
    assert [text.split(".")[0] for text in texts(found)] == ["Number 0", "Number 1", "Number 3", "Number 4"]
    assert len(reasons(found)) == 1


def test_a_file_in_one_gzip_member_and_one_packed_in_pieces_are_read_as_well():
    whole = record() + record(b"The next one. " * 20)
    assert len(texts(read(gzip.compress(whole)))) == 2
    assert len(texts(read(b"".join(gzip.compress(whole[at : at + 99]) for at in range(0, len(whole), 99))))) == 2


def test_a_checksum_that_stands_in_bytes_that_are_read_later_counts():
    words = random.Random(3).randbytes(2**14).hex().encode()  # so much that its gzip member ends in another block
    for end in range(0, 24, 4):
        wrong = bytearray(gzip.compress(record(words[: 65_000 - end])))
        wrong[-6] ^= 255
        found = list(read_records(io.BytesIO(bytes(wrong) + gzip.compress(record()))))
        assert [type(item) for item in found] == [Flaw, WarcRecord]


def test_a_file_in_one_member_is_read_in_constant_memory():
    import tracemalloc

    data = gzip.compress(record(kind="request") * 10_000, 1)
    tracemalloc.start()
    assert not list(read_records(io.BytesIO(data), wanted=lambda fields: False))
    assert tracemalloc.get_traced_memory()[1] < 2**21
    tracemalloc.stop()


def test_zeros_that_fill_a_file_up_are_no_record():
    found = list(read_records(io.BytesIO(gzip.compress(record()) + b"\0" * 100_000 + gzip.compress(record()))))
    assert [type(item) for item in found] == [WarcRecord, WarcRecord]


@pytest.mark.parametrize("noise", [b"\x1f\x8b\x08" * 500_000, gzip.compress(b"") * 12_000], ids=["marks", "members"])
def test_a_file_is_not_read_again_without_end_to_find_what_is_whole(noise, monkeypatch):
    monkeypatch.setattr(_limits, "LIMITS", _limits.Limits(inflated=2**20))
    with pytest.raises(InputError, match="too many places"):
        list(read_records(io.BytesIO(gzip.compress(record()) + noise)))


def test_thousands_of_damages_end_the_file():
    found = read(b"WARC/1.0\r\nX: y\r\n\r\n" * 3000, "crawl.warc")
    assert len(found) == 1001
    assert "the rest is not read" in found[-1].reason


def test_lengths_that_lie_do_not_cost_more_than_they_say():
    """Each record claims the rest of the file: it is not read again for each."""

    class Counted(io.BytesIO):
        come = 0

        def read(self, size=-1):
            data = super().read(size)
            Counted.come += len(data)
            return data

    parts = [record(length=2**22) for _ in range(900)] + [record(b"0" * 2**23)]
    found = list(read_records(Counted(b"".join(parts))))
    assert sum(isinstance(item, Flaw) for item in found) == 900
    assert Counted.come < 2**27


def test_standard_input_and_a_member_of_a_zip_are_read_too(tmp_path):
    import zipfile

    data = Warc().add().bytes()
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("crawl.warc.gz", data)
    assert len(texts(read_sources(["-"], stdin=io.BufferedReader(io.BytesIO(data))))) == 1
    assert len(texts(read_sources([str(tmp_path / "a.zip")]))) == 1


def test_what_a_crawler_cut_off_says_so_in_its_custody():
    (document,) = read(Warc().add(**{"WARC-Truncated": "length"}).bytes())
    assert ("WARC-Truncated", "length") in document.custody.headers


@pytest.mark.parametrize(
    "address", [b"<https://news.example/r>", b"", b"http://[", b"javascript:alert(1)", b"\xff\xfe"]
)
def test_odd_addresses_are_borne(address):
    (document,) = read(record(address=address), "crawl.warc")
    assert document.text == TOLD
    assert document.custody.address in (None, "https://news.example/r", "http://[")


def test_the_adapter_keeps_the_contract_of_adapters():
    from demarche.sources._warc_adapter import WarcAdapter
    from demarche.testing import check_adapter

    check_adapter(WarcAdapter(), {"a.warc.gz": Warc().add().add().bytes(), "b.warc": Warc(packed=False).add().bytes()})


def test_noise_never_raises_and_never_takes_long():
    rng = random.Random(11)
    whole = b"".join(gzip.compress(record()) for _ in range(6))
    plain = record() * 6
    for _ in range(100):
        data = bytearray(rng.choice((whole, plain)))
        for _ in range(rng.randint(1, 12)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        for item in read(bytes(data[: rng.randint(1, len(data))])):
            assert isinstance(item, Document | Failure)


def test_a_body_in_pieces_without_number_is_given_up():
    body = gzip.compress(b"") * 2000
    found = read(Warc().add(body, headers=[("Content-Encoding", "gzip")]).add().bytes())
    assert [reason for reason in reasons(found) if "pieces" in reason]
    assert len(texts(found)) == 1


def test_a_password_in_an_address_is_not_kept():
    secret = "https://desk:secret@news.example/a"
    found = read(Warc().add(address=secret).add(b"\x1f\x8bx", secret, headers=[("Content-Encoding", "gzip")]).bytes())
    assert [type(item) for item in found] == [Document, Failure]
    assert "secret" not in repr(found)
    assert found[0].url == found[0].custody.address == "https://news.example/a"


def test_a_header_of_lines_without_number_is_passed_over():
    long = record(extra=b"X-Long: a\r\n" + b" b\r\n" * 60_000)
    found = read(gzip.compress(long) * 50 + gzip.compress(record()))
    assert reasons(found) == ["the header of the record has more than 1000 lines"] * 50
    assert len(texts(found)) == 1
