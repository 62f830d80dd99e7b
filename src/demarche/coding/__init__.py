"""Reading -> moves: the codes that follow from the codebook, and ids."""

from demarche.coding._moves import make_moves

__all__ = ["make_moves"]
