"""Builds published under a running page: no question fails, and no answer mixes two builds.

Every figure and every title of a build ends in its number, so an answer shows all the builds that it comes from.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from conftest import NgramEmbedder
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues
from ftz_qa.types import Answer
from ftz_qa.upkeep import collect_garbage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx
    from numpy.typing import NDArray

    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Citation

REBUILDS = 10
CLIENTS = 8
EACH = 25
TIMEOUT = 60

CONTENTS = "第7期有哪些文章？"
UNKNOWN = "火星基地什么时候建成？"
QUESTIONS = (
    "雁口铁路口岸上半年开行中欧班列多少列？",
    "云州片区生物医药园占地多少亩？",
    CONTENTS,
    "雁口片区去年出口二手车多少台？",
    UNKNOWN,
    "哪几期提到生物医药园？",
    "第7期里，雁口铁路口岸上半年开行中欧班列多少列？",
)
_STAMP = re.compile(r"(?<!\d)[4-9](\d\d)(?=[列家亩台轮])")

ISSUE = """自贸动态（示例）

第 {number} 期

主办：云江省自贸办（示例）

2025 年 {month} 月 15 日

一、云江板块

{articles}
"""
RAIL = """（一）雁口开行中欧班列第4{n:02}轮

今年上半年，雁口铁路口岸开行中欧班列5{n:02}列。其中出境6{n:02}列，入境7{n:02}列，服务企业8{n:02}家。

（二）云州建设生物医药园第5{n:02}轮

云州片区生物医药园占地6{n:02}亩，已有9{n:02}家企业签约入园，二期占地7{n:02}亩。
"""
CARS = """（一）二手车出口增长第6{n:02}轮

去年，雁口片区出口二手车7{n:02}台，其中新能源车4{n:02}台，产品销往哈萨克斯坦。
"""


class NearEmbedder(NgramEmbedder):
    """As with E5 all texts are near each other, so that what is asked of the made-up issues is not refused."""

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = super()._vector(text)
        vector[0] += 2
        return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


class Publisher:
    """Publishes one build after the other, each over the same folders, and clears the one before away.

    Parameters
    ----------
    folder
        Where issues and index are.
    """

    def __init__(self, folder: Path) -> None:
        self.index_dir = folder / "index"
        self.published = -1
        self._issues = folder / "issues"
        self._issues.mkdir()

    def publish(self) -> None:
        """Change every figure, index, and delete all builds but the new one."""
        n = self.published + 1
        for number, month, articles in ((7, 3, RAIL), (8, 4, CARS)):
            text = ISSUE.format(number=number, month=month, articles=articles.format(n=n))
            (self._issues / f"{number}.txt").write_text(text, encoding="utf-8")
        assert index_issues([self._issues], self.index_dir, NearEmbedder()).published
        self.published = n
        collect_garbage(self.index_dir, 1)


class Pace:
    """Keeps questions and builds together: neither may be more than a build's share of the questions ahead.

    Parameters
    ----------
    share
        How many questions go with one build.
    """

    def __init__(self, share: int) -> None:
        self._share = share
        self._answered = self._built = 0
        self._over = False
        self._changed = threading.Condition()

    def await_questions(self) -> None:
        """Until the questions that go with the builds so far are answered."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._answered >= self._share * self._built, TIMEOUT)

    def await_builds(self) -> None:
        """Until the builds for the questions so far are there, but for the one that is being made."""
        with self._changed:
            ahead = self._share * 2
            enough = self._changed.wait_for(
                lambda: self._over or self._answered < self._share * self._built + ahead, TIMEOUT
            )
            assert enough

    def await_end(self) -> None:
        """Until no more builds are made."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._over, TIMEOUT)

    def count(self, *, answered: int = 0, built: int = 0, over: bool = False) -> None:
        """Tell all who wait what has been done."""
        with self._changed:
            self._answered += answered
            self._built += built
            self._over = self._over or over
            self._changed.notify_all()


@pytest.fixture
def publisher(tmp_path: Path) -> Publisher:
    """With build 0 published."""
    publisher = Publisher(tmp_path)
    publisher.publish()
    return publisher


@pytest.fixture
def answerer(publisher: Publisher, reading: ReadingModel) -> Answerer:
    """A running chain over the publisher's index."""
    return Answerer(AnswerChain(PassageIndex.load(publisher.index_dir), NearEmbedder(), reading, publisher.index_dir))


def stamps(text: str) -> set[int]:
    """The builds of which there are figures in a text."""
    return {int(n) for n in _STAMP.findall(text)}


def printed(answer: Answer) -> str:
    """Everything that an answer shows."""
    return "\n".join([answer.text, *answer.notes, *(_source(c) for c in (*answer.citations, *answer.leads))])


