"""Taking in texts and files through the pages, and watching the job that does it."""

import dataclasses
import html
import re
import time
from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from demarche import pipeline
from demarche.errors import InputError
from demarche.model import MoveFilter
from demarche.testing import make_coded, make_move

TEXT = "Kyiv rejected the ceasefire plan of Moscow on Tuesday.\n\nIt demanded a withdrawal."


class _Reader:
    """Stands where the network would be; the coder of these tests does not ask it."""


@pytest.fixture
def reading(monkeypatch):
    """Put a coder in place of the network that sees one move in every text that has the word "rejected"."""

    def code(document, reader, gazetteer):
        moves = []
        if "rejected" in document.text:
            line = next(line for line in document.text.split("\n") if "rejected" in line)
            move = make_move(line, "rejected", act="reject", document=document.id, start=document.text.index(line))
            moves = [dataclasses.replace(move, published=document.published)]
        about = {
            name: value
            for name in ("title", "published", "publisher", "url", "sha256")
            if (value := getattr(document, name))
        }
        return make_coded(document.text, moves, id=document.id, **about)

    monkeypatch.setattr(pipeline, "_code_document", code)
    monkeypatch.setattr(pipeline, "load", lambda *given, **more: _Reader())
    monkeypatch.setattr(pipeline, "group_propositions", lambda ledger, **more: 0)


@pytest.fixture
def upload(client):
    """Return a function that sends files as the page does, and returns the page of the job when it is done."""

    def send(*files, csrf=None):
        token = csrf or re.search(r'name="csrf" value="([^"]+)"', client.get("/ingest").text).group(1)
        return finished(
            client, client.post("/ingest/files", data={"csrf": token}, files=[("files", file) for file in files])
        )

    return send


def finished(client, answer):
    for _ in range(400):
        if answer.status_code != 200 or "/jobs/" not in str(answer.url):
            return answer
        if client.get(f"{answer.url.path}.json").json()["over"]:
            return client.get(answer.url.path)
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def words(answer):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def test_a_pasted_text_is_taken_in_with_what_is_known_of_it(client, post, ledger, reading):
    about = {
        "title": "Plan rejected",
        "published": "27 November 2025",
        "publisher": "The Gazette",
        "url": "https://example.org/a",
    }
    answer = finished(client, post("/ingest", of="/ingest", text=TEXT, **about))
    assert "1 document taken in with 1 move, 0 there already, 0 not taken in" in words(answer)
    link = re.search(r'<a href="(/documents/[^"]+)"', answer.text).group(1)
    document = ledger.document(link.rsplit("/", 1)[1])
    assert (document.text, document.title, document.published) == (TEXT, "Plan rejected", "2025-11-27")
    assert next(ledger.moves(MoveFilter(document=document.id))).move.act == "reject"
    assert ledger.log()[0].who == "anna"


def test_what_is_there_already_is_said(client, post, reading):
    finished(client, post("/ingest", of="/ingest", text=TEXT))
    assert "was there already" in words(finished(client, post("/ingest", of="/ingest", text=TEXT)))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": " \r\n "}, "the text is empty"),
        ({"published": "03/04/2025"}, "no day that can be told"),
        ({"url": "javascript:alert(1)"}, "the address is none of the web"),
        ({"title": "T" * 501}, "longer than 500 characters"),
    ],
)
def test_what_is_wrong_with_a_text_is_said_and_nothing_is_lost(post, ledger, fields, said):
    head = ledger.head()
    answer = post("/ingest", of="/ingest", **{"text": TEXT, "publisher": "The <b>Gazette", **fields})
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'value="The &lt;b&gt;Gazette"' in answer.text
    assert ledger.head() == head


def test_files_of_several_kinds_are_read_each_by_its_kind(upload, ledger, reading):
    before = ledger.count_documents()
    table = 'id,title,text\r\nt1,One,"Kyiv rejected the first plan."\r\nt2,Two,"Kyiv rejected the second plan."\r\n'
    page = (
        "<html><title>Web</title><body><article><p>"
        + "Kyiv rejected the plan of the web page. " * 5
        + "</p></article></body></html>"
    )
    answer = upload(("a.txt", TEXT.encode()), ("b.csv", table.encode()), ("c.html", page.encode()))
    assert "4 documents taken in" in words(answer)
    assert ledger.count_documents() == before + 4
    assert ledger.document("t2").title == "Two"


