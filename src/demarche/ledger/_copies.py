"""What tells copies, which an archive needs as well as a ledger: see :mod:`demarche.copies`."""

from demarche.copies import are_copies, bands, shingles

__all__ = ["are_copies", "bands", "shingles"]
