"""Kept conversations and opinions on answers, as visitors and maintainers meet them in the browser."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import httpx
import pytest
from docx import Document
from playwright.sync_api import expect

from conftest import RAIL, NgramEmbedder, make_issue
from ftz_qa.types import Writing
from ftz_qa.web.people import People
from ftz_qa.web.records import Records, open_entrance
from ftz_qa.web.services import Services
from ftz_qa.web.workbench import Maintenance, Workbench
from page_browser import answers, ask, opened, served, wait_until
from page_fixture import ANSWERABLE, HOSTILE, SILENT, SLOW, UNANSWERABLE, ScriptedAnswerer
from test_history import conversation

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from ftz_qa.web.entrance import Entrance

pytestmark = pytest.mark.page


class Office:
    """A served page that keeps things in a folder; can be served again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.answerer = ScriptedAnswerer()
        self.records = Records.open(folder / "data")
        self.entrance: Entrance = open_entrance(None, folder / "data", self.records)

    def serving(self) -> Iterator[str]:
        """Its address, while it is served."""
        workbench = Workbench(
            self.folder / "index", self.folder / "issues", NgramEmbedder(), note=self.records.audit.note
        )
        services = Services(self.answerer, records=self.records, people=People(self.entrance))
        with served(self.answerer, Maintenance(workbench, self.entrance), services) as address:
            yield address


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="module")
def address(office: Office) -> Iterator[str]:
    yield from office.serving()


def ask_and_wait(page: Page, question: str, count: int) -> None:
    ask(page, question)
    expect(answers(page)).to_have_count(count)
    expect(page.locator("#send")).to_be_visible()


def open_history(page: Page) -> None:
    page.get_by_role("tab", name="历史").first.click()
    expect(page.locator("#history li").first).to_be_visible()


def test_a_conversation_is_kept_and_goes_on_where_it_was(
    page: Page, context: BrowserContext, address: str, office: Office
) -> None:
    ask_and_wait(page, ANSWERABLE, 1)
    ask_and_wait(page, UNANSWERABLE, 2)
    open_history(page)
    expect(page.locator("#history li")).to_have_count(1)
    with opened(context, address) as other:
        open_history(other)
        other.locator("#history .title").click()
        expect(answers(other)).to_have_count(2)
        expect(answers(other).first).to_contain_text("首期保税仓库面积2.6万平方米")
        expect(other.locator("#sources")).to_contain_text("相近文章")
        ask_and_wait(other, HOSTILE, 3)
        open_history(other)
        expect(other.locator("#history li")).to_have_count(1)
        expect(other.locator("#history .about")).to_contain_text("3 个问题")
    assert [summary.count for summary in office.records.history.list("")] == [3]


