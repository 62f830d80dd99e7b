"""Copies in an archive are those that a ledger finds."""

import random
import sqlite3
from contextlib import closing

import pytest

from demarche import copies
from demarche.analysis.frame import frame_table
from demarche.archive import Archive, _clusters
from demarche.errors import InputError
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


def clusters_of_a_ledger(coded, path):
    with Ledger.open(str(path)) as ledger:
        for one in coded:
            ledger.add(one)
        return {found.move.document: found.cluster for found in ledger.moves()}


@pytest.mark.parametrize("seed", [1, 2])
def test_they_are_those_of_a_ledger(seed, tmp_path, write):
    coded = list(reports(seed))
    with Archive.open(write(tmp_path / "archive", {"a": coded[:30], "b": coded[30:]})) as archive:
        found = clusters_of(archive)
    assert found == clusters_of_a_ledger(coded, tmp_path / "ledger.db")
    assert 5 < len(set(found.values())) < 60


def test_shards_are_compared_in_the_order_of_the_inputs_as_a_ledger_takes_them_in(tmp_path, write):
    coded = list(reports(3))
    shards, listed = {"b": coded[:40], "a": coded[40:]}, [{"name": "b"}, {"name": "a"}]
    with Archive.open(write(tmp_path / "archive", shards, listed=listed)) as archive:
        found = clusters_of(archive)
    assert list(found) == [one.document.id for one in coded]
    assert found == clusters_of_a_ledger(coded, tmp_path / "ledger.db")


def test_more_copies_than_the_memory_is_for_are_refused(tmp_path, write, monkeypatch):
    monkeypatch.setattr(_clusters, "_SHARED_BYTES", 10**9)
    with Archive.open(write(tmp_path, {"a": list(reports(5, many=20))}), memory="1GB") as archive:
        with pytest.raises(InputError, match=r"copies among \d+ documents .* give more memory: --memory \d+"):
            archive.find_copies()


def test_few_long_texts_are_held_or_many_short_ones():
    with closing(sqlite3.connect("")) as texts:
        texts.execute("CREATE TABLE texts (place INTEGER PRIMARY KEY, published TEXT, text TEXT NOT NULL)")
        texts.executemany("INSERT INTO texts VALUES (?, NULL, ?)", ((n, f"word {n} of this text") for n in range(9)))
        held = _clusters._Shingles(texts, 10)
        assert [len(held.of(place)) for place in (*range(9), 8, 0)] == [3] * 11
        assert list(held._held) == [7, 8, 0]


def test_a_long_text_is_told_by_its_first_words_as_ever(monkeypatch):
    text = " ".join(f"word{number * 7919 % 30011}" for number in range(60_000))
    whole = copies.shingles(text)
    monkeypatch.setattr(copies, "_LONG", 0)
    assert copies.shingles(text) == whole


def test_what_stands_under_every_report_is_compared_with_few(tmp_path, write, monkeypatch):
    monkeypatch.setattr(_clusters, "_MOST", 3)
    compared = []
    monkeypatch.setattr(_clusters, "are_copies", lambda one, other: compared.append(1) or False)
    text = " ".join(WORDS)
    coded = [told(number, text, "2025-11-03") for number in range(20)]
    with Archive.open(write(tmp_path, {"a": coded})) as archive:
        assert len(set(clusters_of(archive).values())) == 20
    assert len(compared) <= 20 * 3
