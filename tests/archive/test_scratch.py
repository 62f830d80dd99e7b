"""The temporary folder of an archive: nobody else reads it, and nothing of it stays, whatever ends a program."""

import os
import stat
import sys
import tempfile

import pytest

from demarche.archive._scratch import _PREFIX, Scratch

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be held on Windows")


@pytest.fixture(autouse=True)
def _place(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def age(path):
    os.utime(path, (0, 0), follow_symlinks=False)


def test_it_is_of_its_user_alone_and_goes_when_it_is_closed(tmp_path):
    scratch = Scratch()
    assert stat.S_IMODE(os.stat(scratch.name).st_mode) == 0o700
    scratch.close()
    assert not list(tmp_path.iterdir())


def test_what_a_killed_program_left_goes_with_the_next_one(tmp_path):
    left = tmp_path / f"{_PREFIX}left"
    left.mkdir()
    (left / "texts").write_text("secret")
    age(left)
    Scratch().close()
    assert not left.exists()


def test_what_a_program_holds_stays_however_old_it_is(tmp_path):
    held = Scratch()
    age(held.name)
    Scratch().close()
    assert os.path.isdir(held.name)
    held.close()


def test_what_is_new_or_a_link_or_another_folder_stays(tmp_path):
    kept = [tmp_path / name for name in (f"{_PREFIX}new", "other", f"{_PREFIX}link", "demarche-archive-elsewhere-old")]
    for path in (kept[0], kept[1], kept[3]):
        path.mkdir()
    kept[2].symlink_to(kept[1], target_is_directory=True)
    for path in kept[1:]:
        age(path)
    Scratch().close()
    assert all(path.exists() for path in kept)
