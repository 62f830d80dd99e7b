"""What analyses straight from an archive of Parquet cost: ``python benchmarks/archive.py [--moves 1000000 10000000]``.

The archives are made by DuckDB in a temporary folder, seeded: documents of five moves over six years, one in seven a copy of a report a few
days before it, 180 parties, 28 issues and 24 acts of which some are named far more often than others, sentences of some 170 characters.
Each question runs in a process of its own: seconds from opening the archive to the result, and the peak of the process's memory. A
question that the archive refuses is shown with what it says.
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

import duckdb

from demarche.archive import Archive
from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import Act, MoveFilter
from demarche.pipeline import archive_moves

_EACH = 5
"""Moves of a document."""
_SHARD = 40_000
"""Documents of a shard."""
_FIRST, _DAYS = "2020-01-01", 2190
_LAST = date(2025, 12, 29)
_SYLLABLES = "ba de fi go lu ma ne pi ro su ta ve ki lo mu na pe ri so tu".split()
_WORDS = [a + b + c for a in _SYLLABLES for b in _SYLLABLES for c in _SYLLABLES[:8]]
_COMMON = (
    "the of and to in that its for with on by from troops border ceasefire sanctions talks prisoners withdraw attack weapons aid "
    "convoy port oil gas minister strikes missiles territory"
).split()
_STATES = [f"{a}{b}{c}" for a in "ABCDEF" for b in "AEIOUY" for c in "LMNRS"]

_MACROS = """
CREATE MACRO draw(key, salt) AS (hash(hash(key, salt)) >> 11)::DOUBLE / 9007199254740992;
CREATE MACRO skewed(key, salt, many) AS floor(exp(draw(key, salt) * ln(many + 1)) - 1)::INTEGER;
CREATE MACRO pick(names, key, salt) AS names[1 + skewed(key, salt, len(names))];
CREATE MACRO told(key, salt, many) AS array_to_string(
    list_transform(range(many), lambda k: $words[1 + skewed(key, salt * 100 + k, len($words))]), ' ');
"""
_DOCUMENTS = """
CREATE OR REPLACE TEMP TABLE documents AS
WITH numbered AS (
    SELECT i, CASE WHEN hash(i, 1) % 7 = 0 AND i > 3 THEN i - 1 - (hash(i, 2) % 3)::BIGINT ELSE i END AS one
    FROM range($start::BIGINT, $end::BIGINT) t(i)),
placed AS (SELECT i, CASE WHEN hash(one, 1) % 7 = 0 THEN i ELSE one END AS source FROM numbered)
SELECT i, source, 'd' || lpad(i::VARCHAR, 15, '0') AS id,
    DATE '{first}' + floor(i * {days} / $all::DOUBLE)::INTEGER AS published,
    'Outlet ' || skewed(i, 3, 300) AS publisher
FROM placed
"""
_MOVES = """
CREATE OR REPLACE TEMP TABLE moves AS
WITH keyed AS (
    SELECT d.*, j, source * {each} + j AS key, pick($acts, source * {each} + j, 11) AS act
    FROM documents d, range({each}) t(j)),
drawn AS (
    SELECT *, pick($states, key, 12) AS one, pick($states, key, 13) AS other, draw(key, 14) AS p, draw(key, 15) AS q, draw(key, 16) AS r,
        told(key, 17, 6) AS content FROM keyed)
