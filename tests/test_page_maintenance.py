"""The maintainers' tab in headless chromium, over a real index: who gets in, and what can be done there."""

from __future__ import annotations

import http.client as http_client
import json
import secrets
import threading
from typing import TYPE_CHECKING, Any, Literal

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from conftest import NgramEmbedder
from ftz_qa.accounts import PasswordHash, write_account
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.index import PassageIndex, read_issues
from ftz_qa.indexing import index_issues
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.store import build_ids, current_build
from ftz_qa.web.access import COOKIE
from ftz_qa.web.entrance import MAX_FAILURES, Entrance
from ftz_qa.web.server import MAX_UPLOAD_BYTES
from ftz_qa.web.workbench import Maintenance, Workbench
from page_browser import WIDE, answers, ask, box, opened, question_box, served, violations
from page_fixture import ScriptedAnswerer
from upkeep_driver import write_bulletin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from playwright.sync_api import BrowserContext

    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Span

pytestmark = pytest.mark.page

HOSTILE_TITLE = "<img src=x onerror='window.hacked=1'> ${window.hacked=2} {{value}} 与 <b>粗体</b>"
HOSTILE_NAME = "<img src=x onerror=window.hacked=3> ${1} {{2}} & 坏.txt"


class HeldEmbedder(NgramEmbedder):
    """Embeds passages only while it is allowed to; questions always."""

    def __init__(self) -> None:
        super().__init__()
        self.allowed = threading.Event()
        self.allowed.set()

    def embed_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[Any], list[NDArray[Any]]]:
        """Tell that one is done, and wait."""
        if progress is not None:
            progress(1, len(texts))
        assert self.allowed.wait(30)
        return super().embed_spans(texts, spans, progress)


class Office:
    """Folders of bulletins and index, and the page over them.

    Parameters
    ----------
    folder
        Where all of it is.
    entrance
        Who gets in.
    """

    def __init__(self, folder: Path, entrance: Entrance) -> None:
        self.issues, self.index, self.uploads = folder / "issues", folder / "index", folder / "uploads"
        self.embedder = HeldEmbedder()
        for number in (1, 2):
            write_bulletin(self.issues, number, 5)
        index_issues([self.issues], self.index, self.embedder)
        self.entrance = entrance
        self.workbench = Workbench(self.index, self.issues, self.embedder, wait=0.5)

    @property
    def maintenance(self) -> Maintenance:
        """What the page is given."""
        return Maintenance(self.workbench, self.entrance)

    def answerer(self, reading: ReadingModel) -> Answerer:
        """What the page asks."""
        return Answerer(AnswerChain(PassageIndex.load(self.index), self.embedder, reading, self.index))

    def numbers(self) -> list[int]:
        """The issues that are indexed."""
        return sorted(issue.number or 0 for issue in read_issues(self.index))

    def state(self) -> tuple[str, list[str], list[str]]:
        """Everything that a change would change."""
        files = sorted(str(path) for path in self.issues.rglob("*"))
        return current_build(self.index), build_ids(self.index), files


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("office"), Entrance())


@pytest.fixture(scope="module")
def address(office: Office, reading: ReadingModel) -> Iterator[str]:
    with served(office.answerer(reading), office.maintenance) as address:
        yield address


@pytest.fixture(scope="module")
def context(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport=WIDE, locale="zh-CN")


@pytest.fixture(autouse=True)
def _signed_out(context: BrowserContext) -> None:
    context.clear_cookies()


@pytest.fixture
def desk(page: Page, office: Office) -> Page:
    """The page after signing in with the token."""
    sign_in(page, office.entrance.token)
    expect(page.locator("#upkeep-upload")).to_be_visible()
    return page


def sign_in(page: Page, password: str, name: str = "") -> None:
    if not page.locator("dialog.sign-in").is_visible():
        page.locator("#door .door").click()
    if name:
        page.locator("dialog input[name=name]").fill(name)
    page.locator("dialog input[name=password]").fill(password)
    page.locator("dialog [type=submit]").click()


def upload(page: Page, *files: Path) -> None:
    page.locator("#upkeep-upload input[type=file]").set_input_files(list(files))


def row(page: Page, name: str) -> str:
    """What the table of files says of one."""
    return page.locator("#upkeep-report .files tr", has_text=name).inner_text()


def choose(page: Page, box_id: str, text: str) -> None:
    page.locator(f"{box_id} input").click()
    page.get_by_role("option", name=text).click()


# What maintainers do


