"""The temporary folder of an archive that is open: what a program left there that was killed goes when the next one opens an archive."""

from __future__ import annotations

import os
import platform
import re
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

__all__ = ["Scratch"]

_PREFIX = f"demarche-archive-{re.sub('[^A-Za-z0-9.-]', '_', platform.node())}-"
"""With the name of the machine: where several share a folder, one need not see what another holds."""
_NEW = 60.0
"""Seconds within which a folder may be there and not be held yet."""


class Scratch:
    """A folder that only this user can read, held by this program until it is closed or ends, whatever ends it."""

    def __init__(self) -> None:
        _remove_left(Path(tempfile.gettempdir()))
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        self.name = self._folder.name
        self._held = _hold(self.name)

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()
        if self._held is not None:
            os.close(self._held)
            self._held = None


def _remove_left(place: Path) -> None:
    """Remove the folders of this user that no program holds: the texts in them are nobody's any more."""
    if not hasattr(os, "getuid"):  # Windows, where files in use cannot be told apart so
        return
    for path in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            known = path.lstat()
            own = stat.S_ISDIR(known.st_mode) and known.st_uid == os.getuid()
            if own and time.time() - known.st_mtime > _NEW and (held := _hold(path)) is not None:
                shutil.rmtree(path, ignore_errors=True)
                os.close(held)


def _hold(folder: str | Path) -> int | None:
    """Return an open handle of a folder that no other has, None if another program has it or folders cannot be held."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