SELECT i, j, 'm' || substr(md5(id || j), 1, 16) AS id, id AS document, id AS cluster, NULL::BIGINT AS seq,
    CASE WHEN p < 0.9 THEN published - (hash(key, 18) % 4)::INTEGER END AS date,
    CASE WHEN p < 0.86 THEN 'day' WHEN p < 0.9 THEN 'month' END AS precision,
    published, act, $events[act] AS event, $quads[act]::TINYINT AS quad,
    CASE WHEN q < 0.8 THEN 'actual' WHEN q < 0.9 THEN 'planned' WHEN q < 0.94 THEN 'possible'
        WHEN q < 0.97 THEN 'past' ELSE 'negated' END AS status,
    CASE WHEN r < 0.94 THEN 'report' ELSE 'opinion' END AS voice,
    pick($issues, key // 3, 19) AS issue,
    CASE WHEN draw(key, 20) < 0.9 THEN [one] ELSE [] END AS actors,
    CASE WHEN draw(key, 21) < 0.7 AND one <> other THEN [other] ELSE [] END AS recipients,
    CASE WHEN draw(key, 22) < 0.3 THEN pick($states, key, 23) END AS source, publisher, 0.5 + draw(key, 24) / 2 AS confidence,
    $words[1 + skewed(key, 25, 40)] AS trigger,
    CASE WHEN draw(key, 26) < 0.65 THEN content END AS content,
    CASE WHEN act = 'threaten' AND draw(key, 27) < 0.5 THEN 'unless ' || told(key, 28, 5) END AS condition,
    CASE WHEN draw(key, 29) < 0.02 THEN published + 10 END AS deadline,
    one || ' ' || told(key, 30, 9) || ' ' || content || ' ' || other || ' ' || told(key, 31, 9) || '.' AS sentence,
    NULL::VARCHAR AS proposition, NULL::TINYINT AS polarity
FROM drawn
"""
_TEXTS = """
CREATE OR REPLACE TEMP TABLE texts AS
SELECT i, string_agg(sentence, chr(10) ORDER BY j) AS text, '{{"coder":"made/1","moves":[' || string_agg(
    '{{"id":"' || id || '","document":"' || document || '","published":"' || published || '","sentence":{{"start":0,"end":' || len(sentence)
    || ',"text":"' || sentence || '"}},"voice":"' || voice || '","act":"' || act || '","event":null,"mode":null,"quad":null,"status":"'
    || status || '","issue":"' || issue || '","trigger":{{"start":0,"end":3,"text":"' || substr(sentence, 1, 3) || '"}},"actors":[],'
    || '"recipients":[],"content":null,"condition":null,"deadline":null,"when":null,"where":null,"source":null,"date":null,'
    || '"date_precision":null,"date_basis":null,"confidence":0.9,"coder":"made/1","codebook":"1.1"}}', ',' ORDER BY j) || ']}}' AS coded
FROM moves GROUP BY i
"""
_ROWS = """
SELECT d.id, 'Report ' || d.i AS title, strftime(d.published, '%Y-%m-%d') AS published, d.publisher, NULL::VARCHAR AS url, 'en' AS language,
    t.text || CASE WHEN d.source <> d.i THEN chr(10) || 'Copied by ' || d.publisher || '.' ELSE '' END AS text, md5(d.id) AS sha256,
    {each}::BIGINT AS moves,
    list_transform(range(40), lambda k: (hash(CASE WHEN k < 25 THEN d.source ELSE d.i END, 40 + k) >> 1)::BIGINT) AS bands, t.coded
FROM documents d JOIN texts t ON t.i = d.i ORDER BY d.i
"""


def make_archive(folder: Path, moves: int) -> None:
    """Write an archive with so many moves."""
    for name in ("documents", "failures", "_done", "moves"):
        (folder / name).mkdir(parents=True)
    (folder / "manifest.json").write_text(json.dumps({"format": "demarche-archive/1"}))
    connection = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(folder / "scratch")})
    words = "[" + ", ".join(f"'{word}'" for word in [*_COMMON, *_WORDS]) + "]"
    for macro in _MACROS.replace("$words", words).strip().split(";\n"):
        connection.execute(macro)
    documents = moves // _EACH
    for number, start in enumerate(range(0, documents, _SHARD)):
        _write_shard(connection, folder, f"s{number:05}", start, min(start + _SHARD, documents), documents)


def _write_shard(connection: Any, folder: Path, shard: str, start: int, end: int, every: int) -> None:
    acts = load_codebook().acts
    names = {
        "acts": [
            act.value
            for act in sorted(Act, key=lambda act: (act.value not in ("demand", "accuse", "meet", "attack"), act.value))
        ],
        "states": _STATES,
        "issues": sorted(load_codebook().issues),
        "words": [*_COMMON, *_WORDS],
    }
    filled = _DOCUMENTS.format(first=_FIRST, days=_DAYS)
    connection.execute(filled, {"start": start, "end": end, "all": every})
    coded: dict[str, dict[str, Any]] = {
        "events": {act.value: code.event for act, code in acts.items()},
        "quads": {act.value: code.quad for act, code in acts.items()},
    }
    made = _MOVES.format(each=_EACH)
    for name, values in names.items():
        made = made.replace(f"${name}", "[" + ", ".join(f"'{value}'" for value in values) + "]")
    for name, table in coded.items():
        cases = " ".join(f"WHEN '{act}' THEN {_literal(value)}" for act, value in table.items())
        made = made.replace(f"${name}[act]", f"(CASE act {cases} END)")
    connection.execute(made)
    connection.execute(_TEXTS.format())
    _copy(connection, _ROWS.format(each=_EACH), folder / "documents" / f"{shard}.parquet")
    years = connection.execute("SELECT DISTINCT year(published) FROM moves ORDER BY 1").fetchall()
    for (year,) in years:
        (folder / "moves" / f"year={year}").mkdir(exist_ok=True)
        query = f"SELECT * EXCLUDE (i, j) FROM moves WHERE year(published) = {year} ORDER BY i, j"
        _copy(connection, query, folder / "moves" / f"year={year}" / f"{shard}.parquet")
    (folder / "_done" / f"{shard}.json").write_text("{}")


def _literal(value: Any) -> str:
    return "NULL" if value is None else str(value) if isinstance(value, int) else f"'{value}'"


def _copy(connection: Any, query: str, path: Path) -> None:
    connection.sql(query).write_parquet(str(path), compression="zstd")


def _analyse(
    analysis: str, function: str, wanted: MoveFilter, *arguments: Any, **options: Any
) -> Callable[[Archive], str]:
    def run(archive: Archive) -> str:
        found = archive_moves(archive, analysis, wanted)
        module, _, name = function.partition(":")
        result = getattr(importlib.import_module(f"demarche.analysis.{module}"), name)(
            found.frame, *arguments, **options
        )
        return f"{found.taking.complete(result).moves:,} moves used"

    return run


def _propositions(
    analysis: str, function: str, wanted: MoveFilter, *arguments: Any, **options: Any
) -> Callable[[Archive], str]:
    """Return a run with contents grouped by their words alone: the network's time is not that of the archive."""

    def run(archive: Archive) -> str:
        import demarche.pipeline

        demarche.pipeline._shipped_comparer = _ByWords  # type: ignore[assignment]
        return _analyse(analysis, function, wanted, *arguments, **options)(archive)

    return run


class _ByWords:
    coder, threshold = "words/1", 0.5

    @staticmethod
    def embed(texts: Any) -> Any:
        import numpy as np

        made = np.zeros((len(texts), 64), np.float32)
        for row, text in enumerate(texts):
            for word in text.split():
                made[row, hash(word) % 64] += 1
        return made / np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1)

    @staticmethod
    def compare(pairs: Any) -> Any:
        import numpy as np

        same = [len({*one.split()} & {*other.split()}) >= 4 for one, other in pairs]
        return np.array([[0.1, 0.9, 0.0] if alike else [0.9, 0.1, 0.0] for alike in same], np.float32).reshape(-1, 3)


