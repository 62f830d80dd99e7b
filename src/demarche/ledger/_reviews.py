"""Reviews as rows of the ledger: what is to be reviewed, what was said, and how it is taken back.

A coder's own moves are the rows that the entry of its reading wrote; those with the verdict ``superseded`` are not its own. They
are what a reviewer is shown and what is measured, whatever people said since. A review writes one row of ``reviews`` and a row
for each move of its sentence: ``accepted``, ``amended`` and ``added`` moves are what the reviewer says stands there, ``rejected``
ones were the coder's, and ``superseded`` ones somebody else's, which this reviewer did not see.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from demarche.errors import InputError, LedgerError
from demarche.ledger import _draws, _propositions, _views
from demarche.ledger._recoding import plain_id
from demarche.ledger._rows import ledger_move, mention_rows, move_row
from demarche.ledger._store import Store
from demarche.model import (
    QUEUES,
    Mention,
    Move,
    ReviewCount,
    ReviewProgress,
    ReviewSample,
    ReviewTask,
    SentenceReview,
    Span,
    Voice,
)

__all__ = [
    "PAGE",
    "choose_coder",
    "draw_reviews",
    "find_task",
    "move_versions",
    "next_random",
    "next_uncertain",
    "progress",
    "restored_rows",
    "review_keys",
    "review_rows",
    "review_written",
    "reviews_at",
    "stood_last",
]

PAGE = 50
"""Reviews, and so texts, that are held at a time."""
_STEP = 500
"""Moves whose parties are fetched at a time."""
_PERSON = "person"
_STANDING = "NOT EXISTS (SELECT 1 FROM undone_reviews u WHERE u.review = v.seq)"
_KEPT = "NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = v.document)"
_BROUGHT_BACK = (
    "EXISTS (SELECT 1 FROM undone_reviews u WHERE u.seq = m.seq) AND EXISTS (SELECT 1 FROM moves o WHERE o.id = m.id "
    "AND o.seq = g.seq AND o.verdict = 'coded')"
)
"""The condition that a row is that of a reading, written again when a review was undone."""
_MOVE = (
    "m.id, m.seq, m.document, m.verdict, m.act, m.issue, m.status, m.voice, m.confidence, m.date, m.sentence_start, "
    "m.sentence_end, m.record"
)

Row = dict[str, Any]
Rows = dict[str, list[Row]]
Parameters = dict[str, Any]


# What is to be reviewed


def choose_coder(connection: Connection) -> str | None:
    """Return the coder that read a document last, None if none did."""
    found = connection.execute(sa.text("SELECT coder FROM readings ORDER BY seq DESC LIMIT 1")).scalar()
    return None if found is None else str(found)


def find_task(connection: Connection, document: str, start: int, end: int, queue: str, coder: str | None) -> ReviewTask:
    """Return the task to review a sentence; raises LedgerError if no coder read one there."""
    _views.document(connection, document)
    coder = coder or _reader_of(connection, document)
    unit = None if coder is None else _draws.find_unit(connection, coder, document, start, end)
    if unit is None or coder is None:
        raise LedgerError(f"{document} has no sentence from {start} to {end}; take one as it was read")
    return _task(connection, coder, unit, queue)


def next_random(
    connection: Connection, store: Store, coder: str, reviewer: str | None, share: float
) -> ReviewTask | None:
    """Return the first sentence of the order that a reviewer, or anybody, has not reviewed yet; of the stratum that is behind."""
    done = _drawn_already(connection, coder, reviewer)
    order = _draws.order_of(connection, store, coder)
    seen = sum(stratum == "moves" for stratum in done.values())
    behind = seen <= share * len(done) and share > 0
    for stratum in ("moves", "quiet") if behind else ("quiet", "moves"):
        for unit in _draws.units(connection, order, stratum=stratum, skip=done.keys()):
            return _task(connection, coder, unit, "random")
    return None


def next_uncertain(connection: Connection, coder: str) -> ReviewTask | None:
    """Return the sentence with the move of which the coder was least sure, of those that nobody reviewed or corrected."""
    # Moves alone stand in the outer query, so that the index on their confidence gives the order.
    query = (
        "SELECT m.document, m.sentence_start, m.sentence_end FROM moves m WHERE m.verdict = 'coded' "
        "AND EXISTS (SELECT 1 FROM readings g WHERE g.document = m.document AND g.coder = :coder "
        f"AND (g.seq = m.seq OR {_BROUGHT_BACK})) "
        "AND NOT EXISTS (SELECT 1 FROM moves n WHERE n.id = m.id AND n.seq > m.seq) "
        "AND NOT EXISTS (SELECT 1 FROM redactions r WHERE r.document = m.document) "
        "AND EXISTS (SELECT 1 FROM standing_documents k WHERE k.document = m.document AND k.cluster = m.document) "
        "AND NOT EXISTS (SELECT 1 FROM reviews v WHERE v.document = m.document AND v.sentence_start = m.sentence_start "
        f"AND {_STANDING}) ORDER BY m.confidence, m.document, m.sentence_start LIMIT 1"
    )
    row = connection.execute(sa.text(query), {"coder": coder}).first()
    unit = None if row is None else _draws.find_unit(connection, coder, *row)
    return None if unit is None else _task(connection, coder, unit, "uncertain")


def _task(connection: Connection, coder: str, unit: _draws.Unit, queue: str) -> ReviewTask:
    if queue not in QUEUES:
        raise InputError(f"there is no queue {queue!r}; choose from {', '.join(QUEUES)}")
    text = _text(connection, unit.document)
    return ReviewTask(
        document=unit.document,
        sentence=Span.of(text, unit.start, unit.end),
        voice=Voice(unit.voice),
        queue=queue,
        stratum=unit.stratum,
        place=unit.place,
        coder=coder,
        coded=_own_moves(connection, coder, unit.document, unit.start, settled=True),
    )


def _reader_of(connection: Connection, document: str) -> str | None:
    query = "SELECT coder FROM readings WHERE document = :document ORDER BY seq DESC LIMIT 1"
    found = connection.execute(sa.text(query), {"document": document}).scalar()
    return None if found is None else str(found)


def _drawn_already(connection: Connection, coder: str, reviewer: str | None) -> dict[_draws.Sentence, str]:
    """Return the sentences of the random queue that a reviewer, or anybody, has reviewed, and their strata."""
    query = (
        "SELECT v.document, v.sentence_start, v.stratum FROM reviews v JOIN log l ON l.seq = v.seq "
        f"WHERE v.queue = 'random' AND v.coder = :coder AND {_STANDING} "
        "AND (CAST(:reviewer AS TEXT) IS NULL OR l.who = :reviewer)"
    )
    found = connection.execute(sa.text(query), {"coder": coder, "reviewer": reviewer})
    return {(row[0], row[1]): row[2] for row in found}


def _own_moves(connection: Connection, coder: str, document: str, start: int, *, settled: bool) -> tuple[Move, ...]:
    where = (
        "moves m JOIN readings g ON g.document = m.document AND g.seq = m.seq WHERE g.coder = :coder "
        "AND m.document = :document AND m.sentence_start = :start AND m.verdict <> 'superseded'"
    )
    found = _moves(connection, where, {"coder": coder, "document": document, "start": start}, settled=settled)
    return tuple(_plain(move, coder) for _, move in found)


def _plain(move: Move, coder: str) -> Move:
    """Return a coder's own move under its own id, also where another coding or a person had spoken of it before."""
    return dataclasses.replace(move, id=plain_id(move.id, coder))