def test_two_files_of_which_one_is_bad_are_compared_applied_asked_about_removed_and_brought_back(
    desk: Page, office: Office
) -> None:
    before = office.state()
    good = write_bulletin(office.uploads, 3, 7).rename(office.uploads / "第3期.txt")
    bad = office.uploads / "坏.txt"
    bad.write_text("不是通报", encoding="utf-8")
    upload(desk, good, bad)
    expect(desk.locator("#upkeep-report")).to_contain_text("尚未应用")
    assert "新增" in row(desk, "第3期.txt")
    assert "第3期" in row(desk, "第3期.txt")
    assert "失败" in row(desk, "坏.txt")
    assert "没有文章标题" in row(desk, "坏.txt")
    desk.locator("#upkeep-report summary").click()
    expect(desk.locator("#upkeep-report li.added")).to_have_count(3)
    assert office.state() == before

    desk.locator("#upkeep-apply").click()
    expect(desk.locator("#upkeep-report")).to_contain_text("索引已更新")
    assert "新增" in row(desk, "第3期.txt")
    assert "失败" in row(desk, "坏.txt")
    expect(desk.locator("#upkeep-apply")).to_be_hidden()
    assert office.numbers() == [1, 2, 3]
    assert (office.issues / "第3期.txt").read_text(encoding="utf-8").count("7件") == 6

    desk.locator("#chat-tab-button").click()
    expect(desk.locator(".coverage")).to_contain_text("共3期")
    ask(desk, "第3期有哪些文章？")
    expect(answers(desk).last).to_contain_text("第3期的第1项工作")

    desk.locator("#maintenance-tab-button").click()
    desk.locator("#upkeep-remove").click()
    expect(desk.locator("#upkeep-notice")).to_contain_text("请先选择")
    choose(desk, "#upkeep-issue", "第3期")
    desk.locator("#upkeep-remove").click()
    expect(desk.locator("#upkeep-confirm")).to_contain_text("第3期")
    desk.locator("#upkeep-remove-cancel").click()
    expect(desk.locator("#upkeep-confirm")).to_be_hidden()
    assert office.numbers() == [1, 2, 3]
    with_third = current_build(office.index)
    desk.locator("#upkeep-remove").click()
    desk.locator("#upkeep-remove-confirm").click()
    expect(desk.locator("#upkeep-report")).to_contain_text("移除")
    assert office.numbers() == [1, 2]
    desk.locator("#chat-tab-button").click()
    ask(desk, "第3期有哪些文章？")
    expect(answers(desk)).to_have_count(2)
    expect(answers(desk).last.locator(".progress")).to_have_count(0)
    expect(answers(desk).last).not_to_contain_text("第3期的第1项工作")

    desk.locator("#maintenance-tab-button").click()
    choose(desk, "#upkeep-build", with_third)
    desk.locator("#upkeep-rollback").click()
    expect(desk.locator("#upkeep-progress")).to_contain_text(f"已恢复版本 {with_third}")
    expect(desk.locator("#upkeep-builds tr", has_text="当前")).to_contain_text(with_third)
    assert office.numbers() == [1, 2, 3]


def test_progress_is_shown_and_the_chat_answers_meanwhile(desk: Page, office: Office) -> None:
    office.embedder.allowed.clear()
    try:
        upload(desk, write_bulletin(office.uploads, 2, 9))
        expect(desk.locator("#upkeep-report .kind").first).to_have_text("更新")
        desk.locator("#upkeep-apply").click()
        expect(desk.locator("#upkeep-progress progress")).to_have_attribute("value", "1")
        expect(desk.locator("#upkeep-progress")).to_contain_text("嵌入段落 1/3")
        expect(desk.locator("#upkeep-apply")).to_be_disabled()
        desk.locator("#chat-tab-button").click()
        ask(desk, "第1期有哪些文章？")
        expect(answers(desk).last).to_contain_text("第1期的第1项工作")
    finally:
        office.embedder.allowed.set()
    desk.locator("#maintenance-tab-button").click()
    expect(desk.locator("#upkeep-report")).to_contain_text("旧文件已移到")
    assert "9件" in (office.issues / "2.txt").read_text(encoding="utf-8")


def test_another_writer_is_named_and_applying_can_be_tried_again(desk: Page, office: Office) -> None:
    upload(desk, write_bulletin(office.uploads, 4, 1))
    expect(desk.locator("#upkeep-report .kind").first).to_have_text("新增")
    before = office.state()
    with writer_lock(office.index, LockRequest("ftz-qa watch")):
        desk.locator("#upkeep-apply").click()
        expect(desk.locator("#upkeep-notice")).to_contain_text("ftz-qa watch")
    assert office.state() == before
    desk.locator("#upkeep-apply").click()
    expect(desk.locator("#upkeep-report")).to_contain_text("索引已更新")
    assert 4 in office.numbers()


