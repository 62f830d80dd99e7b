"""Scores ``demarche.relate`` on sentences with a marked pair of actors and a PLOVER root.

    python evaluation/relations.py FILE.tsv

FILE has the columns id, event, quad, sentence, marked (with ``<s>`` and ``<t>`` around the pair), source, target. CONCEDE
and RETREAT are one root there, YIELD, and count as material co-operation. Figures: unweighted mean of F1 over the labels
in gold or prediction. Evaluation only: nothing that ships is trained on such data.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Sequence

import demarche

_QUADS = {
    1: ("AGREE", "CONSULT", "SUPPORT"),
    2: ("COOPERATE", "AID", "YIELD"),
    3: ("ACCUSE", "REQUEST", "REJECT", "THREATEN"),
    4: ("PROTEST", "MOBILIZE", "SANCTION", "COERCE", "ASSAULT"),
}
_QUAD_OF = {event: quad for quad, events in _QUADS.items() for event in events}
_MARK = re.compile(r"</?[st]>")


def main() -> None:
    """Print macro F1 of root, quad and binary classes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file")
    pairs = [_compare(row) for row in csv.DictReader(open(parser.parse_args().file, encoding="utf-8"), delimiter="\t")]
    quads = [(_QUAD_OF[gold], _QUAD_OF[found]) for gold, found in pairs]
    print(f"{len(pairs)} sentences")
    print(f"root macro F1 {macro_f1(pairs):.3f}")
    print(f"quad macro F1 {macro_f1(quads):.3f}")
    print(f"binary macro F1 {macro_f1([(gold >= 3, found >= 3) for gold, found in quads]):.3f}")
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    print("commonest confusions:", ", ".join(f"{gold} as {found} {n}" for (gold, found), n in wrong.most_common(12)))


def _compare(row: dict[str, str]) -> tuple[str, str]:
    text, spans = unmark(row["marked"])
    chances = demarche.relate(text, actor=spans.get("s"), recipient=spans.get("t"))
    yields = chances.pop("CONCEDE") + chances.pop("RETREAT")
    chances["YIELD"] = yields
    return row["event"], max(chances, key=lambda event: chances[event])


def unmark(marked: str) -> tuple[str, dict[str, tuple[int, int]]]:
    """Return the sentence without its marks, and the offsets of what stood between them: s the source, t the target, where named."""
    parts, bounds, position, length = [], {}, 0, 0
    for match in _MARK.finditer(marked):
        parts.append(marked[position : match.start()])
        length += match.start() - position
        bounds[match.group()] = length
        position = match.end()
    text = "".join([*parts, marked[position:]])
    return text, {name: (bounds[f"<{name}>"], bounds[f"</{name}>"]) for name in "st" if f"<{name}>" in bounds}


def macro_f1(pairs: Sequence[tuple[object, object]]) -> float:
    """Return the unweighted mean of F1 over all labels that stand in a (gold, found) pair."""
    labels = {label for pair in pairs for label in pair}
    right = Counter(gold for gold, found in pairs if gold == found)
    gold, found = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    return sum(2 * right[label] / (gold[label] + found[label]) for label in labels) / len(labels)


if __name__ == "__main__":
    main()
