"""Claims: one alleged event, asserted by one party, denied by another, passed on by a third. None of it is counted into a fact."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from demarche.analysis._claim_groups import WEAKER, find_rivals, group_records
from demarche.analysis._claim_words import Told, name_contents, tell_words
from demarche.analysis.frame import as_frame, drop_copies, keep_usable
from demarche.codebook import load_codebook
from demarche.errors import InputError
from demarche.model import LeftOut
from demarche.model.claims import Claim, Claims, Part, Telling

__all__ = ["find_claims"]

_SAID = ("accuse", "deny")
_BESIDE = 3
"""Moves of a document that a claim and a denial may lie apart where words do not join them: farther off it may be of something else."""
_PRONOUNS = ("he", "she", "they", "it", "we", "i", "who", "his", "her", "their", "its", "one", "others", "some")
_ID = r"^[A-Z][A-Z0-9-]+( [A-Z]{3})?$"
_ROLES = ("asserts", "acknowledges", "denies", "reports", "reports not", "relays")


def find_claims(moves: Any, *, window: int = 3, reply: int = 14, likeness: float = 0.3, all: bool = False) -> Claims:
    """Return the alleged events, each with who asserts it, who denies it and who only passes it on.

    Moves that can be of the same alleged event form a claim: the act is the same (for an accusation or a denial, one that the words
    of its content name), parties that are known are the same, the days lie within `window` or `reply`, and the weighted Dice
    coefficient of their stems is at least `likeness`: those of trigger and content, and, at half the weight, of the sentence. Each
    is compared with the move that founded the claim, not with whatever joined it since, so that a chain of reports does not run
    events together. A denial that does not say of what belongs to the claim just before it in its document.

    A material act with a source is asserted by the source, or acknowledged by it if the act is its own; an accusation is asserted by its
    actor; a denial, or a source that says that it did not happen, denies. A material act without a source is reported by the publisher
    without attribution. A publisher that has it only from others relays.

    Nothing here weighs who is right: more reports of a claim are more reports, not more truth.

    Parameters
    ----------
    moves
        See :func:`~demarche.analysis.as_frame`.
    window
        Days that two reports of an event may put between them, 0 or more.
    reply
        Days that may lie between an event and an accusation or denial of it, or between those.
    likeness
        0 to 1. It must be 0.15 higher where the doer of one of the two is not known. 0 joins all that the act, the parties and the days
        allow, if they share a rare word; 1 only what is told in the same words.
    all
        Whether to give the claims too that nobody is said to assert or deny.

    Raises
    ------
    InputError
        If the moves are no frame of moves, or an option is out of its range.

    Notes
    -----
    Not to be used to count events, or to find out what happened. A denial that says what its speaker holds true instead ("its men
    were still fighting") is taken to deny those words: read the sentence. Who is cited is as good as the coding of sources; without
    sectors an opposition counts as its state.

    Examples
    --------
    >>> sunk = {"act": "attack", "actors": ["GBR"], "trigger": "torpedoed", "content": "the cruiser", "date": "1982-05-02"}
    >>> told = {"id": "m1", "source": "ARG", "publisher": "Radio"} | sunk
    >>> admits = {"id": "m2", "source": "GBR MIL", "publisher": "Courier"} | sunk
    >>> row = find_claims([told, admits]).rows[0]
    >>> row.status, [(part.role, part.party) for part in row.parts]
    ('asserted', [('asserts', 'ARG'), ('acknowledges', 'GBR MIL'), ('relays', 'Courier'), ('relays', 'Radio')])
    """
    _check(window=window, reply=reply, likeness=likeness)
    kept, left_out = _usable(as_frame(moves))
    records = _describe(kept)
    told = _told(records)
    records = records.with_columns(_found(records, told, window=window, reply=reply, least=likeness, all=all))
    claims = _claims(records, told, window=window, reply=reply, least=likeness, all=all)
    used = sum(len(claim.evidence) for claim in claims)
    left_out += _lost(records)
    return Claims(moves=used, left_out=left_out, notes=_notes(claims, kept), rows=claims, window=window, reply=reply)


def _check(*, window: int, reply: int, likeness: float) -> None:
    for name, days in (("window", window), ("reply", reply)):
        if days < 0:
            raise InputError(f"{name} is a number of days, 0 or more, not {days}")
    if not 0 <= likeness <= 1:
        raise InputError(f"likeness lies between 0 and 1, not at {likeness}")


def _usable(frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[LeftOut, ...]]:
    """Return the moves that state, assert or deny an event, with their place in the document, and what is left out."""
    material = [act.value for act, code in load_codebook().acts.items() if code.quad in (2, 4)]
    placed = frame.with_columns(pl.int_range(pl.len()).over("document").alias("place"))
    kept = placed.filter(pl.col("act").is_in([*material, *_SAID]))
    kept, left_out = keep_usable(drop_copies(kept), statuses=("actual", "past", "negated"), actor=False)
    said = pl.col("act").is_in(_SAID)
    day = pl.col("date").is_not_null() & (pl.col("precision") == "day").fill_null(False)
    for reason, passes in (
        ("accusation or denial that is said not to have been made", ~(said & (pl.col("status") == "negated"))),
        ("event whose date is not known to the day", said | day),
    ):
        rest = kept.filter(passes)
        if rest.height < kept.height:
            left_out += (LeftOut(reason=reason, moves=kept.height - rest.height),)
        kept = rest
    return kept.with_columns(pl.when(day).then(pl.col("date")).alias("day_known")), left_out


def _describe(kept: pl.DataFrame) -> pl.DataFrame:
    """Return a record a move, numbered in the order in which they may found a claim: what is asserted first, the better known first."""
    act, said = pl.col("act"), pl.col("act").is_in(_SAID)
    doers = pl.when(act == "accuse").then("recipients").otherwise("actors")
    targets = pl.when(said).then(pl.lit([], dtype=pl.List(pl.String))).otherwise("recipients")
    made = kept.with_columns(
        said.alias("said"),
        (act == "deny").alias("soft"),
        (said | pl.col("source").is_not_null()).alias("told"),
        doers.alias("doer_ids"),
        targets.alias("target_ids"),
        _without_sector(doers).alias("doers"),
        _without_sector(targets).alias("targets"),
        pl.col("day_known").dt.epoch("d").cast(pl.Int64).alias("day"),
    )
    made = _with_acts(made)
    known = (pl.col("doers").list.len() > 0).cast(pl.Int8) + (pl.col("targets").list.len() > 0).cast(pl.Int8)
    order = [
        pl.col("bare"),
        ~pl.col("told"),
        pl.col("day").is_null(),
        -known,
        pl.col("said"),
        pl.col("soft"),
        pl.col("day"),
    ]
    keys = {f"key{place}": key for place, key in enumerate(order)}
    return (
        made.with_columns(**keys)
        .sort([*keys], maintain_order=True)
        .drop([*keys])
        .with_row_index("n")
        .cast({"n": pl.Int64})
    )


def _without_sector(parties: pl.Expr) -> pl.Expr:
    return parties.list.eval(pl.element().str.split(" ").list.first()).list.unique(maintain_order=True)


def _with_acts(records: pl.DataFrame) -> pl.DataFrame:
    """Add the acts that a record can be of, and whether it is an accusation or denial whose words name nothing."""
    table = name_contents(records.filter("said").get_column("content"))
    joined = records.join(table, on="content", how="left", nulls_equal=True, maintain_order="left")
    named = pl.when(pl.col("named").list.len() > 0).then("named").otherwise(pl.lit(["other"]))
    return joined.with_columns(
        pl.when("said").then(named).otherwise(pl.concat_list("act")).alias("acts"),
        (pl.col("said") & pl.col("empty")).fill_null(False).alias("bare"),
    )


def _told(records: pl.DataFrame) -> Told:
    own = pl.when(pl.col("said")).then(None).otherwise(pl.coalesce("trigger", "act"))
    words = pl.concat_str(own, "content", separator=" ", ignore_nulls=True)
    sentences = records.select(pl.when(~pl.col("bare")).then("sentence")).to_series()
    return tell_words(records.select(pl.when(~pl.col("bare")).then(words)).to_series(), sentences)


def _found(records: pl.DataFrame, told: Told, *, window: int, reply: int, least: float, all: bool) -> pl.Series:
    """Return the founder of each record; null for words that name nothing and have no claim before them."""
    clear = records.filter(~pl.col("bare"))
    grouped = group_records(clear, told, window=window, reply=reply, least=least, all=all)
    founder: list[int | None] = [*grouped.tolist(), *[None] * (records.height - clear.height)]
    alone = np.bincount(grouped, minlength=records.height) == 1
    for denial, claim in _answered(records.with_columns(pl.Series("alone", alone))):
        founder[denial] = founder[claim]
    return pl.Series("founder", founder, dtype=pl.Int64)


def _answered(records: pl.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield denials that words join to nothing, each with the claim of somebody else that it stands beside in its document.

    It stands behind that claim if it does not say of what it is; on either side if what it denies is the same act.
    """
    denials = records.filter(
        pl.col("soft") & (pl.col("bare") | pl.col("alone") & (pl.col("acts").list.first() != "other"))
    )
    claimed = records.filter(~pl.col("bare") & pl.col("told") & ~pl.col("soft"))
    claimed = claimed.join(denials.select("document").unique(), on="document")
    speakers = pl.when("said").then("actors").otherwise(pl.concat_list("source"))
    beside: dict[str, list[tuple[int, int, set[str], set[str]]]] = {}
    for document, place, number, by, acts in claimed.select("document", "place", "n", speakers, "acts").iter_rows():
        beside.setdefault(document, []).append((place, number, {*by}, {*acts}))
    columns = denials.select("document", "place", "n", "actors", "acts", "bare")
    for document, at, denial, by, acts, bare in columns.iter_rows():
        near = (
            (abs(at - place), number)
            for place, number, speaker, alleged in beside.get(document, ())
            if (0 < at - place <= _BESIDE if bare else abs(at - place) <= _BESIDE and alleged & {*acts})
            and not speaker & {*by}
        )
        _, claim = min(near, default=(0, None))
        if claim is not None:
            yield denial, claim


def _lost(records: pl.DataFrame) -> tuple[LeftOut, ...]:
    lost = records.get_column("founder").null_count()
    reason = "accusation or denial that does not say of what, with no claim just before it"
    return (LeftOut(reason=reason, moves=lost),) if lost else ()


def _claims(
    records: pl.DataFrame, told: Told, *, window: int, reply: int, least: float, all: bool
) -> tuple[Claim, ...]:
    spoken = records.drop_nulls("founder")
    if not all:
        spoken = spoken.filter(pl.col("told").any().over("founder"))
    if spoken.is_empty():
        return ()
    founders = spoken.filter(pl.col("n") == pl.col("founder"))
    rivals = find_rivals(founders, told, window=window, reply=reply, least=least + WEAKER)
    ids = dict(
        zip(founders.get_column("n").to_list(), map(_claim_id, founders.get_column("id").to_list()), strict=True)
    )
    tellings = _tellings(spoken)
    parts = _parts(tellings)
    rows = _summaries(spoken, tellings).iter_rows(named=True)
    made = (
        _claim(
            row,
            id=ids[row["founder"]],
            parts=parts[row["founder"]],
            rivals=[ids[n] for n in rivals.get(row["founder"], ())],
        )
        for row in rows
    )
    return tuple(sorted(made, key=lambda claim: (claim.first is None, claim.first, claim.id)))


def _claim_id(move: str) -> str:
    return "c" + hashlib.sha256(move.encode()).hexdigest()[:12]


def _tellings(spoken: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each part that a record gives a party, sorted by claim, role, party and day."""
    told = spoken.with_columns(_role().alias("role"), _speakers().alias("party")).explode("party")
    told = told.with_columns(
        pl.when("said").then("source").alias("via"),
        (pl.col("said") | pl.col("source").str.contains(_ID)).fill_null(False).alias("resolved"),
    )
    told = told.with_columns(
        pl.when(pl.col("resolved") | ~pl.col("party").str.to_lowercase().is_in(_PRONOUNS)).then("party").alias("party"),
        pl.col("resolved") & pl.col("party").is_not_null(),
    )
    columns = ("founder", "role", "party", "resolved", "id", "day_known", "via", "publisher", "cluster")
    order = pl.col("role").replace_strict({role: place for place, role in enumerate(_ROLES)}, return_dtype=pl.Int8)
    told = told.select(columns).with_columns(order.alias("place"))
    return told.sort("founder", "place", "party", "resolved", "day_known", "id", nulls_last=True)


def _role() -> pl.Expr:
    negated, cited = pl.col("status") == "negated", pl.col("source").is_not_null()
    return (
        pl.when(pl.col("act") == "deny").then(pl.lit("denies"))
        .when(pl.col("act") == "accuse").then(pl.lit("asserts"))
        .when(negated & cited).then(pl.lit("denies"))
        .when(negated).then(pl.lit("reports not"))
        .when(~cited).then(pl.lit("reports"))
        .when(_own_act()).then(pl.lit("acknowledges"))
        .otherwise(pl.lit("asserts"))
    )  # fmt: skip


def _own_act() -> pl.Expr:
    """Return whether the source speaks for a doer: it is the doer, or both are a state or its government or forces."""
    official = r"^[^ ]+( (GOV|MIL))?$"
    states = pl.col("actors").list.eval(
        pl.element().filter(pl.element().str.contains(official)).str.split(" ").list.first()
    )
    of_state = pl.col("source").str.contains(official) & states.list.contains(
        pl.col("source").str.split(" ").list.first()
    )
    return (pl.col("actors").list.contains(pl.col("source")) | of_state).fill_null(False)


def _speakers() -> pl.Expr:
    """Return who says it, a list; of one null where nobody is named."""
    nobody = pl.lit([None], dtype=pl.List(pl.String))
    said = pl.when(pl.col("actors").list.len() > 0).then("actors").otherwise(nobody)
    stated = pl.concat_list(pl.coalesce("source", "publisher"))
    return pl.when("said").then(said).otherwise(stated)


def _parts(tellings: pl.DataFrame) -> dict[int, tuple[Part, ...]]:
    keys = ("founder", "place", "party", "resolved")
    spans = tellings.select(pl.struct(keys).rle().alias("run")).unnest("run").unnest("value")
    ids, days, vias, publishers, clusters = (
        tellings.get_column(name).to_list() for name in ("id", "day_known", "via", "publisher", "cluster")
    )
    told = list(map(_telling, ids, days, vias, publishers))
    made: dict[int, list[Part]] = {}
    start = 0
    for length, founder, place, party, resolved in spans.select("len", *keys).iter_rows():
        own = slice(start, start + length)
        start += length
        part = Part(
            role=_ROLES[place],
            party=party,
            resolved=resolved,
            reports=1 if length == 1 else len(set(clusters[own])),
            tellings=tuple(told[own]),
            evidence=tuple(ids[own]),
        )
        made.setdefault(founder, []).append(part)
    relays = _relays(tellings)
    return {founder: (*_most_first(parts), *relays.get(founder, ())) for founder, parts in made.items()}


def _most_first(parts: list[Part]) -> list[Part]:
    return parts if len(parts) == 1 else sorted(parts, key=lambda part: (_ROLES.index(part.role), -part.reports))


def _telling(move: str, day: date | None, via: str | None, publisher: str | None) -> Telling:
    return Telling(move=move, day=day, via=via, publisher=publisher)


def _relays(tellings: pl.DataFrame) -> dict[int, list[Part]]:
    """Return for each claim the publishers that have it only from others."""
    own = pl.col("role").is_in(["reports", "reports not"])
    others = tellings.filter(~own).drop_nulls("publisher")
    others = others.join(tellings.filter(own), on=("founder", "publisher"), how="anti", maintain_order="left")
    grouped = others.group_by("founder", "publisher", maintain_order=True).agg(
        pl.col("id").unique(maintain_order=True), pl.col("cluster").n_unique().alias("reports")
    )
    made: dict[int, list[Part]] = {}
    for founder, publisher, ids, reports in grouped.sort("founder", "publisher").iter_rows():
        part = Part(role="relays", party=publisher, resolved=False, reports=reports, tellings=(), evidence=tuple(ids))
        made.setdefault(founder, []).append(part)
    return made


def _summaries(spoken: pl.DataFrame, tellings: pl.DataFrame) -> pl.DataFrame:
    """Return what is known of each alleged event, and by how many parties in how many reports each thing is said."""
    said, named = pl.col("said"), pl.col("doer_ids").list.len() > 0
    suffered = pl.col("target_ids").list.len() > 0
    words = (
        pl.when(said).then("content").otherwise(pl.concat_str("trigger", "content", separator=" ", ignore_nulls=True))
    )
    events = spoken.sort("n").group_by("founder", maintain_order=True).agg(
        pl.coalesce(pl.col("act").filter(~said).first(), pl.col("acts").first().list.first()).alias("act"),
        pl.col("doer_ids").filter(named & ~pl.col("soft")).first().alias("doers"),
        pl.col("target_ids").filter(suffered).first().alias("targets"),
        pl.col("day_known").filter(~said).min().alias("day"),
        pl.col("day_known").min().alias("first"), pl.col("day_known").max().alias("last"),
        words.first().alias("words"), pl.col("id").alias("evidence"),
    )  # fmt: skip
    roles = {"asserted": "asserts", "acknowledged": "acknowledges", "denied": "denies", "reported": "reports"}
    counted = tellings.group_by("founder").agg(
        *(
            pl.col("cluster").filter(pl.col("role") == role).n_unique().alias(f"{name}_in")
            for name, role in roles.items()
        ),
        *(
            pl.col("party").filter((pl.col("role") == role) & pl.col("resolved")).n_unique().alias(f"{name}_by")
            for name, role in roles.items()
        ),
    )
    return events.join(counted, on="founder", maintain_order="left")


def _claim(row: dict[str, Any], *, id: str, parts: tuple[Part, ...], rivals: Iterable[str]) -> Claim:
    asserted, denied = row["asserted_in"] + row["acknowledged_in"] > 0, row["denied_in"] > 0
    said = [word for word, is_said in (("asserted", asserted), ("denied", denied)) if is_said]
    counts = (
        "asserted_by",
        "asserted_in",
        "acknowledged_by",
        "acknowledged_in",
        "denied_by",
        "denied_in",
        "reported_in",
    )
    return Claim(
        id=id,
        act=None if row["act"] == "other" else row["act"],
        doers=tuple(row["doers"] or ()),
        targets=tuple(row["targets"] or ()),
        day=row["day"],
        first=row["first"],
        last=row["last"],
        words=row["words"] or "",
        status=" and ".join(said) or "reported",
        parts=parts,
        rivals=tuple(rivals),
        evidence=tuple(dict.fromkeys(row["evidence"])),
        **{name: row[name] for name in counts},
    )


def _notes(claims: Sequence[Claim], kept: pl.DataFrame) -> tuple[str, ...]:
    if kept.is_empty():
        return ("No move states, asserts or denies an event, so there is no claim to show.",)
    both = sum(claim.status == "asserted and denied" for claim in claims)
    rest = kept.height - sum(len(claim.evidence) for claim in claims)
    notes = [
        f"{len(claims)} claims, {both} of them both asserted and denied. What is asserted often is not the truer for it: no claim is "
        "counted into a fact.",
        "Independent reports are texts that are no copies of one another; several can still rest on one source.",
        "Acknowledged: the party says it of itself, as an admission or a boast.",
        "Reports are taken for one claim by act, parties, days and words; read the sentences before you rely on it.",
    ]
    if rest:
        notes.append(
            f"{rest} moves are in no claim that is shown: nobody is said to assert or deny what they state, or they do not say what."
        )
    return tuple(notes)
