"""Figures in running text in one form each: ``6.5亿元``, ``65000万元`` and ``六亿五千万元`` are the same.

`quantities` serves questions for yes or no, which want few figures and those for sure. Here every figure counts, also
one without a known unit, because a figure that is overlooked is one that is not checked.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from ftz_qa.questions import MEASURE_WORDS
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SCALES = {"十": 10.0, "百": 100.0, "千": 1e3, "万": 1e4, "亿": 1e8, "万亿": 1e12}
_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN = "零〇一二两三四五六七八九十百千万亿"
_ARABIC = r"(?:\d+(?:\.\d+)?(?:万亿|亿|万|千|百)?)+"
_CHINESE = rf"[{_HAN}]+(?:点[零〇一二三四五六七八九]+)?(?:万亿|亿|万)?"
_UNIT = rf"个百分点|%|倍|成|美元|欧元|元|℃|°c|度|号|时|折|方面|大类|大|{MEASURE_WORDS}"
_DAY = re.compile(rf"(?<!\d)(?P<month>\d{{1,2}}|[{_HAN}]{{1,3}})月(?P<day>\d{{1,2}}|[{_HAN}]{{1,3}})[日号]?")
_RATIO = re.compile(rf"(?P<whole>\d+|[{_HAN}]+)分之(?P<part>{_ARABIC}|{_CHINESE})")
_FIGURE = re.compile(
    rf"(?P<value>{_ARABIC})[余多来]?(?P<unit>{_UNIT})?|(?P<han>{_CHINESE})[余多来]?(?P<of>{_UNIT})|(?P<bare>[{_HAN}]{{3,}})"
)
_PART = re.compile(r"(\d+(?:\.\d+)?)(万亿|亿|万|千|百)?")
# ``一是``, ``第一``, ``（二）``, ``十分``: order and emphasis, not figures.
_ORDER = re.compile(
    rf"[{_HAN}\d]+是(?!否)|第[一二三四五六七八九十]+(?=[，、是])|\([{_HAN}]+\)|(?<![一二三四五六七八九几])十分(?!钟|之)|万一|一一"
)
_ALIKE = {
    "方面": "个",
    "标准箱": "标箱",
    "千米": "公里",
    "平米": "平方米",
    "千克": "公斤",
    "位": "人",
    "名": "人",
    "趟": "列",
    "号": "日",
}


class Figure(NamedTuple):
    """A figure without prefixes: ``1.3万件`` is 13000 ``件``.

    Attributes
    ----------
    value
        A day of the year is month times 100 plus day, its unit ``月日``.
    unit
        Empty where none is known.
    start, end
        Where it stands in the text that was searched.
    """

    value: float
    unit: str
    start: int
    end: int

    def same(self, other: Figure) -> bool:
        """Whether both say the same; a figure without a unit agrees with any."""
        alike = self.unit == other.unit or not self.unit or not other.unit
        return alike and math.isclose(self.value, other.value, rel_tol=1e-9)


def figures(text: str) -> list[Figure]:
    """The figures of a normalised text, in order; a Chinese one only where it is more than one."""
    found: list[Figure] = []
    text = _ORDER.sub(lambda match: "，" * len(match[0]), text)
    for pattern, read in ((_DAY, _day), (_RATIO, _ratio), (_FIGURE, _figure)):
        for match in pattern.finditer(text):
            found += read(match)
        # Spaces in place of what was read keep the offsets.
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return sorted(found, key=lambda figure: figure.start)


def _day(match: re.Match[str]) -> Iterator[Figure]:
    value = 100 * _value(match["month"]) + _value(match["day"])
    yield Figure(value, "月日", match.start(), match.end())


def _ratio(match: re.Match[str]) -> Iterator[Figure]:
    whole, part = _value(match["whole"]), _value(match["part"])
    if whole in (100, 1000):
        yield Figure(part if whole == 100 else part / 10, "%", match.start(), match.end())
    elif whole:
        yield Figure(part / whole, "分之", match.start(), match.end())


def _figure(match: re.Match[str]) -> Iterator[Figure]:
    unit = match["unit"] or match["of"] or ""
    value = _value(match["value"] or match["han"] or match["bare"])
    if match["value"] or value > 1:
        yield Figure(value, _ALIKE.get(unit, unit), match.start(), match.end())


def _value(text: str) -> float:
    """``1万5千``, ``六亿五千万``, ``三点五万`` or ``二〇二四`` as a number; what cannot be read is 0."""
    if text[0].isdigit():
        return round(sum(float(n) * _SCALES.get(scale, 1.0) for n, scale in _PART.findall(text)), 4)
    number, _, decimals = text.partition("点")
    if decimals:
        scale = decimals.lstrip("零〇一二三四五六七八九")
        digits = "".join(str(_DIGITS[char]) for char in decimals[: len(decimals) - len(scale)])
        return round((_value(number or "零") + float(f"0.{digits}")) * _SCALES.get(scale, 1.0), 4)
    if not any(char in _SCALES for char in number):
        return float("".join(str(_DIGITS[char]) for char in number))
    return _by_scale(number)


def _by_scale(number: str) -> float:
    """A whole number in Chinese figures with ``十`` to ``亿``."""
    total, section, digit = 0.0, 0.0, 0.0
    for char in number:
        if char in _DIGITS:
            digit = float(_DIGITS[char])
        elif char in "万亿":
            total = (total + section + digit or 1.0) * 1e8 if char == "亿" else total + (section + digit or 1.0) * 1e4
            section, digit = 0.0, 0.0
        else:
            section += (digit or 1.0) * _SCALES[char]
            digit = 0.0
    return total + section + digit


def missing_figures(text: str, sources: Sequence[str]) -> list[str]:
    """The figures of a text that none of the sources has, as printed after normalisation."""
    text = normalize(text)
    known = [figure for source in sources for figure in figures(normalize(source))]
    return [text[one.start : one.end] for one in figures(text) if not any(one.same(other) for other in known)]