def _moves(
    connection: Connection, where: str, parameters: Parameters, *, settled: bool, more: str = ""
) -> list[tuple[Row, Move]]:
    """Return rows of moves and the moves they hold, by their place in the text; `more` names further columns."""
    query = sa.text(f"SELECT {_MOVE}{more} FROM {where}")
    listed: list[Any] = [
        sa.bindparam(name, expanding=True) for name, value in parameters.items() if isinstance(value, list)
    ]
    rows = [dict(row) for row in connection.execute(query.bindparams(*listed), parameters).mappings()]
    mentions = _mentions(connection, sorted({row["id"] for row in rows}), settled=settled)
    texts = {name: _text_and_day(connection, name) for name in {row["document"] for row in rows}}
    found = []
    for row in rows:
        text, published = texts[row["document"]]
        about = {"cluster": "", "publisher": None, "title": None, "published": published}
        found.append((row, ledger_move({**row, **about}, text, mentions[row["id"], row["seq"]]).move))
    return sorted(found, key=lambda pair: (pair[1].trigger.start, pair[1].trigger.end, pair[1].id))


def _mentions(connection: Connection, ids: list[str], *, settled: bool) -> dict[tuple[str, int], list[Any]]:
    source = "current_mentions" if settled else "mentions"
    query = sa.text(
        f"SELECT move, seq, role, position, entity, sector, name, link FROM {source} WHERE move IN :ids"
    ).bindparams(sa.bindparam("ids", expanding=True))
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    for start in range(0, len(ids), _STEP):
        for row in connection.execute(query, {"ids": ids[start : start + _STEP]}).mappings():
            found[row["move"], row["seq"]].append(row)
    return found


