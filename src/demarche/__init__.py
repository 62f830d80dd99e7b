"""Demarche reads what is reported about a conflict and codes who is said to have done what to whom."""

__version__ = "0.1.0"
