"""Who may do what: login, roles, sessions, limits, turns, and twenty who ask at once."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import expect

from conftest import NgramEmbedder
from ftz_qa.accounts import PasswordHash, Role, write_account
from ftz_qa.errors import InputError
from ftz_qa.filters import UNFILTERED
from ftz_qa.types import Answer
from ftz_qa.web.conversation import Conversation
from ftz_qa.web.entrance import SESSION_SECONDS, Entrance, SignInError
from ftz_qa.web.limiting import QuestionLimit, TooOftenError
from ftz_qa.web.login import is_loopback, login_required
from ftz_qa.web.people import People
from ftz_qa.web.records import Records, open_entrance
from ftz_qa.web.services import Services
from ftz_qa.web.turns import Turns
from ftz_qa.web.visitors import Visitor
from ftz_qa.web.workbench import Maintenance, Workbench
from page_browser import question_box, served
from page_fixture import ScriptedAnswerer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser

    from ftz_qa.filters import Filters
    from ftz_qa.types import Turn

USERS = 20
PASSWORD = "临江-2025-口岸"
PAGE = {"accept": "text/html"}


def cheap_hash(role: Role) -> PasswordHash:
    """A hash of `PASSWORD` that costs next to nothing."""
    blank = PasswordHash(10, 1, 1, b"12345678", bytes(32), role)
    return PasswordHash(10, 1, 1, b"12345678", blank._derive(PASSWORD), role)


class EchoAnswerer(ScriptedAnswerer):
    """Answers every question with itself and what was said before."""

    def stream(self, question: str, history: Sequence[Turn], filters: Filters = UNFILTERED) -> Iterator[str | Answer]:
        """Repeat the question, after a while that leaves time for others."""
        self.released.wait(0.05)
        said = "；".join(turn.content for turn in history)
        yield "答："
        yield Answer(question, f"答：{question}（{said}）", False, (), "structure")


class House:
    """A served page with accounts, at which everybody has to sign in.

    Parameters
    ----------
    folder
        Where accounts and data are.
    per_minute
        How many questions one may ask.
    """

    def __init__(self, folder: Path, per_minute: int = 0, names: Sequence[str] = ("王芳", "李雷")) -> None:
        self.accounts = folder / "accounts.json"
        hashes = {name: cheap_hash("maintainer" if name == "王芳" else "staff") for name in names}
        self.accounts.write_text(json.dumps({name: str(value) for name, value in hashes.items()}), encoding="utf-8")
        self.records = Records.open(folder / "data")
        self.entrance = open_entrance(self.accounts, folder / "data", self.records)
        self.answerer = EchoAnswerer()
        people = People(self.entrance, login_required=True, tokens=self.records.tokens)
        self.services = Services(self.answerer, records=self.records, people=people, limit=QuestionLimit(per_minute))
        workbench = Workbench(folder / "index", folder / "issues", NgramEmbedder())
        self.maintenance = Maintenance(workbench, self.entrance)

    def serving(self) -> Iterator[str]:
        """Its address, while it is served."""
        with served(self.answerer, self.maintenance, self.services) as address:
            yield address


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def address(house: House) -> Iterator[str]:
    yield from house.serving()


@contextmanager
def client(address: str, name: str = "") -> Iterator[httpx.Client]:
    """A client, signed in where a name is given."""
    with httpx.Client(base_url=address, timeout=60) as http:
        if name:
            http.post("/maintenance/sign-in", json={"name": name, "password": PASSWORD}).raise_for_status()
        yield http


def question_of(user: int) -> str:
    return f"第{user}位用户的问题是什么？"


# Login


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        *(("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)),
        *(("0.0.0.0", False), ("::", False), ("192.168.1.5", False), ("server.example", False)),
    ],
)
def test_addresses_that_only_this_machine_reaches(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_login_is_demanded_elsewhere_and_needs_accounts() -> None:
    assert not login_required("127.0.0.1", "auto", accounts=False)
    assert login_required("127.0.0.1", "always", accounts=True)
    assert login_required("0.0.0.0", "auto", accounts=True)
    with pytest.raises(InputError, match="FTZ_QA_ACCOUNTS_FILE"):
        login_required("0.0.0.0", "auto", accounts=False)


CLOSED = (
    ("GET", "/config"),
    ("GET", "/gradio_api/info"),
    ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/api/ask"),
    ("GET", "/api/openapi.json"),
    ("POST", "/mcp"),
    ("GET", "/ledger.csv"),
    ("GET", "/conversations/x.md"),
    ("GET", "/feedback.jsonl"),
    ("GET", "/theme.css"),
    ("POST", "/maintenance/sign-out"),
)


def test_strangers_get_nothing(address: str) -> None:
    with client(address) as http:
        replies = [http.request(method, path, json={} if method == "POST" else None) for method, path in CLOSED]
    assert [(reply.status_code, reply.json()) for reply in replies] == [(401, {"message": "请先登录。"})] * len(CLOSED)


def test_strangers_get_the_form_and_monitoring_its_counts(address: str) -> None:
    with client(address) as http:
        reply = http.get("/", headers=PAGE)
        assert (reply.status_code, 'name="password"' in reply.text) == (401, True)
        assert "第87期" not in reply.text
        assert "%" not in re.sub(r"<style>.*?</style>", "", reply.text, flags=re.S)
        assert http.get("/healthz").status_code == 200
        assert http.get("/metrics").status_code == 200


def test_whoever_signs_in_may_ask(address: str) -> None:
    with client(address, "李雷") as http:
        assert "gradio" in http.get("/", headers=PAGE).text
        assert http.post("/api/ask", json={"question": "问"}).json()["answer"] == "答：问（）"
        http.post("/maintenance/sign-out", json={})
        assert http.post("/api/ask", json={"question": "问"}).status_code == 401


# Roles and sessions


def test_staff_are_no_maintainers(house: House, address: str) -> None:
    with client(address, "李雷") as staff, client(address, "王芳") as maintainer:
        assert staff.get("/feedback.jsonl").status_code == 403
        assert maintainer.get("/feedback.jsonl").status_code == 200
        files = {"files": ("a.txt", b"x")}
        assert staff.post("/gradio_api/upload", files=files).status_code == 403
        assert maintainer.post("/gradio_api/upload", files=files).status_code == 200
    assert [(entry.who, entry.action) for entry in house.records.audit.latest()] == [
        ("王芳", "export"),
        ("王芳", "sign-in"),
        ("李雷", "sign-in"),
    ]


def test_a_role_is_kept_with_the_hash(tmp_path: Path) -> None:
    path = tmp_path / "accounts.toml"
    write_account(path, "李雷", cheap_hash("staff"))
    entrance = Entrance(path)
    secret = entrance.sign_in("c", "李雷", PASSWORD)
    assert entrance.visitor(secret) == Visitor("李雷", "staff")
    assert entrance.holder(secret) is None
    write_account(path, "李雷", cheap_hash("maintainer"))
    assert entrance.visitor(secret) is None  # a change of the account ends its sessions


def test_without_accounts_the_token_makes_nobody_else(tmp_path: Path) -> None:
    records = Records.open(tmp_path)
    entrance = open_entrance(None, tmp_path, records)
    people = People(entrance)
    answerer = EchoAnswerer()
    maintenance = Maintenance(Workbench(tmp_path / "index", tmp_path / "issues", NgramEmbedder()), entrance)
    talk = Conversation().ask("问").finish(Answer("问", "答", False, (), "structure"))
    id_ = records.history.save("", None, talk)
    services = Services(answerer, records=records, people=people)
    with served(answerer, maintenance, services) as address, client(address) as http:
        codes = [http.get(f"/conversations/{id_}.md").status_code, http.get("/feedback.jsonl").status_code]
        http.post("/maintenance/sign-in", json={"password": entrance.token}).raise_for_status()
        codes += [http.get(f"/conversations/{id_}.md").status_code, http.get("/feedback.jsonl").status_code]
    assert codes == [200, 403, 200, 200]


def test_sessions_outlast_a_restart_and_end_with_their_time_and_by_signing_out(tmp_path: Path) -> None:
    house = House(tmp_path)
    first, second = (house.entrance.sign_in("c", "李雷", PASSWORD) for _ in range(2))
    house.entrance.sign_out(first)
    again = open_entrance(house.accounts, tmp_path / "data", Records.open(tmp_path / "data"))
    assert again.visitor(second) == Visitor("李雷", "staff")
    assert again.visitor(first) is None
    house.accounts.write_text("{}", encoding="utf-8")
    assert again.visitor(second) is None


def test_sessions_are_signed(tmp_path: Path) -> None:
    house = House(tmp_path)
    secret = house.entrance.sign_in("c", "李雷", PASSWORD)
    payload, _, signature = secret.rpartition(".")
    other = Entrance(house.accounts).sign_in("c", "李雷", PASSWORD)  # with another key
    forged = [other, f"{payload}x.{signature}", payload, f"{other.rpartition('.')[0]}.{signature}", "", "é"]
    assert [house.entrance.visitor(text) for text in forged] == [None] * len(forged)
    assert house.entrance.visitor(secret) is not None


def test_sessions_expire(tmp_path: Path) -> None:
    now = [1000.0]
    path = House(tmp_path).accounts
    entrance = Entrance(path, clock=lambda: now[0])
    secret = entrance.sign_in("c", "李雷", PASSWORD)
    now[0] += SESSION_SECONDS - 1
    assert entrance.visitor(secret)
    now[0] += 1
    assert entrance.visitor(secret) is None


def test_guessing_is_limited(house: House, address: str) -> None:
    with client(address) as http:
        wrong = {"name": "李雷", "password": "wrong-wrong"}
        codes = [http.post("/maintenance/sign-in", json=wrong).status_code for _ in range(6)]
        assert codes == [401] * 5 + [429]
    with pytest.raises(SignInError, match="请等"):
        house.entrance.sign_in("127.0.0.1", "李雷", PASSWORD)


def test_users_export_their_own_conversations_only(house: House, address: str) -> None:
    talk = Conversation().ask("问").finish(Answer("问", "答", False, (), "structure"))
    id_ = house.records.history.save("李雷", None, talk)
    with client(address, "李雷") as owner, client(address, "王芳") as other:
        assert owner.get(f"/conversations/{id_}.md").status_code == 200
        assert owner.get(f"/conversations/{id_}.docx").content[:2] == b"PK"
        assert other.get(f"/conversations/{id_}.md").status_code == 404


# Limits and turns


def test_questions_of_each_visitor_are_limited(tmp_path: Path) -> None:
    for address in House(tmp_path, per_minute=3).serving():
        with client(address, "李雷") as one, client(address, "王芳") as other:
            codes = [one.post("/api/ask", json={"question": "问"}).status_code for _ in range(4)]
            assert codes == [200, 200, 200, 429]
            refused = one.post("/api/ask", json={"question": "问"})
            assert 1 <= int(refused.headers["retry-after"]) <= 60
            assert "每分钟最多 3 个问题" in refused.json()["message"]
            assert other.post("/api/ask", json={"question": "问"}).status_code == 200
            assert "ftz_qa_questions_limited_total 2.0" in other.get("/metrics").text
            assert "太频繁" in PageClient(one).ask("从网页提问")


def test_no_limit_is_none() -> None:
    limit = QuestionLimit(0)
    for _ in range(100):
        limit.admit("a")
    limited = QuestionLimit(1)
    limited.admit("a")
    with pytest.raises(TooOftenError):
        limited.admit("a")


def test_turns_come_in_order_and_tell_how_many_are_ahead() -> None:
    async def run() -> tuple[list[int], dict[int, list[int]]]:
        turns = Turns(2)
        done: list[int] = []
        told: dict[int, list[int]] = {}

        async def one(number: int, given_up: bool = False) -> None:
            async with turns.place() as place:
                told[number] = []
                async for ahead in place.ahead(lambda: given_up and bool(told[number])):
                    told[number].append(ahead)
                if place.has_turn:
                    await asyncio.sleep(0.02)
                    done.append(number)

        await asyncio.gather(*(one(number, number == 3) for number in range(6)))
        assert turns.waiting == 0
        return done, told

    done, told = asyncio.run(run())
    assert done == [0, 1, 2, 4, 5]
    assert (told[0], told[1], told[2]) == ([], [], [0])
    assert told[5][0] == 2
    assert told[5] == sorted(told[5], reverse=True)


# Twenty at once


class PageClient:
    """Asks a served page as its own script does.

    Parameters
    ----------
    http
        Goes to the page's address.
    """

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        config = http.get("/config").json()
        handlers = config["dependencies"]
        box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "question")
        (self._take,) = (handler["id"] for handler in handlers if [box, "submit"] in handler["targets"])
        self._answer = next(handler["id"] for handler in handlers if handler["trigger_after"] == self._take)
        self._session = secrets.token_hex(6)

    def ask(self, question: str) -> str:
        """All that the page is told to show from the question on."""
        taken = {"data": [question, None, None], "fn_index": self._take, "session_hash": self._session}
        self._http.post("/gradio_api/run/predict", json=taken).raise_for_status()
        queued = {"data": [None, None], "fn_index": self._answer, "session_hash": self._session}
        self._http.post("/gradio_api/queue/join", json=queued).raise_for_status()
        shown: list[dict[str, Any]] = []
        with self._http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self._session}) as events:
            for line in events.iter_lines():
                if line.startswith("data:"):
                    shown.append(json.loads(line.removeprefix("data:")))
                    if shown[-1]["msg"] == "process_completed":
                        break
        assert shown[-1]["success"]
        return json.dumps([event.get("output") for event in shown], ensure_ascii=False)


def test_twenty_users_at_once_get_their_own_answers(tmp_path: Path) -> None:
    names = [f"用户{number}" for number in range(USERS)]

    def one(address: str, user: int) -> tuple[set[str], set[str]]:
        with client(address, names[user]) as http:
            history = [{"role": "user", "content": question_of(user)}]
            record = http.post("/api/ask", json={"question": question_of(user), "history": history}).json()
            page = PageClient(http)
            shown = page.ask(question_of(user)) + page.ask(question_of(user))
        return set(re.findall(r"第\d+位", record["answer"])), set(re.findall(r"第\d+位", shown))

    for address in House(tmp_path, names=names).serving():
        with ThreadPoolExecutor(USERS) as pool:
            seen = list(pool.map(one, [address] * USERS, range(USERS)))
    assert seen == [({f"第{user}位"}, {f"第{user}位"}) for user in range(USERS)]


def test_who_waits_is_told_how_many_are_ahead(tmp_path: Path) -> None:
    house = House(tmp_path)
    for address in house.serving():
        with ThreadPoolExecutor(USERS) as pool, client(address, "李雷") as http:
            pages = [PageClient(http) for _ in range(USERS)]
            shown = list(pool.map(lambda page: page.ask("问"), pages))
    assert any("正在排队，前面还有" in text for text in shown)
    assert all("答：问" in text for text in shown)


@pytest.mark.page
def test_signing_in_with_the_form(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(address) else outside.append(request.url))
    page.goto(address)
    page.get_by_label("账户").fill("李雷")
    page.get_by_label("密码").fill("wrong-wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("账户或密码不对。")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(question_box(page)).to_be_visible(timeout=15_000)
    assert not [url for url in outside if not url.startswith(("data:", "blob:"))]
    context.close()
