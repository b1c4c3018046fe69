"""The exact answer within a sentence: right where it is marked, and rather none than a wrong one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.emphasis import emphasis
from ftz_qa.questions import understand
from ftz_qa.types import Span

if TYPE_CHECKING:
    from ftz_qa.answerer import Answerer

CASES = [
    ("园区占地多少亩？", "园区总投资 12亿元，占地 186亩，建设6条生产线。", "186亩"),
    ("园区总投资多少亿元？", "园区总投资 12亿元，占地 186亩，建设6条生产线。", "12亿元"),
    ("出境班列开行多少列？", "今年上半年开行468列，其中入境371列，出境 97 列。", "97 列"),
    ("货运量同比增长百分之几？", "货车9.6万辆次，货运量148万吨，同比增长 21%。", "21%"),
    ("外贸箱占比是多少？", "集装箱186万标箱，其中外贸箱占比37%。", "37%"),
    ("周期缩短到多少天？", "平均周期由45天缩短到31天。", "31天"),
    ("以前周期是多少天？", "平均周期由45天缩短到31天。", "45天"),
    ("条例什么时候施行？", "2月26日表决通过《条例》，自5月1日起施行。", "5月1日"),
    ("园区哪年开工？", "园区2023年5月开工，总投资12亿元。", "2023年"),
    ("中心主任是谁？", "中心主任蓝思敏介绍，俄语版已经上线。", "蓝思敏"),
    ("物流园在哪里？", "园区位于青屿片区临港产业区，一期投资7.6亿元。", "青屿片区临港产业区"),
    ("贷款是哪家银行发放的？", "企业从云江银行云州分行获得贷款1000万元。", "云江银行云州分行"),
]


@pytest.mark.parametrize(("question", "evidence", "answer"), CASES)
def test_the_exact_answer_is_found_as_printed(question: str, evidence: str, answer: str) -> None:
    span = emphasis(understand(question), evidence)
    assert span is not None
    assert evidence[span.start : span.end] == answer


@pytest.mark.parametrize(
    ("question", "evidence"),
    [
        ("园区占地多少亩？", "园区总投资12亿元，建设6条生产线。"),
        ("为什么要扩建？", "因为4号泊位吞吐量达到186万标箱。"),
        ("有哪些措施？", "一是减免租金；二是发放补贴120万元。"),
        ("园区建成了吗？", "园区5月1日建成。"),
        ("总投资12亿元的园区有多少亿元贷款？", "园区总投资12亿元。"),
        ("甲园和乙园共有多少家企业？", "有3家在东，有5家在西。"),
    ],
)
def test_nothing_is_marked_where_nothing_stands_out(question: str, evidence: str) -> None:
    assert emphasis(understand(question), evidence) is None


def read(text: str, words: str, probability: float) -> tuple[Span, float]:
    start = text.index(words)
    return Span(start, start + len(words)), probability


@pytest.mark.parametrize(
    ("question", "evidence", "seen", "probability", "answer"),
    [
        # Another figure than the rules choose, with its unit.
        ("园区占地多少亩？", "园区占地186亩，其中已建成142亩。", "142", 0.9, "142亩"),
        ("园区占地多少亩？", "园区占地186亩，其中已建成142亩。", "142", 0.1, "186亩"),
        ("条例什么时候施行？", "2月26日表决通过《条例》，自5月1日起施行。", "2月26", 0.9, "2月26日"),
        ("条例什么时候施行？", "2月26日表决通过《条例》，自5月1日起施行。", "2月26", 0.1, "5月1日"),
        # The rules see nothing.
        ("为什么要扩建？", "因为泊位不足，决定扩建。", "泊位不足", 0.9, "泊位不足"),
        ("为什么要扩建？", "因为泊位不足，决定扩建。", "泊位不足", 0.1, None),
        # The same figure, which the rules show with its unit.
        ("出境班列开行多少列？", "今年上半年开行468列，其中入境371列，出境 97 列。", "97", 0.9, "97 列"),
    ],
)
def test_what_the_reader_is_sure_of_comes_before_the_rules(
    question: str, evidence: str, seen: str, probability: float, answer: str | None
) -> None:
    span = emphasis(understand(question), evidence, read(evidence, seen, probability))
    assert (span and evidence[span.start : span.end]) == answer


@given(st.text(max_size=80), st.sampled_from([question for question, _, _ in CASES]))
def test_a_span_is_within_the_text_whatever_it_is(text: str, question: str) -> None:
    span = emphasis(understand(question), text)
    assert span is None or 0 <= span.start < span.end <= len(text)


def test_the_answer_and_its_quote_are_marked_alike(answerer: Answerer) -> None:
    answer = answerer.answer("第303期中，今年1—2月雁口铁路口岸中欧班列开行多少列？")
    (mark, *_) = answer.highlights
    assert answer.text[mark.start : mark.end] == "138列"
    (source, *_) = [citation for citation in answer.citations if citation.highlights]
    (span,) = source.highlights
    assert source.quote[span.start - source.start : span.end - source.start] == "138列"
