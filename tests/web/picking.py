"""Finds parts of a page by the few selectors that the tests use: no library for that is among those of the project."""

import re

_STEP = re.compile(r"(?P<tag>[a-z0-9]+)|\.(?P<cls>[\w-]+)|#(?P<id>[\w-]+)|\[(?P<name>[\w-]+)(?:(?P<how>\^?)=(?P<value>'[^']*'|[^\]]*))?\]"
                   r"|:not\((?P<no>[^)]*)\)|:nth-child\((?P<nth>\d+)\)|(?P<first>:first-child)")  # fmt: skip


def pick(page, selector):
    """Return the elements of a page that a selector names, in their order: ``pick(page, "main a.figure, tr:not(.old) td[title]")``."""
    paths = [".//" + "//".join(_path(step) for step in _steps(one)) for one in _apart(selector, ",")]
    return page.xpath(" | ".join(paths))


def _apart(words, mark):
    """Return the parts of a selector between marks that stand in no brackets."""
    return [part.strip() for part in re.split(rf"{mark}(?![^\[]*\])(?![^(]*\))", words)]


def _steps(one):
    return re.split(r"\s+(?![^\[]*\])(?![^(]*\))", one)


def _path(step):
    found = list(_STEP.finditer(step))
    assert "".join(match.group() for match in found) == step, f"{step} is more than this understands"
    tag = next((match["tag"] for match in found if match["tag"]), "*")
    return tag + "".join(f"[{_condition(match)}]" for match in found if not match["tag"])


def _condition(match):
    if match["cls"]:
        return f"contains(concat(' ', normalize-space(@class), ' '), ' {match['cls']} ')"
    if match["id"]:
        return f"@id='{match['id']}'"
    if match["name"]:
        value = (match["value"] or "").strip("'")
        return f"@{match['name']}" if match["value"] is None else (
            f"starts-with(@{match['name']}, '{value}')" if match["how"] else f"@{match['name']}='{value}'"
        )  # fmt: skip
    if match["no"]:
        return f"not(self::{_path(match['no'])})"
    return f"count(preceding-sibling::*)={int(match['nth']) - 1 if match['nth'] else 0}"