def test_markup_in_names_and_titles_stays_text(desk: Page, office: Office) -> None:
    hostile = write_bulletin(office.uploads, 5, 1)
    text = hostile.read_text(encoding="utf-8").replace("第5期的第1项工作\n", HOSTILE_TITLE + "\n", 1)
    hostile.write_text(text, encoding="utf-8")
    named = office.uploads / HOSTILE_NAME
    named.write_text("坏", encoding="utf-8")
    upload(desk, hostile, named)
    expect(desk.locator("#upkeep-report .kind.failed")).to_be_visible()
    desk.locator("#upkeep-report summary").click()
    shown = desk.locator("#upkeep-report li").first.text_content() or ""
    assert "".join(HOSTILE_TITLE.split()) in "".join(shown.split())
    expect(desk.locator("#upkeep-report :is(img, li b b, td b)")).to_have_count(0)
    desk.wait_for_timeout(200)
    assert desk.evaluate("window.hacked") is None
    desk.locator("#upkeep-discard").click()
    expect(desk.locator("#upkeep-progress")).to_contain_text("已放弃")
    expect(desk.locator("#upkeep-report")).to_have_text("")


# Who gets in


def test_without_signing_in_the_page_is_the_chat_and_nothing_else(page: Page) -> None:
    expect(page.locator("#door .door")).to_be_visible()
    expect(page.locator("#maintenance-tab-button")).to_be_hidden()
    expect(page.locator("#upkeep")).to_have_count(0)
    with served(ScriptedAnswerer()) as alone:
        other = page.context.new_page()
        other.goto(alone)
        expect(question_box(other)).to_be_visible()
        for part in ("#left", "#right", "#composer"):
            assert box(page, part) == box(other, part)
        other.close()


def test_a_permanent_link_opens_its_article_here_too(context: BrowserContext, address: str) -> None:
    with opened(context, f"{address}/?issue=1&article=2", "#place h2") as page:
        expect(page.locator("#door .door")).to_be_visible()
        page.wait_for_timeout(500)
        expect(page.locator("#place h2")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_way_of_maintainers(desk: Page, scheme: Literal["light", "dark"]) -> None:
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    desk.reload()
    expect(desk.locator("#maintenance-tab-button")).to_be_visible()
    desk.locator("#maintenance-tab-button").click()
    expect(desk.locator("#upkeep-builds table")).to_be_visible()
    desk.wait_for_timeout(300)
    assert violations(desk) == []


def test_signing_out_hides_the_tab_and_a_reload_keeps_the_session_until_then(desk: Page, address: str) -> None:
    cookie = next(cookie for cookie in desk.context.cookies() if cookie.get("name") == COOKIE)
    assert (cookie.get("httpOnly"), cookie.get("sameSite")) == (True, "Strict")
    assert desk.evaluate("document.cookie") == ""
    desk.goto(address)
    expect(desk.locator("#maintenance-tab-button")).to_be_visible()
    desk.locator("#door .leave").click()
    expect(desk.locator("#maintenance-tab-button")).to_be_hidden()
    expect(desk.locator("#door .door")).to_be_visible()
    expect(question_box(desk)).to_be_visible()
    with httpx.Client(base_url=address, cookies={COOKIE: cookie.get("value", "")}) as http:
        assert http.post("/gradio_api/upload", files={"files": ("1.txt", b"x")}).status_code == 403


def test_accounts_have_a_password_and_wrong_ones_are_limited(
    browser: Browser, reading: ReadingModel, tmp_path: Path
) -> None:
    now = [0.0]
    accounts = tmp_path / "accounts.toml"
    write_account(accounts, "王芳", PasswordHash.of("临江-2025-口岸"))
    office = Office(tmp_path, Entrance(accounts, lambda: now[0]))
    with served(office.answerer(reading), office.maintenance) as address:
        page = browser.new_page()
        page.goto(address)
        problem = page.locator("dialog .problem")
        for attempt in range(MAX_FAILURES):
            sign_in(page, f"wrong {attempt}", "王芳")
            expect(page.locator("dialog [type=submit]")).to_be_enabled()
            expect(problem).to_have_text("账户或密码不对。")
        sign_in(page, "临江-2025-口岸", "王芳")
        expect(problem).to_have_text("连续 5 次没有登录成功，请等 60 秒后再试。")
        now[0] += 60
        sign_in(page, "临江-2025-口岸", "王芳")
        expect(page.locator("#door .who")).to_have_text("王芳")
        expect(page.locator("#upkeep-upload")).to_be_visible()
        page.close()


class Outsider:
    """Speaks to the page's server as its script does, but without a session.

    Parameters
    ----------
    http
        Goes to the page's address.
    """

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        config = http.get("/config").json()
        ours = {c["id"] for c in config["components"] if str(c["props"].get("elem_id", "")).startswith("upkeep")}
        self.handlers = [
            handler
            for handler in config["dependencies"]
            if any(component in ours for component, _ in handler["targets"])
        ]

    def call(self, handler: dict[str, Any], session: str) -> dict[str, Any]:
        """The last event that the server sends for a call."""
        body = {"data": [None] * len(handler["inputs"]), "fn_index": handler["id"], "session_hash": session}
        queued = self._http.post("/gradio_api/queue/join", json=body)
        queued.raise_for_status()
        with self._http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as events:
            for line in events.iter_lines():
                event = json.loads(line.removeprefix("data:")) if line.startswith("data:") else {}
                if event.get("msg") == "process_completed" and event["event_id"] == queued.json()["event_id"]:
                    return dict(event)
        raise AssertionError("the call did not end")


def test_no_handler_of_the_tab_obeys_who_is_not_signed_in(address: str, office: Office) -> None:
    before = office.state()
    with httpx.Client(base_url=address, timeout=20) as http:
        outsider = Outsider(http)
        assert len(outsider.handlers) == 7
        for handler in outsider.handlers:
            event = outsider.call(handler, secrets.token_hex(6))
            assert not event["success"]
            assert event["output"]["error"].startswith("请先登录")
            direct = {"data": [None] * len(handler["inputs"]), "fn_index": handler["id"], "session_hash": "x"}
            assert http.post("/gradio_api/run/predict", json=direct).status_code >= 400
    assert office.state() == before


def test_knowing_the_session_of_a_maintainer_is_not_enough(desk: Page, address: str, office: Office) -> None:
    sessions: list[str] = []
    desk.on("request", lambda request: sessions.append(request.url) if "session_hash=" in request.url else None)
    upload(desk, write_bulletin(office.uploads, 6, 1))
    expect(desk.locator("#upkeep-report .kind").first).to_have_text("新增")
    session = sessions[-1].partition("session_hash=")[2].partition("&")[0]
    before = office.state()
    with httpx.Client(base_url=address, timeout=20) as http:
        outsider = Outsider(http)
        apply = next(handler for handler in outsider.handlers if handler["id"] == apply_id(http))
        event = outsider.call(apply, session)
    assert not event["success"]
    assert office.state() == before
    desk.locator("#upkeep-apply").click()
    expect(desk.locator("#upkeep-report")).to_contain_text("索引已更新")
    assert 6 in office.numbers()


def apply_id(http: httpx.Client) -> int:
    config = http.get("/config").json()
    button = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "upkeep-apply")
    return next(int(h["id"]) for h in config["dependencies"] if [button, "click"] in h["targets"])


