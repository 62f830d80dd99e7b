"""Holds the project to the accuracy that it has reached: ``python -m evaluation.floors``.

``floors.json`` has, for the coded sentences, the pairs of contents, the saved pages and each dossier, the digest of the gold data and a
floor for each measure. It fails below a floor, or if the gold data are not those that the floors were measured on. ``--raise``
measures again and lifts the floors to what is reached, less the slack for other processors; a floor is never lowered by it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from demarche import pipeline
from demarche.reading import load_comparer
from evaluation import dossier, pages, propositions

_HERE = Path(__file__).parent
_FLOORS = _HERE / "floors.json"
_CORPUS = _HERE.parent / "corpus"
_DOSSIERS = _HERE.parent / "examples"
_OF_PAIRS = ("same: area under ROC", "polarity right, of the same")
_SLACK = 0.01
"""int8 kernels differ a little from one processor to another; in a dossier a single move can be a hundredth."""
_ROUNDED = 0.0005
"""Floors are kept to three places; what rounding alone puts above a value is not above it."""
_MEASURES = ("act", "event", "triple", "status", "status_other", "issue", "voice", "quiet", "role:actors")
_OF_DOSSIERS = (
    "recall", "precision", "key moves with actor country", "key moves with actor sector", "key moves with recipient country",
    "key moves with recipient sector", "key moves with date", "near-duplicate: found",
)  # fmt: skip

Floors = dict[str, dict[str, Any]]


def main() -> None:
    """Compare with the floors, or raise them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raise", action="store_true", dest="lift", help="lift the floors to what is reached now")
    options = parser.parse_args()
    reached = {
        **{name: _sentences(_CORPUS / f"{name}.jsonl") for name in ("sentences", "reports")},
        "pairs": _pairs(),
        "pages": _pages(),
        **{folder.name: _dossier(folder) for folder in sorted(_DOSSIERS.iterdir())},
    }
    known: Floors = json.loads(_FLOORS.read_text("utf-8")) if _FLOORS.exists() else {}
    if options.lift:
        lifted = {name: _lift(known.get(name, {}), record) for name, record in reached.items()}
        _FLOORS.write_text(json.dumps(lifted, indent=1) + "\n", "utf-8")
    else:
        sys.exit(max(_compare(name, known.get(name, {}), record) for name, record in reached.items()))


def _sentences(path: Path) -> dict[str, Any]:
    measures = pipeline.evaluate([path], split="dev", draws=1).measures
    return {
        "gold": digest_split(path, "dev"),
        "floors": {name: measures[name].value or 0.0 for name in _MEASURES},
    }


def digest_split(path: Path, split: str) -> str:
    """Return the digest of the lines that are measured: to code better what is learnt from changes no gold data."""
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if json.loads(line)["split"] == split]
    return hashlib.sha256(b"".join(lines)).hexdigest()


def _pairs() -> dict[str, Any]:
    pairs = [json.loads(line) for line in propositions.PAIRS.read_text("utf-8").splitlines()]
    floors: dict[str, float] = {}
    for source in ("written", "reported", "corpus", "dossier"):
        own = [pair for pair in pairs if (pair["split"], pair["source"]) == ("test", source)]
        found = propositions.score_pairs(own, load_comparer())
        floors |= {f"{source}, {name}": found[name][0] for name in _OF_PAIRS}
    return {"gold": digest_split(propositions.PAIRS, "test"), "floors": floors}


def _pages() -> dict[str, Any]:
    found = pages.score_pages(pages.read_gold(), pages.extract_ours, draws=1)
    floors = {name: value for name, (value, _, _) in found.items() if name != "let in"}
    return {"gold": pages.digest_pages(), "floors": {**floors, "kept out": 1 - found["let in"][0]}}


def _dossier(folder: Path) -> dict[str, Any]:
    found = dossier.score(folder)
    return {"gold": _digest(folder / "gold.json"), "floors": {name: found[name] for name in _OF_DOSSIERS}}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _lift(known: dict[str, Any], reached: dict[str, Any]) -> dict[str, Any]:
    before = known.get("floors", {}) if known.get("gold") == reached["gold"] else {}
    floors = {
        name: max(round(value - _SLACK, 3) if isinstance(value, float) else value, before.get(name, 0))
        for name, value in reached["floors"].items()
    }
    return {"gold": reached["gold"], "floors": floors}


def _compare(name: str, known: dict[str, Any], reached: dict[str, Any]) -> int:
    print(f"{name}:")
    if known.get("gold") != reached["gold"]:
        print("  the gold data have changed: measure the floors again with --raise, and say so in the change log")
        return 1
    below = 0
    for measure, floor in known["floors"].items():
        value = reached["floors"][measure]
        fails = value < floor - _ROUNDED
        below += fails
        print(f"  {measure:24} {value:.3f}  floor {floor:.3f}{'  BELOW' if fails else ''}")
    return 1 if below else 0


if __name__ == "__main__":
    main()
