import csv
import dataclasses
import io
import json

import click
import pytest
from click.testing import CliRunner

from demarche.cli import cli
from demarche.ledger import Ledger
from demarche.model import MoveFilter
from demarche.testing import make_coded, make_move

FIRST, SECOND = "Kyiv rejected the plan \U0001f600 of Moscow; again.", "Paris urged both to talk."
TEXT = f"{FIRST}\n{SECOND}\nNothing is said here."


@pytest.fixture
def url(tmp_path):
    url = str(tmp_path / "ledger.db")
    moves = [
        make_move(FIRST, "rejected", act="reject", actors=["Kyiv"], content="the plan"),
        make_move(SECOND, "urged", act="appeal", actors=["Paris"], start=len(FIRST) + 1),
    ]
    moves = [dataclasses.replace(move, published="1962-10-22") for move in moves]
    with Ledger.open(url, who="root") as ledger:
        ledger.add(make_coded(TEXT, moves, title="Round two", published="1962-10-22"))
    return url


def run(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)), standalone_mode=False)


def export(url, form, path, *more):
    found = run("export", form, "--ledger", url, "-o", path, *more)
    assert found.exit_code == 0, found.output
    return path


def edit_list(path, edit):
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8"), newline=""), delimiter=";"))
    edit(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def edited(url, tmp_path):
    return edit_list(export(url, "dna", tmp_path / "moves.csv"), lambda rows: rows[0].update(issue="borders"))


def issues(url):
    with Ledger.open(url) as ledger:
        return sorted(found.move.issue for found in ledger.moves())


def entries(url):
    with Ledger.open(url) as ledger:
        assert ledger.verify().problems == ()
        return ledger.log(limit=100)


def test_what_nobody_changed_changes_nothing(url, tmp_path):
    before = entries(url)
    for form, name in (("dna", "moves.csv"), ("label-studio", "tasks.json")):
        path = export(url, form, tmp_path / name)
        found = run("import", form, path, "--ledger", url, "--as", "ann")
        assert found.exit_code == 0, found.output
        assert "0 sentences reviewed" in found.stderr
    assert entries(url) == before


def test_a_change_is_a_review_under_the_persons_name_and_the_same_file_again_changes_nothing(url, edited):
    assert "1 amended" in run("import", "dna", edited, "--ledger", url, "--as", "ann").stderr
    assert issues(url) == ["borders", "other"]
    (latest, *_) = after = entries(url)
    assert (latest.who, latest.kind, latest.why.split()[:2]) == ("ann", "review", ["from", "dna"])
    again = run("import", "dna", edited, "--ledger", url, "--as", "ann")
    assert again.exit_code == 0
    assert "0 sentences reviewed" in again.stderr
    assert entries(url) == after


def test_a_review_that_came_back_can_be_undone_and_said_again(url, edited):
    run("import", "dna", edited, "--ledger", url, "--as", "ann")
    with Ledger.open(url) as ledger:
        (review,) = ledger.reviews(reviewer="ann")
        ledger.undo_review(review.id, why="no")
    assert issues(url) == ["other", "other"]
    assert "1 sentences reviewed" in run("import", "dna", edited, "--ledger", url, "--as", "ann").stderr


def test_a_later_word_stands_against_the_same_file_again(url, edited):
    run("import", "dna", edited, "--ledger", url, "--as", "ann")
    with Ledger.open(url, who="ben") as ledger:
        (move,) = (found.move for found in ledger.moves(MoveFilter(act="reject")))
        ledger.correct(move.id, issue="talks", why="it is about talks")
    assert "1 said before" in run("import", "dna", edited, "--ledger", url, "--as", "ann").stderr
    assert issues(url) == ["other", "talks"]


def test_a_dry_run_shows_what_would_change_and_changes_nothing(url, edited):
    before = entries(url)
    found = run("import", "dna", edited, "--ledger", url, "--as", "ann", "--dry-run")
    assert "issue: other → borders" in " ".join(found.stdout.split())
    assert "1 sentences would be reviewed" in found.stderr
    assert entries(url) == before


def test_somebody_has_to_answer_for_it(url, edited):
    found = run("import", "dna", edited, "--ledger", url)
    assert found.return_value == 1
    assert "with --as" in found.stderr
    assert issues(url) == ["other", "other"]


def test_the_coder_of_a_list_is_the_reviewer_and_can_be_renamed(url, edited):
    edit_list(edited, lambda rows: rows[0].update(coder="A. Coder"))
    run("import", "dna", edited, "--ledger", url, "--as", "A. Coder=ann")
    with Ledger.open(url) as ledger:
        assert [review.reviewer for review in ledger.reviews()] == ["ann"]


def test_an_addition_is_taken_in_once_and_its_author_is_named(url, tmp_path):
    def add(rows):
        rows.append(rows[0] | {"move": "", "statement_id": "", "act": "accuse", "trigger": "again", "date": ""})

    path = edit_list(export(url, "dna", tmp_path / "moves.csv"), add)
    assert "1 sentences reviewed by ann (" in run("import", "dna", path, "--ledger", url, "--as", "ann").stderr
    before = entries(url)
    again = run("import", "dna", path, "--ledger", url, "--as", "ann")
    assert (again.exit_code, entries(url)) == (0, before)


@pytest.mark.parametrize("name", ["a\nb", "\x1b[31m", "x" * 300])
def test_what_is_no_name_reviews_nothing(url, edited, name):
    before = entries(url)
    found = run("import", "dna", edited, "--ledger", url, "--as", name)
    assert "give the reviewer's name" in found.stderr
    assert entries(url) == before


def test_a_complete_list_rejects_what_it_does_not_have(url, tmp_path):
    path = edit_list(export(url, "dna", tmp_path / "moves.csv"), lambda rows: rows.pop())
    assert "0 rejected" in run("import", "dna", path, "--ledger", url, "--as", "ann").stderr
    assert "1 rejected" in run("import", "dna", path, "--ledger", url, "--as", "ann", "--complete").stderr
    with Ledger.open(url) as ledger:
        assert [found.move.act.value for found in ledger.moves()] == ["reject"]


def test_sentences_can_be_accepted_as_they_are(url, tmp_path):
    path = export(url, "dna", tmp_path / "moves.csv")
    found = run("import", "dna", path, "--ledger", url, "--as", "ann", "--accepted")
    assert "2 sentences reviewed by ann (2 accepted" in found.stderr
    assert "2 said before" in run("import", "dna", path, "--ledger", url, "--as", "ann", "--accepted").stderr


def test_annotations_of_label_studio_are_reviews_of_their_annotators(url, tmp_path):
    path = export(url, "label-studio", tmp_path / "tasks.json", "--config", tmp_path / "config.xml")
    assert "<Labels" in (tmp_path / "config.xml").read_text("utf-8")
    (task,) = json.loads(path.read_text("utf-8"))
    results = task["predictions"][0]["result"]
    status = next(one for one in results if one.get("from_name") == "status" and one["value"]["text"] == "urged")
    status["value"]["choices"] = ["planned"]
    task["annotations"] = [{"completed_by": {"email": "ann@desk"}, "result": results}]
    path.write_text(json.dumps([task]), "utf-8")
    assert "1 amended" in run("import", "label-studio", path, "--ledger", url).stderr
    with Ledger.open(url) as ledger:
        (review,) = ledger.reviews()
        assert (review.reviewer, review.moves[0].status.value) == ("ann@desk", "planned")
    assert "0 sentences reviewed" in run("import", "label-studio", path, "--ledger", url).stderr


def test_an_annotation_judges_the_coder_whose_moves_went_out(url, tmp_path):
    path = export(url, "label-studio", tmp_path / "tasks.json")
    with Ledger.open(url, who="root") as ledger:
        other = make_move(FIRST, "plan", act="propose")
        coded = make_coded(TEXT, [other], title="Round two", published="1962-10-22")
        ledger.recode(dataclasses.replace(coded, reading=dataclasses.replace(coded.reading, coder="test/2")))
    (task,) = json.loads(path.read_text("utf-8"))
    task["annotations"] = [{"completed_by": 7, "result": []}]
    path.write_text(json.dumps([task]), "utf-8")
    assert "2 rejected" in run("import", "label-studio", path, "--ledger", url, "--as", "7=ann").stderr
    with Ledger.open(url) as ledger:
        reviews = list(ledger.reviews(reviewer="ann"))
    assert {review.coder for review in reviews} == {"test/1"}
    assert sorted(verdict for review in reviews for verdict in review.verdicts.values()) == ["rejected", "rejected"]


def test_failures_are_listed_and_the_rest_goes_on(url, edited):
    def spoil(rows):
        rows[1].update(act="yell")
        rows.append(rows[0] | {"document_id": "elsewhere", "document_section": "", "document_title": "Nowhere"})

    found = run("import", "dna", edit_list(edited, spoil), "--ledger", url, "--as", "ann")
    assert found.return_value == 1
    assert "no act of the codebook" in found.stderr
    assert "no document elsewhere, Nowhere" in found.stderr
    assert issues(url) == ["borders", "other"]


def test_documents_go_along_as_text_files_from_which_dna_learns_their_ids(url, tmp_path):
    export(url, "dna", tmp_path / "moves.csv", "--documents", tmp_path / "texts")
    (path,) = (tmp_path / "texts").iterdir()
    assert path.name == "1962-10-22 [d1] Round two.txt"
    assert path.read_bytes().decode() == TEXT
    export(url, "dna", tmp_path / "moves.csv", "--documents", tmp_path / "texts.csv")
    assert (tmp_path / "texts.csv").read_text("utf-8").startswith("document_id;title;text;")


def test_a_document_is_found_by_its_title_where_its_id_was_lost(url, edited):
    edit_list(edited, lambda rows: [row.update(document_id="7", document_section="") for row in rows])
    assert "1 amended" in run("import", "dna", edited, "--ledger", url, "--as", "ann").stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "plover", "--documents", "x"),
        ("export", "dna", "--config", "x"),
        ("export", "dna", "--documents", "x", "--no-text"),
        ("import", "plover", __file__),
        ("import", "dna", __file__, "--as", "ann", "--as", "ben"),
        ("import", "dna", __file__),
        ("import", "label-studio", __file__),
    ],
)
def test_wrong_usage_is_said(url, arguments):
    assert run(*arguments, "--ledger", url).exit_code != 0


