"""What the tests of archives share: reports, and what a folder of Parquet holds."""

import json
from pathlib import Path

import polars as pl

TEXTS = [
    "Kyiv rejected Moscow's demand to withdraw its troops from Crimea.",
    "Paris imposed sanctions on Minsk. Minsk threatened to close the border.",
    "The Kremlin offered talks on the release of prisoners by 1 March 2025.",
    "Nothing happened in the village that day.",
    "Washington urged Tehran to stop enriching uranium. Tehran refused.",
]


def write_lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def reports(count=12, **more):
    return [
        {
            "id": f"r{n}",
            "text": f"{TEXTS[n % len(TEXTS)]} It was report {n}.",
            "published": f"{2024 + n % 2}-03-0{1 + n % 9}",
        }
        | more
        for n in range(count)
    ]


def rows(output, kind):
    paths = sorted(Path(output, kind).rglob("*.parquet"))
    return [row for path in paths for row in pl.read_parquet(path, hive_partitioning=False).to_dicts()]


def files(output):
    return {str(path.relative_to(output)): path.read_bytes() for path in Path(output).rglob("*.parquet")}


def ids(output):
    return sorted(row["id"] for row in rows(output, "documents"))


def deadly_reports():
    found = reports(6)
    found[2] |= {"text": "This text KILLS the worker."}
    return found


def check_survived(output, manifest):
    """Of the deadly reports all but one were coded, once, though workers died."""
    assert ids(output) == ["r0", "r1", "r3", "r4", "r5"]
    moves = [row["id"] for row in rows(output, "moves")]
    assert len(moves) == len(set(moves)) == manifest["totals"]["moves"]
    failures = {row["document"]: row["reason"] for row in rows(output, "failures")}
    assert failures.keys() == {"r2"}
    assert "ended the process that coded it, 2 times" in failures["r2"]
    assert manifest["finished"]
    assert not (output / "_running").exists()
