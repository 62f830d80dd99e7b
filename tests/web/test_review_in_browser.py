"""The review round as a browser shows it: by keyboard alone, by choosing words, and without a script."""

import pytest

from demarche.model import MoveFilter
from demarche.testing import make_coded, make_move

FIRST = "Nobody spoke for a while."
SENTENCE = "\U0001f469\U0001f3fd\u200d\U0001f680 The envoy rejected the cafe\u0301 plan of Moscow, and Moscow left."
LAST = "The river was high."
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(autouse=True)
def silence(request):
    """Fail every test whose page says something to the console, throws, or asks for anything outside the desk."""
    page = request.getfixturevalue("page")
    yield
    assert page.noise == []


@pytest.fixture
def coded(ledger):
    """Take in a document with an emoji and an accent of its own, and return the coder's two moves in its second sentence."""
    start = len(FIRST) + 1
    made = [
        make_move(
            SENTENCE,
            "rejected",
            act="reject",
            actors=["The envoy"],
            content="the cafe\u0301 plan",
            document="dove",
            start=start,
        ),
        make_move(SENTENCE, "plan", act="propose", issue="talks", document="dove", start=start),
    ]
    ledger.add(make_coded("\n".join((FIRST, SENTENCE, LAST)), made, id="dove", title="Doves"))
    return made


@pytest.fixture
def at(coded):
    span = coded[0].sentence
    return f"/review/sentence?document=dove&start={span.start}&end={span.end}"


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def saved(page):
    page.locator(".saved").first.wait_for()
    return page.locator(".saved p").first.inner_text()


def moves_of(ledger):
    return {found.move.trigger.text: found.move for found in ledger.moves(MoveFilter(document="dove"))}


def drag(page, words):
    """Select words of the sentence with the mouse."""
    box = page.locator("[data-words]").evaluate(
        """(sentence, words) => {
          const first = sentence.textContent.indexOf(words), walker = document.createTreeWalker(sentence, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          for (let node, seen = 0; (node = walker.nextNode()); seen += node.length) {
            if (seen <= first && first < seen + node.length) range.setStart(node, first - seen);
            if (seen < first + words.length && first + words.length <= seen + node.length) range.setEnd(node, first + words.length - seen);
          }
          const boxes = [...range.getClientRects()], last = boxes[boxes.length - 1];
          return { left: boxes[0].left, top: boxes[0].top + boxes[0].height / 2, right: last.right, bottom: last.top + last.height / 2 };
        }""",
        words,
    )
    page.mouse.move(box["left"] + 1, box["top"])
    page.mouse.down()
    page.mouse.move(box["right"] - 1, box["bottom"], steps=4)
    page.mouse.up()


def test_a_whole_round_goes_by_keyboard_alone(page, ledger):
    page.goto("/review/next?queue=random")
    seen = set()
    while not page.locator("h1", has_text="Nothing is left").count():
        seen.add(page.locator("[data-words]").inner_text())
        with page.expect_navigation():
            press(page, "A", "Enter")
        assert len(seen) < 40
    done = ledger.review_progress()
    assert done.sentences >= len(seen) > 3
    assert done.counts[0].accepted == done.counts[0].coded == done.moves
    assert done.counts[0].seconds > 0


def test_keys_accept_reject_and_go_between_the_moves(page, ledger, at, coded):
    page.goto(at)
    assert page.evaluate("document.activeElement.dataset.move") == coded[0].id
    press(page, "j")
    assert page.evaluate("document.activeElement.dataset.move") == coded[1].id
    press(page, "r")
    assert page.evaluate("document.activeElement.dataset.move") == coded[0].id
    press(page, "a", "Space")
    assert saved(page) == "Saved: 1 accepted, 1 not there."
    assert list(moves_of(ledger)) == ["rejected"]


def test_what_is_undecided_is_not_saved(page, ledger, at):
    page.goto(at)
    press(page, "a", "Enter")
    assert "Nothing is saved yet: this move is undecided" in page.locator("[data-said]").inner_text()
    assert list(ledger.reviews()) == []


def test_codes_are_amended_by_keyboard(page, ledger, at):
    page.goto(at)
    press(page, "t", "d", "e", "n", "Enter", "s", "p", "l", "Enter", "i", "n", "u", "Enter", "d")
    page.keyboard.type("2025-11-27")
    press(page, "Enter", "v", "i", "Enter", "j", "r", "Enter")
    assert saved(page) == "Saved: 1 amended, 1 not there."
    move = moves_of(ledger)["rejected"]
    assert (move.act, move.status, move.issue, move.date, move.voice) == (
        "deny",
        "planned",
        "nuclear",
        "2025-11-27",
        "opinion",
    )


