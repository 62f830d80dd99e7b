"""PDF with a text layer -> document: its lines put together again, without running heads and page numbers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from demarche.errors import InputError, MissingExtra
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._bytes import read_whole
from demarche.sources._text import document_from_text, keep_sane, normalise_text

__all__ = ["PdfAdapter", "pdf_steps", "text_of_pdf"]

_CHILD = Path(__file__).with_name("_pdf_child.py")
_MEMORY = 3 * 2**30
_CHARACTERS = 16 * 2**20
"""Characters of a document at most."""
_EDGE = 3
"""Lines that a running head has at most."""
_REPEATED = 3
"""Pages on which a line stands at least, and on half of all, to be a running head."""
_APART = 1.3
"""How much more than the usual distance of lines is between paragraphs."""
_LEADING = 1.2
"""Distance of the lines of a paragraph by the size of its letters, as it is usual: a heading has more than the text."""
_NUMBER = re.compile(r"[\W_]*(?:page|p\.)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?[\W_]*", re.IGNORECASE)
_HYPHENS = "-\u00ad\u2010\ufffe\x02"
"""What stands at the end of a line whose last word goes on; the parser writes U+FFFE or U+0002 for some."""
_BROKEN = re.compile(rf"([^\W\d_]+)[{_HYPHENS}]$")
_TOOLS = re.compile(
    r"^(?:\(?unspecified\)?$|\(?anonymous\)?$|microsoft \w+ - |untitled|document\d*$|slide \d|powerpoint|presentation\d*$|layout \d)"
    r"|\.(?:docx?|pdf|indd|qxd|rtf|odt|pages|pptx?)$",
    re.IGNORECASE,
)
"""Titles that a program wrote."""
_STAMP = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")


class _Line(NamedTuple):
    text: str
    height: float
    size: float


@dataclass(frozen=True, slots=True)
class PdfAdapter:
    """The text layer of a PDF file, taken out by PDFium in a process of its own under limits."""

    name: str = "pdf"
    suffixes: tuple[str, ...] = (".pdf",)
    media_types: tuple[str, ...] = ("application/pdf", "application/x-pdf")

    def recognises(self, head: bytes) -> bool:
        """Return whether a PDF file begins so; up to 1 KiB may stand before."""
        return b"%PDF-" in head[:1024]

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the document, and a failure for the pages of which there are only pictures."""
        data = read_whole(raw)
        about, pages = _pages(data)
        scanned = [number for number, page in enumerate(pages, 1) if page.get("picture")]
        text = _assemble([_lines(page) for page in pages])
        if not text.strip():
            raise InputError(
                "has no text layer: its pages are pictures. Recognise their text first, with ocrmypdf for example"
                if scanned
                else "has no text"
            )
        yield document_from_text(text, raw=data, steps=pdf_steps(), **_about(about, text))
        if scanned:
            yield Failure(where=raw.where, stage="sources", reason=_scanned(scanned))
        broken = [number for number, page in enumerate(pages, 1) if page.get("broken")]
        if broken:
            reason = f"the pages {_listed(broken)} are broken; the rest was read"
            yield Failure(where=raw.where, stage="sources", reason=reason)


def pdf_steps() -> tuple[str, str]:
    """Return the steps from the bytes to the text."""
    try:
        return f"pypdfium2:{version('pypdfium2')}", "pdf-lines:1"
    except PackageNotFoundError:
        return "pypdfium2:unknown", "pdf-lines:1"


def text_of_pdf(data: bytes) -> str:
    """Return the text of a PDF file."""
    return _assemble([_lines(page) for page in _pages(data)[1]])


def _scanned(numbers: Sequence[int]) -> str:
    return f"the pages {_listed(numbers)} are pictures without text; recognise their text to have them too"


def _listed(numbers: Sequence[int]) -> str:
    more = f" and {len(numbers) - 12} more" if len(numbers) > 12 else ""
    return ", ".join(map(str, numbers[:12])) + more


