"""Moves <-> the formats of other people's tools; what a format cannot hold stands in docs/exchange.md."""

from demarche.exchange._format import Format

__all__ = ["FORMATS", "Format"]

FORMATS: dict[str, Format] = {}
"""The formats that moves go out in, by name."""
