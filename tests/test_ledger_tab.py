"""The tab 数据 and the table under an answer, as a user meets them in the browser."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import httpx
import pytest
from playwright.sync_api import expect

from conftest import SAMPLE_ISSUES, NgramEmbedder, make_issue
from ftz_qa.filters import UNFILTERED
from ftz_qa.grounding import cite
from ftz_qa.issues import read_issue
from ftz_qa.ledger import figures_of
from ftz_qa.ledger_file import IssueFigures
from ftz_qa.types import Answer
from ftz_qa.web.entrance import Entrance
from ftz_qa.web.services import Services
from ftz_qa.web.workbench import Maintenance, Workbench
from page_browser import answers, ask, served
from page_fixture import ScriptedAnswerer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Page

    from ftz_qa.filters import Filters
    from ftz_qa.types import Issue, Turn

pytestmark = pytest.mark.page

HOSTILE = "<img src=x onerror='window.hacked=1'>${window.hacked=2}{{x}}"
# How long a busy machine may take before a test gives up; nothing waits for it to pass.
WAIT = 60_000
RECURRING = "雁口铁路口岸中欧班列开行多少列？"


class RailAnswerer(ScriptedAnswerer):
    """Answers the question about trains from the newest of the sample issues."""

    def __init__(self, issue: Issue) -> None:
        super().__init__()
        self.issue = issue

    def stream(self, question: str, history: Sequence[Turn], filters: Filters = UNFILTERED) -> Iterator[str | Answer]:
        """Quote the sentence, or play the part that the question asks for."""
        if question != RECURRING:
            yield from super().stream(question, history, filters)
            return
        figure = next(figure for figure in figures_of(self.issue) if figure.printed == "641列")
        citation = cite(1, self.issue, figure.article, figure.span)
        yield Answer(question, f"{citation.quote}[1]", False, (citation,), "extractive")


@pytest.fixture(scope="module")
def issues() -> tuple[Issue, ...]:
    sample = [read_issue(path) for path in sorted(SAMPLE_ISSUES.glob("*.txt"))]
    hostile = make_issue(401, (HOSTILE, f"上半年，青屿港完成集装箱吞吐量1万标箱，{HOSTILE}。"))
    return (*sample, hostile)


@pytest.fixture(scope="module")
def address(issues: tuple[Issue, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("ledger")
    answerer = RailAnswerer(issues[-2])
    maintenance = Maintenance(Workbench(folder / "index", folder / "issues", NgramEmbedder()), Entrance())
    with served(answerer, maintenance, Services(answerer, figures=IssueFigures(issues).all)) as address:
        yield address


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"table.ledger tbody td:nth-child({number})").all_inner_texts()


def open_ledger(page: Page, search: str, count: int) -> None:
    """Search the tab and wait for so many rows."""
    page.get_by_role("tab", name="数据").first.click()
    expect(page.locator("table.ledger tbody tr").first).to_be_visible(timeout=WAIT)
    page.get_by_label("筛选").fill(search)
    expect(page.locator("table.ledger tbody tr")).to_have_count(count, timeout=WAIT)
    link = page.get_by_role("link", name="下载 CSV")
    expect(link).to_have_attribute("href", f"ledger.csv?{urlencode({'search': search})}", timeout=WAIT)


def test_figures_are_searched_sorted_and_lead_to_their_sentence(page: Page) -> None:
    open_ledger(page, "中欧班列开行 雁口铁路口岸", 22)
    page.get_by_role("button", name="数值").click()
    values = [int(text.removesuffix("列")) for text in column(page, 2) if text.endswith("列")]
    assert values == sorted(values)
    assert len(values) > 5
    page.get_by_role("button", name="数值").click()
    values = [int(text.removesuffix("列")) for text in column(page, 2) if text.endswith("列")]
    assert values == sorted(values, reverse=True)
    row = page.locator("table.ledger tbody tr").filter(has_text="641列").first
    row.get_by_text("原文").click()
    expect(row.locator("q")).to_contain_text("中欧班列开行641列62180标箱")
    assert "issue=309&article=1" in (row.get_by_role("link", name="全文").get_attribute("href") or "")


def test_the_same_rows_are_downloaded(page: Page, address: str) -> None:
    open_ledger(page, "跨境电商交易额", 13)
    with page.expect_download(timeout=WAIT) as download:
        page.get_by_role("link", name="下载 CSV").click()
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text("utf-8-sig"))))
    assert len(rows) == 13
    assert httpx.get(f"{address}/ledger.csv?search={quote('没有这样的指标')}").text.count("\r\n") == 1


def test_what_a_bulletin_prints_stays_text(page: Page) -> None:
    open_ledger(page, "401", 1)
    page.locator("table.ledger").get_by_text("原文").click()
    expect(page.locator("table.ledger q").first).to_contain_text("<img src=x onerror=")
    assert page.evaluate("window.hacked") is None


def test_a_recurring_figure_gets_a_table_and_a_plot_with_its_sources(page: Page) -> None:
    ask(page, RECURRING)
    series = answers(page).last.locator("xpath=following-sibling::*").or_(page.locator("#chat .series")).first
    expect(series.locator("tbody tr")).to_have_count(4)
    assert [cell.split("\t")[1] for cell in series.locator("tbody tr").all_inner_texts()] == [
        "138列",
        "297列",
        "468列",
        "641列",
    ]
    expect(series.locator("svg circle")).to_have_count(4)
    expect(series.locator("a").last).to_have_text("第309期")


@pytest.mark.parametrize("width", [1366, 390])
def test_the_rows_fit_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    open_ledger(page, "中心 满意度", 1)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    cells = [cell.bounding_box() for cell in page.locator("table.ledger tbody tr").first.locator("td").all()]
    # No cell is so narrow that its words stand one character a line.
    assert all(bounds is not None and (bounds["width"] > 60 or bounds["height"] < 60) for bounds in cells)
    page.set_viewport_size({"width": 1366, "height": 768})


def test_other_answers_get_none(page: Page) -> None:
    ask(page, "临江片区明年的高考报名人数是多少？")
    expect(answers(page).last).to_contain_text("没有找到答案")
    expect(page.locator("#chat .series")).to_have_count(0)
