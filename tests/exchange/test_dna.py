import csv
import dataclasses
import io
import time

import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_texts import coded_texts, sourced, standing

from demarche.exchange import file_name, read_events, write_documents, write_events
from demarche.exchange._dna_lists import words_pattern
from demarche.exchange._places import find_words
from demarche.exchange.dna import hull, statement_id
from demarche.model import Act, Document, Failure, Mention, Span
from demarche.model.returned import Remark
from demarche.testing import make_move

TEXT = 'Kyiv said "no; never" \U0001f600 and rejected the plan of Moscow.\nParis urged both to talk.'
FIRST, SECOND = TEXT.split("\n")
DOCUMENT = Document(id="d1", text=TEXT, title="Round two", publisher="Herald", published="1962-10-22")
MOVE = make_move(FIRST, "rejected", act="reject", actors=["Kyiv"], content="the plan of Moscow")
OTHER = make_move(SECOND, "urged", act="appeal", actors=["Paris"], recipients=["both"], start=len(FIRST) + 1)


def out(moves=(MOVE, OTHER), *, document=DOCUMENT, text=True):
    return "".join(write_events(sourced(document, moves), text))


def rows(content):
    return list(csv.DictReader(io.StringIO(content, newline=""), delimiter=";"))


def written(listed):
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(listed[0]), delimiter=";")
    writer.writeheader()
    writer.writerows(listed)
    return buffer.getvalue()


def back(content, moves=(MOVE, OTHER), *, document=DOCUMENT, complete=False, earlier=None):
    """Return what a list says, of the sentences of which it says something new, and its failures."""
    found = []
    for sheet in read_events(content if isinstance(content, bytes) else content.encode(), where="list.csv"):
        if isinstance(sheet, Remark):
            continue
        found += (
            [sheet] if isinstance(sheet, Failure) else sheet.say(standing(document, moves, earlier), complete=complete)
        )
    changed = [one for one in found if not isinstance(one, Failure) and not one.is_unchanged]
    return changed, [one.reason for one in found if isinstance(one, Failure)]


def changes(said):
    return [(verdict, move.act.value, fields) for one in said for verdict, move, fields in one.changes]


def edit(number, **cells):
    listed = rows(out())
    listed[number] |= cells
    return written(listed)


def damage(listed):
    """Do what DNA does: its own numbers, none of our variables' ids, quotation marks and semicolons of words rewritten."""
    made = []
    for number, row in enumerate(listed):
        plain = {name: cell.replace('"', "'").replace(";", ",") for name, cell in row.items() if name != "move"}
        made.append(plain | {"statement_id": str(number + 1), "document_id": "7", "document_section": "d1"})
    return made


# Out


def test_the_header_is_that_of_an_event_list():
    header = out().splitlines()[0].split(";")
    assert header[:6] == ["statement_id", "time", "person", "organization", "concept", "agreement"]
    assert header[-10:-6] == ["start_position", "stop_position", "text", "coder"]
    assert header[-6:] == [f"document_{name}" for name in ("id", "title", "author", "source", "section", "type")]


def test_a_statement_says_what_the_move_says():
    first, second = rows(out())
    assert (first["organization"], first["agreement"], first["act"], first["time"]) == (
        "Kyiv",
        "0",
        "reject",
        "1962-10-22 00:00:00",
    )
    assert (second["agreement"], second["recipient_words"], second["document_source"]) == ("1", "both", "Herald")


def test_positions_count_as_java_does():
    first = rows(out())[0]
    utf16 = TEXT.encode("utf-16-le")
    start, stop = (2 * int(first[name]) for name in ("start_position", "stop_position"))
    assert utf16[start:stop].decode("utf-16-le") == first["text"] == hull(MOVE, TEXT).text


def test_each_actor_is_a_statement_with_a_number_of_its_own():
    two = dataclasses.replace(MOVE, actors=(*MOVE.actors, Mention(span=Span.of(TEXT, 47, 53), id="RUS", sector="GOV")))
    listed = rows(out([two]))
    assert [row["organization"] for row in listed] == ["Kyiv", "RUS GOV"]
    assert [row["statement_id"] for row in listed] == [statement_id(MOVE.id, 0), statement_id(MOVE.id, 1)]


