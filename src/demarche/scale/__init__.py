"""The same work in many processes or on many machines."""

from demarche.scale._workers import Lost, in_order

__all__ = ["Lost", "in_order"]
