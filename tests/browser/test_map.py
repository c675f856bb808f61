"""The map as a person meets it: drawn, searched, filtered, walked, turned, read as a table, taken away as a picture."""

from datetime import date
from html import escape
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from graph.snapshot import Snapshot
from loaders.curated import shipped_content
from schema.kinds import LinkKind, NodeKind
from schema.records import Link, Node
from schema.system_map import SystemMap
from tests.browser.conftest import Opener
from tests.viz.example import TIERS, example_map
from tests.viz.test_figure import a_path, a_ring
from tests.viz.test_page import evil_map
from viz.figure import figure_of
from viz.lettering import SIZE
from viz.page import page_html
from viz.palette import SIGN_LOOKS

pytestmark = pytest.mark.browser

View = dict[str, Any]


def html_of(system_map: Any = None, **more: Any) -> str:
    return page_html(figure_of(Snapshot(system_map or example_map()), **{"as_of": date(2026, 1, 1), "proposals": False, **more}))


def view(page: Page) -> View:
    seen: View = page.evaluate("window.caremapView()")
    return seen


def ids(page: Page) -> set[str]:
    return {box["id"] for box in view(page)["boxes"]}


def find(page: Page, text: str) -> None:
    page.fill("#search", text)
    page.press("#search", "Enter")


@pytest.fixture
def page(open_page: Opener) -> Page:
    return open_page(html_of())


def test_lanes_are_drawn_from_the_people_to_government(page: Page) -> None:
    bands = view(page)["bands"]
    assert [band["label"] for band in bands] == [label for _, label in TIERS]
    assert all(one["bottom"] == other["top"] for one, other in pairwise(bands))


def test_labels_can_be_read_from_a_distance(page: Page) -> None:
    assert view(page)["scale"] * SIZE >= 13


def test_every_box_stands_in_its_lane_and_overlaps_no_other(page: Page) -> None:
    seen = view(page)
    band_of = {at: seen["bands"][at] for at in range(len(seen["bands"]))}
    for box in seen["boxes"]:
        assert band_of[box["lane"]]["top"] <= box["y"] - box["h"] / 2
        assert box["y"] + box["h"] / 2 <= band_of[box["lane"]]["bottom"]
    for one, other in combinations(seen["boxes"], 2):
        apart = abs(one["x"] - other["x"]) >= (one["w"] + other["w"]) / 2 or abs(one["y"] - other["y"]) >= (one["h"] + other["h"]) / 2
        assert apart, (one["id"], other["id"])


def crosses(line: View, box: View) -> bool:
    left, right = box["x"] - box["w"] / 2 + 1, box["x"] + box["w"] / 2 - 1
    top, bottom = box["y"] - box["h"] / 2 + 1, box["y"] + box["h"] / 2 - 1
    for (x1, y1), (x2, y2) in pairwise(line["points"]):
        assert abs(x1 - x2) <= 1 or abs(y1 - y2) <= 1, "lines run along right angles, but for a jog that nobody can see"
        if min(x1, x2) < right and max(x1, x2) > left and min(y1, y2) < bottom and max(y1, y2) > top:
            return True
    return False


@pytest.mark.parametrize("step", ["as it opens", "on its head", "whole map with every relation"])
def test_no_line_runs_through_a_box(page: Page, step: str) -> None:
    if step == "on its head":
        page.click("#flip")
    elif step.startswith("whole"):
        page.click("#whole")
        page.click("#filters summary")
        for box in page.locator("#filters fieldset").first.locator("input").all():
            box.check()
    seen = view(page)
    assert len(seen["lines"]) > 50
    through = [(line["id"], box["id"]) for line in seen["lines"] for box in seen["boxes"] if crosses(line, box)]
    assert not through


def test_every_line_starts_and_ends_at_its_boxes(page: Page) -> None:
    seen = view(page)
    boxes = {box["id"]: box for box in seen["boxes"]}
    for line in seen["lines"]:
        for (x, y), end in ((line["points"][0], line["from"]), (line["points"][-1], line["to"])):
            box = boxes[end]
            assert abs(x - box["x"]) <= box["w"] / 2 + 0.5
            assert abs(y - box["y"]) <= box["h"] / 2 + 0.5


