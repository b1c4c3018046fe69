"""Years and provinces that words of a bulletin stand for; none where that is not certain."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from conftest import make_article
from ftz_qa.annotations import annotations_of, in_brackets
from ftz_qa.finishing import explained
from ftz_qa.grounding import cite
from ftz_qa.provinces import city_of, province_of
from ftz_qa.types import Article, Issue, Section, Span

MAY = dt.date(2025, 5, 15)


def bulletin(
    body: str, title: str = "示例文章", section: str = "制度创新", date: dt.date | None = MAY, publisher: str = ""
) -> tuple[Issue, Article]:
    part = Section(1, section, f"一、{section}")
    article = make_article(1, title, body, part)
    return Issue("示例动态", 7, date, publisher, "", (part,), (article,), "7.txt"), article


def meanings(body: str, date: dt.date | None = MAY) -> dict[str, str]:
    issue, article = bulletin(body, date=date)
    return {a.word: a.text for a in annotations_of(issue, article, Span(0, len(body)))}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("今年上半年开行468列。", {"今年": "2025年"}),
        ("去年开行468列，明年将达到500列。", {"去年": "2024年", "明年": "2026年"}),
        ("规模以上年产值增长。", {}),
        ("目前年产80万吨。", {}),
        ("一季度开行468列。", {"一季度": "2025年一季度"}),
        ("力争三季度投产。", {}),
        ("2024年一季度开行468列。", {}),
        ("开行468列。", {}),
    ],
)
def test_relative_years_are_taken_from_the_date_of_the_issue(body: str, expected: dict[str, str]) -> None:
    assert meanings(body) == expected


def test_without_a_date_there_is_nothing_to_say() -> None:
    assert meanings("今年开行468列。", None) == {}


def test_a_whole_year_told_in_january_may_be_the_one_before() -> None:
    assert meanings("今年1月至12月开行468列。", dt.date(2025, 1, 6)) == {}
    assert meanings("今年开行首列。", dt.date(2025, 1, 6)) == {"今年": "2025年"}


def test_an_annotation_stands_behind_its_word_and_each_word_is_explained_once() -> None:
    body = "前言。今年开行468列，今年增长9%。"
    issue, article = bulletin(body)
    (only,) = annotations_of(issue, article, Span(3, len(body)))
    assert body[: only.offset] == "前言。今年"


@pytest.mark.parametrize(
    ("title", "section", "body", "province"),
    [
        ("湖南省首个基金落地", "自贸建设", "我省出台办法。", "湖南省"),
        ("海南自由贸易港规定施行", "自贸建设", "我省出台规定。", "海南省"),
        ("哈尔滨对接会举办", "龙江板块", "我省支持。", "黑龙江省"),
        ("示例文章", "制度创新", "近期，陕西自贸试验区推出模式。我省支持。", "陕西省"),
        ("示例文章", "制度创新", "云岭省临江片区推出模式。我省支持。", "云岭省"),
        ("湖南与广东签署协议", "自贸建设", "我省支持。", ""),
        ("湖南基金落地", "龙江板块", "我省支持。", ""),
        ("示例文章", "制度创新", "产品来自广东。我省支持。", ""),
        ("示例文章", "制度创新", "湖南省、广东省都来了。我省支持。", ""),
        ("示例文章", "制度创新", "我省支持，比外省做得好。", ""),
    ],
)
def test_a_province_is_named_only_where_the_bulletin_makes_it_certain(
    title: str, section: str, body: str, province: str
) -> None:
    assert province_of(*bulletin(body, title, section)) == province


def test_a_section_can_be_named_after_a_province_that_only_the_masthead_prints() -> None:
    issue, article = bulletin("我省支持。", section="云岭板块", publisher="云岭省自贸办")
    assert province_of(issue, article) == "云岭省"


def test_a_city_is_the_only_one_that_is_named() -> None:
    assert city_of(bulletin("全市推广。", "在临江市试点")[1]) == "临江市"
    assert city_of(bulletin("临江市、远江市都来了。")[1]) == ""
    assert city_of(bulletin("市场很大，城市很美。")[1]) == ""


def test_brackets_stand_behind_the_sentence_and_the_quote_stays_as_printed() -> None:
    body = "今年上半年开行468列。"
    issue, article = bulletin(body)
    citation = cite(1, issue, article, Span(0, len(body)))
    assert citation.quote == body
    assert explained(f"{body}[1]", [citation]) == f"{body}（今年指2025年）[1]"
    assert in_brackets(()) == ""


def test_the_same_meaning_is_not_repeated_and_long_answers_stay_as_they_are() -> None:
    body = "今年开行468列。"
    issue, article = bulletin(body)
    first = cite(1, issue, article, Span(0, len(body)))
    text = explained(f"{body}[1]{body}[2]", [first, replace(first, marker=2)])
    assert text.count("今年指") == 1
    assert explained(f"{'长' * 200}。[1]", [first]) == f"{'长' * 200}。[1]"
