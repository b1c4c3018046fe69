"""Questions about several things: one by one, told apart, in order, and what is missing is said."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from conftest import make_article, make_issue
from ftz_qa.comparatives import asked_of_all, asked_of_one
from ftz_qa.composing import Composed, compose
from ftz_qa.coordination import about_each, names_phases
from ftz_qa.corroboration import with_other_issues
from ftz_qa.distinction import distinct_names, told_apart
from ftz_qa.foremost import foremost, with_all_figures
from ftz_qa.grounding import cite
from ftz_qa.issue_names import by_number
from ftz_qa.issue_parts import parts_in_issues
from ftz_qa.questions import parts_of, understand
from ftz_qa.reader import Evidence
from ftz_qa.text import split_sentences
from ftz_qa.types import Hit, Passage, Section, Span
from ftz_qa.unit_features import FEATURES
from ftz_qa.wording import leads

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer
    from ftz_qa.types import Citation

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
        (
            "前4个月东港机场与会川机场，哪个的货运量增得更快？",
            ["前4个月东港机场货运量增了多少？", "前4个月会川机场货运量增了多少？"],
        ),
        ("东港箱量，上半年跟前8个月各是多少？", ["东港箱量，上半年是多少？", "东港箱量，前8个月是多少？"]),
        (
            "东港今年前三季度跟去年全年的箱量哪个高？",
            ["东港今年前三季度的箱量是多少？", "东港去年全年的箱量是多少？"],
        ),
        (
            "一季度东港、西港还有南港的箱量分别是多少？",
            ["一季度东港的箱量是多少？", "一季度西港的箱量是多少？", "一季度南港的箱量是多少？"],
        ),
        (
            "走海运，发甲国和发乙城每公斤运费各是多少？",
            ["走海运，发甲国每公斤运费是多少？", "走海运，发乙城每公斤运费是多少？"],
        ),
        (
            "东港集团和西岭天锻前四个月出口额比，差多少？",
            ["东港集团前四个月出口额是多少？", "西岭天锻前四个月出口额是多少？"],
        ),
        ("首批和第二批创新案例各有多少项？", ["首批创新案例有多少项？", "第二批创新案例有多少项？"]),
        (
            "东港今年前4个月的列数跟一季度比，多了多少列？",
            ["东港今年前4个月的列数是多少列？", "东港今年一季度的列数是多少列？"],
        ),
        (
            "平台接入的银行从8月底到10月底由几家增加到几家？",
            ["平台接入的银行8月底是几家？", "平台接入的银行10月底是几家？"],
        ),
        (
            "系统放行率，上线首月跟截至5月10日各是多少？",
            ["系统放行率，上线首月是多少？", "系统放行率，截至5月10日是多少？"],
        ),
        (
            "东港、西港和南港三个港口里，投资最大的是哪个？",
            ["东港港口投资是多少？", "西港港口投资是多少？", "南港港口投资是多少？"],
        ),
        ("东港和西港投资的比例各不得低于多少？", ["东港投资的比例不得低于多少？", "西港投资的比例不得低于多少？"]),
        ("上半年东港口岸比西港口岸的交易额多多少？", ["上半年东港口岸的交易额多少？", "上半年西港口岸的交易额多少？"]),
        ("东港从1月到8月一共开行多少列？", []),
        ("三个片区里，增速最快的是哪个？", []),
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


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("前7个月三个片区里，外贸增速最快的是哪个，增了多少？", "前7个月三个片区里，外贸增速各是多少，增了多少？"),
        ("两个互市区中哪个交易额最小，小多少？", "两个互市区中，交易额各是多少？"),
        ("三个片区里，哪个投资最大，谁建的？", ""),
        ("三个片区里，哪个最早揭牌？", ""),
        ("哪个片区的投资最大？", ""),
        ("第三个片区里，哪个项目投资最大？", ""),
    ],
)
def test_things_that_are_only_counted_are_asked_about_together(question: str, whole: str) -> None:
    assert asked_of_all(question) == whole


LISTED = "分片区看，甲川片区297亿元，乙塘片区 268 亿元，丙坪片区129亿元，同比分别增长9.4%、18.3%和14.1%。"


def cited(quote: str) -> list[Citation]:
    issue = make_issue(7)
    return [cite(1, issue, make_article(1, "示例文章", quote, SECTION), Span(0, len(quote)))]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("三个片区里，外贸增速最快的是哪个，增了多少？", ("外贸增速", "快", "乙塘片区", "18.3%", 1)),
        ("三个片区里哪个进出口额最大？", ("进出口额", "大", "甲川片区", "297亿元", 1)),
        ("三个片区中，进出口额最小的是哪个？", ("进出口额", "小", "丙坪片区", "129亿元", 1)),
        ("四个片区里哪个进出口额最大？", None),
        ("三个口岸里哪个进出口额最大？", None),
        ("丁岭、戊港和己城三个片区里，哪个进出口额最大？", None),
        ("三个片区里，哪个人数最多？", None),
        ("三个片区里，进出口额各是多少？", None),
    ],
)
def test_the_first_of_all_is_named_where_a_sentence_has_all_figures(
    question: str, first: tuple[str, str, str, str, int] | None
) -> None:
    assert foremost(question, cited(LISTED)) == first
    if first:
        assert leads(*first).endswith("。[1]")


@pytest.mark.parametrize(
    "quote",
    [
        LISTED.replace("、18.3%和14.1%", "和18.3%"),
        LISTED.replace("分别增长", "分别变动"),
        LISTED.replace("18.3%", "14.1%"),
    ],
)
def test_nothing_is_first_where_figures_are_missing_or_equal(quote: str) -> None:
    assert foremost("三个片区里，外贸增速最快的是哪个？", cited(quote)) is None


def test_the_sentence_with_all_figures_comes_first() -> None:
    ranking = units(7, f"三个片区外贸总值694亿元，增长13.6%。{LISTED}")
    asked = "三个片区里，外贸增速最快的是哪个？"
    assert with_all_figures(asked, ranking)[0].text == LISTED
    assert with_all_figures(asked.replace("三", "四"), ranking) == ranking
    assert with_all_figures("甲川片区外贸增速是多少？", ranking) == ranking


def test_each_issue_is_asked_by_itself() -> None:
    issues = [make_issue(300 + n, ("文章", "内容。"), date=dt.date(2025, n, 15)) for n in (1, 2, 3)]
    named = by_number("东港配套率，1月那期报的和3月这期报的各是多少？", issues).text
    parts = parts_in_issues(understand(named), issues)
    assert [(one.part.text, one.issue) for one in parts] == [("东港配套率是多少?", 0), ("东港配套率是多少?", 2)]
    assert parts[1].name == "第303期：东港配套率是多少?"
    in_turn = parts_in_issues(understand("东港船队，第301期是几艘，第302期又是几艘？"), issues)
    assert [(one.part.text, one.issue) for one in in_turn] == [("东港船队是几艘", 0), ("东港船队是几艘", 1)]


@pytest.mark.parametrize(
    "question", ["第301期和第302期里，东港投资多少？", "第301期的东港和西港投资各是多少？", "东港和西港投资各是多少？"]
)
def test_what_issues_say_together_is_no_question_about_each(question: str) -> None:
    issues = [make_issue(300 + n, ("文章", "内容。"), date=dt.date(2025, n, 15)) for n in (1, 2, 3)]
    assert parts_in_issues(understand(question), issues) == []


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


def test_the_same_figure_is_given_from_each_issue_that_is_named(answerer: Answerer) -> None:
    answer = answerer.answer("青屿海关培育的经核准出口商，3月那期和9月那期报的各有几家？")
    assert [fact for fact in ("5家", "11家") if fact not in answer.text] == []
    assert {citation.issue for citation in answer.citations} == {303, 309}


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
