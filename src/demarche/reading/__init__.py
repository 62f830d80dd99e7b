"""Document -> Reading: sentences, and what the network sees in them."""

from demarche.reading._contents import Comparer, load_comparer
from demarche.reading._interface import AnyReader
from demarche.reading._reader import Reader, load_reader
from demarche.reading._sentences import split_sentences

__all__ = ["AnyReader", "Comparer", "Reader", "load_comparer", "load_reader", "split_sentences"]
