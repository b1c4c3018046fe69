"""Sources and the reading tab in headless chromium: quotes, tooltips, whole articles, permanent links, search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from ftz_qa.filters import Filters
from page_browser import PHONE, WIDE, answers, ask, box, opened, question_box, served, snapshot
from page_fixture import ANSWERABLE, PARAGRAPH, UNANSWERABLE, ScriptedAnswerer, sentences

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


def test_hovering_or_focusing_a_marker_shows_the_quote(page: Page) -> None:
    ask(page, ANSWERABLE)
    marker = answers(page).last.locator("a.cite").nth(1)
    tip = page.locator("#tip")
    marker.hover()
    expect(tip).to_contain_text(sentences(PARAGRAPH)[2])
    expect(tip).to_contain_text("第87期")
    snapshot(page, "quote-wide")
    page.locator("#masthead").hover()
    expect(tip).to_be_hidden()
    marker.focus()
    expect(tip).to_be_visible()
    expect(marker).to_have_attribute("aria-describedby", "tip")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


def test_what_a_relative_word_means_is_a_tooltip(page: Page) -> None:
    ask(page, ANSWERABLE)
    answers(page).last.locator("a.cite").first.click()
    word = page.locator("#sources .card").first.locator(".gloss")
    expect(word).to_have_text("6月18日")
    word.focus()
    expect(page.locator("#tip")).to_have_text("原文写作“6月18日”，指2025年6月18日")
    word.blur()
    word.hover()
    expect(page.locator("#tip")).to_be_visible()


def test_what_was_found_and_not_used_is_folded_away(page: Page) -> None:
    ask(page, ANSWERABLE)
    expect(page.locator("#sources .unused > summary")).to_have_text("检索到但未采用（1篇）")
    expect(page.locator("#sources .leads .card")).to_be_hidden()
    page.locator("#sources .unused > summary").click()
    expect(page.locator("#sources .leads .card")).to_be_visible()


def test_a_refusal_is_drawn_otherwise_than_an_answer(page: Page) -> None:
    style = "element => [getComputedStyle(element).borderLeftStyle, getComputedStyle(element).color].join()"
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    answered = answers(page).last.evaluate(style)
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    snapshot(page, "refused-wide")
    refused = answers(page).last.evaluate(style)
    assert answered.split(",")[0] != refused.split(",")[0]
    assert answered != refused


def test_the_whole_article_opens_at_the_quote_and_back_leads_to_the_chat(page: Page, address: str) -> None:
    ask(page, ANSWERABLE)
    answers(page).last.locator("a.cite").nth(1).click()
    page.locator("#source-1-2 a.read").click()
    expect(page.locator("#place h2")).to_have_text(f"（十二）{TITLE}")
    expect(page.locator("#place mark")).to_have_text(sentences(PARAGRAPH)[2])
    expect(page.locator("#place mark")).to_be_in_viewport()
    expect(page.locator("#place .body h3")).to_have_text("一、建设通关服务中心")
    expect(page.locator("#place h2")).to_be_focused()
    assert page.url.startswith(f"{address}/?issue=87&article=12&at=")
    snapshot(page, "article-wide")
    page.go_back()
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    assert page.url.rstrip("/") == address
    page.go_forward()
    expect(page.locator("#place mark")).to_be_visible()


def test_a_permanent_link_opens_its_article(context: BrowserContext, address: str) -> None:
    with opened(context, f"{address}/?issue=87&article=13", "#place h2") as page:
        expect(page.locator("#place h2")).to_have_text("（十三）临江片区持续压缩 口岸通关时间")
        expect(page.locator("#issue-list a[aria-current=page]")).to_contain_text("（十三）")
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.locator("button.permalink").click()
        assert page.evaluate("navigator.clipboard.readText()") == f"{address}/?issue=87&article=13"
        page.locator("#chat-tab-button").click()
        expect(question_box(page)).to_be_visible()
        assert page.url.rstrip("/") == address


def test_an_address_that_names_no_article_opens_the_chat(context: BrowserContext, address: str) -> None:
    with opened(context, f"{address}/?x=1", "#question textarea") as page:
        page.locator("#reading-tab-button").click()
        expect(page.locator("#place h2")).to_have_text("《开放动态》第87期")
        page.locator("#place ul a").first.click()
        expect(page.locator("#place h2")).to_contain_text("（十二）")
        page.go_back()
        expect(question_box(page)).to_be_visible()
        assert page.url == f"{address}/?x=1"


def test_a_link_to_what_is_not_there_says_so(context: BrowserContext, address: str) -> None:
    with opened(context, f"{address}/?issue=999&article=1", "#place .hint") as page:
        expect(page.locator("#place .hint")).to_contain_text("没有这一期或这一篇")
        expect(page.locator("#issue-list a").first).to_be_visible()


def test_issues_are_browsed_down_to_articles_and_from_one_to_the_next(page: Page, address: str) -> None:
    page.locator("#reading-tab-button").click()
    expect(page.locator("#place h2")).to_have_text("《开放动态》第87期")
    page.locator("#place ul a", has_text=TITLE).click()
    expect(page.locator("#place h2")).to_have_text(f"（十二）{TITLE}")
    page.locator(".neighbours a", has_text="下一篇").click()
    expect(page.locator("#place h2")).to_contain_text("（十三）")
    assert page.url == f"{address}/?issue=87&article=13"
    page.locator("#place .where a").click()
    expect(page.locator("#place h2")).to_have_text("《开放动态》第87期")
    expect(page.locator("#issue-list .section")).to_have_text("一、片区动态")


def test_titles_are_searched_by_words(page: Page) -> None:
    page.locator("#reading-tab-button").click()
    search = page.get_by_label("搜索标题")
    search.fill("临江 口岸")
    expect(page.locator("#found a")).to_have_count(1)
    expect(page.locator("#found .hint")).to_have_text("找到1篇")
    expect(page.locator("#issue-list nav")).to_be_hidden()
    search.fill("没有的词")
    expect(page.locator("#found .hint")).to_have_text("没有标题含这些词的文章")
    search.fill("电商")
    page.locator("#found a").click()
    expect(page.locator("#place h2")).to_have_text(f"（十二）{TITLE}")
    search.fill("")
    expect(page.locator("#issue-list nav")).to_be_visible()
    expect(page.locator("#found a")).to_have_count(0)


def test_an_article_is_asked_about(page: Page, answerer: ScriptedAnswerer) -> None:
    page.locator("#reading-tab-button").click()
    page.locator("#place ul a", has_text=TITLE).click()
    page.locator("#place button.about").click()
    expect(question_box(page)).to_be_focused()
    expect(question_box(page)).to_have_value(f"《{TITLE}》中，")
    expect(page.locator("#applied .applied")).to_contain_text("仅检索第87期；仅检索栏目“一、片区动态”")
    expect(page.locator("#chips .chip").last).to_have_text("第87期第12篇讲了什么？")
    snapshot(page, "about-wide")
    question_box(page).press_sequentially("面积多大？")
    question_box(page).press("Enter")
    expect(answers(page)).to_have_count(1)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    assert answerer.filters[-1] == Filters(first_issue=87, last_issue=87, sections=("一、片区动态",))


def test_a_phone_shows_the_article_below_the_list_and_brings_it_into_view(page: Page) -> None:
    page.set_viewport_size(PHONE)
    page.locator("#reading-tab-button").click()
    page.locator("#issue-list .articles a").first.click()
    expect(page.locator("#place h2")).to_be_in_viewport()
    assert box(page, "#reader")[1] >= box(page, "#shelf")[3]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    snapshot(page, "article-phone")
    page.locator("#place a.back").click()
    expect(page.get_by_label("搜索标题")).to_be_in_viewport()
    page.set_viewport_size(WIDE)
