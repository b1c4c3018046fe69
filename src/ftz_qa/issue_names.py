"""Issues that a question calls by a time or by their place in the row (``上个月那期``, ``今年最后一期``), by number.

What comes out names them as `scope` reads them, so that everything after it sees numbers alone. As in `limits`, times
are relative to the newest issue.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from ftz_qa.limits import MONTHS, NUMERAL, YEAR
from ftz_qa.periods import month_ranges, years
from ftz_qa.text import normalize, parse_int

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Issue

_PHASE = r"(?!工程|项目|间|建|投|厂|园|的?投资|的?产|末|货|限|权|待|望)"
# Behind words that phases of projects share with issues (``前两期``, ``首期``): bulletins are spoken of, not money.
_SPOKEN = (
    r"(?!的?(?:投资|资金|建设|工程|项目|规模|面积|学员))"
    r"(?=的|里|中|上|都|各|分别|有|是|讲|写|说|登|出|共|一共|通报|简报|自贸|内容|文章|目录|主要|什么|哪|[,:?]|$)"
)
_RELATIVE_MONTH = r"(?:上上个?月|上个?月|这个?月|本月|当月)(?:份)?"
_TENTH = r"(?:[上中下]旬|初|中|底|末)?"
_RELATIVE_QUARTER = r"(?:上个?|这个?|本)季度"
_RECENT = rf"(?:最近|近|过去)的?(?:(?:{NUMERAL}|几)个月|半年|一年|{NUMERAL}个?季度)"
_PERIOD = (
    rf"(?:(?:{YEAR}|年[初内]|开年)的?{MONTHS}?|{MONTHS}|{_RELATIVE_MONTH}|{_RELATIVE_QUARTER}|{_RECENT})"
    rf"{_TENTH}(?:份|以?来|内|里|期间|到现在|至今)?"
)
_NUMBER = r"(?:\d{1,15}|[零〇一二两三四五六七八九十百千]{1,7})"
_BULLETIN = r"(?:《?自贸动态》?|通报|简报|刊物|期刊|杂志)"
_LINK = (
    rf"(?:的|一共|总共|共计?|都|已经?|出版?|刊发|发布|印发|发行|编印|收录|登记?|有没有|有|了|过|{_BULLETIN}|分别|里|中|到底"
    r"|目前|库里?|是|又|写|讲|办|推出|包括|包含|涉及|对应|[,，:：])*"
)
_ORDINAL = re.compile(
    rf"(?:在|从)?(?P<period>{_PERIOD})(?:的|{_BULLETIN}|里|中|出版?|刊发|印发|发布)*"
    r"(?:(?P<last>最后面?|最末|最新|最近|最晚)|(?P<first>第[一1]|首|最[早先初]|头))(?:的|那|这|出)*(?:[一1](?:个|份)?)?期"
    + _PHASE
    + _SPOKEN
)
_ASKED = re.compile(
    rf"(?:在|从)?(?P<period>{_PERIOD})(?={_LINK}(?:哪|几|多少|各|每|全部|所有)(?:几|些|[一1]|个|的)*期{_PHASE})"
)
_POINTED = re.compile(
    rf"(?:在)?(?P<period>{_PERIOD})"
    rf"(?:(?:的|出版?|刊发|发布|印发|出刊|{_BULLETIN})*[那这](?:{NUMERAL}|几)?个?期"
    rf"|的?报道(?:时|里|中)|(?:的|出版?的|刊发的|发布的|印发的){_BULLETIN}?[几各]?个?期|(?:出版?|刊发|发布|印发)的[一1]期"
    rf"|(?<=[月季度])号(?=有|的|讲|登|写|是|都|里|上|目录|$)"
    rf"|(?<=季度)(?:{NUMERAL}|几)期|(?<=半年)几期)" + _PHASE
)
_LISTED = re.compile(
    rf"(?P<period>(?:{YEAR})?{NUMERAL}月份?(?:[和、与及]{NUMERAL}月份?)+)的?[这那]?(?:{NUMERAL}|几)?个?期{_PHASE}"
)
_CALLED = re.compile(
    rf"(?:在)?(?P<period>{_RELATIVE_MONTH}|{_RELATIVE_QUARTER}|{_RECENT})(?:的|出版?的|刊发的|发布的|那份|这份)*{_BULLETIN}"
)
_OUTSIDE = re.compile(
    rf"第?(?P<number>{_NUMBER})期(?:(?P<before>之前|以前|更早|往前)|之后|以后|往后)(?=(?:的|还|都|又)*(?:有|出|几期|各期|那些期|哪|期|呢|$))的?(?:期|各期|那些期)?"
)
_NEXT = re.compile(
    rf"(?<![期的最])(?:下|后)(?:[一1]|个)*期{_PHASE}{_SPOKEN}|(?<![期的最])下[一1]?期(?=什么时候|何时|哪天)"
)
_ISO = re.compile(r"((?:19|20)\d{2})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_FIRST = re.compile(rf"(?:最[早先初]的?|[前头]|开头的?|起初的?)(?P<count>{NUMERAL})期{_PHASE}{_SPOKEN}")
_ANCHOR = re.compile(r"(?:最[新近]|(?P<first>最早))的?一?期(?=(?:的|之)*[上下前后]面?的?[一1]?期)")
_BEFORE_LAST = re.compile(rf"上上(?:[一1]|个)?期{_PHASE}|大前期")
_BESIDE = re.compile(
    rf"(?:第(?=[^上下])|(?<![一二三四五六七八九十最近早新\d])(?=\d\d))(?P<number>{_NUMBER})期(?:的|之|以)*(?:(?P<before>上|前)|下|后)(?:面|边|头|续)?"
    rf"(?:的|那|这|是|哪|紧接着|接着|又|,)*(?:[一1](?:个|份)?)?期{_PHASE}"
)
_NUMBERS = re.compile(r"第?(?<!\d)(\d{2,6})(?:期)?(?=(?:[和与及跟、,]|以及)+第?\d{2,6}(?:期|[和与及跟、,]))")


class Named(NamedTuple):
    """A question with its issues by number.

    Attributes
    ----------
    text
        As it was where nothing was to be replaced.
    unknown
        The words for issues that are not there; empty where all are.
    """

    text: str
    unknown: str = ""


def by_number(question: str, issues: Sequence[Issue]) -> Named:
    """The question with the numbers of issues in the place of the words that stand for them.

    Parameters
    ----------
    issues
        All that are indexed, oldest first.
    """
    text = _ISO.sub(lambda date: f"{date[1]}年{int(date[2])}月{int(date[3])}日", normalize(question))
    numbered = [issue for issue in issues if issue.number is not None]
    if len(numbered) < len(issues) or not numbered:
        return Named(question)
    if listed := _all_listed(text):
        return Named(listed)
    if anchor := _ANCHOR.search(text):
        text = f"{text[: anchor.start()]}第{numbered[0 if anchor['first'] else -1].number}期{text[anchor.end() :]}"
    if match := _BESIDE.search(text):
        found = _replaced(text, match, _beside(match, numbered))
        return found if found.unknown else by_number(found.text, issues)
    return _by_place(text, numbered) or _by_time(text, numbered) or Named(text if _ISO.search(question) else question)


def _by_place(text: str, issues: Sequence[Issue]) -> Named | None:
    """Issues called by their place in the row (``前三期``, ``上上期``, ``第302期之前``)."""
    if match := _OUTSIDE.search(text):
        return _replaced(text, match, _outside(match, issues))
    if match := _NEXT.search(text):
        return Named(text, match[0])
    if match := _BEFORE_LAST.search(text):
        return _replaced(text, match, issues[-3:-2])
    if (match := _FIRST.search(text)) and (count := parse_int(match["count"])) and count > 1:
        return _replaced(text, match, issues[:count])
    return None


def _by_time(text: str, issues: Sequence[Issue]) -> Named | None:
    """Issues called by when they appeared."""
    if match := _ORDINAL.search(text):
        inside = _within(match["period"], issues)
        return _replaced(text, match, inside[-1:] if match["last"] else inside[:1])
    for pattern in (_LISTED, _POINTED, _CALLED, _ASKED):
        if matches := list(pattern.finditer(text)):
            return _all_replaced(text, matches if pattern is _POINTED else matches[:1], issues)
    return None


def _all_replaced(text: str, matches: Sequence[re.Match[str]], issues: Sequence[Issue]) -> Named:
    """The text with the issues of each period in its place, from the last one on."""
    replaced = Named(text)
    for match in reversed(matches):
        replaced = _replaced(text, match, _within(match["period"], issues))
        if replaced.unknown:
            return replaced
        text = replaced.text
    return replaced


def _all_listed(text: str) -> str:
    """The text with every number of a list as ``第N期`` (``301、302和303期``); empty where none is missing a part."""
    if not _NUMBERS.search(text) or not re.search(r"\d期", text):
        return ""
    full = re.sub(r"(?<![第\d])(?=\d{2,6}期)", "第", _NUMBERS.sub(r"第\1期", text))
    return full if full != text else ""


def _replaced(text: str, match: re.Match[str], meant: Sequence[Issue]) -> Named:
    if not meant:
        return Named(text, match[0].strip("在从"))
    rest = text[match.end() :]
    # ``302期之后是哪一期`` still asks which one it is.
    asks = "是哪一期" if "哪" in match[0] else ""
    return Named(text[: match.start()] + names(meant) + asks + rest)


def names(issues: Sequence[Issue]) -> str:
    """Issues by number, as `scope` reads them: ``第301-306期``, or ``第301期、第304期`` where others lie between."""
    numbers = [issue.number for issue in issues if issue.number is not None]
    if len(numbers) > 2 and numbers == list(range(numbers[0], numbers[-1] + 1)):
        return f"第{numbers[0]}-{numbers[-1]}期"
    return "、".join(f"第{number}期" for number in numbers)


def _beside(match: re.Match[str], issues: Sequence[Issue]) -> Sequence[Issue]:
    number = parse_int(match["number"]) or 0
    if match["before"]:
        return [issue for issue in issues if (issue.number or 0) < number][-1:]
    return [issue for issue in issues if (issue.number or 0) > number][:1]


def _outside(match: re.Match[str], issues: Sequence[Issue]) -> Sequence[Issue]:
    number = parse_int(match["number"]) or 0
    return [i for i in issues if ((i.number or 0) < number if match["before"] else (i.number or 0) > number)]


def _within(period: str, issues: Sequence[Issue]) -> list[Issue]:
    """The issues that appeared within a period, oldest first."""
    newest = max((issue.date for issue in issues if issue.date is not None), default=None)
    if newest is None:
        return []
    wanted = months_of(period, newest)
    return [issue for issue in issues if issue.date is not None and (issue.date.year, issue.date.month) in wanted]


def months_of(period: str, newest: dt.date) -> set[tuple[int, int]]:
    """Year and month of every month of a period, relative to the month of the newest issue."""
    here = newest.year * 12 + newest.month - 1

    def back(first: int, last: int) -> set[tuple[int, int]]:
        return {((here - n) // 12, (here - n) % 12 + 1) for n in range(last, first + 1)}

    if re.search(_RELATIVE_MONTH, period):
        shift = 2 if "上上" in period else 1 if "上" in period else 0
        return back(shift, shift)
    if re.search(_RELATIVE_QUARTER, period):
        behind = (newest.month - 1) % 3 + (3 if "上" in period else 0)
        return back(behind, max(behind - 2, 0))
    if recent := re.search(
        rf"(?:近|过去)的?(?:(?P<half>半年)|(?P<year>一年)|(?P<n>{NUMERAL}|几)个?(?P<unit>月|季度))", period
    ):
        count = 6 if recent["half"] else 12 if recent["year"] else parse_int(recent["n"]) or 3
        return back(count * (3 if recent["unit"] == "季度" else 1) - 1, 0)
    months = sorted(month_ranges(period))
    period = re.sub("年[初内]|开年", "今年", period)
    inside = {m for first, last in months for m in range(first, last + 1)} or set(range(1, 13))
    named = sorted(years(period, newest)) or [newest.year - (min(inside) > newest.month)]
    return {(year, month) for year in named for month in inside}
