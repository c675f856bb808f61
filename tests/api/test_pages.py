"""The pages: readable, escaped, without a script of their own and without an address elsewhere."""

import io
import json
import re
import zipfile
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.settings import Settings
from graph.service import MapService
from graph.store import FixedMap
from schema.kinds import Basis, Sign
from schema.records import Claim
from schema.system_map import SystemMap
from tests.api.conftest import SCRIPT, small_map

PAGES = (
    "/",
    "/?search=moment",
    f"/?search={SCRIPT}",
    "/ask/impact",
    "/ask/impact?from=ministry&to=moment-of-interaction",
    "/ask/impact?from=close-route&to=odd",
    f"/ask/impact?from={SCRIPT}&to=vacancies",
    f"/ask/impact?from=%22%3E{SCRIPT}",
    "/ask/litmus",
    "/nowhere",
    f"/export/{SCRIPT}",
)


class _Reader(HTMLParser):
    """Notes the elements that open and the addresses that they load or lead to."""

    VOID = frozenset({"meta", "link", "br", "input", "hr", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.scripts = 0
        self.loads: list[str] = []
        self.leads: list[str] = []

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)
        self.scripts += tag == "script" or any(name.startswith("on") for name, _ in attrs)
        for name, value in attrs:
            if name == "src" or (name == "href" and tag == "link"):
                self.loads.append(value)
            elif name in ("href", "action"):
                self.leads.append(value)

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    assert not reader.open
    return reader


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_runs_nothing_and_loads_nothing_from_elsewhere(client, path):
    response = client.get(path)
    assert response.status_code in (200, 404)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = read(response.text)
    assert page.scripts == 0
    assert SCRIPT not in response.text
    for address in page.loads:
        assert address.startswith("/static/")
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", PAGES[:7])
def test_every_address_on_a_page_leads_somewhere(client, path):
    for address in read(client.get(path).text).leads:
        if address.startswith("/"):
            assert client.get(address, headers={"accept": "text/html"}).status_code == 200, address
        else:
            assert address.startswith(("#", "https://example.org/"))


def test_the_first_page_leads_to_what_can_be_asked_of_this_map(client):
    leads = read(client.get("/").text).leads
    assert {"/map", "/ask/impact", "/ask/litmus", "/graphql"} <= set(leads)
    assert not [address for address in leads if "home-office" in address]


def test_search_finds_and_leads_on(client):
    page = client.get("/", params={"search": "recruits"})
    assert "Overseas recruits" in page.text
    assert "/ask/impact?from=recruits" in page.text
    assert client.get("/", params={"search": "x" * 1_001}).status_code == 400


def test_an_answer_shows_its_text_its_paths_and_who_said_so(client, service):
    from api.asking import today
    from graph.scope import Filters

    text = unescape(client.get("/ask/impact?from=ministry&to=moment-of-interaction").text)
    answer = service.impact(["ministry"], ["moment-of-interaction"], Filters(as_of=today()))
    assert answer.text in text
    for path in answer.paths:
        assert path.text in text
    assert text.count('<article class="path">') == len(answer.paths)
    assert "An office" in text
    assert "https://example.org/report" in text
    assert "Hands it passes through: Ministry" in text


def test_an_address_that_could_run_is_shown_as_text(client):
    page = client.get("/ask/impact?from=vacancies&to=moment-of-interaction")
    assert "A blog" in page.text
    assert "javascript:" not in page.text


def test_a_name_that_is_not_there_comes_with_the_same_question_for_near_ones(client):
    page = client.get("/ask/impact?from=ministri&to=vacancies")
    assert page.status_code == 404
    near = [address for address in read(page.text).leads if "from=ministry" in address]
    assert near
    assert client.get(near[0]).status_code == 200


@pytest.mark.parametrize(
    "query", ["max_links=-1", "max_links=a", "max_links=" + "9" * 5_000, "top=101", "as_of=yesterday", "from=" + "a," * 101]
)
def test_a_field_that_is_wrong_is_named(client, query):
    assert client.get(f"/ask/impact?from=ministry&to=vacancies&{query}").status_code == 400


def test_the_litmus_page_shows_each_verdict_and_who_judges(client):
    page = unescape(client.get("/ask/litmus").text)
    assert "Close the route" in page
    assert "Who judges the moment: the person." in page


def test_the_litmus_page_names_who_would_have_to_agree_as_its_sentences_do(client, service):
    page = unescape(client.get("/ask/litmus?decisions=close-route&as_of=any").text)
    verdict = service.litmus(["close-route"]).verdicts[0]
    assert verdict.would_have_to_agree == ("ministry",)
    assert "<td>Ministry</td>" in page
    assert "Would have to agree: Ministry." in page


def test_an_answer_says_of_a_step_how_far_its_claims_differ():
    whole = small_map()
    split = tuple(Claim(id=str(number), basis=Basis.STUDY, sign=sign, strength=0.5) for number, sign in enumerate((Sign.MINUS, Sign.PLUS)))
    links = [replace(link, claims=split) if link.id == "recruits-vacancies" else link for link in whole.links]
    service = MapService(FixedMap(SystemMap.of(whole.nodes, links, whole.sources), "small"))
    routes = 'impactPaths(from: "recruits", to: "vacancies") { paths { disagreement steps { disagreement } } }'
    with TestClient(create_app(service, Settings()), base_url="http://localhost") as client:
        page = client.get("/ask/impact?from=close-route&to=vacancies&as_of=any").text
        told = client.post("/graphql", json={"query": f'{{ link(id: "recruits-vacancies") {{ disagreement }} {routes} }}'}).json()["data"]
    assert "disputed, by 1 bit" in page
    assert told == {"link": {"disagreement": 1}, "impactPaths": {"paths": [{"disagreement": 1, "steps": [{"disagreement": 1}]}]}}


@pytest.mark.parametrize("path", ["/map", "/map?focus=recruits", "/map?from=ministry&to=vacancies", "/map?as_of=any"])
def test_the_map_is_one_file_under_a_policy_of_its_own(client, path):
    page = client.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]
    assert SCRIPT not in page.text
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=.(?!data:)", page.text)


def test_the_map_is_drawn_once(client, service, monkeypatch):
    import viz.page

    client.get("/map")
    drawn = []
    monkeypatch.setattr(viz.page, "page_html", lambda figure: drawn.append(figure) or "<html></html>")
    client.get("/map")
    assert not drawn


def test_the_map_as_json_reads_back_as_the_map(client):
    from loaders.formats import format_named
    from schema.validation import build_map

    file = client.get("/export/map.json")
    assert "attachment" in file.headers["content-disposition"]
    assert json.loads(file.content)["format"] == "caremap"
    assert build_map(format_named("map_json").decode(file.content, "map.json")) == small_map()


def test_the_map_as_tables_and_as_graphml(client):
    assert zipfile.ZipFile(io.BytesIO(client.get("/export/map.csv.zip").content)).testzip() is None
    assert client.get("/export/map.graphml").content.startswith(b"<?xml")


@pytest.mark.parametrize("name", ["map.xml", "..%2f..%2fapp.py", "%00", "map.json%00", "MAP.JSON", "con", "%ff", "x" * 5_000])
def test_only_the_exports_of_the_list_are_there(client, name):
    assert client.get(f"/export/{name}").status_code == 404


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "%00", "pages", "pages/../../app.py", "", "pages/pages.css%00"]
)
def test_only_the_files_of_the_table_are_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404
