"""The bundled dossier, coded by the shipped weights and held against its gold moves."""

import json
from pathlib import Path

import pytest

import demarche
from demarche.sources import read_sources

pytestmark = pytest.mark.model
DOSSIER = Path(__file__).parents[2] / "examples" / "cuba-1962"


def test_most_key_moves_of_the_dossier_are_found():
    coded = list(demarche.code_all(read_sources([str(DOSSIER / "docs.jsonl")])))
    found = {(item.document.id, move.sentence.text, move.event) for item in coded for move in item}
    gold = json.loads((DOSSIER / "gold.json").read_text("utf-8"))["moves"]
    events = demarche.pipeline.load_codebook().acts
    hits = [
        (move["doc"], move["sentence"], events[move["act"]].event) in found
        for move in gold
        if events[move["act"]].event
    ]
    assert len(coded) == 49
    assert sum(hits) / len(hits) >= 0.55
