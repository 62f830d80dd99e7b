"""A base install: every verb that needs an optional library says which extra brings it, and none ends in a traceback."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from demarche import fetching
from demarche.cli import cli
from demarche.errors import MissingExtra
from demarche.ledger import Ledger
from demarche.testing import make_coded, make_move

EXTRAS = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]["optional-dependencies"]
NAMED = {"argon2_cffi": "argon2", "vl_convert_python": "vl_convert"}
LIBRARIES = {
    NAMED.get(name, name)
    for extra, wanted in EXTRAS.items()
    if extra != "test"
    for name in (re.split(r"[\[>=<]", one)[0].replace("-", "_") for one in wanted)
    if name != "demarche"
}

pytestmark = pytest.mark.model

RUN = f"""
import sys
for name in {LIBRARIES!r}:
    sys.modules[name] = None
from demarche.cli import main
for line in sys.stdin.read().splitlines():
    sys.argv = ["demarche", *line.split("\\t")]
    print("==", line, file=sys.stderr, flush=True)
    try:
        main()
    except SystemExit as error:
        print("-- status", error.code, file=sys.stderr, flush=True)
        sys.stdout = sys.__stdout__
    except BaseException as error:
        print("Traceback", type(error).__name__, error, file=sys.stderr, flush=True)
"""
TEXT = "Kyiv rejected the plan of Moscow."
NEEDS = {
    "propositions": "analysis",
    "positions": "analysis",
    "repetition": "analysis",
    "threats": "analysis",
    "claims": "analysis",
    "playbooks": "analysis",
    "network": "analysis",
    "outlook": "analysis",
    "report\t-o\td.html": "desk",
    "plans\tplan.txt": "analysis",
    "watch\thttp://127.0.0.1:1/feed\t--once": "fetch",
    "ingest\t--fetch\thttp://127.0.0.1:1/page": "fetch",
    "ingest\ta.pdf": "pdf",
    "ingest\ta.parquet": "parquet",
    "ingest\ta.xlsx": "excel",
    "overview\t--archive\tcoded": "archive",
    "positions\t--archive\tcoded": "archive|analysis",
    "scale\tcode\tplan.txt\tcoded": "parquet",
    "scale\tcode\tplan.txt\tcoded\t--address\tlocal": "parquet|ray",
    "code\tplan.txt\t--coder\tllm:m@http://127.0.0.1:1/v1": "llm",
    "export\tgeojson": "places",
    "export\tplover\t--places": "places",
    "export\tparquet\t-o\tm.parquet": "parquet",
    "serve": "desk",
    "accounts\tlist\t--accounts\taccounts.json": "desk",
    "train\t--from-ledger\tledger.db\t--output\tweights": "train",
}
"""What is typed -> the extras of which it may name one."""
WITHOUT = (
    *("export\tcsv", "export\tplover", "export\tgraphml", "overview", "moves", "documents", "custody\td1", "actors"),
    *("failures", "verify", "log", "reviews", "reviews\tagreement", "evaluate\tgold.jsonl", "code\tplan.txt"),
    *("ingest\tplan.txt\t--keep-raw\traw", "recode\t--dry-run", "import\tdna\tplan.txt", "feeds"),
    *("correct\tm1", "reject\tm1", "restore\tm1", "merge\td1\td2", "split\td1", "redact\td1"),
)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What each line comes to: exit code, and all that was said."""
    folder = tmp_path_factory.mktemp("base")
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        move = make_move(TEXT, "rejected", act="reject", actors=["Kyiv"], document="d1", content="the plan")
        ledger.add(make_coded(TEXT, [move], id="d1"))
    for name, data in (
        ("plan.txt", b"1. Kyiv withdraws."),
        ("a.pdf", b"%PDF-1.7"),
        ("a.parquet", b"PAR1"),
        ("a.xlsx", b"PK\3\4"),
    ):
        (folder / name).write_bytes(data)
    (folder / "gold.jsonl").write_text("{}\n")
    (folder / "accounts.json").write_text("{}")
    lines = [*NEEDS, *WITHOUT]
    done = subprocess.run(
        [sys.executable, "-c", RUN],
        input="\n".join(lines),
        capture_output=True,
        text=True,
        cwd=folder,
        env=os.environ | {"DEMARCHE_LEDGER": "ledger.db"},
        timeout=120,
    )
    parts = done.stderr.split("== ")[1:]
    assert len(parts) == len(lines), done.stderr
    return dict(zip(lines, parts, strict=True)), done.stdout, folder


@pytest.mark.parametrize("library", sorted(LIBRARIES))
def test_every_optional_library_is_known_by_an_extra_that_has_it(library):
    extra = MissingExtra.of(ModuleNotFoundError(name=f"{library}.part")).extra
    assert library.split("_")[0] in "".join(EXTRAS[extra]).replace("-", "_")
    assert MissingExtra.of(ModuleNotFoundError(name="nowhere")) is None


def test_python_names_the_extra_too():
    hidden = "import sys; sys.modules['polars'] = None; from demarche.analysis import find_threats"
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True, timeout=60)
    assert "MissingExtra" in done.stderr
    assert "demarche[analysis]" in done.stderr


def test_one_library_of_several_is_missed_before_anything_is_asked(monkeypatch):
    monkeypatch.setitem(sys.modules, "protego", None)  # the others come with the base install
    with pytest.raises(MissingExtra, match=r"demarche\[fetch\]"):
        fetching.Fetcher  # noqa: B018


def test_no_byte_is_written_before_an_extra_is_missed(said):
    _, written, folder = said
    assert "FeatureCollection" not in written
    assert not (folder / "m.parquet").exists()


@pytest.mark.parametrize("line", NEEDS)
def test_a_verb_names_the_extra_that_it_needs(said, line):
    words = said[0][line]
    assert "Traceback" not in words
    assert any(f"demarche[{extra}]" in words for extra in NEEDS[line].split("|")), words


@pytest.mark.parametrize("line", WITHOUT)
def test_the_others_need_none(said, line):
    assert "-- status" in said[0][line]
    assert "Traceback" not in said[0][line]
    assert "demarche[" not in said[0][line]


def test_no_verb_is_forgotten():
    assert {line.partition("\t")[0] for line in (*NEEDS, *WITHOUT)} == set(cli.commands)
