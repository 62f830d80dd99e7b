import pytest

from demarche.actors import link_moves
from demarche.testing import make_coded, make_move


def linked(text, *mentions, published="1962-10-24", title=None, recipients=()):
    """Return the parties of moves of a text, one line a sentence: each mention is (words, line number)."""
    lines, start, moves = text.split("\n"), 0, []
    for number, line in enumerate(lines):
        own = [words for words, where in mentions if where == number]
        to = [words for words, where in recipients if where == number]
        if own or to:
            move = make_move(line, line.split()[-1], act="state", actors=own, recipients=to, start=start)
            moves.append(move)
        start += len(line) + 1
    about = {name: value for name, value in (("published", published), ("title", title)) if value}
    coded = make_coded(text, moves, **about)
    found = link_moves(coded.document, coded.moves)
    return [mention for move in found for mention in (*move.actors, *move.recipients)]


def who(words, sentence=None, **options):
    """Return id, sector and link of the only mention of one sentence."""
    (mention,) = linked(sentence or f"{words} spoke today", (words, 0), **options)
    return mention.id, mention.sector, mention.link


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the Soviet Union", ("SUN", None, "name")),
        ("Cuba", ("CUB", None, "name")),
        ("U.S.", ("USA", None, "name")),
        ("The Kremlin", ("SUN", "GOV", "metonym")),
        ("Havana", ("CUB", "GOV", "metonym")),
        ("the State Department", ("USA", "GOV", "metonym")),
        ("President Kennedy", ("USA", "GOV", "short form")),
        ("Nikita Khrushchev", ("SUN", "GOV", "name")),
        ("the Soviet Foreign Minister", ("SUN", "GOV", "office")),
        ("the President of Cuba", ("CUB", "GOV", "office")),
        ("American warships", ("USA", "MIL", "adjective")),
        ("the Government of Turkey", ("TUR", "GOV", "name")),
        ("Soviet officials", ("SUN", "GOV", "adjective")),
        ("a force of Cuban exiles", ("CUB", "OPP", "adjective")),
        ("U.N. officials", ("UN", "IGO", "name")),
        ("President Kennedy's brother", ("USA", "GOV", "short form")),
    ],
)
def test_a_name_an_office_a_place_an_adjective_says_who(words, expected):
    assert who(words) == expected


@pytest.mark.parametrize(
    ("words", "day", "expected"),
    [
        ("Russia", "1962-10-24", "SUN"),
        ("Russia", "2014-03-01", "RUS"),
        ("The Kremlin", "1985-01-01", "SUN"),
        ("The Kremlin", "2020-01-01", "RUS"),
        ("Bonn", "1970-01-01", "DEU"),
    ],
)
def test_a_name_is_resolved_as_of_the_day(words, day, expected):
    assert who(words, published=day)[0] == expected


@pytest.mark.parametrize(
    ("day", "name"),
    [("1962-10-24", "John F. Kennedy"), ("1982-04-05", "Ronald Reagan"), ("2012-01-01", "Barack Obama")],
)
def test_an_office_is_held_by_whoever_held_it_that_day(day, name):
    (mention,) = linked("The US president spoke", ("US president", 0), published=day)
    assert (mention.id, mention.sector, mention.name) == ("USA", "GOV", name)


def test_a_person_whom_the_text_introduces_is_known_by_the_surname_after():
    text = "Mr Lincoln White, a State Department spokesman, denied it\nMr White also denied that"
    first, second = linked(text, ("Mr Lincoln White", 0), ("Mr White", 1))
    assert [(one.id, one.sector) for one in (first, second)] == [("USA", "GOV")] * 2
    assert second.name == "Lincoln White"


def test_a_title_with_an_unknown_name_is_not_whoever_holds_the_office():
    assert who("President Zzyzx", "President Zzyzx of nowhere spoke") == (None, None, None)


def test_another_given_name_is_another_person():
    assert who("Wilbur Kennedy", "The grocer Wilbur Kennedy spoke")[0] is None


