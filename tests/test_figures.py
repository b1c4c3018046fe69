"""Figures in running text: found in whatever form they are written, and told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftz_qa.figures import figures, missing_figures
from ftz_qa.text import normalize


def read(text: str) -> list[tuple[float, str]]:
    return [(figure.value, figure.unit) for figure in figures(normalize(text))]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("总投资6.5亿元", 650_000_000, "元"),
        ("总投资65000万元", 650_000_000, "元"),
        ("总投资六亿五千万元", 650_000_000, "元"),
        ("四百一十二列", 412, "列"),
        ("共四百一十二", 412, ""),
        ("９９９列", 999, "列"),
        ("9,990 列", 9990, "列"),
        ("4.1 亿 元", 410_000_000, "元"),
        ("1.3万多件", 13_000, "件"),
        ("三点五万吨", 35_000, "吨"),
        ("2万亿元", 2e12, "元"),
        ("1万5千人", 15_000, "人"),
        ("增长百分之三十五", 35, "%"),
        ("增长百分之35", 35, "%"),
        ("三分之二", 2 / 3, "分之"),
        ("二〇二四年", 2024, "年"),
        ("7月15日", 715, "月日"),
        ("七月十五日", 715, "月日"),
        ("三个百分点", 3, "个百分点"),
        ("①", 1, ""),
    ],
)
def test_a_figure_is_read_in_any_form(text: str, value: float, unit: str) -> None:
    ((found, counted),) = read(text)
    assert found == pytest.approx(value)
    assert counted == unit


@pytest.mark.parametrize(
    "text", ["一批项目", "一是抓好，二是落实", "十分重要", "万一", "四川和三亚", "千方百计", "第一，", "（三）"]
)
def test_order_emphasis_and_names_are_no_figures(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "source", "missing"),
    [
        ("开行412列", "开行中欧班列412列。", []),
        ("开行412列", "开行中欧班列412人。", ["412列"]),
        ("换装三小时", "缩短到3小时", []),
        ("11.4亿元", "货值114000万元", []),
        ("11.4亿元", "货值11.4万元", ["11.4亿元"]),
        ("增长4.12%", "开行412列", ["4.12%"]),
        ("412", "412列", []),
        ("7月5日", "5月7日", ["7月5日"]),
        ("增长3%", "增长3个百分点", ["3%"]),
    ],
)
def test_what_a_source_does_not_have_is_named(text: str, source: str, missing: list[str]) -> None:
    assert missing_figures(text, [source]) == missing


@given(st.text(alphabet="0123456789零一二两十百千万亿点.月日号年分之%第是（）列个,，两 ", max_size=30))
def test_nothing_breaks_it(text: str) -> None:
    for figure in figures(normalize(text)):
        assert figure.value >= 0
        assert 0 <= figure.start < figure.end <= len(normalize(text))


@given(st.integers(min_value=2, max_value=9_999_999))
def test_every_arabic_figure_is_found(number: int) -> None:
    assert (float(number), "列") in read(f"开行{number}列。")
