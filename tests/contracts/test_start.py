"""What the command line loads before it has coded its first sentence: what is not needed for it costs every start."""

import subprocess
import sys

import pytest

CODE = """
import sys
from demarche.cli import main
try:
    main()
finally:
    print(*sorted(sys.modules), file=sys.stderr)
"""
NEVER = {
    "argon2": "the desk",
    "demarche.analysis": "an analysis",
    "demarche.ledger": "a ledger",
    "demarche.web": "the desk",
    "fastapi": "the desk",
    "httpcore2": "fetching",
    "lxml": "a page",
    "openpyxl": "a workbook",
    "polars": "an analysis",
    "pyarrow": "a table in Parquet",
    "pypdfium2": "a PDF",
    "rich": "tables and progress",
    "sqlalchemy": "a ledger",
    "trafilatura": "a page",
}


def loaded(*arguments, text=""):
    run = subprocess.run([sys.executable, "-c", CODE, *arguments], input=text, capture_output=True, text=True)
    return run, set(run.stderr.split())


@pytest.mark.model
def test_coding_a_text_into_lines_loads_nothing_that_only_something_else_needs():
    run, modules = loaded(
        "code", "-", "--format", "jsonl", text="Kyiv rejected Moscow's demand to withdraw its troops."
    )
    assert '"act": "reject"' in run.stdout
    assert {name: NEVER[name] for name in NEVER if name in modules} == {}


def test_the_help_of_a_verb_loads_no_other_verb():
    run, modules = loaded("code", "--help")
    assert "FILE is text" in run.stdout
    verbs = {name.removeprefix("demarche.cli.") for name in modules if name.startswith("demarche.cli.")}
    assert {name for name in verbs if not name.startswith("_")} == {"code"}
    assert "numpy" not in modules


def test_a_verb_that_cannot_be_loaded_fails_each_time(monkeypatch):
    from demarche.cli import _verbs

    verbs = _verbs.Verbs()
    with monkeypatch.context() as broken:
        broken.setattr(_verbs, "import_module", lambda name: (_ for _ in ()).throw(ModuleNotFoundError(name)))
        for _ in range(2):
            with pytest.raises(ModuleNotFoundError, match="views"):
                verbs["moves"]
    assert verbs["moves"].name == "moves"


def test_every_verb_that_the_help_names_can_be_looked_up():
    from demarche.cli import cli

    assert {name: command.name for name, command in cli.commands.items()} == {name: name for name in cli.commands}
