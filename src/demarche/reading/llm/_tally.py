"""Counts what asking a language model comes to, and says when the budget is used up."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from demarche.errors import LanguageModelError
from demarche.model import ReadSentence

__all__ = ["Budget", "Tally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Prices a million tokens, in the user's currency, and what may be spent; None where there is no price or no limit."""

    price_in: float | None = None
    price_out: float | None = None
    most_cost: float | None = None
    most_tokens: int | None = None


class Tally:
    """The counts of one reader; several threads may count at once."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.answered = self.cached = self.failed = self.estimated = self.unread = 0
        self.tokens_in = self.tokens_out = self.sentences = self.moves = 0
        self.seconds = 0.0
        self.dropped: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def cost(self) -> float | None:
        """What was spent, by the prices; None where there are none."""
        if self.budget.price_in is None and self.budget.price_out is None:
            return None
        return (self.tokens_in * (self.budget.price_in or 0) + self.tokens_out * (self.budget.price_out or 0)) / 1e6

    def check_budget(self) -> None:
        """Raise LanguageModelError if the budget is used up."""
        cost, most = self.cost, self.budget.most_cost
        if cost is not None and most is not None and cost >= most:
            raise LanguageModelError(f"the budget of {most:g} is used up ({cost:.4f} spent); raise --max-cost to go on")
        tokens = self.tokens_in + self.tokens_out
        if self.budget.most_tokens is not None and tokens >= self.budget.most_tokens:
            raise LanguageModelError(
                f"the budget of {self.budget.most_tokens} tokens is used up ({tokens} spent); raise --max-tokens to go on"
            )

    def count(self, **numbers: float) -> None:
        """Add to the counts of these names."""
        with self._lock:
            for name, number in numbers.items():
                setattr(self, name, getattr(self, name) + number)

    def count_read(self, sentences: Iterable[ReadSentence], dropped: Counter[str]) -> None:
        """Add what was read in sentences, and what was dropped."""
        read = list(sentences)
        with self._lock:
            self.sentences += len(read)
            self.moves += sum(len(sentence.moves) for sentence in read)
            self.dropped.update(dropped)