def test_search_finds_selects_and_shows_the_claims(page: Page) -> None:
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("care vac")
    assert page.locator("#found li").count() == 1
    page.keyboard.press("Enter")
    assert page.locator("#details .chosen").inner_text() == "Care vacancies"
    page.get_by_role("button", name="Overseas recruits lowers Care vacancies (better)").click()
    said = page.locator("#details").inner_text()
    for words in (
        "State of the workforce", "checked at the publisher", "as reported by a newspaper, not checked at the source", "Opinion",
        "We felt it at once",
        "standpoint: provider", "judged, not measured", "0 to 6 months", "holds for England, 2024-25", "Not recorded:", "3 claims",
    ):  # fmt: skip
        assert words in said, words
    assert page.locator("#details a").all_inner_texts() == ["State of the workforce"]


def test_what_is_found_outside_the_view_is_shown_with_its_neighbours(open_page: Opener) -> None:
    page = open_page(html_of(a_ring(200), focus="n0"))
    assert "n100" not in ids(page)
    find(page, "n100")
    assert {"n99", "n100", "n101"} <= ids(page)
    page.click("#back")
    assert "n100" not in ids(page)


def test_more_and_fewer_widen_and_narrow_the_view(open_page: Opener) -> None:
    page = open_page(html_of(a_ring(200), focus="n0"))
    before = len(ids(page))
    page.click("#more")
    assert len(ids(page)) > before
    page.click("#fewer")
    page.click("#fewer")
    assert len(ids(page)) < before


def test_filters_hide_and_bring_back(page: Page) -> None:
    page.click("#filters summary")
    before = ids(page)
    page.get_by_role("checkbox", name="Government 16", exact=True).uncheck()
    assert "home-office" not in ids(page)
    page.get_by_role("checkbox", name="Government 16", exact=True).check()
    assert ids(page) == before
    page.get_by_label("Decision").uncheck()
    assert "close-route" not in ids(page)
    page.get_by_label("Decision").check()
    page.select_option("#confidence", "0.75")
    assert "revoke-licences.care-vacancies" not in {line["id"] for line in view(page)["lines"]}


def test_proposals_appear_only_when_asked_for_and_are_dashed(page: Page) -> None:
    page.click("#filters summary")
    assert "board" not in ids(page)
    page.get_by_label("proposed").check()
    assert "board" in ids(page) or page.get_by_role("button", name="Whole map").is_enabled()
    page.click("#whole")
    assert "board" in ids(page)


def test_the_date_shows_the_map_of_that_day(page: Page) -> None:
    page.click("#whole") if page.locator("#whole").is_enabled() else None
    page.click("#filters summary")
    assert "close-route" in ids(page)
    page.fill("#as-of", "2025-01-01")
    page.press("#as-of", "Tab")
    assert "close-route" not in ids(page)
    page.get_by_role("button", name="The next change").click()
    assert page.input_value("#as-of") == "2025-07-22"
    assert "close-route" in ids(page)


def test_highlighting_keeps_every_sign_in_its_own_colour(open_page: Opener) -> None:
    path = a_path("n0 + n1", "n1 + n2", "n2 + n3")
    page = open_page(html_of(a_ring(30), paths=[path]))
    page.locator("#answer .paths button").first.click()
    seen = view(page)
    lit = [line for line in seen["lines"] if line["lit"]]
    assert {line["id"] for line in lit} == {"n0>n1", "n1>n2", "n2>n3"}
    colour_of = {str(sign): look.colour for sign, look in SIGN_LOOKS.items()}
    assert all(line["colour"] == colour_of[line["sign"]] for line in lit)
    assert {box["id"] for box in seen["boxes"] if box["strength"] == "lit"} == {"n0", "n1", "n2", "n3"}
    assert "In words." in page.locator("#answer").inner_text()


def test_a_lit_line_is_painted_in_its_signs_colour(page: Page) -> None:
    find(page, "Care vacancies")
    colour = SIGN_LOOKS["-"].colour  # type: ignore[index]
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    painted = page.evaluate(
        """([r, g, b]) => {
            const canvas = document.querySelector('#map canvas');
            const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
            let count = 0;
            for (let at = 0; at < pixels.length; at += 4) if (pixels[at] === r && pixels[at + 1] === g && pixels[at + 2] === b) count += 1;
            return count;
        }""",
        wanted,
    )
    assert painted > 500


