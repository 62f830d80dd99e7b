"""Adapters are found by entry point, and chosen by name, media type and bytes."""

import io
import sys
import tomllib
from pathlib import Path

import pytest
from making import PAGE, make_tar

from demarche.model import Document, Failure, Raw
from demarche.sources import adapters, document_from_text, find_adapters, read_raw, read_sources
from demarche.sources.adapters import BUILT_IN, Adapter, choose_adapter

ROOT = Path(__file__).parents[2]


def raw(name="", content=b"", **about):
    return Raw(where=name or "x", name=name, open=lambda: io.BytesIO(content), size=len(content), **about)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Install a package that brings entry points: a folder on the path, as pip would write it."""

    def make(source, points, name="plugin"):
        info = tmp_path / f"demarche_{name}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: demarche-{name}\nVersion: 1.2\n", "utf-8")
        (info / "top_level.txt").write_text(f"demarche_{name}\n", "utf-8")
        (info / "entry_points.txt").write_text("[demarche.sources]\n" + "\n".join(points) + "\n", "utf-8")
        (tmp_path / f"demarche_{name}.py").write_text(source, "utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        return tmp_path

    yield make
    sys.modules.pop("demarche_plugin", None)
    sys.modules.pop("demarche_other", None)
    adapters._load.cache_clear()


def example():
    """Return the plug-in that the manual shows."""
    text = (ROOT / "docs" / "sources.md").read_text("utf-8")
    return text.split("```python\n")[1].split("```")[0]


def test_the_plug_in_of_the_manual_is_found_and_keeps_the_contract(install, tmp_path):
    from demarche.testing import check_adapter

    install(example(), ["cable = demarche_plugin:CableAdapter"])
    (tmp_path / "a.cable").write_bytes(b"CABLE 1962-10-22 Washington\nThe envoy rejected the plan.\n")
    (document,) = read_sources([str(tmp_path / "a.cable")])
    assert (document.text, document.published) == ("The envoy rejected the plan.\n", "1962-10-22")
    found = next(adapter for adapter in find_adapters().working if adapter.name == "cable")
    check_adapter(found, {"a.cable": b"CABLE 1962-10-22 Washington\nThe envoy rejected the plan.\n"})


def test_broken_plug_ins_are_named_and_stop_nothing(install, tmp_path):
    points = ["gone = demarche_absent:Adapter", "bad = demarche_plugin:Bad", "half = demarche_plugin:Half"]
    install("class Half:\n    name = 'half'\n\n\n1 / 0 if False else None\n", points)
    (tmp_path / "a.txt").write_bytes(b"Kyiv rejected it.")
    *failures, document = read_sources([str(tmp_path / "a.txt")])
    assert [failure.where.split()[1] for failure in failures] == ["bad", "gone", "half"]
    assert "No module named 'demarche_absent'" in failures[1].reason
    assert "suffixes" in failures[2].reason
    assert "demarche-plugin" in failures[0].reason
    assert document.text == "Kyiv rejected it."


def test_a_plug_in_takes_the_place_of_a_built_in_adapter(install):
    source = (
        "class Pages:\n    name, suffixes, media_types = 'html', ('.html',), ()\n"
        "    def recognises(self, head):\n        return True\n    def read(self, raw):\n        yield from ()\n"
    )
    install(source, ["pages = demarche_plugin:Pages"])
    assert type(choose_adapter(raw("a.html", PAGE.encode()))).__name__ == "Pages"


def test_the_built_in_adapters_are_named_as_plug_ins_would_be():
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]["demarche.sources"]
    assert points.items() >= BUILT_IN.items()
    assert all(isinstance(adapter, Adapter) for adapter in find_adapters().working)


@pytest.mark.parametrize(
    ("name", "media_type", "content", "chosen"),
    [
        ("a.txt", None, b"Kyiv", "text"),
        ("a.txt", None, PAGE.encode(), "html"),
        ("a.md", None, PAGE.encode(), "html"),
        ("a.TAR.GZ", None, b"\x1f\x8b", "tar"),
        ("a.txt.gz", None, b"\x1f\x8b", "gzip"),
        ("a.html", None, b"<p>A fragment", "html"),
        ("article.pdf", "text/html", PAGE.encode(), "html"),
        ("article.aspx", "text/html; charset=utf-8", b"<p>A fragment", "html"),
        ("download", "application/octet-stream", b"%PDF-1.7", "pdf"),
        ("download", None, b'{"text": "Yes."}', "jsonl"),
        ("notes.txt", None, b"From: the envoy\nTo: the minister\n\nHe said no.", "text"),
        ("letter", None, b"From: a@example.org\nMIME-Version: 1.0\n\nHe said no.", "email"),
        ("a.docx.unknown", "no/such", b"Kyiv", "text"),
        ("archive", None, make_tar({"a.txt": "Yes."}, "w")[:4096], "tar"),
    ],
)
def test_name_media_type_and_bytes_choose_the_adapter(name, media_type, content, chosen):
    assert choose_adapter(raw(name, content, media_type=media_type)).name == chosen


class Odd:
    name, suffixes, media_types = "odd", (".odd",), ()

    def __init__(self, *items):
        self.items = items

    def recognises(self, head):
        raise RuntimeError("head")

    def read(self, raw):
        for item in self.items:
            if isinstance(item, Exception):
                raise item
            yield item


def read_odd(*items):
    return list(read_raw(raw("a.odd"), adapters=(Odd(*items), *find_adapters().working)))


@pytest.mark.parametrize("wrong", [RuntimeError("boom"), RecursionError(), MemoryError(), 5, "text", OSError(5, "I/O")])
def test_whatever_an_adapter_does_is_a_failure_and_what_came_before_stays(wrong):
    document, failure = read_odd(document_from_text("Kyiv rejected it.", raw=b""), wrong)
    assert isinstance(document, Document)
    assert failure.where == "a.odd"


def test_an_empty_document_is_a_failure_in_its_place():
    good = document_from_text("Kyiv rejected it.", raw=b"")
    first, failure, last = read_odd(good, Document(id="x", text=" \n"), good)
    assert isinstance(failure, Failure)
    assert first == last == good


def test_a_text_that_an_adapter_left_as_it_was_is_normalised():
    (document,) = read_odd(Document(id="x", text="no\r\nw\0"))
    assert document.text == "no\nw\ufffd"


def test_what_is_known_from_outside_counts_more_than_the_page():
    about = {
        "title": "Talks end",
        "published": "2025-11-27",
        "publisher": "The Gazette",
        "url": "https://example.org/a",
    }
    (document,) = read_raw(raw("a.html", PAGE.encode(), about=about))
    assert {name: getattr(document, name) for name in about} == about
    assert document.id == Document.content_id(document.text, "The Gazette", "2025-11-27", "https://example.org/a")


def test_a_date_from_outside_that_is_none_is_left_out():
    (document,) = read_raw(raw("a.txt", b"Kyiv rejected it.", about={"published": "03/04/2025", "title": "x" * 1000}))
    assert (document.published, document.title) == (None, None)


def test_the_address_is_the_url_of_a_page_that_names_none():
    (document,) = read_raw(raw("a.txt", b"Kyiv rejected it.", address="https://example.org/a"))
    assert document.url == document.custody.address == "https://example.org/a"


def test_each_document_of_an_adapter_that_says_no_steps_is_found_again():
    from demarche.sources import repeat_steps

    odd = Odd(Document(id="a", text="Yes."), Document(id="b", text="No."))
    documents = list(read_raw(raw("a.odd", b"bytes"), keep=True, adapters=(odd,)))
    again = [repeat_steps(b"bytes", document.custody.steps[:1], adapters=(odd,)) for document in documents]
    assert again == ["Yes.", "No."]


def test_nothing_that_lets_others_ask_in_your_name_gets_into_a_custody():
    given = {
        "address": "https://desk:secret@example.org/a",
        "headers": (("Set-Cookie", "id=secret"), ("Authorization", "secret"), ("ETag", "1")),
        "about": {"url": "https://desk:secret@example.org/b"},
    }
    (document,) = read_raw(raw("crawl!/https://desk:secret@example.org/a", b"Kyiv rejected it.", **given), keep=True)
    assert "secret" not in repr(document)
    assert document.custody.headers == (("ETag", "1"),)
    assert document.url == "https://example.org/b"


def test_a_plug_in_that_wants_to_leave_does_not_end_the_run(install, tmp_path):
    install("import sys\nsys.exit(3)\n", ["rude = demarche_plugin:Rude"])
    (tmp_path / "a.txt").write_text("Kyiv rejected it.", "utf-8")
    failure, document = read_sources([str(tmp_path / "a.txt")])
    assert "SystemExit" in failure.reason
    assert document.text == "Kyiv rejected it."
