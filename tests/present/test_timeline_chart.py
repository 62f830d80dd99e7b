from lxml import etree

from demarche.model import Count, Timeline, TimelineCell
from demarche.present.charts.links import draw_linked_chart
from demarche.present.charts.timeline import chart_timeline

SVG = "{http://www.w3.org/2000/svg}"


def _cell(actor, quad, moves=1, day="2025-11-25"):
    return TimelineCell(actor=actor, start=day, end=day, quad=quad, moves=moves, mentions=moves + 1)


def _timeline(*cells, undated=0, coarse=0):
    actors = dict.fromkeys(cell.actor for cell in cells)
    return Timeline(
        step="day",
        actors=tuple(Count(value=actor, name=None, moves=3, mentions=3) for actor in actors),
        cells=cells,
        first="2025-11-25" if cells else None,
        last="2025-11-25" if cells else None,
        undated=undated,
        coarse=coarse,
    )


def _chart(timeline, name=lambda actor: actor):
    return chart_timeline(
        timeline,
        name=name,
        address=lambda cell: f"/moves?actor={cell.actor}&quad={cell.quad}&since={cell.start}",
        lane=lambda actor: f"/moves?actor={actor or 'unknown'}",
    )


def _links(timeline, **more):
    drawn = etree.fromstring(draw_linked_chart(_chart(timeline, **more), lambda moves: "/moves"))
    return {anchor.get("href"): anchor.get("aria-label") for anchor in drawn.iter(f"{SVG}a")}


def test_every_symbol_and_every_lane_leads_to_its_moves_and_says_what_it_is():
    links = _links(_timeline(_cell("UKR", 3, 2), _cell(None, 1)), name={"UKR": "Ukraine"}.get)
    assert links["/moves?actor=UKR&quad=3&since=2025-11-25"] == (
        "actor: Ukraine; period: 2025-11-25; reported: verbal conflict; moves: 2; with copies: 3"
    )
    assert links["/moves?actor=unknown"] == "actor: not resolved; moves: 3"
    assert len(links) == 4


def test_classes_are_told_apart_by_shape_or_filling_too():
    encoding = _chart(_timeline(*(_cell("UKR", quad) for quad in range(5))))["layer"][-1]["encoding"]
    looks = list(zip(*(encoding[channel]["scale"]["range"] for channel in ("shape", "fill")), strict=True))
    assert len(set(looks)) == 5


def test_what_is_not_in_the_chart_is_said():
    lines = _chart(_timeline(_cell("UKR", 3), undated=1, coarse=4))["title"]["subtitle"]
    assert "not in the chart: 1 move without a date and 4 moves with a date less precise than a day." in lines[1]
    assert _chart(_timeline())["title"]["subtitle"][-1] == "No move has a date here."


def test_a_hostile_name_stays_a_name():
    links = _links(_timeline(_cell("UKR", 3)), name=lambda actor: "<script>\u202eevil</script>")
    assert any("<script>\ufffdevil</script>" in label for label in links.values())
