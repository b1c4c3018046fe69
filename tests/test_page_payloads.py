"""Thirty payloads through questions, answers, bulletins and file names, in headless chromium: all stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.types import Answer, Issue
from ftz_qa.web.front_html import HEADLINES
from ftz_qa.web.shelf import Shelf
from page_browser import WIDE, answers, ask, opened, question_box, served
from page_fixture import ScriptedAnswerer, citation, hostile_issue
from payloads import PAYLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Turn

pytestmark = pytest.mark.page

LAST = "([selector, text]) => [...document.querySelectorAll(selector)].at(-1)?.textContent === text"


class Echo(ScriptedAnswerer):
    """Answers with the question's own text, cited from an issue whose every text, and file name, is the payload."""

    def issues(self) -> tuple[Issue, ...]:
        """One issue for each payload; every second has no number and goes by its file."""
        issues = [hostile_issue(text) for text in PAYLOADS]
        older = tuple(
            replace(issue, number=None if n % 2 else n + 1, date=None if n % 3 else issue.date)
            for n, issue in enumerate(issues)
        )
        newest = replace(issues[0], source="99", articles=tuple(i.articles[0] for i in issues[-HEADLINES:]))
        return (*older, newest)

    def examples(self) -> list[str]:
        """The payloads themselves."""
        return list(PAYLOADS)

    def stream(self, question: str, history: Sequence[Turn], filters: Filters = UNFILTERED) -> Iterator[str | Answer]:
        """Say the question, and cite it."""
        issue = next(issue for issue in self.issues() if issue.source == question)
        source = replace(
            citation(1, question, f"前文。{question}后文。", title=question),
            series=question,
            issue=issue.number,
            date=issue.date,
            section=question,
        )
        yield question
        yield Answer(question, f"{question}[1]。", False, (source,), "llm", (source,), notes=(question,))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(Echo()) as address:
        yield address


@pytest.fixture(scope="module")
def page(browser: Browser, address: str) -> Iterator[Page]:
    """One page for all payloads; afterwards: no outside request, no error, no dialog, nothing was run."""
    context = browser.new_context(viewport=WIDE, locale="zh-CN")
    with opened(context, address) as page:
        page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
        yield page
        assert page.evaluate("window.hacked") is None
        assert len(context.pages) == 1


def test_headlines_stay_text(page: Page) -> None:
    expect(page.locator(".welcome .headlines a")).to_have_text(list(PAYLOADS[-HEADLINES:]))
    assert page.locator(".welcome :is(img, script, b, em, strong, code, svg)").count() == 0


def last_is(page: Page, selector: str, text: str) -> None:
    """Wait until the last such element holds just this text."""
    page.wait_for_function(LAST, arg=[selector, text])


def same(shown: str, text: str) -> bool:
    """Whether a text is shown as it is, but for blanks."""
    return re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)


@pytest.mark.parametrize("text", PAYLOADS)
def test_a_payload_is_shown_as_text_wherever_it_comes_from(page: Page, text: str) -> None:
    expect(page.locator("#send")).to_be_visible()
    ask(page, text)
    last_is(page, "#chat .question", text)
    last_is(page, "#chat .answer p", f"{text}[1]。")
    bubble = answers(page).last
    expect(bubble.locator("a.cite")).to_have_text("[1]")
    bubble.locator("a.cite").click()
    card = page.locator("#sources .group:visible .card.current")
    assert same(card.locator("mark").inner_text(), text)
    assert same(card.locator(".title").inner_text(), f"（十二）{text}")
    bubble.locator("a.cite").hover()
    assert page.locator("#tip").inner_text().startswith(text.split("\n")[0][:5])
    assert page.evaluate("window.hacked") is None


@pytest.mark.parametrize("text", PAYLOADS)
def test_bulletins_and_file_names_stay_text_in_the_reading_tab(page: Page, text: str) -> None:
    shelf = Shelf(Echo().issues())
    issue = next(issue for issue in shelf.issues if issue.source == text)
    detail = {"errand": "read", "query": shelf.link(issue, issue.articles[0])}
    page.evaluate("detail => document.dispatchEvent(new CustomEvent('courier', { detail }))", detail)
    last_is(page, "#place h2", f"（十二）{text}")
    name = f"第{issue.number}期" if issue.number else text
    assert name in (page.locator("#place .where").text_content() or "")
    assert text in (page.locator("#place .body").text_content() or "")
    assert name in (page.locator("#issue-list nav").text_content() or "")
    page.locator("#chat-tab-button").click()
    expect(question_box(page)).to_be_visible()
    assert page.evaluate("window.hacked") is None
