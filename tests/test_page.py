"""The chat page as staff see it: headless chromium against a served page on a free local port."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect, sync_playwright

from ftz_qa.errors import InputError
from ftz_qa.types import Answer
from ftz_qa.web.server import serve
from page_fixture import (
    ANSWERABLE,
    BROKEN,
    FAILING,
    HOSTILE,
    HOSTILE_TEXT,
    SILENT,
    SLOW,
    UNANSWERABLE,
    ScriptedAnswerer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.web.protocol import PageAnswerer

CHROMIUM = shutil.which("chromium") or shutil.which("/usr/bin/chromium")
CHROMIUM_ARGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
WIDE: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 390, "height": 844}

pytestmark = [pytest.mark.page, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")]


@dataclass(frozen=True)
class Questions:
    """A question with citations and one without an answer, for whichever answerer is served."""

    answerable: str
    unanswerable: str


@pytest.fixture(scope="module")
def answerer() -> PageAnswerer:
    return ScriptedAnswerer()


@pytest.fixture(scope="module")
def questions() -> Questions:
    return Questions(ANSWERABLE, UNANSWERABLE)


@pytest.fixture(scope="module")
def address(answerer: PageAnswerer) -> Iterator[str]:
    import uvicorn

    from ftz_qa.web.server import build_app

    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_app(answerer), log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    """One for all tests, so that Gradio's scripts are loaded once."""
    return browser.new_context(viewport=WIDE, locale="zh-CN")


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    """The opened page; afterwards: nothing was asked of another host and nothing went wrong in the browser."""
    page = context.new_page()
    problems: list[str] = []
    page.on("request", lambda request: _note_outside(request.url, address, problems))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.set_default_timeout(15_000)
    page.goto(address)
    expect(question_box(page)).to_be_visible(timeout=15_000)
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


def final_answer(answerer: PageAnswerer, question: str) -> Answer:
    answer = list(answerer.stream(question, []))[-1]
    assert isinstance(answer, Answer)
    return answer


def test_an_answer_shows_its_sources_and_a_click_opens_the_quoted_sentence(
    page: Page, answerer: PageAnswerer, questions: Questions
) -> None:
    cited = final_answer(answerer, questions.answerable).citations[0]
    ask(page, questions.answerable)
    link = answers(page).last.locator("a.cite", has_text="[1]").first
    expect(link).to_be_visible()
    card = page.locator("#sources .group:visible .card").first
    expect(card.locator("mark")).to_be_hidden()
    link.click()
    expect(card.locator("mark")).to_be_visible()
    expect(card.locator("mark")).to_be_in_viewport()
    assert re.sub(r"\s", "", card.locator("mark").inner_text()) == re.sub(r"\s", "", cited.quote)
    expect(card.locator(".title")).to_contain_text(cited.title)
    if target := os.environ.get("FTZ_QA_SCREENSHOT"):
        page.wait_for_timeout(600)
        page.screenshot(path=target)


def test_an_unanswerable_question_is_refused_visibly(page: Page, questions: Questions) -> None:
    ask(page, questions.unanswerable)
    expect(answers(page).last.locator(".badge.refused")).to_have_text("未找到")
    expect(answers(page).last.locator("a.cite")).to_have_count(0)
    leads = page.locator("#sources .leads .card")
    if leads.count():
        expect(page.locator("#sources h2.muted")).to_have_text("未用于回答的相近文章")


def test_citations_of_an_earlier_answer_still_open(page: Page, questions: Questions) -> None:
    ask(page, questions.answerable)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    ask(page, questions.unanswerable)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    answers(page).first.locator("a.cite").first.click()
    expect(page.locator("#sources-1 mark").first).to_be_visible()
    expect(page.locator("#sources-2")).to_be_hidden()


def test_an_example_question_is_asked_by_a_click(page: Page, answerer: PageAnswerer) -> None:
    example = answerer.examples()[0]
    page.locator(".chip").first.click()
    expect(page.locator("#chat .question")).to_have_text(example)
    expect(answers(page).last.locator(".about, .badge").first).to_be_visible()
    expect(page.locator(".chip")).to_have_count(0)


def test_stop_ends_the_answer_and_keeps_what_there_is(page: Page, answerer: PageAnswerer) -> None:
    assert isinstance(answerer, ScriptedAnswerer)
    ask(page, SLOW)
    expect(answers(page).last).to_contain_text("第3句。")
    expect(answers(page).last.locator(".progress")).to_be_visible()
    page.locator("#stop").click()
    expect(answers(page).last).to_contain_text("已停止")
    assert answerer.closed.wait(10)
    kept = answers(page).last.inner_text()
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    assert answers(page).first.inner_text() == kept


def test_stop_and_new_conversation_need_not_wait_for_a_silent_answerer(page: Page, answerer: PageAnswerer) -> None:
    assert isinstance(answerer, ScriptedAnswerer)
    ask(page, SILENT)
    expect(answers(page).last.locator(".progress")).to_contain_text("正在检索")
    page.locator("#stop").click()
    expect(answers(page).last).to_contain_text("已停止", timeout=3_000)
    ask(page, SILENT)
    expect(answers(page).last.locator(".progress")).to_be_visible()
    page.locator("#clear").click()
    expect(answers(page)).to_have_count(0, timeout=3_000)
    answerer.released.set()
    page.wait_for_timeout(300)
    expect(answers(page)).to_have_count(0)


