"""Positions and repeated demands of a dossier: ``python -m evaluation.stances examples/cuba-1962 [--errors]``.

Side by side: from the moves that gold has (the analysis alone, its contents being the annotator's paraphrase), and from the moves that are
coded from the texts (the whole chain).

- Positions: gold has, for a question such as "Soviet missiles leave Cuba", the ordinal of each party at dates. The question is matched
  with propositions as a point of a plan is. The sign of the party's latest reported stance on them, on or before the date, is compared with
  the sign of the ordinal, where that is not 0; "unknown" where no stance is reported.
- Repeated demands: gold has the days on which a party made the same demand. Found are those for which one proposition, matched with the
  demand's words, has statements of the party on two days or more; of the days of gold, those that it has.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from demarche.analysis.frame import as_frame, keep_usable
from demarche.analysis.plans import match_plan
from demarche.analysis.propositions import group_contents
from demarche.analysis.stances import STANCE_OF_ACT, take_stances
from demarche.model import CodedDocument, Content, Span
from demarche.pipeline import code_all, load_gazetteer
from demarche.reading import Comparer, load_comparer
from demarche.sources import read_sources
from evaluation.threats import coded_rows, gold_rows

__all__ = ["group_rows", "score_positions", "score_repeated"]

Row = dict[str, Any]


def group_rows(rows: Iterable[Row], comparer: Comparer) -> list[Row]:
    """Return rows of a frame with the proposition of each content."""
    rows = list(rows)
    contents = [
        Content(
            move=row["id"],
            issue=row["issue"],
            act=row["act"],
            words=words,
            actors=tuple(row["actors"]),
            recipients=tuple(row["recipients"]),
        )
        for row in rows
        if row["act"] in STANCE_OF_ACT
        and (words := row.get("condition") if row["act"] == "threaten" else row["content"])
    ]
    made = group_contents(
        contents,
        embed=comparer.embed,
        compare=comparer.compare,
        threshold=comparer.threshold,
        name=load_gazetteer().name_of,
    )
    given = {found.move: found for found in made.assigned}
    return [
        row | {"proposition": given[row["id"]].proposition, "polarity": given[row["id"]].polarity}
        if row["id"] in given
        else row
        for row in rows
    ]


def score_positions(gold: dict[str, Any], frame: pl.DataFrame, comparer: Comparer) -> dict[str, Any]:
    """Return how many positions of gold with a sign are right, wrong, and unknown."""
    made: dict[str, Any] = {"positions": 0, "right": 0, "wrong": 0, "unknown": 0, "errors": []}
    usable, _ = keep_usable(frame)
    stances = take_stances(usable)
    for about in gold["positions"]:
        signs = _signs(about["question"], frame, comparer)
        for actor, series in about["actors"].items():
            for gold_position in series:
                if gold_position["ordinal"]:
                    truth = 1 if gold_position["ordinal"] > 0 else -1
                    found = _standing(stances, signs, actor, date.fromisoformat(gold_position["date"]))
                    verdict = "unknown" if found is None else "right" if found == truth else "wrong"
                    made["positions"] += 1
                    made[verdict] += 1
                    made["errors"] += [(verdict, about["question"], actor, gold_position)] if verdict != "right" else []
    return made


def _signs(question: str, frame: pl.DataFrame, comparer: Comparer) -> dict[str, int]:
    """Return the propositions that a question states (1), or whose contrary it states (-1)."""
    point = Span(start=0, end=len(question), text=question)
    plan = match_plan(
        [point],
        frame,
        embed=comparer.embed,
        compare=comparer.compare,
        threshold=comparer.threshold,
        name=load_gazetteer().name_of,
    )
    usable, _ = keep_usable(frame)
    stances = take_stances(usable)
    made: dict[str, int] = {}
    for party in plan.points[0].parties:
        for row in stances.filter(pl.col("id").is_in(list(party.evidence))).iter_rows(named=True):
            made[row["proposition"]] = party.stance * row["stance"]
    return made


def _standing(stances: pl.DataFrame, signs: dict[str, int], actor: str, day: date) -> int | None:
    about = stances.filter(
        (pl.col("actor") == actor) & pl.col("proposition").is_in(list(signs)) & (pl.col("date") <= day)
    ).sort("date")
    if about.is_empty():
        return None
    last = about.filter(pl.col("date") == about.get_column("date").max())
    total = sum(row["stance"] * signs[row["proposition"]] for row in last.iter_rows(named=True))
    return None if total == 0 else 1 if total > 0 else -1


def score_repeated(gold: dict[str, Any], frame: pl.DataFrame, comparer: Comparer) -> dict[str, Any]:
    """Return how many repeated demands are found as repeated, and how many of their days."""
    usable, _ = keep_usable(frame)
    stances = take_stances(usable)
    made = {"repeated demands": len(gold["repeated demands"]), "found repeated": 0, "days": 0, "days found": 0}
    for truth in gold["repeated demands"]:
        signs = _signs(truth["demand"], frame, comparer)
        wanted = [proposition for proposition, sign in signs.items() if sign == 1]
        actors = {party.split()[0] for party in truth["actor"]}
        own = stances.filter(
            pl.col("actor").is_in(list(actors)) & pl.col("proposition").is_in(wanted) & (pl.col("stance") == 1)
        )
        days = own.group_by("proposition").agg(pl.col("date").unique()).get_column("date").to_list()
        best = max((set(map(str, part)) for part in days), key=len, default=set())
        made["found repeated"] += len(best) >= 2
        made["days"] += len(truth["dates"])
        made["days found"] += len(best & set(truth["dates"]))
    return made


def main() -> None:
    """Print both figures, from gold moves and from coded ones."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, help="folder with other weights for contents than the shipped ones")
    parser.add_argument("--errors", action="store_true", help="print each position that is not right")
    options = parser.parse_args()
    comparer = load_comparer(options.weights)
    gold = json.loads((options.folder / "gold.json").read_text("utf-8"))
    coded = [
        item for item in code_all(read_sources([str(options.folder / "docs.jsonl")])) if isinstance(item, CodedDocument)
    ]
    for name, rows in (("gold moves", gold_rows(gold)), ("coded moves", coded_rows(coded))):
        frame = as_frame(group_rows(rows, comparer))
        positions = score_positions(gold, frame, comparer)
        errors = positions.pop("errors")
        print(f"{name}: {positions | score_repeated(gold, frame, comparer)}")
        for error in errors if options.errors else ():
            print("  ", *error)


if __name__ == "__main__":
    main()