def _pages(data: bytes) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return what a file says of itself, and its pages, as the other process finds them.

    Raises
    ------
    InputError
        If it is no PDF file, needs a password, or breaks the parser.
    MissingExtra
        If pypdfium2 is not installed.
    """
    if find_spec("pypdfium2") is None:
        raise MissingExtra("PDF", "pdf")
    if b"%PDF-" not in data[:1024]:
        raise InputError("is no PDF file, though it is called one")
    records = [json.loads(line) for line in _run(data).splitlines()]
    if not records or "error" in records[0]:
        raise InputError(_refused(records[0]["error"] if records else "nothing came of it"))
    if records[0]["pages"] > _limits.LIMITS.pages:
        raise InputError(f"has {records[0]['pages']} pages; split it, {_limits.LIMITS.pages} are read at most")
    if records[-1].get("long"):
        raise InputError(f"has more than {_CHARACTERS // 2**20} Mi characters; split it")
    if len(records) - 1 < records[0]["pages"]:
        raise InputError("breaks the parser of PDF at one of its pages; save its text")
    return records[0]["about"], records[1:]


def _refused(error: str) -> str:
    if "password" in error.lower():
        return "is encrypted; save it without its password first"
    return f"is no PDF file that can be read ({error[:100]}); save it anew, or save its text"


def _run(data: bytes) -> str:
    limits = _limits.LIMITS
    bounds = (limits.pages, max(1, int(limits.seconds)), _MEMORY, _CHARACTERS)
    try:
        done = subprocess.run(
            [sys.executable, "-P", str(_CHILD), *map(str, bounds)],
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(f"takes longer than {limits.seconds:g} s to read; save its text") from error
    return done.stdout.decode("ascii", "replace").rpartition("\n")[0]


def _lines(page: dict[str, Any]) -> list[_Line]:
    lines = (_Line(normalise_text(_plain(text)).strip(), height, size) for text, height, size in page["lines"])
    return [line for line in lines if line.text]


def _plain(text: str) -> str:
    """Return a line with the hyphen at its end as such."""
    return text[:-1] + "-" if text and text[-1] in _HYPHENS else text


def _assemble(pages: list[list[_Line]]) -> str:
    """Return the text of pages: paragraphs with an empty line between them, words that were broken whole again."""
    kept = _without_heads(pages)
    words = Counter(match[0].lower() for lines in kept for line in lines for match in _WORD.finditer(line.text))
    paragraphs: list[str] = []
    for lines in kept:
        for number, paragraph in enumerate(_paragraphs(lines)):
            whole = _join(paragraph, words)
            if number == 0 and paragraphs and _goes_on(paragraphs[-1], whole):
                paragraphs[-1] = _join([paragraphs[-1], whole], words)
            else:
                paragraphs.append(whole)
    return "\n\n".join(paragraphs) + "\n" if paragraphs else ""


_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def _without_heads(pages: list[list[_Line]]) -> list[list[_Line]]:
    """Leave out what stands apart at the edges of pages, if it is on many of them or a number of a page."""
    edges = [[_edge(lines, top=True), _edge(lines, top=False)] for lines in pages]
    seen = Counter(key for blocks in edges for key in {_key(line) for block in blocks for line in block})
    most = max(_REPEATED, len(pages) / 2)

    def is_head(line: _Line) -> bool:
        return seen[_key(line)] >= most or (len(pages) > 1 and _NUMBER.fullmatch(line.text) is not None)

    heads = [{line for block in blocks if all(map(is_head, block)) for line in block} for blocks in edges]
    return [[line for line in lines if line not in head] for lines, head in zip(pages, heads, strict=True)]


def _edge(lines: list[_Line], *, top: bool) -> list[_Line]:
    """Return the few lines at the top or the foot of a page that stand apart from the others."""
    ordered = sorted(lines, key=lambda line: line.height, reverse=top)
    usual = _usual_step(lines)
    block = ordered[:1]
    for line, further in zip(ordered, ordered[1:], strict=False):
        if _is_apart(abs(line.height - further.height), usual, further.size):
            return block if len(block) <= _EDGE else []
        block.append(further)
    return block if len(block) == 1 else []


def _usual_step(lines: list[_Line]) -> float:
    """Return how far the lines of a page are from each other, as most are."""
    steps = (above.height - line.height for above, line in zip(lines, lines[1:], strict=False))
    return median([step for step in steps if step > 0] or [0.0])


def _is_apart(step: float, usual: float, size: float) -> bool:
    return step > _APART * max(usual, _LEADING * size)


def _key(line: _Line) -> str:
    return re.sub(r"\d+", "#", " ".join(line.text.split())).casefold() + f"@{round(line.height)}"


def _paragraphs(lines: list[_Line]) -> Iterator[list[str]]:
    """Yield the lines of paragraphs: where the distance or the size of the letters changes, a new one begins."""
    steps = [above.height - line.height for above, line in zip(lines, lines[1:], strict=False)]
    usual = _usual_step(lines)
    paragraph: list[str] = []
    for line, step, above in zip(lines, [0.0, *steps], [None, *lines], strict=False):
        apart = above is not None and (
            _is_apart(step, usual, line.size) or abs(line.size - above.size) > 0.1 * above.size
        )
        if apart and paragraph and not _goes_on(paragraph[-1], line.text):
            yield paragraph
            paragraph = []
        paragraph.append(line.text)
    if paragraph:
        yield paragraph


def _goes_on(before: str, after: str) -> bool:
    """Return whether a sentence goes on over the end of a page, or of a line that is far from the next."""
    return before[-1:] not in ".!?:\u201d\"')" and after[:1].islower()


def _join(lines: Sequence[str], words: Counter[str]) -> str:
    """Return lines below each other, but a word that is broken between two of them whole on the first."""
    joined = lines[0]
    for line in lines[1:]:
        broken = _BROKEN.search(joined.rpartition("\n")[2])
        if broken is None or not _is_rest(broken[1], line):
            joined += "\n" + line
            continue
        rest, _, left = line.partition(" ")
        joined = joined[:-1] + _hyphen(broken[1], rest, words) + rest + ("\n" + left if left else "")
    return joined


def _is_rest(first: str, line: str) -> bool:
    """Return whether a word that is broken goes on in small letters, or in capitals as it began."""
    found = _WORD.match(line)
    return line[:1].islower() or (found is not None and len(first) > 1 and (first + found[0]).isupper())


def _hyphen(first: str, rest: str, words: Counter[str]) -> str:
    """Return the hyphen of a word that has one where it is not broken, or else nothing."""
    found = _WORD.match(rest)
    last = found[0] if found else rest
    return "-" if words[f"{first}-{last}".lower()] > words[f"{first}{last}".lower()] else ""


def _about(about: dict[str, Any], text: str) -> dict[str, str]:
    """Return title and day as far as they can be those of the text: not the name of a file, not the day of a scan."""
    title = str(about.get("Title") or "").strip()
    return keep_sane({"title": None if _TOOLS.search(title) else title, "published": _day(about, text)})


def _day(about: dict[str, Any], text: str) -> str | None:
    """Return the day on which the file was made if its text names the year early on; else it can be that of a copy."""
    found = _STAMP.match(str(about.get("CreationDate") or ""))
    if found is None or found[1] not in re.findall(r"\b\d{4}\b", text[:6000]):
        return None
    try:
        day = datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None
    return day.date().isoformat() if day <= datetime.now(UTC) else None
