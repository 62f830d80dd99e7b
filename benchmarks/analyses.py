"""Time and memory of each analysis on generated frames: ``python benchmarks/analyses.py [--moves 10000 100000 1000000]``.

Each analysis runs in a process of its own on a frame that is read from a Parquet file. Its time is given in seconds and as a multiple of
the time to read that file in the same process; its memory is the peak of the process, the frame in it included. Actors, acts and
propositions are drawn with few frequent and many rare ones, days with bursts, and one move in ten is a copy.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from demarche.analysis import SCHEMA, as_frame
from demarche.codebook import load_codebook
from demarche.model import Act

_DAYS = 3650
_LAST = date(2025, 12, 31)


def make_frame(moves: int, *, actors: int = 10_000, propositions: int = 20_000, seed: int = 1) -> pl.DataFrame:
    """Return a frame of generated moves."""
    generator = np.random.default_rng(seed)
    names = np.array([f"A{number:05}" for number in range(actors)])
    parties = np.minimum(generator.zipf(1.4, (moves, 2)) - 1, actors - 1)
    parties[:, 1] = np.where(parties[:, 0] == parties[:, 1], (parties[:, 1] + 1) % actors, parties[:, 1])
    acts = [act.value for act in Act]
    issues = list(load_codebook().issues)
    proposition = np.minimum(generator.zipf(1.3, moves) - 1, propositions - 1)
    phases = generator.integers(0, _DAYS, 60)
    days = np.where(
        generator.random(moves) < 0.5,
        phases[generator.integers(0, 60, moves)] + generator.exponential(12, moves),
        generator.integers(0, _DAYS, moves),
    ).clip(0, _DAYS - 1)
    document = generator.integers(0, max(1, moves // 4), moves)
    words = np.array(
        ["withdraw from the valley", "strike the port", "lift the blockade", "send aid", "open talks", "pay"]
    )
    content = words[generator.integers(0, len(words), moves)]
    frame = pl.DataFrame(
        {
            "id": pl.int_range(moves, eager=True).cast(pl.String),
            "document": pl.Series(document).cast(pl.String),
            "cluster": pl.Series(document - document % 10 * (generator.random(moves) < 0.1)).cast(pl.String),
            "date": pl.Series(np.datetime64("2016-01-03") + days.astype("timedelta64[D]")).cast(pl.Date),
            "act": np.array(acts)[generator.integers(0, len(acts), moves)],
            "issue": np.array(issues)[proposition % len(issues)],
            "status": np.array(["actual", "planned", "past"])[generator.choice(3, moves, p=[0.85, 0.1, 0.05])],
            "actor": names[parties[:, 0]],
            "recipient": names[parties[:, 1]],
            "content": content,
            "trigger": content,
            "proposition": pl.Series(proposition).cast(pl.String),
            "polarity": generator.choice([1, -1], moves, p=[0.8, 0.2]),
        }
    )
    lists = (pl.concat_list("actor").alias("actors"), pl.concat_list("recipient").alias("recipients"))
    made: pl.DataFrame = as_frame(frame.with_columns(lists))
    return made


def _call(module: str, function: str, *arguments: Any, **options: Any) -> Callable[[pl.DataFrame], Any]:
    def run(frame: pl.DataFrame) -> Any:
        return getattr(importlib.import_module(f"demarche.analysis.{module}"), function)(frame, *arguments, **options)

    return run


ANALYSES: dict[str, Callable[[pl.DataFrame], Any]] = {
    "propositions": _call("support", "find_support"),
    "positions": _call("positions", "find_positions"),
    "gap": _call("positions", "measure_gap", "A00000", "A00001"),
    "movement": _call("movement", "measure_movement", "A00000", other="A00001"),
    "repetition": _call("repetition", "measure_repetition"),
    "threats": _call("threats", "find_threats", until=_LAST),
    "promises": _call("threats", "find_threats", act="promise", until=_LAST),
    "playbooks": _call("playbooks", "check_playbooks"),
    "candidates": _call("playbooks", "mine_playbooks"),
    "claims": _call("claims", "find_claims"),
    "addresses": _call("network", "build_network", "addresses"),
    "agreement": _call("network", "build_network", "agreement"),
    "outlook": _call("outlook", "look_ahead", today=_LAST),
}


def _one(name: str, path: Path) -> None:
    started = time.perf_counter()
    frame = pl.read_parquet(path)
    read = time.perf_counter()
    result = ANALYSES[name](frame)
    ended = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {
                "read": read - started,
                "seconds": ended - read,
                "megabytes": memory,
                "moves": getattr(result, "moves", None),
            }
        )
    )


def main() -> None:
    """Print a row for each analysis and size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--moves", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--only", nargs="+", default=list(ANALYSES))
    parser.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        _one(options.one[0], Path(options.one[1]))
        return
    print(f"{'analysis':16} {'moves':>9} {'seconds':>8} {'times the reading':>18} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for moves in options.moves:
            path = Path(folder) / f"{moves}.parquet"
            make_frame(moves).select(list(SCHEMA)).write_parquet(path)
            for name in options.only:
                command = [sys.executable, __file__, "--one", name, str(path)]
                found = json.loads(
                    subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1]
                )
                ratio = found["seconds"] / found["read"]
                print(
                    f"{name:16} {moves:9} {found['seconds']:8.2f} {ratio:18.1f} {found['megabytes']:6.0f}", flush=True
                )


if __name__ == "__main__":
    main()
