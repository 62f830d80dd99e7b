"""What makes documents of bytes: adapters, found by entry point, so that a format can be added from outside.

An adapter is any object with the attributes of :class:`Adapter`. A package that brings one names it in the group
``demarche.sources``; the built-in ones are named there too, and are found without it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Protocol, runtime_checkable

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources._bytes import head_of

__all__ = ["BUILT_IN", "GROUP", "Adapter", "Adapters", "TableAdapter", "choose_adapter", "find_adapters"]

GROUP = "demarche.sources"
"""The group of entry points."""
BUILT_IN: dict[str, str] = {
    "html": "demarche.sources._html_adapter:HtmlAdapter",
    "jsonl": "demarche.sources._lines:LinesAdapter",
    "json": "demarche.sources._json:JsonAdapter",
    "csv": "demarche.sources._tables:CsvAdapter",
    "parquet": "demarche.sources._parquet:ParquetAdapter",
    "excel": "demarche.sources._excel:ExcelAdapter",
    "office": "demarche.sources._office:OfficeAdapter",
    "pdf": "demarche.sources._pdf:PdfAdapter",
    "email": "demarche.sources._mail:EmailAdapter",
    "mbox": "demarche.sources._mail:MailboxAdapter",
    "warc": "demarche.sources._warc_adapter:WarcAdapter",
    "zip": "demarche.sources._archives:ZipAdapter",
    "tar": "demarche.sources._archives:TarAdapter",
    "gzip": "demarche.sources._archives:GzipAdapter",
    "markdown": "demarche.sources._plain:MarkdownAdapter",
    "text": "demarche.sources._plain:TextAdapter",
}
"""The adapters of this package, in the order in which they are asked."""
_PLAIN = frozenset({"text", "markdown", "office"})
"""Names of formats that anything can be called: a page saved as ``.txt`` is a page, and so is many a ``.doc``."""


@runtime_checkable
class Adapter(Protocol):
    """Makes documents of the bytes of a format.

    Attributes
    ----------
    name
        The format, in one word: ``html``.
    suffixes
        Of file names, in lower case: ``(".html", ".htm")``.
    media_types
        Without parameters: ``("text/html",)``.
    """

    name: str
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]

    def recognises(self, head: bytes) -> bool:
        """Return whether bytes that begin so are surely of the format; `head` has up to 4 KiB. It must not raise."""

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the documents of `raw`, failures in place of what cannot be read, and what is packed in it.

        What is packed in it is read in its turn before the next is asked for. What it raises ends this `raw` as a failure.
        """


@runtime_checkable
class TableAdapter(Adapter, Protocol):
    """An adapter of a format with columns."""

    def with_columns(self, columns: Mapping[str, str]) -> Adapter:
        """Return the adapter that takes the fields of a document (``text``) from the columns named (``body``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The adapters that there are.

    Parameters
    ----------
    working
        In the order in which they are asked, those of plug-ins first, so that they can take the place of a built-in one.
    broken
        Plug-ins that cannot be loaded, each with the reason.
    """

    working: tuple[Adapter, ...]
    broken: tuple[Failure, ...]


def find_adapters() -> Adapters:
    """Return the adapters of this package and of the plug-ins that are installed; a broken one stops no other.

    Examples
    --------
    >>> "html" in [adapter.name for adapter in find_adapters().working]
    True
    """
    return _load(tuple(sys.path))


@lru_cache(maxsize=4)
def _load(path: tuple[str, ...]) -> Adapters:
    """Return the adapters that are installed on a path: to look for them takes longer than to read a page."""
    working, broken = [], []
    for point in _plugins():
        try:
            working.append(_made(point.load()))
        except (Exception, SystemExit) as error:  # a plug-in can raise anything when it is imported
            package = point.dist.name if point.dist else "unknown"
            reason = (
                f"the plug-in cannot be used ({type(error).__name__}: {error}); the rest goes on without it. "
                f"Install the package {package!r} anew, or remove it"
            )
            broken.append(Failure(where=f"{GROUP}: {point.name} = {point.value}", stage="sources", reason=reason))
    working += [_made(_import(value)) for value in BUILT_IN.values()]
    return Adapters(working=tuple(working), broken=tuple(broken))


def _plugins() -> list[EntryPoint]:
    found = [point for point in entry_points(group=GROUP) if point.value not in BUILT_IN.values()]
    return sorted(found, key=lambda point: (point.name, point.value))


def _import(value: str) -> Any:
    module, _, name = value.partition(":")
    return getattr(import_module(module), name)


def _made(found: Any) -> Adapter:
    """Return the adapter that an entry point names: the object itself, or one made by the class or function."""
    adapter: Adapter = found() if isinstance(found, type) or not hasattr(found, "read") else found
    check_shape(adapter)
    return adapter


def check_shape(adapter: Any) -> None:
    """Raise InputError unless an object has the attributes of an adapter."""
    wrong = [name for name, right in _CHECKS.items() if not right(getattr(adapter, name, None))]
    if wrong:
        raise InputError(f"is no adapter: {', '.join(wrong)} missing or of the wrong kind")


def _are_strings(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "name": lambda value: isinstance(value, str) and re.fullmatch(r"[a-z0-9][a-z0-9_.-]*", value) is not None,
    "suffixes": lambda value: _are_strings(value) and all(re.fullmatch(r"\.[^A-Z\s/]+", suffix) for suffix in value),
    "media_types": _are_strings,
    "recognises": callable,
    "read": callable,
}


def choose_adapter(raw: Raw, *, adapters: tuple[Adapter, ...] | None = None) -> Adapter:
    """Return the adapter for `raw`: by suffix and media type, held against how the bytes begin; the one for text if none is surer.

    Parameters
    ----------
    adapters
        Those to choose from; all that there are by default.

    Examples
    --------
    >>> import io
    >>> raw = Raw(where="a.txt", name="a.txt", open=lambda: io.BytesIO(b"<!doctype html><p>Kyiv rejected it."))
    >>> choose_adapter(raw).name
    'html'
    """
    known = find_adapters().working if adapters is None else adapters
    head = head_of(raw)
    named = [*_by_suffix(raw.name.lower(), known), *_by_media_type(raw.media_type, known)]
    sure = [adapter for adapter in named if _recognises(adapter, head)]
    firm = [adapter for adapter in named if adapter.name not in _PLAIN]
    found = sure or firm or [adapter for adapter in known if _recognises(adapter, head)] or named
    return found[0] if found else next((adapter for adapter in known if adapter.name == "text"), known[-1])


def _by_suffix(name: str, known: tuple[Adapter, ...]) -> list[Adapter]:
    """Return those with the longest suffix that `name` has: of ``a.tar.gz`` those for ``.tar.gz``, not those for ``.gz``."""
    fitting = [(max((len(s) for s in a.suffixes if name.endswith(s)), default=0), a) for a in known]
    longest = max((length for length, _ in fitting), default=0)
    return [adapter for length, adapter in fitting if length == longest and length]


def _by_media_type(media_type: str | None, known: tuple[Adapter, ...]) -> list[Adapter]:
    plain = (media_type or "").partition(";")[0].strip().lower()
    return [adapter for adapter in known if plain in adapter.media_types]


def _recognises(adapter: Adapter, head: bytes) -> bool:
    try:
        return bool(adapter.recognises(head))
    except Exception:  # it must not raise; if it does, the format is not recognised
        return False
