"""Figures with their units, and whether one exceeds another, for questions that want yes or no."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ftz_qa.questions import MEASURE_WORDS
from ftz_qa.text import normalize, parse_int

_QUANTITY = re.compile(
    rf"(?P<sign>零下)?(?P<value>\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)(?P<scale>万|亿|千|百)?[余多来]?"
    rf"(?P<unit>个百分点|%|倍|成|美元|元|℃|°c|度|{MEASURE_WORDS})"
)
_SCALES = {"万": 10_000.0, "亿": 100_000_000.0, "千": 1000.0, "百": 100.0}
_ALIKE = {"标准箱": "标箱", "千米": "公里", "平米": "平方米", "位": "人", "名": "人", "趟": "列"}
_MORE = "超过|突破|高于|多于|大于|达到|超出|不少于|不低于|以上"
_LESS = "低于|少于|小于|不到|不足|不超过|以下|以内"
# Short words only where the figure follows at once; ``缩短到3小时`` is no lower limit.
_SHORT = (
    r"(?:(?<![经通超不])过|破|满|(?<![减降缩压调短少低小])到|达|(?<!不)超)"
    r"(?=了?[\d一二两三四五六七八九十百千]+[\u4e00-\u9fff]{0,4}$)"
)
_LIMIT = re.compile(rf"(?P<word>{_MORE}|{_LESS}|{_SHORT})了?(?P<rest>.{{1,12}})")
_AT_LEAST = re.compile("达到?|到|满|不少于|不低于|以上")
_CALENDAR = ("年", "月", "日")
_OVER = re.compile(
    r"(?P<first>[\u4e00-\u9fffa-z0-9]{2,24}?)(?:的?(?:数量|规模|增速|增幅|金额|列数|份数|箱量|量|额))?(?:有没有|是不是|是否|已经)?"
    r"(?:超过了?|多于|高于|大于|快于|比)(?P<second>[\u4e00-\u9fffa-z0-9]{2,16}?)(?:的?(?:数量|规模|增速|增幅|金额|列数|份数|箱量|量|额))?(?:更|还|要)?"
    r"(?P<way>多|高|大|快|长|少|低|小|慢|短)?(?:了)?[？?。]*$"
)
_RATE = re.compile("增速|增幅|同比|增长|比例|占比|增长率")
_SMALLER = frozenset("少低小慢短")


class Quantity(NamedTuple):
    """A figure in units without prefixes (``1.3万件`` is 13000 ``件``)."""

    value: float
    unit: str


def quantities(text: str) -> list[Quantity]:
    """The figures of a normalised text, in order; ``第一季度`` and the like are taken for what they look like."""
    found = []
    for match in _QUANTITY.finditer(text):
        value = float(match["value"]) if match["value"][0].isdigit() else float(parse_int(match["value"]) or 0)
        value *= _SCALES.get(match["scale"] or "", 1.0) * (-1 if match["sign"] else 1)
        found.append(Quantity(round(value, 4), _ALIKE.get(match["unit"], match["unit"])))
    return found


def threshold(claim: str, text: str) -> Literal["met", "missed", "unknown"] | None:
    """Whether a sentence bears out that a limit is passed (``超过80列``); None where no limit is claimed.

    ``unknown`` where the sentence does not have exactly one figure of that unit besides the limit itself.
    """
    match = _LIMIT.search(normalize(claim))
    limits = quantities(match["rest"]) if match else []
    if match is None or not limits:
        return None
    limit = limits[0]
    if limit.unit in _CALENDAR:
        return None
    if _AT_LEAST.fullmatch(match["word"]) and limit in quantities(text):
        return "met"
    if re.search(rf"(?:{match['word']}){re.escape(_printed(match['rest']))}", text):
        return "met"
    others = {q.value for q in quantities(text) if q.unit == limit.unit and q != limit}
    if len(others) != 1:
        return "unknown"
    (value,) = others
    more = not re.fullmatch(_LESS, match["word"])
    return "met" if (value > limit.value) == more else "missed"


def _printed(rest: str) -> str:
    match = _QUANTITY.search(rest)
    return match[0] if match else rest


def compared(claim: str, text: str) -> bool | None:
    """Whether the first of two things exceeds the second by the figures behind their names; None where that is open.

    Both are told apart by the two characters in which they differ (``进口``, ``出口``); each has to have one figure at
    the place in question: percentages where a rate is compared, else the first figure.
    """
    match = _OVER.search(normalize(claim))
    if match is None or quantities(match["second"]):
        return None
    rate = bool(_RATE.search(claim))
    first, second = _sides(match["first"], match["second"], text)
    if not first or not second:
        return None
    values = [_figure_after(name, other, text, rate) for name, other in ((first, second), (second, first))]
    if values[0] is None or values[1] is None or values[0].unit != values[1].unit:
        return None
    smaller = match["way"] is not None and match["way"] in _SMALLER
    return (values[0].value < values[1].value) if smaller else (values[0].value > values[1].value)


def _sides(first: str, second: str, text: str) -> tuple[str, str]:
    """The shortest pieces that stand for the two things in the text: of two characters, alike in one of them."""
    for size in (2, 3, 4):
        for i in range(len(second) - size + 1):
            other = second[i : i + size]
            for j in range(len(first) - size, -1, -1):
                one = first[j : j + size]
                alike = sum(a == b for a, b in zip(one, other, strict=True))
                if (
                    one != other
                    and alike
                    and one in text
                    and other in text
                    and one not in second
                    and other not in first
                ):
                    return one, other
    return "", ""


def _figure_after(name: str, other: str, text: str, rate: bool) -> Quantity | None:
    """The figure that stands behind a name, before the other name and in the same sentence."""
    for match in re.finditer(re.escape(name), text):
        rest = re.split(rf"{re.escape(other)}|[。；;]", text[match.end() :])[0]
        figures = [q for q in quantities(rest) if (q.unit == "%") == rate]
        if figures:
            return figures[0]
    return None
