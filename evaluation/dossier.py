"""Score the way from documents to dated moves of resolved parties on a dossier whose truth is known.

    python evaluation/dossier.py examples/cuba-1962

A key move is found if a coded move of its sentence has its event type (its act for those without one); the one whose trigger overlaps
is taken first, and none twice. Parties and dates are scored on the found ones, so that the reader's misses are not counted
again. Country level compares the first three letters of the ids, or the whole id of an organisation.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from demarche.codebook import load_codebook
from demarche.ledger import Ledger
from demarche.model import Act, CodedDocument, Mention, Move
from demarche.pipeline import code_all
from demarche.sources import read_sources

__all__ = ["score"]

Gold = dict[str, Any]


def score(folder: Path) -> dict[str, float | int]:
    """Return the figures by name."""
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    coded = {
        item.document.id: item
        for item in code_all(read_sources([str(folder / "docs.jsonl")]))
        if isinstance(item, CodedDocument)
    }
    key = _match(gold["moves"], coded)
    every = _match(gold["moves"] + gold["minor_moves"], coded)
    events = [move for item in coded.values() for move in item.moves if move.event]
    tally = Counter[str]()
    for truth, move in key:
        tally.update(_compare(truth, move))
    return {
        "key moves": len(gold["moves"]),
        "found": len(key),
        "recall": len(key) / len(gold["moves"]),
        "precision": sum(1 for _, move in every if move.event) / len(events),
        "actor country": tally["actor country"] / tally["actors"],
        "actor with sector": tally["actor sector"] / tally["actors"],
        "recipient country": tally["recipient country"] / tally["recipients"],
        "recipient with sector": tally["recipient sector"] / tally["recipients"],
        **_of_all(gold["moves"], tally),
        "actors compared": tally["actors"],
        "recipients compared": tally["recipients"],
        "date": tally["date"] / len(key),
        **_copies(gold["duplicates"], coded),
    }


def _of_all(truths: list[Gold], tally: Counter[str]) -> dict[str, float]:
    """Return what is right as shares of all key moves that could be: comparable between coders that find other moves."""
    named = {role: sum(any(truth[f"{role}_mention"]) for truth in truths) for role in ("actor", "recipient")}
    parties = ((role, how) for role in named for how in ("country", "sector"))
    return {
        **{f"key moves with {role} {how}": tally[f"{role} {how}"] / named[role] for role, how in parties},
        "key moves with date": tally["date"] / len(truths),
    }


def _match(truths: list[Gold], coded: dict[str, CodedDocument]) -> list[tuple[Gold, Move]]:
    """Return pairs of a gold move and the coded move that is it, each used once."""
    candidates = []
    for number, truth in enumerate(truths):
        item = coded.get(truth["doc"])
        for move in item.moves if item else ():
            same = truth["sentence"] in move.sentence.text or move.sentence.text in truth["sentence"]
            if same and _kind(truth["act"]) == _kind(move.act.value):
                overlap = bool(truth["trigger"]) and _overlap(truth["trigger"], move.trigger.text)
                shared = _countries(truth["actor"]) & {_country(mention.id) for mention in move.actors}
                candidates.append((-overlap, -len(shared), number, move.trigger.start, move))
    found, used = dict[int, Move](), set[str]()
    for _, _, number, _, move in sorted(candidates, key=lambda item: item[:4]):
        if number not in found and move.id not in used:
            found[number] = move
            used.add(move.id)
    return [(truths[number], found[number]) for number in sorted(found)]


def _kind(act: str) -> str:
    return load_codebook().acts[Act(act)].event or act


def _overlap(first: str, second: str) -> bool:
    return bool(set(first.lower().split()) & set(second.lower().split()))


def _compare(truth: Gold, move: Move) -> Iterator[str]:
    """Yield what is right: a party is compared where gold names it in the sentence and the reader has one in that role."""
    for role, mentions in (("actor", move.actors), ("recipient", move.recipients)):
        named = truth[role] if any(truth[f"{role}_mention"]) else []
        if named and mentions:
            yield f"{role}s"
            if _countries(named) & {_country(mention.id) for mention in mentions}:
                yield f"{role} country"
            if set(named) & {_full(mention) for mention in mentions}:
                yield f"{role} sector"
    if truth["date"] == move.date:
        yield "date"


def _countries(parties: list[str]) -> set[str | None]:
    return {_country(party.split()[0]) for party in parties if party}


def _country(party: str | None) -> str | None:
    """Return the first three letters, of an organisation all: ``UNSC`` is not ``UN``, but both are the United Nations."""
    return None if party is None else "UN" if party.startswith("UN") and party not in ("UNITA",) else party[:3]


def _full(mention: Mention) -> str | None:
    if mention.id is None:
        return None
    return f"{mention.id} {mention.sector}" if mention.sector and mention.sector not in ("IGO", "NGO") else mention.id


def _copies(groups: list[Gold], coded: dict[str, CodedDocument]) -> dict[str, int]:
    """Return how many pairs of copies of each kind a ledger puts together, and how many that are none."""
    truth = {frozenset(pair): group["kind"] for group in groups for pair in itertools.combinations(group["ids"], 2)}
    with Ledger.open(":memory:") as ledger:
        for item in coded.values():
            ledger.add(item)
        found = {frozenset(pair) for name in coded for pair in itertools.combinations(ledger.copies(name), 2)}
    made: dict[str, int] = {}
    for kind in sorted(set(truth.values())):
        pairs = {pair for pair, its in truth.items() if its == kind}
        made[f"{kind}: pairs"] = len(pairs)
        made[f"{kind}: found"] = len(pairs & found)
    made["pairs that are no copies: merged"] = len(found - set(truth))
    made["pairs that are no copies"] = len(coded) * (len(coded) - 1) // 2 - len(truth)
    return made


def main() -> None:
    """Print the figures, and with ``--errors`` each party and date that is wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", action="store_true")
    options = parser.parse_args()
    if options.errors:
        _print_errors(options.folder)
    for name, value in score(options.folder).items():
        print(f"{name:34} {value:.3f}" if isinstance(value, float) else f"{name:34} {value}")


def _print_errors(folder: Path) -> None:
    gold = json.loads((folder / "gold.json").read_text(encoding="utf-8"))
    coded = {
        item.document.id: item
        for item in code_all(read_sources([str(folder / "docs.jsonl")]))
        if isinstance(item, CodedDocument)
    }
    for truth, move in _match(gold["moves"], coded):
        right = set(_compare(truth, move))
        for role, mentions in (("actor", move.actors), ("recipient", move.recipients)):
            if f"{role}s" in right and f"{role} sector" not in right:
                shown = [(mention.span.text, mention.id, mention.sector, mention.link) for mention in mentions]
                print(f"{truth['doc']} {role}: {truth[role]} {shown} | {move.sentence.text}")
        if "date" not in right:
            print(
                f"{truth['doc']} date: {truth['date']} ({truth['date_basis']}) {move.date} ({move.date_basis}, {move.status}, "
                f"{move.when and move.when.span.text}) {move.trigger.text} | {move.sentence.text}"
            )


if __name__ == "__main__":
    main()
