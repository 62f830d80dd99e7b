"""Marks of charts that stand on one page: each leads to its own sentences, once, and no word is cut off."""

from lxml import etree

from demarche.present.charts.links import draw_linked_chart

SVG = "{http://www.w3.org/2000/svg}"
VALUES = [{"day": day, "n": day, "who": f"party {day}", "evidence": [f"m{day}"]} for day in (1, 2, 3)]
AXES = {"x": {"field": "day", "type": "quantitative"}, "y": {"field": "n", "type": "quantitative"}}
TOLD = {"tooltip": [{"field": "who"}]}


def drawn(*layers, values=VALUES):
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": "Moves",
        "data": {"values": values},
        "layer": layers,
    }
    return etree.fromstring(draw_linked_chart(spec, lambda moves: "/moves?id=" + ",".join(moves)))


def layer(mark, **more):
    return {"mark": mark, "encoding": {**AXES, **more}}


def test_a_line_through_many_days_leads_nowhere_and_its_points_to_their_own_days():
    chart = drawn(layer("line", **TOLD), layer("point", **TOLD))
    assert [anchor.get("href") for anchor in chart.iter(f"{SVG}a")] == [f"/moves?id=m{day}" for day in (1, 2, 3)]


def test_words_on_a_mark_are_no_second_link_and_do_not_stand_in_its_way():
    chart = drawn(layer("bar", **TOLD), layer("text", text={"field": "n"}))
    assert len(list(chart.iter(f"{SVG}a"))) == 3
    assert (
        len(
            [
                group
                for group in chart.iter(f"{SVG}g")
                if group.get("pointer-events") == "none" and group.find(f"{SVG}text") is not None
            ]
        )
        >= 3
    )


def test_a_second_mark_for_the_same_is_left_to_the_mouse():
    chart = drawn(layer("rule", **TOLD), layer("point", **TOLD))
    anchors = list(chart.iter(f"{SVG}a"))
    assert [anchor.get("tabindex") for anchor in anchors] == [None] * 3 + ["-1"] * 3
    assert [anchor.get("aria-hidden") for anchor in anchors[3:]] == ["true"] * 3


def test_a_mark_without_evidence_tells_no_undefined():
    values = [*VALUES, {"day": 4, "n": 4, "who": "nobody", "evidence": []}]
    assert "undefined" not in etree.tostring(drawn(layer("point", **TOLD), values=values), encoding="unicode")


def test_two_charts_share_no_id():
    clipped = {"type": "point", "clip": True}
    one = drawn(layer(clipped, **TOLD))
    other = drawn(layer(clipped, **TOLD), values=VALUES[:2])
    ids = [{element.get("id") for element in chart.iter() if element.get("id")} for chart in (one, other)]
    assert all(ids)
    assert not ids[0] & ids[1]
    assert all(f"url(#{id})" in etree.tostring(one, encoding="unicode") for id in ids[0])


def test_a_label_has_room_in_a_font_wider_than_the_one_it_was_measured_with():
    label = "a label of a good many wide letters, mmmmmmmm"
    chart = drawn(
        {"mark": "bar", "encoding": {"y": {"field": "who", "type": "nominal"}, "x": AXES["x"]}},
        values=[{**VALUES[0], "who": label}],
    )
    left, _, width, _ = (float(part) for part in chart.get("viewBox").split())
    assert left < 0
    assert float(chart.get("width")) == width