def test_a_text_that_is_not_coded_is_named_by_its_words_and_kept_by_its_file(upload, ledger, reading, monkeypatch):
    def refuse(document, reader, gazetteer):
        raise InputError("the text is in another language")

    monkeypatch.setattr(pipeline, "_code_document", refuse)
    assert "The envoys wait.: the text is in another" in words(upload(("note.txt", b"The envoys wait.\n")))
    kept = [failure.where for failure in ledger.failures() if "another language" in failure.reason]
    assert [where.partition(": d")[0] for where in kept] == ["note.txt"]


def test_what_cannot_be_read_is_named_as_the_user_knows_it(upload, ledger, reading):
    answer = upload(
        ("notes.txt", TEXT.encode()), ("scan.pdf", b"%PDF-1.7 ..."), ("empty.txt", b""), ("bad.jsonl", b'{"text": 1}\n')
    )
    said = words(answer)
    assert "1 document taken in" in said
    assert "scan.pdf: is no PDF file that can be read" in said
    assert "empty.txt: the text is empty" in said
    assert "bad.jsonl:1:" in said
    kept = {failure.where for failure in ledger.failures()}
    assert {"scan.pdf", "empty.txt", "bad.jsonl:1"} <= kept
    assert not any("/" in where for where in kept)


@pytest.mark.parametrize(
    "name",
    [
        "../../../../tmp/review-escape.txt",
        "/etc/passwd",
        "C:\\windows\\a.txt",
        "a\r\nb.txt",
        "\u202etxt.exe",
        "." * 300,
        "-",
    ],
)
def test_the_name_of_a_file_leads_nowhere(upload, monkeypatch, tmp_path, name):
    import tempfile

    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(room))
    seen = []
    real = pipeline.ingest
    monkeypatch.setattr(pipeline, "ingest", lambda items, ledger: seen.extend(items) or real([], ledger))
    monkeypatch.setattr(pipeline, "load", lambda *given, **more: _Reader())
    monkeypatch.setattr(pipeline, "group_propositions", lambda ledger, **more: 0)
    answer = upload((name, TEXT.encode()))
    assert [item.text for item in seen] == [TEXT]
    assert "\u202e" not in answer.text
    assert list(room.iterdir()) == []
    assert not Path("/tmp/review-escape.txt").exists()


def test_a_title_that_attacks_is_shown_as_text(client, post, reading):
    answer = finished(client, post("/ingest", of="/ingest", text=TEXT, title="<script>alert(1)</script>"))
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_no_file_is_no_job(upload, client):
    answer = upload(("", b""))
    assert answer.status_code == 422
    assert "no file was chosen" in answer.text


def test_files_of_another_site_are_not_taken(upload):
    assert upload(("a.txt", TEXT.encode()), csrf="x").status_code == 403


def test_contents_that_cannot_be_grouped_do_not_lose_the_documents(client, post, ledger, reading, monkeypatch):
    from demarche.errors import ModelError

    def fail(ledger, **more):
        raise ModelError("the weights are missing")

    monkeypatch.setattr(pipeline, "group_propositions", fail)
    answer = finished(client, post("/ingest", of="/ingest", text=TEXT))
    assert "1 document taken in" in words(answer)
    assert "could not be put together to propositions: the weights are missing" in words(answer)


def test_a_job_tells_how_far_it_is(client, app):
    import threading

    go, on = threading.Event(), threading.Event()

    def work(report):
        report(3, 12, "coding")
        on.set()
        go.wait(10)
        return ["all is done"]

    job = app.state.jobs.start("Taking in <b>12</b> files", "anna", work)
    on.wait(10)
    page = client.get(f"/jobs/{job.id}").text
    assert '<progress aria-label="How far it is" max="12" value="3">' in page
    assert "Coding: 3 of 12 done" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert client.get(f"/jobs/{job.id}.json").json() == {
        "id": job.id, "state": "running", "done": 3, "total": 12, "doing": "coding", "over": False,
    }  # fmt: skip
    assert "&lt;b&gt;12" in client.get("/jobs").text
    go.set()
    assert "all is done" in finished(client, client.get(f"/jobs/{job.id}")).text


def test_a_job_that_is_not_known_is_not_found(client):
    assert client.get("/jobs/none").status_code == 404
    assert client.get("/jobs/none.json").status_code == 404


@pytest.mark.model
def test_a_text_is_coded_and_its_contents_are_grouped_by_the_shipped_weights(client, post, ledger):
    answer = finished(client, post("/ingest", of="/ingest", text=TEXT, published="2025-11-27"))
    assert "1 document taken in with 2 moves" in words(answer)
    assert any(given.basis for given in ledger.assignments())
