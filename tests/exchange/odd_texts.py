"""Coded texts with everything that breaks offsets and cells: emoji, combining marks, quotes, semicolons, line ends, formulas."""

import dataclasses

from hypothesis import strategies as st

from demarche.model import Act, Document, Mention, Move, SentenceMark, SourcedMove, Span, Status, Voice
from demarche.model.returned import Standing
from demarche.testing import make_move

WORDS = (
    *(
        "Kyiv",
        "Moscow",
        "rejected",
        "demanded",
        "peace;",
        '"never"',
        "'so'",
        "the  plan",
        "a\u0301",
        "\U0001f600",
        "=1+1",
    ),
    *("\U0001f468\u200d\U0001f469", "-x", "a;b", "said:", "caf\u00e9", "\u5317\u4eac", "|", "\\n", "(why?)"),
)


@st.composite
def coded_texts(draw):
    """Return a document and its moves, each with the words of some roles."""
    lines, moves, at = [], [], 0
    end = draw(st.sampled_from(["\n", "\r\n", "\n\n"]))
    for _ in range(draw(st.integers(1, 4))):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=4, max_size=9))
        line = " ".join(words)
        places = [sum(len(word) + 1 for word in words[:number]) for number in range(len(words))]
        spans = [Span.of(line, start, start + len(word)).shift(at) for start, word in zip(places, words, strict=True)]
        moves += draw(_moves(Span.of(line, 0, len(line)).shift(at), spans))
        lines.append(line)
        at += len(line) + len(end)
    text = end.join(lines)
    return Document(id="d;1", text=text, title='A "title"; odd', published="1962-10-22"), moves


@st.composite
def _moves(draw, sentence, spans):
    made = {}
    for _ in range(draw(st.integers(0, 2))):
        trigger, *rest = draw(st.permutations(spans))
        act = draw(st.sampled_from(list(Act)))
        bare = make_move("x", "x", act=act.value, document="d;1", issue=draw(st.sampled_from(["talks", "force"])))
        move = dataclasses.replace(
            bare,
            id=Move.make_id("d;1", trigger, act),
            sentence=sentence,
            trigger=trigger,
            published="1962-10-22",
            status=draw(st.sampled_from(list(Status))),
            voice=draw(st.sampled_from(list(Voice))),
            actors=tuple(draw(_mention(span)) for span in rest[: draw(st.integers(0, 2))]),
            content=rest[2] if draw(st.booleans()) else None,
            source=draw(_mention(rest[1])) if draw(st.booleans()) else None,
        )
        made[move.id] = move
    return list(made.values())


@st.composite
def _mention(draw, span):
    return draw(
        st.sampled_from([Mention(span=span), Mention(span=span, id="RUS", sector="GOV", name="Russia", link="name")])
    )


def sourced(document, moves):
    """Return the moves as they go out."""
    return [SourcedMove(move=move, document=document) for move in _in_order(moves)]


def standing(document, moves, earlier=None):
    """Return what a ledger has of a document whose sentences are its lines."""
    marks, at = [], 0
    for line in document.text.split("\n"):
        if line.strip():
            marks.append(
                SentenceMark(start=at, end=at + len(line.rstrip("\r")), voice=Voice.REPORT, voice_confidence=1.0)
            )
        at += len(line) + 1
    ever = [*moves, *(earlier or ())]
    return Standing(
        document=document,
        sentences=tuple(marks),
        moves=tuple(_in_order(moves)),
        versions=lambda name: [move for move in ever if move.id == name],
    )


def _in_order(moves):
    return sorted(moves, key=lambda move: (move.trigger.start, move.trigger.end, move.id))
