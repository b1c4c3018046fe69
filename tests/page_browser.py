"""A served page, and what a person does with it in headless chromium."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import BrowserContext, Locator, Page, ViewportSize, expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.web.protocol import PageAnswerer
    from ftz_qa.web.services import Services
    from ftz_qa.web.workbench import Maintenance

CHROMIUM = shutil.which("chromium") or shutil.which("/usr/bin/chromium")
CHROMIUM_ARGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WIDE: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}


@contextmanager
def served(
    answerer: PageAnswerer, maintenance: Maintenance | None = None, services: Services | None = None
) -> Iterator[str]:
    """Serve the page on a free port; gives its address."""
    import uvicorn

    from ftz_qa.web.server import build_app

    listener = socket.create_server(("127.0.0.1", 0))
    app = build_app(answerer, maintenance, services)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def opened(context: BrowserContext, address: str, shown: str = "#question textarea") -> Iterator[Page]:
    """The opened page; afterwards: nothing was asked of another host and nothing went wrong in the browser."""
    page = context.new_page()
    problems: list[str] = []
    home = address.partition("/?")[0]
    page.on("request", lambda request: _note_outside(request.url, home, problems))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_default_timeout(15_000)
    page.goto(address)
    expect(page.locator(shown).first).to_be_visible(timeout=15_000)
    yield page
    page.close()
    assert problems == []


def _note_outside(url: str, address: str, problems: list[str]) -> None:
    if not url.startswith((address + "/", "data:", "blob:")):
        problems.append(f"request to {url}")


def question_box(page: Page) -> Locator:
    return page.locator("#question textarea")


def ask(page: Page, question: str) -> None:
    question_box(page).fill(question)
    question_box(page).press("Enter")


def answers(page: Page) -> Locator:
    return page.locator("#chat .answer")


def wait_until(reached: Callable[[], bool]) -> None:
    """Wait for something on the server that the browser does not show."""
    for _ in range(200):
        if reached():
            return
        time.sleep(0.1)
    raise AssertionError("not reached")


def box(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an element, in CSS pixels."""
    bounds = page.locator(selector).bounding_box()
    assert bounds is not None
    return bounds["x"], bounds["y"], bounds["x"] + bounds["width"], bounds["y"] + bounds["height"]


def violations(page: Page, impacts: Sequence[str] = ("moderate", "serious", "critical")) -> list[str]:
    """What axe-core finds that keeps people out or in the way: rule, and the elements that break it."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {[node['target'] for node in v['nodes']]}" for v in found if v["impact"] in impacts]


def snapshot(page: Page, name: str) -> None:
    """Keep a picture of the page in the folder that ``FTZ_QA_SCREENSHOTS`` names; without one do nothing."""
    if folder := os.environ.get("FTZ_QA_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))
