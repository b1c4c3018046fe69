"""Answers are short, quote to the letter, and do not break off in the middle of an enumeration."""

from __future__ import annotations

import random
import re
from itertools import combinations
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import make_article, make_issue
from ftz_qa.composing import Composed, compose
from ftz_qa.questions import understand
from ftz_qa.reader import Evidence
from ftz_qa.text import normalize, split_sentences
from ftz_qa.types import Hit, Passage, Section
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.answerer import Answerer
    from ftz_qa.types import Article, Issue

SECTION = Section(1, "示例板块", "一、示例板块")
ISSUE = make_issue(7)
CONCISE = [
    "园区占地多少亩？",
    "出口增长率是多少？",
    "园区什么时候建成？",
    "园区是谁建的？",
    "园区是哪家公司建的？",
    "园区在哪里？",
]
OTHERS = ["园区是怎么回事？", "园区建成了吗？"]
WHOLE = ["园区有哪些措施？", "园区为什么要扩建？", "园区如何招商？"]
PLAIN = "甲园已经建成。乙园正在建设。丙园还在规划。丁园刚刚选址。戊园等待批复。己园没有消息。"


def units(body: str, headings: Sequence[str] = (), issue: Issue = ISSUE, number: int = 1) -> list[Evidence]:
    """The units of one article in the order of the text, all of the same score."""
    article = make_article(number, "示例文章", body, SECTION, headings)
    hit = Hit(Passage(issue, article, 0, len(body)), 100 * (issue.number or 0) + number, 1.0, 0.9, 9.0)
    return [Evidence(hit, span, 5.0, (0.0,) * len(FEATURES)) for span in split_sentences(body, semicolons=True)]


def starting_with(ranking: Sequence[Evidence], text: str, gap: float = 100.0) -> list[Evidence]:
    """The same units, that which holds a text first and the others far behind."""
    (best,) = [item for item in ranking if text in item.text]
    return [best, *(scored(item, best.score - gap) for item in ranking if item is not best)]


def scored(item: Evidence, score: float) -> Evidence:
    return Evidence(item.hit, item.span, score, item.features)


def quoted(composed: Composed) -> str:
    return "".join(citation.quote for citation in composed.citations)


def sentences(composed: Composed) -> int:
    return sum(len(split_sentences(citation.quote, semicolons=True)) for citation in composed.citations)


# How much is said


@pytest.mark.parametrize("question", CONCISE + OTHERS + WHOLE)
def test_of_many_equally_good_sentences_at_most_three_are_given(question: str) -> None:
    composed = compose(understand(question), [units(PLAIN)])
    assert 1 <= sentences(composed) <= 3
    assert composed.citations[0].quote.startswith("甲园")


@pytest.mark.parametrize("question", CONCISE + OTHERS + WHOLE)
def test_a_sentence_far_behind_the_best_is_not_given(question: str) -> None:
    composed = compose(understand(question), [starting_with(units(PLAIN), "丙园")])
    assert composed.text == "丙园还在规划。[1]"


@pytest.mark.parametrize("question", CONCISE)
def test_a_concise_answer_adds_nothing_to_a_long_sentence(question: str) -> None:
    long = "甲园" + "位于临江大道北侧" * 20 + "。"
    composed = compose(understand(question), [units(long + "乙园正在建设。" + "丙园还在规划。" * 3)])
    assert len(normalize(quoted(composed))) <= len(normalize(long)) + 30
    assert composed.citations[0].quote.startswith("甲园")


@pytest.mark.parametrize("question", CONCISE)
@given(lengths=st.lists(st.integers(1, 120), min_size=1, max_size=8))
def test_a_concise_answer_is_one_sentence_or_short(question: str, lengths: list[int]) -> None:
    ranking = units("".join("园" * length + "。" for length in lengths))
    composed = compose(understand(question), [ranking])
    assert sentences(composed) == 1 or len(quoted(composed)) <= 200
    assert sentences(composed) <= 3


def test_a_concise_answer_stays_with_its_clause() -> None:
    body = "园区推出三项措施：一是减免租金；二是发放补贴120万元；三是优化审批。"
    composed = compose(understand("发放补贴多少万元？"), [starting_with(units(body), "120万元")])
    assert composed.citations[0].quote == "二是发放补贴120万元；"
    assert composed.text == "二是发放补贴120万元。[1]"


