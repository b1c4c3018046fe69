"""Periods of time are the same however they are written, and words that only look like one are none."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.periods import Periods, month_ranges, years

ISSUE_DATE = dt.date(2025, 3, 15)
WORDS = st.lists(
    st.sampled_from([*"0123456789一二三四五十两前头第至到-—～月季度个年日份今去明上下半 、，２４٣", "19", "20"]),
    max_size=14,
).map("".join)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("12月开行43列", {(12, 12)}),
        ("十二月开行43列", {(12, 12)}),
        ("十一月", {(11, 11)}),
        ("1 月 6 日发布", {(1, 1)}),
        ("明年9月底前完工", {(9, 9)}),
        ("1至2月", {(1, 2)}),
        ("1—2月", {(1, 2)}),
        ("1～2 月份", {(1, 2)}),
        ("1月至2月", {(1, 2)}),
        ("1月—2月", {(1, 2)}),
        ("一到二月", {(1, 2)}),
        ("前两个月", {(1, 2)}),
        ("头2个月", {(1, 2)}),
        ("前11个月", {(1, 11)}),
        ("一季度", {(1, 3)}),
        ("第三季度", {(7, 9)}),
        ("第4季度", {(10, 12)}),
        ("前三季度", {(1, 9)}),
        ("前三个季度", {(1, 9)}),
        ("前两季度", {(1, 6)}),
        ("一至三季度", {(1, 9)}),
        ("第二季度到第三季度", {(4, 9)}),
        ("上半年", {(1, 6)}),
        ("今年下半年", {(7, 12)}),
        ("3月和6月", {(3, 3), (6, 6)}),
        ("上半年412列，7月98列", {(1, 6), (7, 7)}),
        ("exports in January–April 2025", {(1, 4)}),
        ("from January to August", {(1, 8)}),
        ("the first half of 2025", {(1, 6)}),
        ("the first three months", {(1, 3)}),
        ("as of the end of May 2025", {(5, 5)}),
        ("in Q3 2025", {(7, 9)}),
        ("how much may it grow", set()),
        ("the decision on marine trade", set()),
    ],
)
def test_months_quarters_and_half_years_are_spans_of_months(text: str, months: set[tuple[int, int]]) -> None:
    assert month_ranges(text) == months


@pytest.mark.parametrize("text", ["11月至3月", "11月到次年3月", "去年11月到今年3月"])
def test_a_span_over_the_turn_of_the_year_names_both_its_ends(text: str) -> None:
    assert month_ranges(text) == {(11, 11), (3, 3)}


@pytest.mark.parametrize(
    "text", ["历时3个月", "三个月内办结", "每月一次", "0月", "13月", "二十一月", "四季如春", "近三年", "全年", ""]
)
def test_lengths_of_time_and_impossible_months_are_no_period(text: str) -> None:
    assert month_ranges(text) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2024年", {2024}),
        ("２０２４ 年", {2024}),
        ("2023—2024年", {2023, 2024}),
        ("1998年以来", {1998}),
        ("今年", {2025}),
        ("本年度", {2025}),
        ("去年12月", {2024}),
        ("比上年提高", {2024}),
        ("前年", {2023}),
        ("明年", {2026}),
        ("去年和今年", {2024, 2025}),
        ("电话20251234", set()),
        ("编号120240", set()),
        ("24年", set()),
        ("", set()),
    ],
)
def test_years_are_named_in_figures_or_relative_to_the_issue(text: str, found: set[int]) -> None:
    assert years(text, ISSUE_DATE) == found


@pytest.mark.parametrize("text", ["目前年产10万吨", "以前年度", "规模以上年产值", "成本年均下降", "日本年轻人"])
def test_a_word_that_only_holds_the_characters_of_a_year_names_none(text: str) -> None:
    assert years(text, ISSUE_DATE) == set()


def test_without_a_date_relative_years_are_unknown_and_printed_ones_are_not() -> None:
    assert years("去年和2022年", None) == {2022}


def test_this_year_of_an_older_issue_is_another_year() -> None:
    question = Periods("今年出口多少？", dt.date(2025, 6, 1))
    assert question.matches(Periods("今年出口3台", dt.date(2025, 1, 1))) == (False, True)
    assert question.conflicts(Periods("今年出口3台", dt.date(2024, 1, 1))) == (False, True)
    assert question.matches(Periods("明年出口3台", dt.date(2024, 1, 1))) == (False, True)


@pytest.mark.parametrize(("one", "other"), [("上半年", "前6个月"), ("一季度", "1—3月"), ("前三季度", "1至9月")])
def test_the_same_span_in_other_words_matches(one: str, other: str) -> None:
    assert Periods(one).matches(Periods(other)) == (True, False)
    assert Periods(one).conflicts(Periods(other)) == (False, False)


def test_other_months_conflict_and_spans_that_end_alike_do_not() -> None:
    assert Periods("3月").conflicts(Periods("7月"))[0]
    assert not Periods("6月").conflicts(Periods("上半年"))[0]
    assert not Periods("6月").matches(Periods("上半年"))[0]


def test_where_one_side_names_no_time_there_is_neither_match_nor_conflict() -> None:
    assert Periods("去年3月", ISSUE_DATE).matches(Periods("开行3列")) == (False, False)
    assert Periods("去年3月", ISSUE_DATE).conflicts(Periods("开行3列")) == (False, False)


def test_a_sentence_without_a_time_speaks_of_the_one_before_it() -> None:
    before = Periods("去年上半年开行412列。", ISSUE_DATE)
    after = Periods("其中出境302列。", ISSUE_DATE, before)
    assert (after.months, after.years) == ({(1, 6)}, {2024})
    own = Periods("7月开行98列。", ISSUE_DATE, before)
    assert (own.months, own.years) == ({(7, 7)}, set())


@given(WORDS | st.text(max_size=40), st.none() | st.dates(dt.date(1990, 1, 1), dt.date(2090, 1, 1)))
def test_any_text_gives_possible_months_and_years(text: str, date: dt.date | None) -> None:
    periods = Periods(text, date)
    assert all(1 <= first <= last <= 12 for first, last in periods.months)
    assert all(1900 <= year <= 2099 for year in periods.years)


@given(WORDS, WORDS)
def test_matching_is_mutual_and_excludes_conflict(one: str, other: str) -> None:
    a, b = Periods(one, ISSUE_DATE), Periods(other, ISSUE_DATE)
    assert a.matches(b) == b.matches(a)
    assert a.conflicts(b) == b.conflicts(a)
    assert not any(match and conflict for match, conflict in zip(a.matches(b), a.conflicts(b), strict=True))


@given(st.integers(1, 11), st.data())
def test_a_range_is_read_with_any_dash_or_word_between(first: int, data: st.DataObject) -> None:
    last = data.draw(st.integers(first + 1, 12))
    between = data.draw(st.sampled_from(["-", "—", "–", "～", "~", "至", "到", " 至 ", "月至", "月—"]))
    assert month_ranges(f"今年{first}{between}{last}月") == {(first, last)}
