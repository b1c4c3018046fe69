"""An answerer with a script, for tests of the chat page: answers, refusals, delays, errors and hostile text."""

from __future__ import annotations

import datetime as dt
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ftz_qa.errors import IndexMissingError
from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.types import Annotation, Answer, Article, Citation, Issue, Section, Span, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ANSWERABLE = "临江片区跨境电商中心什么时候启用，仓库有多大？"
UNANSWERABLE = "临江片区明年的高考报名人数是多少？"
SLOW = "请慢慢说。"
SILENT = "请先想一想。"
FAILING = "请报一个错。"
BROKEN = "请出一个意外。"
HOSTILE = "请念一段不怀好意的文字。"

PARAGRAPH = (
    "6月18日，自贸试验区临江片区跨境电商综合服务中心正式启用。中心位于保税物流园区东侧，由片区管委会与临江港务公司共同建设，"
    "设有通关服务、直播选品、退货处理三个功能区。首期保税仓库面积2.6万平方米，可同时容纳40家企业入驻，日处理包裹能力达到12万件。"
    "片区管委会有关负责人表示，将推动申报、查验、放行“一站办理”，力争年内跨境电商进出口额增长三成。"
)
SECOND_PARAGRAPH = (
    "临江片区把口岸通关作为优化营商环境的突破口。上半年，片区进口整体通关时间压缩至28.4小时，出口整体通关时间压缩至0.9小时，"
    "“提前申报”比例提高到七成以上。"
)
FIRST_PART = "一、建设通关服务中心"
HOSTILE_TEXT = (
    "<script>window.hacked=1</script><img src=x onerror='window.hacked=2'> ${window.hacked=3} {{value}} `x` \\(y\\)\n"
    "$6N$ 与 $$x^2$$，**粗体**、[链接](javascript:window.hacked=4)[1]，<b>不是标签</b>&amp;[7]。"
)


def body_around(paragraph: str) -> str:
    """The text of an article in which `paragraph` stands 200 characters behind the beginning."""
    opening = f"{FIRST_PART}\n"
    return opening + "前" * (199 - len(opening)) + "\n" + paragraph + "\n后文。"


def hostile_issue(text: str) -> Issue:
    """An issue whose every text is `text`."""
    section = Section(1, text, text)
    article = Article(12, text, text, section, body_around(f"前文。{text}后文。"))
    return Issue(text, 66, dt.date(2024, 6, 30), text, text, (section,), (article,), text)


def bulletins() -> tuple[Issue, ...]:
    """The issue that the answers cite, after one without a number whose texts are hostile."""
    section = Section(1, "一、片区动态", "一、片区动态")
    titles = ("临江片区跨境电商综合服务中心启用", "临江片区持续压缩 口岸通关时间")
    texts = (body_around(PARAGRAPH), body_around(SECOND_PARAGRAPH))
    first = Article(12, titles[0], f"（十二）{titles[0]}", section, texts[0], (Span(0, len(FIRST_PART)),))
    second = Article(13, titles[1], f"（十三）{titles[1]}", section, texts[1])
    date = dt.date(2025, 6, 30)
    issue = Issue("开放动态", 87, date, "临江省自贸办", "", (section,), (first, second), "87.txt")
    hostile = hostile_issue(HOSTILE_TEXT)
    return (replace(hostile, number=None, date=dt.date(2024, 5, 31)), issue)


def citation(
    marker: int, quote: str, paragraph: str = PARAGRAPH, title: str = "临江片区跨境电商综合服务中心启用"
) -> Citation:
    """A citation of `quote` within `paragraph`, which stands 200 characters into its article."""
    start = 200 + paragraph.index(quote)
    return Citation(
        marker=marker,
        series="开放动态",
        issue=87,
        date=dt.date(2025, 6, 30),
        section="一、片区动态",
        article_no=12,
        title=title,
        quote=quote,
        start=start,
        end=start + len(quote),
        paragraph=paragraph,
        paragraph_start=200,
    )


def sentences(paragraph: str) -> list[str]:
    """The sentences of a paragraph of the fixture."""
    return [part + "。" for part in paragraph.split("。") if part]


@dataclass(frozen=True)
class Info:
    """What the scripted answerer says of its index."""

    issue_count: int = 5
    article_count: int = 46
    first_issue: int | None = 83
    last_issue: int | None = 87
    first_date: dt.date | None = dt.date(2025, 2, 28)
    last_date: dt.date | None = dt.date(2025, 6, 30)
    series: tuple[str, ...] = ("开放动态",)


@dataclass
class ScriptedAnswerer:
    """Answers the questions above and refuses every other; remembers the histories and filters it was given."""

    histories: list[list[Turn]] = field(default_factory=list)
    filters: list[Filters] = field(default_factory=list)
    closed: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def describe(self) -> Info:
        """What is indexed."""
        return Info()

    def examples(self) -> list[str]:
        """Questions with an answer."""
        return [ANSWERABLE, "临江片区的通关时间压缩到多少？", "第87期有哪些文章？"]

    def issues(self) -> tuple[Issue, ...]:
        """The issues that are cited."""
        return bulletins()

    def stream(self, question: str, history: Sequence[Turn], filters: Filters = UNFILTERED) -> Iterator[str | Answer]:
        """Play the part that the question asks for."""
        self.histories.append(list(history))
        self.filters.append(filters)
        if question == FAILING:
            raise IndexMissingError("没有可用的索引：请先运行 ftz-qa index。")
        if question == BROKEN:
            raise ZeroDivisionError("a mistake in the program")
        if question == SILENT:
            self.released.wait(20)
        if question == SLOW:
            yield from self._slowly()
        parts = {ANSWERABLE: self._answered, HOSTILE: self._hostile}
        answer = parts.get(question, self._refused)(question)
        for piece in answer.text.splitlines(keepends=True):
            time.sleep(0.05)
            yield piece
        yield answer

    def _slowly(self) -> Iterator[str]:
        self.closed.clear()
        try:
            for number in range(1, 600):
                if self.stopped.is_set():
                    return
                yield f"第{number}句。"
                time.sleep(0.05)
        finally:
            self.closed.set()

    @staticmethod
    def _answered(question: str) -> Answer:
        first, third = sentences(PARAGRAPH)[0], sentences(PARAGRAPH)[2]
        clearance = sentences(SECOND_PARAGRAPH)[1]
        opening = citation(1, first)
        cited = (
            replace(opening, annotations=(Annotation(opening.start + 5, "6月18日", "2025年6月18日"),)),
            citation(2, third),
            citation(3, clearance, SECOND_PARAGRAPH, "临江片区持续压缩 口岸通关时间"),
        )
        text = f"{first[:-1]}[1]。\n{third[:-1]}[2]。\n{clearance[:-1]}[3]。"
        unused = (citation(1, sentences(SECOND_PARAGRAPH)[0], SECOND_PARAGRAPH, "临江片区优化营商环境"),)
        return Answer(question, text, False, cited, "extractive", unused, notes=("仅检索第87期",))

    @staticmethod
    def _hostile(question: str) -> Answer:
        cited = (citation(1, HOSTILE_TEXT, f"前文。{HOSTILE_TEXT}后文。", title=HOSTILE_TEXT),)
        return Answer(question, HOSTILE_TEXT, False, cited, "llm", notes=(HOSTILE_TEXT,))

    @staticmethod
    def _refused(question: str) -> Answer:
        leads = (citation(1, sentences(PARAGRAPH)[3]),)
        text = "通报中没有找到答案。已检索第83—87期，未见能回答这个问题的内容。"
        return Answer(question, text, True, (), "extractive", leads)
