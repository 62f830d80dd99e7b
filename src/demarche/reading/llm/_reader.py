"""The reader that asks a language model: Document -> Reading, with the interface of the built-in one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from demarche.codebook import load_codebook
from demarche.errors import InputError, LanguageModelError
from demarche.model import Document, Reading, ReadSentence, Span, Voice
from demarche.model.coder_run import CoderRun
from demarche.reading._sentences import split_sentences
from demarche.reading.llm._answers import UNSAID, read_answers
from demarche.reading.llm._cache import Cache, question_key
from demarche.reading.llm._endpoint import KEY_VARIABLE, Endpoint, check_address, read_key
from demarche.reading.llm._prompt import (
    MOST_EXAMPLES,
    example_messages,
    prompt_version,
    system_message,
    user_message,
)
from demarche.reading.llm._schema import answer_schema
from demarche.reading.llm._server import Answer, Server, TooLong
from demarche.reading.llm._tally import Budget, Tally
from demarche.reading.llm._words import Shown, show

__all__ = ["LanguageModelReader", "load_llm"]

_Given = TypeVar("_Given")
_Made = TypeVar("_Made")
_BEFORE = 2
"""Sentences before a batch that are shown with it."""
_TOKENS_OF_SENTENCE = 700
"""Tokens that the answer to a sentence may have; one with three full moves has about 350."""
_ASKED_ALONE = 2
"""How often a sentence is asked about alone, with another seed each time, before it counts as unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """Sentences that are asked about together, and what is told about them."""

    sentences: tuple[Shown, ...]
    before: tuple[str, ...] = ()
    title: str | None = None
    published: str | None = None
    connected: bool = True

    def part(self, numbers: Sequence[int]) -> _Batch:
        """Return the same question about some of the sentences."""
        chosen = tuple(self.sentences[number] for number in numbers)
        return _Batch(
            sentences=chosen,
            before=self.before,
            title=self.title,
            published=self.published,
            connected=self.connected,
        )

    def message(self) -> str:
        return user_message(
            [shown.text for shown in self.sentences],
            before=self.before,
            title=self.title,
            published=self.published,
            connected=self.connected,
        )