def _source(citation: Citation) -> str:
    return f"{citation.title}\n{citation.quote}\n{citation.paragraph}"


def ask_through_rebuilds(
    publisher: Publisher, ask: Callable[[str], str], clients: int, each: int, rebuilds: int
) -> list[tuple[int, set[int], int]]:
    """Ask from several threads while builds are published; the last question of each comes after the last build.

    Returns
    -------
    list
        For every question: the newest build published before it was asked, the builds that its answer shows, and the
        newest that could have been there when it was answered.
    """
    pace = Pace(clients * (each - 1) // rebuilds)

    def one(question: str) -> tuple[int, set[int], int]:
        before = publisher.published
        shown = stamps(ask(question))
        pace.count(answered=1)
        return before, shown, publisher.published + 1

    def client(shift: int) -> list[tuple[int, set[int], int]]:
        asked = []
        for n in range(each - 1):
            pace.await_builds()
            asked.append(one(QUESTIONS[(n + shift) % len(QUESTIONS)]))
        pace.await_end()
        return [*asked, one(QUESTIONS[0])]

    def publish_all() -> None:
        try:
            for _ in range(rebuilds):
                pace.await_questions()
                publisher.publish()
                pace.count(built=1)
        finally:
            pace.count(over=True)

    with ThreadPoolExecutor(clients + 1) as pool:
        publishing = pool.submit(publish_all)
        outcomes = list(pool.map(client, range(clients)))
        publishing.result()
    for asked in outcomes:
        assert asked[-1][1] == {publisher.published}
    return [one for asked in outcomes for one in asked]


def check(outcomes: list[tuple[int, set[int], int]], rebuilds: int) -> None:
    """Every answer is of one build, and of one that was current while it was asked."""
    for before, shown, after in outcomes:
        assert len(shown) == 1
        assert before <= min(shown) <= after
    assert len({min(shown) for _, shown, _ in outcomes}) > rebuilds - 2  # else the builds came too fast to be seen


def test_questions_of_many_clients_are_answered_from_one_build_each_while_builds_are_published(
    publisher: Publisher, answerer: Answerer
) -> None:
    modes = []

    def ask(question: str) -> str:
        answer = answerer.answer(question)
        modes.append((answer.mode, answer.refused))
        return printed(answer)

    outcomes = ask_through_rebuilds(publisher, ask, CLIENTS, EACH, REBUILDS)
    assert len(outcomes) == CLIENTS * EACH == 200
    assert publisher.published == REBUILDS
    check(outcomes, REBUILDS)
    assert {("extractive", False), ("extractive", True), ("structure", False)} <= set(modes)


def test_a_stream_under_way_goes_on_with_the_build_that_it_began_with(publisher: Publisher, answerer: Answerer) -> None:
    stream = answerer.stream(CONTENTS)
    pieces = [next(stream)]
    publisher.publish()
    pieces.extend(stream)
    assert len(pieces) > 3
    assert stamps("".join(p if isinstance(p, str) else printed(p) for p in pieces)) == {0}
    assert stamps(printed(answerer.answer(CONTENTS))) == {1}


# The same through the served page


class PageClient:
    """Asks a served page as its own script does, with a session for every question.

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

    def ask(self, question: str) -> str:
        """All that the page is told to show from the question on."""
        session = secrets.token_hex(6)
        taken = {"data": [question, None, None], "fn_index": self._take, "session_hash": session}
        self._http.post("/gradio_api/run/predict", json=taken).raise_for_status()
        queued = {"data": [None, None], "fn_index": self._answer, "session_hash": session}
        self._http.post("/gradio_api/queue/join", json=queued).raise_for_status()
        shown: list[dict[str, Any]] = []
        with self._http.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as events:
            for line in events.iter_lines():
                if line.startswith("data:"):
                    shown.append(json.loads(line.removeprefix("data:")))
                    if shown[-1]["msg"] == "process_completed":
                        break
        assert shown[-1]["success"]
        return json.dumps([event.get("output") for event in shown], ensure_ascii=False)


@pytest.fixture
def page(answerer: Answerer) -> Iterator[PageClient]:
    """The served page over the running chain."""
    import httpx

    from page_browser import served

    with served(answerer) as address, httpx.Client(base_url=address, timeout=TIMEOUT) as http:
        yield PageClient(http)


@pytest.mark.page
def test_the_served_page_answers_through_rebuilds(publisher: Publisher, page: PageClient) -> None:
    rebuilds = 4
    outcomes = ask_through_rebuilds(publisher, page.ask, clients=4, each=8, rebuilds=rebuilds)
    check(outcomes, rebuilds)
