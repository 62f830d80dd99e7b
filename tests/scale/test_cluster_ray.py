"""Ray Data codes the same rows, whatever dies: in processes of its own, so that nothing of Ray is left behind in this one."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from archives import check_survived, deadly_reports, files, ids, reports, write_lines

from demarche.scaling import plan_archive

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(find_spec("ray") is None, reason="Ray has no wheel for every Python"),
]


def test_a_document_that_kills_its_actors_is_left_out_and_all_others_are_there(tmp_path):
    write_lines(tmp_path / "a.jsonl", deadly_reports())
    command = [sys.executable, Path(__file__).with_name("deadly.py"), tmp_path / "a.jsonl", tmp_path / "coded", "ray"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    check_survived(tmp_path / "coded", json.loads(done.stdout.splitlines()[-1]))


def code_here(source, output, size):
    run = plan_archive([str(source)], output, shard_size=size)
    made = [run.code(shard) for shard in run.todo]
    run.finish()
    return made


def test_what_ray_had_not_done_when_it_was_killed_is_done_without_it(tmp_path):
    write_lines(tmp_path / "a.jsonl", reports())
    code = [sys.executable, "-m", "demarche", "scale", "code", tmp_path / "a.jsonl"]
    size = ("--shard-size", str(400 / 2**20), "--workers", "1")
    driver = subprocess.Popen([*code, tmp_path / "coded", *size, "--address", "local"], start_new_session=True)
    try:
        for _ in range(6000):
            if list(tmp_path.glob("coded/_done/*.json")):
                break
            assert driver.poll() is None
            time.sleep(0.02)
    finally:
        os.kill(driver.pid, signal.SIGKILL)
        driver.wait(timeout=60)
    left, every = (code_here(tmp_path / "a.jsonl", tmp_path / output, 400) for output in ("coded", "at once"))
    assert len(left) < len(every)
    assert ids(tmp_path / "coded") == sorted(f"r{n}" for n in range(12))
    assert files(tmp_path / "coded") == files(tmp_path / "at once")
