"""Questions about several things: one by one, told apart, in order, and what is missing is said."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from conftest import make_article, make_issue
from ftz_qa.composing import Composed, compose
from ftz_qa.coordination import about_each
from ftz_qa.corroboration import with_other_issues
from ftz_qa.distinction import distinct_names, told_apart
from ftz_qa.questions import parts_of, understand
from ftz_qa.reader import Evidence
from ftz_qa.text import split_sentences
from ftz_qa.types import Hit, Passage, Section
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

SECTION = Section(1, "示例板块", "一、示例板块")
TOTAL = "累计开行多少列？"


def units(number: int, body: str, date: dt.date | None = None, score: float = 5.0) -> list[Evidence]:
    issue = make_issue(number, date=date)
    article = make_article(1, "示例文章", body, SECTION)
    hit = Hit(Passage(issue, article, 0, len(body)), number, 1.0, 0.9, 9.0)
    spans = split_sentences(body, semicolons=True)
    return [Evidence(hit, span, score - n, (0.0,) * len(FEATURES)) for n, span in enumerate(spans)]


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("东港和西港的投资分别是多少？", ["东港的投资是多少？", "西港的投资是多少？"]),
        ("产业园一期和二期的投资分别是多少？", ["产业园一期的投资是多少？", "产业园二期的投资是多少？"]),
        (
            "甲州片区、乙口片区和丙屿片区新增的成果各有多少项？",
            ["甲州片区新增的成果有多少项？", "乙口片区新增的成果有多少项？", "丙屿片区新增的成果有多少项？"],
        ),
        (
            "口岸前两个月、上半年和前8个月各开行多少列？",
            ["口岸前两个月开行多少列？", "口岸上半年开行多少列？", "口岸前8个月开行多少列？"],
        ),
        ("今年，入境和出境班列分别开行多少列？", ["今年，入境班列开行多少列？", "今年，出境班列开行多少列？"]),
        ("分别有哪些措施？", []),
        ("园区有哪些措施？", []),
        ("各部门和企业如何协作？", []),
    ],
)
def test_what_is_listed_is_asked_about_one_by_one(question: str, each: list[str]) -> None:
    assert about_each(question) == each


def test_each_thing_is_a_part_with_its_own_text() -> None:
    parts = parts_of(understand("东港和西港的投资分别是多少亿元？"))
    assert [part.text for part in parts] == ["东港的投资是多少亿元？", "西港的投资是多少亿元？"]
    assert {part.kind for part in parts} == {"number"}


def test_what_tells_questions_apart() -> None:
    assert distinct_names(["入境班列多少？", "出境班列多少？"]) == ["入境", "出境"]
    assert distinct_names(["东港一期多少？", "东港二期多少？"]) == ["一期", "二期"]
    assert distinct_names(["甲？", "甲？"]) == ["", ""]


def test_the_sentence_that_names_the_thing_comes_first() -> None:
    parts = parts_of(understand("园区入境和出境班列分别开行多少列？"))
    ranking = units(7, "班列开行468列。入境371列。出境97列。")
    first, second = told_apart(parts, [ranking, ranking])
    assert [first[0].text, second[0].text] == ["入境371列。", "出境97列。"]


def test_the_sentences_stand_in_the_order_of_the_question() -> None:
    parts = units(7, "出境97列。正文。入境371列。")
    composed = compose(understand("入境多少列，出境多少列？"), [parts[2:], parts[:1]])
    assert [citation.quote for citation in composed.citations] == ["入境371列。", "出境97列。"]


def found(*rankings: list[Evidence], question: str = TOTAL) -> Composed:
    ranking = [item for units_of in rankings for item in units_of]
    asked = understand(question)
    return with_other_issues(asked, compose(asked, [ranking[:1]]), ranking)


def test_figures_that_differ_are_given_with_their_issues_newest_first() -> None:
    old = units(301, "截至1月底，口岸累计开行班列3406列。", dt.date(2025, 2, 15))
    new = units(305, "截至4月底，口岸累计开行班列3703列。", dt.date(2025, 5, 15))
    first, second = found(old, new).text.splitlines()
    assert first == "第305期（2025年5月）：截至4月底，口岸累计开行班列3703列。[1]"
    assert second == "第301期（2025年2月）：截至1月底，口岸累计开行班列3406列。[2]"


def test_the_same_figure_gets_one_sentence_with_all_sources() -> None:
    one = units(301, "口岸项目总投资12亿元。", dt.date(2025, 2, 15))
    two = units(305, "口岸项目总投资12亿元。", dt.date(2025, 5, 15))
    composed = found(one, two, question="口岸项目总投资多少亿元？")
    assert composed.text == "口岸项目总投资12亿元。[1][2]"
    assert [citation.issue for citation in composed.citations] == [301, 305]


def test_sentences_about_the_same_as_it_grew_are_given_newest_first() -> None:
    old = units(301, "口岸开行班列以来，外贸航线总数达到28条。", dt.date(2025, 2, 15))
    new = units(305, "5月20日首航之后，外贸航线总数达到31条。", dt.date(2025, 5, 15))
    asked = understand("外贸航线总数有多少条？")
    ranking = [*old, *new]
    composed = with_other_issues(asked, compose(asked, [ranking]), ranking)
    assert [line.split("（")[0] for line in composed.text.splitlines()] == ["第305期", "第301期"]
    dated = understand("2025年2月外贸航线总数有多少条？")
    assert with_other_issues(dated, compose(dated, [ranking]), ranking).text.startswith("口岸")


@pytest.mark.parametrize(
    "other",
    ["截至4月底，邮局累计收寄包裹3703件。", "1至4月，口岸开行班列297列。", "累计。"],
)
def test_other_things_are_left_out(other: str) -> None:
    old = units(301, "截至1月底，口岸累计开行班列3406列。", dt.date(2025, 2, 15))
    assert found(old, units(305, other, dt.date(2025, 5, 15))).text == "截至1月底，口岸累计开行班列3406列。[1]"


def test_periods_of_the_same_length_of_other_years_are_other_facts() -> None:
    old = units(301, "今年1至2月，口岸开行班列138列。", dt.date(2024, 3, 15))
    new = units(305, "今年1至2月，口岸开行班列150列。", dt.date(2025, 3, 15))
    assert len(found(new, old, question="口岸1至2月开行多少列？").citations) == 1


def test_what_is_missing_of_two_things_is_said(answerer: Answerer) -> None:
    answer = answerer.answer("数据资产质押贷款是哪家银行放的，云州康泰影像公司的总经理是谁？")
    assert not answer.refused
    assert "云江银行" in answer.text
    assert answer.text.endswith("未找到关于“云州康泰影像公司的总经理是谁”的内容。")


def test_nothing_is_missing_where_both_are_answered(answerer: Answerer) -> None:
    answer = answerer.answer("青屿港一季度外贸箱和内贸箱分别是多少万标箱？")
    assert "18.1万标箱" in answer.text
    assert "29.4万标箱" in answer.text
    assert "未找到" not in answer.text


def test_several_things_are_cited_in_the_order_asked(answerer: Answerer) -> None:
    text = answerer.answer("云州晶石产业园一期和二期的总投资分别是多少亿元？").text
    one, two = (re.search(pattern, text) for pattern in (r"12亿元[^\[]*\[1\]", r"18亿元"))
    assert one is not None
    assert two is not None
    assert one.start() < two.start()
