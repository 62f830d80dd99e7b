"""The examples of docs/integrations.md run in their order."""

import re
from pathlib import Path

import pytest

import demarche
from demarche.analysis import SCHEMA
from demarche.testing import make_coded, make_move

MANUAL = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text("utf-8")


@pytest.mark.model
def test_the_examples_run(capsys):
    pytest.importorskip("spacy")
    names = {}
    for block in re.findall(r"^```python\n(.*?)^```", MANUAL, re.MULTILINE | re.DOTALL):
        exec(block, names)
    printed = capsys.readouterr().out
    assert "rejected reject" in printed
    assert "1962-10-22" in printed
    assert names["counts"]["threaten"].tolist().count(1) == 2


def test_the_types_in_the_table_are_those_of_the_frames():
    sentence = "Kyiv rejected it."
    coded = make_coded(sentence, [make_move(sentence, "rejected", act="reject")])
    table = MANUAL.split("## Data frames")[1].split("## ")[0]
    rows = [[cell.strip() for cell in line.split("|")[1:5]] for line in table.splitlines() if line.startswith("| `")]
    told = {}
    for names, polars, pandas, _ in rows:
        columns = [name for name in re.findall(r"`(\w+)`", names) if name in SCHEMA]
        for place, name in enumerate(columns):
            kinds = [kind.split(", ")[place if ", " in kind else 0].split(" (")[0] for kind in (polars, pandas)]
            told[name] = kinds
    assert set(told) == set(SCHEMA)
    pandas_frame = demarche.frame_moves(coded, as_="pandas")
    assert told == {name: [str(kind), str(pandas_frame[name].dtype)] for name, kind in SCHEMA.items()}
