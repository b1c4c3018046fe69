"""Which issues speak of something: the topic is found in the question, and the articles by it."""

from __future__ import annotations

import pytest

from conftest import CARS, MEDICINE, PORT, RAIL, make_issue
from ftz_qa.mentions import asked_topic, mentioning
from ftz_qa.text import normalize

ISSUES = [make_issue(7, RAIL, PORT), make_issue(8, MEDICINE, CARS)]


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("哪几期提到了中欧班列？", "中欧班列"),
        ("哪期通报讲了海澜的船舶登记条例？", "海澜的船舶登记条例"),
        ("有哪几期的稿子里提到过灞原？", "灞原"),
        ("原产地证书在哪几期里出现过？", "原产地证书"),
        ("跨境电商的消息都登在哪几期？", "跨境电商"),
        ("绿色甲醇加注的消息登在第几期？", "绿色甲醇加注"),
        ("提到中欧班列（灞原）的是哪几期？", "中欧班列(灞原)"),
        ("有没有提到榴莲？", "榴莲"),
        ("关于二手车的文章有哪些？", "二手车"),
        ("有几篇关于青屿的？", "青屿"),
    ],
)
def test_the_topic_is_what_is_left_of_the_question(question: str, topic: str) -> None:
    assert asked_topic(normalize(question)) == topic


@pytest.mark.parametrize("question", ["今年开行了多少列？", "一期项目什么时候投产？", "为什么？", "哪几期？", ""])
def test_other_questions_ask_for_no_mentions(question: str) -> None:
    assert asked_topic(normalize(question)) == ""


def test_articles_are_found_to_the_letter_with_a_sentence_that_holds_it() -> None:
    ((issue, article, span),) = mentioning("二手车", ISSUES)
    assert (issue.number, article.title) == (8, CARS[0])
    assert "二手车" in article.body[span.start : span.end]


def test_quotation_marks_do_not_matter() -> None:
    assert mentioning("“二手车”", ISSUES) == mentioning("二手车", ISSUES)


def test_words_apart_are_found_where_nothing_holds_them_together() -> None:
    ((_, article, _),) = mentioning("生物医药园的企业签约", ISSUES)
    assert article.title == MEDICINE[0]


def test_the_newest_issue_comes_first() -> None:
    issues = [*ISSUES, make_issue(9, RAIL)]
    assert [issue.number for issue, _, _ in mentioning("中欧班列", issues)] == [9, 7]


def test_what_nobody_mentions_is_not_found() -> None:
    assert mentioning("火星基地", ISSUES) == []
