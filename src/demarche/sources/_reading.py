"""Reads an input to its end: dispatches what is packed in it, holds it to the limits, and records where each text is from."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from typing import Any

from demarche.errors import DemarcheError, InputError
from demarche.model import Custody, Document, Failure, Raw
from demarche.model.custody import open_headers, without_password
from demarche.sources import _limits
from demarche.sources._bytes import Budget, Spent, metered, read_whole
from demarche.sources._text import NORMALISE, keep_sane, normalise_text
from demarche.sources.adapters import Adapter, TableAdapter, choose_adapter

__all__ = ["Reading", "read_raw"]

Item = Document | Failure
_DAMAGED = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, tarfile.TarError)


def read_raw(
    raw: Raw,
    *,
    columns: Mapping[str, str] | None = None,
    keep: bool = False,
    adapters: tuple[Adapter, ...] | None = None,
) -> Iterator[Document | Failure]:
    """Yield the documents of bytes that came from somewhere, or failures in their place; it never raises for what it reads.

    Parameters
    ----------
    columns
        Of tables and JSON lines, the columns by the field of a document that they hold: ``{"text": "body"}``.
    keep
        Whether the raw bytes travel with each document, in its custody.
    adapters
        Those to choose from; all that there are by default.

    Examples
    --------
    >>> import io
    >>> raw = Raw(where="a.txt", name="a.txt", open=lambda: io.BytesIO(b"Kyiv rejected it."))
    >>> next(read_raw(raw)).custody.steps
    ('decode:utf-8', 'normalise:1')
    """
    return Reading(raw.size, columns=columns, keep=keep, adapters=adapters).read(raw)


class Reading:
    """One input and all that is packed in it.

    Parameters
    ----------
    size
        Of the input in bytes, None where unknown.
    """

    def __init__(
        self,
        size: int | None,
        *,
        columns: Mapping[str, str] | None,
        keep: bool,
        adapters: tuple[Adapter, ...] | None = None,
    ) -> None:
        self._adapters = adapters
        self._budget = Budget(size)
        self._columns = columns
        self._keep = keep

    def read(self, raw: Raw) -> Iterator[Item]:
        """Yield the documents of `raw` and failures in their place."""
        try:
            yield from self._read(raw)
        except Spent as error:
            yield Failure(where=raw.where, stage="sources", reason=error.reason)

    def _read(self, raw: Raw) -> Iterator[Item]:
        raw = replace(_without_secrets(raw), open=metered(raw, self._budget))
        adapter: Adapter | None = None
        try:
            if raw.depth > _limits.LIMITS.depth:
                raise InputError(f"lies in more than {_limits.LIMITS.depth} archives; unpack the outer ones")
            self._budget.start_document()
            adapter = self._adapter(raw)
            is_table = isinstance(adapter, TableAdapter)
            items = iter(adapter.read(raw))
            documents = 0
            while (item := self._next(items)) is not None:
                if isinstance(item, Raw):
                    yield from self._read(self._packed(item, raw))
                else:
                    documents += isinstance(item, Document)
                    yield self._settled(item, raw, adapter, number=documents, is_table=is_table)
        except Spent:
            raise
        except Exception as error:  # whatever an adapter raises ends what it reads, not the run
            where = getattr(error, "where", None) or raw.where
            yield Failure(where=where, stage="sources", reason=_reason(error, adapter))

    def _adapter(self, raw: Raw) -> Adapter:
        adapter = choose_adapter(raw, adapters=self._adapters)
        if self._columns and isinstance(adapter, TableAdapter):
            return adapter.with_columns(self._columns)
        return adapter

    def _next(self, items: Iterator[Any]) -> Document | Failure | Raw | None:
        self._budget.start_document()
        item = next(items, None)
        if item is None or isinstance(item, Document | Failure | Raw):
            return item
        raise InputError(f"the adapter gives a {type(item).__name__}; it may give documents, failures and raw bytes")

    def _packed(self, raw: Raw, outer: Raw) -> Raw:
        """Return what lies in `outer`, which is one archive deeper whatever it says of itself."""
        self._budget.add_member()
        # A page that was fetched has a day of its own, whoever sends it on.
        otherwise = {**outer.otherwise, **raw.otherwise} if raw.address is None else raw.otherwise
        retrieved = raw.retrieved or outer.retrieved
        return replace(raw, depth=outer.depth + 1, retrieved=retrieved, otherwise=otherwise)

    def _settled(self, item: Item, raw: Raw, adapter: Adapter, *, number: int, is_table: bool) -> Item:
        if isinstance(item, Failure):
            return item
        text = normalise_text(item.text)
        if not text.strip():
            return Failure(where=raw.where, stage="sources", reason="the text is empty; there is nothing to code")
        custody = item.custody or _custody_of(raw, adapter, number)
        custody = replace(
            custody,
            source=custody.source or raw.where,
            retrieved=raw.retrieved,
            address=raw.address,
            headers=raw.headers,
            media_type=raw.media_type or custody.media_type or next(iter(adapter.media_types), None),
            raw=custody.raw if self._keep else None,
        )
        document = replace(item, text=text, sha256=custody.sha256, custody=custody)
        return _with_about(document, item, raw, is_table=is_table)


def _without_secrets(raw: Raw) -> Raw:
    """Return `raw` without what lets others ask in somebody's name: it would stand in a ledger that forgets nothing."""
    about, otherwise = (
        {name: without_password(value) for name, value in said.items()} for said in (raw.about, raw.otherwise)
    )
    address = raw.address and without_password(raw.address)
    where = without_password(raw.where)
    return replace(
        raw, where=where, address=address, headers=open_headers(raw.headers), about=about, otherwise=otherwise
    )


