"""A whole file of JSON -> documents: a list of objects, or one object."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from demarche.errors import InputError
from demarche.model import Document, Failure, Raw
from demarche.sources import _limits
from demarche.sources._bytes import read_whole
from demarche.sources._lines import Keys, LinesAdapter, document_of

__all__ = ["JsonAdapter"]

_WHOLE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*\{\s*\"|\{[ \t]*\r?\n\s*\")")
"""A list of objects, or an object over several lines; one on one line is JSON lines."""
_TOLD = 20
"""Records without a text that are failures of their own: a file that is something else altogether is one failure."""


@dataclass(frozen=True, slots=True)
class JsonAdapter:
    """A JSON list of objects with a string ``text``, or one such object, as many programs save them."""

    name: str = "json"
    suffixes: tuple[str, ...] = (".json",)
    media_types: tuple[str, ...] = ("application/json",)
    columns: Mapping[str, str] = field(default_factory=dict)

    def recognises(self, head: bytes) -> bool:
        """Return whether it begins with a list of objects, or an object over several lines."""
        return _WHOLE.match(head) is not None

    def with_columns(self, columns: Mapping[str, str]) -> JsonAdapter:
        """Return the adapter that takes the fields from these keys."""
        return replace(self, columns=columns)

    def read(self, raw: Raw) -> Iterator[Document | Failure | Raw]:
        """Yield the documents, and failures in place of records without a text; JSON lines under this name are read as such."""
        data = read_whole(raw)
        if len(data) > _limits.LIMITS.line:
            raise InputError(
                f"is larger than {_limits.LIMITS.line // 2**20} MiB, and JSON is read whole; give JSON lines"
            )
        try:
            found = json.loads(data.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            if not _is_lines(data):
                raise InputError(f"is no JSON ({error}); give a list of objects, or one object a line") from error
            yield from LinesAdapter(columns=self.columns).read(raw)
            return
        yield from self._records(found if isinstance(found, list) else [found], raw.where)

    def _records(self, records: list[Any], where: str) -> Iterator[Document | Failure]:
        keys = Keys(self.columns)
        text = keys["text"]
        bare = sum(not (isinstance(record, dict) and isinstance(record.get(text), str)) for record in records)
        if bare == len(records) or bare > _TOLD:
            there = sorted({str(key)[:40] for record in records[:100] if isinstance(record, dict) for key in record})
            raise InputError(
                f'{bare} of {len(records)} records have no string "{text}" (keys: {", ".join(there[:12]) or "none"}); '
                f'give a list of {{"id": ..., "{text}": ...}}, or name the key with --columns text=KEY'
            )
        for number, record in enumerate(records, 1):
            line = json.dumps(record, ensure_ascii=False).encode("utf-8", "surrogatepass")
            try:
                if isinstance(record, dict):
                    keys.see(record)
                yield document_of(record, line, keys)
            except InputError as error:
                yield Failure(where=f"{where}:{number}", stage="sources", reason=error.reason)
        yield from keys.never_there(where)


def _is_lines(data: bytes) -> bool:
    """Return whether the first line is a JSON object by itself."""
    try:
        return isinstance(json.loads(data.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]), dict)
    except (ValueError, RecursionError):
        return False