def _count(by: str, wanted: MoveFilter) -> Callable[[Archive], str]:
    return lambda archive: f"{len(archive.count(by, wanted)):,} values"


def _quote(archive: Archive) -> str:
    taken = archive_moves(archive, "addresses", MoveFilter(since="2023-05-01", until="2023-05-02"))
    return f"{len(archive.quotes(taken.frame['id'].head(50).to_list())):,} quotes"


_ALL = MoveFilter()
_YEAR = MoveFilter(since="2024", until="2024")
_MONTH = MoveFilter(since="2024-03", until="2024-03")
_PARTY = MoveFilter(actor="CAM", since="2023", until="2025")
_NARROW = MoveFilter(actor="CAM", since="2024", until="2024")
_TALK = MoveFilter(issue="ceasefire", since="2024-06", until="2024-06")

QUESTIONS: dict[str, Callable[[Archive], str]] = {
    "copies, the first time": lambda archive: str(archive.overview().copies) + " copies",
    "overview": lambda archive: f"{archive.overview().moves:,} moves",
    "count by act": _count("act", _ALL),
    "count by month": _count("month", _ALL),
    "count by dyad": _count("dyad", _ALL),
    "count by dyad, one month": _count("dyad", _MONTH),
    "50 quotes": _quote,
    "addresses": _analyse("addresses", "network:build_network", _ALL),
    "addresses, one year": _analyse("addresses", "network:build_network", _YEAR),
    "addresses of one actor, three years": _analyse("addresses", "network:build_network", _PARTY),
    "playbooks": _analyse("playbooks", "playbooks:check_playbooks", _ALL),
    "playbooks, one year": _analyse("playbooks", "playbooks:check_playbooks", _YEAR),
    "claims": _analyse("claims", "claims:find_claims", _ALL),
    "claims, one year": _analyse("claims", "claims:find_claims", _YEAR),
    "claims, one month": _analyse("claims", "claims:find_claims", _MONTH),
    "threats": _analyse("threats", "threats:find_threats", _ALL, until=_LAST),
    "threats, one year": _analyse("threats", "threats:find_threats", _YEAR, until=_LAST),
    "threats of one actor, three years": _analyse("threats", "threats:find_threats", _PARTY, until=_LAST),
    "outlook, one year": _analyse("outlook", "outlook:look_ahead", _YEAR, today=date(2024, 12, 31)),
    "positions": _propositions("positions", "positions:find_positions", _ALL),
    "positions of one actor, one year": _propositions("positions", "positions:find_positions", _NARROW),
    "repetition of one actor, one year": _propositions("repetition", "repetition:measure_repetition", _NARROW),
    "agreement on one issue, one month": _propositions("stances", "network:build_network", _TALK, "agreement"),
}