def _custody_of(raw: Raw, adapter: Adapter, number: int) -> Custody:
    """Return the custody of a document whose adapter says nothing of it: the whole of the bytes, the adapter itself, and which one."""
    data = read_whole(raw)
    step = f"adapter:{adapter.name}:{_version_of(adapter)}" + (f"#{number}" if number > 1 else "")
    return Custody(
        sha256=hashlib.sha256(data).hexdigest(), size=len(data), source=raw.where, steps=(step, NORMALISE), raw=data
    )


def _version_of(adapter: Adapter) -> str:
    """Return the version of the package that an adapter is from, or what it says itself."""
    own = getattr(adapter, "version", None)
    if own:
        return str(own)
    package = type(adapter).__module__.partition(".")[0]
    try:
        return version(next(iter(packages_distributions().get(package, ())), package))
    except PackageNotFoundError:
        return "unknown"


def _with_about(document: Document, item: Document, raw: Raw, *, is_table: bool) -> Document:
    """Return the document with what is known of it from outside; of the rows of a table it says nothing but who publishes them."""
    given: dict[str, Any] = keep_sane(
        {name: raw.about.get(name) for name in ("title", "published", "publisher", "url")}
    )
    if is_table:
        given = {} if document.publisher else {name: value for name, value in given.items() if name == "publisher"}
    elif not document.url and raw.address:
        given.setdefault("url", raw.address)
    for name, value in keep_sane(raw.otherwise).items():
        if not getattr(document, name) and not (is_table and name == "published"):
            given.setdefault(name, value)
    known = replace(document, **given)
    return replace(known, id=_content_id(known)) if item.id == _content_id(item) else known


def _content_id(document: Document) -> str:
    return Document.content_id(document.text, document.publisher, document.published, document.url)


def _reason(error: Exception, adapter: Adapter | None) -> str:
    """Return what is wrong and what to do, for whatever was raised."""
    if isinstance(error, DemarcheError):
        return str(getattr(error, "reason", error))
    if isinstance(error, _DAMAGED):
        return f"the packed data are damaged ({error}); what stands before was read"
    if isinstance(error, OSError) and error.strerror:
        return f"cannot be read: {error.strerror}; check the path"
    name = adapter.name if adapter else "source"
    return f"the {name} adapter cannot read it ({type(error).__name__}: {str(error)[:200]})"
