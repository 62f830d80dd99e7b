"""Standard output that cannot be written, with the real command: a runner in the same process has no real one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.model
COMMAND = [sys.executable, "-c", "from demarche.cli import main; main()", "code", "-", "--format"]
LINE = '{"text": "Kyiv rejected the plan."}\n'


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "html"])
def test_a_full_disk_is_a_message(form):
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, form], input=LINE, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 2
    assert "cannot write standard output" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_gone_ends_the_run_quietly():
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "jsonl"], input=LINE * 50, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_output_in_no_folder_is_wrong_usage(tmp_path):
    done = subprocess.run(
        [*COMMAND, "csv", "-o", str(tmp_path / "none" / "a.csv")],
        input=LINE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "cannot write" in done.stderr


def test_the_output_may_be_the_input_and_a_failed_run_changes_nothing(tmp_path):
    place = tmp_path / "a.txt"
    place.write_text("Kyiv rejected the plan.")
    command = [*COMMAND[:3], "code", str(place), "-o", str(place), "--format", "jsonl"]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0
    assert '"rejected"' in place.read_text("utf-8")
    assert subprocess.run([*command, "--weights", str(tmp_path)], capture_output=True, timeout=60).returncode == 3
    assert '"rejected"' in place.read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("form", ["table", "jsonl", "csv", "html"])
def test_output_is_utf8_whatever_the_terminal_says(form):
    done = subprocess.run(
        [*COMMAND, form],
        input='{"text": "Orb\\u00e1n rejected the plan \\ud83d\\ude00."}\n',
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "Orbán" in done.stdout


def test_a_russian_text_is_named_and_codes_nothing():
    words = "Правительство отвергло предложение о перемирии и потребовало вывода войск из района."
    done = subprocess.run([*COMMAND, "jsonl"], input=words, capture_output=True, encoding="utf-8", timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'ru'" in done.stderr


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([*COMMAND, "jsonl", "-o", str(pipe)], stdin=subprocess.PIPE, text=True) as run:
        run.stdin.write(LINE)
        run.stdin.close()
        assert '"rejected"' in pipe.read_text("utf-8")
    assert pipe.is_fifo()
