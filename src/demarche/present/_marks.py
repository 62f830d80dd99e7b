"""Makes text from the world harmless to look at: no escape sequence and no change of direction takes effect."""

from __future__ import annotations

from collections.abc import Iterable

from demarche.model import Mention, Span

__all__ = ["party_words", "show_controls", "show_line"]

_BIDI = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = (*range(0x00, 0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000), *_BIDI)
_SHOWN = dict.fromkeys(_CONTROLS, "\ufffd")


def show_controls(text: str) -> str:
    r"""Return `text` with control characters, bidirectional controls and lone surrogates shown as U+FFFD.

    Examples
    --------
    >>> show_controls("\x1b[31mred") == "\ufffd[31mred"
    True
    """
    return text.translate(_SHOWN)


def show_line(text: str) -> str:
    """Return `text` as :func:`show_controls` does, on one line: no line break of it can forge a line of ours."""
    return show_controls(" ".join(text.split()))


def party_words(mentions: Iterable[Mention]) -> list[tuple[str, str]]:
    """Return the words of parties, each once, and whom they were found to mean ("SUN GOV"), "" where nobody.

    Words that mean several ("both leaders") have them all: "SUN GOV, USA GOV".
    """
    known: dict[Span, list[str]] = {}
    for mention in mentions:
        whom = " ".join(filter(None, (mention.id, mention.sector)))
        known.setdefault(mention.span, []).extend([whom] if whom else [])
    return [(span.text, ", ".join(whom)) for span, whom in known.items()]
