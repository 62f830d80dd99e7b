"""The errors that Demarche raises: what went wrong, where, and what to do.

Every error is a :class:`DemarcheError`; the leaves are also the builtin that a caller would expect, and carry the facts
as attributes.
"""

from __future__ import annotations

__all__ = [
    "CodebookError",
    "DemarcheError",
    "GazetteerError",
    "InputError",
    "LedgerError",
    "MissingExtra",
    "ModelError",
    "SpanError",
]


class DemarcheError(Exception):
    """Base of all errors that Demarche raises on purpose."""


class InputError(DemarcheError, ValueError):
    """Input that cannot be read.

    Parameters
    ----------
    message
        What is wrong and what to do.
    where
        The file, line or document that it is wrong in; None where that is not known.
    """

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.where = where
        self.reason = message


class SpanError(DemarcheError, ValueError):
    """A span whose words are not the words that stand at its offsets."""

    def __init__(self, message: str, *, start: int, end: int) -> None:
        super().__init__(message)
        self.start = start
        self.end = end


class CodebookError(DemarcheError, ValueError):
    """A code that the codebook does not know, or a codebook file that contradicts itself."""


class ModelError(DemarcheError, RuntimeError):
    """Weights that are missing, damaged or of another version."""


class GazetteerError(DemarcheError, ValueError):
    """A file of the gazetteer that does not keep to its format."""

    def __init__(self, message: str, *, where: str) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.reason = message


class LedgerError(DemarcheError, RuntimeError):
    """A ledger that cannot be opened, read or written, or that refuses what would change its past."""


class MissingExtra(DemarcheError, ImportError):
    """A feature whose optional libraries are not installed."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(f"{feature} needs optional libraries. Install them with: pip install 'demarche[{extra}]'")
        self.extra = extra