def test_every_part_of_a_question_gets_its_best_sentence() -> None:
    ranking = units(PLAIN)
    rankings = [starting_with(ranking, "甲园"), starting_with(ranking, "丁园")]
    composed = compose(understand("甲园建在哪里，丁园离码头多远？"), rankings)
    assert [citation.quote for citation in composed.citations] == ["甲园已经建成。", "丁园刚刚选址。"]


def test_what_answers_both_parts_is_given_once() -> None:
    ranking = starting_with(units(PLAIN), "乙园")
    composed = compose(understand("乙园建在哪里，离码头多远？"), [ranking, ranking])
    assert composed.text == "乙园正在建设。[1]"


def test_several_years_asked_about_get_a_sentence_each() -> None:
    ranking = units("2022年出口3台。2023年出口8台。2024年出口19台。产品很好。")
    composed = compose(understand("2022年和2024年各出口多少台？"), [starting_with(ranking, "2024年")])
    assert "2022年出口3台。" in quoted(composed)
    assert "2024年出口19台。" in quoted(composed)
    assert "2023年" not in quoted(composed)


def test_several_months_asked_about_get_a_sentence_each() -> None:
    ranking = units("1月出口3台。2月出口8台。3月出口19台。产品很好。")
    composed = compose(understand("1月和3月出口多少台？"), [starting_with(ranking, "3月")])
    assert quoted(composed).replace("\n", "") == "1月出口3台。3月出口19台。"


# Enumerations

CLAUSES = "园区推出三项措施。一是减免租金，首年全免；二是发放补贴，每户3万元；三是优化审批，一日办结。\n另有企业落户。"
PARAGRAPHS = "园区推出以下措施：\n（一）减免租金。\n（二）发放补贴。\n（三）优化审批。\n企业反映良好。"
ORDINALS = "首先，园区减免租金。其次，园区发放补贴。最后，园区优化审批。企业反映良好。"
ITEMS = ["减免租金", "发放补贴", "优化审批"]


@pytest.mark.parametrize("question", WHOLE)
@pytest.mark.parametrize("body", [CLAUSES, PARAGRAPHS, ORDINALS])
@pytest.mark.parametrize("best", ITEMS)
def test_an_enumeration_is_given_whole_from_wherever_it_was_found(question: str, body: str, best: str) -> None:
    composed = compose(understand(question), [starting_with(units(body), best)])
    assert [item for item in ITEMS if item not in quoted(composed)] == []
    assert "企业" not in quoted(composed)
    (citation,) = composed.citations
    assert body[citation.start : citation.end] == citation.quote


def test_a_sentence_announcing_a_list_brings_the_list() -> None:
    composed = compose(understand("园区有哪些措施？"), [starting_with(units(PARAGRAPHS), "以下措施")])
    assert [item for item in ITEMS if item not in quoted(composed)] == []


def test_clauses_of_one_sentence_stay_together_where_the_whole_is_asked_for() -> None:
    body = "甲园建成，入驻企业12家；乙园扩建，新增厂房3栋；丙园动工。丁园选址。"
    composed = compose(understand("各园有哪些进展？"), [starting_with(units(body), "乙园")])
    assert quoted(composed) == "甲园建成，入驻企业12家；乙园扩建，新增厂房3栋；丙园动工。"


def test_an_endless_enumeration_is_bounded() -> None:
    body = "园区推出措施：" + "".join(f"{n}是{'优化审批流程' * 12}；" for n in "一二三四五六七八九十" * 5)
    composed = compose(understand("园区有哪些措施？"), [starting_with(units(body[:-1] + "。"), "园区推出措施")])
    assert 200 < len(quoted(composed)) < 1200


def test_sentences_that_only_stand_beside_are_no_enumeration() -> None:
    composed = compose(understand("园区有哪些措施？"), [starting_with(units(PLAIN), "丙园")])
    assert quoted(composed) == "丙园还在规划。"


# Quotations

PIECES = st.sampled_from(
    ["园区建成", "一是甲", "二是乙", "（二）丙", "其中：", "12 月", "，", "；", "。", "\n", " ", "”", "！", "2024年"]
)


