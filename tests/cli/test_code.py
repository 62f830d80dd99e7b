import csv
import io
import json

import pytest
from click.testing import CliRunner

from demarche import cli, pipeline
from demarche.errors import InputError, ModelError
from demarche.model import Failure
from demarche.testing import make_coded, make_move

TEXT = "Kyiv rejected Moscow's demand."


@pytest.fixture
def run(monkeypatch, tmp_path):
    def code_all(documents, *, reader, workers):
        for document in documents:
            if isinstance(document, Failure):
                yield document
            else:
                yield make_coded(
                    document.text, [make_move(TEXT, "rejected", act="reject", document=document.id)], id=document.id
                )

    monkeypatch.setattr(pipeline, "load", lambda weights=None: None)
    monkeypatch.setattr(pipeline, "code_all", code_all)
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "bad.pdf").write_text("%PDF-1.4")
    monkeypatch.chdir(tmp_path)

    def run(*arguments, stdin=None):
        return CliRunner().invoke(cli.cli, ["code", *arguments], input=stdin, standalone_mode=False)

    return run


def test_the_table_is_the_default(run):
    result = run("a.txt")
    assert "reject" in result.stdout
    assert result.return_value == 0


def test_json_lines_come_from_standard_input_with_the_given_id(run):
    result = run("--format", "jsonl", stdin=json.dumps({"id": "c01", "text": TEXT}))
    assert json.loads(result.stdout)["document"] == "c01"


def test_csv_has_a_header_and_a_row_a_move(run):
    assert len(list(csv.reader(io.StringIO(run("a.txt", "--format", "csv").stdout)))) == 2


def test_a_page_is_written_to_a_file(run, tmp_path):
    assert run("a.txt", "--format", "html", "-o", "page.html").return_value == 0
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")


def test_parquet_is_written_to_a_file(run, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    run("a.txt", "--format", "parquet", "-o", "m.parquet")
    assert parquet.read_table(tmp_path / "m.parquet").num_rows == 1


def test_unsure_moves_can_be_left_out(run):
    assert run("a.txt", "--format", "jsonl", "--min-confidence", "0.95").stdout == ""


@pytest.mark.parametrize("value", ["nan", "2", "x"])
def test_a_confidence_that_is_no_probability_is_wrong_usage(run, value):
    assert "min-confidence" in run("a.txt", "--min-confidence", value).exception.format_message()


def test_a_failure_is_named_and_the_exit_code_tells_some_from_all(run):
    some, none = run("bad.pdf", "a.txt"), run("bad.pdf")
    assert (some.return_value, none.return_value) == (1, 2)
    assert "bad.pdf: is no PDF file that can be read" in some.stderr


def test_an_unwritable_output_is_a_message(run):
    result = run("a.txt", "-o", "missing/page.html")
    assert "cannot write" in str(result.exception.message)


@pytest.mark.parametrize(
    ("error", "status"), [(ModelError("no weights"), 3), (InputError("bad gold"), 2), (KeyboardInterrupt(), 130)]
)
def test_our_errors_are_messages_with_exit_codes(monkeypatch, capsys, error, status):
    def fail(**options):
        raise error

    monkeypatch.setattr(cli.cli, "main", fail)
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert caught.value.code == status
    assert "Traceback" not in capsys.readouterr().err
