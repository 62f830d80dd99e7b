"""Reads the raw bytes of a document again, takes the steps of its custody again, and says what differs."""

from __future__ import annotations

import hashlib

from demarche.errors import DemarcheError, InputError
from demarche.model import Custody, Document, RawCheck
from demarche.sources._html_adapter import PAGE_STEP
from demarche.sources._markdown import MARKDOWN_STEP
from demarche.sources._pdf import pdf_steps
from demarche.sources._steps import repeat_steps
from demarche.sources._text import NORMALISE
from demarche.sources._warc import Flaw
from demarche.sources.archive import RawArchive

__all__ = ["check_raw"]


def check_raw(document: Document, custody: Custody | None, archive: RawArchive) -> RawCheck:
    """Return what comes of reading the bytes of a document again: whether they are there, are the same, and give its text again.

    Parameters
    ----------
    document, custody
        As a ledger has them.
    archive
        Where the bytes are looked for.
    """
    if custody is None:
        return _found(document, "hash only", "nobody recorded how it came")
    record = archive.find(custody)
    if record is None:
        if custody.kept is None:
            return _found(document, "hash only")
        return _found(document, "missing", f"no record {custody.kept.record} in {custody.kept.archive}")
    if isinstance(record, Flaw):
        return _found(document, "changed", record.reason)
    try:
        raw = archive.payload(record)
    except InputError as error:
        return _found(document, "changed", error.reason)
    sha256 = hashlib.sha256(raw).hexdigest()
    if sha256 != custody.sha256:
        return _found(document, "changed", f"the bytes have the SHA-256 {sha256}, the ledger has {custody.sha256}")
    return _compare(document, custody, raw)


def _compare(document: Document, custody: Custody, raw: bytes) -> RawCheck:
    try:
        text = repeat_steps(raw, custody.steps)
    except DemarcheError as error:
        return _found(document, "unread", str(error))
    except Exception as error:  # a library may raise anything for bytes that another version of it could read
        return _found(document, "unread", f"{type(error).__name__}: {error}")
    if text == document.text:
        return _found(document, "same")
    where = _first_difference(text, document.text)
    if others := _other_versions(custody.steps):
        return _found(document, "other version", f"{'; '.join(others)}; the texts differ from character {where} on")
    return _found(document, "other text", f"the texts differ from character {where} on")


def _found(document: Document, outcome: str, detail: str | None = None) -> RawCheck:
    return RawCheck(document=document.id, outcome=outcome, detail=detail)


def _first_difference(first: str, second: str) -> int:
    pairs = enumerate(zip(first, second, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(first), len(second)))


def _other_versions(steps: tuple[str, ...]) -> list[str]:
    """Return the steps that were taken by another version than the one here, in words."""
    here = {step.partition(":")[0]: step for step in (PAGE_STEP, MARKDOWN_STEP, NORMALISE, *pdf_steps())}
    told = []
    for step in steps:
        name, _, version = step.partition(":")
        if name in here and here[name] != step:
            told.append(f"{name} was {version}, here it is {here[name].partition(':')[2]}")
        elif name == "adapter":
            told.append(f"the plug-in was {version}, and may be another version here")
    return told