def test_an_act_without_stance_has_no_agreement():
    assert rows(out([make_move(FIRST, "rejected", act="attack")]))[0]["agreement"] == ""


def test_without_text_no_words_go_along():
    content = out(text=False)
    assert "content" not in content.splitlines()[0].split(";")
    assert all(word not in content for word in ("never", "Kyiv", "urged"))
    assert back(content) == ([], [])


def test_pandas_reads_it():
    frame = pandas.read_csv(io.StringIO(out()), sep=";")
    assert list(frame["text"]) == [hull(move, TEXT).text for move in (MOVE, OTHER)]
    assert list(frame["agreement"]) == [0, 1]


def test_no_cell_is_a_formula():
    line = "=1+1 rejected it."
    document = Document(id="d1", text=line)
    content = out([make_move(line, "rejected", act="reject", actors=["=1+1"])], document=document)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in rows(content)[0].values())


def test_the_texts_go_along_as_a_table_and_as_files():
    table = pandas.read_csv(io.StringIO("".join(write_documents([DOCUMENT]))), sep=";")
    assert table.loc[0, "text"] == TEXT
    assert (table.loc[0, "document_id"], table.loc[0, "date_time"]) == ("d1", "1962-10-22 00:00:00")
    odd = Document(id="a/b:c", text="-", title='What? "Now"')
    assert file_name(odd) == "0001-01-01 [a%2Fb%3Ac] What Now.txt"


# Back


def remarks(content):
    return [one.text for one in read_events(content, where="list.csv") if isinstance(one, Remark)]


