"""Copies in an archive are those that a ledger finds."""

import random

import pytest

from demarche.analysis.frame import frame_table
from demarche.archive import Archive, _clusters
from demarche.ledger import Ledger
from demarche.testing import make_coded, make_move

WORDS = [first + last for first in ("ba", "ke", "mo", "ti", "ru", "pa") for last in "dlnrst"]


def told(number, text, published):
    move = make_move(text, text.split()[0], act="meet", document=f"d{number:03}")
    return make_coded(text, [move], id=f"d{number:03}", published=published)


def reports(seed, many=80):
    """Return reports of which most are copies of earlier ones: whole, cut, or with other words, some weeks later, of unknown day."""
    draw = random.Random(seed)
    texts = []
    for number in range(many):
        words = draw.choices(WORDS, k=60)
        if texts and draw.random() < 0.7:
            words = list(draw.choice(texts))
            kind = draw.randrange(4)
            if kind == 1:
                words = words[: max(25, len(words) // 2)]
            elif kind > 1:
                for _ in range(draw.randrange(1, 8)):
                    words[draw.randrange(len(words))] = draw.choice(WORDS)
        texts.append(words)
        day = draw.choice([None, "2025-11", "2025-11-03", "2025-11-08", "2025-11-12", "2025-11-30"])
        yield told(number, " ".join(words), day)


def clusters_of(archive):
    frame = frame_table(archive.take("claims").moves)
    return dict(frame.select("document", "cluster").iter_rows())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_they_are_those_of_a_ledger(seed, tmp_path, write):
    coded = list(reports(seed))
    with Ledger.open(str(tmp_path / "ledger.db")) as ledger:
        for one in coded:
            ledger.add(one)
        known = {found.move.document: found.cluster for found in ledger.moves()}
    with Archive.open(write(tmp_path / "archive", {"a": coded[:30], "b": coded[30:]})) as archive:
        found = clusters_of(archive)
    assert found == known
    assert 5 < len(set(found.values())) < 60


def test_what_stands_under_every_report_is_compared_with_few(tmp_path, write, monkeypatch):
    monkeypatch.setattr(_clusters, "_MOST", 3)
    compared = []
    monkeypatch.setattr(_clusters, "are_copies", lambda one, other: compared.append(1) or False)
    text = " ".join(WORDS)
    coded = [told(number, text, "2025-11-03") for number in range(20)]
    with Archive.open(write(tmp_path, {"a": coded})) as archive:
        assert len(set(clusters_of(archive).values())) == 20
    assert len(compared) <= 20 * 3
