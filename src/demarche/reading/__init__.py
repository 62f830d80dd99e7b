"""Document -> Reading: sentences, and what the network sees in them."""

from demarche.reading._reader import Reader, load_reader
from demarche.reading._sentences import split_sentences

__all__ = ["Reader", "load_reader", "split_sentences"]
