"""Limits that a question sets to the bulletins themselves: a stretch of time in which they appeared, a section.

Only words that speak of the bulletins count (``7月份的通报里``, ``龙江板块中``). A date that belongs to the fact asked
(``7月开行多少列``) and words that merely happen to be a section's title (``制度创新成果有多少项``) limit nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from ftz_qa.periods import month_ranges, years
from ftz_qa.text import normalize, parse_int

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Issue

NUMERAL = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3}|两)"
YEAR = r"(?:(?:19|20)\d{2}年|今年|去年|前年|本年)"
MONTHS = (
    rf"(?:[上下]半年|第?[一二三四1-4]季度|前{NUMERAL}个?月"
    rf"|{NUMERAL}月?(?:份)?(?:-|至|到|和|、){NUMERAL}月(?:份)?|{NUMERAL}月(?:份)?)"
)
_BULLETINS = (
    r"(?:的|这|那|几|各|所有|全部|出|刊发|发布|印发|出版|期|份|一)*"
    r"(?:通报(?![了会称表])|简报|自贸动态|动态|(?<=[各几])期)"
)
_INSIDE = r"(?:的?(?:里面?|中|上|内|当中))?(?:都|有没有|提到|说到?|讲到?|报道|介绍|关于)?的?"
_DATED = re.compile(
    rf"(?:在|从)?(?P<name>(?P<when>{YEAR}的?{MONTHS}?|{MONTHS})(?P<since>以来|以后|之后|起)?{_BULLETINS}){_INSIDE}[，,]?"
)
_RECENT = re.compile(
    rf"(?:在)?(?P<name>(?:最近|近|过去)的?(?P<count>{NUMERAL})个月(?:里|内|以来)?{_BULLETINS}){_INSIDE}[，,]?"
)
_DAY = re.compile(rf"{NUMERAL}月{NUMERAL}[日号]")
_SECTION_WORD = r"(?:板块|栏目|专栏|部分|一栏|版块|那栏|这栏|栏)"
_QUOTES = '[“”"「」《》]'


class Limit(NamedTuple):
    """A stretch of days in which bulletins appeared, both included, and the words of the question that set it.

    `words` may go on with ``里提到的``; `name` is what they name.
    """

    first: dt.date
    last: dt.date
    words: str
    name: str


def dated_limit(question: str, issues: Sequence[Issue]) -> Limit | None:
    """The time to which a question limits the bulletins; None where it does not.

    ``今年`` and the like, and months without a year, are relative to the newest issue. A single day is left to
    `scope.dated_issue`.
    """
    text = normalize(question)
    newest = max((issue.date for issue in issues if issue.date is not None), default=None)
    if newest is None:
        return None
    if (recent := _RECENT.search(text)) and (count := parse_int(recent["count"])):
        month = newest.year * 12 + newest.month - 1 - count + 1
        return Limit(dt.date(month // 12, month % 12 + 1, 1), newest, recent[0], recent["name"])
    match = _DATED.search(text)
    if match is None or _DAY.search(match[0]):
        return None
    named = sorted(years(match["when"], newest))
    months = sorted(month_ranges(match["when"]))
    first, last = (min(m for m, _ in months), max(m for _, m in months)) if months else (1, 12)
    year = named[0] if named else newest.year - (first > newest.month)
    end = newest if match["since"] else _month_end(year, last)
    return Limit(dt.date(year, first, 1), max(end, dt.date(year, first, 1)), match[0], match["name"])


def _month_end(year: int, month: int) -> dt.date:
    return dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)


def within(limit: Limit, issues: Sequence[Issue]) -> list[int]:
    """Positions of the issues that appeared within the limit."""
    return [i for i, issue in enumerate(issues) if issue.date is not None and limit.first <= issue.date <= limit.last]


def section_limit(question: str, issues: Sequence[Issue]) -> tuple[tuple[str, ...], str]:
    """Titles of the sections to which a question limits the search, and the question without the words that do so.

    Empty, and the question as it is, where it does not. A title has to be followed by a word for section, or be one of
    its own (``龙江板块``) and followed by ``里`` or ``中``; or stand in quotation marks in front of these.
    """
    titles = dict.fromkeys(s.title for issue in issues for s in issue.sections if s.title)
    text = normalize(question)
    for title in sorted(titles, key=len, reverse=True):
        name = re.escape(normalize(title))
        inside = r"(?:的?(?:里面?|中|内|当中|上)|的(?=文章|报道|内容|消息)|[，,])"
        one = r"(?:这|那)?(?:个|一)?"
        pattern = (
            rf"(?:在)?(?:{_QUOTES}{name}{_QUOTES}{one}{_SECTION_WORD}?{inside}|{name}{one}{_SECTION_WORD}{inside}?"
            + (rf"|{name}{inside})" if re.search(rf"{_SECTION_WORD}$", title) else ")")
        )
        if match := re.search(rf"{pattern}(?:都|有没有提到|提到|说到?|讲到?|报道|介绍)?的?[，,]?", text):
            rest = text[: match.start()] + text[match.end() :]
            return (title,), rest if len(rest) > 3 else text
    return (), question