def test_words_chosen_with_the_mouse_stand_at_their_code_points(page, ledger, at):
    page.goto(at)
    press(page, "e")
    page.click("[data-card]:has-text('reject') [data-role=recipients] [data-pick]")
    drag(page, "Moscow, and")
    page.locator("[data-role=recipients] .chip", has_text="Moscow, and").wait_for()
    page.click("[data-role=recipients] .away")
    page.click("[data-role=condition] [data-pick]")
    drag(page, "Moscow left")
    page.locator("[data-role=condition] .chip").first.wait_for()
    press(page, "A", "Enter")
    assert saved(page) == "Saved: 1 accepted, 1 amended."
    move, text = moves_of(ledger)["rejected"], ledger.document("dove").text
    assert move.recipients == ()
    assert text[move.condition.start : move.condition.end] == "Moscow left"
    assert text[move.content.start : move.content.end] == "the cafe\u0301 plan"


def test_words_selected_first_are_taken_by_the_key_of_a_role(page, ledger, at):
    page.goto(at)
    drag(page, "The envoy rejected")
    press(page, "9", "A", "Enter")
    saved(page)
    assert moves_of(ledger)["rejected"].source.span.text == "The envoy rejected"


def test_words_chosen_with_the_arrow_keys_stand_at_their_code_points(page, ledger, at):
    page.goto(at)
    press(page, "3", "End", "ArrowLeft", "ArrowLeft", "Enter")  # from the last mark: ".", "left", "Moscow"
    press(page, "4", "Shift+ArrowRight", "Shift+ArrowRight", "Enter", "8", "Home", "Delete", "A", "Enter")
    saved(page)
    move, text = moves_of(ledger)["rejected"], ledger.document("dove").text
    assert text[move.recipients[0].span.start :] == f"Moscow left.\n{LAST}"
    assert move.content.text == "the cafe\u0301 plan of Moscow"
    assert move.where is None


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [("cafe", "cafe", "cafe\u0301"), ("\u0301 plan", "plan", "e\u0301 plan"), (" rejected ", " rejected ", "rejected"),
     ("\U0001f680", "The", "\U0001f469\U0001f3fd\u200d\U0001f680 The")],
)  # fmt: skip
def test_what_one_sees_as_one_character_is_never_cut(page, ledger, at, start, end, words):
    page.goto(at)
    page.locator("[data-words]").evaluate(
        """(sentence, [start, end]) => {
          document.querySelector("[data-card] [data-field]").dispatchEvent(new Event("change", { bubbles: true }));
          sentence.replaceChildren(sentence.textContent);
          const text = sentence.textContent;
          getSelection().setBaseAndExtent(sentence.firstChild, text.indexOf(start), sentence.firstChild, text.indexOf(end) + end.length);
        }""",
        [start, end],
    )
    press(page, "8", "A", "Enter")
    saved(page)
    assert moves_of(ledger)["rejected"].where.text == words


def test_escape_leaves_the_words_as_they_were(page, ledger, at, coded):
    page.goto(at)
    press(page, "4", "ArrowRight", "Escape", "A", "Enter")
    assert saved(page) == "Saved: 2 accepted."
    assert moves_of(ledger)["rejected"].content == coded[0].content


def test_a_missed_move_is_added_by_keyboard(page, ledger, at):
    page.goto(at)
    press(page, "A", "n", "End", "ArrowLeft", "Enter")
    assert page.evaluate("document.activeElement.dataset.field") == "act"
    page.keyboard.type("ret")
    press(page, "Enter", "2", "ArrowLeft", "Enter", "Enter")
    assert saved(page) == "Saved: 2 accepted, 1 added."
    move = moves_of(ledger)["left"]
    assert (move.act, move.actors[0].span.start) == ("retreat", ledger.document("dove").text.rindex("Moscow"))


def test_a_missed_move_is_added_with_the_mouse(page, ledger, at):
    page.goto(at)
    for label in page.locator("label.accepted").all():
        label.click()
    drag(page, "left")
    page.click("[data-new]")
    page.select_option("[data-card]:has-text('missed') [data-field=act]", "retreat")
    page.click("[data-save]")
    assert saved(page) == "Saved: 2 accepted, 1 added."
    assert moves_of(ledger)["left"].act == "retreat"


def test_a_missed_move_without_an_act_is_not_saved(page, ledger, at):
    page.goto(at)
    press(page, "A", "n", "End", "ArrowLeft", "Enter", "Escape", "Enter")
    assert "choose its act" in page.locator("[data-said]").inner_text()
    press(page, "r", "Enter")
    assert saved(page) == "Saved: 2 accepted."
    assert "left" not in moves_of(ledger)


def test_the_last_review_is_taken_back_by_a_key(page, ledger, at):
    page.goto(at)
    press(page, "r", "r", "Enter")
    assert saved(page) == "Saved: 2 not there."
    assert moves_of(ledger) == {}
    press(page, "u")
    page.locator(".saved", has_text="Taken back").wait_for()
    assert set(moves_of(ledger)) == {"rejected", "plan"}