def _text(connection: Connection, document: str) -> str:
    return _text_and_day(connection, document)[0]


def _text_and_day(connection: Connection, document: str) -> tuple[str, str | None]:
    query = sa.text("SELECT text, published FROM documents WHERE id = :id")
    row = connection.execute(query, {"id": document}).one()
    return row[0], row[1]


def move_versions(connection: Connection, move: str) -> list[Move]:
    """Return a move as each entry had it that let it stand, the latest first, parties as settled."""
    where = "moves m WHERE m.id = :id AND m.verdict NOT IN ('rejected', 'superseded')"
    found = _moves(connection, where, {"id": move}, settled=True)
    return [one for _, one in sorted(found, key=lambda pair: -int(pair[0]["seq"]))]


# What a reviewer says


def review_rows(
    connection: Connection, task: ReviewTask, moves: Sequence[Move], seconds: float | None, seq: int
) -> Rows:
    """Return the rows of a review, all of it checked.

    Raises
    ------
    InputError
        If a move is of another document or sentence, two have the same id, or an added one has not the id of its trigger and act.
    LedgerError
        If the sentence is not there, or was read otherwise.
    SpanError
        If the words of a span do not stand in the text.
    """
    there = find_task(connection, task.document, task.sentence.start, task.sentence.end, task.queue, task.coder)
    if {move.id for move in there.coded} != {move.id for move in task.coded}:
        raise LedgerError(f"the coder's moves in this sentence of {task.document} are others; take the task again")
    own = {
        move.id: move for move in _own_moves(connection, task.coder, task.document, there.sentence.start, settled=False)
    }
    text = _text(connection, task.document)
    said = _checked([_unsettled(move, own.get(move.id)) for move in moves], own, there, text)
    rows: Rows = {"reviews": [_review_row(there, seconds, seq)], "moves": [], "mentions": [], "assignments": []}
    for move in said:
        verdict = "added" if move.id not in own else "accepted" if move == own[move.id] else "amended"
        rows["moves"].append(move_row(move, seq, verdict=verdict))
        rows["mentions"] += mention_rows(move, seq)
        rows["assignments"] += _carried(connection, move, seq)
    gone = [(move, "rejected") for name, move in own.items() if name not in {move.id for move in said}]
    gone += [(move, "superseded") for move in _others(connection, there, {*own, *(move.id for move in said)})]
    rows["moves"] += [move_row(move, seq, verdict=verdict) for move, verdict in gone]
    return rows


def _review_row(task: ReviewTask, seconds: float | None, seq: int) -> Row:
    if seconds is not None and not 0 <= seconds < 10**7:
        raise InputError(f"a review took {seconds} seconds? Give the time from 0 on, or none")
    return {
        "seq": seq,
        "document": task.document,
        "sentence_start": task.sentence.start,
        "sentence_end": task.sentence.end,
        "queue": task.queue,
        "stratum": task.stratum,
        "place": task.place,
        "coder": task.coder,
        "judged": json.dumps(sorted(move.id for move in task.coded)),
        "seconds": None if seconds is None else float(seconds),
    }


def _checked(moves: Sequence[Move], own: dict[str, Move], task: ReviewTask, text: str) -> list[Move]:
    """Return the moves of a review as they are written, each held to the text and to its sentence."""
    document, sentence = task.document, task.sentence
    if len({move.id for move in moves}) < len(moves):
        raise InputError("two moves of this review have one id; amend the coder's move instead of adding its like")
    made = []
    for move in moves:
        move.check(text)
        if move.document != document:
            raise InputError(f"the move {move.id} is of another document than the sentence that is reviewed")
        if move.sentence != sentence:
            raise InputError(f"the move {move.id} is of another sentence than the one that is reviewed")
        if move.id not in own:
            if move.id != Move.make_id(move.document, move.trigger, move.act):
                raise InputError(f"the move {move.id} is new; give it the id of its document, trigger and act")
            move = dataclasses.replace(move, coder=_PERSON, confidence=1.0)
        made.append(move)
    return made


