"""Which time a figure of a bulletin is about, where the bulletin says so beyond doubt."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ftz_qa.text import parse_int

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PeriodKind = Literal["cumulative", "part", "month", "as_of"]

_N = r"(?:\d{1,2}|[一二三四五六七八九十两]{1,2})"
_YEAR = r"(?:(?:19|20)\d{2}年|今年|本年|去年|上年)"
# Behind a month, where it is no stretch of time.
_NO_MONTH = (
    r"份|当月|单月|[上中下]旬|[底末初起间内的至到和与及、或前后-]|中,|以[来前后上]|之[前后]"
    r"|\d(?!\d\d|\d?[万亿列]|\d?\.)"
)
_MENTION = re.compile(
    rf"(?P<until>截至|截止到?|到)?(?P<now>目前|现在|如今|现有|至今)|"
    rf"(?P<as_of>截至|截止到?|(?:(?<=,)|^)到(?=\d))(?P<as_of_year>{_YEAR})?(?:(?P<as_of_month>{_N})月)?(?:(?P<as_of_day>\d{{1,2}})日|[底末])?|"
    rf"(?P<end_year>{_YEAR})?(?:(?<!\d)(?P<end_month>{_N})月|(?<=年))[底末]|(?P<whole>全年)|"
    rf"(?P<year>{_YEAR})?的?(?:(?P<first>{_N})月?(?:份)?[-至到](?P<last>{_N})月(?:份)?|[前头](?P<months>{_N})个?月|前(?P<quarters>[两二三])个?季度|"
    rf"(?P<half>[上下])半年|(?:第?(?P<quarter>[一二三四1-4])季度)|(?<!\d)(?P<month>{_N})月(?:份|当月|单月|(?=,|[\u4e00-\u9fff\d])(?!{_NO_MONTH}))(?!以来))|"
    rf"(?P<alone>{_YEAR})(?!{_N}月)"
)
# What stands around a mention that is no period of the figure: comparisons, beginnings, points in time.
_BEFORE = re.compile(r"(?:[比较自从于由与]|相比|早在|预计|截至)$")
# Behind a year or the end of a month by itself: something that happened in it.
_EVENT = re.compile(
    r"^[^,;]{0,8}?(?:建成|成立|设立|启用|投用|投产|试产|开业|开工|开建|动工|上线|揭牌|获批|认定|签订|[改转]制|封关|封顶|闭关|启动|批[复准]|印发|出台|发布|签[订署约]|起|以来)"
)
_AFTER = re.compile(r"^(?:[春夏秋冬]|以来|同期|以前|之前|前|底|末|初|起|全年(?:有所)?|同比)")
_LATE = 10


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A stretch of whole months, or everything up to a day.

    Attributes
    ----------
    end, start
        Its days; up to a day (``截至``) both are that day.
    kind
        ``cumulative`` from the beginning of a year, another ``part`` of it, a single ``month``, or ``as_of`` a day.
    """

    end: dt.date
    start: dt.date
    kind: PeriodKind

    def __str__(self) -> str:
        if self.kind == "as_of":
            return f"截至{self.end.year}年{self.end.month}月{self.end.day}日"
        first, last = self.start.month, self.end.month
        if (first, last) == (1, 12):
            return f"{self.start.year}年"
        return f"{self.start.year}年{first}月" if first == last else f"{self.start.year}年{first}—{last}月"


@dataclass(frozen=True, slots=True)
class Mention:
    """A period named in a text; None where a time is named that cannot be told."""

    start: int
    end: int
    period: Period | None


def mentions(text: str, date: dt.date, whole: int | None = None) -> Iterator[Mention]:
    """The periods that a normalised sentence names, in order.

    Parameters
    ----------
    date
        Of the issue: what ``今年`` is relative to.
    whole
        The year that was last named as a whole: what ``全年`` is.
    """
    year: int | None = None
    up_to = False
    for match in _MENTION.finditer(text):
        if _BEFORE.search(text[: match.start()]) or _AFTER.search(text[match.end() :]):
            continue
        if (
            match["alone"] or match[0].endswith("月") or (match[0][-1] in "底末" and not match["as_of"])
        ) and _EVENT.match(text[match.end() :]):
            year = _year(match["alone"] or match["year"], date) if match["alone"] or match["year"] else year
            continue
        if match["alone"] and up_to and _year(match["alone"], date) == date.year:
            continue  # 截至9月底,今年新设企业……: of this year up to then
        said = match["year"] or match["alone"] or match["as_of_year"] or match["end_year"]
        if said:
            year = _year(said, date)
        up_to = bool(match["as_of"])
        named = (year or whole) if match["whole"] else year
        if match["whole"] and named is None:
            continue
        yield Mention(match.start(), match.end(), _period(match, named, date))


def _period(match: re.Match[str], year: int | None, date: dt.date) -> Period | None:
    if match["now"]:
        return Period(date, date, "as_of")
    if match["as_of"] or match[0][-1] in "底末":
        return _as_of(match, year, date)
    first, last = _months(match)
    if not 1 <= first <= last <= 12:
        return None
    # Without a year only what is over can be meant; late months in January's issue may be of the year before.
    year = year or (date.year if last <= date.month and date.month > 1 else None)
    if year is None or (year == date.year and date.month == 1 and last >= _LATE):
        return None
    start, end = dt.date(year, first, 1), dt.date(year, last, calendar.monthrange(year, last)[1])
    if (year, last) > (date.year, date.month) or ((match["alone"] or match["whole"]) and year >= date.year):
        return None  # a year that is not over: as far as what?
    kind: PeriodKind = "month" if first == last else "cumulative" if first == 1 else "part"
    return Period(end, start, kind)


def _as_of(match: re.Match[str], year: int | None, date: dt.date) -> Period | None:
    said = match["as_of_month"] or match["end_month"]
    month = parse_int(said) if said else 12 if match["as_of_year"] or match["end_year"] else None
    if year is None and match["end_month"] and (month or 0) > date.month > 1:
        return None  # still to come
    year = year or (date.year if month and month <= date.month else date.year - 1)
    if month is None or not 1 <= month <= 12:
        return None
    last = calendar.monthrange(year, month)[1]
    day = dt.date(year, month, min(int(match["as_of_day"] or last), last))
    return Period(day, day, "as_of") if day <= date else None


def _months(match: re.Match[str]) -> tuple[int, int]:
    if match["first"]:
        return parse_int(match["first"]) or 0, parse_int(match["last"]) or 0
    if match["months"]:
        return 1, parse_int(match["months"]) or 0
    if match["quarters"]:
        return 1, 3 * (parse_int(match["quarters"]) or 0)
    if match["half"]:
        return (1, 6) if match["half"] == "上" else (7, 12)
    if match["quarter"]:
        quarter = parse_int(match["quarter"]) or 0
        return 3 * quarter - 2, 3 * quarter
    if match["month"]:
        return (month := parse_int(match["month"]) or 0), month
    return 1, 12


def _year(said: str, date: dt.date) -> int:
    if said[0].isdigit():
        return int(said[:4])
    return date.year - (said in ("去年", "上年"))


def without_times(text: str, found: Sequence[Mention]) -> str:
    """The text with the times that it names blotted out, so that offsets stay."""
    for mention in found:
        text = f"{text[: mention.start]}{'|' * (mention.end - mention.start)}{text[mention.end :]}"
    return re.sub(
        r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|[底末初])?|\d{4}年|\d{1,2}日", lambda match: "|" * len(match[0]), text
    )
