"""Pure functions over records: what they say taken together."""

from demarche.analysis.accuracy import match_moves, measure_accuracy

__all__ = ["match_moves", "measure_accuracy"]