def test_the_answers_paths_can_be_stepped_through(open_page: Opener) -> None:
    page = open_page(html_of(a_ring(30), paths=[a_path("n0 + n1"), a_path("n5 + n6")]))
    assert "2 paths of the answer" in page.locator("#answer").inner_text()
    page.get_by_role("button", name="Next →").click()
    page.get_by_role("button", name="Next →").click()
    assert {line["id"] for line in view(page)["lines"] if line["lit"]} == {"n5>n6"}
    page.keyboard.press("Escape")
    assert all(line["lit"] is None for line in view(page)["lines"])


def test_a_path_between_two_items_is_the_strongest_and_says_that_it_is_a_view(page: Page) -> None:
    page.click("#between summary")
    for field, name in (("#end-from", "Close the overseas route"), ("#end-to", "Provider viability")):
        page.fill(field, name)
        page.press(field, "Enter")
    said = page.locator("#steps").inner_text()
    assert "Close the overseas route lowers Provider viability along this chain" in said
    assert "A view only" in said
    assert len([line for line in view(page)["lines"] if line["lit"]]) == 6


def test_on_its_head_government_stands_at_the_top(page: Page) -> None:
    page.click("#flip")
    seen = view(page)
    assert [band["label"] for band in seen["bands"]] == [label for _, label in TIERS][::-1]
    assert page.get_attribute("#flip", "aria-pressed") == "true"
    by_id = {box["id"]: box["y"] for box in seen["boxes"]}
    assert by_id["home-office"] < by_id["moment"]


def test_the_first_opening_asks_which_way_up(open_page: Opener) -> None:
    page = open_page(html_of(), way_up=None)
    assert "Which way up?" in page.locator("#way-up").inner_text()
    assert view(page)["bands"][0]["label"] == "People and their lives"
    page.get_by_role("button", name="Government at the top").click()
    assert view(page)["bands"][0]["label"] == "Government"
    assert page.locator("#way-up").is_hidden()


def test_the_table_has_the_same_rows_as_the_map(page: Page) -> None:
    seen = view(page)
    page.click("#as-table")
    assert page.locator("#table table").count() == 2
    items = page.locator("#table table").nth(0).locator("tbody th").all_inner_texts()
    links = page.locator("#table table").nth(1).locator("tbody th").all_inner_texts()
    assert sorted(items) == sorted(box["label"] for box in seen["boxes"])
    assert len(links) == len(seen["lines"])
    assert "Overseas recruits lowers Care vacancies (better)" in links
    page.locator("#table").get_by_role("button", name="Care vacancies", exact=True).click()
    assert page.locator("#details .chosen").inner_text() == "Care vacancies"


def test_arrow_keys_walk_enter_opens_and_escape_clears(page: Page) -> None:
    page.focus("#map")
    page.keyboard.press("ArrowDown")
    first = page.locator("#details .chosen").inner_text()
    page.keyboard.press("ArrowDown")
    second = page.locator("#details .chosen").inner_text()
    assert first != second
    place = {box["label"]: box for box in view(page)["boxes"]}
    assert place[second]["y"] > place[first]["y"]
    page.keyboard.press("ArrowRight")
    third = page.locator("#details .chosen").inner_text()
    assert place[third]["x"] > place[second]["x"]
    assert place[third]["label"] in page.locator("#live").inner_text()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H2"
    page.keyboard.press("Escape")
    assert page.locator("#details .chosen").count() == 0
    assert page.evaluate("document.activeElement.id") == "map"


def test_a_click_on_a_box_or_a_line_opens_it(page: Page) -> None:
    seen = view(page)
    box = next(box for box in seen["boxes"] if box["id"] == "provider-viability")
    stage = page.locator("#map").bounding_box()
    assert stage
    page.mouse.click(stage["x"] + box["spot"]["x"], stage["y"] + box["spot"]["y"])
    page.wait_for_function("document.querySelector('#details .chosen')?.textContent === 'Provider viability'")
    page.mouse.click(stage["x"] + 4, stage["y"] + stage["height"] - 4)
    page.wait_for_function("!document.querySelector('#details .chosen')")


def test_hostile_labels_stay_text(open_page: Opener) -> None:
    page = open_page(html_of(evil_map()))
    find(page, "href='javascript")
    assert page.locator("#details .chosen").inner_text().startswith("</script><script>")
    assert page.locator("#details a").count() == 0
    page.locator("#details .links button").first.click()
    assert "</script>" in page.locator("#details").inner_text()
    assert page.locator("#details a, #details img, #details script").count() == 0
    page.click("#as-table")
    assert page.locator("main img").count() == 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#paper img, #paper script").count() == 0
    assert page.title() != "taken"


