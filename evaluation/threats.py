"""Find the threats of a dossier and what became of them: ``python -m evaluation.threats examples/cuba-1962 [--errors]``.

Side by side: from the moves that gold has (the analysis alone), and from the moves that are coded from the texts (the whole
chain). A gold threat is found by a case of the same actor (country), a statement within a day of one of its dates, and
contents that share a term, or evidence in one of its documents; each case stands for one threat at most, the most alike
first. Outcomes are judged on the found ones. Cases that stand for no gold threat are "extra".

``--planted`` instead draws records in which threats change nothing, and in which they do, and prints how far the excess is from the
truth, and how often its interval holds it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from demarche.analysis.threatened import terms
from demarche.analysis.threats import find_threats
from demarche.analysis.words import likeness
from demarche.model import CodedDocument, Mention, Move
from demarche.model.threats import Case, Threats

__all__ = ["coded_rows", "gold_rows", "plant", "score"]

Gold = dict[str, Any]
Row = dict[str, Any]


def gold_rows(gold: Gold) -> list[Row]:
    """Return the moves of a gold file as rows of a frame, in the order of its reports; contents are the annotator's paraphrase."""
    places: dict[str, int] = {name: number for number, name in enumerate(gold["documents"])}
    copies = {name: group["ids"][0] for group in gold.get("duplicates", ()) for name in group["ids"]}
    rows = []
    for number, move in enumerate(gold["moves"] + gold["minor_moves"]):
        about = gold["documents"][move["doc"]]
        rows.append(
            {
                "id": f"g{number:03}",
                "document": move["doc"],
                "cluster": copies.get(move["doc"], move["doc"]),
                "date": move["date"],
                "published": about["published"],
                "act": move["act"],
                "status": move["status"],
                "voice": about["voice"],
                "issue": move["issue"],
                "actors": sorted({party.split()[0] for party in move["actor"]}),
                "recipients": sorted({party.split()[0] for party in move["recipient"]}),
                "trigger": move["trigger"],
                "content": move["content"],
                "sentence": move["sentence"],
            }
        )
    return sorted(rows, key=lambda row: places[row["document"]])


def coded_rows(coded: Iterable[CodedDocument]) -> list[Row]:
    """Return coded moves as rows of a frame, each document a cluster of its own."""
    return [_row(move) for item in coded for move in item.moves]


def _row(move: Move) -> Row:
    deadline = move.deadline.date if move.deadline else None
    return {
        "id": move.id,
        "document": move.document,
        "date": move.date,
        "published": move.published and move.published[:10],
        "act": move.act.value,
        "status": move.status.value,
        "voice": move.voice.value,
        "issue": move.issue,
        "actors": _ids(move.actors),
        "recipients": _ids(move.recipients),
        "source": move.source and (move.source.id or move.source.span.text),
        "trigger": move.trigger.text,
        "content": move.content and move.content.text,
        "condition": move.condition and move.condition.text,
        "deadline": deadline if deadline and len(deadline) == 10 else None,
        "sentence": move.sentence.text,
    }


def _ids(mentions: Iterable[Mention]) -> list[str]:
    return list(dict.fromkeys(mention.id for mention in mentions if mention.id))


def score(gold: Gold, found: Threats, documents: dict[str, str]) -> dict[str, Any]:
    """Return how many gold threats are found, with which outcome, and what is extra.

    Parameters
    ----------
    documents
        The document of each move.
    """
    pairs = sorted(
        ((likeness(_terms(truth), _words(case)), number, place) for number, truth in enumerate(gold["threats"])
         for place, case in enumerate(found.rows) if _may_be(truth, case, documents)),
        reverse=True,
    )  # fmt: skip
    matched: dict[int, int] = {}
    for _, number, place in pairs:
        if number not in matched and place not in matched.values():
            matched[number] = place
    right = [
        number for number, place in matched.items() if gold["threats"][number]["outcome"] == found.rows[place].outcome
    ]
    return {
        "gold": len(gold["threats"]),
        "found": len(matched),
        "outcome right": len(right),
        "extra": len(found.rows) - len(matched),
        "cases": {gold["threats"][number]["id"]: found.rows[place] for number, place in sorted(matched.items())},
        "extra cases": [case for place, case in enumerate(found.rows) if place not in matched.values()],
    }


def _may_be(truth: Gold, case: Case, documents: dict[str, str]) -> bool:
    if not {party[:3] for party in truth["actor"]} & {party[:3] for party in case.actors}:
        return False
    days = [date.fromisoformat(day) for day in (truth["first date"], *truth["repeated"])]
    if not any(abs((one - other).days) <= 1 for one in days for other in (case.first, *case.repeated)):
        return False
    inside = {documents[move] for move in case.evidence} & set(truth["evidence"])
    return bool(inside) or likeness(_terms(truth), _words(case)) > 0.2


