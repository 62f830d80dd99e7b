"""What a page says of itself: title, day, publisher, address.

What it declares for machines goes before what it shows, the article before the site, the day of publication before that of the last change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any

from demarche.errors import InputError
from demarche.sources._page_boxes import short_text
from demarche.sources._published import parse_published

__all__ = ["about_page", "is_held_back"]

_ARTICLES = re.compile(r"(?:article|posting|report|episode|review|webpage)$", re.IGNORECASE)
_LARGEST_JSON = 2 * 2**20
_MOST_OBJECTS = 2000
_DEEPEST = 20
_MOST_MARKED = 10
"""Elements with one mark of microdata: publishers that lie in one another are all walked through."""
_LONGEST_URL = 2048
_SEPARATOR = re.compile(r"\s+(?:[|\-–—·•«»‹›:/]+|::|--)\s+|:\s+")
_LABEL = re.compile(
    r"^(?:opinion|analysis|comment|exclusive|editorial|live|watch|video|updated?)\s*[|]\s*", re.IGNORECASE
)
_PAGE = re.compile(r"\s*[(\[]?\bpage \d+ of \d+[)\]]?\s*$", re.IGNORECASE)
_ARCHIVED = re.compile(r"^https?://[^/\s]+/web/\d{4,14}(?:[a-z]{2}_)?/(https?):/{1,2}(\S+)$")
_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "dc.date.issued", "dcterms.issued",
    "dcterms.created", "dc.date", "pubdate", "publishdate", "publish-date", "publication_date", "parsely-pub-date", "sailthru.date",
    "govuk:first-published-at", "citation_publication_date", "date",
)  # fmt: skip
_SITE = ("og:site_name", "dc.publisher", "dcterms.publisher", "citation_publisher", "application-name")
_MONTH = "(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*"
_DAY = re.compile(
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}\.?,?\s+\d{{4}}|{_MONTH}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{4}}-\d\d-\d\d)\b",
    re.IGNORECASE,
)
_LABELLED = re.compile(r"\b(?:(?:first )?published|posted|issued|released|embargo(?:ed)? until)\b", re.IGNORECASE)
_CHANGED = re.compile(
    r"\b(?:updated?|modified|edited|changed|revised|reviewed)\b|©|\(c\)|\bcopyright\b|\bfounded\b|\best(?:ablished)?\b",
    re.IGNORECASE,
)
_SHORT = 80
_LOOKED_AT = 20_000
_PIECES = 400
"""Short pieces of text in which a day is looked for at most."""


def about_page(tree: Any, *, found: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return title, published, publisher and url of a page.

    Parameters
    ----------
    tree
        The page, before anything was taken out of it.
    found
        What trafilatura says of it: used where the page declares nothing.
    """
    metas, articles = _metas(tree), list(_articles(tree))
    names = _names_of_site(tree, metas, articles)
    title, other = _title(tree, metas, articles, names, found.get("title"))
    publisher = next(iter(names), None) or other or found.get("publisher")
    return {
        "title": title,
        "published": _published(tree, metas, articles, found.get("published")),
        "publisher": publisher,
        "url": _url(tree, metas, articles) or found.get("url"),
    }


def is_held_back(tree: Any) -> bool:
    """Tell whether a page declares that its text is not free to read."""
    return any(str(article.get("isAccessibleForFree")).lower() == "false" for article in _articles(tree))


def _metas(tree: Any) -> dict[str, str]:
    """Return the first value of each meta element by its name in lower case."""
    made: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop")
        content = (meta.get("content") or "").strip()
        if name and content:
            made.setdefault(name.strip().lower(), content)
    return made


