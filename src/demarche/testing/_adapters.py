"""The contract that every adapter of a format keeps, as a check that its authors run too."""

from __future__ import annotations

import hashlib
import io
import random
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO, cast

from demarche.model import Document, Failure, Raw
from demarche.sources import _limits, find_adapters, normalise_text, parse_published, read_raw, repeat_steps
from demarche.sources.adapters import Adapter, check_shape, choose_adapter

__all__ = ["check_adapter"]

_SECONDS = 2.0
"""For one document while the contract is checked."""
_COPY = 64 * 2**20
"""Bytes of a copy meanwhile: what never ends is not to fill the disk."""
_PATIENCE = 15.0
"""Seconds in which the next document or failure has to come, on a slow machine too."""
_LONGEST = 500
_HEADS = (
    b"",
    b"\0" * 4096,
    b"\xff" * 4096,
    b"<" * 4096,
    b"{" * 4096,
    b"PK\x03\x04",
    b"%PDF-",
    b"\x1f\x8b",
    b"From ",
    b"a\n" * 2048,
    b"Party: Kyiv\r\n" * 315,
    b"a: b\n c\n" * 512,
    b"a,b;c\t" * 682,
)
_CHARSETS = ("utf-16", "rot13", "idna", "no-such-encoding", "\0", "x" * 1000)


def check_adapter(adapter: Adapter, samples: Mapping[str, bytes]) -> None:
    """Raise AssertionError, naming the check, unless an adapter keeps the contract.

    That it says what it reads; that it reads each sample, twice the same; that texts are normalised, so that offsets hold; that the
    custody is whole and its steps give the text of the bytes again; and that on bytes that are broken, endless or of
    something else it gives failures, in bounded time, and never raises.

    Parameters
    ----------
    samples
        File name (whose suffix it reads) -> content, of which at least one document comes.

    Examples
    --------
    >>> from demarche.sources import find_adapters
    >>> text = next(adapter for adapter in find_adapters().working if adapter.name == "text")
    >>> check_adapter(text, {"a.txt": b"Kyiv rejected the plan."})
    """
    check_shape(adapter)
    assert samples, "give at least one sample"
    _check_heads(adapter, samples)
    with _quick():
        for name, content in samples.items():
            _check_choice(adapter, name, content)
            documents = _check_documents(adapter, name, content)
            _check_custody(adapter, documents)
            _check_broken(adapter, name, content)
            _check_endless(adapter, name, content)


@contextmanager
def _quick() -> Iterator[None]:
    kept = _limits.LIMITS
    _limits.LIMITS = replace(kept, seconds=_SECONDS, copy=_COPY)
    try:
        yield
    finally:
        _limits.LIMITS = kept


def _known(adapter: Adapter) -> tuple[Adapter, ...]:
    return (adapter, *(other for other in find_adapters().working if other is not adapter))


def _raw(name: str, content: bytes, **about: Any) -> Raw:
    return Raw(where=name, name=name, open=lambda: io.BytesIO(content), size=len(content), **about)


def _read(adapter: Adapter, raw: Raw, *, keep: bool = False) -> list[Document | Failure]:
    items = read_raw(raw, keep=keep, adapters=_known(adapter))
    found: list[Document | Failure] = []
    while True:
        start = time.monotonic()
        item = next(items, None)
        took = time.monotonic() - start
        assert took < _PATIENCE, f"bounded: {raw.where} takes {took:.0f} s for one document"
        if item is None:
            return found
        found.append(item)


def _check_heads(adapter: Adapter, samples: Mapping[str, bytes]) -> None:
    for head in (*_HEADS, *(content[:4096] for content in samples.values())):
        start = time.monotonic()
        try:
            found = adapter.recognises(head)
        except Exception as error:
            raise AssertionError(f"recognises: raises {error!r} for bytes that begin with {head[:20]!r}") from error
        assert isinstance(found, bool), f"recognises: gives {found!r} for bytes that begin with {head[:20]!r}"
        assert time.monotonic() - start < 1, f"recognises: takes long for bytes that begin with {head[:20]!r}"


def _check_choice(adapter: Adapter, name: str, content: bytes) -> None:
    chosen = choose_adapter(_raw(name, content), adapters=_known(adapter))
    assert chosen is adapter, f"choice: {name} is read by {chosen.name!r}; its suffix is none of {adapter.suffixes}"


