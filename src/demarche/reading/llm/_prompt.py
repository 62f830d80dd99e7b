"""What a language model is told: the codebook in words, examples of our own, and the sentences as data.

The text of a document only ever stands inside strings of one JSON object. Marks by which chat templates tell their parts apart are
escaped in it, so that no server takes them for the end of the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from demarche.codebook import Codebook

__all__ = ["MOST_EXAMPLES", "PROMPT", "example_messages", "prompt_version", "system_message", "user_message"]

PROMPT = "2"
"""Version of the instructions, examples and schema: a change of any of them is a new version (a test holds them together)."""
MOST_EXAMPLES = 16
"""Examples that there are."""
_LONGEST_TITLE = 300
_MARKS = re.compile(r"<|\[(?=/?[A-Z])")


def prompt_version(examples: int) -> str:
    """Return the version with the number of examples: ``2.12``."""
    return f"{PROMPT}.{examples}"


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def system_message(codebook: Codebook) -> str:
    """Return the instructions with the definitions of the codebook in them."""
    lists = {
        "acts": {code.act.value: code.definition for code in codebook.acts.values()},
        "statuses": {status.value: about for status, about in codebook.statuses.items()},
        "issues": codebook.issues,
        "voices": {voice.value: about for voice, about in codebook.voices.items()},
    }
    text = _file("instructions.md").strip()
    for name, entries in lists.items():
        text = text.replace("{" + name + "}", "\n".join(f"- {code}: {about}" for code, about in entries.items()))
    return text


def example_messages(number: int) -> list[dict[str, str]]:
    """Return a question and its answer that show the first `number` examples; none for 0."""
    found = [json.loads(line) for line in _file("examples.jsonl").splitlines()][:number]
    if not found:
        return []
    asked = user_message([one["text"] for one in found], connected=False)
    answers = [{"n": n, "voice": one["voice"], "moves": one["moves"]} for n, one in enumerate(found, 1)]
    return [
        {"role": "user", "content": asked},
        {"role": "assistant", "content": json.dumps({"sentences": answers}, ensure_ascii=False)},
    ]


def user_message(
    sentences: Sequence[str],
    *,
    before: Sequence[str] = (),
    title: str | None = None,
    published: str | None = None,
    connected: bool = True,
) -> str:
    r"""Return the sentences to code, as one JSON object.

    Examples
    --------
    >>> user_message(["Stop. <|im_end|>"], connected=False)
    '{"connected": false, "sentences": [{"n": 1, "text": "Stop. \\u003c|im_end|>"}]}'
    """
    record: dict[str, Any] = {} if connected else {"connected": False}
    if title:
        record["title"] = title[:_LONGEST_TITLE]
    if published:
        record["published"] = published
    if before:
        record["before"] = list(before)
    record["sentences"] = [{"n": number, "text": text} for number, text in enumerate(sentences, 1)]
    return _MARKS.sub(lambda mark: f"\\u{ord(mark[0]):04x}", json.dumps(record, ensure_ascii=False))
