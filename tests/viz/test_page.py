"""The page is one file, asks for nothing, is the same twice, and takes nothing on a map for markup."""

import base64
import hashlib
import json
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from graph.snapshot import Snapshot
from schema.records import Claim, Link, Node, Observation, Source
from schema.system_map import SystemMap
from tests.viz.example import example_map
from tests.viz.test_figure import a_ring
from viz import page
from viz.figure import figure_of
from viz.page import AssetsMissing, page_html, page_policy

EVIL = (
    "</script><script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\"> "
    "href='javascript:alert(1)' {{ 7*7 }} {% raw %}"
)


def page_of(system_map: SystemMap, **more: object) -> str:
    return page_html(figure_of(Snapshot(system_map), **{"as_of": date(2026, 1, 1), "proposals": False, **more}))  # type: ignore[arg-type]


def evil_map() -> SystemMap:
    seen = [
        Observation(period=period, value=2, unit=EVIL, source=source, series=EVIL, edition=EVIL, revision_of=revises, note=EVIL)
        for period, source, revises in (("2024", EVIL, None), ("2025", EVIL, "x"), (EVIL, "__proto__", EVIL))
    ]
    seen += [Observation(period="2025", value=3, unit=EVIL, source=EVIL, series=EVIL, edition="x")]
    nodes = [
        Node(id=EVIL, label=EVIL, text=EVIL, silo=EVIL, aliases=(EVIL,), unit=EVIL, observations=tuple(seen)),
        Node(id="__proto__", label="constructor", silo="__proto__", text="plain"),
        Node(id="c", label="href", text="href"),
    ]
    claim = Claim(id=EVIL, text=EVIL, by=EVIL, source=EVIL, where=EVIL)
    links = [Link(id=EVIL, start=EVIL, end="__proto__", text=EVIL, claims=(claim,)), Link(id="2", start="__proto__", end="c")]
    return SystemMap.of(nodes, links, [Source(id=EVIL, title=EVIL, publisher=EVIL, url="javascript:document.title='taken'")], EVIL)


class Tags(HTMLParser):
    """Collects what a browser would see: tags with attributes, and the text of each script."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag == "script"
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


@pytest.fixture(scope="module")
def tags() -> Tags:
    return Tags(page_of(example_map()))


def test_the_page_asks_for_no_address(tags: Tags) -> None:
    addresses = [value for _, attributes in tags.tags for name, value in attributes.items() if name in ("src", "href", "action", "data")]
    assert set(addresses) == {"#side", "data:,"}


def test_only_the_two_scripts_of_the_policy_may_run(tags: Tags) -> None:
    runnable = [
        text
        for (_, attributes), text in zip([tag for tag in tags.tags if tag[0] == "script"], tags.scripts, strict=True)
        if "type" not in attributes
    ]
    hashes = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in runnable}
    assert len(runnable) == 2
    assert set(re.findall(r"'sha256-([^']+)'", page_policy())) == hashes
    assert "default-src 'none'" in page_policy()
    assert "unsafe-inline" not in page_policy().partition("style-src")[0]
    policy = next(attributes["content"] for tag, attributes in tags.tags if attributes.get("http-equiv") == "Content-Security-Policy")
    assert policy == page_policy()


def test_the_page_has_language_title_and_one_heading(tags: Tags) -> None:
    names = [tag for tag, _ in tags.tags]
    assert ("html", {"lang": "en-GB"}) in tags.tags
    assert (names.count("title"), names.count("h1"), names.count("main")) == (1, 1, 1)


def test_nothing_on_a_map_becomes_markup() -> None:
    plain, hostile = Tags(page_of(example_map())), Tags(page_of(evil_map()))
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert not [name for _, attributes in hostile.tags for name in attributes if name.startswith("on")]
    assert "49" not in json.loads(hostile.scripts[0])[0]["label"]


def test_the_data_come_back_as_they_were() -> None:
    made = Tags(page_of(evil_map()))
    nodes, links = json.loads(made.scripts[0]), json.loads(made.scripts[1])
    assert EVIL in {node["n"] for node in nodes}
    assert EVIL in {link["n"] for link in links}
    assert not [node for node in nodes if "title" in node]


def test_links_of_the_same_ends_are_all_kept() -> None:
    made = Tags(
        page_of(SystemMap.of([Node(id="a", label="A"), Node(id="b", label="B")], [Link(id=str(at), start="a", end="b") for at in range(3)]))
    )
    assert [link["n"] for link in json.loads(made.scripts[1])] == ["0", "1", "2"]


def test_the_same_figure_gives_the_same_bytes() -> None:
    assert page_of(example_map()) == page_of(example_map())


def test_a_page_of_three_hundred_items_stays_below_a_megabyte_and_a_half() -> None:
    assert len(page_of(a_ring(300)).encode()) < 1_500_000


def test_missing_browser_files_are_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    page._text.cache_clear()
    page._script.cache_clear()
    monkeypatch.setattr(page, "_VIS", "vendor/none.js")
    with pytest.raises(AssetsMissing, match="make assets"):
        page_of(example_map())
