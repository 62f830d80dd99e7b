"""The section that says how a document came: what is known of it as text, nothing of it as markup, and no link but to the web."""

import dataclasses

import pytest
from lxml import html
from picking import pick

from demarche.ledger import Ledger
from demarche.model import Custody, Kept
from demarche.testing import make_coded

CUSTODY = Custody(
    sha256="cd" * 32,
    size=51234,
    source="crawl.warc.gz!/https://news.example/a",
    steps=("decode:utf-8", "trafilatura:2.0.0", "normalise:1"),
    retrieved="2025-11-27T09:00:00+00:00",
    address="https://news.example/a",
    headers=(("Server", "<script>alert(1)</script>"),),
    media_type="text/html",
    kept=Kept(archive="demarche-1.warc.gz", record="urn:uuid:1", offset=99),
)


@pytest.fixture
def section(ledger_url, client):
    """Return a function that takes in a document with a custody, and gives the section of its page."""

    def show(custody):
        coded = make_coded("The envoys met again in Lindal.", id="held")
        document = dataclasses.replace(coded.document, custody=custody)
        with Ledger.open(ledger_url) as ledger:
            ledger.add(dataclasses.replace(coded, document=document))
        response = client.get("/documents/held")
        assert response.status_code == 200, response.text[:300]
        (found,) = pick(html.fromstring(response.text), "#custody")
        return found

    return show


def words(section):
    return " ".join(" ".join(section.itertext()).split())


def test_the_page_says_how_a_document_came(section):
    found = section(CUSTODY)
    told = words(found)
    for expected in (
        CUSTODY.source,
        "51,234",
        "cd" * 32,
        "2025-11-27T09:00:00+00:00",
        "trafilatura:2.0.0",
        "demarche-1.warc.gz",
    ):
        assert expected in told
    assert [link.get("href") for link in pick(found, "a")] == ["https://news.example/a"]
    assert pick(found, "a")[0].get("rel") == "noopener noreferrer nofollow"


def test_what_came_with_it_is_text_and_no_markup(section):
    found = section(CUSTODY)
    assert "Server: <script>alert(1)</script>" in words(found)
    assert pick(found, "script") == []


@pytest.mark.parametrize("address", ["javascript:alert(1)", "file:///etc/passwd", "https://", "data:text/html,<b>"])
def test_an_address_that_is_none_of_the_web_is_no_link(section, address):
    found = section(dataclasses.replace(CUSTODY, address=address))
    assert pick(found, "a") == []
    assert address in words(found)


def test_what_is_unknown_is_said_to_be(section):
    found = section(Custody(sha256="cd" * 32, size=3, source="a.txt"))
    assert words(found).count("unknown") == 3
    assert "the hash only" in words(found)


def test_a_document_without_a_custody_says_so(client):
    (found,) = pick(html.fromstring(client.get("/documents/bare").text), "#custody")
    assert "Nobody recorded it" in words(found)
