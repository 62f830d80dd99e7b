import hashlib
import json
import re
from pathlib import Path

import click
import pytest

import demarche
from demarche import model, present, sources
from demarche.cli import cli
from evaluation.floors import digest_split
from evaluation.pages import digest_pages

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_every_command_and_option_is_in_the_manual(name):
    manual = (DOCS / "cli.md").read_text("utf-8")
    assert f"## demarche {name}" in manual
    section = manual.split(f"## demarche {name}")[1].split("## demarche ")[0]
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            assert f"`{parameter.opts[-1]}" in section or f"`{parameter.opts[0]}" in section, parameter.opts


def test_the_public_names_are_these():
    names = "Ledger __version__ code code_all frame_moves group_propositions ingest load relate show"
    assert demarche.__all__ == names.split()
    assert set(model.__all__) >= {"Act", "CodedDocument", "Document", "Failure", "Move", "Span", "Status", "Voice"}
    for room in (model, present, sources):
        assert sorted(room.__all__, key=str.lower) == sorted(set(room.__all__), key=str.lower)
        assert all(hasattr(room, name) for name in room.__all__)


def test_the_architecture_names_every_room():
    text = (DOCS / "architecture.md").read_text("utf-8")
    rooms = [
        path.name
        for path in (DOCS.parent / "src" / "demarche").iterdir()
        if path.is_dir() and not path.name.startswith("_")
    ]
    assert [room for room in rooms if f"src/demarche/{room}`" not in text] == []


PAGES = [DOCS.parent / "README.md", DOCS.parent / "corpus" / "README.md", *sorted(DOCS.glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_is_there(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_figure_is_still_to_be_filled_in(page):
    assert re.findall(r"^[A-Z_]{4,}$|\bDATA_\w+", page.read_text("utf-8"), re.MULTILINE) == []


def test_the_floors_are_those_of_the_gold_data():
    floors = json.loads((DOCS.parent / "evaluation" / "floors.json").read_text("utf-8"))
    corpus = DOCS.parent / "corpus"
    digests = {
        "sentences": digest_split(corpus / "sentences.jsonl", "dev"),
        "reports": digest_split(corpus / "reports.jsonl", "dev"),
        "pairs": digest_split(corpus / "pairs.jsonl", "test"),
        "pages": digest_pages(),
    }
    gold = {folder.name: folder / "gold.json" for folder in (DOCS.parent / "examples").iterdir()}
    digests |= {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in gold.items()}
    assert {name: record["gold"] for name, record in floors.items()} == digests
