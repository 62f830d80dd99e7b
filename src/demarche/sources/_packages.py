"""Which zip archives are one file of an office program, a book or a program, and no archive of documents."""

from __future__ import annotations

import zipfile
from contextlib import closing

from demarche.errors import InputError

__all__ = ["OPEN_TEXT", "WORD", "WORKBOOK", "kind_of_package"]

WORKBOOK = "an Excel workbook"
WORD = "a Word document"
OPEN_TEXT = "an OpenDocument text"
_OTHER = "a file of an office program"
_PARTS = (
    ("xl/workbook.xml", WORKBOOK),
    ("word/", WORD),
    ("ppt/", "a PowerPoint presentation"),
    ("xl/", "an Excel workbook in a form that is not read"),
)
_TYPES = (
    ("application/epub", "a book (EPUB)"),
    ("application/vnd.oasis.opendocument.text", OPEN_TEXT),
    ("application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet"),
    ("application/vnd.oasis.opendocument.presentation", "an OpenDocument presentation"),
    ("application/vnd.", _OTHER),
    ("application/x-vnd.", _OTHER),
)
_TYPE = 200
"""Bytes of the member that says the type at most."""


def kind_of_package(archive: zipfile.ZipFile) -> str | None:
    """Return what a zip archive is where it is one file for some program, None for an archive of documents."""
    names = archive.namelist()
    if "[Content_Types].xml" in names:
        return next((kind for part, kind in _PARTS if any(name.startswith(part) for name in names)), _OTHER)
    if "mimetype" in names:
        declared = _declared(archive)
        return next((kind for start, kind in _TYPES if declared.startswith(start)), None)
    return "a Pages, Numbers or Keynote file" if any(name.endswith(".iwa") for name in names) else None


def _declared(archive: zipfile.ZipFile) -> str:
    try:
        with closing(archive.open("mimetype")) as stream:
            return stream.read(_TYPE).decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"cannot be unpacked ({error}); pack it anew by deflate") from error
