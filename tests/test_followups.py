"""Questions to ask next."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import PORT, RAIL, make_article, make_issue
from ftz_qa.followups import follow_ups, questions_about, questions_to_begin_with
from ftz_qa.grounding import cite
from ftz_qa.types import Answer, Section, Span

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

SECTION = Section(1, "示例板块", "一、示例板块")
BODY = (
    "一、通关便捷化\n今年上半年，青屿口岸进口冷链货物8.6万吨。其中三文鱼1.2万吨。该园区占地30亩。\n"
    "青屿口岸查验时间压缩72.5%。青屿口岸查验时间压缩了一半。"
)


def test_figures_and_parts_of_an_article_become_questions() -> None:
    article = make_article(4, "青屿口岸做强冷链", BODY, SECTION, ["一、通关便捷化"])
    assert questions_about(replace(make_issue(302), articles=(article,)), article) == [
        "青屿口岸进口冷链货物多少万吨？",
        "“通关便捷化”是怎么做的？",
        "青屿口岸查验时间压缩多少？",
        "第302期第4篇讲了什么？",
    ]


def test_an_issue_without_a_number_is_not_asked_about_by_number() -> None:
    article = make_article(1, "无题", "没有数字。", SECTION)
    assert questions_about(replace(make_issue(None), articles=(article,)), article) == []


def test_what_was_asked_or_answered_is_not_suggested() -> None:
    issue = make_issue(302, ("青屿口岸做强冷链", BODY), RAIL)
    citation = cite(1, issue, issue.articles[0], Span(8, 30))
    answer = Answer("问", "青屿口岸进口冷链货物8.6万吨[1]。", False, (citation,), "extractive")
    assert follow_ups(answer, [issue]) == ("青屿口岸查验时间压缩多少？", "第302期第1篇讲了什么？")
    asked = replace(answer, question="第302期第1篇讲了什么？")
    assert follow_ups(asked, [issue]) == ("青屿口岸查验时间压缩多少？",)


def test_a_refusal_suggests_what_the_nearest_articles_answer_and_gone_articles_suggest_nothing() -> None:
    issue = make_issue(302, PORT)
    lead = cite(1, issue, issue.articles[0], Span(0, 5))
    refusal = Answer("问", "没有。", True, (), "extractive", leads=(lead,))
    assert follow_ups(refusal, [issue]) == ("第302期第1篇讲了什么？",)
    assert follow_ups(refusal, [make_issue(303, PORT)]) == ()


def test_a_page_begins_with_questions_about_the_newest_issue_of_one_article_each() -> None:
    newest = make_issue(303, ("青屿口岸做强冷链", BODY), PORT, RAIL)
    issues = [make_issue(302, PORT), newest]
    assert questions_to_begin_with(issues, 3, random.Random(1)) == [
        "青屿口岸进口冷链货物多少万吨？",
        "雁口铁路口岸开行中欧班列多少列？",
        "第303期有哪些文章？",
    ]
    assert "第303期第2篇讲了什么？" in questions_to_begin_with(issues, 9, random.Random(1))


@pytest.mark.parametrize("count", [-1, 0, 1, 2, 9])
def test_no_more_questions_are_made_than_wanted_or_possible(count: int) -> None:
    questions = questions_to_begin_with([make_issue(4, PORT, RAIL)], count, random.Random(1))
    assert len(questions) == max(0, min(count, 3))


def test_where_there_is_nothing_to_ask_about_nothing_is_suggested() -> None:
    assert questions_to_begin_with([], 4, random.Random(1)) == []
    assert questions_to_begin_with([make_issue(3)], 4, random.Random(1)) == []
    unnumbered = make_issue(None, ("无题", "没有数字。"))
    assert questions_to_begin_with([unnumbered], 4, random.Random(1)) == ["最新一期有哪些文章？"]


def test_most_of_the_questions_find_their_own_article(answerer: Answerer) -> None:
    asked = found = 0
    for issue in answerer.issues()[:3]:
        for article in issue.articles:
            for question in questions_about(issue, article)[:2]:
                answer = answerer.answer(question)
                asked += 1
                found += (issue.number, article.number) in {(c.issue, c.article_no) for c in answer.citations}
    assert asked > 20
    assert found >= 0.8 * asked
