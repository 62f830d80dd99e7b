"""Charts whose marks lead to the sentences behind them, for the pages."""

from __future__ import annotations

import cmath
import hashlib
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from demarche.present.plot import draw_chart

__all__ = ["draw_linked_chart", "mark_evidence"]

Link = Callable[[tuple[str, ...]], str]
Behind = tuple[str, ...] | str
"""What a mark leads to: the ids of moves, or a path of the pages."""
Values = list[dict[str, Any]]

_PARTS = ("layer", "hconcat", "vconcat", "concat")
_WHOLE = ("line", "area", "trail")
"""Marks that stand for many rows at once: a link on them would lead to the sentences of the first row alone."""
_NOWHERE = "https://evidence.invalid/"
"""Where a mark leads until its own address is put in: the library that draws would make a path into an address of its own."""
_XLINK = "{http://www.w3.org/1999/xlink}href"
_SVG = "{http://www.w3.org/2000/svg}"


def draw_linked_chart(spec: dict[str, Any], link: Link) -> str:
    """Return a chart as an SVG element for a page: each mark with evidence is a link with a title, and it takes the width it gets.

    Parameters
    ----------
    spec
        A Vega-Lite specification as the chart functions of this room return it: a datum has the ids of its moves as ``evidence``, or,
        where they are too many to name, the path of the page that shows them as ``address``.
    link
        Gives the address that shows the moves with these ids.

    Raises
    ------
    MissingExtra
        If the library that draws is not installed.
    """
    marked, evidence = mark_evidence(spec)
    drawn = draw_chart(marked, "svg")
    svg = etree.fromstring(drawn, etree.XMLParser(resolve_entities=False, huge_tree=True))
    _set_apart(svg, f"c{hashlib.sha256(drawn).hexdigest()[:8]}-")
    title = spec.get("title")
    _fit(svg, str(title.get("text", "")) if isinstance(title, dict) else str(title or ""))
    for anchor in list(svg.iter(f"{_SVG}a")):
        number = re.fullmatch(re.escape(_NOWHERE) + r"(\d+)", anchor.attrib.pop(_XLINK, ""))
        if number:
            behind = evidence[int(number.group(1))]
            anchor.set("href", behind if isinstance(behind, str) else link(behind))
            _tell(anchor)
        else:
            anchor.tag = f"{_SVG}g"
    _leave_once(svg)
    _hush(svg)
    return str(etree.tostring(svg, encoding="unicode"))


def mark_evidence(spec: dict[str, Any]) -> tuple[dict[str, Any], list[Behind]]:
    """Return a specification whose marks name what they tell and where they lead by number, and what is behind these numbers.

    Examples
    --------
    >>> spec = {"data": {"values": [{"x": 1, "evidence": ["m1"]}]}, "mark": "point", "encoding": {"tooltip": [{"field": "x"}]}}
    >>> made, evidence = mark_evidence(spec)
    >>> made["data"]["values"][0]["told"], evidence
    ('x: 1', [('m1',)])
    """
    evidence: list[Behind] = []
    return _marked(spec, None, evidence), evidence


def _marked(spec: dict[str, Any], inherited: Values | None, evidence: list[Behind]) -> dict[str, Any]:
    made = dict(spec)
    data = spec.get("data")
    values = data.get("values") if isinstance(data, dict) and isinstance(data.get("values"), list) else inherited
    for part in _PARTS:
        if part in spec:
            made[part] = [_marked(inner, values, evidence) for inner in spec[part]]
    if _kind(spec) and values and any(_behind(value) for value in values):
        encoding = spec.get("encoding", {})
        made["data"] = {"values": list(_numbered(values, encoding.get("tooltip"), evidence))}
        made["encoding"] = {**encoding, "href": {"field": "link"}, "description": {"field": "told"}}
    return made


def _kind(spec: dict[str, Any]) -> str | None:
    """Return the kind of mark that a specification draws, None if it draws none or one whose rows cannot be told apart."""
    mark = spec.get("mark")
    kind = mark.get("type") if isinstance(mark, dict) else mark
    return None if kind in _WHOLE else kind


def _numbered(values: Values, tooltip: Any, evidence: list[Behind]) -> Iterator[dict[str, Any]]:
    fields = [tooltip] if isinstance(tooltip, dict) else tooltip or []
    for value in values:
        behind = _behind(value)
        if not behind:
            yield value
            continue
        evidence.append(behind)
        yield {**value, "link": f"{_NOWHERE}{len(evidence) - 1}", "told": _told(value, fields)}


