"""Loads the codebook's data file once and checks it against the closed vocabularies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from demarche.errors import CodebookError
from demarche.model import Act, Status, Voice

__all__ = ["ActCode", "Codebook", "load_codebook"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActCode:
    """An act with its codes elsewhere.

    Parameters
    ----------
    act
        The act.
    definition
        What it covers, in a line.
    event
        PLOVER 2.0 event type; None for deny and state, which PLOVER does not have.
    quad
        1 verbal co-operation, 2 material co-operation, 3 verbal conflict, 4 material conflict; None without event.
    cameo
        CAMEO root code, a two-digit string.
    stance
        1 if the act puts its actor for what its content states, -1 if against it (for a threat: what its condition states); None if it
        takes no stance.
    """

    act: Act
    definition: str
    event: str | None
    quad: int | None
    cameo: str
    stance: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codebook:
    """One version of the codebook; mappings keep its order."""

    version: str
    plover: str
    acts: Mapping[Act, ActCode]
    events: Mapping[str, int]
    issues: Mapping[str, str]
    statuses: Mapping[Status, str]
    voices: Mapping[Voice, str]

    def check_issue(self, issue: str) -> None:
        """Raise CodebookError unless `issue` is one of the issues."""
        if issue not in self.issues:
            raise CodebookError(f"unknown issue {issue!r}; the codebook has {', '.join(self.issues)}")


@cache
def load_codebook() -> Codebook:
    """Return the codebook that ships with the package.

    Raises
    ------
    CodebookError
        If the data file and the closed vocabularies disagree.

    Examples
    --------
    >>> load_codebook().acts[Act.DEMAND].event
    'REQUEST'
    >>> len(load_codebook().acts), len(load_codebook().issues)
    (24, 28)
    """
    return parse_codebook(tomllib.loads(resources.files(__package__).joinpath("codebook.toml").read_text("utf-8")))


def parse_codebook(data: Mapping[str, Any]) -> Codebook:
    """Return the codebook of a parsed data file; raises CodebookError where it contradicts itself."""
    _same("acts", data["acts"], Act)
    _same("statuses", data["statuses"], Status)
    _same("voices", data["voices"], Voice)
    events = {event: int(quad) for quad, names in data["quads"].items() for event in names}
    acts = {}
    for name, entry in data["acts"].items():
        event = entry.get("event")
        if event is not None and event not in events:
            raise CodebookError(f"act {name!r} has event {event!r}, which has no quad class")
        acts[Act(name)] = ActCode(
            act=Act(name),
            definition=entry["definition"],
            event=event,
            quad=events.get(event),
            cameo=entry["cameo"],
            stance=entry.get("stance"),
        )
    return Codebook(
        version=data["version"],
        plover=data["plover"],
        acts=MappingProxyType(acts),
        events=MappingProxyType(events),
        issues=MappingProxyType(dict(data["issues"])),
        statuses=MappingProxyType({Status(name): text for name, text in data["statuses"].items()}),
        voices=MappingProxyType({Voice(name): text for name, text in data["voices"].items()}),
    )


def _same(kind: str, entries: Mapping[str, Any], codes: type[Act] | type[Status] | type[Voice]) -> None:
    names = [code.value for code in codes]
    if list(entries) != names:
        raise CodebookError(f"the {kind} of the codebook file are {list(entries)}, the code knows {names}")
