"""Coded sentences without their texts: what of a coding may be passed on where the texts are others'.

A stripped record has the item's id, where the sentence starts in the item's text, its length and SHA-256, and offsets
without words. ``python -m demarche.training.join STRIPPED --items ITEMS --output FILE`` puts the words back.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["join_texts", "read_items", "strip_texts"]

_LISTS = ("actors", "recipients")
_SINGLE = ("trigger", "content", "condition", "deadline", "when", "where", "source")


def strip_texts(record: dict[str, Any], *, item: str, start: int) -> dict[str, Any]:
    """Return a coded sentence without any word of its text.

    Parameters
    ----------
    item
        Id of the text that the sentence is from.
    start
        Where the sentence starts in it.
    """
    text = record["text"]
    moves = [_change_spans(move, lambda span: span[:2]) for move in record["moves"]]
    return {
        "id": record["id"],
        "split": record["split"],
        "item": item,
        "start": start,
        "length": len(text),
        "sha256": _digest(text),
        "voice": record["voice"],
        "moves": moves,
    }


def join_texts(stripped: Iterable[dict[str, Any]], items: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the coded sentences with their words; one whose item is missing or has changed is left out."""
    for record in stripped:
        text = items.get(record["item"], "")[record["start"] : record["start"] + record["length"]]
        if _digest(text) != record["sha256"]:
            continue
        moves = [_change_spans(move, lambda span, words=text: [*span, words[slice(*span)]]) for move in record["moves"]]
        kept = {name: record[name] for name in ("id", "split", "voice")}
        yield {**kept, "text": text, "moves": moves}


def read_items(path: Path, wanted: set[str]) -> dict[str, str]:
    """Return id -> text of the wanted items of a JSONL file, gzip or not."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        records = (json.loads(line) for line in lines)
        return {record["id"]: record["text"] for record in records if record["id"] in wanted}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _change_spans(move: dict[str, Any], change: Any) -> dict[str, Any]:
    changed = dict(move)
    for name in _LISTS:
        changed[name] = [change(span) for span in move[name]]
    for name in _SINGLE:
        changed[name] = move[name] and change(move[name])
    return changed


def main() -> None:
    """Join a stripped file with its items and say how many sentences were found."""
    parser = argparse.ArgumentParser(prog="python -m demarche.training.join", description=__doc__)
    parser.add_argument("stripped", type=Path)
    parser.add_argument("--items", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    stripped = [json.loads(line) for line in options.stripped.read_text("utf-8").splitlines()]
    items = read_items(options.items, {record["item"] for record in stripped})
    joined = list(join_texts(stripped, items))
    options.output.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in joined)
    options.output.write_text("".join(lines), "utf-8")
    print(f"{len(joined)} of {len(stripped)} sentences found and written to {options.output}")


if __name__ == "__main__":
    main()
