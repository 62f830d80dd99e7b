from lxml import etree

from demarche.present.charts.links import draw_linked_chart

SVG = "{http://www.w3.org/2000/svg}"


def _spec(*values, **title):
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {"text": "Moves", **title},
        "data": {"values": list(values)},
        "layer": [
            {
                "mark": "point",
                "encoding": {
                    "x": {"field": "x", "type": "quantitative"},
                    "tooltip": [{"field": "who", "title": "actor"}],
                },
            }
        ],
    }


def _drawn(spec):
    return etree.fromstring(draw_linked_chart(spec, lambda moves: "/moves?id=" + ",".join(moves)))


def test_a_mark_with_evidence_leads_to_it_and_says_what_it_is():
    drawn = _drawn(_spec({"x": 1, "who": "Kyiv", "evidence": ["m1", "m2"]}, {"x": 2, "who": "Minsk", "evidence": []}))
    (anchor,) = drawn.iter(f"{SVG}a")
    assert anchor.get("href") == "/moves?id=m1,m2"
    assert anchor.get("aria-label") == "actor: Kyiv"
    assert anchor[0].text == "actor: Kyiv"


def test_hostile_words_stay_words():
    drawn = _drawn(_spec({"x": 1, "who": '"><script>alert(1)</script>', "evidence": ["m1"]}, subtitle="<script>"))
    assert not list(drawn.iter(f"{SVG}script"))
    assert next(drawn.iter(f"{SVG}a")).get("aria-label") == 'actor: "><script>alert(1)</script>'


def test_no_mark_leads_out_of_the_ledger():
    values = [
        {"x": number, "who": "A", "evidence": ["m1"] if number % 2 else [], "link": "https://example.org"}
        for number in range(6)
    ]
    drawn = _drawn(_spec(*values))
    assert {anchor.get("href") for anchor in drawn.iter(f"{SVG}a")} == {"/moves?id=m1"}
    assert "example.org" not in etree.tostring(drawn, encoding="unicode")


def test_a_chart_without_evidence_has_no_links():
    assert not list(_drawn(_spec({"x": 1, "who": "A"})).iter(f"{SVG}a"))


def test_a_mark_may_lead_to_a_page_of_its_own_but_to_no_other_site():
    pages = ["/moves?actor=UKR&since=2025-11-24", "//example.org", "javascript:alert(1)", "/\\example.org"]
    drawn = _drawn(_spec(*({"x": number, "who": "A", "address": page} for number, page in enumerate(pages))))
    assert [anchor.get("href") for anchor in drawn.iter(f"{SVG}a")] == pages[:1]
