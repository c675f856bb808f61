"""Series as a reader meets them: small charts that tell the truth about height, time, editions and doubt, and tables of all values."""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.records import Link, Node, Observation
from schema.system_map import SystemMap
from tests.browser.conftest import Opener
from tests.viz.test_page import EVIL, evil_map
from tests.viz.test_series import charted_map, seen
from viz.figure import figure_of
from viz.page import page_html

pytestmark = pytest.mark.browser

EDGES = "(mark) => { const { left, top, right, bottom } = mark.getBoundingClientRect(); return [left, top, right, bottom]; }"
"""The edges of a mark on the screen."""


def opened(open_page: Opener, system_map: SystemMap, name: str, **more: Any) -> Page:
    page = open_page(page_html(figure_of(Snapshot(system_map), as_of=date(2026, 1, 1), proposals=False)), **more)
    page.fill("#search", name)
    page.press("#search", "Enter")
    return page


def series(page: Page, caption: str) -> Locator:
    return page.locator(".series").filter(has=page.locator("figcaption", has_text=re.compile(f"^{re.escape(caption)}$")))


def a_map_of(*observations: Observation) -> SystemMap:
    other = Node(id="other", label="Other")
    return SystemMap.of([Node(id="a", label="Posts", observations=observations), other], [Link(id="l", start="a", end="other")])


def dots(chart: Locator) -> list[tuple[float, float]]:
    """The middles of the dots on the line, in order."""
    paths = [str(path.get_attribute("d")) for path in chart.locator("> svg path[fill='#1a1a1a']").all()]
    made = [re.match(r"M(-?[\d.]+) (-?[\d.]+)a([\d.]+)", path) for path in paths]
    return [(float(found[1]) + float(found[3]), float(found[2])) for found in made if found]


def baseline(chart: Locator) -> float:
    return float(str(chart.locator("> svg path").first.get_attribute("d")).split("L")[1].split()[1])


def test_heights_are_in_proportion_from_nothing_and_places_follow_time(open_page: Opener) -> None:
    values = {"2020": 400, "2021": 100, "2025": 200}
    page = opened(open_page, a_map_of(*(seen(period, value) for period, value in values.items())), "Posts")
    chart = series(page, "Vacant posts, posts")
    zero, found = baseline(chart), dots(chart)
    assert max(y for _, y in found) < zero < 115
    heights = [zero - y for _, y in found]
    assert heights[1] / heights[0] == pytest.approx(1 / 4, abs=0.01)
    assert heights[2] / heights[0] == pytest.approx(1 / 2, abs=0.01)
    (x0, x1, x2) = [x for x, _ in found]
    assert (x1 - x0) / (x2 - x0) == pytest.approx(1 / 5, abs=0.01)
    assert "0" in chart.locator("> svg text").all_text_contents()


def test_both_ends_are_labelled_with_period_and_unit_and_a_peak_between_them_with_its_height(open_page: Opener) -> None:
    page = opened(open_page, a_map_of(seen("2020", 20_000), seen("2021", 105_000), seen("2022", 50_000)), "Posts")
    labels = series(page, "Vacant posts, posts").locator("> svg text").all_text_contents()
    assert set(labels) == {"0", "2020", "20,000 posts", "2022", "50,000 posts", "105,000"}


def test_labels_too_long_for_one_row_keep_both_numbers_and_their_unit(open_page: Opener) -> None:
    unit = "people who wait each day"
    page = opened(open_page, a_map_of(seen("2020", 1_234_567, unit=unit), seen("2021", 2_345_678.25, unit=unit)), "Posts")
    labels = series(page, f"Vacant posts, {unit}").locator("> svg text").all_text_contents()
    assert {"1,234,567", "2,345,678.25", unit} <= set(labels)


def test_values_below_nothing_hang_below_the_line_of_nothing(open_page: Opener) -> None:
    page = opened(open_page, charted_map(), "Posts")
    chart = series(page, "Balance, £bn")
    (_, below), (_, above) = dots(chart)
    assert below > baseline(chart) > above
    assert "−£2.5bn" in chart.locator("> svg text").all_text_contents()


def test_a_revised_value_is_a_ring_another_report_a_diamond_and_both_are_said(open_page: Opener) -> None:
    page = opened(open_page, charted_map(), "Posts")
    chart = series(page, "Vacant posts, posts")
    assert chart.locator("> svg path[fill='#ffffff'][d*='a7 7']").count() == 1
    assert chart.locator("> svg path[fill='#ffffff'][d$='Z']:not([d*='a'])").count() == 1
    said = chart.locator(".key").all_inner_texts()
    words = " ".join(" ".join(said).split())
    assert "2021/22: 164,000 posts in edition 2023, since revised to 152,000 posts in edition 2025" in words
    assert "2023/24: another report has 5 posts, the line 0 posts in edition 2025" in words
    assert "2023/24: Counted once." in words
    assert len(dots(chart)) == 4


def test_the_line_is_dashed_where_it_passes_from_one_edition_to_another(open_page: Opener) -> None:
    values = [seen("2020", 3, "a"), seen("2021", 4, "a"), seen("2022", 5, "b"), seen("2023", 6, "b")]
    page = opened(open_page, a_map_of(*values), "Posts")
    chart = series(page, "Vacant posts, posts")
    assert chart.locator("> svg path[stroke='#1a1a1a']").count() == 3
    assert chart.locator("> svg path[stroke-dasharray]").count() == 1
    assert "dashed: from one edition to another" in chart.inner_text()
    page = opened(open_page, a_map_of(*values[:2]), "Posts")
    assert series(page, "Vacant posts, posts").locator("path[stroke-dasharray], .key").count() == 0


