"""``--columns`` of the command line."""

from click.testing import CliRunner

from demarche.cli import cli


def run(*words):
    return CliRunner().invoke(cli, list(words))


def test_a_mapping_that_is_none_is_wrong_usage(tmp_path):
    for verb in (["code", "a.csv"], ["ingest", "a.csv", "--ledger", str(tmp_path / "l.db")]):
        result = run(*verb, "--columns", "words=body")
        assert result.exit_code == 2
        assert "the fields are: text, id, title" in result.output


def test_a_column_that_is_not_there_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("body,day\nYes.,2025\n", "utf-8")
    result = run("code", str(tmp_path / "a.csv"), "--columns", "text=boddy")
    assert "its columns are: body, day" in result.output
