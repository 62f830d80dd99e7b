"""The page as a browser shows it; skipped where there is no browser."""

from pathlib import Path

import pytest

from demarche.model import Failure
from demarche.present import render_page
from demarche.testing import make_coded, make_move

CHROMIUM = "/usr/bin/chromium"
FIRST = "The envoy did not meet the council in Lindal."
OPINION = "It is a foolish plan."
TEXT = f"{FIRST}\n{OPINION}\n{'W' * 600} \u202e<script>document.title = 'owned'</script><img src=http://evil.invalid/x>"

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


def page_html():
    move = make_move(FIRST, "meet", act="meet", status="negated", actors=["The envoy"], recipients=["the council"])
    about = {"title": "<img src=x onerror=alert(1)>", "url": "javascript:alert(1)"}
    failure = Failure(where="x/" * 200, stage="sources", reason="<b>is not text</b>")
    return "".join(render_page([make_coded(TEXT, [move], opinions=[OPINION], **about), failure]))


@pytest.fixture(scope="module")
def browser():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        )
        yield started
        started.close()


@pytest.fixture
def opened(browser, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(page_html(), "utf-8")
    page = browser.new_page()
    page.noise = []
    page.on("console", lambda message: page.noise.append(message.text))
    page.on("pageerror", lambda error: page.noise.append(str(error)))
    page.on("request", lambda request: page.noise.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    yield page
    page.close()


def test_the_page_asks_for_nothing_and_runs_nothing(opened):
    assert opened.noise == []
    assert opened.title() == "Moves in text - Demarche"
    assert opened.locator("a[href^='javascript'], script, img").count() == 0


def test_the_text_shown_is_the_document(opened):
    assert opened.locator(".text").first.evaluate("block => block.textContent") == TEXT


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


def test_a_status_is_said_in_words_that_are_not_struck_out(opened):
    style = "mark => { const s = getComputedStyle(mark, '::after'); return [s.content, s.display] }"
    assert opened.locator("mark.negated").first.evaluate(style) == ['" negated"', "inline-block"]


def test_opinion_is_labelled_in_words(opened):
    label = "span => getComputedStyle(span, '::before').content"
    assert opened.locator(".text .opinion").first.evaluate(label) == '"opinion"'


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(opened, scheme):
    opened.emulate_media(color_scheme=scheme)
    colours = opened.evaluate(
        "() => Object.fromEntries(['ink','soft','paper','card','link','q0','q1','q2','q3','q4','opinion','opinion-line']"
        ".map(name => [name, getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim()]))"
    )
    pairs = [("ink", ground) for ground in ("paper", "card", "q0", "q1", "q2", "q3", "q4", "opinion")]
    pairs += [("soft", "paper"), ("soft", "card"), ("opinion-line", "opinion")]
    ratios = {pair: contrast(*(colours[name] for name in pair)) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


def contrast(one, other):
    """Return the WCAG 2 contrast ratio of two #rrggbb colours."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
