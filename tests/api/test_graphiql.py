"""GraphiQL, which must work in a room with no network."""

import re
import subprocess
import sys

import pytest

from api.graphql import ide
from api.routes.files import served_files

HTML = {"accept": "text/html,application/xhtml+xml"}


def test_a_browser_is_shown_the_page_and_a_program_is_not(client):
    assert client.get("/graphql", headers=HTML).headers["content-type"].startswith("text/html")
    assert client.get("/graphql").status_code == 400
    assert client.get("/graphql", params={"query": "{__typename}"}, headers=HTML).json() == {"data": {"__typename": "Query"}}


def test_the_page_loads_seven_files_and_all_are_served_here(client):
    page = client.get("/graphql", headers=HTML).text
    addresses = re.findall(r'(?:src|href)="(/[^"]+)"', page)
    assert len(addresses) == 7
    assert "https://" not in page
    if not any("graphiql@" in name for name in served_files()):
        pytest.skip("the browser files are not there: run `make assets`")
    for address in addresses:
        file = client.get(address)
        assert file.status_code == 200, address
        assert file.headers["content-type"].startswith(("text/javascript", "text/css"))
        assert "immutable" in file.headers["cache-control"]


def test_a_page_with_another_address_is_not_served(monkeypatch):
    ide.ide_html.cache_clear()
    more = "<script src='https://elsewhere.example/x.js'></script>"
    known = ide.get_graphql_ide_html
    monkeypatch.setattr(ide, "get_graphql_ide_html", lambda name: known(name) + more)
    with pytest.raises(RuntimeError, match="others"):
        ide.ide_html()
    ide.ide_html.cache_clear()


def test_only_this_page_lets_its_one_script_run_and_by_its_hash(client):
    policy = client.get("/graphql", headers=HTML).headers["content-security-policy"]
    scripts = policy.split("script-src")[1].split(";")[0]
    assert "unsafe" not in scripts
    assert scripts.count("sha256-") == 1
    assert "frame-ancestors 'none'" in policy


@pytest.fixture(scope="module")
def address(checkout):
    """A server of its own process, for the browser."""
    from tests.api.test_serving import SERVER

    process = subprocess.Popen([sys.executable, "-c", SERVER], cwd=checkout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    yield process.stdout.readline().strip().rstrip("/")
    process.terminate()
    process.communicate(timeout=10)


@pytest.fixture(scope="module")
def browser():
    """The system's Chromium."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            chromium = playwright.chromium.launch(channel=None, executable_path="/usr/bin/chromium")
        except Error as error:
            pytest.skip(f"needs Chromium: {error.message.splitlines()[0]}")
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, address):
    """A page that notes what it asks of other hosts and what goes wrong on it; nothing but this machine answers it."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    tab = context.new_page()
    tab.elsewhere, tab.wrong = [], []

    def only_here(route):
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            tab.elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", only_here)
    tab.on("console", lambda message: tab.wrong.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    yield tab
    context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_graphiql_asks_the_map_without_a_network(page, address):
    page.goto(f"{address}/graphql?q=%7Bmap%7Brevision%20title%7D%7D")
    page.wait_for_selector(".graphiql-execute-button", timeout=15_000)
    page.click(".graphiql-execute-button")
    page.locator(".result-window", has_text="A small map").wait_for(timeout=10_000)
    page.click("button[aria-label='Show Documentation Explorer']")
    page.click("a.graphiql-doc-explorer-type-name >> text=Query")
    page.wait_for_selector("text=What can be asked. Nothing here changes the map.", timeout=5_000)
    assert page.elsewhere == []
    assert page.wrong == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("path", ["/", "/?search=care", "/ask/impact?from=ministry&to=moment-of-interaction", "/ask/litmus", "/nowhere"])
def test_the_pages_stand_in_a_browser(page, address, path):
    page.goto(address + path)
    assert page.locator("h1").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.evaluate("getComputedStyle(document.querySelector('header')).display") == "flex"
    page.set_viewport_size({"width": 380, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert page.elsewhere == []
    assert [line for line in page.wrong if "404" not in line or path != "/nowhere"] == []


@pytest.mark.browser
@pytest.mark.slow
def test_from_the_first_page_to_an_answer_on_the_map(page, address):
    page.goto(address)
    page.fill("#search", "recruits")
    page.press("#search", "Enter")
    page.click("text=What it reaches")
    page.fill("input[name=to]", "moment-of-interaction")
    page.click("form button")
    assert page.locator("article.path").count() == 2
    page.click("text=See these paths on the map")
    page.wait_for_selector("html[data-ready=yes]", timeout=15_000)
    assert page.elsewhere == []
    assert page.wrong == []
