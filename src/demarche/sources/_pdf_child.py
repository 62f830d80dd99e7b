"""Takes the lines out of a PDF file, in a process of its own: a file that breaks the parser breaks this process and nothing else.

The file comes on standard input; each page goes to standard output as a line of JSON. It imports nothing of Demarche, so that it starts
at once. Arguments: pages at most, seconds of the processor, bytes of memory, characters at most.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

_HYPHENS = (2, 0xFFFE)
"""What PDFium writes in place of a hyphen at the end of a line, and of the end of the line."""
_ENDS = (10, 13, *_HYPHENS)
_SHORT = 32
"""Characters for which a line counts at least, since each one is an object."""


def _bound(seconds: int, memory: int) -> None:
    """Take away what a hostile file would use up; where the system has no such limits, the parent's clock is left."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass


class _TooLong(Exception):
    """There are more characters than a document may have."""


def _lines(page: Any, most: int) -> Iterator[tuple[str, float, float]]:
    """Yield the lines of a page in the order in which it writes them, with their height on it and the size of their letters in points."""
    from pypdfium2 import raw

    text = page.get_textpage()
    line: list[int] = []
    height, size = 0.0, 0.0
    count = text.count_chars()
    if count > most:
        raise _TooLong
    for place in range(count):
        code = raw.FPDFText_GetUnicode(text.raw, place)
        if code in _ENDS:
            if line:
                yield _joined([*line, 45] if code in _HYPHENS else line), height, size
            line = []
        else:
            if not line and code != 32:
                height, size = _height(text, place), raw.FPDFText_GetFontSize(text.raw, place)
            if line or code != 32:
                line.append(code)
    if line:
        yield _joined(line), height, size


def _height(text: Any, place: int) -> float:
    """Return how far above the foot of the page a character stands: its base line, which is the same for all of a line."""
    from ctypes import byref, c_double

    from pypdfium2 import raw

    across, height = c_double(), c_double()
    raw.FPDFText_GetCharOrigin(text.raw, place, byref(across), byref(height))
    return height.value


def _joined(codes: list[int]) -> str:
    """Return the characters; a pair of surrogates is one."""
    units = "".join(map(chr, (code for code in codes if code < 0x110000)))
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _has_picture(page: Any) -> bool:
    from pypdfium2 import raw

    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))


def _write(record: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(record) + "\n")


def main(pages: int, seconds: int, memory: int, most: int) -> None:
    """Write what is said of the file, and then its pages."""
    import pypdfium2

    data = sys.stdin.buffer.read()
    _bound(seconds, memory)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        _write({"error": str(error)})
        return
    _write({"about": document.get_metadata_dict(skip_empty=True), "pages": len(document)})
    for number in range(min(len(document), pages)):
        try:
            page = document[number]
            lines = list(_lines(page, most))
            most -= sum(max(len(line), _SHORT) for line, _, _ in lines)
            if most < 0:
                raise _TooLong
            _write({"lines": lines, "picture": not lines and _has_picture(page)})
            page.close()
        except pypdfium2.PdfiumError as error:
            _write({"lines": [], "broken": str(error)})
        except _TooLong:
            _write({"long": True})
            return


if __name__ == "__main__":
    main(*map(int, sys.argv[1:5]))
