"""The codebook: acts with their PLOVER event, quad class and CAMEO root; issues; statuses; voices."""

from demarche.codebook._load import ActCode, Codebook, load_codebook

__all__ = ["ActCode", "Codebook", "load_codebook"]
