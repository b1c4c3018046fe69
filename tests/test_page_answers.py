"""The chat page as staff use it: the real model over the sample issues, asked in headless chromium."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from ftz_qa.types import Answer
from ftz_qa.web.records import Records
from ftz_qa.web.services import Services
from page_browser import PHONE, WIDE, answers, ask, box, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.answerer import Answerer

ANSWERABLE = "海澜的船舶登记条例从什么时候起施行？"
RECURRING = "雁口铁路口岸中欧班列今年开行了多少列？"
# How long a busy machine may take to answer before a test gives up.
WAIT = 60_000
UNANSWERABLE = "火星基地什么时候建成？"

pytestmark = pytest.mark.page


@pytest.fixture(scope="module")
def address(answerer: Answerer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    records = Records.open(tmp_path_factory.mktemp("data"))
    services = Services(answerer, figures=lambda: answerer.chain.index.figures.all(), records=records)
    with served(answerer, services=services) as address:
        yield address


def final_answer(answerer: Answerer, question: str) -> Answer:
    answer = list(answerer.stream(question))[-1]
    assert isinstance(answer, Answer)
    return answer


def test_an_answer_shows_its_sources_and_a_click_opens_the_quoted_sentence(page: Page, answerer: Answerer) -> None:
    cited = final_answer(answerer, ANSWERABLE).citations[0]
    ask(page, ANSWERABLE)
    link = answers(page).last.locator("a.cite", has_text="[1]").first
    expect(link).to_be_visible()
    card = page.locator("#sources .group:visible .card").first
    expect(card.locator("mark")).to_be_hidden()
    link.click()
    expect(card.locator("mark")).to_be_visible()
    expect(card.locator("mark")).to_be_in_viewport()
    assert re.sub(r"\s", "", card.locator("mark").inner_text()) == re.sub(r"\s", "", cited.quote)
    expect(card.locator(".title")).to_contain_text(cited.title)


def test_a_recurring_figure_is_answered_with_its_table_and_a_long_answer_fits_a_phone(page: Page) -> None:
    ask(page, RECURRING)
    link = answers(page).last.locator("a.cite").first
    expect(link).to_be_visible(timeout=WAIT)
    expect(page.locator("#chat .series tbody tr").nth(2)).to_be_visible(timeout=WAIT)
    link.click()
    expect(page.locator("#sources .group:visible .card mark").first).to_be_in_viewport()
    if target := os.environ.get("FTZ_QA_SCREENSHOT"):
        page.mouse.move(5, 700)
        page.wait_for_timeout(600)
        page.screenshot(path=target)
    page.set_viewport_size(PHONE)
    ask(page, "第308期和第309期相比有什么新情况？")
    expect(answers(page).last.locator("a.cite").nth(5)).to_be_visible(timeout=WAIT)
    assert len(answers(page).last.inner_text()) > 200
    expect(page.locator("#chat .question").last).to_be_in_viewport()
    inner = "[...document.querySelectorAll('#chat .answer, #chat .series, #chat .bubble-wrap')]"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate(f"{inner}.every((part) => part.scrollWidth <= part.clientWidth + 1)")
    page.set_viewport_size(WIDE)


def test_an_unanswerable_question_is_refused_visibly(page: Page) -> None:
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_have_text("未找到")
    expect(answers(page).last.locator("a.cite")).to_have_count(0)
    leads = page.locator("#sources .leads .card")
    expect(leads.first).to_be_visible()
    expect(page.locator("#sources .unused > summary")).to_have_text("未用于回答的相近文章")


def test_citations_of_an_earlier_answer_still_open(page: Page) -> None:
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible()
    ask(page, UNANSWERABLE)
    expect(answers(page).last.locator(".badge.refused")).to_be_visible()
    answers(page).first.locator("a.cite").first.click()
    expect(page.locator("#sources-1 mark").first).to_be_visible()
    expect(page.locator("#sources-2")).to_be_hidden()


def test_an_example_question_is_asked_by_a_click(page: Page, answerer: Answerer) -> None:
    example = answerer.examples()[0]
    page.locator("#chips .chip").first.click()
    expect(page.locator("#chat .question")).to_have_text(example)
    expect(answers(page).last.locator(".about, .badge").first).to_be_visible()
    expect(page.locator("#chips .chip")).to_have_count(0)


def test_a_citation_opens_from_the_keyboard(page: Page) -> None:
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator(".about")).to_be_visible()
    answers(page).last.locator("a.cite").first.focus()
    page.keyboard.press("Enter")
    mark = page.locator("#sources .group:visible .card").first.locator("mark")
    expect(mark).to_be_visible()
    page.keyboard.press("Enter")
    expect(mark).to_be_hidden()


def test_sources_stand_beside_the_chat_on_a_wide_screen_and_below_on_a_phone(page: Page) -> None:
    ask(page, ANSWERABLE)
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
