"""Questions in English: those about the bulletins as such, and others word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.english import in_chinese
from ftz_qa.english_times import take_times

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("What is in issue 305?", "第305期讲了什么？"),
        ("Please summarize issue No. 305", "第305期讲了什么？"),
        ("What topics does issue 305 cover?", "第305期讲了什么？"),
        ("How many articles are in issue 305?", "第305期有几篇文章？"),
        ("When was issue 305 published?", "第305期是什么时候出版的？"),
        ("Who published issue 305?", "第305期是谁主办的？"),
        ("List the titles in issue 305", "第305期有哪些文章？"),
        ("What sections does issue 305 have?", "第305期有哪些栏目？"),
        ("What does the latest issue say?", "最新一期讲了什么？"),
        ("How many issues are there?", "一共收录了多少期？"),
        ("How many articles are there in total?", "一共有多少篇文章？"),
        ("Which issue is the latest one?", "最新一期是第几期？"),
        ("Who publishes the bulletin?", "自贸动态是谁主办的？"),
        ("What was published in May 2025?", "2025年5月那期讲了什么？"),
        ("Which issues mention QFLP?", "哪几期提到了QFLP？"),
        ("In which issues is RCEP mentioned?", "哪几期提到了RCEP？"),
    ],
)
def test_questions_about_the_bulletins_become_the_chinese_ones(question: str, chinese: str) -> None:
    assert in_chinese(question) == chinese


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (
            "What was the container throughput of 青屿 Port in the first half of 2025?",
            ("2025年上半年", "青屿港", "集装箱吞吐量", "多少"),
        ),
        ("How many China-Europe trains ran through 雁口 railway port in 2024?", ("2024年", "中欧班列", "多少")),
        ("When did the 海澜 ship registration regulation take effect?", ("船舶登记条例", "施行", "什么时候")),
        ("How many used cars did the 雁口 area export in January-May 2025?", ("2025年1-5月", "雁口片区", "二手车")),
        ("What is the total investment of phase two of the 云州 park?", ("云州", "二期", "总投资", "多少")),
    ],
)
def test_other_questions_are_put_into_chinese_word_by_word(question: str, words: tuple[str, ...]) -> None:
    assert not [word for word in words if word not in in_chinese(question)], in_chinese(question)


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        (
            "What share of the used cars exported from 雁口 in 2024 were new-energy vehicles?",
            "2024年雁口二手车出口中新能源车占比多少？",
        ),
        ("What percentage of exports were lithium batteries?", "出口中锂电池占比多少？"),
        ("Which banks signed strategic cooperation agreements?", "哪些银行签署战略合作协议？"),
        ("Do you know when the duty-free shop opened?", "免税店启用什么时候？"),
        ("What difficulties do exporters face when applying for licences?", "许可困难出口商面临申请什么？"),
        ("Who's the chairman of the state-owned port group?", "国有港集团董事长谁？"),
        ("What is the port's cargo-handling capacity?", "港货物处理能力是多少？"),
        ("Is the shore-power retrofit of berth No. 7 finished?", "7号泊位完成岸电改造吗？"),
        ("How long does it take to get a business licence?", "营业执照用时多少？"),
        ("Where will the warehouse be built and how large is it?", "仓库建设在哪里，多少？"),
    ],
)
def test_hyphens_possessives_shares_and_what_is_asked_first(question: str, chinese: str) -> None:
    assert in_chinese(question) == chinese


@pytest.mark.parametrize(
    "question",
    ["青屿港吞吐量多少？", "QFLP基金首期资金多少？", "What is the meaning of Zorblax quuxing frobs?", "hello", ""],
)
def test_what_is_no_english_or_not_understood_stays(question: str) -> None:
    assert in_chinese(question) == question


def test_an_issue_in_a_question_about_the_matter_is_no_question_about_the_issue() -> None:
    assert in_chinese("How many trains ran in issue 305?") != "第305期讲了什么？"


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("as of June 30, 2025", ["2025年6月30日"]),
        ("at the end of May 2025", ["截至2025年5月底"]),
        ("in the third quarter of 2024", ["2024年三季度"]),
        ("in the first eight months of this year", ["前8个月"]),
        ("from January to May 2024", ["2024年1-5月"]),
        ("no time", []),
    ],
)
def test_times_are_brought_into_chinese(text: str, times: list[str]) -> None:
    rest, found = take_times(text)
    assert found == times
    assert not any(char.isdigit() for char in rest)


@given(st.text(alphabet="abcdefghij WhatHowmanyissue305?,.'-中文", max_size=80))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(in_chinese(text), str)


def test_english_questions_are_answered_with_the_chinese_evidence(answerer: Answerer) -> None:
    answer = answerer.answer("How many yachts are registered in Hailan?")
    assert "1386艘" in answer.text
    assert answer.citations
    assert answer.notes[0].startswith("理解为：")


def test_english_questions_without_an_answer_are_refused(answerer: Answerer) -> None:
    assert answerer.answer("What was the container throughput of Qingyu Port in 2021?").refused
    assert answerer.answer("How many yachts are registered in Qingyu?").refused