def test_the_keys_are_shown(page, at):
    page.goto(at)
    press(page, "?")
    assert page.locator("dialog").is_visible()
    press(page, "a", "Escape")
    assert not page.locator("dialog").is_visible()
    assert page.locator("input:checked").count() == 0


def test_what_the_server_refuses_is_shown_again_as_it_was(page, ledger, at):
    page.goto(at)
    press(page, "d")
    page.keyboard.type("soon")
    press(page, "Enter", "3", "End", "ArrowLeft", "ArrowLeft", "Enter", "j", "r", "Enter")
    page.locator("#failure").wait_for()
    page.noise.clear()  # the browser notes that the answer was 422
    card = page.locator("[data-card]").first
    assert "is no day that can be told" in card.inner_text()
    assert card.locator("[data-role=recipients] .chip bdi").inner_text() == "Moscow"
    card.locator("[data-field=date]").fill("2025")
    page.click("[data-save]")
    assert saved(page) == "Saved: 1 amended, 1 not there."


def test_the_roles_are_labelled_in_words(page, at):
    page.goto(at)
    labels = page.locator("[data-words] [data-label]").evaluate_all(
        "all => all.map(one => [one.textContent, one.dataset.label])"
    )
    assert labels == [["The envoy", "actor"], ["rejected", "trigger"], ["the cafe\u0301 plan", "content"]]
    assert page.locator("[data-words]").evaluate("one => one.textContent") == SENTENCE


def test_a_review_works_without_a_script(browser, served, page, ledger, at):
    plain = browser.new_page(base_url=served, java_script_enabled=False)
    plain.goto(at)
    assert plain.locator("[data-pick], [data-new], [data-key]").first.is_hidden()
    plain.check("input[name=m0-verdict][value=amended]")
    plain.fill("textarea[name=m0-recipients]", "Moscow")
    plain.check("input[name=m1-verdict][value=rejected]")
    plain.click("button[name=more]")
    assert plain.locator("textarea[name=m0-recipients]").input_value() == "Moscow"
    plain.fill("textarea[name=m0-recipients]", "Moscow #2")
    plain.select_option("select[name=m2-act]", "retreat")
    plain.fill("input[name=m2-trigger]", "left")
    plain.click("[data-save]")
    assert saved(plain) == "Saved: 1 amended, 1 added, 1 not there."
    text = ledger.document("dove").text
    assert text[moves_of(ledger)["rejected"].recipients[0].span.start :].startswith("Moscow left")
    plain.locator(".saved button").first.click()
    assert set(moves_of(ledger)) == {"rejected", "plan"}
    plain.close()


@pytest.mark.model
def test_files_are_dropped_and_the_job_is_watched(page, tmp_path):
    page.goto("/ingest")
    page.locator(".drop").evaluate(
        """zone => {
          const files = new DataTransfer();
          files.items.add(new File(["Kyiv rejected the plan of Moscow."], "one.txt"));
          zone.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
        }"""
    )
    assert page.locator("[data-chosen] li").all_inner_texts() == ["one.txt (1 kB)"]
    page.click("button:has-text('Take in the files')")
    page.locator("main", has_text="1 document taken in with 1 move").wait_for()
    page.click(".outcome a")
    assert "Kyiv rejected the plan of Moscow." in page.locator("main").inner_text()


@pytest.fixture
def pages(ledger, coded):
    """Return the addresses of the pages, with something on each."""
    for who in ("ben", "eva"):
        for _ in range(12):
            task = ledger.next_review("random", reviewer=who)
            if task:
                ledger.acting_as(who).review(task, task.coded[: 1 if who == "eva" else None])
    task = ledger.review_task("dove", coded[0].sentence.start, coded[0].sentence.end)
    ledger.acting_as("anna").review(task, task.coded)
    at = f"document=dove&start={task.sentence.start}&end={task.sentence.end}"
    return ("/review", f"/review/sentence?{at}", "/review/next?queue=random&again=1", "/quality", "/quality/sentences?of=recall",
            "/quality/sentences?of=missed", "/quality/differences?name=acts", "/ingest", "/jobs")  # fmt: skip


def show(page, path):
    page.goto(path)
    page.locator("[data-pending]").wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible(page, pages, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.emulate_media(color_scheme=scheme)
    wrong = {}
    for path in pages:
        show(page, path)
        if "/review/s" in path or "/next" in path:
            press(page, "e", "4")
        found = axe.run(page, options=RULES).response["violations"]
        wrong |= {(path, one["id"]): one["nodes"][0]["html"][:100] + one["nodes"][0]["failureSummary"] for one in found}
    assert wrong == {}


@pytest.mark.parametrize("width", [320, 1280, 1920])
def test_nothing_is_wider_than_the_window(page, pages, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in pages:
        show(page, path)
        if "/review/s" in path:
            press(page, "e", "n")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