def test_conversations_are_searched_renamed_exported_and_deleted(page: Page, address: str) -> None:
    ask_and_wait(page, HOSTILE, 1)
    open_history(page)
    entry = page.locator("#history li").first
    entry.get_by_role("button", name="改名").click()
    entry.get_by_label("新标题").fill("<b>周报</b>${x}")
    entry.get_by_label("新标题").press("Enter")
    expect(page.locator("#history .title").first).to_have_text("<b>周报</b>${x}")
    page.get_by_label("查找").fill("周报")
    expect(page.locator("#history li")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Word").click()
    document = Document(io.BytesIO(download.value.path().read_bytes()))
    assert document.paragraphs[0].text == "<b>周报</b>${x}"
    link = page.get_by_role("link", name="导出 Markdown").get_attribute("href")
    assert "问：" in httpx.get(f"{address}/{link}").text
    page.get_by_role("button", name="删除").click()
    page.get_by_role("button", name="确认删除").click()
    expect(page.locator("#history")).to_contain_text("没有找到")
    assert httpx.get(f"{address}/{link}").status_code == 404


def test_a_new_conversation_is_another_one(page: Page, office: Office) -> None:
    before = len(office.records.history.list(""))
    ask_and_wait(page, ANSWERABLE, 1)
    page.get_by_role("button", name="新对话").click()
    expect(answers(page)).to_have_count(0)
    ask_and_wait(page, UNANSWERABLE, 1)
    open_history(page)
    expect(page.locator("#history li")).to_have_count(before + 2)


def test_an_answer_is_kept_though_its_page_is_closed_meanwhile(
    page: Page, context: BrowserContext, address: str, office: Office
) -> None:
    answerer = office.answerer
    answerer.released.clear()
    with opened(context, address) as other:
        ask(other, SILENT)
        expect(other.locator("#stop")).to_be_visible()
        expect(answers(other)).to_have_count(1)
    open_history(page)
    page.locator("#history .title", has_text=SILENT).first.click()
    expect(answers(page).last).to_contain_text("已停止")
    answerer.released.set()
    owned = office.records.history
    (summary,) = owned.list("", SILENT)
    wait_until(lambda: owned.load("", summary.id).conversation.exchanges[0].status == "done")
    page.reload()
    open_history(page)
    page.locator("#history .title", has_text=SILENT).first.click()
    expect(answers(page).last).to_contain_text("通报中没有找到答案")


def test_a_page_that_is_reloaded_finds_the_answer_under_its_conversation(
    context: BrowserContext, address: str, office: Office
) -> None:
    # Not watched for errors: Gradio's own script reports the connection that a reload cuts.
    page = context.new_page()
    page.goto(address)
    ask_and_wait(page, ANSWERABLE, 1)
    ask(page, SLOW)
    expect(answers(page).last).to_contain_text("第3句。")
    page.reload()
    open_history(page)
    page.locator("#history .title").first.click()
    expect(answers(page)).to_have_count(2)
    page.close()
    office.answerer.stopped.set()
    newest = office.records.history.list("")[0]
    assert newest.count == 2
    wait_until(lambda: office.records.history.load("", newest.id).conversation.exchanges[1].status == "done")


def test_every_tab_has_its_own_button_after_all_were_visited(page: Page) -> None:
    names = ["问答", "通报", "数据", "历史"]
    tabs = [name for name in names if page.get_by_role("tab", name=name).count()]
    for name in tabs:
        page.get_by_role("tab", name=name).click()
    visible = [tab.inner_text() for tab in page.get_by_role("tab").all() if tab.is_visible()]
    assert visible == tabs


def sign_in(page: Page, office: Office) -> None:
    page.locator("#door .door").click()
    page.locator("#door input[name=password]").fill(office.entrance.token)
    page.locator("#door button[type=submit]").click()
    expect(page.locator("#door .leave")).to_be_visible()


def test_opinions_reach_the_maintainers_and_become_items(
    page: Page, context: BrowserContext, address: str, office: Office
) -> None:
    ask_and_wait(page, UNANSWERABLE, 1)
    ask_and_wait(page, ANSWERABLE, 2)
    page.locator("#chat").get_by_role("button", name="踩").last.click()
    expect(page.locator("#feedback-box")).to_contain_text("没用")
    page.get_by_label("说明").fill("面积<b>不对</b>")
    page.get_by_role("button", name="提交说明").click()
    expect(page.locator("#feedback-box")).to_be_hidden()
    (feedback,) = office.records.feedback.list()
    assert (feedback.liked, feedback.question, feedback.reason) == (False, ANSWERABLE, "面积<b>不对</b>")
    assert feedback.history[0].content == UNANSWERABLE
    assert httpx.get(f"{address}/feedback.jsonl").status_code == 403
    expect(page.locator("#feedback tbody tr")).to_have_count(0)
    office.records.writings.note(Writing("slow"))
    sign_in(page, office)
    expect(page.locator("#maintenance-tab")).to_be_visible()
    expect(page.locator("#writings tbody tr").first).to_have_text(re.compile("超时未答复"))
    expect(page.locator("#feedback tbody tr")).to_contain_text("面积<b>不对</b>")
    page.locator("#feedback-choice input").click()
    page.get_by_role("option").first.click()
    expect(page.get_by_label("通报里有答案")).to_be_checked()
    page.wait_for_timeout(500)
    page.get_by_label("正确的回答必须包含").fill("2.6万平方米/26000平方米")
    page.locator("#feedback-make").click()
    expect(page.locator("#feedback tbody tr")).to_contain_text("已加入")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出评测集").click()
    item = json.loads(download.value.path().read_text("utf-8"))
    assert item["must"] == [["2.6万平方米", "26000平方米"]]
    page.locator("#door .leave").click()
    expect(page.locator("#feedback tbody tr")).to_have_count(0)
    expect(page.locator("#writings tbody tr")).to_have_count(0)
    assert [entry.action for entry in office.records.audit.latest()] == ["sign-out", "export", "item", "sign-in"]


def test_everything_is_still_there_after_a_restart(browser: Browser, tmp_path: Path) -> None:
    first = Office(tmp_path)
    first.records.history.save("", None, conversation(ANSWERABLE))
    for address in Office(tmp_path).serving():
        context = browser.new_context(locale="zh-CN")
        with opened(context, address) as page:
            open_history(page)
            page.locator("#history .title").click()
            expect(answers(page).first).to_contain_text("首期保税仓库面积2.6万平方米")


def test_an_old_conversation_shows_its_citations_as_they_were_though_the_article_is_gone(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(tmp_path)
    office.records.history.save("", None, conversation(ANSWERABLE))
    monkeypatch.setattr(office.answerer, "issues", lambda: (make_issue(90, RAIL),))
    for address in office.serving():
        context = browser.new_context(locale="zh-CN")
        with opened(context, address) as page:
            open_history(page)
            page.locator("#history .title").click()
            answers(page).first.locator("a.cite").first.click()
            expect(page.locator("#sources .card.current mark")).to_contain_text("正式启用")
            expect(page.locator("#sources .card.current .where")).to_contain_text("第87期")