def _unsettled(move: Move, own: Move | None) -> Move:
    """Return a move with its parties as they are taken in: what is settled is no part of it, and is shown again by the view."""
    known = {} if own is None else {(role, mention.span): mention for role, mention in _parties(own)}

    def bare(role: str, mention: Mention) -> Mention:
        return known.get((role, mention.span), Mention(span=mention.span)) if mention.link == "settled" else mention

    return dataclasses.replace(
        move,
        actors=tuple(bare("actors", mention) for mention in move.actors),
        recipients=tuple(bare("recipients", mention) for mention in move.recipients),
        source=None if move.source is None else bare("source", move.source),
    )


def _parties(move: Move) -> Iterator[tuple[str, Mention]]:
    yield from (("actors", mention) for mention in move.actors)
    yield from (("recipients", mention) for mention in move.recipients)
    if move.source:
        yield "source", move.source


def _carried(connection: Connection, move: Move, seq: int) -> list[Row]:
    """Return the row that keeps the proposition of a move whose content stays."""
    before = _views.move(connection, move.id, settled=False)
    if before is None:
        return []
    contents = _propositions.content_of(before.move, before.seq), _propositions.content_of(move, seq)
    return _propositions.carried(connection, *contents, seq)


def _others(connection: Connection, task: ReviewTask, said: Iterable[str]) -> list[Move]:
    """Return the moves that stand in a sentence now and that the reviewer did not see: added by others, or read by another coder."""
    query = "SELECT m.row FROM current_moves m WHERE m.document = :document AND m.sentence_start < :end AND m.sentence_end > :start"
    start, end = task.sentence.start, task.sentence.end
    about = {"document": task.document, "start": start, "end": end}
    keys = [row[0] for row in connection.execute(sa.text(query), about)]
    found = (one.move for one in _views.moves_at(connection, keys, settled=False))
    inside = (move for move in found if start <= move.trigger.start < end)
    return [move for move in inside if move.id not in set(said)]


# Taking back


def review_written(connection: Connection, review: str) -> tuple[int, str]:
    """Return the entry and the document of a review that stands; raises LedgerError if there is none."""
    number = review[1:] if review[:1] == "r" and review[1:].isascii() and review[1:].isdigit() else "0"
    query = f"SELECT v.document FROM reviews v WHERE v.seq = :seq AND {_STANDING} AND {_KEPT}"
    found = connection.execute(sa.text(query), {"seq": int(number[:15])}).scalar()
    if found is None:
        raise LedgerError(f"there is no review {review[:40]} in the ledger, or it was undone or redacted")
    return int(number), str(found)


def restored_rows(connection: Connection, review: int, seq: int) -> Rows:
    """Return the rows that bring back what stood before a review, wherever no later entry stands already."""
    rows: Rows = {"undone_reviews": [{"seq": seq, "review": review}], "moves": [], "mentions": [], "assignments": []}
    where = (
        "moves m WHERE m.seq = :review "
        f"AND NOT EXISTS (SELECT 1 FROM moves n WHERE n.id = m.id AND n.seq > m.seq AND {_own_word('n')})"
    )
    for row, move in _moves(connection, where, {"review": review}, settled=False):
        before = _before(connection, row["id"], review)
        if before is None:
            rows["moves"].append(move_row(move, seq, verdict="superseded"))
            continue
        version, verdict, move = before
        rows["moves"].append(move_row(move, seq, verdict=verdict))
        if verdict not in ("rejected", "superseded"):
            rows["mentions"] += mention_rows(move, seq)
            rows["assignments"] += _assigned_before(connection, move.id, version, seq)
    return rows


def _before(connection: Connection, move_id: str, review: int) -> tuple[int, str, Move] | None:
    """Return entry, verdict and move of the row that stood before a review, which is none of a review that was undone."""
    where = (
        "moves m WHERE m.id = :id AND m.seq = (SELECT max(o.seq) FROM moves o WHERE o.id = :id AND o.seq < :review "
        f"AND {_own_word('o')})"
    )
    for row, move in _moves(connection, where, {"id": move_id, "review": review}, settled=False):
        return row["seq"], row["verdict"], move
    return None


