"""Limits that a reader sets beside a question."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conftest import MEDICINE, NgramEmbedder, make_issue
from ftz_qa import wording
from ftz_qa.answerer import Answerer
from ftz_qa.answering import AnswerChain
from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.index import PassageIndex
from ftz_qa.types import Issue, Section

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.reading import ReadingModel

RAIL_QUESTION = "雁口铁路口岸开行了多少列中欧班列？"


def unnumbered() -> Issue:
    return replace(make_issue(None, MEDICINE), date=None)


def numbers(filters: Filters, issues: Sequence[Issue]) -> list[int | None]:
    return [issue.number for _, issue in filters.admitted(issues)]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (UNFILTERED, [7, 8, None]),
        (Filters(first_issue=8), [8]),
        (Filters(last_issue=7), [7]),
        (Filters(first_issue=7, last_issue=8), [7, 8]),
        (Filters(first_date=dt.date(2025, 9, 15)), [8]),
        (Filters(last_date=dt.date(2025, 9, 14)), [7]),
        (Filters(first_issue=7, last_date=dt.date(2025, 1, 1)), []),
    ],
)
def test_ranges_include_both_ends_and_leave_out_what_is_not_known(
    filters: Filters, expected: list[int | None], issues: tuple[Issue, Issue]
) -> None:
    assert numbers(filters, [*issues, unnumbered()]) == expected


def test_a_section_keeps_only_its_own_articles(issues: tuple[Issue, Issue]) -> None:
    other = Section(2, "外省经验", "二、外省经验")
    first, second = issues[0].articles
    mixed = replace(issues[0], sections=(*issues[0].sections, other), articles=(first, replace(second, section=other)))
    ((place, shown),) = Filters(sections=("外省经验",)).admitted([issues[1], mixed])
    assert (place, [section.title for section in shown.sections]) == (1, ["外省经验"])
    assert [article.number for article in shown.articles] == [2]


@pytest.mark.parametrize(
    ("filters", "notes"),
    [
        (UNFILTERED, ()),
        (Filters(first_issue=301, last_issue=305), ("仅检索第301—305期",)),
        (Filters(first_issue=301, last_issue=301), ("仅检索第301期",)),
        (Filters(first_issue=301), ("仅检索第301期及以后",)),
        (Filters(last_issue=301), ("仅检索第301期及以前",)),
        (
            Filters(first_date=dt.date(2025, 1, 2), last_date=dt.date(2025, 3, 4)),
            ("仅检索2025年1月2日至2025年3月4日的通报",),
        ),
        (Filters(first_date=dt.date(2025, 1, 2)), ("仅检索2025年1月2日及以后的通报",)),
        (Filters(last_date=dt.date(2025, 1, 2)), ("仅检索2025年1月2日及以前的通报",)),
        (Filters(last_issue=9, sections=("甲", "乙")), ("仅检索第9期及以前", "仅检索栏目“甲”“乙”")),
    ],
)
def test_the_limits_are_said_in_words(filters: Filters, notes: tuple[str, ...]) -> None:
    assert filters.notes() == notes


@pytest.fixture
def answerer(small_index: PassageIndex, ngram_embedder: NgramEmbedder, reading: ReadingModel) -> Answerer:
    return Answerer(AnswerChain(small_index, ngram_embedder, reading))


def test_only_what_is_admitted_is_cited_or_named_as_near(answerer: Answerer) -> None:
    free = answerer.answer(RAIL_QUESTION)
    assert {citation.issue for citation in (*free.citations, *free.leads)} >= {7}
    limited = answerer.answer(RAIL_QUESTION, filters=Filters(first_issue=8))
    assert {citation.issue for citation in (*limited.citations, *limited.leads)} == {8}
    assert "仅检索第8期及以后" in limited.notes


def test_questions_about_the_bulletins_see_what_is_admitted(answerer: Answerer) -> None:
    listed = answerer.answer("一共收录了几期？", filters=Filters(last_issue=7))
    assert listed.text.startswith("共收录1期：第7期")
    assert listed.notes == ("仅检索第7期及以前",)


def test_an_issue_outside_and_nothing_inside_are_said(answerer: Answerer) -> None:
    outside = answerer.answer("第7期中雁口铁路口岸开行了多少列中欧班列？", filters=Filters(first_issue=8))
    assert (outside.refused, outside.text, outside.citations) == (True, wording.NOT_ADMITTED, ())
    nothing = answerer.answer(RAIL_QUESTION, filters=Filters(first_issue=99))
    assert (nothing.refused, nothing.text, nothing.leads) == (True, wording.NONE_ADMITTED, ())


def test_streaming_applies_them_too(answerer: Answerer) -> None:
    *_, last = answerer.stream(RAIL_QUESTION, filters=Filters(first_issue=99))
    assert getattr(last, "text", None) == wording.NONE_ADMITTED
