"""Figures of several issues beside each other: their series, and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.text import lexical_tokens, normalize, tagged_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.ledger import Figure
    from ftz_qa.ledger_periods import PeriodKind
    from ftz_qa.types import Answer

LEAST = 3
"""How many dated values make a series."""

COLUMNS = ("指标", "数值", "单位", "同比（%）", "时间", "地区或单位", "刊物", "期号", "日期", "篇", "标题", "原文")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
SeriesKey = tuple[frozenset[str], str, str, "PeriodKind"]


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one measure of one place in one unit, of comparable periods, by their end; each period once."""

    measure: str
    place: str
    unit: str
    figures: tuple[Figure, ...]


def series_for(question: str, answer: Answer, rows: Sequence[Figure]) -> Series | None:
    """The series that an answer's figure belongs to; None where no figure of the question recurs.

    The figure stands in a sentence that the answer cites, its value in the answer's text, and what it measures in
    the question.

    Parameters
    ----------
    rows
        The figures of all issues, the newest issue first.
    """
    if answer.refused or not answer.citations or answer.mode == "structure":
        return None
    cited = {(c.series, c.issue, c.article_no, c.start) for c in answer.citations}
    told = normalize(answer.text)
    asked = frozenset(lexical_tokens(question))
    candidates = [
        figure
        for figure in rows
        if (figure.issue.series, figure.issue.number, figure.article.number, figure.span.start) in cited
        and normalize(figure.printed) in told
    ]
    found = [(_asked(figure, asked), series_of(figure, rows)) for figure in candidates]
    long = [(share, series) for share, series in found if share > 0.5 and len(series.figures) >= LEAST]
    return max(long, key=lambda item: item[0])[1] if long else None


def _asked(figure: Figure, asked: frozenset[str]) -> float:
    """The share of the measure's pairs of characters that a question has."""
    pairs = [token for token in lexical_tokens(figure.measure) if len(token) > 1]
    return sum(token in asked for token in pairs) / len(pairs) if pairs else 0.0


def key_of(figure: Figure) -> SeriesKey:
    """What figures of one series have in common: the words of the measure, place, unit and kind of period."""
    words = frozenset(word for word, _ in tagged_words(figure.measure) if word not in ("的", "（", "）", "共"))
    return words, figure.place, figure.unit, figure.period.kind


def series_of(figure: Figure, rows: Sequence[Figure]) -> Series:
    """The figure and those like it, each period once, as the newest issue has it."""
    key = key_of(figure)
    by_period: dict[object, Figure] = {}
    for row in rows:
        if row.unit == figure.unit and row.place == figure.place and key_of(row) == key:
            by_period.setdefault(row.period, row)
    figures = tuple(sorted(by_period.values(), key=lambda row: row.period))
    return Series(figure.measure, figure.place, figure.unit, figures)


def as_csv(figures: Sequence[Figure]) -> str:
    """The rows as CSV that spreadsheets open as Chinese (a byte order mark) and never take for formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for figure in figures:
        writer.writerow([_plain(cell) for cell in _cells(figure)])
    return "\ufeff" + out.getvalue()


def _cells(figure: Figure) -> list[object]:
    issue, article = figure.issue, figure.article
    value = int(figure.value) if figure.value.is_integer() else figure.value
    change = "" if figure.change is None else figure.change
    sentence = article.body[figure.span.start : figure.span.end]
    about = [issue.series, issue.number or "", issue.date or "", article.number, article.title, sentence]
    return [figure.measure, value, figure.unit, change, str(figure.period), figure.place, *about]


def _plain(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
