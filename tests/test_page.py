"""How the chat page behaves, whatever the answerer does: a scripted one is slow, silent, hostile or broken."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from ftz_qa.errors import InputError
from ftz_qa.web.server import serve
from page_browser import answers, ask, question_box, served
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

pytestmark = pytest.mark.page


@pytest.fixture(scope="module")
def answerer() -> PageAnswerer:
    return ScriptedAnswerer()


@pytest.fixture(scope="module")
def address(answerer: PageAnswerer) -> Iterator[str]:
    with served(answerer) as address:
        yield address


def test_stop_ends_the_answer_and_keeps_what_there_is(page: Page, answerer: PageAnswerer) -> None:
    assert isinstance(answerer, ScriptedAnswerer)
    ask(page, SLOW)
    expect(answers(page).last).to_contain_text("第3句。")
    expect(answers(page).last.locator(".progress")).to_be_visible()
    page.locator("#stop").click()
    expect(answers(page).last).to_contain_text("已停止")
    assert answerer.closed.wait(10)
    kept = answers(page).last.locator("p").inner_text()
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    assert answers(page).first.locator("p").inner_text() == kept


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


SERVE = """
import signal
import sys
from page_fixture import ScriptedAnswerer
from ftz_qa.web.server import serve
# What runs in the background of a shell inherits that Ctrl-C is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
serve(ScriptedAnswerer(), "127.0.0.1", 0)
"""


def test_ctrl_c_ends_the_server_with_one_line(browser: Browser) -> None:
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}
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