def stood_last(connection: Connection, move_id: str) -> int | None:
    """Return the entry with which a rejected move stood last, None if it is not rejected or never stood; several may have rejected it."""
    query = (
        "SELECT max(m.seq) FROM moves m WHERE m.id = :id AND m.verdict NOT IN ('rejected', 'superseded') "
        f"AND {_own_word('m')} AND (SELECT l.verdict FROM moves l WHERE l.id = :id ORDER BY l.seq DESC LIMIT 1) = 'rejected'"
    )
    found = connection.execute(sa.text(query), {"id": move_id}).scalar()
    return None if found is None else int(found)


def _own_word(row: str) -> str:
    """Return the condition that a row says something of its own: none of an undone review, and none that an undoing wrote again."""
    return f"NOT EXISTS (SELECT 1 FROM undone_reviews u WHERE u.review = {row}.seq OR u.seq = {row}.seq)"


def _assigned_before(connection: Connection, move: str, version: int, seq: int) -> list[Row]:
    """Return the row that gives a version of a move the proposition back that it had; a pinned one stands anyway."""
    query = (
        "SELECT move, version, proposition, polarity, likeness, basis FROM assignments WHERE move = :move "
        "AND version = :version AND basis <> 'pinned' ORDER BY seq DESC LIMIT 1"
    )
    given = _propositions.current(connection, move)
    found = connection.execute(sa.text(query), {"move": move, "version": version}).mappings().first()
    if found is None or (given is not None and given.basis == "pinned"):
        return []
    return [{**found, "seq": seq, "version": seq}]


# What was said


def review_keys(
    connection: Connection,
    *,
    document: str | None,
    queue: str | None,
    reviewer: str | None,
    coder: str | None,
    undone: bool,
) -> list[int]:
    """Return the entries of the reviews that pass, in the order in which they were made."""
    given = {"document": document, "queue": queue, "coder": coder, "reviewer": reviewer}
    columns = {"document": "v.document", "queue": "v.queue", "coder": "v.coder", "reviewer": "l.who"}
    parts = [_KEPT, *([] if undone else [_STANDING])]
    parts += [f"{columns[name]} = :{name}" for name, value in given.items() if value is not None]
    query = f"SELECT v.seq FROM reviews v JOIN log l ON l.seq = v.seq WHERE {' AND '.join(parts)} ORDER BY v.seq"
    about = {name: value for name, value in given.items() if value is not None}
    return [row[0] for row in connection.execute(sa.text(query), about)]


def reviews_at(connection: Connection, keys: Sequence[int]) -> list[SentenceReview]:
    """Return the reviews of some entries, in their order."""
    query = sa.text(
        "SELECT v.*, l.who, l.at, EXISTS (SELECT 1 FROM undone_reviews u WHERE u.review = v.seq) AS undone, "
        "substr(d.text, CAST(v.sentence_start + 1 AS INTEGER), CAST(v.sentence_end - v.sentence_start AS INTEGER)) AS sentence "
        "FROM reviews v JOIN log l ON l.seq = v.seq JOIN documents d ON d.id = v.document WHERE v.seq IN :keys"
    ).bindparams(sa.bindparam("keys", expanding=True))
    rows = {row["seq"]: dict(row) for row in connection.execute(query, {"keys": list(keys)}).mappings()}
    coded = _judged(connection, list(rows))
    said, verdicts = _said(connection, list(rows))
    return [
        _review(rows[key], coded.get(key, ()), said.get(key, ()), verdicts.get(key, {})) for key in keys if key in rows
    ]


def _review(row: Row, coded: Sequence[Move], said: Sequence[Move], verdicts: dict[str, str]) -> SentenceReview:
    return SentenceReview(
        id=f"r{row['seq']}",
        document=row["document"],
        sentence=Span(start=row["sentence_start"], end=row["sentence_end"], text=row["sentence"]),
        coded=tuple(coded),
        moves=tuple(said),
        verdicts=verdicts,
        reviewer=row["who"],
        undone=bool(row["undone"]),
        **{name: row[name] for name in ("queue", "stratum", "place", "coder", "at", "seconds")},
    )


def _judged(connection: Connection, keys: list[int]) -> dict[int, list[Move]]:
    """Return the coder's moves that reviews judged, as the coder wrote them."""
    where = (
        "reviews v JOIN readings g ON g.document = v.document AND g.coder = v.coder "
        "JOIN moves m ON m.document = v.document AND m.sentence_start = v.sentence_start AND m.seq = g.seq "
        "WHERE v.seq IN :keys AND m.verdict <> 'superseded'"
    )
    found: dict[int, list[Move]] = defaultdict(list)
    for row, move in _moves(connection, where, {"keys": keys}, settled=False, more=", v.seq AS review, v.coder"):
        found[row["review"]].append(_plain(move, row["coder"]))
    return found


