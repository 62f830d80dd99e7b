"""The pages to read with as a browser shows them: for the eye, for the keyboard, for paper, and for a screen reader."""

import pytest

PAGES = ("/documents", "/documents/report?at=70", "/documents/attack", "/moves", "/moves/{demand}", "/timeline", "/search?words=withdraw",
         "/actors", "/actors/UKR", "/log", "/log?kind=failure")  # fmt: skip
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def axe():
    return pytest.importorskip("axe_playwright_python.sync_playwright").Axe()


def show(page, path):
    page.goto(path)
    page.locator("[data-pending]").wait_for(state="detached")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible_and_silent(page, axe, moves, scheme):
    page.emulate_media(color_scheme=scheme)
    wrong = {}
    for path in PAGES:
        show(page, path.format(demand=moves["report", "demand"].id))
        page.evaluate("for (const part of document.querySelectorAll('main details')) part.open = true")
        found = axe.run(page, options=RULES).response["violations"]
        wrong |= {(path, one["id"]): one["nodes"][0]["html"][:200] for one in found}
    assert wrong == {}
    assert page.noise == []


@pytest.mark.parametrize("width", [320, 1280, 1920])
def test_nothing_is_wider_than_the_window(page, moves, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in PAGES:
        show(page, path.format(demand=moves["report", "demand"].id))
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_marked_sentence_is_in_view(page, moves):
    show(page, f"/documents/report?at={moves['report', 'demand'].sentence.start + 12}")
    box = page.locator(".s.at").bounding_box()
    assert 0 <= box["y"] <= page.viewport_size["height"] - box["height"]


def test_a_card_shows_its_words_and_the_words_their_card(page, moves):
    demand = moves["report", "demand"].id
    show(page, "/documents/report")
    page.hover(f"article#{demand}")
    own = ["Tass", "Moscow", "demanded", "Kyiv", "withdraw from the Orlen valley", "by Friday"]
    assert page.locator(".text .lit").all_inner_texts() == own
    page.hover(f"#t-{moves['report', 'meet'].id}")
    assert page.locator(".beside-move.lit").get_attribute("id") == moves["report", "meet"].id


def test_the_keyboard_goes_from_move_to_move_and_to_its_card_and_back(page, moves):
    show(page, "/documents/report")
    page.keyboard.press("j")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") == "demanded"
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == "rejected"
    page.keyboard.press("Enter")
    assert page.url.endswith(f"#{moves['report', 'reject'].id}")
    page.locator(f"article#{moves['report', 'reject'].id} a[href^='#t-']").press("Enter")
    assert page.locator(".trigger-link:target").inner_text() == "rejected"


def test_on_paper_there_are_no_buttons_and_no_navigation(page, moves):
    page.emulate_media(media="print")
    show(page, "/documents/report")
    for hidden in (".side", ".check", ".changes"):
        assert not page.locator(hidden).first.is_visible(), hidden
    assert page.locator(".beside-move").first.is_visible()


def test_everything_works_without_a_script(browser, served, moves):
    page = browser.new_page(base_url=served, java_script_enabled=False)
    demand = moves["report", "demand"].id
    page.goto(f"/documents/report?at={moves['report', 'demand'].sentence.start}")
    page.click(f"#t-{demand}")
    page.click(f"article#{demand} .act-link")
    page.click("text=A code is wrong")
    page.select_option("select[name=act]", "appeal")
    page.fill("#why-amend", "it only asked")
    page.click("button:has-text('Amend')")
    assert page.locator("p.good").inner_text().startswith("The move is amended")
    page.close()
