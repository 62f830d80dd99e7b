"""Finds the JSON objects in a file of which nobody knows how they are laid out: one a line, in an array, or over many lines.

However long a line is, no more than an object is held.
"""

from __future__ import annotations

import codecs
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

__all__ = ["LONGEST", "PIECE", "split_objects"]

LONGEST = 16 * 2**20
"""Characters of an object at most."""
PIECE = 2**20
"""Bytes or characters of a line that are read at a time; what is as long as that and has no line end goes on in the next piece."""

_DEEPEST = 100
"""Objects and lists within one another; Python gives up at some hundred more, where nobody expects it."""

_BETWEEN = " \t\r\n[],"
"""What may stand between objects."""
_TOKEN = re.compile(r'(?P<open>")(?:[^"\\]|\\.)*+(?P<close>"?)|[{}]', re.DOTALL)
_STRING_REST = re.compile(r'(?:[^"\\]|\\.)*+(?P<close>"?)', re.DOTALL)
_LAST_COMMA = re.compile(r'("(?:[^"\\]|\\.)*+"?)|,(?=\s*[}\]])', re.DOTALL)
_SLASHES = re.compile(r"\\*\Z")


def split_objects(lines: Iterable[str | bytes]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield each object with the number of the line where it begins, or in its place what is wrong with it.

    A line that begins with a brace begins an object, so that one that is never closed spoils nothing behind it.
    """
    held = _Held()
    begins, number = True, 0
    for text, goes_on in _pieces(lines):
        number += begins
        if begins and held.depth and text.startswith("{"):
            yield held.start, "the object is not closed"
            held = _Held()
        is_line = begins and not goes_on and not held.depth
        if is_line and (whole := _parse(text)) is not None:
            yield number, whole
        else:
            yield from held.take(text, number, goes_on)
        begins = not goes_on
    if held.depth:
        yield held.start, "the object is not closed"


def _pieces(lines: Iterable[str | bytes]) -> Iterator[tuple[str, bool]]:
    """Yield lines as text, long ones in pieces, each with whether the next piece is of the same line."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    first, slash = True, ""
    for line in _read(lines):
        goes_on = len(line) >= PIECE and line[-1:] not in ("\n", b"\n")
        text = slash + (decoder.decode(line, final=not goes_on) if isinstance(line, bytes) else line)
        text = text.removeprefix("\ufeff") if first else text
        first = False
        # What stands behind a backslash belongs to it, also where the piece ends between them.
        last = _SLASHES.search(text)
        slash = "\\" if goes_on and last and len(last.group()) % 2 else ""
        yield text[: len(text) - len(slash)], goes_on


def _read(lines: Iterable[str | bytes]) -> Iterator[str | bytes]:
    if not isinstance(lines, io.IOBase):
        yield from lines
        return
    while line := lines.readline(PIECE):
        yield line


def _parse(line: str) -> dict[str, Any] | None:
    """Return the object that a line is, None if it is none, or one that has to be looked at closely."""
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and not _is_deep(line, value) else None


def _is_deep(text: str, value: Any) -> bool:
    """Tell whether objects and lists of a value stand too deep within one another."""
    if text.count("{") + text.count("[") <= _DEEPEST:
        return False
    layer = [value]
    for _ in range(_DEEPEST):
        inner = (item.values() if isinstance(item, dict) else item for item in layer)
        layer = [item for items in inner for item in items if isinstance(item, dict | list)]
    return bool(layer)


class _Held:
    """The part of an object that was read, while it is not closed."""

    def __init__(self) -> None:
        self.depth = self.start = self._size = 0
        self._parts: list[str] = []
        self._in_string = False

    def take(self, text: str, number: int, goes_on: bool) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Yield the objects that end in a line, or in a piece of one."""
        begin = at = 0
        found = self.depth > 0 or goes_on
        if self._in_string and (rest := _STRING_REST.match(text)):
            at = rest.end()
            self._in_string = goes_on and not rest["close"]
        for token in _TOKEN.finditer(text, at):
            words = token.group()
            if words == "{":
                if not self.depth:
                    begin, self.start, found = token.start(), number, True
                self.depth += 1
            elif words == "}" and self.depth:
                self.depth -= 1
                if not self.depth:
                    yield self.start, self._close(text[begin : token.end()])
            elif token["open"]:
                self._in_string = goes_on and not token["close"]
        if self.depth:
            self._keep(text[begin:])
        elif not found and text.strip(_BETWEEN):
            yield number, "this is no JSON object"

    def _keep(self, part: str) -> None:
        self._size += len(part)
        if self._size <= LONGEST:
            self._parts.append(part)
        else:
            self._parts.clear()

    def _close(self, part: str) -> dict[str, Any] | str:
        size, text = self._size + len(part), "".join([*self._parts, part])
        self._parts.clear()
        self._size = 0
        if size > LONGEST:
            return f"the object is longer than {LONGEST} characters"
        try:
            value = json.loads(_LAST_COMMA.sub(lambda found: found.group(1) or "", text), strict=False)
        except (ValueError, RecursionError) as error:
            return f"this is no JSON: {error}"[:200]
        if _is_deep(text, value):
            return f"more than {_DEEPEST} objects and lists stand within one another"
        return value if isinstance(value, dict) else "this is no JSON object"
