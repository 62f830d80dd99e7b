"""WARC: how fast records are read beside warcio on the same file, and that memory does not grow with their number.

    python benchmarks/warc.py --records 100000

The file is made by warcio: small pages, answers with and without gzip, a request beside each, every tenth a picture. What is timed is the
way to the payload, which both give; texts are not extracted.
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from demarche.model import Raw
from demarche.sources._warc import WarcRecord, read_records
from demarche.sources._warc_adapter import WarcAdapter

_WORDS = "talks envoys bridge border plan Lindal Arland Belmark on the of a in said again met that".split()


def make(path: Path, count: int, *, packed: bool) -> None:
    rng = random.Random(count)
    with open(path, "wb") as file:
        writer = WARCWriter(file, gzip=packed)
        for number in range(count):
            words = " ".join(rng.choices(_WORDS, k=rng.randint(40, 300)))
            body = f"<!doctype html><title>{number}</title><p>{words}</p>".encode()
            kind = "image/png" if number % 10 == 0 else "text/html; charset=utf-8"
            _add(writer, "request", number, b"GET / HTTP/1.1\r\n\r\n", None)
            _add(writer, "response", number, body, [("Content-Type", kind), ("Server", "x"), ("Set-Cookie", "a=1")])


def _add(writer: WARCWriter, kind: str, number: int, body: bytes, headers: list[tuple[str, str]] | None) -> None:
    http = StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1") if headers else None
    made = writer.create_warc_record(
        f"https://news.example/{number}", kind, payload=io.BytesIO(body), length=len(body), http_headers=http
    )
    writer.write_record(made)


def by_warcio(path: Path) -> Iterator[int]:
    with open(path, "rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                yield len(record.content_stream().read())


def by_records(path: Path) -> Iterator[int]:
    with open(path, "rb") as file:
        for found in read_records(file, wanted=lambda fields: fields["warc-type"] == "response"):
            assert isinstance(found, WarcRecord)
            yield len(found.block)


def by_adapter(path: Path) -> Iterator[int]:
    raw = Raw(where=path.name, name=path.name, open=lambda: open(path, "rb"), size=path.stat().st_size)
    for found in WarcAdapter().read(raw):
        assert isinstance(found, Raw)
        yield found.size or 0


WAYS: dict[str, Callable[[Path], Iterator[int]]] = {
    "warcio": by_warcio,
    "records": by_records,
    "adapter": by_adapter,
}


def time_way(name: str, path: Path) -> tuple[float, int]:
    start, count = time.process_time(), sum(1 for _ in WAYS[name](path))
    return time.process_time() - start, count


def peak_of(path: Path) -> float:
    """Return the peak of the memory of a process that reads the file, in MB."""
    done = subprocess.run([sys.executable, __file__, "--peak", str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _peak(path: Path) -> None:
    for _ in by_adapter(path):
        pass
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--peak", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.peak:
        _peak(given.peak)
        return
    with tempfile.TemporaryDirectory() as folder:
        for packed in (True, False):
            path = Path(folder) / f"whole.warc{'.gz' if packed else ''}"
            make(path, given.records // 2, packed=packed)
            print(f"{path.name}: {given.records:,} records, {path.stat().st_size / 2**20:.0f} MB")
            for name in WAYS:
                seconds, count = min(time_way(name, path) for _ in range(given.rounds))
                print(f"  {name:8} {seconds:6.2f} s, {given.records / seconds:9,.0f} records/s, {count:,} given")
        part = Path(folder) / "part.warc.gz"
        make(part, given.records // 100, packed=True)
        print(f"peak of memory: {given.records // 50:,} records {peak_of(part):.1f} MB", end=", ")
        print(f"{given.records:,} records {peak_of(Path(folder) / 'whole.warc.gz'):.1f} MB")


if __name__ == "__main__":
    main()
