"""The page for everybody: accessibility by axe-core, the keyboard, light and dark, nothing that moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from page_browser import PHONE, WIDE, answers, ask, opened, question_box, served, snapshot, violations
from page_fixture import ANSWERABLE, SLOW, UNANSWERABLE, ScriptedAnswerer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Literal

    from playwright.sync_api import ViewportSize

pytestmark = pytest.mark.page

SHIFTS = """
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) window.shifted = (window.shifted || 0) + entry.value;
  }
}).observe({ type: "layout-shift", buffered: false });
"""
FOCUSED = """
(() => {
  const { nodeName, id, className } = document.activeElement;
  return [nodeName, id, className, getComputedStyle(document.activeElement).outlineStyle].join(" ");
})()
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(ScriptedAnswerer()) as address:
        yield address


def start(page: Page) -> None:
    expect(page.locator(".welcome .headlines a").first).to_be_visible()


def filters(page: Page) -> None:
    page.locator("#filters summary").click()
    expect(page.locator("#filters form")).to_be_visible()


def answer(page: Page) -> None:
    ask(page, ANSWERABLE)
    answers(page).last.locator("a.cite").first.click()
    page.locator("#sources .unused > summary").click()
    expect(page.locator("#sources .leads .card")).to_be_visible()


def refusal(page: Page) -> None:
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()


def article(page: Page) -> None:
    page.locator("#reading-tab-button").click()
    page.locator("#place ul a").first.click()
    expect(page.locator("#place .body")).to_be_visible()


def found(page: Page) -> None:
    page.locator("#reading-tab-button").click()
    page.get_by_label("搜索标题").fill("临江")
    expect(page.locator("#found a").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "size"), [("wide", WIDE), ("phone", PHONE)])
def test_axe_finds_nothing_in_the_way(
    browser: Browser, address: str, width: str, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme=scheme, reduced_motion="reduce")
    states: tuple[Callable[[Page], None], ...] = (start, filters, answer, refusal, article, found)
    problems = {}
    for reach in states:
        with opened(context, address) as page:
            reach(page)
            page.wait_for_timeout(300)
            problems[reach.__name__] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            snapshot(page, f"{reach.__name__}-{width}-{scheme}")
    context.close()
    assert {name: found for name, found in problems.items() if found} == {}


def test_axe_would_find_something(page: Page) -> None:
    page.evaluate("document.querySelector('#chips').insertAdjacentHTML('beforeend', '<img src=\"data:,\"><input>')")
    assert [rule.partition(":")[0] for rule in violations(page)] == ["image-alt", "label"]


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_nothing_moves_while_an_answer_streams(page: Page, size: ViewportSize) -> None:
    page.set_viewport_size(size)
    expect(page.locator(".welcome")).to_be_visible()
    page.evaluate(SHIFTS)
    ask(page, SLOW)
    expect(answers(page).last).to_contain_text("第2句。")
    page.evaluate("window.shifted = 0")
    expect(answers(page).last).to_contain_text("第30句。", timeout=15_000)
    assert page.evaluate("window.shifted") < 0.01
    page.locator("#stop").click()
    page.set_viewport_size(WIDE)


def test_shifts_would_be_seen(page: Page) -> None:
    page.wait_for_timeout(700)
    page.evaluate(SHIFTS)
    page.evaluate("document.body.insertAdjacentHTML('afterbegin', '<div style=\"height:200px\">x</div>')")
    page.wait_for_function("window.shifted > 0.05")


def test_everything_is_reached_by_the_keyboard_and_the_focus_shows(page: Page) -> None:
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    page.evaluate("document.activeElement.blur(); document.body.tabIndex = -1; document.body.focus()")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
    reached = "\n".join(seen)
    for part in ("chat-tab-button", "cite", "copy-answer", "again", "chip", "send", "clear", "read"):
        assert part in reached, part
    assert [line for line in seen if line.endswith(" none") and not line.startswith("BODY")] == []


def test_what_assistive_technology_reads_is_chinese_and_named(page: Page) -> None:
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    expect(page.get_by_role("textbox", name="问题")).to_be_visible()
    expect(page.get_by_role("tab", name="通报")).to_be_visible()
    expect(page.get_by_role("button", name="发送")).to_be_visible()
    assert question_box(page).get_attribute("lang") == "zh-CN"


def test_fonts_are_those_of_the_system(page: Page) -> None:
    assert page.evaluate("document.fonts.size") == page.evaluate(
        "[...document.fonts].filter(font => !/^https?:/.test(font.family)).length"
    )
    families = page.evaluate("getComputedStyle(document.querySelector('#chat')).fontFamily")
    assert "Noto Sans CJK SC" in families
    assert "Microsoft YaHei" in families
