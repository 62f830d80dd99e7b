"""Builders of small records for tests, ours and those of plug-in authors."""

from demarche.testing._build import make_coded, make_move
from demarche.testing._contents import compare_by_words, embed_by_words

__all__ = ["compare_by_words", "embed_by_words", "make_coded", "make_move"]
