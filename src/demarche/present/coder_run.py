"""What asking a language model came to, in words and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from demarche.model.coder_run import CoderRun
from demarche.present._marks import show_line

__all__ = ["coder_run_record", "say_destination", "say_run"]


def say_destination(coder: str, address: str) -> str:
    """Return where texts are sent, and whether others can read them on the way.

    Examples
    --------
    >>> say_destination("llm:qwen/2.12", "http://10.0.0.7:8000/v1")
    'texts are sent to http://10.0.0.7:8000/v1 (llm:qwen/2.12), unencrypted'
    """
    way = ", on this machine" if _is_here(address) else "" if address.startswith("https:") else ", unencrypted"
    return f"texts are sent to {show_line(address)} ({show_line(coder)}){way}"


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def say_run(run: CoderRun) -> list[str]:
    """Return what asking came to, a line each: questions and tokens, what was not taken, sentences without an answer."""
    cost = "" if run.cost is None else f", cost {run.cost:.4f}"
    guessed = f" ({run.estimated} answers not counted by the server)" if run.estimated else ""
    lines = [
        f"{run.answered} questions answered, {run.cached} from the cache, {run.failed} failed tries; "
        f"{run.tokens_in} tokens sent, {run.tokens_out} came back{guessed}{cost}; {run.seconds:.1f} s of asking"
    ]
    dropped = sum(run.dropped.values())
    if dropped:
        reasons = "; ".join(f"{number} {reason}" for reason, number in sorted(run.dropped.items(), key=_commonest))
        lines.append(f"{run.moves} moves taken, {dropped} dropped: {show_line(reasons)}")
    if run.unread:
        lines.append(
            f"{run.unread} sentences without a usable answer: a document with one is not coded, a gold sentence counts as empty"
        )
    return lines


def _commonest(item: tuple[str, int]) -> tuple[int, str]:
    return -item[1], item[0]


def coder_run_record(run: CoderRun) -> dict[str, Any]:
    """Return the counts as a JSON object."""
    return asdict(run)
