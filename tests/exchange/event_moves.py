"""Sourced moves by the words in them, plain ones and hostile ones."""

import dataclasses

from hypothesis import strategies as st

from demarche.model import Document, Place, SourcedMove
from demarche.testing import make_move

HOSTILE = st.text(
    st.sampled_from("\t\n\r\v\f\x00\x1c\x85\u2028\"'`;,=+-@|\\/<\u200b\ufeff\ud800\udfff\U0001f600 aZé"),
    min_size=1,
    max_size=12,
).filter(lambda words: words.strip() not in ("", "---"))  # which PLOVER's gold records have where nobody has coded yet


def sourced(
    sentence="Kyiv rejected the plan of Moscow.",
    trigger="rejected",
    *,
    act="reject",
    actors=(("Kyiv", "UKR", "GOV"),),
    recipients=(("Moscow", "RUS", "GOV"),),
    document="d1",
    text=None,
    date="2025-11-25",
    precision="day",
    about=None,
    **rest,
):
    """Return a sourced move; parties are given as words, id and sector."""
    extra = {
        name: rest.pop(name) for name in ("status", "issue", "voice", "where", "source", "content") if name in rest
    }
    move = make_move(
        sentence, trigger, act=act, document=document, **extra,
        actors=[words for words, *_ in actors], recipients=[words for words, *_ in recipients],
    )  # fmt: skip
    move = dataclasses.replace(
        move,
        actors=named(move.actors, actors),
        recipients=named(move.recipients, recipients),
        date=date,
        date_precision=precision if date else None,
        date_basis="explicit" if date else None,
    )
    about = {"publisher": "The Gazette", "published": "2025-11-27", "language": "en"} | (about or {})
    held = Document(id=document, text=text or sentence, **about)
    return SourcedMove(move=move, document=held, **{"cluster": document, "publishers": 1} | rest)


def named(mentions, given):
    return tuple(
        dataclasses.replace(mention, id=id, sector=sector, name=words if id else None)
        for mention, (words, id, sector) in zip(mentions, given, strict=True)
    )


PLACE = Place(name="Pokrovsk", country="UKR", latitude=48.28, longitude=37.18, feature="PPL", geonames=700646)


@st.composite
def hostile_moves(draw):
    """Draw a move whose every word and whose document's fields are hostile."""
    actor, recipient, where, publisher, url, name = (draw(HOSTILE) for _ in range(6))
    sentence = f"{actor} rejected {recipient} at {where}."
    made = sourced(
        sentence, "rejected", where=where, document=draw(HOSTILE), about={"publisher": publisher, "url": url},
        actors=[(actor, draw(st.sampled_from(["UKR", "LBN-HEZBOLLAH", "UN", None])), draw(st.sampled_from(["GOV", "IGO"])))],
        recipients=[(recipient, None, None)],
        place=draw(st.sampled_from([None, PLACE, dataclasses.replace(PLACE, name=name, country="XXX", feature=None)])),
    )  # fmt: skip
    return made