def test_files_are_taken_from_maintainers_only_and_never_leave_the_folder_of_uploads(
    address: str, office: Office
) -> None:
    path = "/gradio_api/upload"
    evil = {"files": ("../../../../evil.txt", b"x", "text/plain")}
    with httpx.Client(base_url=address, timeout=20) as http:
        refused = http.post(path, files=evil)
        assert (refused.status_code, refused.text[:4]) == (403, "请先登录")
        assert http.post(path + "/", files=evil).status_code == 403
        session = office.entrance.sign_in("test", "", office.entrance.token)
        http.cookies.set(COOKIE, session)
        stored = http.post(path, files=evil)
        assert stored.status_code == 200
        assert ".." not in stored.json()[0]
        endless = http.post(path, content=iter([b"x"]), headers={"Content-Type": "multipart/form-data; boundary=b"})
        assert endless.status_code == 411
    raw = http_client.HTTPConnection(address.removeprefix("http://"), timeout=20)
    raw.putrequest("POST", path)
    for name, value in (
        ("Content-Type", "multipart/form-data; boundary=b"),
        ("Content-Length", str(MAX_UPLOAD_BYTES + 1)),
        ("Cookie", f"{COOKIE}={session}"),
    ):
        raw.putheader(name, value)
    raw.endheaders()
    assert raw.getresponse().status == 413
    raw.close()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b'{"password": "x"}'),
        ("application/x-www-form-urlencoded", b"password=x"),
        ("application/json", b"["),
        ("application/json", b'{"password": 1}'),
        ("application/json", b'{"password": "' + b"x" * 10_000 + b'"}'),
    ],
)
def test_signing_in_takes_small_json_only(kind: str, body: bytes, address: str) -> None:
    with httpx.Client(base_url=address) as http:
        response = http.post("/maintenance/sign-in", content=body, headers={"Content-Type": kind})
        assert response.status_code == 400
        assert not response.cookies
