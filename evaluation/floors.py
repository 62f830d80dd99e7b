"""Holds the shipped weights to the accuracy that they have reached: ``python evaluation/floors.py``.

``floors.json`` has the digest of the gold sentences and a floor for each measure. It fails below a floor, or if the gold
sentences are not those that the floors were measured on. ``--raise`` measures again and lifts the floors to what is reached,
less the slack for other processors; a floor is never lowered by it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from demarche import pipeline

_HERE = Path(__file__).parent
_FLOORS = _HERE / "floors.json"
_GOLD = _HERE.parent / "corpus" / "sentences.jsonl"
_SLACK = 0.01
"""int8 kernels differ a little from one processor to another."""
_MEASURES = ("act", "event", "triple", "status", "status_other", "issue", "voice", "quiet", "role:actors")


def main() -> None:
    """Compare with the floors, or raise them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--raise", action="store_true", dest="lift", help="lift the floors to what is reached now")
    options = parser.parse_args()
    digest = hashlib.sha256(_GOLD.read_bytes()).hexdigest()
    reached = _measure()
    if options.lift:
        _lift(digest, reached)
    else:
        sys.exit(_compare(digest, reached))


def _measure() -> dict[str, float]:
    measures = pipeline.evaluate([_GOLD], split="dev", draws=1).measures
    return {name: measures[name].value or 0.0 for name in _MEASURES}


def _read() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(_FLOORS.read_text("utf-8"))
    return record


def _lift(digest: str, reached: dict[str, float]) -> None:
    known = _read() if _FLOORS.exists() else {}
    before = known.get("floors", {}) if known.get("gold") == digest else {}
    floors = {name: max(round(value - _SLACK, 3), before.get(name, 0.0)) for name, value in reached.items()}
    _FLOORS.write_text(json.dumps({"gold": digest, "split": "dev", "floors": floors}, indent=1) + "\n", "utf-8")
    print("floors:", floors)


def _compare(digest: str, reached: dict[str, float]) -> int:
    record = _read()
    if record["gold"] != digest:
        print("the gold sentences have changed: measure the floors again with --raise, and say so in the change log")
        return 1
    below = 0
    for name, floor in record["floors"].items():
        below += reached[name] < floor
        print(f"{name:14} {reached[name]:.3f}  floor {floor:.3f}{'  BELOW' if reached[name] < floor else ''}")
    return 1 if below else 0


if __name__ == "__main__":
    main()
