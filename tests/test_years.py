"""Years named by relation, in full."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.years import placed_years_in_full, year_words, years_in_full

SEPTEMBER = dt.date(2025, 9, 15)


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("今年前8个月开行3620列", "2025年前8个月开行3620列"),
        ("去年同期为3232列，前年更少", "2024年同期为3232列，2023年更少"),
        ("预计明年4月开会", "预计2026年4月开会"),
        ("规模以上年产值，目前年产，成本年年涨", "规模以上年产值，目前年产，成本年年涨"),
        ("2024年", "2024年"),
        ("", ""),
    ],
)
def test_years_are_put_in_full(text: str, full: str) -> None:
    assert years_in_full(text, SEPTEMBER) == full
    assert years_in_full(text, None) == text


def test_a_january_that_tells_of_late_months_may_mean_the_year_before() -> None:
    january = dt.date(2025, 1, 10)
    assert years_in_full("今年1至11月开行900列", january) == "今年1至11月开行900列"
    assert years_in_full("今年1月开行90列", january) == "2025年1月开行90列"


def test_words_come_with_the_years_that_they_mean() -> None:
    text = "去年开工，今年投产"
    found = {text[span.start : span.end]: year for span, year in year_words(text, SEPTEMBER)}
    assert found == {"去年": 2024, "今年": 2025}


@given(st.text("今去明前年度月1259，。列", max_size=30))
def test_every_character_knows_where_it_stood(text: str) -> None:
    full, starts, ends = placed_years_in_full(text, SEPTEMBER)
    assert full == years_in_full(text, SEPTEMBER)
    assert len(full) == len(starts) == len(ends)
    words = {span for span, _ in year_words(text, SEPTEMBER)}
    told = set()
    for char, start, end in zip(full, starts.tolist(), ends.tolist(), strict=True):
        if end - start == 1:
            assert text[start:end] == char
        else:
            assert (start, end) in {(span.start, span.end) for span in words}
        told |= set(range(start, end))
    assert told == set(range(len(text)))
