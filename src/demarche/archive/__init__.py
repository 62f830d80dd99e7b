"""Reads an archive: a folder of Parquet files with coded documents, queried where it lies, larger than memory."""

from demarche.archive._archive import Archive
from demarche.archive._held import HeldPropositions
from demarche.archive._needs import NEEDS, Need
from demarche.archive._taken import Taking

__all__ = ["NEEDS", "Archive", "HeldPropositions", "Need", "Taking"]
