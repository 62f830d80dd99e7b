"""Sentence splitting for news: headlines, datelines, lists, quotes and abbreviations.

A line break ends a sentence unless the text is wrapped by hand; within a block an end mark does, unless what stands
before it is an abbreviation or what stands behind it goes on with the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["LONGEST", "split_sentences"]

LONGEST = 1000
"""Code points of a sentence at most; what is longer is cut at a space."""

_BEFORE_NAME = frozenset(
    "mr mrs ms mx dr prof rev hon fr sr jr st mt ft gen lt col maj capt cpl sgt cmdr adm brig pvt sen rep gov pres amb "
    "sec supt insp det msgr no nos vol art para fig ca cf vs approx dept est".split()
)
"""Abbreviations that a capital letter or a number follows within the sentence."""

_MONTHS = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec".split())
_MAYBE_LAST = frozenset("inc ltd co corp bros al etc a.m p.m".split())
"""Abbreviations that may end a sentence: it goes on unless a word that begins sentences follows."""

_STARTERS = frozenset(
    "the a an this that these those he she it they we you i but and or so yet in on at by for from with as after before "
    "when while if since although though however meanwhile moreover also both there here its his her their our under "
    "during despite according last earlier later now no not what who why how asked another some many most all".split()
)

_END = re.compile(r"(?:[.!?\u2026]|(?<!\.)\.{3,}+)[\"\u201d\u2019'\u00bb)\]]*(?=\s)")
_NEXT = re.compile(r"\s+[\"\u201c\u2018'\u00ab(\[]*(\w*)")
_LAST_WORD = re.compile(r"([^\s(\[\"\u201c\u2018/\u2014\u2013-]+)$")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]$|^[^\W\d_]$")
_SPEECH = re.compile(
    r"\s+(?:[A-Z][\w'\u2019.-]*\s+){1,5}(?:said|says|asked|told|added|wrote|declared|insisted|warned|replied|shouted|tweeted)\b"
)
_MARKER = re.compile(r"(?:[-*\u2022\u2013\u2014\u25aa\u25e6>#]+|\(?(?:\d{1,3}|[a-z]|[ivx]{1,4})[.)])[ \t]+")
_BREAK = re.compile(r"\n")


def split_sentences(text: str) -> list[tuple[int, int]]:
    r"""Return the offsets [start, end) of the sentences of `text`, in order, without overlap, trimmed, never empty.

    Examples
    --------
    >>> text = "Talks stall\n\nGENEVA, Sept. 4 - Mr. Ito left. The U.S. envoy stayed."
    >>> [text[start:end] for start, end in split_sentences(text)]
    ['Talks stall', 'GENEVA, Sept. 4 - Mr. Ito left.', 'The U.S. envoy stayed.']
    """
    return [
        piece for block in _blocks(text) for sentence in _sentences(text, *block) for piece in _cut(text, *sentence)
    ]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Yield runs of lines between the line breaks that end a sentence."""
    start = 0
    for paragraph_start, paragraph_end in _paragraphs(text):
        lines = _lines(text, paragraph_start, paragraph_end)
        widest = max(end - begin for begin, end in lines)
        start = lines[0][0]
        for (begin, end), (following, _) in zip(lines, lines[1:], strict=False):
            if not _wrapped(text, begin, end, following, widest):
                yield start, end
                start = following
        yield start, lines[-1][1]


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    for match in re.finditer(r"\n[ \t]*(?:\n[ \t]*)+", text):
        if text[position : match.start()].strip():
            yield position, match.start()
        position = match.end()
    if text[position:].strip():
        yield position, len(text)


def _lines(text: str, start: int, end: int) -> list[tuple[int, int]]:
    lines = []
    position = start
    for match in _BREAK.finditer(text, start, end):
        lines.append((position, match.start()))
        position = match.end()
    lines.append((position, end))
    return lines


def _wrapped(text: str, start: int, end: int, following: int, widest: int) -> bool:
    """Return whether the line break at `end` only wraps a sentence that goes on at `following`."""
    line = text[start:end].rstrip()
    if not line or widest > 140 or len(line) < 0.7 * widest or line[-1] in '.!?:\u2026"\u201d':
        return False
    return widest >= 40 and not _MARKER.match(text, following)


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    marker = _MARKER.match(text, _skip_space(text, start, end), end)
    start = marker.end() if marker else start
    for match in _END.finditer(text, start, end):
        if _ends(text, match.start(), match.end(), start, end):
            yield start, match.end()
            start = match.end()
    yield start, end


def _skip_space(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


def _ends(text: str, mark: int, after: int, start: int, end: int) -> bool:
    """Return whether the mark at `mark`, with what closes behind it up to `after`, ends the sentence from `start`."""
    following = _NEXT.match(text, after, end)
    word = following.group(1) if following else ""
    if word[:1].islower():
        return False
    if text[mark] in "!?" and after > mark + 1 and _SPEECH.match(text, after, end):
        return False
    if text[mark] != "." or text[mark - 1 : mark] == ".":
        return True
    last = _LAST_WORD.search(text, max(start, mark - 30), mark)
    before = last.group(1).lower() if last else ""
    if before in _BEFORE_NAME and after == mark + 1:
        return False
    if before in _MONTHS:
        return not word[:1].isdigit()
    if before in _MAYBE_LAST or _INITIALS.search(before):
        return word.lower() in _STARTERS and not (len(before) == 1 and word.lower() not in ("the", "he", "she", "it"))
    return True


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the trimmed sentence, cut at spaces into pieces of at most LONGEST code points."""
    start = _skip_space(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        space = text.rfind(" ", start + LONGEST // 2, start + LONGEST)
        stop = space if space > 0 else start + LONGEST
        yield start, stop
        start = _skip_space(text, stop, end)
    if end > start:
        yield start, end