@pytest.mark.parametrize(
    ("pronoun", "expected"), [("He", ("SUN", "GOV")), ("They", ("USA", None)), ("It", ("USA", None))]
)
def test_a_pronoun_is_whom_the_text_spoke_of_before(pronoun, expected):
    text = f"Khrushchev warned the United States\n{pronoun} answered"
    mention = linked(text, ("Khrushchev", 0), (pronoun, 1))[-1]
    assert (mention.id, mention.sector, mention.link) == (*expected, "pronoun")


def test_she_is_a_woman_and_he_is_none():
    text = "Mrs Thatcher met President Reagan\nShe thanked him\nHe agreed"
    found = linked(text, ("Mrs Thatcher", 0), ("She", 1), ("He", 2), published="1982-06-23")
    assert [one.id for one in found] == ["GBR", "GBR", "USA"]


def test_a_pronoun_without_anybody_before_is_open():
    assert who("He") == (None, None, None)


def test_the_minister_is_the_one_named_before():
    text = "Mr Gromyko, the Soviet Foreign Minister, met President Kennedy\nThe minister gave an assurance"
    assert linked(text, ("The minister", 1))[0].id == "SUN"


def test_both_sides_are_two_parties_over_the_same_words():
    text = "Cuba and the United States disagree\nU Thant asked both sides"
    found = linked(text, recipients=[("both sides", 1)])
    assert {one.id for one in found} == {"CUB", "USA"}
    assert len({one.span for one in found}) == 1


def test_several_governments_in_one_mention_are_several_parties():
    found = linked("the Governments of Cuba and Turkey spoke", ("Governments of Cuba and Turkey", 0))
    assert [(one.id, one.sector) for one in found] == [("CUB", "GOV"), ("TUR", "GOV")]


def test_a_ministry_belongs_to_the_capital_that_the_sentence_begins_with():
    text = "LONDON, May 5 \u2014 Britain went on\nIn Dublin the Government demanded a halt"
    assert linked(text, ("Government", 1), published="1982-05-05")[0].id == "IRL"


def test_what_is_done_is_not_done_to_the_doer():
    text = "LONDON, May 5 \u2014 Argentine aircraft fought the British ships\nArgentine aircraft hit the destroyer Sheffield"
    found = linked(text, ("Argentine aircraft", 1), recipients=[("destroyer Sheffield", 1)], published="1982-05-05")
    assert [one.id for one in found] == ["ARG", "GBR"]


def test_troops_in_a_country_are_not_that_country():
    assert who("Soviet troops in Germany")[0] == "SUN"


@pytest.mark.parametrize("words", ["us", "who", "it", "may"])
def test_a_small_word_is_no_acronym_and_no_month(words):
    assert who(words)[0] is None


def test_words_that_nothing_explains_stay_open():
    assert who("several farmhands from the valley") == (None, None, None)
    assert who("Zzyzx") == (None, None, None)


def test_every_mention_keeps_its_words():
    text = "Cuba and the United States disagree\nU Thant asked both sides"
    for mention in linked(text, recipients=[("both sides", 1)]):
        mention.span.check(text)


@pytest.mark.parametrize("words", ["New Mexico", "Johnson & Johnson", "Kennedy Airport"])
def test_what_is_named_after_somebody_is_somebody_else(words):
    assert who(words)[0] is None


def test_a_surname_needs_something_that_speaks_for_it():
    assert who("Martinez", "Martinez charged Batista from behind", published="2015-01-01")[0] is None
    assert who("Putin", "Putin spoke at length", published="2015-01-01")[0] == "RUS"


def test_a_crowd_without_a_place_is_nobody_s():
    text = "The United States spoke\nFive people were hurt there"
    assert linked(text, recipients=[("Five people", 1)])[0].id is None


def test_a_group_is_not_the_state_that_it_fights():
    assert who("the Arakan Army", published="2024-01-01")[0] != "MMR"


def test_a_woman_whom_the_text_introduces_is_she():
    text = "Mary Zzyzx, the American delegate, met Mr Gromyko\nShe warned him"
    assert linked(text, ("Mary Zzyzx", 0), ("She", 1))[1].name == "Mary Zzyzx"
