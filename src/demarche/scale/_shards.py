"""Shards: parts of the inputs that are coded in one go, and what is to be coded when some were before."""

from __future__ import annotations

import hashlib
import json
import os.path
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any

from demarche.model import Part

__all__ = ["Changed", "Shard", "compare_inputs", "make_shards"]

_UNSAFE = re.compile(r"[^A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """What one worker codes in one go, and what is done again if it dies.

    Parameters
    ----------
    name
        Of its files: from the name of its first file, and a hash of what it holds, so that the same content has the same name always.
    parts
        Ranges of one file, or whole files.
    """

    name: str
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Shard:
        """Return the shard that holds `parts`."""
        stem = _UNSAFE.sub("_", PurePath(parts[0].file).name.partition(".")[0])[:40].strip("_") or "input"
        digest = hashlib.sha256(json.dumps([_content(part) for part in parts]).encode()).hexdigest()[:16]
        start = f"-{parts[0].start}" if parts[0].kind != "whole" else ""
        return cls(name=f"{stem}{start}-{digest}", parts=tuple(parts))

    @property
    def size(self) -> int:
        """Bytes of its parts."""
        return sum(part.size for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """Return the shard as its JSON object."""
        return {"name": self.name, "parts": [asdict(part) for part in self.parts]}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Shard:
        """Return the shard that :meth:`to_dict` wrote."""
        return cls(name=record["name"], parts=tuple(Part(**part) for part in record["parts"]))


def _content(part: Part) -> tuple[str, int, int, str, str]:
    """Return what tells a part from others wherever it lies; the suffix can decide how it is read."""
    return part.kind, part.start, part.stop, part.sha256, "".join(PurePath(part.file).suffixes[-2:]).lower()


def make_shards(parts: Iterable[Part], *, size: int) -> list[Shard]:
    """Return shards of parts in their order: a range of a file is one, small files are put together up to `size` bytes."""
    shards: list[Shard] = []
    held: list[Part] = []
    for part in parts:
        if held and (part.kind != "whole" or sum(one.size for one in held) + part.size > size):
            shards.append(Shard.of(held))
            held = []
        if part.kind == "whole":
            held.append(part)
        else:
            shards.append(Shard.of([part]))
    return [*shards, Shard.of(held)] if held else shards


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How inputs compare with the shards that there are.

    Parameters
    ----------
    new
        Parts that no shard holds.
    stale
        Shards with a part of a file that is among the inputs, and is another now.
    files
        Those files.
    kept
        Other parts of the stale shards: they are to be done again if these are dropped.
    """

    new: tuple[Part, ...]
    stale: tuple[Shard, ...]
    files: tuple[str, ...]
    kept: tuple[Part, ...]


def compare_inputs(parts: Sequence[Part], shards: Sequence[Shard]) -> Changed:
    """Return what is new and what is stale when `parts` are all that the inputs hold now."""
    now: dict[str, set[Any]] = {}
    for part in parts:
        now.setdefault(os.path.normpath(part.file), set()).add(_content(part))
    stale, files = [], {}
    for shard in shards:
        wrong = [
            part for part in shard.parts if _content(part) not in now.get(os.path.normpath(part.file), {_content(part)})
        ]
        if wrong:
            stale.append(shard)
            files.update(dict.fromkeys(part.file for part in wrong))
    dropped = {shard.name for shard in stale}
    covered = {_content(part) for shard in shards if shard.name not in dropped for part in shard.parts}
    new: dict[Any, Part] = {}
    for part in parts:
        if _content(part) not in covered:
            new.setdefault(_content(part), part)
    covered |= new.keys()
    kept = tuple(
        part
        for shard in stale
        for part in shard.parts
        if os.path.normpath(part.file) not in now and _content(part) not in covered
    )
    return Changed(new=tuple(new.values()), stale=tuple(stale), files=tuple(files), kept=kept)
