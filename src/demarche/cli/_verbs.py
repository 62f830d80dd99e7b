"""The verbs by name, each loaded when it is asked for: one needs a fraction of what all need."""

from __future__ import annotations

from collections.abc import ItemsView, ValuesView
from importlib import import_module
from typing import Any

import click

__all__ = ["VERBS", "Verbs"]

VERBS = {
    "accounts": ("accounts",),
    "actors": ("actors",),
    "changes": ("correct", "merge", "redact", "reject", "restore", "split"),
    "claims": ("claims",),
    "code": ("code",),
    "custody": ("custody",),
    "evaluate": ("evaluate",),
    "export": ("export",),
    "import_": ("import",),
    "ingest": ("ingest", "overview"),
    "network": ("network",),
    "outlook": ("outlook",),
    "plans": ("plans",),
    "playbooks": ("playbooks",),
    "positions": ("positions",),
    "propositions": ("propositions",),
    "recode": ("recode",),
    "repetition": ("repetition",),
    "report": ("report",),
    "reviews": ("reviews",),
    "scale": ("scale",),
    "serve": ("serve",),
    "threats": ("threats",),
    "train": ("train",),
    "views": ("documents", "failures", "log", "moves", "verify"),
    "watch": ("feeds", "watch"),
}
"""Module -> the verbs in it; a verb that is a word of Python has an underscore behind it there."""


class Verbs(dict[str, click.Command]):
    """Verb -> command, as :class:`click.Group` keeps them; the module of a verb is imported when the verb is looked up."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys((verb for verbs in VERBS.values() for verb in verbs), click.Command(None)))
        self._modules = {verb: module for module, verbs in VERBS.items() for verb in verbs}

    def __getitem__(self, verb: str) -> click.Command:
        module = self._modules.get(verb)
        if module is not None:
            loaded = import_module(f"demarche.cli.{module}")
            self[verb] = getattr(loaded, f"{verb}_" if module.endswith("_") else verb)
            self._modules.pop(verb, None)  # only now: a module that cannot be imported fails the next time too
        return super().__getitem__(verb)

    def get(self, verb: str, default: Any = None) -> Any:
        """Return the command of a verb, the default if there is none."""
        return self[verb] if verb in self else default

    def values(self) -> ValuesView[click.Command]:  # type: ignore[override]
        """Return the commands, all of them loaded."""
        return self._loaded().values()

    def items(self) -> ItemsView[str, click.Command]:  # type: ignore[override]
        """Return verbs and commands, all of them loaded."""
        return self._loaded().items()

    def _loaded(self) -> dict[str, click.Command]:
        return {verb: self[verb] for verb in self}
