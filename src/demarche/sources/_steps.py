"""Takes again the steps that made a text of bytes, as its chain of custody names them."""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

from demarche.errors import InputError
from demarche.model import Document, Raw
from demarche.sources._html import document_from_html
from demarche.sources._mail import body_bytes
from demarche.sources._markdown import strip_markdown
from demarche.sources._pdf import text_of_pdf
from demarche.sources._text import normalise_text
from demarche.sources._word import text_of_package
from demarche.sources.adapters import Adapter, find_adapters

__all__ = ["repeat_steps"]

_BYTES = {"utf-8": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
_BYTES |= {"utf-32-le": codecs.BOM_UTF32_LE, "utf-32-be": codecs.BOM_UTF32_BE}


def repeat_steps(raw: bytes, steps: Sequence[str], *, adapters: tuple[Adapter, ...] | None = None) -> str:
    r"""Return the text that the steps make of the bytes.

    With another version of a library than the steps name, it can be another text: compare the versions when it is.

    Parameters
    ----------
    raw
        The bytes whose hash the custody has.
    steps
        As :class:`~demarche.model.Custody` has them.
    adapters
        Those that a step can name; all that there are by default.

    Raises
    ------
    InputError
        If a step is not known here, or the bytes are not such that it can be taken.

    Examples
    --------
    >>> repeat_steps(b"Kyiv rejected it.\r\n", ("decode:utf-8", "normalise:1"))
    'Kyiv rejected it.\n'
    """
    value: Any = raw
    for step in steps:
        name, _, detail = step.partition(":")
        if name in _STEPS:
            value = _STEPS[name](value, detail)
        else:
            own, _, version = detail.partition(":") if name == "adapter" else (name, "", detail)
            value = _from_adapter(value, own, _number(version), adapters)
    if not isinstance(value, str):
        raise InputError(f"the steps {', '.join(steps) or '(none)'} give no text")
    return value


def _decode(raw: bytes, encoding: str) -> str:
    return raw.removeprefix(_BYTES.get(encoding, b"")).decode(encoding, "replace")


def _from_json(raw: bytes, key: str) -> str:
    return str(json.loads(raw.decode("utf-8-sig"))[key])


def _number(version: str) -> int:
    """Return which document of its bytes a step means: ``1.2#3`` is the third."""
    number = version.rpartition("#")[2] if "#" in version else ""
    return int(number) if re.fullmatch("[1-9][0-9]{0,8}", number) else 1


def _from_adapter(raw: bytes, name: str, number: int, adapters: tuple[Adapter, ...] | None) -> str:
    """Return the text of the document of this number that an adapter of a plug-in reads in the bytes."""
    known = find_adapters().working if adapters is None else adapters
    adapter = next((adapter for adapter in known if adapter.name == name), None)
    if adapter is None:
        raise InputError(f"the step {name!r} is not known here; install the plug-in or the version that takes it")
    source = Raw(where=name, name=f"raw{adapter.suffixes[0] if adapter.suffixes else ''}", open=lambda: io.BytesIO(raw))
    texts = (item.text for item in adapter.read(source) if isinstance(item, Document))
    return next(islice(texts, number - 1, None), "")


_STEPS: dict[str, Callable[[Any, str], Any]] = {
    "decode": _decode,
    "docx": lambda raw, version: text_of_package(raw),
    "email": body_bytes,
    "json": _from_json,
    "markdown-it-py": lambda source, version: strip_markdown(source)[0],
    "normalise": lambda text, version: normalise_text(text),
    "odt": lambda raw, version: text_of_package(raw),
    "pdf-lines": lambda text, version: text,
    "pypdfium2": lambda raw, version: text_of_pdf(raw),
    "row": lambda raw, version: raw,
    "trafilatura": lambda html, version: document_from_html(html, raw=b"").text,
}
