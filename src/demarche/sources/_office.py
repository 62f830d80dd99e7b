"""Files of word processors and office programs: read where they are packages with a text, else refused with a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources._archives import ZipAdapter
from demarche.sources._bytes import head_of

__all__ = ["OfficeAdapter"]

_ZIP = b"PK\x03\x04"
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RICH = b"{\\rtf"
_FIRST = (b"[Content_Types].xml", b"mimetype", b"word/", b"ppt/", b"Index/")
"""What such a package begins with: the name of its first member stands 30 bytes behind its beginning."""
_SUFFIXES = ".docx .docm .dotx .doc .rtf .odt .ott .ods .odp .pptx .pptm .ppt .xls .xlsb .epub .pages .msg"
_OPEN_XML = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


@dataclass(frozen=True, slots=True)
class OfficeAdapter:
    """A file of an office program: texts are read, a workbook goes to the adapter for it; of the rest it is said what they are."""

    name: str = "office"
    suffixes: tuple[str, ...] = tuple(_SUFFIXES.split())
    media_types: tuple[str, ...] = (
        f"{_OPEN_XML}wordprocessingml.document",
        f"{_OPEN_XML}presentationml.presentation",
        f"{_OPEN_DOCUMENT}text",
        f"{_OPEN_DOCUMENT}spreadsheet",
        f"{_OPEN_DOCUMENT}presentation",
        "application/epub+zip",
        "application/msword",
        "application/rtf",
        "text/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.ms-outlook",
    )

    def recognises(self, head: bytes) -> bool:
        """Return whether a file of an office program begins so."""
        return head.startswith((_OLD, _RICH)) or (head.startswith(_ZIP) and head[30:].startswith(_FIRST))

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the document or the workbook, whatever its name; else raise the failure."""
        head = head_of(raw)
        if head.startswith(_ZIP):
            yield from ZipAdapter().read(raw)
        elif head.startswith(_RICH):
            raise InputError("is RTF, which is not read; save it as text or PDF")
        elif head.startswith(_OLD):
            raise InputError(
                "is an old or locked office document, or an Outlook letter; save it as text, PDF, .xlsx or .eml"
            )
        else:
            raise InputError("is no whole office document; if it is a text, name it .txt")
