"""The saved pages of evaluation/pages: that their gold is theirs, and that what is got out of them does not get worse."""

import html
import json
import re
from pathlib import Path

import pytest

from demarche.model import Document, Failure
from demarche.sources import decode_bytes, read_sources
from evaluation import pages

FLOORS = json.loads((Path(pages.__file__).parent / "floors.json").read_text("utf-8"))["pages"]["floors"]


def words(text):
    bare = html.unescape(re.sub(r"<(?:!--.*?--|[^>]*)>", "", text, flags=re.DOTALL))
    return " ".join(bare.replace("’", "'").split())


@pytest.mark.parametrize("name", pages.read_gold())
def test_what_is_wanted_and_what_is_not_stands_in_the_page(name):
    record = pages.read_gold()[name]
    source = decode_bytes((pages.PAGES / name).read_bytes())
    shown = words(source) + " ".join(source.split())
    assert [one for one in [*record.get("want", []), *record["drop"]] if one not in shown] == []


def test_each_page_has_its_gold_and_there_are_enough():
    files = {path.name for path in pages.PAGES.glob("*.html")}
    assert files == set(pages.read_gold())
    assert len(files) >= 40
    assert {*pages.read_gold("first"), *pages.read_gold("second")} == files


def test_no_measure_falls_below_its_floor():
    found = pages.score_pages(pages.read_gold(), pages.extract_ours, draws=1)
    reached = {name: value for name, (value, _, _) in found.items()} | {"kept out": 1 - found["let in"][0]}
    assert {name: reached[name] for name, floor in FLOORS.items() if reached[name] < floor} == {}


def test_a_page_without_its_end_gives_what_it_has_and_says_so():
    document, failure = read_sources([str(pages.PAGES / "11-paywall-jsonld.html")])
    assert isinstance(document, Document)
    assert isinstance(failure, Failure)
    assert "two retired admirals" in document.text
    assert "the beginning of its text" in failure.reason