def saved(listed, *, separator=";", encoding="utf-8"):
    """Return a list as a spreadsheet saves it."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, list(listed[0]), delimiter=separator)
    writer.writeheader()
    writer.writerows(listed)
    text = buffer.getvalue()
    if encoding == "cp1252":
        text = "".join("??" if one > "\uffff" else one for one in text)
    return text.encode(encoding, "replace")


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_list_that_a_spreadsheet_saved_is_read(separator, encoding):
    same = saved(rows(out()), separator=separator, encoding=encoding)
    assert (back(same), remarks(same)) == (([], []), [])
    (said,), failures = back(saved(rows(edit(1, status="planned")), separator=separator, encoding=encoding))
    assert (changes([said]), failures) == ([("amended", "appeal", ("status",))], [])


def test_places_decide_where_a_narrow_encoding_lost_characters():
    line = "Mr Erdo\u011fan \U0001f600 of T\u00fcrkiye rejected \u5317\u4eac."
    document = dataclasses.replace(DOCUMENT, text=line)
    actor = Mention(span=Span.of(line, 0, 10), id="TUR", name="Erdo\u011fan")
    move = dataclasses.replace(
        make_move(line, "rejected", act="reject", content="\u5317\u4eac"), published="1962-10-22", actors=(actor,)
    )
    listed = rows(out([move], document=document))
    for letter in ("?", "g"):
        plain = [{name: cell.replace("\u011f", letter) for name, cell in row.items()} for row in listed]
        content = saved(plain, encoding="cp1252")
        assert back(content, [move], document=document) == ([], [])
        assert "Windows-1252" in remarks(content)[0]
    listed[0]["issue"] = "borders"
    (said,), _ = back(saved(listed, encoding="cp1252"), [move], document=document)
    assert changes([said]) == [("amended", "reject", ("issue",))]


@pytest.mark.parametrize(
    ("date", "precision", "cell"),
    [
        ("1962-10-22", "day", "22.10.1962"),
        ("1962-10-22", "day", "10/22/1962"),
        ("1962-10-22", "day", "22/10/1962"),
        ("1962-10-22", "day", "1962-10-22 00:00:00"),
        ("1962-10", "month", "01.10.1962"),
        ("1962-10", "month", "Oct 62"),
        ("1962-11-10", "day", "10/11/1962"),
        ("1962-10-22", "day", "37551.5"),
    ],
)
def test_dates_that_a_spreadsheet_wrote_anew_are_no_change(date, precision, cell):
    move = dataclasses.replace(MOVE, date=date, date_precision=precision, date_basis="explicit")
    listed = rows(out([move, OTHER]))
    listed[0] |= {"date": cell, "time": "22.10.1962 00:00"}
    assert back(written(listed), [move, OTHER]) == ([], [])


def test_a_changed_date_is_one_however_it_is_written():
    move = dataclasses.replace(MOVE, date="1962-10-22", date_precision="day", date_basis="explicit")
    listed = rows(out([move, OTHER]))
    listed[0]["date"] = "23.10.1962"
    (said,), failures = back(written(listed), [move, OTHER])
    assert ([one.date for one in said.moves], failures) == (["1962-10-23"], [])


def test_dates_that_cannot_be_read_are_told_once():
    listed = rows(out())
    for row in listed:
        row["date"] = "Oct 62"
    (remark,) = remarks(written(listed).encode())
    assert "2 dates such as 'Oct 62'" in remark


def test_a_list_that_nobody_changed_changes_nothing():
    assert back(out()) == ([], [])
    assert back(out(), complete=True) == ([], [])


@given(coded_texts())
def test_any_text_comes_back_as_it_went(made):
    document, moves = made
    assert back(out(moves, document=document), moves, document=document, complete=bool(moves)) == ([], [])


@given(coded_texts())
def test_what_dna_does_to_words_is_no_change(made):
    document, moves = made
    if moves:
        assert back(written(damage(rows(out(moves, document=document)))), moves, document=document) == ([], [])


@given(coded_texts())
def test_changed_codes_come_back_as_just_those_changes(made):
    document, moves = made
    listed = rows(out(moves, document=document))
    for row in listed:
        if row["move"].startswith(moves[0].id):
            row |= {"act": "deny", "agreement": "", "issue": "borders"}
    if not moves:
        return
    expected = {"issue"} | ({"act", "event", "quad"} if moves[0].act is not Act.DENY else set())
    said, failures = back(written(listed), moves, document=document)
    amended = [(move.id, set(fields)) for one in said for verdict, move, fields in one.changes if verdict != "accepted"]
    assert failures == []
    assert [name for name, _ in amended] == [moves[0].id]
    assert amended[0][1] - {"event", "quad"} == expected - {"event", "quad"}


@given(coded_texts(), st.data())
def test_moved_words_come_back_as_just_those_words(made, data):
    document, moves = made
    if not moves:
        return
    moved = data.draw(st.sampled_from(moves))
    once = [
        word for word in moved.sentence.text.split(" ") if len(find_words(word, moved.sentence, words_pattern)) == 1
    ]
    words = data.draw(st.sampled_from(["", *once]))
    listed = rows(out(moves, document=document))
    for row in listed:
        row |= {"content": words} if row["move"].startswith(moved.id) else {}
    said, failures = back(written(listed), moves, document=document)
    expected = find_words(words, moved.sentence, words_pattern)[0] if words else None
    changed = [(move, fields) for one in said for verdict, move, fields in one.changes if verdict != "accepted"]
    assert failures == []
    assert changed in ([], [(dataclasses.replace(moved, content=expected), ("content",))])
    assert changed or moved.content == expected


@pytest.mark.parametrize(
    ("cells", "fields"),
    [
        ({"act": "criticize"}, ("act", "event")),
        ({"status": "planned"}, ("status",)),
        ({"concept": "talks"}, ("issue",)),
        ({"content": "the plan"}, ("content",)),
        ({"content": ""}, ("content",)),
        ({"trigger": "and rejected"}, ("trigger",)),
        ({"date": "1962-10"}, ("date", "date_precision", "date_basis")),
        ({"organization": "UKR GOV"}, ("actors",)),
        ({"actor_words": "Moscow"}, ("actors",)),
        ({"recipient_words": "Moscow", "recipient": "RUS"}, ("recipients",)),
        ({"source_words": "Kyiv"}, ("source",)),
    ],
)
def test_a_changed_cell_is_a_changed_field(cells, fields):
    said, failures = back(edit(0, **cells))
    assert failures == []
    ((verdict, _, changed),) = [change for change in changes(said) if change[0] != "accepted"]
    assert verdict == "amended"
    assert set(fields) <= set(changed) <= {*fields, "event", "quad"}


def test_a_concept_of_ones_own_is_left_out():
    assert back(edit(0, concept="withdraw at once")) == ([], [])


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"act": "yell"}, "no act of the codebook"),
        ({"issue": "weather"}, "no issue of the codebook"),
        ({"content": "the moon"}, "does not stand in the sentence"),
        ({"date": "1962-02-31"}, "is no date"),
        ({"date": "0000"}, "is no date"),
        ({"agreement": "1"}, "say which act it is"),
        ({"organization": "the moon"}, "no id such as RUS GOV"),
        ({"text": "quite other words"}, "does not stand at"),
        ({"start_position": "x"}, "no numbers"),
        ({"move": "m0@0"}, "the ledger has no move"),
    ],
)
def test_what_cannot_be_held_is_a_failure_and_the_rest_goes_on(cells, reason):
    listed = rows(edit(1, status="planned"))
    listed[0] |= cells
    said, failures = back(written(listed))
    assert len(failures) == 1
    assert reason in failures[0]
    assert changes(said) == [("amended", "appeal", ("status",))]


def test_the_same_addition_again_changes_nothing():
    listed = rows(out())
    listed.append(listed[0] | {"move": "", "statement_id": "", "act": "accuse", "trigger": "said", "date": ""})
    (said,), failures = back(written(listed))
    assert failures == []
    found_out = {"actors": (dataclasses.replace(MOVE.actors[0], id="UKR"),), "date": "1962-10-22"}
    taken_in = [
        dataclasses.replace(move, **found_out) if verdict == "added" else move for verdict, move, _ in said.changes
    ]
    assert back(written(listed), (*taken_in, OTHER)) == ([], [])
    listed[-1]["issue"] = "talks"
    (again,), failures = back(written(listed), (*taken_in, OTHER))
    ((verdict, fields),) = [(verdict, fields) for verdict, act, fields in changes([again]) if act == "accuse"]
    assert (verdict, "issue" in fields, failures) == ("amended", True, [])


def test_a_document_is_found_by_an_id_that_could_be_a_formula():
    document = dataclasses.replace(DOCUMENT, id="=1+1", title="-x")
    content = out([dataclasses.replace(MOVE, document="=1+1")], document=document)
    (sheet,) = read_events(content.encode(), where="list.csv")
    assert (sheet.documents[0], sheet.title) == ("=1+1", "-x")


def test_a_sentence_of_very_many_statements_is_left_alone():
    listed = rows(out())
    more = [listed[0] | {"move": "", "trigger": f"x{number}"} for number in range(20_000)]
    start = time.process_time()
    changed, (reason,) = back(written([*listed, *more]))
    assert (changed, "more than 500" in reason) == ([], True)
    assert time.process_time() - start < 20


def test_only_a_complete_list_rejects():
    content = written(rows(out())[:1])
    assert back(content) == ([], [])
    said, _ = back(content, complete=True)
    assert changes(said) == [("rejected", "appeal", ())]


def test_an_added_statement_is_an_added_move():
    listed = rows(out())
    listed.append(dict.fromkeys(listed[0], "") | {
        **{name: cell for name, cell in listed[0].items() if name.startswith("document")},
        **{"start_position": str(len(FIRST) + 2), "stop_position": str(len(TEXT) + 1), "text": SECOND, "coder": "ann"},
        **{"act": "state", "issue": "talks", "trigger": "talk", "actor_words": "both", "organization": "UKR"},
    })  # fmt: skip
    said, failures = back(written(listed))
    (one,) = said
    (added,) = [move for verdict, move, _ in one.changes if verdict == "added"]
    assert failures == []
    assert (one.who, added.trigger.text, added.issue, added.actors[0].id) == ("ann", "talk", "talks", "UKR")


def test_a_statement_of_dna_alone_says_for_or_against():
    header = (
        "statement_id;time;person;organization;concept;agreement;start_position;stop_position;text;coder;document_id"
    )
    line = f'1;;;Paris;talks;1;{len(FIRST) + 2};{len(TEXT) + 1};"{SECOND}";ann;d1'
    (said,), failures = back(f"{header}\n{line}\n", [MOVE])
    (move,) = said.moves
    assert failures == []
    assert (move.act, move.issue, move.actors[0].span.text) == (Act.ENDORSE, "talks", "Paris")


def test_an_actor_can_be_taken_away_and_added():
    two = dataclasses.replace(MOVE, actors=(*MOVE.actors, Mention(span=Span.of(TEXT, 47, 53), id="RUS")))
    listed = rows(out([two, OTHER]))
    (said,), _ = back(written([listed[0], listed[2]]), [two, OTHER], complete=True)
    assert [mention.span.text for mention in said.moves[0].actors] == ["Kyiv"]
    again = rows(out())
    again.insert(1, again[0] | {"actor_words": "Moscow", "organization": "RUS", "statement_id": "1"})
    (said,), failures = back(written(again))
    assert failures == []
    assert [mention.id for mention in said.moves[0].actors] == [None, "RUS"]


def test_what_others_made_of_it_meanwhile_stands():
    later = dataclasses.replace(MOVE, issue="borders")
    assert back(out(), [later, OTHER], earlier=[MOVE, OTHER]) == ([], [])
    (said,), _ = back(edit(0, status="planned"), [later, OTHER], earlier=[MOVE, OTHER])
    assert [(move.status.value, move.issue) for move in said.moves] == [("planned", "borders")]


def test_who_makes_the_same_change_as_somebody_before_says_so_too():
    later = dataclasses.replace(MOVE, issue="borders")
    (said,), failures = back(edit(0, issue="borders"), [later, OTHER], earlier=[MOVE, OTHER])
    assert (changes([said]), failures) == ([("amended", "reject", ("issue",))], [])


def test_where_nobody_knows_what_it_was_a_difference_is_a_failure():
    later = dataclasses.replace(MOVE, issue="borders")
    said, failures = back(out(), [later, OTHER])
    assert said == []
    assert "export it anew" in failures[0]
    assert back(out([later, OTHER]), [later, OTHER]) == ([], [])


def test_shifted_positions_are_mended_where_the_words_stand_once_nearby():
    assert back(edit(0, start_position="3", stop_position="48")) == ([], [])


_ODD = [
    "",
    "x",
    "-1",
    "9" * 40,
    "9" * 5000,
    "1.5",
    " | ",
    "RUS | UKR",
    "=1",
    '"',
    ";",
    "\ud800",
    "a\nb",
    "\x00",
    "(",
    "talk",
    "1",
]


@given(st.data())
def test_no_list_makes_it_raise(data):
    listed = rows(out())
    for _ in range(data.draw(st.integers(1, 5))):
        row = data.draw(st.sampled_from(listed))
        row[data.draw(st.sampled_from(sorted(row)))] = data.draw(st.sampled_from(_ODD))
    content = written(listed).encode("utf-8", "replace").decode()
    for complete in (False, True):
        said, _ = back(content, complete=complete)
        assert all(move.check(TEXT) is None for one in said for move in one.moves)


def test_broken_lines_are_failures():
    said, failures = back(out() + "1;2;3\n")
    assert said == []
    assert "3 cells" in failures[0]


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"\xff\xfe"])
def test_what_is_no_event_list_is_refused(content):
    with pytest.raises(ValueError, match=r"no event list|not UTF-8"):
        list(read_events(content, where="x"))
