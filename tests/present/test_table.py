import io

from rich.console import Console

from demarche.present import render_table
from demarche.testing import make_coded, make_move

TEXT = "Kyiv will reject the plan unless Moscow withdraws by Friday, Oslo said."


def show(text=TEXT, width=80, **about):
    move = make_move(
        text,
        "reject",
        act="reject",
        status="planned",
        actors=["Kyiv"],
        content="plan",
        condition="unless Moscow withdraws",
        deadline="by Friday",
        source="Oslo",
    )
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(render_table(make_coded(text, [move], **about)))
    return file.getvalue()


def test_a_move_is_shown_with_what_it_hangs_on_and_who_says_so():
    shown = " ".join(show(width=200).split())
    for words in (
        "reject Kyiv | plan",
        "on condition: unless Moscow withdraws",
        "by: by Friday",
        "planned",
        "according to Oslo",
    ):
        assert words in shown
    assert TEXT in shown


def test_no_line_is_wider_than_the_terminal():
    assert max(len(line) for line in show(width=60).splitlines()) <= 60


def test_no_escape_sequence_or_markup_of_the_text_takes_effect():
    shown = show(f"\x1b[31m[bold]x[/bold]\u202e {TEXT}", title="\x1b]0;title\x07[red]")
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[bold]x[/bold]" in shown
    assert "[red]" in shown


def test_a_title_cannot_forge_a_line():
    assert "\nreject     Moscow" not in show(title="a\nreject     Moscow -> Kyiv")