def _terms(truth: Gold) -> frozenset[str]:
    return terms(f"{truth['threatened act']} {truth['condition'] or ''}")


def _words(case: Case) -> frozenset[str]:
    return terms(f"{case.words or ''} {case.condition or ''}")


def plant(*, cases: int, rate: float, lift: float, draws: int, seed: int) -> dict[str, float]:
    """Return bias of the excess at 60 days, and coverage of its interval, over drawn records.

    Each case is a pair of parties of its own with attacks at a daily chance `rate`; in a share `lift` of them the threat is followed by
    one more attack within 60 days.
    """
    rng = np.random.default_rng(seed)
    errors, covered, false = [], 0, 0
    truth = lift * (1 - rate) ** 60
    for _ in range(draws):
        found = find_threats(_drawn(rng, cases, rate, lift), until=date(2021, 1, 1)).excess
        if found is None:
            continue
        errors.append(found.excess - truth)
        covered += found.interval.low <= truth <= found.interval.high
        false += found.interval.low > 0
    return {
        "cases": cases, "rate": rate, "lift": lift, "truth": truth, "bias": float(np.mean(errors)),
        "coverage": covered / len(errors), "above zero": false / len(errors),
    }  # fmt: skip


def _drawn(rng: np.random.Generator, cases: int, rate: float, lift: float) -> list[Row]:
    start, rows = date(2020, 1, 1), []
    for number in range(cases):
        parties = {"actors": [f"A{number}"], "recipients": [f"B{number}"], "issue": "force"}
        days = set(np.flatnonzero(rng.random(300) < rate).tolist())
        if rng.random() < lift:
            days.add(100 + int(rng.integers(1, 61)))
        rows.append(
            {"id": f"t{number}", "act": "threaten", "content": "attack", "date": start + timedelta(days=100)} | parties
        )
        rows += [
            {"id": f"a{number}-{day}", "act": "attack", "content": "attack", "date": start + timedelta(days=day)}
            | parties
            for day in sorted(days)
            if day != 100
        ]
    return rows


def main() -> None:
    """Print the figures, and with ``--errors`` every case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.planted:
        for rate, lift in ((0.002, 0.0), (0.02, 0.0), (0.05, 0.0), (0.01, 0.4)):
            print(plant(cases=40, rate=rate, lift=lift, draws=options.draws, seed=options.seed))
    if options.folder:
        _print_dossier(options.folder, errors=options.errors)


def _print_dossier(folder: Path, *, errors: bool) -> None:
    from demarche.pipeline import code_all
    from demarche.sources import read_sources

    gold: Gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    coded = (item for item in code_all(read_sources([str(folder / "docs.jsonl")])) if isinstance(item, CodedDocument))
    until = max(date.fromisoformat(about["published"]) for about in gold["documents"].values())
    results = {}
    for name, rows in (("gold moves", gold_rows(gold)), ("coded moves", coded_rows(coded))):
        found = find_threats(rows, until=until)
        if "threats" in gold:
            results[name] = score(gold, found, {row["id"]: row["document"] for row in rows})
        if errors or "threats" not in gold:
            _print_cases(name, found, results.get(name), {row["id"]: row for row in rows})
    if results:
        print(f"{'':16}" + "".join(f"{name:>14}" for name in results))
    for figure in ("gold", "found", "outcome right", "extra") if results else ():
        print(f"{figure:16}" + "".join(f"{result[figure]:14}" for result in results.values()))


def _print_cases(name: str, found: Threats, result: dict[str, Any] | None, rows: dict[str, Row]) -> None:
    print(f"--- {name}")
    named = {case.id: truth for truth, case in (result["cases"] if result else {}).items()}
    for case in found.rows:
        print(
            f"{named.get(case.id, 'extra'):6} {case.first} {'+' + str(len(case.repeated)):3} {','.join(case.actors)} -> "
            f"{','.join(case.recipients)}{'?' if case.recipients_inferred else ''} | {case.words} | {case.condition} | "
            f"{','.join(case.kinds) or ('abstains' if case.abstains else 'open')} | {case.outcome} {case.outcome_date or ''}"
        )
        for link in case.links:
            print(
                f"           {link.outcome}: {link.date} {link.why} | {rows[link.move]['content']} | {rows[link.move]['trigger']}"
            )
    for note in (*found.notes, *(f"{one.moves} left out: {one.reason}" for one in found.left_out)):
        print("  ", note)


if __name__ == "__main__":
    main()