def _said(connection: Connection, keys: list[int]) -> tuple[dict[int, list[Move]], dict[int, dict[str, str]]]:
    """Return the moves that reviews say there are, and their verdicts on all moves."""
    where = "moves m WHERE m.seq IN :keys AND m.verdict <> 'superseded'"
    said: dict[int, list[Move]] = defaultdict(list)
    verdicts: dict[int, dict[str, str]] = defaultdict(dict)
    for row, move in _moves(connection, where, {"keys": keys}, settled=True):
        verdicts[row["seq"]][move.id] = row["verdict"]
        if row["verdict"] != "rejected":
            said[row["seq"]].append(move)
    return said, verdicts


def draw_reviews(connection: Connection, store: Store, coder: str) -> ReviewSample:
    """Return the sample that the reviews of the random queue make of a coder's sentences."""
    query = (
        "SELECT v.document, v.sentence_start, max(v.seq) FROM reviews v WHERE v.queue = 'random' AND v.coder = :coder "
        f"AND {_STANDING} AND {_KEPT} GROUP BY v.document, v.sentence_start"
    )
    latest = {(row[0], row[1]): row[2] for row in connection.execute(sa.text(query), {"coder": coder})}
    order = _draws.order_of(connection, store, coder)
    through, taken, waiting = _draws.draw_sample(connection, order, latest)
    return ReviewSample(
        coder=coder,
        strata=_draws.strata_sizes(connection, coder, through),
        reviews=tuple(
            review
            for start in range(0, len(taken), PAGE)
            for review in reviews_at(connection, taken[start : start + PAGE])
        ),
        through=through,
        waiting=waiting,
        unused=len(latest) - len(taken),
    )


def progress(connection: Connection, coder: str | None, sentences: int, moves: int) -> ReviewProgress:
    """Return who reviewed how much, and what is missing to so many sentences and moves."""
    verdicts = ", ".join(
        f"(SELECT count(*) FROM moves m WHERE m.seq = v.seq AND m.verdict = '{name}') AS {name}"
        for name in ("accepted", "amended", "rejected", "added")
    )
    each = (
        f"SELECT l.who, v.queue, v.coder, v.seconds, {verdicts} FROM reviews v JOIN log l ON l.seq = v.seq "
        f"WHERE {_STANDING} AND {_KEPT}"
    )
    query = (
        "SELECT t.who AS reviewer, t.queue, t.coder, count(*) AS sentences, sum(t.accepted) AS accepted, sum(t.amended) AS amended, "
        f"sum(t.rejected) AS rejected, sum(t.added) AS added, sum(t.seconds) AS seconds FROM ({each}) t "
        "GROUP BY t.who, t.queue, t.coder ORDER BY t.who, t.queue, t.coder"
    )
    counts = tuple(_count(row) for row in connection.execute(sa.text(query)).mappings())
    done, judged = _measured(connection, coder)
    return ReviewProgress(
        coder=coder,
        counts=counts,
        sentences=done,
        moves=judged,
        target_sentences=sentences,
        target_moves=moves,
        left_sentences=max(0, sentences - done),
        left_moves=max(0, moves - judged),
    )


def _count(row: Any) -> ReviewCount:
    numbers = {name: int(row[name]) for name in ("sentences", "accepted", "amended", "rejected", "added")}
    return ReviewCount(
        reviewer=row["reviewer"],
        queue=row["queue"],
        coder=row["coder"],
        coded=numbers["accepted"] + numbers["amended"] + numbers["rejected"],
        seconds=None if row["seconds"] is None else float(row["seconds"]),
        **numbers,
    )


def _measured(connection: Connection, coder: str | None) -> tuple[int, int]:
    """Return how many different sentences of the random queue are reviewed, and how many moves the coder has in them."""
    query = (
        "SELECT v.document, v.sentence_start, max(v.judged) FROM reviews v WHERE v.queue = 'random' AND v.coder = :coder "
        f"AND {_STANDING} AND {_KEPT} GROUP BY v.document, v.sentence_start"
    )
    rows = connection.execute(sa.text(query), {"coder": coder}).all()
    return len(rows), sum(len(json.loads(row[2])) for row in rows)
