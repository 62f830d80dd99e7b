"""Moves as a graph: parties are nodes, a move an edge for each pair; GraphML, which Gephi, visone and networkx read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape

from demarche.exchange._citation import hash_words, one_line, web_address
from demarche.exchange._format import Format
from demarche.exchange._pairs import Pair, is_mutual, pair_parties, party_key
from demarche.model import Mention, SourcedMove

__all__ = ["GRAPHML", "write_graphml_moves"]

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NODE = {"label": "string", "actor": "string"}
_EDGE = {
    **dict.fromkeys(("move", "act", "event"), "string"),
    "quad": "int",
    **dict.fromkeys(("status", "issue", "voice", "date", "date_precision"), "string"),
    "mutual": "boolean",
    "confidence": "double",
    **dict.fromkeys(("source_sector", "target_sector", "verdict", "coder", "document", "cluster"), "string"),
    "reports": "int",
    **dict.fromkeys(("publisher", "published", "url", "sentence", "sentence_sha256", "trigger", "content"), "string"),
    "sentence_start": "int",
    "sentence_end": "int",
}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)
_RETURN = "\r"
"""Which XML reads as a line feed where it stands as it is."""
_Value = str | int | float | bool | None


def write_graphml_moves(moves: Iterable[SourcedMove], text: bool = True) -> Iterator[str]:
    """Yield a directed multigraph; a party stands right before the first edge that needs it.

    Parameters
    ----------
    moves
        Those that join no two parties are passed over.
    text
        False leaves out the words of the documents: a party that is not resolved has no label then.
    """
    yield _HEAD
    for name, kind in _NODE.items():
        yield f'  <key id="n_{name}" for="node" attr.name="{name}" attr.type="{kind}"/>\n'
    for name, kind in _EDGE.items():
        yield f'  <key id="e_{name}" for="edge" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '  <graph id="moves" edgedefault="directed">\n'
    known: set[str] = set()
    for sourced in moves:
        for number, pair in enumerate(pair_parties(sourced.move)):
            for mention in pair:
                if (node := _node_id(mention)) not in known:
                    known.add(node)
                    yield _node(node, mention, text)
            yield _edge(sourced, pair, number, text)
    yield "  </graph>\n</graphml>\n"


def _node_id(mention: Mention) -> str:
    """Return the actor's id, of one that is not resolved a hash of its words, as the value of an attribute."""
    if mention.id:
        return _attribute(mention.id)
    return "unresolved-" + hash_words(party_key(mention).removeprefix("?"))[:12]


def _node(node: str, mention: Mention, text: bool) -> str:
    label = mention.id if mention.id else mention.span.text if text else None
    data = "".join(_data("n", {"label": label, "actor": mention.id}))
    return f'    <node id="{node}">{data}</node>\n'


def _edge(sourced: SourcedMove, pair: Pair, number: int, text: bool) -> str:
    source, target = map(_node_id, pair)
    start = f'<edge id="{_attribute(sourced.move.id)}.{number}" source="{source}" target="{target}">'
    return f"    {start}{''.join(_data('e', _about(sourced, pair, text)))}</edge>\n"


def _about(sourced: SourcedMove, pair: Pair, text: bool) -> dict[str, _Value]:
    move, document = sourced.move, sourced.document
    own = ("act", "event", "quad", "status", "issue", "voice", "date", "date_precision", "confidence", "coder")
    words: dict[str, _Value] = {
        "sentence": move.sentence.text,
        "trigger": move.trigger.text,
        "content": move.content.text if move.content else None,
    }
    return {
        "move": move.id,
        **{name: getattr(move, name) for name in own},
        "mutual": is_mutual(move),
        "source_sector": pair[0].sector,
        "target_sector": pair[1].sector,
        "verdict": sourced.verdict,
        "document": document.id,
        "cluster": sourced.cluster,
        "reports": sourced.reports,
        "publisher": document.publisher,
        "published": document.published,
        "url": web_address(document.url),
        **(words if text else {"sentence_sha256": hash_words(move.sentence.text)}),
        "sentence_start": move.sentence.start,
        "sentence_end": move.sentence.end,
    }


def _data(of: str, values: dict[str, _Value]) -> Iterator[str]:
    for name, value in values.items():
        if value is not None:
            written = str(value).lower() if isinstance(value, bool) else escape(_legal(str(value)))
            yield f'<data key="{of}_{name}">{written.replace(_RETURN, "&#13;")}</data>'


def _attribute(words: str) -> str:
    """Return an id as the value of an attribute, in which a reader would turn line ends and tabs into spaces."""
    return escape(one_line(_legal(words)) or "-")


def _legal(words: str) -> str:
    return _ILLEGAL.sub("\ufffd", words)


def _refuse(sourced: SourcedMove, _: bool) -> str | None:
    return None if pair_parties(sourced.move) else "without two parties that are joined"


GRAPHML = Format(
    name="graphml",
    title="GraphML: parties as nodes, moves as edges",
    suffix=".graphml",
    write=write_graphml_moves,
    refuse=_refuse,
)
