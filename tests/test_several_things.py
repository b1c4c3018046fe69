"""Questions about several things: one by one, told apart, in order, and what is missing is said."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from conftest import make_article, make_issue
from ftz_qa.comparatives import asked_of_one
from ftz_qa.composing import Composed, compose
from ftz_qa.coordination import about_each, names_phases
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
        ("东港和西港都有冷库，哪个容量更大，各是多少？", ["东港冷库容量是多少？", "西港冷库容量是多少？"]),
        ("东港2月和西港4月两场推介会，签约额哪场多？", ["东港2月推介会签约额是多少？", "西港4月推介会签约额是多少？"]),
        ("甲州、乙口、丙屿三个片区各占几项？", ["甲州片区占几项？", "乙口片区占几项？", "丙屿片区占几项？"]),
        ("甲州和乙口两边，今年各开行多少列，差距大不大？", ["甲州今年开行多少列？", "乙口今年开行多少列？"]),
        ("甲州首只和第三只基金，哪只到的钱多？", ["甲州首只基金到的钱是多少？", "甲州第三只基金到的钱是多少？"]),
        (
            "甲州片区三只基金各募集多少亿元，哪只最多？",
            [f"甲州片区{n}只基金募集多少亿元？" for n in ("首", "第二", "第三")],
        ),
        ("甲州片区外资企业和民营企业，哪类多，差多少？", ["甲州片区外资企业有多少？", "甲州片区民营企业有多少？"]),
        ("甲州的航运条例和登记条例，哪部先施行？", ["甲州的航运条例什么时候施行？", "甲州的登记条例什么时候施行？"]),
        (
            "东港2025年上半年和1—8月的箱量各是多少？",
            ["东港2025年上半年的箱量是多少？", "东港2025年1—8月的箱量是多少？"],
        ),
        (
            "东港箱量的增幅，一季度和上半年哪个高？",
            ["东港箱量的增幅，一季度是多少？", "东港箱量的增幅，上半年是多少？"],
        ),
        ("出境班列比入境班列少多少列？", ["出境班列多少列？", "入境班列多少列？"]),
        (
            "第304期的产业园二期与第305期的冷链港（一期），哪个投资大？",
            ["第304期的产业园二期投资是多少？", "第305期的冷链港（一期）投资是多少？"],
        ),
        (
            "货物贸易和服务贸易的开放程度有什么区别？",
            ["货物贸易的开放程度是什么情况？", "服务贸易的开放程度是什么情况？"],
        ),
        ("中华人民共和国境内哪家企业规模最大？", []),
        ("“互市和加工”一体化哪家做得更好？", []),
        ("甲州同和新材料的董事长是谁？", []),
        ("东港和西港是跟谁签的协议？", []),
        ("内地与香港的磋商哪天完成？", []),
        ("东港货运量比去年同期多多少？", []),
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


@pytest.mark.parametrize(
    ("rest", "one"),
    [
        ("哪个投资更大，分别是多少？", "投资是多少？"),
        ("投的钱哪一期多，各是多少？", "投的钱是多少？"),
        ("谁涨得更快？", "涨了多少？"),
        ("哪个开得早？", "什么时候开？"),
        ("哪个在前？", "是什么时候？"),
        ("哪只先落地，投向什么？", "什么时候落地，投向什么？"),
        ("各有多少家，是多了还是少了？", "有多少家？"),
        ("哪个涨得快，快几个百分点？", "涨了多少？"),
        ("哪个多？", "有多少？"),
    ],
)
def test_a_comparison_is_asked_of_one(rest: str, one: str) -> None:
    assert asked_of_one(rest) == one


def test_what_is_asked_in_turn_is_asked_of_each_thing() -> None:
    parts = parts_of(understand("甲州的航运条例和登记条例，哪部先施行，条文各有多少条？"))
    assert [(part.text[:7], part.focus, part.kind) for part in parts] == [
        ("甲州的航运条例", "甲州的航运条例什么时候施行", "date"),
        ("甲州的航运条例", "条文有多少条", "number"),
        ("甲州的登记条例", "甲州的登记条例什么时候施行", "date"),
        ("甲州的登记条例", "条文有多少条", "number"),
    ]


@pytest.mark.parametrize(
    ("question", "phases"),
    [
        ("创业园一期和二期，哪一期投的钱多？", True),
        ("创业园（一期）与冷链港（二期）哪期大？", True),
        ("第一期和第二期哪一期文章多？", False),
        ("最近一期和上一期有什么不同？", False),
        ("哪一期提到创业园一期？", False),
        ("创业园一期和二期分别是哪一期报道的？", False),
    ],
)
def test_phases_that_are_listed_are_no_issues(question: str, phases: bool) -> None:
    assert names_phases(question) is phases


def test_what_tells_questions_apart() -> None:
    assert distinct_names(["入境班列多少？", "出境班列多少？"]) == ["入境", "出境"]
    assert distinct_names(["东港一期多少？", "东港二期多少？"]) == ["一期", "二期"]
    assert distinct_names(["甲？", "甲？"]) == ["", ""]


def test_the_sentence_that_names_the_thing_comes_first() -> None:
    parts = parts_of(understand("园区入境和出境班列分别开行多少列？"))
    ranking = units(7, "班列开行468列。入境371列。出境97列。")
    first, second = told_apart(parts, [ranking, ranking])
    assert [first[0].text, second[0].text] == ["入境371列。", "出境97列。"]


@pytest.mark.parametrize(
    ("question", "body", "best"),
    [
        ("进来和出去的班列各开行多少列？", "进出境班列468列。入境371列。出境97列。", ["入境371列。", "出境97列。"]),
        (
            "园区一期和二期各投资多少亿元？",
            "一期、二期建成后成群。一期投资3亿元。二期投资5亿元。",
            ["一期投资3亿元。", "二期投资5亿元。"],
        ),
        (
            "园区二期和三期各投资多少亿元？",
            "一期投资3亿元。二期投资5亿元。三期待定。",
            ["二期投资5亿元。", "三期待定。"],
        ),
        (
            "首只和第三只基金各到资多少亿元？",
            "首只已落地，第二只到资2亿元。首只到资1亿元。第三只到资4亿元。",
            ["首只到资1亿元。", "第三只到资4亿元。"],
        ),
        (
            "一季度和上半年各开行多少列？",
            "一季度开行40列。上半年比一季度好，开行99列。",
            ["一季度开行40列。", "上半年比一季度好，开行99列。"],
        ),
    ],
)
def test_a_figure_is_that_of_the_thing_it_stands_behind(question: str, body: str, best: list[str]) -> None:
    ranking = units(7, body)
    ranked = told_apart(parts_of(understand(question)), [ranking, ranking])
    assert [part[0].text for part in ranked] == best


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


@pytest.mark.parametrize(
    ("question", "facts"),
    [
        ("上半年经雁口的班列，进来的和出去的列数分别增长了多少？", ["10%", "33%"]),
        ("青屿国际冷链物流园和青屿国际冷链港都有一期，哪个投资更大？", ["7.6亿元", "9.6亿元"]),
        ("云州“候鸟专家”A类和C类的补贴每年相差多少？", ["12万元", "5万元"]),
        ("海澜的数据跨境流动条例和船舶登记条例，哪部先施行？", ["5月1日", "8月1日"]),
    ],
)
def test_both_sides_of_a_comparison_are_given(answerer: Answerer, question: str, facts: list[str]) -> None:
    text = answerer.answer(question).text
    assert [fact for fact in facts if fact not in text] == []


def test_a_side_of_a_comparison_that_is_missing_is_said(answerer: Answerer) -> None:
    answer = answerer.answer("青屿国际冷链物流园一期和二期，哪期投资多，各是多少？")
    assert not answer.refused
    assert "7.6亿元" in answer.text
    assert answer.text.endswith("未找到关于“青屿国际冷链物流园二期投资是多少”的内容。")


@pytest.mark.parametrize(
    "question",
    ["云州片区和青屿片区的GDP分别增长了多少？", "青屿恒木地板和青屿驰橡轮胎两家公司，谁的年销售额高？"],
)
def test_what_is_given_of_neither_side_is_refused(answerer: Answerer, question: str) -> None:
    assert answerer.answer(question).refused
