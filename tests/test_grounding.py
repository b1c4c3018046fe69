"""Citations quote their articles to the letter, and composed answers carry them."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import NgramEmbedder, make_article, make_issue
from ftz_qa.composing import compose
from ftz_qa.grounding import cite, merge_adjacent, renumber, sentence_with_marker
from ftz_qa.index import PassageIndex
from ftz_qa.questions import understand
from ftz_qa.reader import Evidence
from ftz_qa.refusal import REFUSAL_FEATURES, Judge, RefusalModel, refusal_features
from ftz_qa.text import split_sentences, tidy
from ftz_qa.types import Hit, Section, Span
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    from ftz_qa.questions import Question

SECTION = Section(1, "示例板块", "一、示例板块")
ISSUE = make_issue(7)
BODIES = st.text(alphabet="口岸班列3。！；\n ", min_size=1, max_size=60)


@st.composite
def bodies_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    body = draw(BODIES)
    ends = st.integers(0, len(body))
    pairs = draw(st.lists(st.tuples(ends, ends).map(sorted), max_size=6))
    return body, [Span(a, b) for a, b in pairs if a < b]


@given(bodies_with_spans())
def test_a_citation_quotes_the_body_and_shows_the_paragraph_around(case: tuple[str, list[Span]]) -> None:
    body, spans = case
    article = make_article(3, "标题", body, SECTION)
    for span in spans:
        citation = cite(1, ISSUE, article, span)
        assert citation.quote == body[citation.start : citation.end] == body[span.start : span.end]
        paragraph_end = citation.paragraph_start + len(citation.paragraph)
        assert citation.paragraph == body[citation.paragraph_start : paragraph_end]
        assert citation.paragraph_start <= citation.start <= citation.end <= paragraph_end
        assert citation.paragraph_start == 0 or body[citation.paragraph_start - 1] == "\n"
        assert paragraph_end == len(body) or body[paragraph_end] == "\n"


def test_a_sentence_is_shown_in_its_own_paragraph_only() -> None:
    body = "第一段。\n第二段甲。第二段乙。\n第三段。"
    span = split_sentences(body)[2]
    citation = cite(4, ISSUE, make_article(3, "标题", body, SECTION), span)
    assert citation.quote == "第二段乙。"
    assert citation.paragraph == "第二段甲。第二段乙。"


def test_a_citation_says_where_it_comes_from() -> None:
    citation = cite(4, ISSUE, make_article(3, "标题", "正文。", SECTION), Span(0, 3))
    assert (citation.marker, citation.series, citation.issue, citation.date) == (4, "示例动态", 7, ISSUE.date)
    assert (citation.section, citation.article_no, citation.title) == ("示例板块", 3, "标题")


def test_an_empty_body_can_be_cited() -> None:
    citation = cite(1, ISSUE, make_article(3, "标题", "", SECTION), Span(0, 0))
    assert (citation.quote, citation.paragraph) == ("", "")


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ("增长 15 % ，达到 640标箱。", "增长15%，达到640标箱。"),
        ("生产$6N$级高纯铝", "生产6N级高纯铝"),
        ("纯度 $ 6N $ 级", "纯度6N级"),
        ("推进 Belt and Road 建设", "推进Belt and Road建设"),
        ("推进 Belt  and Road 建设", "推进Belt and Road建设"),
        ("共有\u3000三 项", "共有三项"),
        ("  首尾  ", "首尾"),
        ("两\n行", "两行"),
        ("", ""),
    ],
)
def test_what_is_shown_has_no_traces_of_scanning(printed: str, shown: str) -> None:
    assert tidy(printed) == shown


@given(st.text(alphabet="口岸 3%\n，。\u3000", max_size=40))
def test_tidying_takes_away_nothing_but_blanks(text: str) -> None:
    assert tidy(text) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("甲。", "甲。[2]"),
        ("甲；", "甲。[2]"),
        ("甲", "甲。[2]"),
        ("甲！", "甲！[2]"),
        ("他说：“甲。”", "他说：“甲。”[2]"),
        ("甲（见附件）", "甲（见附件）[2]"),
    ],
)
def test_a_sentence_ends_properly_before_its_marker(text: str, shown: str) -> None:
    assert sentence_with_marker(text, 2) == shown


@given(bodies_with_spans())
def test_merged_spans_cover_the_same_text_in_order_and_apart(case: tuple[str, list[Span]]) -> None:
    body, spans = case
    merged = merge_adjacent(spans, body)
    covered = {i for span in spans for i in range(span.start, span.end) if not body[i].isspace()}
    assert {i for span in merged for i in range(span.start, span.end) if not body[i].isspace()} == covered
    for one, other in pairwise(merged):
        assert body[one.end : other.start].strip()


def test_neighbours_are_joined_and_strangers_are_not() -> None:
    body = "甲。 乙。丙。丁。"
    one, two, _, four = split_sentences(body)
    assert merge_adjacent([two, one, four], body) == [Span(one.start, two.end), four]


def test_renumbering_counts_from_one_and_changes_nothing_else() -> None:
    article = make_article(3, "标题", "甲。乙。", SECTION)
    citations = [cite(7, ISSUE, article, Span(0, 2)), cite(7, ISSUE, article, Span(2, 4))]
    assert [(c.marker, c.quote) for c in renumber(citations)] == [(1, "甲。"), (2, "乙。")]


# Composing


def evidence(index: PassageIndex, text: str, score: float) -> Evidence:
    """The unit that holds a text, as evidence of a given score."""
    for position, passage in enumerate(index.passages):
        for span in index.units_of(position)[0]:
            if text in passage.article.body[span.start : span.end]:
                return Evidence(Hit(passage, position, 1.0, 0.9, 9.0), span, score, (0.0,) * len(FEATURES))
    raise AssertionError(text)


def asked(text: str) -> Question:
    return understand(text)


def test_without_evidence_nothing_is_composed() -> None:
    composed = compose(asked("园区占地多少亩？"), [[]])
    assert (composed.text, composed.citations, composed.evidence) == ("", (), ())


def test_the_best_unit_is_quoted_and_one_far_behind_is_left_out(small_index: PassageIndex) -> None:
    ranking = [evidence(small_index, "占地142亩", 9.0), evidence(small_index, "林查班", -9.0)]
    composed = compose(asked("园区占地多少亩？"), [ranking])
    assert composed.text == "园区占地142亩，预计明年投产。[1]"
    assert [c.quote for c in composed.citations] == ["园区占地142亩，预计明年投产。"]


def test_units_of_two_articles_are_cited_apart_each_behind_its_sentence(small_index: PassageIndex) -> None:
    ranking = [evidence(small_index, "林查班", 5.0), evidence(small_index, "哈萨克斯坦", 5.0)]
    composed = compose(asked("哪些产品销往国外？"), [ranking])
    assert composed.text.index("林查班") < composed.text.index("[1]") < composed.text.index("哈萨克斯坦")
    assert composed.text.endswith("[2]")
    assert [c.marker for c in composed.citations] == [1, 2]
    assert [c.issue for c in composed.citations] == [7, 8]


def test_neighbouring_units_are_one_quotation(small_index: PassageIndex) -> None:
    ranking = [evidence(small_index, "入境110列", 5.0), evidence(small_index, "出境302列", 5.0)]
    composed = compose(asked("出境和入境多少列？"), [ranking])
    assert composed.text == "其中出境302列；入境110列。[1]"
    assert len(composed.citations) == 1


def test_an_inner_heading_is_no_answer_while_there_is_another() -> None:
    article = make_article(1, "引才", "二、搭好平台\n平台已建成。", SECTION, ["二、搭好平台"])
    issue = dataclasses.replace(ISSUE, articles=(article,))
    index = PassageIndex.build([issue], NgramEmbedder())
    heading, sentence = evidence(index, "搭好平台", 9.0), evidence(index, "已建成", 8.5)
    assert compose(asked("平台怎么样？"), [[heading, sentence]]).citations[0].quote == "平台已建成。"
    assert compose(asked("平台怎么样？"), [[heading]]).citations[0].quote == "二、搭好平台"


def test_without_evidence_nothing_is_answerable(small_index: PassageIndex) -> None:
    judge = Judge(small_index.lexical.idf, small_index.newest_date)
    assert judge.probability(asked("园区占地多少亩？"), []) == 0
    assert not judge.answers(asked("园区占地多少亩？"), [])


@pytest.mark.parametrize(("bias", "answers"), [(1e9, True), (-1e9, False)])
def test_answerability_is_a_probability_however_large_the_weights(
    small_index: PassageIndex, bias: float, answers: bool
) -> None:
    judge = Judge(small_index.lexical.idf, small_index.newest_date, RefusalModel({"bias": bias}, 0.5))
    found = [evidence(small_index, "占地142亩", 1.0)]
    assert 0 <= judge.probability(asked("园区占地多少亩？"), found) <= 1
    assert judge.answers(asked("园区占地多少亩？"), found) is answers


def test_what_the_evidence_lacks_is_seen(small_index: PassageIndex) -> None:
    found = [evidence(small_index, "占地142亩", 1.0)]

    def feature(name: str, question: str) -> float:
        values = refusal_features(asked(question), found, small_index.newest_date)
        return values[REFUSAL_FEATURES.index(name)]

    assert feature("missing_years", "2019年园区占地多少亩？") == 1
    assert feature("named_missing", "园区三期占地多少亩？") == 1
    assert feature("office_missing", "园区的总经理是谁？") == 1
    assert feature("other_stage", "园区占地多少亩？") == 0
