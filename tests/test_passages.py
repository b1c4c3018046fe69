"""Articles to passages: nothing is lost, nothing overlaps, headings stay with what they head."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import make_article, make_issue
from ftz_qa.passages import (
    PASSAGE_CHARS,
    passage_context,
    passage_heading,
    passage_label,
    split_article,
    split_issue,
)
from ftz_qa.text import split_sentences
from ftz_qa.types import Article, Section, Span

SECTION = Section(1, "示例板块", "一、示例板块")
ISSUE = make_issue(7)
SENTENCE = st.text(alphabet="口岸班列开行3,，；” ", max_size=60).map(lambda text: text + "。")
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=6).map("".join)
HEADING = st.sampled_from(["二、搭好平台", "打破围墙，柔性引才", "三、贴心服务"])
LINES = st.lists(st.tuples(st.booleans(), PARAGRAPH, HEADING), max_size=8)
SIZES = st.integers(10, 200)


def article_of(lines: list[tuple[bool, str, str]]) -> Article:
    """An article whose lines are paragraphs or inner headings."""
    body, headings = "", []
    for is_heading, paragraph, heading in lines:
        line = heading if is_heading else paragraph
        start = len(body) + bool(body)
        body = f"{body}\n{line}" if body else line
        if is_heading:
            headings.append(Span(start, start + len(line)))
    return Article(3, "示例标题", "（三）示例标题", SECTION, body, tuple(headings))


@given(LINES, SIZES)
def test_passages_hold_every_sentence_once_and_in_order(lines: list[tuple[bool, str, str]], size: int) -> None:
    article = article_of(lines)
    found = [
        Span(p.start + s.start, p.start + s.end)
        for p in split_article(ISSUE, article, size)
        for s in split_sentences(p.text)
    ]
    assert found == split_sentences(article.body)


@given(LINES, SIZES)
def test_passages_are_pieces_of_the_body_that_do_not_overlap(lines: list[tuple[bool, str, str]], size: int) -> None:
    article = article_of(lines)
    passages = split_article(ISSUE, article, size)
    assert all(article.body[p.start : p.end] == p.text for p in passages)
    assert all(0 <= p.start <= p.end <= len(article.body) for p in passages)
    assert all(one.end <= other.start for one, other in pairwise(passages))


@given(LINES, SIZES)
def test_passages_of_several_sentences_keep_to_the_size(lines: list[tuple[bool, str, str]], size: int) -> None:
    for passage in split_article(ISSUE, article_of([(False, text, "") for _, text, _ in lines]), size):
        assert len(passage.text) <= size or len(split_sentences(passage.text)) == 1


@given(LINES, SIZES)
def test_no_passage_could_have_taken_its_neighbour_too(lines: list[tuple[bool, str, str]], size: int) -> None:
    article = article_of([(False, text, "") for _, text, _ in lines])
    for one, other in pairwise(split_article(ISSUE, article, size)):
        first = split_sentences(other.text)[0]
        assert other.start + first.end - one.start > size


def test_an_inner_heading_never_ends_a_passage() -> None:
    text = "口岸开行班列。" * 5
    body = f"{text}\n二、搭好平台\n{text}\n三、贴心服务\n{text}"
    article = make_article(1, "标题", body, SECTION, ["二、搭好平台", "三、贴心服务"])
    for size in range(20, 160):
        for passage in split_article(ISSUE, article, size):
            last = split_sentences(passage.text)[-1]
            assert passage.text[last.start : last.end] not in ("二、搭好平台", "三、贴心服务"), size


def test_a_heading_is_not_parted_from_a_sentence_that_nearly_fills_a_passage() -> None:
    article = make_article(1, "标题", f"二、搭好平台\n{'长' * 38}。", SECTION, ["二、搭好平台"])
    assert [p.text for p in split_article(ISSUE, article, 40)] == [article.body]


def test_an_inner_heading_begins_a_new_passage_once_the_current_one_is_half_full() -> None:
    body = f"{'甲' * 59}。\n二、搭好平台\n乙。"
    article = make_article(1, "标题", body, SECTION, ["二、搭好平台"])
    assert [p.text for p in split_article(ISSUE, article, 100)] == ["甲" * 59 + "。", "二、搭好平台\n乙。"]
    assert len(split_article(ISSUE, article, 150)) == 1


def test_an_overlong_sentence_is_a_passage_of_its_own() -> None:
    article = make_article(1, "标题", f"短句。{'长' * 900}。短句。", SECTION)
    assert [len(p.text) for p in split_article(ISSUE, article)] == [3, 901, 3]
    assert PASSAGE_CHARS < 900


@pytest.mark.parametrize("body", ["", " \n\u3000"])
def test_an_article_without_a_body_can_still_be_found_by_its_title(body: str) -> None:
    (passage,) = split_article(ISSUE, make_article(1, "只有标题", body, SECTION))
    assert passage.text == ""
    assert passage_context(passage) == "只有标题"


def test_an_issue_is_split_article_by_article() -> None:
    issue = make_issue(7, ("甲", "甲句。"), ("乙", "乙句。"))
    assert [(p.article.title, p.text, p.issue.number) for p in split_issue(issue)] == [
        ("甲", "甲句。", 7),
        ("乙", "乙句。", 7),
    ]


def test_context_names_the_heading_that_stands_above_but_not_one_inside() -> None:
    body = f"二、搭好平台\n{'平台很好。' * 4}{'平台更好。' * 4}"
    article = make_article(1, "引才", body, SECTION, ["二、搭好平台"])
    first, second = split_article(ISSUE, article, 30)[:2]
    assert passage_heading(first) == passage_heading(second) == "二、搭好平台"
    assert passage_context(first) == "引才"
    assert passage_context(second) == "引才 二、搭好平台"


def test_label_says_what_is_known_of_issue_and_section_and_no_more() -> None:
    (dated,) = split_issue(make_issue(7, ("甲", "甲句。")))
    (undated,) = split_issue(make_issue(None, ("甲", "甲句。")))
    assert passage_label(dated).split() == ["示例动态", "第7期", "2025年8月15日", "示例板块"]
    assert passage_label(undated).split() == ["示例动态", "示例板块"]
