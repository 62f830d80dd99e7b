"""The sources of moves as CSL-JSON and BibTeX, read back by their own readers."""

import json

import bibtexparser
from citeproc.source.json import CiteProcJSON
from event_moves import HOSTILE, sourced
from hypothesis import given
from hypothesis import strategies as st

from demarche.exchange.bibtex import bibtex_key, write_bibtex
from demarche.exchange.csl import write_csl
from demarche.model import Custody, Document

TYPES = {"article-newspaper", "webpage", "document"}
HOSTILE_TITLES = st.text(st.sampled_from("{}\\%&_#$~^\"'@=,\n\ud800é aZ"), min_size=1, max_size=20)


def items(*moves):
    return json.loads("".join(write_csl(moves, True)))


def entries(*moves):
    library = bibtexparser.parse_string("".join(write_bibtex(moves, True)))
    assert not library.failed_blocks
    return library.entries


def test_a_document_is_cited_once_with_what_is_known_of_it():
    custody = Custody(sha256="0" * 64, size=1, source="x", retrieved="2025-11-28T08:00:00Z")
    about = {"title": "Talks", "url": "https://example.org/1", "sha256": "ab", "custody": custody}
    first = sourced(about=about)
    assert items(first, first) == [
        {
            "id": "d1",
            "type": "article-newspaper",
            "title": "Talks",
            "container-title": "The Gazette",
            "language": "en",
            "URL": "https://example.org/1",
            "issued": {"date-parts": [[2025, 11, 27]]},
            "accessed": {"date-parts": [[2025, 11, 28]]},
            "note": "sha256: ab",
        }
    ]
    assert len(items(first, sourced(document="d2"))) == 2


def test_what_is_unknown_is_left_out_and_dates_are_as_precise_as_known():
    (item,) = items(sourced(about={"publisher": None, "published": "1962-10", "language": None}))
    assert item == {"id": "d1", "type": "document", "issued": {"date-parts": [[1962, 10]]}}
    assert "issued" not in items(sourced(about={"published": "1962-02-31"}))[0]


def test_a_citation_processor_reads_the_items():
    found = CiteProcJSON(items(sourced(about={"title": "Talks & terms"}), sourced(document="d2")))
    assert set(found) == {"d1", "d2"}
    assert found["d1"]["issued"].year == 2025


def test_bibtex_says_the_same():
    about = {"title": "Talks", "url": "https://example.org/50%25_a#b", "published": "1962-10-22"}
    (entry,) = entries(sourced(about=about))
    fields = {name: field.value for name, field in entry.fields_dict.items()}
    assert entry.entry_type == "article"
    assert entry.key.startswith("thegazette1962-")
    assert fields == {
        "title": "{Talks}", "journal": "The Gazette", "year": "1962", "month": "oct", "day": "22",
        "url": "https://example.org/50%25_a#b",
    }  # fmt: skip


def test_what_tex_takes_for_its_own_is_escaped():
    (entry,) = entries(sourced(about={"title": r"50% of R&D_x #1 {a} \b ~c ^d $5 Évian"}))
    assert entry.fields_dict["title"].value == (
        r"{50\% of R\&D\_x \#1 \textbraceleft{}a\textbraceright{} \textbackslash{}b \textasciitilde{}c \textasciicircum{}d \$5 Évian}"
    )


def test_a_key_is_the_same_in_every_export_and_of_one_document_only():
    ids = [f"d{number}" for number in range(2000)]
    keys = {bibtex_key(Document(id=id, text="x", publisher="P & Q", published="1962")) for id in ids}
    assert len(keys) == len(ids)
    assert bibtex_key(Document(id="d1", text="x")) == bibtex_key(Document(id="d1", text="y"))


@given(st.lists(st.tuples(HOSTILE_TITLES, HOSTILE, HOSTILE), max_size=4, unique_by=lambda made: made[2]))
def test_hostile_words_break_neither(made):
    moves = [
        sourced(document=id, about={"title": title, "publisher": publisher, "url": f"https://example.org/{title}"})
        for title, publisher, id in made
    ]
    assert len(entries(*moves)) == len(made)
    found = items(*moves)
    assert len(found) == len(made)
    assert {item["type"] for item in found} <= TYPES
    "".join(write_bibtex(moves)).encode("utf-8")
    "".join(write_csl(moves)).encode("utf-8")
