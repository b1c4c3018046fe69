"""The ledger of figures: what is taken from sentences and what is left out, measured against a hand-labelled sample."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from conftest import REPOSITORY, SAMPLE_ISSUES, make_issue
from ftz_qa.issues import read_issue
from ftz_qa.ledger import figures_of
from ftz_qa.ledger_periods import mentions
from ftz_qa.ledger_series import Ledger, as_csv, series_of
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from ftz_qa.ledger import Figure

DATE = dt.date(2025, 7, 15)
SAMPLE = REPOSITORY / "tests" / "ledger_sample.tsv"
ISSUE_239 = REPOSITORY.parent / "shared" / "bulletins" / "issue-239.txt"


def figures(text: str, title: str = "某地发布数据", date: dt.date | None = DATE) -> list[Figure]:
    """What the ledger takes from an article."""
    issue = make_issue(5, (title, text), date=date)
    return figures_of(issue if date else make_issue(None, (title, text)))


def told(text: str) -> list[tuple[str, str, float | None, str, str]]:
    """Measure, figure, change, period and place of what the ledger takes from a text."""
    return [(f.measure, f.printed, f.change, str(f.period), f.place) for f in figures(text)]


def test_a_figure_has_measure_value_unit_change_period_place_and_source() -> None:
    text = "首句没有数字。今年 1—6 月，青屿港完成集装箱吞吐量 98.3 万标箱，同比增长 10.4 %。"
    (figure,) = figures(text)
    assert (figure.measure, figure.value, figure.unit, figure.printed) == (
        "集装箱吞吐量",
        983_000,
        "标箱",
        "98.3万标箱",
    )
    assert (figure.change, str(figure.period), figure.place) == (10.4, "2025年1—6月", "青屿港")
    assert text[figure.span.start : figure.span.end] == text.partition("。")[2]


def test_two_figures_of_one_measure_share_it_and_each_gets_its_own_change() -> None:
    assert told("今年上半年，雁口铁路口岸中欧班列开行468列45310标箱，同比分别增长14%和13%。") == [
        ("中欧班列开行", "468列", 14, "2025年1—6月", "雁口铁路口岸"),
        ("中欧班列开行", "45310标箱", 13, "2025年1—6月", "雁口铁路口岸"),
    ]


def test_parts_are_named_with_their_whole() -> None:
    text = "上半年，青屿港完成集装箱吞吐量98万标箱。其中，外贸箱37万标箱，同比下降3%；内贸箱61万标箱。"
    assert [(m, p, c) for m, p, c, *_ in told(text)] == [
        ("集装箱吞吐量", "98万标箱", None),
        ("集装箱吞吐量（外贸箱）", "37万标箱", -3),
        ("集装箱吞吐量（内贸箱）", "61万标箱", None),
    ]


def test_a_change_does_not_go_to_the_figure_before_one_that_cannot_be_told() -> None:
    assert told("上半年，雁口片区新设外资企业76家，实际使用外资7.83亿美元，同比增长20.7%。")[0][2] is None


@pytest.mark.parametrize(
    "text",
    [
        "今年，青屿港集装箱吞吐量目标为205万标箱。",  # a plan
        "上半年，青屿港力争完成集装箱吞吐量98万标箱。",
        "上半年，青屿港集装箱吞吐量由80万标箱提高到98万标箱。",  # a change
        "青屿港完成集装箱吞吐量98万标箱。",  # no time
        "1至9月，青屿港完成集装箱吞吐量98万标箱。",  # of which year?
        "今年，青屿港完成集装箱吞吐量98万标箱。",  # as far as when?
        "上半年，经理说：“青屿港完成集装箱吞吐量98万标箱。”",  # a quotation
        "上半年，青屿港每天完成集装箱吞吐量98万标箱。",
        "上半年，货值2.1亿元。",  # of what?
        "上半年，该公司销售收入2.1亿元。",  # whose?
        "上半年，单列换装用时5小时。",  # a duration
        "一期2018年建成，入驻企业34家。",  # not of that year
        "上半年，已有23家企业签约入园。",
    ],
)
def test_what_cannot_be_told_apart_is_left_out(text: str) -> None:
    assert told(text) == []


def test_without_a_date_of_issue_nothing_is_taken() -> None:
    assert figures("2024年，青屿港完成集装箱吞吐量98万标箱。", date=None) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今年1—8月", None),  # is not over in July
        ("今年1—6月", "2025年1—6月"),
        ("去年", "2024年"),
        ("2024年一季度", "2024年1—3月"),
        ("前三季度", None),
        ("去年前三季度", "2024年1—9月"),
        ("前5个月", "2025年1—5月"),
        ("6月份", "2025年6月"),
        ("截至6月底", "截至2025年6月30日"),
        ("截至去年底", "截至2024年12月31日"),
        ("目前", "截至2025年7月15日"),
        ("下半年", None),
    ],
)
def test_periods(text: str, expected: str | None) -> None:
    (mention,) = mentions(normalize(text), DATE)
    assert (str(mention.period) if mention.period else None) == expected


@pytest.mark.parametrize("text", ["比去年同期多", "自2019年9月以来", "较上年提高", "去年夏天起"])
def test_times_that_are_no_periods(text: str) -> None:
    assert list(mentions(normalize(text), DATE)) == []


# The hand-labelled sample


def _labelled() -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _record(figure: Figure) -> tuple[str, ...]:
    change = "" if figure.change is None else str(figure.change)
    return (
        str(figure.issue.number),
        str(figure.article.number),
        figure.measure,
        figure.printed,
        change,
        str(figure.period),
    )


def test_precision_and_recall_on_the_labelled_sample() -> None:
    """Every figure of issues 301 to 309 and 239 whose measure, place and period the text states, by hand."""
    files = [*sorted(SAMPLE_ISSUES.glob("*.txt")), *([ISSUE_239] if ISSUE_239.exists() else [])]
    found = Counter(_record(figure) for file in files for figure in figures_of(read_issue(file)))
    numbers = {str(read_issue(file).number) for file in files}
    labelled: Counter[tuple[str, ...]] = Counter(
        (row["issue"], row["article"], row["measure"], row["printed"], row["change"], row["period"])
        for row in _labelled()
        if row["issue"] in numbers
    )
    right = (found & labelled).total()
    assert labelled.total() > 80
    assert right / found.total() > 0.97
    assert right / labelled.total() > 0.6


# Series and CSV


def test_a_series_never_mixes_measures_units_places_or_kinds_of_periods() -> None:
    texts = {
        1: "1月份，青屿港完成集装箱吞吐量9万标箱。",
        3: "前2个月，青屿港完成集装箱吞吐量18万标箱。前2个月，白港完成集装箱吞吐量1万标箱。",
        5: "1—4月，青屿港完成集装箱吞吐量36万标箱、货物吞吐量400万吨。截至目前，青屿港集装箱吞吐量500万标箱。",
        7: "上半年，青屿港完成集装箱吞吐量55万标箱，外贸集装箱吞吐量20万标箱。",
    }
    issues = [make_issue(n, ("港口", text), date=dt.date(2025, n, 20)) for n, text in texts.items()]
    rows = Ledger().figures(issues)
    last = next(row for row in rows if row.value == 550_000)
    assert [row.value for row in series_of(last, rows).figures] == [180_000, 360_000, 550_000]


def test_csv_opens_as_chinese_and_holds_no_formulas() -> None:
    rows = figures("上半年，青屿港完成集装箱吞吐量98.3万标箱，同比下降2%。", title='=HYPERLINK("http://x")')
    text = as_csv(rows)
    assert text.startswith("\ufeff")
    header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    record = dict(zip(header, row, strict=True))
    assert (record["数值"], record["单位"], record["同比（%）"]) == ("983000", "标箱", "-2.0")
    assert record["标题"] == '\'=HYPERLINK("http://x")'
