"""``第N期和第M期相比有什么新情况``: a cited list of what is new, continued, changed and gone."""

from __future__ import annotations

import datetime as dt

import pytest

from conftest import make_issue
from ftz_qa.questions import understand
from ftz_qa.types import Turn
from ftz_qa.whats_new import comparison_reply

OLD = make_issue(
    5,
    ("雁口中欧班列开行三百列", "1—4月，雁口铁路口岸中欧班列开行297列。车站增加了换装线，班列通关更快。"),
    ("青屿港新增航线", "青屿港新开通林查班集装箱航线，主要承运橡胶和榴莲。"),
    date=dt.date(2025, 5, 15),
)
NEW = make_issue(
    7,
    ("云州建设生物医药园", "云州片区生物医药园区占地142亩，已有企业签约入园。"),
    ("雁口中欧班列开行四百列", "上半年，雁口铁路口岸中欧班列开行468列。车站的换装线全部投用，班列通关提速。"),
    date=dt.date(2025, 7, 15),
)
OTHER = make_issue(6, ("别的", "别的内容。"), date=dt.date(2025, 6, 15))
ISSUES = (OLD, OTHER, NEW)


@pytest.mark.parametrize(
    "question",
    [
        "第5期和第7期相比有什么新情况",
        "第七期与第五期相比，有哪些新变化？",
        "第7期跟第5期比有什么新进展？",
        "第7期与第5期有哪些不同",
        "第5期和第7期的内容有什么区别？",
        "比较一下第5期和第7期",
    ],
)
def test_every_line_says_where_it_comes_from(question: str) -> None:
    reply = comparison_reply(question, ISSUES)
    assert reply is not None
    assert reply.text.splitlines() == [
        "第7期与第5期相比：新情况1篇，延续1篇，数据变化1项，不再提及1篇。",
        "新情况：",
        "（一）云州建设生物医药园[1]",
        "延续的事项：",
        "（二）雁口中欧班列开行四百列[2][3]",
        "数据变化：",
        "中欧班列开行（雁口铁路口岸）：297列（2025年1—4月）→468列（2025年1—6月）[4][5]",
        "不再提及：",
        "（二）青屿港新增航线[6]",
    ]
    assert [(r.issue.number, r.article.number) for r in reply.references] == [
        (7, 1),
        (7, 2),
        (5, 1),
        (5, 1),
        (7, 2),
        (5, 2),
    ]
    figure = reply.references[4]
    assert "468列" in figure.article.body[figure.quote.start : figure.quote.end]


def test_what_is_asked_after_a_comparison_is_not_answered_by_it_again() -> None:
    history = [Turn("user", "第5期和第7期相比有什么新情况？"), Turn("assistant", "有。")]
    other, same = (understand(question, history) for question in ("高考人数是多少？", "那第6期呢？"))
    assert other.follow_up
    assert comparison_reply("第5期和第7期相比有什么新情况高考人数是多少？", ISSUES, other) is None
    assert comparison_reply("第6期和第7期相比有什么新情况？", ISSUES, same) is not None


def test_the_newest_issue_can_be_compared_with_the_one_before() -> None:
    reply = comparison_reply("最新一期和上一期相比有什么新情况？", ISSUES)
    assert reply is not None
    assert reply.text.startswith("第7期与第6期相比")


@pytest.mark.parametrize(
    "question",
    [
        "第5期和第7期哪期文章多？",
        "第5期和第7期里班列的列数有什么不同？",
        "比较第5期和第7期的班列列数",
        "第7期有什么新情况？",
        "第5期和第99期相比有什么新情况？",
        "雁口今年和去年相比有什么变化？",
    ],
)
def test_other_questions_are_left_to_others(question: str) -> None:
    assert comparison_reply(question, ISSUES) is None