def _child(name: str, folder: str, memory: str) -> None:
    start = time.perf_counter()
    try:
        with Archive.open(folder, memory=memory) as archive:
            found = QUESTIONS[name](archive)
    except InputError as error:
        found = f"refused: {error}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": time.perf_counter() - start, "peak": peak, "found": found}))


def _measure(name: str, folder: Path, memory: str) -> dict[str, Any]:
    command = [sys.executable, __file__, "--child", name, "--archive", str(folder), "--memory", memory]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"ended with {done.returncode}"]
        return {"seconds": float("nan"), "peak": float("nan"), "found": f"failed: {lines[-1][:200]}"}
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Make archives, ask each question, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moves", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--only", default="", help="Only questions that begin so.")
    parser.add_argument("--archive", help="Ask this archive, made before, instead of a new one.")
    parser.add_argument("--make", help="Make an archive in this folder, which is not there yet, and leave it there.")
    parser.add_argument("--child")
    given = parser.parse_args()
    if given.child:
        _child(given.child, given.archive, given.memory)
        return
    if given.make:
        make_archive(Path(given.make), given.moves[0])
        return
    if given.archive:
        _ask(Path(given.archive), given.memory, given.only)
        return
    for moves in given.moves:
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            make_archive(Path(folder) / "archive", moves)
            size = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
            print(f"\n{moves:,} moves: made in {time.perf_counter() - start:.0f} s, {size / 1e9:.2f} GB", flush=True)
            _ask(Path(folder) / "archive", given.memory, given.only)


def _ask(folder: Path, memory: str, only: str) -> None:
    print("| question | s | peak MB | result |\n| --- | --- | --- | --- |")
    for name in QUESTIONS:
        if name.startswith(only):
            found = _measure(name, folder, memory)
            print(f"| {name} | {found['seconds']:.1f} | {found['peak']:.0f} | {found['found']} |", flush=True)


if __name__ == "__main__":
    main()