PLOVER = {
    "id": "e1",
    "source": [{"actorText": "Oslo"}],
    "event": "REJECT",
    "eventText": "rejected",
    "text": "Oslo rejected the plan.",
    "date": "2000-01-01",
}


def test_plover_records_with_texts_are_documents_of_a_coder(tmp_path):
    path, url = tmp_path / "gold.jsonl", str(tmp_path / "new.db")
    path.write_text(json.dumps(PLOVER) + "\n" + json.dumps({**PLOVER, "id": "e2", "text": ""}), "utf-8")
    found = run("import", "plover", path, "--ledger", url, "--as", "gold")
    assert found.return_value == 1
    assert "brings no text" in found.stderr
    assert "1 documents taken in with 1 moves" in found.stderr
    assert "1 were there" in run("import", "plover", path, "--ledger", url, "--as", "gold").stderr
    with Ledger.open(url) as ledger:
        (move,) = (found.move for found in ledger.moves())
        assert (move.coder, move.act.value, ledger.coders()) == ("gold", "reject", ["gold"])


def test_plover_records_of_a_document_that_is_there_need_to_be_asked_for(tmp_path):
    path, url = tmp_path / "gold.jsonl", str(tmp_path / "new.db")
    path.write_text(json.dumps(PLOVER), "utf-8")
    run("import", "plover", path, "--ledger", url, "--as", "gold")
    refused = run("import", "plover", path, "--ledger", url, "--as", "silver")
    assert "coded by gold" in refused.stderr
    assert run("import", "plover", path, "--ledger", url, "--as", "silver", "--recode", "--dry-run").exit_code == 0
    assert run("import", "plover", path, "--ledger", url, "--as", "silver", "--recode").exit_code == 0
    with Ledger.open(url) as ledger:
        assert set(ledger.coders()) == {"gold", "silver"}
        assert len(list(ledger.moves())) == 1


