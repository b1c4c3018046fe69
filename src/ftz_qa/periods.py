"""Periods of time, brought to one form: ``前两个月``, ``1至2月``, ``1—2月`` and ``January–February`` are the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.text import normalize, parse_int

if TYPE_CHECKING:
    import datetime as dt

_N = r"(\d{1,2}|[一二三四五六七八九十]{1,3}|两)"
_RANGE = re.compile(rf"{_N}月?(?:份)?(?:-|至|到){_N}月")
_FIRST_MONTHS = re.compile(rf"(?:前|头){_N}个?月")
_QUARTERS = re.compile(r"前([两二三])个?季度?")
_QUARTER_RANGE = re.compile(r"第?([一二三四1-4])(?:季度?)?(?:-|至|到)第?([一二三四1-4])季度")
_QUARTER = re.compile(r"([一二三四1-4])季度|第([一二三四1-4])季")
_MONTH = re.compile(rf"(?<!\d){_N}月")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})年?(?!\d)")
RELATIVE_YEARS = (
    ("今年", 0),
    ("(?<![成基资日版样文])本年", 0),  # 日本年轻人
    ("去年", -1),
    ("(?<!以)上年", -1),  # 规模以上年产值
    ("(?<![目当以之此])前年", -2),  # 目前年产
    ("明年", 1),
    ("(?<![然以之此今])后年", 2),
)
"""Words that name a year by relation, as patterns, with how far from the year of the text."""

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = (
    (r"\bfirst half\b|\bh1\b", "上半年"),
    (r"\bsecond half\b|\bh2\b", "下半年"),
    *(
        (rf"\b{word} quarter\b|\bq{n}(?!\d)", f"{n}季度")
        for n, word in enumerate(("first", "second", "third", "fourth"), 1)
    ),
    *((rf"\bfirst {word} months\b", f"前{n}个月") for n, word in enumerate(("two", "three", "four", "five"), 2)),
    *((rf"\bfirst {word} months\b", f"前{n}个月") for n, word in enumerate(("seven", "eight", "nine", "ten"), 7)),
    *(
        (rf"\b{name}[a-z]*\b\.?(?= ?\d|[-–—]| to | and |[,.?]|$| of)", f"{n}月")
        for n, name in enumerate(_MONTH_NAMES, 1)
    ),
    (r"月 (?:to|and) ", "月至"),
    (r"\bthis year\b", "今年"),
    (r"\blast year\b", "去年"),
)
_ENGLISH_PATTERNS = tuple((re.compile(pattern, re.I), chinese) for pattern, chinese in _ENGLISH)


def _in_chinese(text: str) -> str:
    """The text with English words for periods in Chinese."""
    for pattern, chinese in _ENGLISH_PATTERNS if re.search("[A-Za-z]{2}", text) else ():
        text = pattern.sub(chinese, text)
    return text


def month_ranges(text: str) -> set[tuple[int, int]]:
    """The spans of months that a text names, as (first, last); a single month is (m, m)."""
    text = normalize(_in_chinese(text))
    found: set[tuple[int, int]] = set()

    def take(match: re.Match[str], size: int = 1) -> str:
        first, last = parse_int(match[1]), parse_int(match[2])
        if first and last and first < last <= 12 // size:
            found.add((size * (first - 1) + 1, size * last))
            return " "
        return match[0]  # over the turn of the year: two single ones

    rest = _RANGE.sub(take, text)
    rest = _QUARTER_RANGE.sub(lambda match: take(match, 3), rest)
    for match in _FIRST_MONTHS.finditer(rest):
        if (last := parse_int(match[1])) and last <= 12:
            found.add((1, last))
    rest = _FIRST_MONTHS.sub(" ", rest)
    for match in _QUARTERS.finditer(rest):
        found.add((1, 3 * (parse_int(match[1]) or 0)))
    rest = _QUARTERS.sub(" ", rest)
    for match in _QUARTER.finditer(rest):
        quarter = parse_int(match[1] or match[2]) or 1
        found.add((3 * quarter - 2, 3 * quarter))
    if "上半年" in rest:
        found.add((1, 6))
    if "下半年" in rest:
        found.add((7, 12))
    found.update((m, m) for match in _MONTH.finditer(rest) if (m := parse_int(match[1])) and m <= 12)
    return found


def years(text: str, date: dt.date | None) -> set[int]:
    """The years that a text names, ``今年`` and the like taken relative to `date` where that is known."""
    text = normalize(_in_chinese(text))
    found = {int(match[1]) for match in _YEAR.finditer(text)}
    if date is not None:
        found.update(date.year + shift for word, shift in RELATIVE_YEARS if re.search(word, text))
    return found


class Periods:
    """When a text speaks of: its spans of months and its years.

    Parameters
    ----------
    text
        A question or a sentence.
    date
        What ``今年`` and the like are relative to: the date of the issue that a sentence stands in, or of the newest
        issue for a question.
    before
        What was said just before it in the same paragraph: a sentence that names no time speaks of that.
    """

    def __init__(self, text: str, date: dt.date | None = None, before: Periods | None = None) -> None:
        self.months = month_ranges(text)
        self.years = years(text, date)
        if before is not None and not self.months and not self.years:
            self.months, self.years = before.months, before.years

    def matches(self, other: Periods) -> tuple[bool, bool]:
        """Whether both name a common span of months, and a common year."""
        return bool(self.months & other.months), bool(self.years & other.years)

    def conflicts(self, other: Periods) -> tuple[bool, bool]:
        """Whether both name months but none that end alike, and years but none in common."""
        ends = {last for _, last in self.months} & {last for _, last in other.months}
        months = bool(self.months and other.months) and not ends
        return months, bool(self.years and other.years) and not self.years & other.years
