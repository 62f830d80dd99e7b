"""Builders of small records for tests, ours and those of plug-in authors."""

from demarche.testing._build import make_coded, make_move

__all__ = ["make_coded", "make_move"]
