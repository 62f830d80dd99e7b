"""A language model as coder: it is asked at an address that the user names, and held to the words of the text."""

from demarche.reading.llm._endpoint import LOOPBACK, check_address, parse_name
from demarche.reading.llm._reader import LanguageModelReader, load_llm

__all__ = ["LOOPBACK", "LanguageModelReader", "check_address", "load_llm", "parse_name"]
