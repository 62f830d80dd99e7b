"""One question to a server that speaks the chat completions protocol, and its answer: bounded in size, time and tries."""

from __future__ import annotations

import json
import math
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from demarche.errors import LanguageModelError, MissingExtra
from demarche.reading.llm._answers import locate_acts
from demarche.reading.llm._endpoint import Endpoint
from demarche.reading.llm._schema import without_bounds
from demarche.reading.llm._tally import Tally

__all__ = ["Answer", "Server", "TooLong"]

_LARGEST = 8 * 1024 * 1024
"""Bytes of a response at most: an answer with the probabilities of its tokens has about 1 MB."""
_PASSING = frozenset({408, 409, 425, 429, *range(500, 600)} - {501, 505})
"""Statuses after which the same question may be answered later."""
_LONGEST_WAIT = 120.0
"""Seconds that a server may ask to wait; one that asks for more is not waited for."""
_MOST_LOST = 3
"""Questions in a row that may get no answer in all tries; after them nothing is asked any more."""
_SHAPES = ("json_schema", "json_object", "text")


class TooLong(Exception):
    """The question is longer than the model can read, or its answer than it may write; it never leaves this room."""


class _Passing(Exception):
    """What may go by: the reason, and the seconds that the server asks to wait."""

    def __init__(self, reason: str, wait: float | None = None, *, by_server: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.by_server = by_server


class _Misfit(Exception):
    """The server does not know something of the request: status and what it said."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model said, and its probability of each act that it names, in order; None where it gives none."""

    content: str
    chances: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """What of the protocol a server takes: it is asked for all at first, and for less when it refuses."""

    shape: str = _SHAPES[0]
    bounds: bool = True
    limit: str = "max_tokens"
    temperature: bool = True
    seed: bool = True
    logprobs: bool = True

    def body(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request in this dialect."""
        body: dict[str, Any] = {"model": question["model"], "messages": question["messages"], "stream": False}
        body[self.limit] = question["most_tokens"]
        if self.shape == "json_schema":
            wanted = question["schema"] if self.bounds else without_bounds(question["schema"])
            schema = {"name": "moves", "strict": True, "schema": wanted}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        elif self.shape == "json_object":
            body["response_format"] = {"type": "json_object"}
        if self.temperature:
            body["temperature"] = question["temperature"]
        if self.seed:
            body["seed"] = question["seed"]
        if self.logprobs:
            body["logprobs"] = True
        return body

    def simpler(self, said: str) -> _Dialect | None:
        """Return the dialect without what a server complains of, else with a simpler shape; None if nothing is left to leave out."""
        if "max_completion_tokens" in said and self.limit == "max_tokens":
            return replace(self, limit="max_completion_tokens")
        if "maxitems" in said and self.bounds:
            return replace(self, bounds=False)
        for name in ("logprobs", "temperature", "seed"):
            if name in said and getattr(self, name):
                left: dict[str, Any] = {name: False}
                return replace(self, **left)
        if self.shape != _SHAPES[-1]:
            return replace(self, shape=_SHAPES[_SHAPES.index(self.shape) + 1])
        return replace(self, logprobs=False) if self.logprobs else None


class Server:
    """Asks a model at an address; several threads may ask at once.

    Parameters
    ----------
    timeout
        Seconds for one try, from the question to the last byte of the answer.
    tries
        Tries of one question at most; what the server refuses for good is not tried again.
    wait
        Waits so many seconds; given in tests, so that they need not.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        tally: Tally,
        *,
        timeout: float = 300,
        tries: int = 4,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._tally = tally
        self._tries = tries
        self._dialect = _Dialect()
        self._lock = threading.Lock()
        self._given_up: str | None = None
        self._lost = 0
        kind, self._wire_error = _load_wire()
        self._wire = kind(endpoint.address, key=endpoint.key, seconds=timeout, most=_LARGEST)
        self._wait = self._wire.pause if wait is None else wait

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def stop(self) -> None:
        """Let go of every question: the run was interrupted."""
        self._given_up = "the run was interrupted"
        self._wire.stop()

    def ask(self, question: Mapping[str, Any]) -> Answer:
        """Return the answer to a question: model, messages, schema, most_tokens, temperature and seed.

        Raises
        ------
        TooLong
            If the question, or its answer, is longer than the model can take.
        LanguageModelError
            If there is no answer: the server refuses, cannot be reached in all tries, or the budget is used up.
        """
        tries = 0
        while True:
            self._tally.check_budget()
            if self._given_up:
                raise LanguageModelError(self._given_up)
            dialect, begun = self._dialect, time.monotonic()
            try:
                return self._read(self._post(dialect.body(question)), question)
            except _Misfit as misfit:
                self._adapt(dialect, misfit)
            except _Passing as passing:
                tries += 1
                self._tally.count(failed=1)
                self._pass(passing, dialect, tries)
            finally:
                self._tally.count(seconds=time.monotonic() - begun)

    def _pass(self, passing: _Passing, dialect: _Dialect, tries: int) -> None:
        """Wait before the next try, or raise LanguageModelError if there is none."""
        if tries >= self._tries:
            # Some servers fail on a schema instead of refusing it.
            if passing.by_server and dialect.shape == _SHAPES[0]:
                self._adapt(dialect, _Misfit(500, ""))
                return
            self._lost += 1
            reason = f"{self._endpoint.address} gave no answer in {tries} tries: {passing}"
            if self._lost >= _MOST_LOST:
                self._given_up = reason
            raise LanguageModelError(reason)
        pause = 2.0 ** (tries - 1) if passing.wait is None else passing.wait
        if pause > _LONGEST_WAIT:
            raise LanguageModelError(f"{self._endpoint.address} asks to wait {pause:.0f} seconds; try again later")
        self._wait(pause)

    def _adapt(self, used: _Dialect, misfit: _Misfit) -> None:
        said = str(misfit).lower()
        if "context" in said and any(word in said for word in ("length", "size", "window", "exceed", "maximum")):
            raise TooLong
        with self._lock:
            if self._dialect != used:  # another thread has found out meanwhile
                return
            simpler = used.simpler(said)
            if simpler is None:
                reason = f"{self._endpoint.address} refuses the question ({misfit.status}): {self._quote(str(misfit))}"
                raise LanguageModelError(reason)
            self._dialect = simpler

    def _post(self, body: Mapping[str, Any]) -> bytes:
        """Return the body of a response that is right; _Passing, _Misfit or LanguageModelError otherwise."""
        try:
            status, headers, received = self._wire.post(json.dumps(body).encode("ascii"))
        except self._wire_error as error:
            raise _Passing(str(error)) from error
        if status == 200:
            return bytes(received)
        self._judge(status, received, _wait_asked(headers.get("retry-after")))

    def _judge(self, status: int, received: bytes, wait: float | None) -> NoReturn:
        if status in _PASSING:
            raise _Passing(f"status {status}", wait, by_server=status == 500)
        said = _said(received)
        if status in (400, 413, 422):
            raise TooLong if status == 413 else _Misfit(status, said)
        about = {
            401: "the key is not taken (401); set the variable that holds it",
            403: "the key is not taken (403); set the variable that holds it",
            404: f"there is no model {self._endpoint.model!r}, or nothing at this address (404); check both",
        }
        reason = about.get(
            status, f"status {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")
        )
        # The same would be said of every other question, so that none is asked any more.
        self._given_up = f"{self._endpoint.address}: {reason}"
        raise LanguageModelError(self._given_up)

    def _read(self, received: bytes, question: Mapping[str, Any]) -> Answer:
        try:
            record = json.loads(received)
            choice = record["choices"][0]
            message = choice["message"]
            content = message.get("content")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise _Passing("what it sent is no answer of this protocol") from error
        self._lost = 0
        text = content if isinstance(content, str) else _joined(content)
        self._count(record, question, text)
        if choice.get("finish_reason") == "length":
            raise TooLong
        return Answer(content=text, chances=_chances(choice, text))

    def _count(self, record: Mapping[str, Any], question: Mapping[str, Any], content: str) -> None:
        tokens_in, tokens_out = _usage(record, "prompt_tokens"), _usage(record, "completion_tokens")
        if tokens_in is not None and tokens_out is not None:
            self._tally.count(answered=1, tokens_in=tokens_in, tokens_out=tokens_out)
            return
        asked = sum(len(message["content"]) for message in question["messages"])
        self._tally.count(answered=1, estimated=1, tokens_in=asked // 4, tokens_out=len(content) // 4)

    def _quote(self, said: str) -> str:
        """Return what a server said, without the key and short enough to stand in a message."""
        if self._endpoint.key:
            said = said.replace(self._endpoint.key, "[key]")
        return said[:200] or "it does not say why"


def _load_wire() -> tuple[Any, Any]:
    try:
        from demarche.reading.llm._wire import Wire, WireError
    except ImportError as error:
        raise MissingExtra("a language model as coder", "llm") from error
    return Wire, WireError


def _usage(record: Mapping[str, Any], name: str) -> int | None:
    usage = record.get("usage")
    number = usage.get(name) if isinstance(usage, dict) else None
    return number if type(number) is int and 0 <= number < 10**9 else None


def _said(received: bytes) -> str:
    """Return the message of an error, whatever shape it has, on one line."""
    text = received[:4000].decode("utf-8", "replace")
    with suppress(ValueError, RecursionError, AttributeError):
        error = json.loads(text)
        error = error.get("error", error.get("detail", error))
        text = error.get("message", text) if isinstance(error, dict) else error
    return " ".join(str(text).split())


def _joined(content: Any) -> str:
    """Return the text of an answer that comes in parts; empty if it has none, as that of a refusal has not."""
    parts = content if isinstance(content, list) else []
    return "".join(part["text"] for part in parts if isinstance(part, dict) and isinstance(part.get("text"), str))


def _wait_asked(value: str | None) -> float | None:
    """Return the seconds of a Retry-After, which is a number or a date; None where there is none to be made out."""
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            until = parsedate_to_datetime(value)
        except (ValueError, TypeError, OverflowError):
            return None
        seconds = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _chances(choice: Mapping[str, Any], content: str) -> tuple[float, ...] | None:
    """Return the probability of the tokens that make each act; None unless the tokens are those of the answer."""
    logprobs = choice.get("logprobs")
    tokens = logprobs.get("content") if isinstance(logprobs, dict) else None
    if not isinstance(tokens, list) or not tokens:
        return None
    try:
        ends, made = _ends(tokens)
        values = [float(token["logprob"]) for token in tokens]
    except (AttributeError, LookupError, TypeError, ValueError):
        return None
    if made != content.encode("utf-8", "replace") or not all(math.isfinite(value) for value in values):
        return None
    return tuple(_chance(start, end, ends, values) for start, end in _in_bytes(content, locate_acts(content)))


def _ends(tokens: Sequence[Any]) -> tuple[list[int], bytes]:
    made, ends = bytearray(), []
    for token in tokens:
        given = token.get("bytes")
        made += bytes(given) if isinstance(given, list) else token["token"].encode("utf-8", "replace")
        ends.append(len(made))
    return ends, bytes(made)


def _in_bytes(content: str, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield places of a text, in order and apart, as places of its bytes."""
    read = size = 0
    for start, end in places:
        begin = size + len(content[read:start].encode("utf-8", "replace"))
        read, size = end, begin + len(content[start:end].encode("utf-8", "replace"))
        yield begin, size


def _chance(start: int, end: int, ends: Sequence[int], values: Sequence[float]) -> float:
    """Return the probability of the tokens that touch [start, end), where each begins at the end of the one before."""
    touching = values[bisect_right(ends, start) : bisect_left(ends, end) + 1]
    return round(math.exp(sum(min(value, 0.0) for value in touching)), 4)
