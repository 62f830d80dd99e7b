"""Every adapter of ours keeps the contract that adapters of others are held to, and the contract can be broken."""

import io
import json
from dataclasses import dataclass

import pytest
from making import (
    PAGE,
    WORDS,
    make_book,
    make_letter,
    make_open_text,
    make_pdf,
    make_table,
    make_tar,
    make_word,
    make_zip,
)

from demarche.model import Raw
from demarche.sources import document_from_text, find_adapters
from demarche.sources.adapters import BUILT_IN
from demarche.testing import check_adapter

ROWS = [["id", "text", "date"], ["1", WORDS, "2025-11-27"], ["2", "Moscow waited.", None]]
LINES = "".join(json.dumps({"id": str(n), "text": WORDS, "published": "2025-11-27"}) + "\n" for n in range(3)).encode()
SAMPLES = {
    "html": lambda: {"a.html": PAGE.encode(), "b.htm": PAGE.encode("utf-16")},
    "jsonl": lambda: {"a.jsonl": LINES},
    "json": lambda: {"a.json": f'[{{"text": "{WORDS}"}}, {{"id": "b", "text": "No."}}]'.encode(), "b.json": LINES},
    "csv": lambda: {"a.csv": f"id,text\n1,{WORDS}\n".encode(), "b.tsv": "text\nOrb\xe1n left.\n".encode("cp1252")},
    "parquet": lambda: {"a.parquet": make_table(id=["1", "2"], text=[WORDS, "No."])},
    "excel": lambda: {"a.xlsx": make_book(ROWS)},
    "office": lambda: {"a.docx": make_word(WORDS, "Moscow waited."), "b.odt": make_open_text(WORDS)},
    "pdf": lambda: {"a.pdf": make_pdf([[WORDS, "Moscow waited."]], Title="Talks stall")},
    "email": lambda: {
        "a.eml": make_letter(),
        "b.eml": make_letter(html=PAGE, attached=[("c.txt", b"Moscow waited.", "text/plain")]),
    },
    "mbox": lambda: {
        "a.mbox": b"From x Thu Nov 27 10:00:00 2025\n" + make_letter() + b"\nFrom y 2025\n" + make_letter()
    },
    "zip": lambda: {"a.zip": make_zip({"a.txt": WORDS, "b/c.html": PAGE})},
    "tar": lambda: {"a.tar": make_tar({"a.txt": WORDS}, "w"), "b.tar.gz": make_tar({"a.txt": WORDS, "b.html": PAGE})},
    "gzip": lambda: {"a.txt.gz": __import__("gzip").compress(WORDS.encode())},
    "markdown": lambda: {"a.md": f"# Talks\n\n{WORDS}\n".encode()},
    "text": lambda: {"a.txt": WORDS.encode(), "b.txt": "Orb\xe1n said no.".encode("cp1250")},
}
OURS = {name: adapter for adapter in find_adapters().working if (name := adapter.name) in SAMPLES}


@pytest.mark.parametrize("name", SAMPLES)
def test_an_adapter_of_ours_keeps_the_contract(name):
    check_adapter(OURS[name], SAMPLES[name]())


def test_every_adapter_of_ours_has_a_contract_test():
    assert set(BUILT_IN) - {"warc"} == set(SAMPLES)


@dataclass
class Broken:
    """An adapter that reads texts, and does one thing wrong."""

    wrong: str
    name: str = "broken"
    suffixes: tuple[str, ...] = (".broken",)
    media_types: tuple[str, ...] = ()
    count: int = 0

    def recognises(self, head):
        return {"recognises": 1 / len(head) if self.wrong == "recognises" else False}.get(self.wrong, False)

    def read(self, raw: Raw):
        self.count += 1
        with raw.open() as stream:
            data = stream.read() if self.wrong == "bounded" and stream.peek(1) == b"" else stream.read(2**20)
        text = data.decode("utf-8", "replace") + (str(self.count) if self.wrong == "determinism" else "")
        steps = {"custody": ("decode",), "steps": ("decode:ascii",)}.get(self.wrong, ("decode:utf-8",))
        yield document_from_text(text, raw=data[1:] if self.wrong == "hash" else data, steps=steps)


@pytest.mark.parametrize(
    ("wrong", "check"),
    [
        ("recognises", "recognises"),
        ("determinism", "determinism"),
        ("custody", "custody"),
        ("steps", "custody"),
        ("hash", "custody"),
    ],
)
def test_the_contract_notices_what_is_wrong(wrong, check):
    with pytest.raises(AssertionError, match=check):
        check_adapter(Broken(wrong), {"a.broken": "Orbán rejected the plan.".encode()})


def test_the_contract_is_kept_by_an_adapter_with_nothing_wrong():
    check_adapter(Broken("nothing"), {"a.broken": WORDS.encode()})


class Bare:
    """The least that an adapter can be: it says nothing of custody."""

    name, suffixes, media_types, version = "bare", (".bare",), ("text/x-bare",), "1.2"

    def recognises(self, head):
        return head.startswith(b"BARE\n")

    def read(self, raw):
        with raw.open() as stream:
            yield document_from_text(stream.read(2**20).removeprefix(b"BARE\n").decode("utf-8", "replace"))


def test_an_adapter_that_says_nothing_of_custody_is_named_as_its_only_step():
    from demarche.sources import read_raw

    raw = Raw(where="a.bare", name="a.bare", open=lambda: io.BytesIO(b"BARE\nKyiv rejected it."))
    (document,) = read_raw(raw, adapters=(Bare(),))
    assert document.custody.steps == ("adapter:bare:1.2", "normalise:1")
    assert document.custody.media_type == "text/x-bare"
    check_adapter(Bare(), {"a.bare": b"BARE\nKyiv rejected it."})