def _articles(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield what JSON-LD says of the articles of a page, the page as a whole last; what is nested in one (an update, a comment) is none."""
    objects = [thing for script in tree.iter("script") for thing in _linked_data(script)]
    by_id = {thing["@id"]: thing for thing in objects if isinstance(thing.get("@id"), str) and "name" in thing}
    kinds = [(thing, _kind(thing)) for thing in objects]
    for whole in (False, True):
        for thing, kind in kinds:
            if _ARTICLES.search(kind) and kind.lower().endswith("webpage") == whole:
                publisher = thing.get("publisher")
                known = (
                    by_id.get(publisher["@id"])
                    if isinstance(publisher, dict) and isinstance(publisher.get("@id"), str)
                    else None
                )
                yield thing | ({"publisher": known} if known else {})


def _linked_data(script: Any) -> list[dict[str, Any]]:
    if (script.get("type") or "").partition(";")[0].strip().lower() != "application/ld+json":
        return []
    text = script.text or ""
    try:
        made = json.loads(text, strict=False) if len(text) <= _LARGEST_JSON else None
    except (ValueError, RecursionError):
        return []
    return list(_top(made, 0))[:_MOST_OBJECTS]


def _top(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    """Yield the objects of a script that stand at its top, in a list or in a graph."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _top(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        yield from _top(value.get("@graph"), depth + 1)


def _kind(thing: Mapping[str, Any]) -> str:
    kind = thing.get("@type")
    return str(kind[0] if isinstance(kind, list) and kind else kind)


def _word(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _names_of_site(tree: Any, metas: Mapping[str, str], articles: Iterable[Mapping[str, Any]]) -> list[str]:
    made = [metas.get(_SITE[0])]
    for article in articles:
        publisher = article.get("publisher")
        publisher = publisher[0] if isinstance(publisher, list) and publisher else publisher
        made.append(_word(publisher.get("name")) if isinstance(publisher, dict) else _word(publisher))
        series = article.get("partOfSeries")
        made.append(_word(series.get("name")) if isinstance(series, dict) else None)
    made += [metas.get(name) for name in _SITE[1:]]
    for element in islice(tree.iterfind(".//*[@itemprop='publisher']"), _MOST_MARKED):
        inner = islice(element.iterfind(".//*[@itemprop='name']"), _MOST_MARKED)
        made += [name.get("content") or short_text(name, most=100) for name in inner]
    return list(dict.fromkeys(name for name in made if name and len(name) <= 100))


def _title(
    tree: Any, metas: Mapping[str, str], articles: Iterable[Mapping[str, Any]], names: list[str], other: str | None
) -> tuple[str | None, str | None]:
    """Return the title without the name of the site, and what stands beside it in the title of the page."""
    element = tree.find(".//title")
    whole = short_text(element, most=500) if element is not None else None
    headings = _headings(tree)
    declared = [_word(article.get("headline")) or _word(article.get("name")) for article in articles]
    given = [*declared, metas.get("og:title"), metas.get("twitter:title"), whole, other]
    title = next((" ".join(value[:1000].split()) for value in given if value), None)
    if title is None:
        return next(iter(headings), None), None
    for candidate in dict.fromkeys(filter(None, (title, whole))):
        for part, rest in _split(candidate):
            if part.casefold() in headings and rest.casefold() not in headings or rest in names:
                return _trimmed(part if candidate == title else title), rest
    for part, rest in _split(title):  # both are headings: the longer is that of the text
        if part.casefold() in headings and rest.casefold() in headings and len(part) > len(rest):
            return _trimmed(part), rest
    return _trimmed(title), None


def _headings(tree: Any) -> dict[str, str]:
    """Return the headings of a page in lower case, each with its words."""
    found = [short_text(heading, most=300) for heading in islice(tree.iter("h1", "h2", "h3"), 30)]
    return {words.casefold(): words for words in found if words}


def _split(title: str) -> Iterator[tuple[str, str]]:
    """Yield a title in two at each mark that can part it from the name of a site, either way round."""
    for mark in list(_SEPARATOR.finditer(title))[:10]:
        before, after = title[: mark.start()].strip(), title[mark.end() :].strip()
        if before and after:
            yield _PAGE.sub("", before), after
            yield _PAGE.sub("", after), before


def _trimmed(title: str) -> str:
    return _PAGE.sub("", _LABEL.sub("", title)) or title


def _url(tree: Any, metas: Mapping[str, str], articles: Iterable[Mapping[str, Any]]) -> str | None:
    links = [link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    declared = []
    for article in articles:
        page = article.get("mainEntityOfPage")
        declared += [page.get("@id") if isinstance(page, dict) else page, article.get("url")]
    for address in (*links, metas.get("og:url"), *declared):
        address = address.strip() if isinstance(address, str) else ""
        if len(address) <= _LONGEST_URL and re.fullmatch(r"https?://[^\s/]\S*", address):
            archived = _ARCHIVED.match(address)
            return f"{archived[1]}://{archived[2]}" if archived else address
    return None


def _published(
    tree: Any, metas: Mapping[str, str], articles: Iterable[Mapping[str, Any]], found: str | None
) -> str | None:
    """Return the day of publication, in the zone of the publisher where one is given."""
    values = [_word(article.get("datePublished")) for article in articles]
    values += [
        element.get("content") or element.get("datetime")
        for element in islice(tree.iterfind(".//*[@itemprop='datePublished']"), _MOST_MARKED)
    ]
    values += [metas.get(name) for name in _PUBLISHED]
    days = [day for day in map(_moment, values) if day]
    if days:
        return _in_own_zone(days).date().isoformat()
    return _shown(tree, labelled=True) or found or _shown(tree, labelled=False)


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or not value.strip():
        return None
    text = re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", value.strip())
    try:
        return datetime.fromisoformat(parse_published(text))
    except (InputError, ValueError):
        return None


def _in_own_zone(days: list[datetime]) -> datetime:
    """Return the first moment, or the same moment as another field gives it in a zone other than that of Greenwich."""
    first = days[0]
    same = [day for day in days if day.tzinfo and first.tzinfo and day == first and day.utcoffset()]
    return same[0] if same else first


def _shown(tree: Any, *, labelled: bool) -> str | None:
    """Return the day that a short line shows: one said to be that of publication, or the only one that stands by itself."""
    alone = set()
    for words in _lines(tree):
        for match in list(_DAY.finditer(words))[:4]:
            before = words[: match.start()]
            label = _last(_LABELLED, before)
            if labelled:
                if label > _last(_CHANGED, before):
                    return _day(match[0])
            elif not _CHANGED.search(words) and len(words) - len(match[0]) <= 25:
                alone.add(_day(match[0]))
    alone.discard(None)
    return alone.pop() if len(alone) == 1 else None


def _lines(tree: Any) -> Iterator[str]:
    """Yield the short pieces of text of a page."""
    seen = 0
    for element in islice(tree.iter(), _LOOKED_AT):
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "title", "a", "option"):
            continue
        words = short_text(element, most=_SHORT)
        if words:
            seen += 1
            yield words
        if seen >= _PIECES:
            return


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def _day(words: str) -> str | None:
    try:
        return parse_published(words.replace(".", ""))[:10]
    except InputError:
        return None
