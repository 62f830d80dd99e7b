"""The examples of the manual run on an archive."""

import re
from pathlib import Path

import pytest

from demarche import pipeline

MANUAL = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", MANUAL, re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(number, archive, folder, tmp_path, monkeypatch, comparer):
    archive.find_copies()
    monkeypatch.setattr(pipeline, "_shipped_comparer", lambda: comparer)
    (tmp_path / "news").symlink_to(folder, target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(compile(EXAMPLES[number], "docs/archive.md", "exec"), names)
    found = [names[name] for name in ("quote", "rows", "threats") if name in names]
    assert len(found) == 1
    assert getattr(found[0], "height", True)


def test_there_is_an_example_of_each_way():
    assert [word in MANUAL for word in ("Archive.open", "duckdb.sql", "pl.scan_parquet")] == [True] * 3
    assert len(EXAMPLES) == 3