@pytest.fixture
def dated(tmp_path):
    url = str(tmp_path / "dated.db")
    day = {"date": "1962-10-22", "date_precision": "day", "date_basis": "explicit"}
    moves = [
        make_move(FIRST, "rejected", act="reject", actors=["Kyiv"]),
        make_move(SECOND, "urged", act="appeal", actors=["Paris"], start=len(FIRST) + 1),
    ]
    moves = [dataclasses.replace(move, published="1962-10-22", **day) for move in moves]
    with Ledger.open(url, who="root") as ledger:
        ledger.add(make_coded(TEXT, moves, title="Round two", published="1962-10-22"))
    return url


@pytest.mark.parametrize("more", [(), ("--no-text",)])
def test_plover_records_of_the_ledgers_own_moves_are_there_already(dated, tmp_path, more):
    path = export(dated, "plover", tmp_path / "own.jsonl", *more)
    before = entries(dated)
    for recode in ((), ("--recode",)):
        found = run("import", "plover", path, "--ledger", dated, "--as", "gold", *recode)
        assert found.exit_code == 0, found.output
        assert "0 documents taken in with 0 moves, 1 were there, 0 failed" in found.stderr
    assert entries(dated) == before


def test_own_plover_records_that_were_changed_are_failures_and_say_where_changes_come_back(dated, tmp_path):
    path = export(dated, "plover", tmp_path / "own.jsonl")
    first, second = map(json.loads, path.read_text("utf-8").splitlines())
    first["event"] = ["REQUEST"]
    second["id"] = "m0123456789abcdef"
    path.write_text("\n".join(map(json.dumps, (first, second))), "utf-8")
    before = entries(dated)
    found = run("import", "plover", path, "--ledger", dated, "--as", "gold")
    assert "0 documents taken in with 0 moves, 0 were there, 2 failed" in found.stderr
    assert "changes come back by dna and label-studio" in found.stderr
    assert entries(dated) == before