@given(
    st.lists(st.lists(PIECES, min_size=1, max_size=14).map("".join), min_size=1, max_size=3),
    st.sampled_from([*CONCISE, *OTHERS, *WHOLE, "2023年和2024年建成多少？", "建在哪里，多大？"]),
    st.randoms(use_true_random=False),
)
def test_whatever_is_composed_quotes_to_the_letter_and_cites_every_sentence(
    bodies: list[str], question: str, chance: random.Random
) -> None:
    ranking = [item for number, body in enumerate(bodies, start=1) for item in units(body, number=number)]
    ranking = [scored(item, chance.uniform(-5, 5)) for item in ranking]
    ranking.sort(key=lambda item: -item.score)
    composed = compose(understand(question), [ranking, ranking[::-1]] if "，" in question else [ranking])
    assert bool(composed.citations) == bool(composed.evidence) == bool(ranking)
    for citation in composed.citations:
        body = bodies[citation.article_no - 1]
        assert body[citation.start : citation.end] == citation.quote != ""
        assert citation.quote == citation.quote.strip()
    assert [c.marker for c in composed.citations] == list(range(1, len(composed.citations) + 1))
    assert [int(n) for n in re.findall(r"\[(\d+)\]", composed.text)] == [c.marker for c in composed.citations]
    for one, other in combinations(composed.citations, 2):
        behind = one.end <= other.start
        # The parts of a question come in the order in which they are asked, all else in the order of the text.
        assert one.article_no != other.article_no or behind or ("，" in question and other.end <= one.start)


@given(st.lists(PIECES, min_size=1, max_size=30).map("".join), st.sampled_from(CONCISE + OTHERS + WHOLE))
def test_the_best_unit_is_always_part_of_the_answer(body: str, question: str) -> None:
    ranking = units(body)
    composed = compose(understand(question), [ranking])
    assert not ranking or any(
        citation.start <= ranking[0].span.start and ranking[0].span.end <= citation.end
        for citation in composed.citations
    )


def test_the_best_sentences_article_is_cited_first() -> None:
    one, other = units("甲园已经建成。", number=2), units("乙园正在建设。", number=1)
    composed = compose(understand("各园怎么样？"), [[*one, scored(other[0], 4.9)]])
    assert [citation.article_no for citation in composed.citations] == [2, 1]


@pytest.mark.parametrize(("gap", "here", "elsewhere"), [(1.9, 2, 2), (2.1, 2, 1), (3.1, 1, 1)])
def test_another_article_has_to_come_closer_to_the_best_sentence(gap: float, here: int, elsewhere: int) -> None:
    first, second = units("甲园已经建成。乙园正在建设。")
    other = units("乙园正在建设。", number=2)[0]
    for item, count in ((second, here), (other, elsewhere)):
        ranking = [first, scored(item, first.score - gap)]
        assert sentences(compose(understand("各园怎么样？"), [ranking])) == count


def test_articles_of_the_same_number_in_two_issues_are_cited_apart() -> None:
    one, other = units("甲园已经建成。"), units("乙园正在建设。", issue=make_issue(8))
    composed = compose(understand("各园怎么样？"), [[*one, *other]])
    assert [(citation.issue, citation.quote) for citation in composed.citations] == [
        (7, "甲园已经建成。"),
        (8, "乙园正在建设。"),
    ]


@pytest.mark.parametrize("rankings", [[], [[]], [[], []]])
def test_without_evidence_nothing_is_composed(rankings: list[list[Evidence]]) -> None:
    assert compose(understand("园区占地多少亩？"), rankings) == Composed("", (), ())


def test_headings_are_no_answers_but_better_than_none() -> None:
    ranking = units("二、搭好平台\n三、优化服务\n平台已经建成。", ["二、搭好平台", "三、优化服务"])
    assert compose(understand("平台怎么样？"), [ranking]).text == "平台已经建成。[1]"
    only = compose(understand("平台怎么样？"), [ranking[:2]])
    assert only.citations[0].quote.startswith("二、搭好平台")


def test_answers_over_the_sample_issues_quote_their_articles(answerer: Answerer) -> None:
    articles: dict[tuple[int | None, int], Article] = {
        (issue.number, article.number): article for issue in answerer.chain.index.issues for article in issue.articles
    }
    for question in ("雁口铁路口岸中欧班列开行多少列？", "青屿港新开了哪些航线？", "候鸟专家计划有哪些补贴？"):
        answer = answerer.answer(question)
        assert answer.citations, question
        for citation in answer.citations:
            body = articles[citation.issue, citation.article_no].body
            assert body[citation.start : citation.end] == citation.quote
