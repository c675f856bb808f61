"""The system's Chromium, with no way out: a page that asks for anything but its own file fails its test."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

CHROMIUM = "/usr/bin/chromium"
SCREEN = {"width": 1920, "height": 1080}
Opener = Callable[..., Page]


def chromium() -> str:
    """Where Chromium is. Without one the tests are skipped, loudly; where CI promises one they fail."""
    found = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    if found:
        return found
    reason = "no Chromium here, so nothing looked at the pages: run `make system-packages`"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of a process."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--headless=new"])
        yield running
        running.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Opener]:
    """Opens HTML from a file, ready to use, and fails at the end where the page complained or asked for anything else."""
    said: list[str] = []
    asked: list[str] = []
    contexts = []

    def refuse(route: Route) -> None:
        if route.request.url.startswith(("file:", "blob:", "data:")):
            route.continue_()
        else:
            asked.append(route.request.url)
            route.abort()

    def opened(html: str, *, way_up: str | None = "first", size: dict[str, int] | None = None) -> Page:
        place = tmp_path / "map.html"
        place.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport=size or SCREEN, offline=True, accept_downloads=True)  # type: ignore[arg-type]
        contexts.append(context)
        context.route("**/*", refuse)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(place.as_uri() + (f"#up={way_up}" if way_up else ""))
        page.wait_for_selector("html[data-ready=yes]", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not asked, f"The page asked for {asked}."
    assert not said, f"The browser complained: {said}."
