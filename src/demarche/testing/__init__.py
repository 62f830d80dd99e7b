"""Builders of small records, and contracts, for tests: ours and those of plug-in authors."""

from demarche.testing._adapters import check_adapter
from demarche.testing._build import make_coded, make_move
from demarche.testing._contents import compare_by_words, embed_by_words
from demarche.testing._model_server import ModelReply, ModelServer

__all__ = [
    "check_adapter",
    "ModelReply",
    "ModelServer",
    "compare_by_words",
    "embed_by_words",
    "make_coded",
    "make_move",
]
