import gzip
import io
import json
from dataclasses import replace

import pytest

from demarche.model import Document, Failure
from demarche.sources import _limits, read_sources

PAGE = """<!doctype html><html><head><title>Talks stall</title><script>alert(1)</script></head><body><nav>Home</nav><article>
<h1>Talks stall</h1><p>Kyiv rejected the plan on Monday after long talks in Geneva with its partners.</p>
<p>Moscow insisted on the withdrawal of troops and warned of consequences if the talks fail.</p></article></body></html>"""


def read(*paths, stdin=b""):
    return list(read_sources([str(path) for path in paths], stdin=io.BytesIO(stdin)))


@pytest.fixture
def allow(monkeypatch):
    return lambda **limits: monkeypatch.setattr(_limits, "LIMITS", replace(_limits.LIMITS, **limits))


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_a_text_file_is_one_document(write):
    (document,) = read(write("a.txt", "Kyiv rejected it.\r\nMoscow waited."))
    assert document.text == "Kyiv rejected it.\nMoscow waited."


def test_json_lines_keep_what_they_say(write):
    record = {
        "id": "c01",
        "title": "Talks",
        "published": "1962-10-22",
        "publisher": "Gazette",
        "url": "https://example.org",
        "text": "No.",
    }
    (document,) = read(write("a.jsonl", json.dumps(record)))
    assert {name: getattr(document, name) for name in record} == record


@pytest.mark.parametrize("line", ["{", "[1]", '{"id": 1}', '{"text": 5}', '{"text": ""}', "[" * 100_000, "\udcff"])
def test_a_bad_line_is_a_failure_with_its_number_and_the_rest_goes_on(write, line):
    content = b'{"text": "Yes."}\n' + line.encode("utf-8", "surrogatepass") + b'\n{"text": "No."}\n'
    first, failure, last = read(write("a.jsonl", content))
    assert (first.text, last.text) == ("Yes.", "No.")
    assert isinstance(failure, Failure)
    assert failure.where.endswith("a.jsonl:2")


def test_an_overlong_line_is_skipped_whole(write, allow):
    allow(line=40)
    failure, document = read(write("a.jsonl", json.dumps({"text": "x" * 200}) + '\n{"text": "No."}\n'))
    assert "longer than" in failure.reason
    assert document.text == "No."


def test_gzip_is_read_and_a_damaged_one_keeps_what_was_read(write):
    data = gzip.compress(b'{"text": "Yes."}\n' * 3)
    assert len(read(write("a.jsonl.gz", data))) == 3
    *documents, failure = read(write("b.jsonl.gz", gzip.compress(b'{"text": "Yes."}\n' * 9000)[:-12]))
    assert isinstance(failure, Failure)
    assert "damaged" in failure.reason
    assert all(isinstance(document, Document) for document in documents)


def test_a_gzip_bomb_is_left_before_it_has_unfolded(write, allow):
    allow(inflated=1000)
    (failure,) = read(write("a.jsonl.gz", gzip.compress(b"\n" * 5_000_000)))
    assert "beyond measure" in failure.reason


def test_a_page_gives_its_main_text_and_title(write):
    (document,) = read(write("a.html", PAGE))
    assert document.title == "Talks stall"
    assert "Kyiv rejected the plan" in document.text
    assert "alert" not in document.text


@pytest.mark.parametrize(
    "soup",
    [
        "<div>" * 5000 + "x",
        "<p>Kyiv <b>rejected</i> it</p",
        "<" * 5000,
        "<!--" * 3000,
        "<a b='" + "x" * 50_000,
        "<table><td>" * 900,
    ],
)
def test_html_soup_gives_a_document_or_a_failure_never_an_exception(write, soup):
    (item,) = read(write("a.html", soup))
    assert isinstance(item, Document | Failure)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [("a.txt", "", "empty"), ("a.pdf", "%PDF-1.4", "PDF"), ("a.txt", b"\0" * 99, "not text")],
)
def test_what_cannot_be_read_says_why(write, name, content, reason):
    (failure,) = read(write(name, content))
    assert failure.stage == "sources"
    assert reason in failure.reason


def test_missing_files_and_folders_say_so_and_the_rest_goes_on(tmp_path, write):
    (tmp_path / "empty").mkdir()
    missing, folder, document = read(tmp_path / "none.txt", tmp_path / "empty", write("a.txt", "Yes."))
    assert "No such file" in missing.reason
    assert "folder without files" in folder.reason
    assert document.text == "Yes."


def test_a_file_over_the_limit_is_refused(write, allow):
    allow(document=10)
    (failure,) = read(write("a.txt", "x" * 11))
    assert "larger than" in failure.reason


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"Kyiv rejected it.\nNo.", ["Kyiv rejected it.\nNo."]),
        (b'\n{"text": "Yes."}\n{"text": "No."}\n', ["Yes.", "No."]),
        (PAGE.encode(), None),
    ],
)
def test_the_format_of_standard_input_is_recognised(data, texts):
    items = read("-", stdin=data)
    assert all(isinstance(item, Document) for item in items)
    assert texts is None or [item.text for item in items] == texts


def test_an_empty_file_of_json_lines_says_so(write):
    (failure,) = read(write("a.jsonl", ""))
    assert "empty" in failure.reason


def test_broken_json_on_standard_input_is_a_failure_not_prose():
    failure, document = read("-", stdin=b'{bad\n{"text": "Yes."}\n')
    assert failure.where == "<stdin>:1"
    assert document.text == "Yes."


def test_a_page_of_unclosed_tags_still_gives_its_words(write):
    soup = "<div><p>Kyiv <b>rejected</i> the plan <table><td>Moscow demanded a withdrawal" + "<div>" * 50
    (document,) = read(write("a.html", soup))
    assert "Moscow demanded a withdrawal" in document.text


def test_a_banner_is_not_the_article_and_a_year_in_the_text_is_no_date(write):
    page = """<html><body><div role="dialog"><h2>We value your privacy</h2><p>We and our 842 partners ask you to accept cookies.
    You can reject all or accept all. If you refuse, some features will not work as they should.</p></div><main>
    <h1>Talks resume</h1><p>The two delegations met in Havana on Monday for the first time since 2022.</p>
    <p>The rebels agreed to release ten hostages, and the government said that it would suspend its air raids in the north for as
    long as the talks went on. Mediators from Norway and Cuba called the meeting a good beginning and asked both sides to name
    a date for the next one before the end of the month.</p></main></body></html>"""
    (document,) = read(write("a.html", page))
    assert "release ten hostages" in document.text
    assert "cookies" not in document.text
    assert document.published is None


def test_a_link_out_of_a_folder_is_a_failure_and_the_rest_is_read(tmp_path):
    folder = tmp_path / "news"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("The key is under the mat.", "utf-8")
    (folder / "a.txt").write_text("Kyiv rejected it.", "utf-8")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "d").symlink_to(tmp_path)
    (folder / "e.txt").symlink_to(folder / "e.txt")
    first, inside, outside, beside = read(folder)
    assert first.text == inside.text == "Kyiv rejected it."
    assert "leads out of the folder" in outside.reason
    assert "link to a folder" in beside.reason
