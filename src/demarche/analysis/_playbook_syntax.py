"""Reads playbooks as people write them, and says which acts their steps stand for."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

from demarche.codebook import load_codebook
from demarche.errors import CodebookError, InputError
from demarche.model import Act
from demarche.model.playbooks import Playbook, Step

__all__ = ["acts_of", "load_playbooks", "parse_playbook", "parse_playbooks"]

_QUADS = {"verbal cooperation": 1, "material cooperation": 2, "verbal conflict": 3, "material conflict": 4}
_EXAMPLE = "ultimatum: demand -> threaten -> attack within 14d, same dyad"
_ARROW = re.compile(r"->|\u2192")
_ANSWER = re.compile(r"(?:<-|\u2190|answered by\b|answered\b|by the other side\b)\s*")
_TIME = re.compile(r"\bwithin\b\s*(?P<time>(?:(?!\bwithin\b)[^,])*)")
_DAYS = re.compile(r"(?P<number>[0-9]{1,6})\s*(?:d|day|days)")


def parse_playbook(text: str) -> Playbook:
    """Return the playbook that a line of text states.

    A line is ``NAME: STEP -> STEP -> STEP within Nd, same dyad``. The name may be left out, the time is 14 days if it is left out,
    and ``same dyad`` says what always holds: all steps are between the same two parties. A step is an act (``demand``), a PLOVER
    event type (``REQUEST``), a quad class (``verbal conflict``) or several of them with ``|`` between; ``on ISSUE`` after them asks
    for an issue (``sign on ceasefire``). ``<-`` (or ``answered by``) before a step says that the other side takes it:
    ``attack -> <- attack within 7d`` is an attack and one back. Without it, it is the party of the first step that acts again
    towards the same other.

    Raises
    ------
    InputError
        If the line is no playbook: which part, and what could stand there.

    Examples
    --------
    >>> playbook = parse_playbook("ultimatum: demand -> threaten -> attack")
    >>> playbook.name, playbook.within, len(playbook.steps)
    ('ultimatum', 14, 3)
    >>> str(parse_playbook("attack -> answered by attack|coerce within 7 days"))
    'attack -> <- attack | coerce within 7d, same dyad'
    """
    where = f"playbook {_shorten(text)!r}"
    try:
        name, rest = _take_name(text.strip())
        rest, within = _take_time(rest)
        chain = _take_options(rest)
        steps = tuple(_parse_step(part, number) for number, part in enumerate(_ARROW.split(chain), 1))
        return Playbook(steps=steps, within=within, name=name)
    except InputError as error:
        raise InputError(error.reason, where=where) from error


def parse_playbooks(text: str, *, where: str | None = None) -> tuple[Playbook, ...]:
    r"""Return the playbooks of a text with one a line; what follows a ``#`` and empty lines are left out.

    Raises
    ------
    InputError
        If a line is no playbook; it says the number of the line, and `where` if that is given.

    Examples
    --------
    >>> [playbook.within for playbook in parse_playbooks("# ours\ndemand -> attack within 3d\n")]
    [3]
    """
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        words = line.partition("#")[0].strip()
        if words:
            try:
                found.append(parse_playbook(words))
            except InputError as error:
                raise InputError(str(error), where=f"{where + ', ' if where else ''}line {number}") from error
    return tuple(found)


@cache
def load_playbooks() -> tuple[Playbook, ...]:
    """Return the playbooks that ship with the package.

    Examples
    --------
    >>> load_playbooks()[0].name
    'ultimatum'
    """
    data = tomllib.loads(resources.files(__package__).joinpath("playbooks.toml").read_text("utf-8"))
    parsed = {name: parse_playbook(entry["sequence"]) for name, entry in data.items()}
    return tuple(
        Playbook(steps=found.steps, within=found.within, name=name, about=data[name]["about"])
        for name, found in parsed.items()
    )


def acts_of(step: Step) -> frozenset[str]:
    """Return the acts that a step stands for.

    Raises
    ------
    InputError
        If a word of it is no act, event type or quad class, or its issue is none.

    Examples
    --------
    >>> sorted(acts_of(Step(kinds=("REQUEST", "reject"))))
    ['appeal', 'demand', 'reject']
    """
    if step.issue is not None:
        try:
            load_codebook().check_issue(step.issue)
        except CodebookError as error:
            raise InputError(str(error)) from error
    return frozenset().union(*(_acts(kind) for kind in step.kinds))


def _acts(kind: str) -> frozenset[str]:
    codes = load_codebook().acts
    if kind in codes:
        return frozenset({kind})
    found = {act.value for act, code in codes.items() if code.event == kind or code.quad == _QUADS.get(kind, 0)}
    if not found:
        raise InputError(_unknown(kind))
    return frozenset(found)


def _unknown(kind: str) -> str:
    known = [*(act.value for act in Act), *load_codebook().events, *_QUADS]
    near = difflib.get_close_matches(kind, known, n=1) or difflib.get_close_matches(kind.lower(), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"acts are: {', '.join(act.value for act in Act)}"
    return f"{kind!r} is no act, PLOVER event type or quad class; {hint}"


def _take_name(text: str) -> tuple[str | None, str]:
    head, colon, rest = text.partition(":")
    if not colon:
        return None, text
    if not head.strip():
        raise InputError("there is no name before the colon; leave the colon out or write a name")
    return head.strip(), rest


def _take_time(text: str) -> tuple[str, int]:
    found = list(_TIME.finditer(text))
    if not found:
        return text, 14
    if len(found) > 1:
        raise InputError("'within' stands twice; one time holds for all steps")
    days = _DAYS.fullmatch(found[0]["time"].strip())
    if days is None:
        raise InputError(f"'within {found[0]['time'].strip()}' is no time in days; write for instance: within 14d")
    return text[: found[0].start()] + text[found[0].end() :], int(days["number"])


def _take_options(text: str) -> str:
    chain, *options = (part.strip() for part in text.split(","))
    for option in options:
        if option and " ".join(option.split()) != "same dyad":
            raise InputError(f"{option!r} is no option; there is 'within Nd' and 'same dyad', as in {_EXAMPLE!r}")
    return chain


def _parse_step(text: str, number: int) -> Step:
    words = text.strip()
    answer = _ANSWER.match(words)
    words = words[answer.end() :] if answer else words
    kinds, on, issue = words.partition(" on ")
    step = f"step {number}"
    if not kinds.strip():
        raise InputError(f"{step} is empty; steps stand between the arrows, as in {_EXAMPLE!r}")
    if number == 1 and answer:
        raise InputError(f"{step} is no answer to anything; leave out its {answer.group().strip()!r}")
    try:
        made = Step(kinds=_kinds(kinds.split("|")), issue=issue.strip() if on else None, answer=answer is not None)
        acts_of(made)
    except InputError as error:
        raise InputError(f"{step}: {error.reason}") from error
    return made


def _kinds(parts: Iterable[str]) -> tuple[str, ...]:
    kinds = []
    for part in parts:
        kind = " ".join(part.split()).replace("co-operation", "cooperation")
        if not kind:
            raise InputError("something is missing beside the '|'; write an act on both sides of it")
        kinds.append(kind)
    return tuple(dict.fromkeys(kinds))


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 120 else line[:117] + "..."
