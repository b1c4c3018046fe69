"""The tabs 数据 and 历史, and what stands under answers, for everybody: accessibility by axe-core."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import SAMPLE_ISSUES
from ftz_qa.issues import read_issue
from ftz_qa.ledger_file import IssueFigures
from ftz_qa.web.people import People
from ftz_qa.web.records import Records
from ftz_qa.web.services import Services
from page_browser import PHONE, WIDE, answers, ask, opened, served, snapshot, violations
from page_fixture import ANSWERABLE, UNANSWERABLE
from test_history import conversation
from test_ledger_tab import RECURRING, RailAnswerer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Literal

    from playwright.sync_api import ViewportSize

pytestmark = pytest.mark.page

# How long a busy machine may take before a test gives up; nothing waits for it to pass.
WAIT = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("data")
    issues = [read_issue(path) for path in sorted(SAMPLE_ISSUES.glob("*.txt"))]
    records = Records.open(folder)
    for question in (ANSWERABLE, UNANSWERABLE):
        records.history.save("", None, conversation(question))
    answerer = RailAnswerer(issues[-1])
    services = Services(answerer, figures=IssueFigures(issues).all, records=records, people=People())
    with served(answerer, services=services) as address:
        yield address


def ledger(page: Page) -> None:
    page.get_by_role("tab", name="数据").first.click()
    expect(page.locator("table.ledger tbody tr").first).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="数值").click()
    page.locator("table.ledger summary").first.click()
    expect(page.locator("table.ledger q").first).to_be_visible()


def no_figures(page: Page) -> None:
    ledger(page)
    page.get_by_label("筛选").fill("没有这样的指标")
    expect(page.locator("#ledger .hint")).to_be_visible(timeout=WAIT)


def series(page: Page) -> None:
    ask(page, RECURRING)
    expect(page.locator("#chat .series svg")).to_be_visible(timeout=WAIT)


def history(page: Page) -> None:
    page.get_by_role("tab", name="历史").first.click()
    expect(page.locator("#history li").first).to_be_visible(timeout=WAIT)


def renaming(page: Page) -> None:
    history(page)
    page.locator("#history li").first.get_by_role("button", name="改名").click()
    expect(page.get_by_label("新标题")).to_be_visible(timeout=WAIT)


def deleting(page: Page) -> None:
    history(page)
    page.locator("#history li").first.get_by_role("button", name="删除").click()
    expect(page.get_by_role("button", name="确认删除")).to_be_visible(timeout=WAIT)


def no_conversations(page: Page) -> None:
    history(page)
    page.get_by_label("查找").fill("没有谈过")
    expect(page.locator("#history li")).to_have_count(0, timeout=WAIT)


def opinion(page: Page) -> None:
    ask(page, ANSWERABLE)
    expect(answers(page).last.locator("a.cite").first).to_be_visible(timeout=WAIT)
    page.locator("#chat").get_by_role("button", name="踩").last.click()
    expect(page.locator("#feedback-box")).to_contain_text("没用", timeout=WAIT)


STATES = (ledger, no_figures, series, history, renaming, deleting, no_conversations, opinion)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "size"), [("wide", WIDE), ("phone", PHONE)])
def test_axe_finds_nothing_in_the_way(
    browser: Browser, address: str, width: str, size: ViewportSize, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport=size, locale="zh-CN", color_scheme=scheme, reduced_motion="reduce")
    states: tuple[Callable[[Page], None], ...] = STATES
    problems = {}
    for reach in states:
        with opened(context, address) as page:
            reach(page)
            page.wait_for_timeout(300)
            problems[reach.__name__] = violations(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], reach.__name__
            snapshot(page, f"{reach.__name__}-{width}-{scheme}")
    context.close()
    assert {name: found for name, found in problems.items() if found} == {}