def test_what_was_not_checked_is_not_drawn_and_stands_in_the_table_as_such(open_page: Opener) -> None:
    page = opened(open_page, charted_map(), "Posts")
    chart = series(page, "Vacant posts, posts")
    assert "999,999" not in chart.locator("> svg").inner_html()
    row = chart.locator("tbody tr").filter(has_text="999,999 posts")
    assert "not checked; counts for nothing in an answer; not in the chart" in str(row.text_content())
    page.fill("#search", "Pay")
    page.press("#search", "Enter")
    assert page.locator(".series svg").count() == 0
    assert series(page, "Vacant posts, posts").locator("p").inner_text() == "No value of it was checked."
    assert series(page, "Pay, £ an hour").locator("p").inner_text() == "2025: £7.20 an hour"


def test_every_value_stands_in_a_table_that_the_keyboard_opens(open_page: Opener) -> None:
    page = opened(open_page, charted_map(), "Posts")
    chart = series(page, "Vacant posts, posts")
    table = chart.locator("table")
    assert not table.is_visible()
    chart.locator("summary").focus()
    page.keyboard.press("Enter")
    assert table.is_visible()
    assert table.locator("caption").text_content() == "Vacant posts, posts"
    assert table.locator("thead th[scope=col]").all_inner_texts() == ["Period", "Value", "Edition", "Source"]
    rows = table.locator("tbody tr")
    assert rows.count() == 7
    assert rows.nth(1).locator("th[scope=row], td").all_inner_texts()[:3] == ["2021/22", "152,000 posts", "2025"]
    assert "revises edition 2023" in rows.nth(1).inner_text()
    assert rows.nth(1).locator("a").get_attribute("href") == "https://example.org/report"
    assert "unknown (not described)" in rows.nth(5).inner_text()
    assert "not recorded" in rows.nth(6).inner_text()


def test_a_chart_says_in_words_what_it_shows(open_page: Opener) -> None:
    page = opened(open_page, charted_map(), "Posts")
    wanted = (
        "Vacant posts, posts: a line over 4 periods from 152,000 posts in 2021/22 to 111,000.5 posts in 2024/25; "
        "the highest is 152,000 posts in 2021/22. The scale starts at 0."
    )
    assert page.get_by_role("img", name=wanted).count() == 1
    assert page.locator(".series .key svg:not([aria-hidden=true])").count() == 0


@pytest.mark.parametrize(("width", "least"), [(1920, 15), (1366, 14.9), (390, 15)])
def test_letters_of_a_chart_are_readable_and_none_leaves_it(open_page: Opener, width: int, least: float) -> None:
    long = [
        seen("2022-07 to 2023-06", 1_234_567, unit="people who wait each day"),
        seen("2024-07 to 2024-12", 2_345_678.25, unit="people who wait each day"),
    ]
    page = opened(
        open_page, a_map_of(*long, seen("2020", 5), seen("2021", 1e300), seen("2022", 2)), "Posts", size={"width": width, "height": 900}
    )
    for chart in page.locator(".series > svg").all():
        left_edge, _, right_edge, bottom_edge = chart.evaluate(f"svg => ({EDGES})(svg)")
        assert 15 * chart.evaluate("svg => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width") >= least
        texts = chart.evaluate(f"svg => [...svg.querySelectorAll('text')].map({EDGES})")
        for left, _, right, bottom in texts:
            assert left_edge - 1 <= left
            assert right <= right_edge + 1
            assert bottom <= bottom_edge + 1
        for at, one in enumerate(texts):
            for other in texts[:at]:
                beside = one[2] <= other[0] or other[2] <= one[0]
                # The boxes of letters have some air above and below, which may touch.
                assert beside or one[3] <= other[1] + 4 or other[3] <= one[1] + 4
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_words_of_a_series_stay_text(open_page: Opener) -> None:
    page = opened(open_page, evil_map(), "href='javascript")
    chart = page.locator(".series").first
    chart.locator("summary").click()
    assert chart.locator("> svg").count() == 1
    assert EVIL.strip() in str(chart.locator("figcaption").text_content())
    assert EVIL.strip() in str(chart.locator("table").text_content())
    assert page.locator("#details a, #details img, #details script").count() == 0
    assert "__proto__ (not described)" in str(chart.locator("table").text_content())
    assert page.title() != "taken"


def test_every_series_of_the_shipped_map_with_two_periods_is_drawn_within_its_frame(open_page: Opener) -> None:
    made = figure_of(Snapshot(shipped_content()), as_of=date(2026, 1, 1), proposals=False)
    page = open_page(page_html(made))
    for name in ("care-vacancies", "overseas-recruits", "care-worker-visas-granted"):
        box = next(box for box in made.boxes if box.id == name)
        charted = [one for one in box.series if any(reading.day is not None for reading in one.readings)]
        page.fill("#search", name)
        page.press("#search", "Enter")
        assert page.locator("#details .chosen").inner_text() == box.label
        assert page.locator(".series").count() == len(box.series)
        assert page.locator(".series > svg").count() == len(charted) >= 1
        assert page.locator(".series tbody tr").count() == sum(len(one.readings) for one in box.series)
        for number in re.findall(r'd="([^"]+)"', page.locator(".series > svg").first.inner_html()):
            assert "NaN" not in number
            assert "Infinity" not in number
