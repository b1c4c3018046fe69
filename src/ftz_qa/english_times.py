"""Times in English questions, brought into Chinese."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES = (
    "january jan,february feb,march mar,april apr,may,june jun,july jul,august aug,september sept sep,october oct"
    ",november nov,december dec"
)
MONTHS = {name: n for n, names in enumerate(_NAMES.split(","), 1) for name in names.split()}
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\b\.?"
YEAR = r"((?:19|20)\d\d)"
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_COUNTS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten eleven".split(), 1)}  # noqa: SIM905
_BEFORE = r"(?:\b(?:in|on|by|during|for|at|over|from|of|since|as of|until)\s+)?(?:the\s+)?"
_IN_YEAR = rf"(?:,?\s*(?:of\s+)?{YEAR})?"
_OF_YEAR = rf"(?:\s+of)?(?:\s+(?:the|this)\s+year)?(?:\s*{YEAR})?"


def _year(text: str | None) -> str:
    return f"{text}年" if text else ""


def _month(name: str) -> int:
    return MONTHS[name.rstrip(". ").lower()]


def _quarter(number: int) -> str:
    return f"{'一二三四'[number - 1]}季度"


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern, re.I), put)
    for pattern, put in (
        (
            rf"{_BEFORE}(?:between\s+)?({MONTH})\s*(?:-|–|—|to|and|through)\s*({MONTH}){_IN_YEAR}",
            lambda m: f"{_year(m[3])}{_month(m[1])}-{_month(m[2])}月",
        ),
        (rf"{_BEFORE}end of\s+({MONTH}){_IN_YEAR}", lambda m: f"截至{_year(m[2])}{_month(m[1])}月底"),
        (rf"{_BEFORE}end of\s+{YEAR}", lambda m: f"截至{m[1]}年底"),
        (
            rf"{_BEFORE}({MONTH})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b{_IN_YEAR}",
            lambda m: f"{_year(m[3])}{_month(m[1])}月{m[2]}日",
        ),
        (
            rf"{_BEFORE}(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({MONTH}){_IN_YEAR}",
            lambda m: f"{_year(m[3])}{_month(m[2])}月{m[1]}日",
        ),
        (
            rf"{_BEFORE}(first|second)\s+half{_OF_YEAR}",
            lambda m: f"{_year(m[2])}{'上' if m[1].lower() == 'first' else '下'}半年",
        ),
        (
            rf"{_BEFORE}({'|'.join(_ORDINALS)})\s+quarter{_OF_YEAR}",
            lambda m: _year(m[2]) + _quarter(_ORDINALS[m[1].lower()]),
        ),
        (rf"{_BEFORE}q([1-4])(?:\s+(?:of\s+)?{YEAR})?", lambda m: _year(m[2]) + _quarter(int(m[1]))),
        (
            rf"{_BEFORE}first\s+({'|'.join(_COUNTS)}|\d{{1,2}})\s+months{_OF_YEAR}",
            lambda m: f"{_year(m[2])}前{_COUNTS.get(m[1].lower(), m[1])}个月",
        ),
        (
            rf"(?<!\w){_BEFORE}(?:early\s+)?({MONTH})(?=[\s,?.]|$),?\s*(?:of\s+)?{YEAR}",
            lambda m: f"{m[2]}年{_month(m[1])}月",
        ),
        (rf"\b(?:in|by|during|since|of)\s+({MONTH})(?=[\s,?.]|$)", lambda m: f"{_month(m[1])}月"),
        (rf"{_BEFORE}(?:year\s+|early\s+|late\s+|mid-?)?{YEAR}\b", lambda m: f"{m[1]}年"),
        (r"\blast year\b", lambda m: "去年"),
        (r"\bthis year\b", lambda m: "今年"),
    )
)


def take_times(text: str) -> tuple[str, list[str]]:
    """The text without the times that it names, and these in Chinese, those with a year first."""
    found: list[str] = []
    for pattern, put in _RULES:
        found += [put(match) for match in pattern.finditer(text)]
        text = pattern.sub(" ", text)
    return text, sorted(found, key=lambda time: "年" not in time)
