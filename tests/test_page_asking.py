"""Asking in headless chromium: the start, the keyboard, copying, asking again, suggestions, filters."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from ftz_qa.filters import UNFILTERED, Filters
from page_browser import PHONE, WIDE, answers, ask, box, question_box, served, snapshot
from page_fixture import ANSWERABLE, SLOW, UNANSWERABLE, ScriptedAnswerer, bulletins

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.page

TITLE = "临江片区跨境电商综合服务中心启用"


@pytest.fixture(scope="module")
def answerer() -> ScriptedAnswerer:
    return ScriptedAnswerer()


@pytest.fixture(scope="module")
def address(answerer: ScriptedAnswerer) -> Iterator[str]:
    with served(answerer) as address:
        yield address


def test_the_start_shows_the_newest_headlines_and_questions_to_ask(page: Page) -> None:
    expect(page.locator(".welcome h3")).to_contain_text("最新一期：第87期（2025年6月30日）")
    expect(page.locator(".welcome .headlines a")).to_have_text([article.title for article in bulletins()[-1].articles])
    expect(page.locator("#chips .chip")).to_have_count(3)
    snapshot(page, "start-wide")
    page.set_viewport_size(PHONE)
    snapshot(page, "start-phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator(".welcome .headlines a").first.click()
    expect(page.locator("#place h2")).to_contain_text(TITLE)
    page.set_viewport_size(WIDE)


def test_shift_and_enter_break_the_line_and_enter_sends(page: Page, answerer: ScriptedAnswerer) -> None:
    question_box(page).fill("临江片区")
    question_box(page).press("Shift+Enter")
    question_box(page).press_sequentially("怎么样？")
    expect(question_box(page)).to_have_value("临江片区\n怎么样？")
    expect(answers(page)).to_have_count(0)
    question_box(page).press("Enter")
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    assert page.locator("#chat .question").inner_text() == "临江片区\n怎么样？"
    expect(question_box(page)).to_have_value("")


def test_an_answer_is_copied_with_its_sources_as_plain_text(page: Page, address: str) -> None:
    ask(page, ANSWERABLE)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = answers(page).last.locator(".copy-answer")
    button.click()
    expect(button).to_have_text("已复制", use_inner_text=True)
    expect(page.locator("#said[role=status]")).to_have_text("已复制")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = copied.splitlines()
    assert lines[0] == f"问：{ANSWERABLE}"
    assert lines[1].endswith("正式启用[1]。")
    source = f"[1] 《开放动态》第87期（2025年6月30日） 一、片区动态 （十二）{TITLE}：“6月18日，"
    assert any(line.startswith(source) for line in lines)
    assert lines.count(f"链接：{address}/?issue=87&article=12") == 2
    assert not {"<", "&lt;", "\t"} & set(copied)
    expect(button).to_have_text("复制回答和出处", use_inner_text=True)


def test_copying_works_without_the_clipboard_of_secure_pages(page: Page) -> None:
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator(".copy-answer")).to_be_visible()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    answers(page).last.locator(".copy-answer").click()
    question_box(page).press("Control+v")
    assert question_box(page).input_value().startswith(f"问：{ANSWERABLE}\n")


def test_asking_again_replaces_the_last_answer(page: Page, answerer: ScriptedAnswerer) -> None:
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".again")).to_be_visible()
    ask(page, ANSWERABLE)
    expect(answers(page)).to_have_count(2)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    asked = len(answerer.histories)
    answers(page).last.locator(".again").click()
    expect(answers(page).last.locator(".progress")).to_be_visible()
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    assert len(answerer.histories) == asked + 1
    assert answerer.histories[-1] == answerer.histories[-2]
    expect(page.locator("#chat .again")).to_have_count(1)
    expect(page.locator("#chat .question")).to_have_count(2)


def test_an_answer_that_was_stopped_can_be_asked_again(page: Page) -> None:
    ask(page, SLOW)
    expect(answers(page).last).to_contain_text("第2句。")
    expect(page.locator("#chat .again")).to_have_count(0)
    page.locator("#stop").click()
    answers(page).last.locator(".again").click()
    expect(answers(page).last.locator(".progress")).to_be_visible()
    page.locator("#stop").click()
    expect(answers(page)).to_have_count(1)


def test_follow_ups_come_from_the_cited_articles_and_are_asked_by_a_click(page: Page) -> None:
    ask(page, ANSWERABLE)
    chips = answers(page).last.locator(".next .chip")
    expect(chips.first).to_have_text("“建设通关服务中心”是怎么做的？")
    expect(chips.last).to_have_text("第87期第12篇讲了什么？")
    chips.last.click()
    expect(page.locator("#chat .question").last).to_have_text("第87期第12篇讲了什么？")
    expect(answers(page)).to_have_count(2)
    expect(answers(page).first.locator(".next")).to_have_count(0)


def test_filters_are_applied_shown_and_cleared(page: Page, answerer: ScriptedAnswerer) -> None:
    page.locator("#filters summary").click()
    page.get_by_label("起始期号").fill("90")
    page.get_by_label("截止期号").fill("85")
    page.get_by_label("起始日期").fill("2025-01-01")
    page.get_by_label("栏目").select_option("一、片区动态")
    snapshot(page, "filters-wide")
    page.locator("#filters button[type=submit]").click()
    expect(page.get_by_label("起始期号")).to_be_hidden()
    words = "仅检索第85—90期；仅检索2025年1月1日及以后的通报；仅检索栏目“一、片区动态”"
    expect(page.locator("#applied .applied")).to_contain_text(words)
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    limits = Filters(85, 90, dt.date(2025, 1, 1), None, ("一、片区动态",))
    assert answerer.filters[-1] == limits
    page.locator("#applied .unlimit").click()
    expect(page.locator("#applied .applied")).to_have_text("检索全部通报")
    answers(page).last.locator(".again").click()
    expect(answers(page).last.locator(".progress")).to_be_visible()
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    assert answerer.filters[-1] == UNFILTERED
    page.locator("#filters summary").click()
    expect(page.get_by_label("起始期号")).to_have_value("")


def test_a_late_answer_to_an_earlier_change_of_the_filters_is_not_what_holds(
    page: Page, answerer: ScriptedAnswerer
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"turn":1,' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/gradio_api/**", hold)
    page.locator("#filters summary").click()
    page.get_by_label("起始期号").fill("80")
    page.get_by_label("截止期号").fill("90")
    page.get_by_label("截止期号").press("Tab")
    expect(page.locator("#applied")).to_contain_text("80—90期")
    assert len(held) == 1
    with page.expect_response(lambda response: response.request == held[0].request):
        held[0].continue_()
    page.unroute("**/gradio_api/**")
    expect(page.locator("#applied")).to_contain_text("80—90期")
    ask(page, ANSWERABLE)
    expect(answers(page).last).to_contain_text("正式启用")
    assert (answerer.filters[-1].first_issue, answerer.filters[-1].last_issue) == (80, 90)


def test_the_newest_question_stays_in_view_until_the_reader_scrolls(page: Page) -> None:
    page.set_viewport_size({"width": 1366, "height": 500})
    for count, question in enumerate((ANSWERABLE, UNANSWERABLE, ANSWERABLE), start=1):
        ask(page, question)
        expect(answers(page)).to_have_count(count)
        expect(page.locator("#send")).to_be_visible()
        expect(page.locator("#chat .question").last).to_be_in_viewport()
    top = box(page, "#chat")[1]
    newest = page.locator("#chat .question").last.bounding_box()
    assert newest is not None
    assert top <= newest["y"] < top + 40
    page.locator("#chat .question").first.scroll_into_view_if_needed()
    page.mouse.move(300, top + 60)
    page.mouse.wheel(0, -3000)
    expect(page.locator("#chat .question").first).to_be_in_viewport()
    page.locator("#filters summary").click()
    expect(page.locator("#chat .question").first).to_be_in_viewport()
    page.set_viewport_size(WIDE)


def test_the_filters_open_over_the_chat_and_close_by_escape_or_a_click_elsewhere(page: Page) -> None:
    before = box(page, "#chat"), box(page, "#composer")
    page.locator("#filters summary").click()
    form = page.locator("#filters form")
    expect(form).to_be_visible()
    assert (box(page, "#chat"), box(page, "#composer")) == before
    page.get_by_label("起始期号").press("Escape")
    expect(form).to_be_hidden()
    page.keyboard.press("Enter")
    expect(form).to_be_visible()
    page.locator("#masthead").click()
    expect(form).to_be_hidden()
    page.set_viewport_size(PHONE)
    page.locator("#filters summary").click()
    left, _, right, _ = box(page, "#filters form")
    assert (left >= 0, right <= PHONE["width"]) == (True, True)
    assert box(page, "#filters input[name=until]")[2] <= right
    snapshot(page, "filters-phone")
    page.set_viewport_size(WIDE)


def test_two_visitors_do_not_see_each_others_filters(page: Page, context: BrowserContext, address: str) -> None:
    page.locator("#filters summary").click()
    page.get_by_label("截止期号").fill("85")
    page.keyboard.press("Tab")
    expect(page.locator("#applied .applied")).to_contain_text("仅检索第85期及以前")
    other = context.new_page()
    other.goto(address)
    expect(other.locator("#applied .applied")).to_have_text("检索全部通报")
    other.close()