def test_the_policy_stops_a_script_that_was_put_into_the_page(browser: Any, tmp_path: Path) -> None:
    place = tmp_path / "map.html"
    place.write_text(html_of().replace("</body>", "<script>document.title='taken'</script></body>"), encoding="utf-8")
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(place.as_uri())
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"document.title=`taken`\">')")
    page.wait_for_timeout(100)
    assert page.title() != "taken"
    assert any("Content Security Policy" in words for words in said)
    page.close()


def test_the_picture_can_be_taken_away_as_vectors_and_pixels(page: Page) -> None:
    with page.expect_download() as svg:
        page.click("#svg")
    text = Path(svg.value.path()).read_text(encoding="utf-8")
    assert svg.value.suggested_filename == "an-example.svg"
    assert text.startswith("<svg")
    assert all(label.split()[0] in text for _, label in TIERS)
    assert "Care vacancies" in text
    assert "<image" not in text
    with page.expect_download() as png:
        page.click("#png")
    assert Path(png.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_printing_puts_the_vectors_on_the_paper(page: Page) -> None:
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#paper svg text").count() > 60
    assert page.pdf()[:5] == b"%PDF-"
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.locator("#paper svg").count() == 0


def test_presenting_makes_the_letters_large_and_puts_the_tools_away(page: Page) -> None:
    find(page, "Care vacancies")
    before = view(page)["scale"]
    page.click("#present")
    assert page.locator("#search").is_hidden()
    assert page.locator("#details p.small, #details dd").first.evaluate("element => getComputedStyle(element).fontSize") == "20px"
    assert view(page)["scale"] >= before * 0.9
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert page.locator("#search").is_visible()


def test_the_page_works_on_a_narrow_screen(open_page: Opener) -> None:
    page = open_page(html_of(), size={"width": 480, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 480
    assert view(page)["boxes"]


def test_a_map_of_five_hundred_items_opens_in_two_seconds(open_page: Opener) -> None:
    page = open_page(html_of(a_ring(500)))
    assert page.evaluate("performance.now()") < 4000
    assert (
        page.evaluate(
            "(() => { const before = performance.now(); document.getElementById('whole').click(); return performance.now() - before; })()"
        )
        < 2000
    )
    assert len(ids(page)) == 500


def test_links_of_one_sort_between_the_same_items_are_one_line_and_listed_one_by_one(open_page: Opener) -> None:
    nodes = [Node(id=name, kind=NodeKind.BODY, label=name) for name in ("Treasury", "Ministry", "Council")]
    grants = [Link(id=f"g{at}", start="Treasury", end="Council", kind=LinkKind.FUNDS, instrument=f"grant {at}") for at in range(5)]
    page = open_page(html_of(SystemMap.of(nodes, [*grants, Link(id="m", start="Treasury", end="Ministry", kind=LinkKind.FUNDS)])))
    drawn = {str(line["points"]) for line in view(page)["lines"] if line["to"] == "Council"}
    assert len(drawn) == 1
    find(page, "Treasury")
    assert page.locator("#details .links button").count() == 6
    assert "0" not in page.locator("#details > div").evaluate(
        "element => [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data).join()"
    )


def test_the_shipped_map_opens_readable_with_no_line_through_a_box(open_page: Opener) -> None:
    page = open_page(html_of(shipped_content()))
    seen = view(page)
    assert 40 <= len(seen["boxes"]) <= 70
    assert seen["scale"] * SIZE >= 12
    assert not [(line["id"], box["id"]) for line in seen["lines"] for box in seen["boxes"] if crosses(line, box)]


def test_the_page_works_in_the_closed_frame_of_a_notebook(browser: Any) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_content(f'<iframe sandbox="allow-scripts" width="1300" height="800" srcdoc="{escape(html_of(), quote=True)}"></iframe>')
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready=yes]").wait_for(state="attached")
    frame.locator("#search").fill("care vacancies")
    frame.locator("#search").press("Enter")
    assert frame.locator("#details .chosen").inner_text() == "Care vacancies"
    frame.get_by_role("button", name="People and their lives at the top").click()
    assert not said
    page.close()
