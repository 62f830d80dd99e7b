"""Word documents and OpenDocument texts -> their paragraphs, by the one part of the package that holds them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from demarche.errors import InputError
from demarche.model import Document
from demarche.sources import _limits
from demarche.sources._packages import OPEN_TEXT, WORD, kind_of_package
from demarche.sources._text import document_from_text

__all__ = ["document_of_package", "text_of_package"]

_PART = 32 * 2**20
"""Bytes of the part with the paragraphs at most: they are parsed into many times as much."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How the texts of one kind of package are written.

    Parameters
    ----------
    part
        The name of the part that holds them.
    left_out
        Elements with what is not in the text: what was deleted, notes, how it looks.
    words
        The element that alone holds words, None where any does.
    """

    step: str
    media_type: str
    part: re.Pattern[str]
    left_out: frozenset[str]
    words: str | None = None


_FORMS = {
    WORD: _Form(
        step="docx:1",
        media_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        part=re.compile(r"word/document\d*\.xml"),
        left_out=frozenset("pPr rPr tblPr trPr tcPr sectPr del moveFrom Fallback".split()),
        words="t",
    ),
    OPEN_TEXT: _Form(
        step="odt:1",
        media_type="application/vnd.oasis.opendocument.text",
        part=re.compile(r"content\.xml"),
        left_out=frozenset("automatic-styles font-face-decls tracked-changes annotation note ruby-text forms".split()),
    ),
}
_Count = Callable[[BinaryIO], BinaryIO]


def document_of_package(stream: BinaryIO, kind: str, *, count: _Count) -> Document:
    """Return the document of a Word document or an OpenDocument text; what is unpacked goes through `count`."""
    most = _limits.LIMITS.document
    stream.seek(0)
    data = stream.read(most + 1)
    if len(data) > most:
        raise InputError(f"is larger than {most // 2**20} MiB; save its text")
    form = _FORMS[kind]
    document = document_from_text(_text(data, form, count), raw=data, steps=(form.step,))
    custody = document.custody and replace(document.custody, media_type=form.media_type)
    return replace(document, custody=custody)


def text_of_package(raw: bytes) -> str:
    """Return the text of a Word document or an OpenDocument text.

    Raises
    ------
    InputError
        If it is neither.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            kind = kind_of_package(archive)
    except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError) as error:
        raise InputError(f"is no whole office document ({error})") from error
    if kind not in _FORMS:
        raise InputError("is no Word document and no OpenDocument text")
    return _text(raw, _FORMS[kind], lambda stream: stream)


def _text(raw: bytes, form: _Form, count: _Count) -> str:
    from lxml import etree

    # Nothing that a file names is fetched or unfolded, and the parser keeps its own bounds of depth and of size.
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(_part(raw, form, count), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(f"cannot be parsed ({str(error)[:120]}); save it as text or PDF") from error
    lines = (" ".join(line.split()) for line in "".join(_pieces(root, form)).split("\n"))
    text = "\n".join(line for line in lines if line)
    if not text:
        raise InputError("the document has no text; if it is a picture, recognise its text first")
    return text


def _part(raw: bytes, form: _Form, count: _Count) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            name = next((name for name in archive.namelist() if form.part.fullmatch(name)), None)
            if name is None:
                raise InputError("has no part with a text; save it as text or PDF")
            with closing(count(cast(BinaryIO, archive.open(name)))) as stream:
                data = stream.read(_PART + 1)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"cannot be unpacked ({error}); save it as text or PDF") from error
    if len(data) > _PART:
        raise InputError(f"its text is larger than {_PART // 2**20} MiB; save it as text, in parts")
    return data


def _pieces(root: Any, form: _Form) -> Iterator[str]:
    """Yield the words of the paragraphs, each paragraph with the end of its line."""
    from lxml.etree import QName, iterwalk

    walk = iterwalk(root, events=("start", "end"))
    inside = 0
    for event, element in walk:
        if not isinstance(element.tag, str):
            continue
        name = QName(element).localname
        ends = name in ("p", "h")
        if event == "start":
            inside += ends
            if name in form.left_out:
                walk.skip_subtree()
            elif inside:
                yield _MARKS.get(name, "") + _in_line(element.text if form.words in (None, name) else None)
        else:
            inside -= ends
            yield ("\n" if ends else "") + _in_line(element.tail if inside and form.words is None else None)


_MARKS = {"s": " ", "tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "line-break": "\n", "noBreakHyphen": "-"}


def _in_line(words: str | None) -> str:
    return re.sub(r"\s", " ", words or "")
