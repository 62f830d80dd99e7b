"""The dossier as a browser shows and prints it; skipped where there is no browser."""

import dataclasses
import re
from pathlib import Path

import pytest

from demarche import pipeline
from demarche.ledger import Ledger
from demarche.testing import compare_by_words, embed_by_words, make_coded, make_move

CHROMIUM = "/usr/bin/chromium"
SAID = (
    ("Moscow demanded that they withdraw from the hills.", "demanded", "demand", {"content": "they withdraw from the hills"}),
    ("Moscow threatened Kyiv with strikes unless they leave.", "threatened", "threaten", {"content": "strikes", "condition": "they leave"}),
    ("Moscow attacked Kyiv.", "attacked", "attack", {}),
    ("Moscow promised that the bridge would open.", "promised", "promise", {"content": "the bridge would open"}),
)  # fmt: skip
HOSTILE = f"{'W' * 300}<script>document.title='owned'</script><img src=http://evil.invalid/x>"

pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Debian's chromium")


class StandIn:
    coder, threshold = "test/1", 0.5
    embed, compare = staticmethod(embed_by_words), staticmethod(compare_by_words)


def coded(number, sentence, trigger, act, spans):
    name, day = f"d{number}", f"2025-11-{number + 1:02}"
    recipients = ["Kyiv"] if "Kyiv" in sentence else []
    move = make_move(sentence, trigger, act=act, actors=["Moscow"], recipients=recipients, document=name, **spans)
    about = {"publisher": HOSTILE, "title": HOSTILE, "url": f"https://news.invalid/{'long' * 80}"}
    made = make_coded(sentence, id=name, published=day, **about)
    (linked,) = pipeline.link_moves(made.document, (move,))
    dated = dataclasses.replace(linked, date=day, date_precision="day", date_basis="published", published=day)
    return dataclasses.replace(made, moves=(dated,))


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    with Ledger.open(str(folder / "ledger.db")) as ledger:
        for number in range(12):
            sentence, trigger, act, spans = SAID[number % len(SAID)]
            word = "abcdefghijkl"[number] * 5
            said = (f"On the {word} road near {word} by {word}ton at {word} hill, {sentence}", trigger, act, spans)
            ledger.add(coded(number, *said))
        page = pipeline.report(ledger, comparer=StandIn(), title=HOSTILE)
    file = folder / "dossier.html"
    file.write_text(page, "utf-8")
    return file


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
def opened(browser, path):
    page = browser.new_page()
    page.noise = []
    page.on("console", lambda message: page.noise.append(message.text))
    page.on("pageerror", lambda error: page.noise.append(str(error)))
    page.on("request", lambda request: page.noise.append(request.url) if request.url != path.as_uri() else None)
    page.goto(path.as_uri())
    yield page
    page.close()


def test_the_dossier_asks_for_nothing_and_runs_nothing(opened):
    assert opened.noise == []
    assert opened.title() == HOSTILE
    assert opened.locator("script, img, iframe").count() == 0


def test_its_own_style_is_allowed_by_its_policy(opened):
    assert opened.evaluate("getComputedStyle(document.querySelector('main table')).borderCollapse") == "collapse"


@pytest.mark.parametrize("width", [320, 768, 1920])
def test_nothing_is_wider_than_the_window(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_has_no_serious_barrier(browser, path, width, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # The check is a script, which the page's own policy forbids.
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(path.as_uri())
    found = axe.Axe().run(page).response["violations"]
    context.close()
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_headings_come_in_order(opened):
    levels = opened.evaluate("[...document.querySelectorAll('h1, h2, h3')].map(one => +one.tagName[1])")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_a_mark_of_a_chart_leads_to_its_sentence_and_back(opened):
    opened.locator("#figure-1 a").first.click()
    note = opened.locator(".notes li:target")
    assert "Moscow" in note.locator(".said").inner_text()
    assert opened.locator("#figure-1").count() == 1
    assert note.locator(".back a[href='#figure-1']").count() == 1


def test_it_prints_on_pages_of_a4_and_no_chart_is_cut(opened):
    printed = opened.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) > 5
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or re.search(
        rb"/MediaBox \[0 0 59[45]\.?\d* 84[12]", printed
    )
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": 650, "height": 950})  # what the margins leave of A4, in CSS pixels
    heights = opened.evaluate("[...document.querySelectorAll('figure')].map(one => one.getBoundingClientRect().height)")
    assert heights
    assert max(heights) < 950
    assert opened.evaluate(
        "[...document.querySelectorAll('figure')].every(one => getComputedStyle(one).breakInside === 'avoid')"
    )
    assert opened.evaluate("document.documentElement.scrollWidth") <= 650
