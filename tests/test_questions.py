"""What is asked: kinds of answers, issues meant, follow-ups."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.questions import Question, asked_alone, content_words, kind_of, understand
from ftz_qa.scope import named_issues
from ftz_qa.types import Turn

NUMBERS = [301, 302, 303, 305]


def asked(*questions: str) -> list[Turn]:
    """A conversation in which the user asked these questions and something was answered."""
    return [turn for q in questions for turn in (Turn("user", q), Turn("assistant", "通报中说……[1]"))]


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("青屿港的外贸航线总数是多少条？", "number"),
        ("园区占地几亩？", "number"),
        ("二手车出口同比增长了多少？", "percent"),
        ("外贸箱占比是多少？", "percent"),
        ("林查班航线什么时候首航？", "date"),
        ("人才公寓是哪一年交付的？", "date"),
        ("车间主任是谁？", "who"),
        ("哪家公司研制了新配方？", "organisation"),
        ("专家工作站设在哪里？", "where"),
        ("《办法》规定了哪些补贴？", "list"),
        ("为什么要交还审批事项？", "reason"),
        ("班列增长的原因是什么？", "reason"),
        ("片区怎样留住人才？", "how"),
        ("泗水航线开通了吗？", "yesno"),
        ("是否需要迁户口？", "yesno"),
        ("候鸟专家计划", "other"),
        ("When did the line open?", "date"),
        ("How many trains were there?", "number"),
        ("Why was it closed?", "reason"),
    ],
)
def test_the_kind_of_answer_is_told_from_the_question_words(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("question", "issues"),
    [
        ("第303期有哪些文章？", (303,)),
        ("第 303 期讲了什么", (303,)),
        ("第３０３期讲了什么", (303,)),
        ("303期讲了什么", (303,)),
        ("第三百零三期讲了什么", (303,)),
        ("What is in issue 303?", (303,)),
        ("issue 303 contents", (303,)),
        ("第301期和第303期", (301, 303)),
        ("第301期和第301期", (301,)),
        ("第301至303期", (301, 302, 303)),
        ("第301期到第302期", (301, 302)),
        ("第301—303期", (301, 302, 303)),
        ("第99999期", (99999,)),
        ("最新一期有哪些文章", (305,)),
        ("最近一期", (305,)),
        ("上一期讲了什么", (303,)),
        ("the latest issue", (305,)),
    ],
)
def test_named_issues_are_understood_however_they_are_written(question: str, issues: tuple[int, ...]) -> None:
    assert named_issues(question, NUMBERS) == issues


@pytest.mark.parametrize(
    "question",
    [
        "医药园一期工程投资多少？",
        "二期什么时候投产？",
        "三期项目有多大？",
        "项目分两期建设吗？",
        "上半年开行多少列？",
        "2024年出口多少台？",
        "",
    ],
)
def test_phases_of_projects_and_years_are_not_issues(question: str) -> None:
    assert named_issues(question, NUMBERS) is None


def test_a_low_number_is_an_issue_where_it_is_indexed_and_said_with_its_ordinal() -> None:
    assert named_issues("第3期有哪些文章", [1, 2, 3]) == (3,)
    assert named_issues("三期有多大", [1, 2, 3]) is None


def test_this_issue_is_the_only_one_there_is() -> None:
    assert named_issues("本期有哪些文章", [303]) == (303,)
    assert named_issues("本期有哪些文章", NUMBERS) is None


def test_before_the_first_issue_there_is_none() -> None:
    assert named_issues("上一期讲了什么", [303]) == ()
    assert named_issues("最新一期", []) is None


def test_a_reversed_or_endless_range_stays_bounded() -> None:
    endless = named_issues("第10至99999期", NUMBERS)
    assert endless is not None
    assert len(endless) <= 1001
    assert set(named_issues("第305至301期", NUMBERS) or ()) <= {301, 305}


@pytest.mark.parametrize("question", ["第999999999999期讲了什么？", "第１２３４５６７期讲了什么？"])
def test_of_an_overlong_number_no_part_is_taken_for_an_issue(question: str) -> None:
    (number,) = named_issues(question, [99999, 34567]) or (0,)
    assert number not in {99999, 34567}


def test_a_question_that_stands_alone_is_left_as_it_is() -> None:
    history = asked("雁口铁路口岸入境班列有多少列？")
    question = understand("青屿港去年完成集装箱吞吐量多少万标箱？", history)
    assert question.text == question.focus == "青屿港去年完成集装箱吞吐量多少万标箱？"
    assert not question.follow_up
    assert question.kind == "number"


def test_without_a_history_even_a_follow_up_stands_for_itself() -> None:
    question = understand("那出境呢？")
    assert question.text == "那出境呢？"
    assert not question.follow_up


def test_a_contrasting_word_takes_the_place_of_the_earlier_one() -> None:
    question = understand("那出境呢？", asked("雁口铁路口岸2024年入境班列有多少列？"))
    assert question.follow_up
    assert "出境" in question.text
    assert "入境" not in question.text
    assert "雁口铁路口岸" in question.text
    assert question.kind == "number"


def test_a_pronoun_brings_the_earlier_question_along() -> None:
    question = understand("它什么时候投产？", asked("生物医药园总投资多少？"))
    assert question.follow_up
    assert "生物医药园" in question.text
    assert "什么时候投产" in question.text
    assert question.kind == "date"
    assert "生物医药园" not in question.focus


def test_a_bare_question_word_asks_on_about_the_same_thing() -> None:
    question = understand("为什么？", asked("青屿港提货时间缩短了吗？"))
    assert "青屿港" in question.text
    assert question.kind == "reason"


def test_follow_ups_of_follow_ups_keep_the_subject() -> None:
    question = understand("那占地多少呢？", asked("生物医药园总投资多少？", "它什么时候投产？"))
    assert "生物医药园" in question.text
    assert "占地多少" in question.text


def test_only_what_the_user_said_completes_a_question() -> None:
    history = [Turn("user", "生物医药园总投资多少？"), Turn("assistant", "见青屿港一文。")]
    assert "青屿港" not in understand("它什么时候投产？", history).text
    assert understand("它什么时候投产？", [Turn("assistant", "见青屿港一文。")]).text == "它什么时候投产？"


def test_traditional_characters_are_searched_as_simplified_ones() -> None:
    assert understand("雁口鐵路口岸開行多少列？").text == "雁口铁路口岸开行多少列？"


def test_courtesies_and_question_words_are_not_content() -> None:
    words = content_words("请问一下，生物医药园总投资多少？")
    assert "生物医药园" in words
    assert "请问" not in words
    assert "多少" not in words


@given(st.text(max_size=40), st.lists(st.text(max_size=30), max_size=3))
def test_any_text_is_understood_somehow(question: str, earlier: list[str]) -> None:
    result = understand(question, asked(*earlier))
    assert result.follow_up or result.text == result.focus
    assert all(number >= 0 for number in named_issues(result.text, NUMBERS) or ())


@pytest.mark.parametrize(
    ("before", "follow_up", "complete"),
    [
        ("雁口铁路口岸前4个月开行了多少列？", "青屿港呢？", "青屿港前4个月开行了多少列？"),
        ("云州片区今年跨境电商交易额是多少？", "青屿港呢？", "青屿港今年跨境电商交易额是多少？"),
        ("雁口农商银行给企业贷了多少钱？", "那兴陆银行呢？", "兴陆银行给企业贷了多少钱？"),
        ("远途汽车公司一季度出口多少台二手车？", "北辰集团呢？", "北辰集团一季度出口多少台二手车？"),
        ("青屿港去年吞吐量是多少？", "今年呢？", "青屿港今年吞吐量是多少？"),
    ],
)
def test_a_place_or_body_takes_the_place_of_another(before: str, follow_up: str, complete: str) -> None:
    assert understand(follow_up, [Turn("user", before)]).text == complete


@pytest.mark.parametrize(
    ("text", "focus", "alone"),
    [
        ("冷链仓什么时候启用，哪家公司建的？", "冷链仓什么时候启用", "冷链仓什么时候启用"),
        ("冷链仓什么时候启用，哪家公司建的？", "哪家公司建的", "冷链仓，启用，哪家公司建的"),
        ("园区占地多少亩？", "园区占地多少亩？", "园区占地多少亩？"),
        ("园区占地多少亩，为什么？", "为什么？", "园区占地，为什么？"),
        ("出境班列多少列", "那出境呢", "出境班列多少列"),
    ],
)
def test_what_is_asked_alone_keeps_what_it_is_about(text: str, focus: str, alone: str) -> None:
    assert asked_alone(Question(text, focus, "other")) == alone
