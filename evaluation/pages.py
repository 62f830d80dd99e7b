"""What is got out of saved pages: ``python -m evaluation.pages [--half first|second] [--errors]``.

`pages/` has pages in the layouts that are met with, all texts invented, and `gold.toml` says of each which sentences are its text, what
is not, and its title, day, publisher and address. Compared are trafilatura with its own settings and Demarche. Pages with an odd number are
the first half: only their errors were looked at while rules were made (``--errors``). The intervals are of a bootstrap over pages.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demarche.model import Document
from demarche.sources import decode_bytes, read_sources

__all__ = ["MEASURES", "PAGES", "digest_pages", "extract_ours", "extract_plainly", "read_gold", "score_pages"]

PAGES = Path(__file__).parent / "pages"
_GOLD = PAGES / "gold.toml"
_FIELDS = ("title", "published", "publisher", "url")
_DRAWS = 2000
_SAME = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "\xa0": " "})
MEASURES = ("wanted", "let in", *_FIELDS, "no text", "part")

Shares = dict[str, tuple[float, float]]
"""By measure how many were right (of "let in": wrong), and of how many."""


@dataclass(frozen=True)
class Found:
    """What was got out of a page: its text, None where it was refused, and what it says of itself."""

    text: str | None
    about: dict[str, str] = field(default_factory=dict)
    is_part: bool = False


def main() -> None:
    """Print the scores of both, or the errors of the first half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=("first", "second"))
    parser.add_argument("--errors", action="store_true", help="list what is wrong on pages of the first half")
    options = parser.parse_args()
    gold = read_gold("first" if options.errors else options.half)
    for name, extract in (("trafilatura", extract_plainly), ("demarche", extract_ours)):
        if options.errors:
            print(f"{name}:", *_errors(gold, extract), sep="\n  ")
            continue
        print(f"{name}, {len(gold)} pages:")
        for measure, (value, low, high) in score_pages(gold, extract).items():
            print(f"  {measure:10} {value:.3f} ({low:.3f} to {high:.3f})")


def read_gold(half: str | None = None) -> dict[str, dict[str, Any]]:
    """Return what is wanted of each page of a half, by the name of its file."""
    gold = tomllib.loads(_GOLD.read_text("utf-8"))
    odd = {"first": (1,), "second": (0,), None: (0, 1)}[half]
    return {name: record for name, record in gold.items() if int(name[:2]) % 2 in odd}


def digest_pages() -> str:
    """Return the SHA-256 of the gold file and the pages."""
    made = hashlib.sha256()
    for path in (_GOLD, *sorted(PAGES.glob("*.html"))):
        made.update(path.name.encode() + b"\0" + path.read_bytes())
    return made.hexdigest()


def extract_ours(path: Path) -> Found:
    """Return what Demarche makes of a page."""
    items = list(read_sources([str(path)]))
    documents = [item for item in items if isinstance(item, Document)]
    if not documents:
        return Found(None)
    about = {name: getattr(documents[0], name) or "" for name in _FIELDS}
    return Found(documents[0].text, about, is_part=len(items) > len(documents))


def extract_plainly(path: Path) -> Found:
    """Return what trafilatura makes of a page with its own settings; it does not say whether a text is whole."""
    from trafilatura import bare_extraction

    found = bare_extraction(decode_bytes(path.read_bytes()), with_metadata=True)
    if not found or not (found.text or "").strip():
        return Found(None)
    about = {"title": found.title, "published": found.date, "publisher": found.sitename, "url": found.url}
    return Found(found.text, {name: value or "" for name, value in about.items()})


def score_pages(
    gold: dict[str, dict[str, Any]], extract: Callable[[Path], Found], *, draws: int = _DRAWS
) -> dict[str, tuple[float, float, float]]:
    """Return each measure with its interval of 95 %.

    "wanted" is the share of the sentences of texts that were found, "let in" of what is no text that was let in, "no text" of the pages
    that were rightly refused or taken, "part" of those with a text that were rightly told to be whole or only a part.
    """
    pages = [_score(record, extract(PAGES / name)) for name, record in gold.items()]
    generator = random.Random(1)
    samples = [_shares(generator.choices(pages, k=len(pages))) for _ in range(draws)]
    scores = {}
    for name, value in _shares(pages).items():
        drawn = sorted(sample[name] for sample in samples if name in sample)
        scores[name] = (value, drawn[int(0.025 * len(drawn))], drawn[int(0.975 * len(drawn))])
    return scores


def _score(record: dict[str, Any], found: Found) -> Shares:
    text = _plain(found.text or "")
    kind = record.get("is", "article")
    wanted, drop = record.get("want", []), record["drop"]
    shares: Shares = {
        "wanted": (sum(_plain(one) in text for one in wanted), len(wanted)),
        "let in": (sum(_plain(one) in text for one in drop), len(drop)),
        "no text": (float((found.text is None) == (kind == "nothing")), 1),
        **({"part": (float(found.is_part == (kind == "part")), 1)} if kind != "nothing" else {}),
    }
    return shares | {
        name: (float(_of(found, name) == record[name]), 1) for name in _FIELDS if name in record and found.text
    }


def _of(found: Found, name: str) -> str:
    value = found.about.get(name, "")
    return value[:10] if name == "published" else value.translate(_SAME)


def _shares(pages: Sequence[Shares]) -> dict[str, float]:
    """Return right / all of each measure, over the pages that have it."""
    totals = {name: [sum(page[name][part] for page in pages if name in page) for part in (0, 1)] for name in MEASURES}
    return {name: right / of for name, (right, of) in totals.items() if of}


def _errors(gold: dict[str, dict[str, Any]], extract: Callable[[Path], Found]) -> Iterator[str]:
    for name, record in gold.items():
        found = extract(PAGES / name)
        yield from (f"{name}: {error}" for error in _wrong(record, found))


def _wrong(record: dict[str, Any], found: Found) -> Iterable[str]:
    text = _plain(found.text or "")
    kind = record.get("is", "article")
    if (found.text is None) != (kind == "nothing"):
        yield f"is {kind}, found {text[:80]!r}"
    if found.is_part != (kind == "part"):
        yield f"is {kind}, told to be {'a part' if found.is_part else 'whole'}"
    yield from (f"lacks {one!r}" for one in record.get("want", []) if _plain(one) not in text)
    yield from (f"lets in {one!r}" for one in record["drop"] if _plain(one) in text)
    for field_ in _FIELDS:
        if found.text and field_ in record and _of(found, field_) != record[field_]:
            yield f"{field_} is {record[field_]!r}, found {_of(found, field_)!r}"


def _plain(text: str) -> str:
    """Return words as they are compared: one kind of quotation mark, no bidirectional controls, single spaces."""
    return " ".join(re.sub("[\u200e\u200f\u2066-\u2069]", "", text.translate(_SAME)).split())


if __name__ == "__main__":
    main()
