"""Questions about the bulletins as such, answered from their structure."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest

from conftest import CARS, MEDICINE, PORT, RAIL, make_article, make_issue
from ftz_qa.issue_replies import lead_sentence
from ftz_qa.structure import structural_reply
from ftz_qa.types import Issue, Section

if TYPE_CHECKING:
    from ftz_qa.issue_replies import Reply

RIVER = Section(1, "云江板块", "一、云江板块")
SISTERS = Section(2, "兄弟省份", "二、兄弟省份")


def two_sections(number: int) -> Issue:
    """An issue with two articles in the first section and one in the second."""
    return Issue(
        series="示例动态",
        number=number,
        date=dt.date(2025, 3, 15),
        publisher="示例省自贸办",
        masthead="示例动态",
        sections=(RIVER, SISTERS),
        articles=(
            make_article(1, *RAIL, RIVER),
            make_article(2, *PORT, RIVER),
            make_article(3, *MEDICINE, SISTERS),
        ),
        source=f"{number}.txt",
    )


ISSUES = [two_sections(303), make_issue(304, CARS, date=dt.date(2025, 3, 31))]


def reply(question: str, issues: list[Issue] | None = None) -> Reply:
    found = structural_reply(question, ISSUES if issues is None else issues)
    assert found is not None, question
    return found


@pytest.mark.parametrize(
    "question", ["第303期有哪些文章？", "第303期的目录", "列出303期的标题", "第三百零三期都有什么内容"]
)
def test_contents_list_every_article_once_with_its_own_reference(question: str) -> None:
    found = reply(question)
    for n, article in enumerate(ISSUES[0].articles, start=1):
        assert found.text.count(article.title) == 1
        assert f"{article.title}[{n}]" in found.text
        assert found.references[n - 1].article is article


@pytest.mark.parametrize("question", ["第303期有几篇文章？", "303期共有多少条消息"])
def test_articles_of_an_issue_are_counted_by_section(question: str) -> None:
    text = reply(question).text
    assert "共有3篇" in text
    assert "云江板块2篇" in text
    assert "兄弟省份1篇" in text


def test_articles_of_one_section_are_counted_alone() -> None:
    text = reply("第303期云江板块有多少篇文章？").text
    assert "2篇" in text
    assert "兄弟省份" not in text


def test_contents_of_one_section_leave_out_the_others() -> None:
    text = reply("第303期兄弟省份有哪些文章？").text
    assert MEDICINE[0] in text
    assert RAIL[0] not in text


def test_articles_of_all_issues_are_counted_together() -> None:
    assert "4篇" in reply("一共有多少篇文章？").text


def test_issues_are_counted_with_their_range_and_dates() -> None:
    text = reply("一共收录了多少期？").text
    assert "2期" in text
    assert "303" in text
    assert "304" in text
    assert "2025年3月15日至2025年3月31日" in text


def test_sections_are_counted_and_named() -> None:
    text = reply("第303期分几个板块？").text
    assert "2个" in text
    assert "云江板块、兄弟省份" in text


def test_the_date_of_an_issue_is_the_printed_one() -> None:
    assert "2025年3月15日" in reply("第303期是什么时候出版的？").text
    assert "2025年3月31日" in reply("最新一期是哪天发布的？").text


def test_the_publisher_is_the_printed_one() -> None:
    assert "示例省自贸办" in reply("第303期的主办单位是谁？").text
    assert "示例省自贸办" in reply("这份通报是谁主办的？").text


def test_what_is_not_printed_is_said_to_be_missing() -> None:
    bare = Issue("示例动态", 9, None, "", "", (), (make_article(1, *RAIL, Section(0, "", "")),), "9.txt")
    assert "没有印出日期" in reply("第9期是哪天发布的？", [bare]).text
    assert "没有印出主办单位" in reply("第9期的主办单位是谁？", [bare]).text
    assert "没有分栏目" in reply("第9期有几个栏目？", [bare]).text


@pytest.mark.parametrize(
    "question",
    [
        "第303期第2篇文章是什么？",
        "第303期第二篇文章是什么？",
    ],
)
def test_the_nth_article_is_named_and_quoted(question: str) -> None:
    found = reply(question)
    assert PORT[0] in found.text
    (reference,) = found.references
    assert reference.article.number == 2
    assert reference.article.body[reference.quote.start : reference.quote.end] in found.text


def test_an_nth_article_that_does_not_exist_is_denied() -> None:
    text = reply("第303期第9篇文章是什么？").text
    assert "3篇" in text
    assert "没有第9篇" in text


def test_a_digest_has_a_sentence_of_every_article() -> None:
    found = reply("总结一下第303期的主要内容")
    assert [r.article.number for r in found.references] == [1, 2, 3]
    for reference in found.references:
        assert reference.article.body[reference.quote.start : reference.quote.end] in found.text


def test_several_issues_are_answered_one_after_the_other_with_markers_that_go_on() -> None:
    found = reply("第303期和第304期有哪些文章？")
    assert [int(n) for n in re.findall(r"\[(\d+)\]", found.text)] == [1, 2, 3, 4]
    assert [r.issue.number for r in found.references] == [303, 303, 303, 304]


def test_issues_that_mention_something_are_listed_newest_first_each_with_where() -> None:
    found = reply("哪些期提到了雁口？")
    assert [r.issue.number for r in found.references] == [304, 303]
    assert "2期" in found.text
    for reference in found.references:
        assert "雁口" in reference.article.body[reference.quote.start : reference.quote.end]
    assert structural_reply("哪些期提到了火星移民？", ISSUES) is None


def test_with_a_single_issue_it_need_not_be_named() -> None:
    assert RAIL[0] in reply("有哪些文章？", ISSUES[:1]).text
    assert "3篇" in reply("本期有几篇文章？", ISSUES[:1]).text


@pytest.mark.parametrize(
    "question",
    [
        "雁口铁路口岸开行中欧班列多少列？",
        "生物医药园总投资多少？",
        "二手车出口到哪些国家？",
        "青屿港有几条航线？",
        "第303期里生物医药园占地多少亩？",
        "",
    ],
)
def test_questions_about_what_is_reported_are_left_to_the_reader(question: str) -> None:
    assert structural_reply(question, ISSUES) is None


def test_the_lead_sentence_shares_most_with_the_title() -> None:
    article = make_article(1, "青屿港新开林查班航线", "天气晴好。\n青屿港新开通林查班航线。其他情况。", RIVER)
    span = lead_sentence(article)
    assert article.body[span.start : span.end] == "青屿港新开通林查班航线。"


def test_the_lead_sentence_is_never_an_inner_heading() -> None:
    article = make_article(1, "搭好平台引才", "二、搭好平台引才\n园区建成。", RIVER, ["二、搭好平台引才"])
    span = lead_sentence(article)
    assert article.body[span.start : span.end] == "园区建成。"


def test_an_article_without_a_body_can_be_listed() -> None:
    issue = make_issue(9, ("只有标题", ""), PORT)
    found = reply("第9期有哪些文章？", [issue])
    assert "只有标题[1]" in found.text
    assert (found.references[0].quote.start, found.references[0].quote.end) == (0, 0)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("2025年3月31日出的是第几期？", "第304期"),
        ("303期的下一期是哪天出的？", "2025年3月31日"),
        ("304期的上一期有几篇文章？", "共有3篇"),
        ("最近两期各有几篇文章？", "合计4篇"),
        ("第303期打头的文章是什么？", RAIL[0]),
        ("第303期最后一篇讲什么？", MEDICINE[0]),
        ("每期有多少篇文章？", "第303期：2025年3月15日，3篇"),
        ("现在手头最新的一期是第几期，哪天印的？", "第304期的日期是2025年3月31日"),
        ("麻烦把303期的主要内容给我过一遍", "共3篇，要点如下"),
        ("第303期“云江板块”那一栏登了些什么？", "共2篇"),
        ("收录的时间范围是什么？", "共收录2期"),
        ("最早一期是什么时候的？", "2025年3月15日"),
        ("第303期有哪些看点？", "共3篇，要点如下"),
        ("给领导汇报用，把第303期捋一捋", "共3篇，要点如下"),
        ("用几句话概括303期", "共3篇，要点如下"),
        ("第303期第二部分有哪些文章？", f"共1篇：\n（三）{MEDICINE[0]}"),
        ("第303期云江板块第二篇是什么？", PORT[0]),
        ("第303期倒数第二篇是什么？", PORT[0]),
        ("第303期第（二）篇的题目", PORT[0]),
        ("第303期篇幅最长的是哪篇？", "第303期篇幅最长的是第"),
        ("有没有第303期？", "已收录第303期"),
        ("第303期", "共3篇"),
        ("兄弟省份栏目一共登了多少篇？", "“兄弟省份”共1篇：第303期1篇"),
        ("通报一般分哪几个栏目？", "云江板块（"),
        ("多久出一期？", "相隔16天"),
        ("数据更新到什么时候？", "2025年3月31日"),
        ("你都收录了什么资料？", "共收录2期"),
        ("历期目录", MEDICINE[0]),
        ("这个简报叫什么名字？", "《示例动态》"),
        ("303期提到青屿了吗？", "有1期提到“青屿”"),
        ("最早提到雁口的是哪一期？", "最早提到“雁口”的是：\n第303期"),
        ("最近一次报道雁口是什么时候？", "最近一次提到“雁口”的是：\n第304期"),
        ("报道过几次雁口？", "有2期提到“雁口”"),
        ("哪期的“兄弟省份”写的是生物医药？", "有1期提到“生物医药”"),
    ],
)
def test_other_ways_of_asking_are_understood(question: str, said: str) -> None:
    assert said in reply(question).text


@pytest.mark.parametrize(
    "question",
    [
        "条例分为哪几章？",
        "全文共多少条？共几章？条例几条？",
        "推介会是哪个单位主办的？",
        "评审会收到多少份材料？",
        "三库一平台包括哪些内容？",
        "最早的基金什么时候到账的？",
        "第303期里雁口口岸的货运量是多少？",
        "最新一期里班列开行多少列？",
        "303期报道的基金总规模多少？",
        "制度创新成果里贸易便利化有多少项？",
        "这份条例什么时候开始实施？",
        "第303期港口吞吐量是多少？",
        "第304期二手车卖到哪里？",
        "一期项目什么时候投产？",
        "最近三个月开行多少列？",
    ],
)
def test_questions_about_the_matter_are_not_for_the_structure(question: str) -> None:
    assert structural_reply(question, ISSUES) is None
