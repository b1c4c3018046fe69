"""Issues called by a time or by their place in the row, and words of the matter that look like it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from conftest import make_issue
from ftz_qa.issue_names import by_number, months_of
from ftz_qa.types import Issue

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

ISSUES = [make_issue(300 + n, ("文章", "内容。"), date=dt.date(2025, n, 15)) for n in range(1, 10)]
SEPTEMBER = dt.date(2025, 9, 15)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("上个月那期的主要内容", "第308期的主要内容"),
        ("上月的简报讲了什么", "第308期讲了什么"),
        ("上上个月那一期讲了什么", "第307期讲了什么"),
        ("今年上半年一共出了几期", "第301-306期一共出了几期"),
        ("2025年第二季度出了哪几期", "第304-306期出了哪几期"),
        ("上季度出了哪些期", "第304-306期出了哪些期"),
        ("三季度的几期有哪些文章", "第307-309期有哪些文章"),
        ("近两个月的通报有哪几期", "第308期、第309期有哪几期"),
        ("2025年5月那一期有几篇文章", "第305期有几篇文章"),
        ("5月和8月两期分别讲了什么", "第305期、第308期分别讲了什么"),
        ("东港箱量，5月那期和8月这期报的各是多少", "东港箱量,第305期和第308期报的各是多少"),
        ("东港箱量，3月报道时和9月报道时各是多少", "东港箱量,第303期和第309期各是多少"),
        ("今年最后一期是什么时候的", "第309期是什么时候的"),
        ("上半年最后一期讲了什么", "第306期讲了什么"),
        ("年初第一期写了什么", "第301期写了什么"),
        ("2025-08-15那期的内容", "2025年8月15日那期的内容"),
        ("303和304期都讲了什么", "第303期和第304期都讲了什么"),
        ("301、303、305期的标题", "第301期、第303期、第305期的标题"),
        ("前三期都写了什么", "第301-303期都写了什么"),
        ("最早的两期是哪天出的", "第301期、第302期是哪天出的"),
        ("上上期讲了什么", "第307期讲了什么"),
        ("305期前面那期讲了什么", "第304期讲了什么"),
        ("302期之后是哪一期", "第303期是哪一期"),
        ("最新一期的上一期讲了什么", "第308期讲了什么"),
        ("305期的上一期的上一期讲了什么", "第303期讲了什么"),
        ("306期之后还有几期", "第307-309期还有几期"),
    ],
)
def test_issues_are_named_by_their_numbers(question: str, named: str) -> None:
    assert by_number(question, ISSUES) == (named, "")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("2024年有哪些期", "2024年"),
        ("去年最后一期是哪期", "去年最后一期"),
        ("2025年12月那期写了什么", "2025年12月那期"),
        ("下一期什么时候出", "下一期"),
        ("309期的下一期讲了什么", "309期的下一期"),
        ("301期之前还有吗", "301期之前"),
    ],
)
def test_issues_that_are_not_there_are_told_by_the_words_for_them(question: str, words: str) -> None:
    assert by_number(question, ISSUES).unknown == words


@pytest.mark.parametrize(
    "question",
    [
        "2026年二期投产了吗？",
        "今年一期项目开工了吗？",
        "2025年4月首期资金到账多少？",
        "前三期项目总投资多少？",
        "前两期的投资是多少？",
        "今年上半年开行多少列？",
        "最近三个月开行多少列？",
        "上个月吞吐量是多少？",
        "去年出口多少台？",
        "项目分几期建设？",
        "第305期里吞吐量是多少？",
        "",
    ],
)
def test_words_of_the_matter_name_no_issue(question: str) -> None:
    assert by_number(question, ISSUES) == (question, "")


def test_nothing_is_named_where_an_issue_has_no_number() -> None:
    bare = [Issue("示例动态", None, SEPTEMBER, "", "", (), (), "a.txt")]
    assert by_number("上个月那期讲了什么", bare) == ("上个月那期讲了什么", "")
    assert by_number("上个月那期讲了什么", []) == ("上个月那期讲了什么", "")


@pytest.mark.parametrize(
    ("period", "months"),
    [
        ("上个月", {(2025, 8)}),
        ("这个月", {(2025, 9)}),
        ("上季度", {(2025, 4), (2025, 5), (2025, 6)}),
        ("最近三个月", {(2025, 7), (2025, 8), (2025, 9)}),
        ("去年12月", {(2024, 12)}),
        ("12月", {(2024, 12)}),
        ("一季度", {(2025, 1), (2025, 2), (2025, 3)}),
    ],
)
def test_periods_are_relative_to_the_newest_issue(period: str, months: set[tuple[int, int]]) -> None:
    assert months_of(period, SEPTEMBER) == months


def test_months_before_the_turn_of_the_year_are_of_the_year_before() -> None:
    assert months_of("上个月", dt.date(2025, 1, 15)) == {(2024, 12)}
    assert months_of("上季度", dt.date(2025, 2, 15)) == {(2024, 10), (2024, 11), (2024, 12)}


def test_the_reading_is_shown_and_a_missing_issue_told_with_the_range(answerer: Answerer) -> None:
    answer = answerer.answer("上个月那期有几篇文章？")
    assert "第308期共有8篇文章" in answer.text
    assert "理解为：第308期有几篇文章?" in answer.notes
    missing = answerer.answer("2024年最后一期讲了什么？")
    assert missing.refused
    assert "没有收录“2024年最后一期”" in missing.text
    assert "第301—309期" in missing.text
