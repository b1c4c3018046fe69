"""The ledger of figures: what is taken from sentences and what is left out, measured against a hand-labelled sample."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from conftest import REPOSITORY, SAMPLE_ISSUES, make_issue
from ftz_qa.issues import read_issue
from ftz_qa.ledger import figures_of
from ftz_qa.ledger_file import IssueFigures
from ftz_qa.ledger_periods import mentions
from ftz_qa.ledger_series import as_csv, series_of
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ftz_qa.ledger import Figure

DATE = dt.date(2025, 7, 15)
SAMPLE = REPOSITORY / "tests" / "ledger_sample.tsv"
ARTICLES = REPOSITORY / "tests" / "ledger_articles.tsv"
BULLETINS = REPOSITORY / "benchmarks" / "bulletins"
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
        "上半年，为23家企业减税。",  # what was it worth?
        "上半年，建成8万吨储罐。",  # how large it is
        "上半年，人均增收6400元。",  # an average
        "青屿港6月投用2座储罐。",  # the month of an event
        "目前，该产业园年产8万吨。",  # what may be
    ],
)
def test_what_cannot_be_told_apart_is_left_out(text: str) -> None:
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("上半年，青屿海关签发2985份原产地证书，同比增长12%。", [("签发原产地证书", "2985份", 12)]),
        ("截至6月底，已有23家企业签约入园。", [("企业签约入园", "23家", None)]),
        ("上半年，片区为11家企业发放证书27张。", [("发放证书", "27张", None)]),
        ("上半年，片区受理诉求11件，办结9件。", [("受理诉求", "11件", None), ("办结诉求", "9件", None)]),
        ("上半年，片区发放安居卡318张、优学卡96张。", [("发放安居卡", "318张", None), ("发放优学卡", "96张", None)]),
        ("去年培训1900人次。", [("培训", "1900人次", None)]),
        (
            "上半年，青屿港出口粮食9万吨，货值2亿元，下降3.5%。",
            [("出口粮食", "9万吨", None), ("出口粮食（货值）", "2亿元", -3.5)],
        ),
        (
            "上半年，跨境电商交易额9亿元，其中出口占81%。",
            [("跨境电商交易额", "9亿元", None), ("跨境电商交易额（出口占比）", "81%", None)],
        ),
        (
            "上半年，福州、厦门跨境电商交易额分别为4亿元和5亿元。",
            [("跨境电商交易额", "4亿元", None), ("跨境电商交易额", "5亿元", None)],
        ),
        ("上半年，出口二手车6000辆，增长1.2倍。", [("出口二手车", "6000辆", 120)]),
    ],
)
def test_what_is_counted_listed_shared_or_grows(text: str, expected: list[tuple[str, str, float | None]]) -> None:
    assert [row[:3] for row in told(text)] == expected


def test_a_sum_without_a_time_is_of_the_day_of_the_issue() -> None:
    assert told("片区累计服务企业46家。") == [("累计服务企业", "46家", None, "截至2025年7月15日", "")]
    assert told("片区服务企业46家。") == []


def test_another_side_of_the_same_is_of_the_same_time() -> None:
    text = "上半年，青屿港进出口9亿元。\n从商品看，粮食4亿元、水果3亿元，水果增长5%。"
    assert [row[:4] for row in told(text)][1:] == [
        ("进出口（粮食）", "4亿元", None, "2025年1—6月"),
        ("进出口（水果）", "3亿元", 5, "2025年1—6月"),
    ]


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
        ("6月末", "截至2025年6月30日"),
        ("6月当月", "2025年6月"),
    ],
)
def test_periods(text: str, expected: str | None) -> None:
    (mention,) = mentions(normalize(text), DATE)
    assert (str(mention.period) if mention.period else None) == expected


@pytest.mark.parametrize("text", ["比去年同期多", "自2019年9月以来", "较上年提高", "去年夏天起"])
def test_times_that_are_no_periods(text: str) -> None:
    assert list(mentions(normalize(text), DATE)) == []


# Hand-labelled figures


def _labelled(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _record(article: str, figure: Figure) -> tuple[str, ...]:
    change = "" if figure.change is None else f"{figure.change:g}"
    return article, figure.measure, figure.printed, change, str(figure.period)


def _scores(
    found: Counter[tuple[str, ...]], rows: list[dict[str, str]], article: Callable[[dict[str, str]], str]
) -> tuple[float, float]:
    """Precision and recall; a row without a measure stands for an article that has no figure."""
    labelled: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        change = f"{float(row['change']):g}" if row["change"] else ""
        labelled[article(row), row["measure"], row["printed"], change, row["period"]] += bool(row["measure"])
    right = (found & labelled).total()
    return right / found.total(), right / labelled.total()


def test_precision_and_recall_on_the_sample_issues() -> None:
    """Every figure of issues 301 to 309 and 239 whose measure, place and period the text states, by hand."""
    files = [*sorted(SAMPLE_ISSUES.glob("*.txt")), *([ISSUE_239] if ISSUE_239.exists() else [])]
    issues = [read_issue(file) for file in files]
    found = Counter(_record(f"{i.number}/{f.article.number}", f) for i in issues for f in figures_of(i))
    rows = [row for row in _labelled(SAMPLE) if row["issue"] in {str(issue.number) for issue in issues}]
    precision, recall = _scores(found, rows, lambda row: f"{row['issue']}/{row['article']}")
    assert len(rows) > 180
    assert precision > 0.95
    assert recall > 0.8


@pytest.mark.parametrize(("name", "least_precision", "least_recall"), [("seen", 0.9, 0.8), ("unseen", 0.9, 0.8)])
def test_precision_and_recall_on_made_up_articles(name: str, least_precision: float, least_recall: float) -> None:
    """Those ``seen`` were looked at while the rules were written; the others were labelled and measured afterwards."""
    rows = [row for row in _labelled(ARTICLES) if row["set"] == name]
    wanted = {row["article"] for row in rows}
    lines = [line for file in BULLETINS.glob("*.jsonl") for line in file.read_text("utf-8").splitlines()]
    known = {bulletin["id"]: bulletin for bulletin in map(json.loads, lines)}
    found: Counter[tuple[str, ...]] = Counter()
    for id_ in wanted:
        text = (known[id_]["title"], known[id_]["text"])
        issue = make_issue(1, text, date=dt.date.fromisoformat(known[id_]["date"]))
        found.update(_record(id_, figure) for figure in figures_of(issue))
    precision, recall = _scores(found, rows, lambda row: row["article"])
    assert precision >= least_precision
    assert recall >= least_recall


# Series and CSV


def test_a_series_never_mixes_measures_units_places_or_kinds_of_periods() -> None:
    texts = {
        1: "1月份，青屿港完成集装箱吞吐量9万标箱。",
        3: "前2个月，青屿港完成集装箱吞吐量18万标箱。前2个月，白港完成集装箱吞吐量1万标箱。",
        5: "1—4月，青屿港完成集装箱吞吐量36万标箱、货物吞吐量400万吨。截至目前，青屿港集装箱吞吐量500万标箱。",
        7: "上半年，青屿港完成集装箱吞吐量55万标箱，外贸集装箱吞吐量20万标箱。",
    }
    issues = [make_issue(n, ("港口", text), date=dt.date(2025, n, 20)) for n, text in texts.items()]
    rows = IssueFigures(issues).all()
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


@pytest.mark.parametrize("path", sorted(BULLETINS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_no_made_up_article_is_too_odd_for_the_ledger(path: Path) -> None:
    """A sentence that the rules do not foresee must not keep an issue from being indexed."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = [figures(entry["text"], entry["title"], dt.date.fromisoformat(entry["date"])) for entry in entries]
    assert any(found)