def _behind(value: dict[str, Any]) -> Behind:
    own = value.get("address")
    # Only a path: a mark never leads out of the ledger.
    if isinstance(own, str) and own.startswith("/") and not own.startswith(("//", "/\\")):
        return own
    return tuple(value.get("evidence") or ())


def _told(value: dict[str, Any], fields: Iterable[dict[str, Any]]) -> str:
    named = ((field.get("title") or field["field"], value.get(field["field"])) for field in fields if "field" in field)
    return "; ".join(f"{name}: {item}" for name, item in named if item not in (None, "")) or _UNTOLD


def _set_apart(svg: Any, prefix: str) -> None:
    """Give the ids of a chart a prefix of its own, where they are and where they are named: a page may hold several charts."""
    for element in svg.iter():
        for name, value in element.attrib.items():
            if name == "id":
                element.set(name, prefix + value)
            elif "url(#" in value:
                element.set(name, value.replace("url(#", f"url(#{prefix}"))


@dataclass(slots=True)
class _Box:
    """From where to where a chart shows the plane."""

    left: float
    right: float


_EM = 0.6
"""Width of a letter, in sizes of its font, in a wide font: a browser may have none of those that the chart was measured with."""
_STEP = re.compile(r"(translate|rotate)\((-?[\d.e-]+)(?:[ ,]+(-?[\d.e-]+))?[^)]*\)")


def _stretch(element: Any, place: complex, turned: complex, box: _Box) -> None:
    """Widen a box so that no word of an element is cut off at its sides, however wide the font of the browser is."""
    for kind, first, second in _STEP.findall(element.get("transform", "")):
        if kind == "translate":
            place += turned * complex(float(first), float(second or 0))
        else:
            turned *= cmath.rect(1, math.radians(float(first)))
    if element.tag == f"{_SVG}text":
        size = float((element.get("font-size") or "11").removesuffix("px"))
        width = max((len(words) for words in element.itertext()), default=0) * size * _EM
        start = {"end": -width, "middle": -width / 2}.get(element.get("text-anchor", ""), 0.0)
        for end in (start, start + width):
            box.left = min(box.left, (place + turned * end).real - 2)
            box.right = max(box.right, (place + turned * end).real + 2)
    for child in element:
        _stretch(child, place, turned, box)


def _hush(svg: Any) -> None:
    """Take the role of a picture from marks that tell nothing: what stands on the page says it already."""
    for element in svg.iter():
        if str(element.get("role", "")).startswith("graphics-") and element.get("aria-label") in (None, "undefined"):
            for name in ("role", "aria-roledescription", "aria-label"):
                element.attrib.pop(name, None)


def _fit(svg: Any, title: str) -> None:
    """Let a chart shrink with its page, and give it a name for those who do not see it."""
    left, top, width, height = (float(part) for part in svg.get("viewBox").split())
    box = _Box(left, left + width)
    _stretch(svg, 0j, 1 + 0j, box)
    svg.set("viewBox", f"{box.left:.0f} {top:.0f} {box.right - box.left:.0f} {height:.0f}")
    svg.set("width", f"{box.right - box.left:.0f}")
    svg.attrib.pop("height", None)  # it follows from the width that the page gives
    svg.set("class", "chart")
    svg.set("role", "group")
    svg.set("aria-label", title or "Chart")


_UNTOLD = "the sentences behind it"


def _leave_once(svg: Any) -> None:
    """Leave one link for who tabs or listens where several marks stand for the same.

    Words on a bar, or the bar behind a symbol, lead nowhere of their own: the mouse reaches what lies under them. The head of an arrow
    stays a link for the mouse.
    """
    anchors = list(svg.iter(f"{_SVG}a"))
    named = {anchor.get("href") for anchor in anchors if anchor.get("aria-label") != _UNTOLD}
    told: set[tuple[str, str]] = set()
    for anchor in anchors:
        href, label = anchor.get("href"), anchor.get("aria-label")
        if label == _UNTOLD and href in named:
            anchor.tag = f"{_SVG}g"
            anchor.attrib.clear()
            anchor.set("pointer-events", "none")
            anchor.remove(anchor[0])  # the title, which would say nothing
        elif (href, label) in told:
            anchor.set("tabindex", "-1")
            anchor.set("aria-hidden", "true")
        told.add((href, label))


def _tell(anchor: Any) -> None:
    """Name a link by what its mark tells, and show that when one points at it."""
    told = next((child.get("aria-label") for child in anchor if child.get("aria-label")), _UNTOLD)
    for child in anchor:
        child.attrib.pop("aria-label", None)
        child.set("aria-hidden", "true")
    anchor.set("aria-label", told)
    title = etree.Element(f"{_SVG}title")
    title.text = told
    anchor.insert(0, title)