def test_a_new_conversation_forgets_the_old_one(page: Page, answerer: PageAnswerer) -> None:
    assert isinstance(answerer, ScriptedAnswerer)
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    assert [turn.content for turn in answerer.histories[-1] if turn.role == "user"] == [ANSWERABLE]
    page.locator("#clear").click()
    expect(answers(page)).to_have_count(0)
    expect(page.locator(".chip").first).to_be_visible()
    expect(page.locator("#sources .card")).to_have_count(0)
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    assert answerer.histories[-1] == []


def test_errors_are_one_chinese_line_and_the_page_goes_on(page: Page) -> None:
    ask(page, FAILING)
    expect(answers(page).last).to_contain_text("没有可用的索引：请先运行")
    ask(page, BROKEN)
    expect(answers(page)).to_have_count(2)
    expect(answers(page).last).to_contain_text("系统出错")
    expect(page.locator("body")).not_to_contain_text("a mistake in the program")
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()


def test_hostile_text_is_only_text(page: Page) -> None:
    ask(page, HOSTILE)
    link = answers(page).last.locator("a.cite").first
    link.click()
    mark = page.locator("#sources .group:visible mark").first
    expect(mark).to_be_visible()
    assert mark.inner_text() == HOSTILE_TEXT
    expect(answers(page).last).to_contain_text("$6N$ 与 $$x^2$$，**粗体**")
    page.wait_for_timeout(200)
    assert page.evaluate("window.hacked") is None


def test_what_cannot_be_sent_stays_in_the_box(page: Page) -> None:
    ask(page, "长" * 501)
    expect(page.locator(".notice")).to_have_text("问题共501字，超过500字的上限，请缩短后再发送。")
    expect(question_box(page)).to_have_value("长" * 501)
    expect(answers(page)).to_have_count(0)
    ask(page, "  ")
    expect(page.locator(".notice")).to_have_count(0)
    expect(answers(page)).to_have_count(0)
    expect(page.locator("#send")).to_have_text("发送")
    expect(page.locator(".chip").first).to_be_visible()


def test_enter_that_confirms_a_pinyin_candidate_does_not_send(page: Page) -> None:
    question_box(page).fill(ANSWERABLE)
    question_box(page).dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    page.wait_for_timeout(300)
    expect(answers(page)).to_have_count(0)
    question_box(page).press("Enter")
    expect(answers(page)).to_have_count(1)


def test_a_citation_opens_from_the_keyboard(page: Page, questions: Questions) -> None:
    ask(page, questions.answerable)
    answers(page).last.locator("a.cite").first.focus()
    page.keyboard.press("Enter")
    mark = page.locator("#sources .group:visible .card").first.locator("mark")
    expect(mark).to_be_visible()
    page.keyboard.press("Enter")
    expect(mark).to_be_hidden()


def box(page: Page, selector: str) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of an element, in CSS pixels."""
    bounds = page.locator(selector).bounding_box()
    assert bounds is not None
    return bounds["x"], bounds["y"], bounds["x"] + bounds["width"], bounds["y"] + bounds["height"]


def test_sources_stand_beside_the_chat_on_a_wide_screen_and_below_on_a_phone(page: Page, questions: Questions) -> None:
    ask(page, questions.answerable)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    assert box(page, "#right")[0] >= box(page, "#left")[2]
    assert box(page, "#right")[3] <= WIDE["height"]
    page.set_viewport_size(PHONE)
    assert box(page, "#right")[1] >= box(page, "#left")[3]
    assert box(page, "#composer")[3] <= PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    answers(page).last.locator("a.cite").first.click()
    expect(page.locator("#sources .group:visible mark").first).to_be_in_viewport()
    page.locator("#sources .group:visible a.back").click()
    expect(answers(page).last).to_be_in_viewport()


SERVE = """
import sys
from page_fixture import ScriptedAnswerer
from ftz_qa.web.server import serve
serve(ScriptedAnswerer(), "127.0.0.1", 0)
"""


def test_ctrl_c_ends_the_server_with_one_line(browser: Browser) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    greeting = process.stdout.readline()
    match = re.fullmatch(r"自贸动态问答已启动：(http://127\.0\.0\.1:\d+)（按 Ctrl-C 停止）\n", greeting)
    assert match is not None
    page = browser.new_page()
    page.goto(match[1])
    ask(page, SLOW)
    expect(answers(page).last).to_contain_text("第3句。")
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    page.close()
    assert (process.returncode, output, errors) == (0, "自贸动态问答已停止。\n", "")


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"^端口 {port} 已被占用：请用 --port 换一个端口，或先停止占用它的程序。$"):
            serve(ScriptedAnswerer(), "127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65536), ("192.0.2.1", 8000), ("a..b", 8000)])
def test_an_unusable_address_is_said_before_anything_starts(host: str, port: int) -> None:
    with pytest.raises(InputError, match="请用 --"):
        serve(ScriptedAnswerer(), host, port)