def test_words_of_a_redacted_document_do_not_come_in_again(dated, tmp_path):
    path = export(dated, "plover", tmp_path / "own.jsonl")
    with Ledger.open(dated, who="root") as ledger:
        (document,) = ledger.document_ids()
        ledger.redact(document, why="asked for")
    found = run("import", "plover", path, "--ledger", dated, "--as", "gold")
    assert "0 documents taken in" in found.stderr
    with Ledger.open(dated) as ledger:
        assert ledger.document_ids() == []


def test_own_plover_records_in_another_ledger_are_documents_as_before(dated, tmp_path):
    path = export(dated, "plover", tmp_path / "own.jsonl")
    found = run("import", "plover", path, "--ledger", tmp_path / "other.db", "--as", "gold")
    assert "2 documents taken in with 2 moves" in found.stderr


def test_all_that_a_file_brought_is_taken_back_and_nothing_else(url, tmp_path):
    change = lambda rows: [row.update(issue="borders") for row in rows]  # noqa: E731
    path = edit_list(export(url, "dna", tmp_path / "moves.csv"), change)
    found = run("import", "dna", path, "--ledger", url, "--as", "ann")
    assert "--undo --why" in found.stderr
    with Ledger.open(url, who="ben") as ledger:
        (move,) = (found.move for found in ledger.moves(MoveFilter(act="reject")))
        ledger.correct(move.id, status="planned", why="so it says")
    dry = run("import", "dna", path, "--ledger", url, "--undo", "--why", "the wrong list", "--dry-run")
    assert "2 reviews would be taken back" in dry.stderr
    assert issues(url) == ["borders", "borders"]
    found = run("import", "dna", path, "--ledger", url, "--undo", "--why", "the wrong list")
    assert (found.exit_code, "2 reviews taken back" in found.stderr) == (0, True)
    with Ledger.open(url) as ledger:
        assert list(ledger.reviews()) == []
        assert {found.move.act.value: found.move.issue for found in ledger.moves()} == {
            "reject": "borders",  # what ben made of it later stands
            "appeal": "other",
        }
        assert [entry.why for entry in ledger.log(kind="review undone")] == ["the wrong list"] * 2
    again = run("import", "dna", path, "--ledger", url, "--undo", "--why", "again")
    assert (again.return_value, "no review of this file" in again.stderr) == (2, True)


def test_only_one_persons_reviews_of_a_file_are_taken_back(url, tmp_path):
    def change(rows):
        for row, who in zip(rows, ("ann", "ben"), strict=True):
            row.update(issue="borders", coder=who)

    path = edit_list(export(url, "dna", tmp_path / "moves.csv"), change)
    run("import", "dna", path, "--ledger", url)
    assert "1 reviews" in run("import", "dna", path, "--ledger", url, "--undo", "--why", "no", "--as", "ann").stderr
    with Ledger.open(url) as ledger:
        assert [review.reviewer for review in ledger.reviews()] == ["ben"]


def test_what_a_sentence_has_beside_a_changed_move_is_shown_as_accepted(tmp_path):
    url, line = str(tmp_path / "one.db"), "Kyiv rejected the plan and urged Moscow to talk."
    moves = [make_move(line, "rejected", act="reject"), make_move(line, "urged", act="appeal")]
    with Ledger.open(url, who="root") as ledger:
        ledger.add(make_coded(line, moves))
    path = edit_list(export(url, "dna", tmp_path / "moves.csv"), lambda rows: rows[0].update(issue="borders"))
    dry = run("import", "dna", path, "--ledger", url, "--as", "ann", "--dry-run")
    assert "counts as accepted with it" in " ".join(dry.stdout.split())
    for found in (dry, run("import", "dna", path, "--ledger", url, "--as", "ann")):
        assert "(1 accepted, 1 amended" in found.stderr
        assert "1 of the accepted moves nobody changed" in found.stderr


def test_how_a_saved_table_was_read_is_told_and_is_no_failure(url, edited):
    content = edited.read_text("utf-8").replace("\U0001f600", "??").replace("Round two", "Round two\u2026")
    edited.write_bytes(content.encode("cp1252"))
    found = run("import", "dna", edited, "--ledger", url, "--as", "ann")
    assert (found.exit_code, found.return_value) == (0, 0), found.stderr
    assert "was read as Windows-1252" in found.stderr
    assert "1 sentences reviewed" in found.stderr


@pytest.mark.parametrize("arguments", [("dna", "--undo"), ("dna", "--why", "x"), ("plover", "--undo", "--why", "x")])
def test_undoing_an_import_needs_reviews_and_a_reason(url, edited, arguments):
    form, *rest = arguments
    assert isinstance(run("import", form, edited, "--ledger", url, *rest).exception, click.UsageError)