class LanguageModelReader:
    """Reads sentences by asking a language model; make it with :func:`load_llm`, and close it, or use it in a ``with``.

    It has the interface of :class:`~demarche.reading.Reader`. Words that the model gives are sought in the sentence as they are; a move
    with words that are not there is dropped and counted.
    """

    def __init__(
        self,
        server: Server,
        endpoint: Endpoint,
        tally: Tally,
        *,
        cache: Cache | None,
        examples: int,
        batch: int,
        concurrency: int,
        temperature: float,
        seed: int,
    ) -> None:
        self._server = server
        self._endpoint = endpoint
        self._tally = tally
        self._cache = cache
        self._examples = examples
        self._batch = batch
        self._concurrency = concurrency
        self._sampling = {"temperature": temperature, "seed": seed}
        self._codebook = load_codebook()
        self._schema = answer_schema(self._codebook)
        self._told = [{"role": "system", "content": system_message(self._codebook)}, *example_messages(examples)]

    def __enter__(self) -> LanguageModelReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections and the cache."""
        self._server.close()
        if self._cache:
            self._cache.close()

    @property
    def coder(self) -> str:
        """Name and version of the coder, as every move carries them: ``llm:MODEL/2.12``, prompt 1 with 12 examples."""
        return f"llm:{self._endpoint.model}/{prompt_version(self._examples)}"

    @property
    def address(self) -> str:
        """Where the texts go."""
        return self._endpoint.address

    @property
    def run(self) -> CoderRun:
        """What asking has come to so far."""
        tally = self._tally
        return CoderRun(
            coder=self.coder,
            address=self.address,
            answered=tally.answered,
            cached=tally.cached,
            failed=tally.failed,
            tokens_in=tally.tokens_in,
            tokens_out=tally.tokens_out,
            estimated=tally.estimated,
            cost=tally.cost,
            seconds=tally.seconds,
            sentences=tally.sentences,
            moves=tally.moves,
            dropped=dict(sorted(tally.dropped.items())),
            unread=tally.unread,
        )

    def check_language(self, document: Document) -> None:
        """Raise InputError if the document is known to be in another language than English, in which the codebook's examples are."""
        if document.language not in (None, "en"):
            raise InputError(
                f"the text is in the language {document.language!r}, the instructions of {self.coder} are for 'en'; "
                "nothing was coded; give a translation",
                where=document.id,
            )

    def read(self, document: Document) -> Reading:
        """Return the reading of a document: all its sentences, with offsets into its text.

        Raises
        ------
        LanguageModelError
            If a sentence gets no usable answer: a document is read whole or not at all.
        """
        spans = [Span.of(document.text, start, end) for start, end in split_sentences(document.text)]
        shown = [show(span) for span in spans]
        batches = [self._of_document(document, shown, start) for start in range(0, len(shown), self._batch)]
        sentences: list[ReadSentence] = []
        for read in self._in_order(self._read_batch, batches):
            unread = [number for number, sentence in enumerate(read, len(sentences)) if sentence is None]
            if unread:
                raise LanguageModelError(
                    f"{self.coder} gave no usable answer for sentence {unread[0] + 1} of {len(spans)}; nothing was coded"
                )
            sentences += [sentence for sentence in read if sentence]
        return Reading(document=document.id, coder=self.coder, sentences=tuple(sentences))

    def read_sentences(self, spans: Iterable[Span]) -> Iterator[ReadSentence]:
        """Yield what was read in each sentence, in order, each by itself; one without a usable answer has no move and is counted.

        Raises
        ------
        LanguageModelError
            If the server cannot be reached, refuses, or the budget is used up.
        """
        source = iter(spans)
        batches = iter(lambda: tuple(show(span) for span in islice(source, self._batch)), ())
        for batch, read in self._with_input(_Batch(sentences=batch, connected=False) for batch in batches):
            for shown, sentence in zip(batch.sentences, read, strict=True):
                yield sentence or ReadSentence(span=shown.sentence, voice=Voice.REPORT, voice_confidence=UNSAID)

    def _with_input(self, batches: Iterable[_Batch]) -> Iterator[tuple[_Batch, list[ReadSentence | None]]]:
        return self._in_order(lambda batch: (batch, self._read_batch(batch)), batches)

    def _of_document(self, document: Document, shown: Sequence[Shown], start: int) -> _Batch:
        return _Batch(
            sentences=tuple(shown[start : start + self._batch]),
            before=tuple(one.text for one in shown[max(0, start - _BEFORE) : start]),
            title=_levelled(document.title),
            published=_levelled(document.published),
        )

    def _in_order(self, make: Callable[[_Given], _Made], items: Iterable[_Given]) -> Iterator[_Made]:
        """Yield what is made of each, in order, so many side by side; no more are begun than are about to be needed."""
        if self._concurrency == 1:
            yield from map(make, items)
            return
        source = iter(items)
        pool = ThreadPoolExecutor(self._concurrency)
        try:
            running: deque[Future[_Made]] = deque(pool.submit(make, item) for item in islice(source, self._concurrency))
            while running:
                made = running.popleft().result()
                running.extend(pool.submit(make, item) for item in islice(source, 1))
                yield made
        except KeyboardInterrupt:
            self._server.stop()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _read_batch(self, batch: _Batch) -> list[ReadSentence | None]:
        """Return what was read in each sentence of a batch, None where there is no usable answer."""
        made: list[ReadSentence | None] = [None] * len(batch.sentences)
        for attempt in range(_ASKED_ALONE if len(made) == 1 else 1):
            for number, answered in self._ask(batch, attempt).items():
                made[number] = answered
            if all(made):
                return made
        missing = [number for number, sentence in enumerate(made) if sentence is None]
        if len(batch.sentences) == 1:
            self._tally.count(unread=1)
            return made
        # What was left out, or did not fit, is asked about again in smaller parts.
        half = (len(missing) + 1) // 2
        for numbers in filter(None, (missing[:half], missing[half:])):
            for number, sentence in zip(numbers, self._read_batch(batch.part(numbers)), strict=True):
                made[number] = sentence
        return made

    def _ask(self, batch: _Batch, attempt: int) -> dict[int, ReadSentence]:
        question = self._question(batch, attempt)
        key = question_key({**question, "address": self._endpoint.address})
        kept = self._kept(key)
        try:
            answer = kept or self._server.ask(question)
        except TooLong:
            return {}
        answers = read_answers(answer.content, batch.sentences, self._codebook, answer.chances)
        whole = len(answers.sentences) == len(batch.sentences)
        if kept:
            self._tally.count(cached=1)
        elif whole and self._cache:
            self._cache.put(key, {"content": answer.content, "chances": answer.chances})
        self._tally.count_read(answers.sentences.values(), answers.dropped)
        return answers.sentences

    def _kept(self, key: str) -> Answer | None:
        found = self._cache.get(key) if self._cache else None
        if not found or not isinstance(found.get("content"), str):
            return None
        chances = found.get("chances")
        usable = isinstance(chances, list) and all(isinstance(one, float) and 0 <= one <= 1 for one in chances)
        return Answer(content=found["content"], chances=tuple(chances) if usable and chances else None)

    def _question(self, batch: _Batch, attempt: int) -> dict[str, Any]:
        return {
            "model": self._endpoint.model,
            "messages": [*self._told, {"role": "user", "content": batch.message()}],
            "schema": self._schema,
            "most_tokens": 200 + _TOKENS_OF_SENTENCE * len(batch.sentences),
            "temperature": self._sampling["temperature"],
            "seed": int(self._sampling["seed"]) + attempt,
        }


