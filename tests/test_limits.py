"""Times and sections that limit the bulletins, and dates and words that do not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import make_issue
from ftz_qa.limits import dated_limit, section_limit, within
from ftz_qa.scope import issues_meant, with_numbers, without_issue
from ftz_qa.types import Section

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

ISSUES = [make_issue(n, ("文章", "内容。"), date=dt.date(2024 + n // 13, (n - 1) % 12 + 1, 15)) for n in range(1, 22)]
SECTIONS = [
    replace(ISSUES[0], sections=(Section(1, "龙江板块", "一、龙江板块"), Section(2, "制度创新", "二、制度创新")))
]


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("7月份的通报里，吞吐量是多少？", [19]),
        ("2024年7月的通报里提到的吞吐量是多少？", [7]),
        ("今年上半年的通报里，吞吐量是多少？", list(range(13, 19))),
        ("去年四季度的通报中有哪些数据？", [10, 11, 12]),
        ("6月到8月的通报里，吞吐量是多少？", [18, 19, 20]),
        ("2025年7月以来的通报里，吞吐量是多少？", [19, 20, 21]),
        ("最近三个月的通报中，吞吐量是多少？", [19, 20, 21]),
        ("12月的通报里，吞吐量是多少？", [12]),
    ],
)
def test_a_time_of_the_bulletins_limits_them(question: str, numbers: list[int]) -> None:
    assert [ISSUES[i].number for i in issues_meant(question, ISSUES) or ()] == numbers


@pytest.mark.parametrize(
    "question",
    [
        "2025年7月吞吐量是多少？",
        "今年上半年开行多少列？",
        "最近三个月开行多少列？",
        "2024年通报了多少问题？",
        "7月开工的项目有哪些？",
    ],
)
def test_a_time_of_the_fact_limits_nothing(question: str) -> None:
    assert dated_limit(question, ISSUES) is None
    assert issues_meant(question, ISSUES) is None


def test_the_words_of_the_limit_are_no_part_of_the_matter() -> None:
    assert without_issue("7月份的通报里，吞吐量是多少？", ISSUES) == "吞吐量是多少?"
    assert with_numbers("一季度的通报有多少篇文章？", ISSUES) == "第13-15期有多少篇文章?"
    assert with_numbers("吞吐量是多少？", ISSUES) == "吞吐量是多少？"


def test_a_time_without_issues_is_told(answerer: Answerer) -> None:
    answer = answerer.answer("2019年7月的通报里，青屿港的吞吐量是多少？")
    assert answer.refused
    assert "没有收录“2019年7月的通报”" in answer.text


def test_without_dates_there_is_no_limit() -> None:
    undated = [replace(ISSUES[0], date=None)]
    assert dated_limit("7月份的通报里有什么？", undated) is None


def test_a_limit_holds_its_first_and_last_day() -> None:
    limit = dated_limit("2024年2月的通报里，吞吐量是多少？", ISSUES)
    assert limit is not None
    assert (limit.first, limit.last) == (dt.date(2024, 2, 1), dt.date(2024, 2, 29))
    days = (limit.first, limit.last, dt.date(2024, 3, 1))
    assert within(limit, [replace(ISSUES[0], date=day) for day in days]) == [0, 1]


@pytest.mark.parametrize(
    ("question", "titles", "matter"),
    [
        ("龙江板块里，吞吐量是多少？", ("龙江板块",), "吞吐量是多少?"),
        ("在龙江板块中提到的吞吐量是多少？", ("龙江板块",), "吞吐量是多少?"),
        ("制度创新栏目中，吞吐量是多少？", ("制度创新",), "吞吐量是多少?"),
        ("“制度创新”里提到的吞吐量是多少？", ("制度创新",), "吞吐量是多少?"),
        ("制度创新成果有多少项？", (), "制度创新成果有多少项？"),
        ("制度创新中遇到了哪些困难？", (), "制度创新中遇到了哪些困难？"),
    ],
)
def test_a_section_limits_only_where_it_is_meant_as_one(question: str, titles: tuple[str, ...], matter: str) -> None:
    assert section_limit(question, SECTIONS) == (titles, matter)


def test_limits_are_kept_to_and_noted(answerer: Answerer) -> None:
    answer = answerer.answer("自贸观察栏目中，世贸组织有多少个成员？")
    assert {citation.section for citation in answer.citations} == {"自贸观察"}
    assert answer.notes == ("仅检索栏目“自贸观察”",)
    answer = answerer.answer("2025年7月的通报里，青屿港集装箱吞吐量是多少万标箱？")
    assert {citation.issue for citation in answer.citations} == {307}
    assert answer.notes == ("仅检索第307期",)


def test_a_refusal_counts_the_articles_of_the_sections_that_were_searched(answerer: Answerer) -> None:
    answer = answerer.answer("自贸观察栏目里，红烧肉要炖多长时间？")
    assert answer.refused
    articles = [a for issue in answerer.issues() for a in issue.articles if a.section.title == "自贸观察"]
    assert f"共{len(articles)}篇" in answer.text