def _check_documents(adapter: Adapter, name: str, content: bytes) -> list[Document]:
    first, second = (_read(adapter, _raw(name, content), keep=True) for _ in range(2))
    assert first == second, f"determinism: {name} is not read the same twice"
    documents = [item for item in first if isinstance(item, Document)]
    assert documents, f"documents: {name} gives none: {first}"
    for document in documents:
        assert document.text == normalise_text(document.text), f"offsets: {document.id} is not normalised"
        assert document.text.strip(), f"documents: {document.id} has no text"
        for field in ("id", "title", "publisher", "url", "published"):
            value = getattr(document, field)
            assert value is None or 0 < len(value) <= _LONGEST, f"documents: {field} of {document.id} is {value[:60]!r}"
        if document.published:
            parse_published(document.published)
    return documents


def _check_custody(adapter: Adapter, documents: list[Document]) -> None:
    for document in documents:
        custody = document.custody
        assert custody is not None, f"custody: {document.id} has none"
        assert custody.raw is not None, f"custody: {document.id} comes without its bytes"
        assert custody.size == len(custody.raw), f"custody: {document.id} has another size than its bytes"
        digest = hashlib.sha256(custody.raw).hexdigest()
        assert custody.sha256 == document.sha256 == digest, (
            f"custody: the hash of {document.id} is not that of its bytes"
        )
        assert custody.source, f"custody: {document.id} does not say where it is from"
        wrong = [step for step in custody.steps if not re.fullmatch(r"[\w.-]+:.+", step)]
        assert custody.steps, f"custody: {document.id} has no steps"
        assert not wrong, f"custody: steps of {document.id} without a version: {wrong}"
        text = repeat_steps(custody.raw, custody.steps, adapters=_known(adapter))
        assert text == document.text, f"custody: the steps {custody.steps} do not give the text of {document.id} again"


def _check_broken(adapter: Adapter, name: str, content: bytes) -> None:
    for raw in _broken(name, content):
        try:
            items = _read(adapter, raw)
        except AssertionError:
            raise
        except Exception as error:
            raise AssertionError(f"never raises: {name}, broken, raises {error!r}") from error
        wrong = [item for item in items if not isinstance(item, Document | Failure)]
        assert not wrong, f"never raises: {name}, broken, gives {wrong[:1]!r}"


def _broken(name: str, content: bytes) -> Iterator[Raw]:
    """Yield what a sample can come to: cut off, damaged, empty, something else, declared as something else, gone."""
    chance = random.Random(1)
    yield _raw(name, b"")
    for part in (1, 4, len(content) // 4, len(content) // 2, len(content) - 1):
        yield _raw(name, content[:part])
    for _ in range(8):
        damaged = bytearray(content)
        for place in chance.sample(range(len(damaged)), min(len(damaged), 1 + len(damaged) // 50)):
            damaged[place] = chance.randrange(256)
        yield _raw(name, bytes(damaged))
    yield _raw(name, chance.randbytes(5000))
    for charset in _CHARSETS:
        yield _raw(name, content, charset=charset)
    yield Raw(where=name, name=name, open=_gone)


def _gone() -> BinaryIO:
    raise FileNotFoundError(2, "No such file or directory")


def _check_endless(adapter: Adapter, name: str, content: bytes) -> None:
    """Check that what never ends is given up, or comes in pieces."""
    for filler in (b"x", b"x\n"):
        raw = Raw(where=name, name=name, open=lambda filler=filler: _endless(content, filler))  # type: ignore[misc]
        items = read_raw(raw, adapters=_known(adapter))
        start = time.monotonic()
        for _ in islice(items, 100):
            took = time.monotonic() - start
            assert took < _PATIENCE, f"bounded: {name} without end takes {took:.0f} s for one document"
            start = time.monotonic()


def _endless(content: bytes, filler: bytes) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(_Endless(content, filler)))


class _Endless(io.RawIOBase):
    """A stream that never ends."""

    def __init__(self, head: bytes, filler: bytes) -> None:
        self._head, self._filler = head, filler * 2**16

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        data, self._head = (self._head or self._filler)[: len(buffer)], self._head[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
