"""Tables that lay out a letter become blocks, tables of data stay, and words in line stay in line."""

import io

import pytest
from making import make_letter

from demarche.model import Raw
from demarche.sources import read_raw
from demarche.sources._html import document_from_html

ITEM = "Sarn rejected the plan on Monday, and Varga said that it would <a href='#'>try again</a> within days."
CELLS = f"<tr><td><h2>River talks</h2></td></tr><tr><td>{ITEM}</td></tr>"
MORE = "<tr><td><strong>Grain</strong></td></tr><tr><td><p>Marn asked for forty trucks.</p><p>The Union <b>refused</b>.</p></td></tr>"
BLOCKS = [
    "River talks",
    "Sarn rejected the plan on Monday, and Varga said that it would try again within days.",
    "Grain",
    "Marn asked for forty trucks.",
    "The Union refused.",
]
VOTES = [("Sarn", "yes"), ("Varga", "no"), ("Marn", "yes")]


def lines(body):
    text = document_from_html(f"<html><head><title>Brief</title></head><body>{body}</body></html>", raw=b"").text
    return [line.strip() for line in text.split("\n") if line.strip()]


def table(rows, **about):
    head = "".join(f' {name}="{value}"' for name, value in about.items())
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return f"<table{head}>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


@pytest.mark.parametrize(
    "layout",
    [
        f"<table role='presentation'>{CELLS}{MORE}</table>",
        f"<table><tr><td align='center'><table>{CELLS}{MORE}</table></td></tr></table>",
        f"<table>{CELLS}</table><table>{MORE}</table>",
    ],
    ids=["declared", "nested", "one after the other"],
)
def test_headings_and_items_of_a_letter_are_blocks_of_their_own(layout):
    assert lines(layout) == BLOCKS


def test_a_letter_that_is_laid_out_with_tables_begins_with_its_heading():
    letter = make_letter(html=f"<html><body><table>{CELLS}{MORE}</table></body></html>")
    raw = Raw(where="a.eml", name="a.eml", open=lambda: io.BytesIO(letter))
    (document,) = read_raw(raw)
    assert document.text.split("\n")[0] == "River talks"
    assert "|" not in document.text


def test_columns_side_by_side_are_read_one_after_the_other():
    cells = [f"<strong>{name}</strong><br>{words}" for name, words in (("Sarn", BLOCKS[1]), ("Marn", BLOCKS[3]))]
    assert lines(table([cells])) == ["Sarn", BLOCKS[1], "Marn", BLOCKS[3]]


@pytest.mark.parametrize(
    "data",
    [
        table(VOTES),
        table([("<p>State</p>", "<p>Vote</p>"), *VOTES]),
        table([("2 May", BLOCKS[3]), ("3 May", BLOCKS[4])]),
    ],
    ids=["votes", "paragraphs in cells", "a chronicle"],
)
def test_a_table_of_data_keeps_its_rows(data):
    rows = [line for line in lines(f"<p>{ITEM}</p><p>{ITEM * 3}</p>{data}") if line.startswith("|")]
    assert len(rows) >= 2
    assert all(row.count("|") == 3 for row in rows)


def test_a_table_of_data_within_a_layout_keeps_its_rows():
    inner = "<table><tr><th>State</th><th>Vote</th></tr><tr><td>Sarn</td><td>yes</td></tr></table>"
    found = lines(f"<table>{CELLS}{MORE}<tr><td>{inner}</td></tr></table>")
    assert "| Sarn | yes |" in found
    assert found[0] == "River talks"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Kyiv <b>rejected</b> it.", ["Kyiv rejected it."]),
        ("<div>Mos<i>cow</i> waited.</div><div>Paris<!-- no --> agreed.</div>", ["Moscow waited.", "Paris agreed."]),
        ("<ul><li>One <a href='#'>more</a></li><li>Two<br>three</li></ul>", ["One more", "Two", "three"]),
        ("<div>Kyiv\nrejected\n<em>it</em>.</div>", ["Kyiv rejected it."]),
    ],
)
def test_a_short_page_breaks_its_lines_at_blocks_alone(body, expected):
    assert [line.removeprefix("- ") for line in lines(body)] == expected