def _levelled(text: str | None) -> str | None:
    return show(Span.of(text, 0, len(text))).text if text else None


def load_llm(
    address: str,
    model: str,
    *,
    key_variable: str = KEY_VARIABLE,
    cache: str | Path | None = None,
    cache_size: int = 256 * 1024 * 1024,
    examples: int = 12,
    batch: int = 8,
    concurrency: int = 4,
    timeout: float = 300,
    tries: int = 4,
    temperature: float = 0,
    seed: int = 1,
    price_in: float | None = None,
    price_out: float | None = None,
    most_cost: float | None = None,
    most_tokens: int | None = None,
    wait: Callable[[float], object] | None = None,
) -> LanguageModelReader:
    """Return a reader that asks a language model at an address; nothing is sent before it reads.

    Parameters
    ----------
    address
        Of a server that speaks the chat completions protocol, up to its version: ``http://127.0.0.1:8080/v1``.
    model
        Its name there.
    key_variable
        The variable of the environment that holds the key, where the server wants one.
    cache, cache_size
        A file in which answers are kept, and its bytes at most; None keeps none. Answers quote the texts: keep it as you keep them.
    examples
        Of our own coded sentences that are shown, 0 to 16; fewer leave more room in a model that can read little.
    batch
        Sentences of one question.
    concurrency
        Questions side by side, of one document.
    timeout, tries
        Seconds for a try, and tries of a question.
    temperature, seed
        Of the sampling; few servers give the same answer every time even so.
    price_in, price_out
        Of a million tokens asked, and answered, in your currency.
    most_cost, most_tokens
        The budget. When it is used up no question is begun any more; those under way end.
    wait
        Waits so many seconds between tries; given in tests, so that they need not.

    Raises
    ------
    InputError
        If the address, the name, the key or the file cannot be used, or a cost is limited without a price.
    MissingExtra
        If the libraries of the extra ``llm`` are not installed.

    Examples
    --------
    >>> with load_llm("http://127.0.0.1:8080/v1", "qwen2.5-7b") as reader:
    ...     reader.coder
    'llm:qwen2.5-7b/2.12'
    """
    if most_cost is not None and price_in is None and price_out is None:
        raise InputError("a cost can only be limited if a price is given; give --price-in and --price-out")
    if not 0 <= examples <= MOST_EXAMPLES or min(batch, concurrency, tries) < 1 or not timeout > 0:
        raise InputError(f"examples go from 0 to {MOST_EXAMPLES}; batch, concurrency, tries and timeout are above 0")
    endpoint = Endpoint(model=model, address=check_address(address), key=read_key(key_variable))
    tally = Tally(Budget(price_in=price_in, price_out=price_out, most_cost=most_cost, most_tokens=most_tokens))
    server = Server(endpoint, tally, timeout=timeout, tries=tries, wait=wait)
    return LanguageModelReader(
        server,
        endpoint,
        tally,
        cache=Cache(cache, size=cache_size) if cache is not None else None,
        examples=examples,
        batch=batch,
        concurrency=concurrency,
        temperature=temperature,
        seed=seed,
    )
