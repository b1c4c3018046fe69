"""Things that differ in when they are asked about (``前两个月和一季度``): times among what a question lists."""

from __future__ import annotations

import re

_NUMBER = r"[\d一二两三四五六七八九十]{1,3}"
_YEAR = r"(?:(?:19|20)\d{2}年(?:全年)?|今年|去年|前年|本年|上年)"
_MONTHS = (
    rf"(?:[前头]?{_NUMBER}(?:个月|月份?)|{_NUMBER}月?(?:-|—|－|~|至|到){_NUMBER}月|[上下]半年|前[二两三]个?季度"
    rf"|第?[一二三四]季度|全年|[首前]季(?:度)?)"
)
_DAY = rf"{_NUMBER}月{_NUMBER}[日号]"
PERIOD = (
    rf"(?:截至|截止到?|到)?(?:{_YEAR}的?(?:{_DAY}|{_MONTHS}|同期)?|{_DAY}|{_MONTHS}|年[初中末底])"
    r"(?:[初中底末]|报道时|时|那时)?"
)
"""A pattern of the periods that questions name, with what stands around them."""

BEGINS_WITH_PERIOD = re.compile(PERIOD)
ENDS_IN_PERIOD = re.compile(rf"{PERIOD}$")
_ONLY_YEAR = re.compile(_YEAR)
_OF_ANY_YEAR = re.compile(_MONTHS)


def at_times(items: list[str]) -> tuple[list[str], str] | None:
    """Things that differ in when they are asked about, and what is said of all; None where the list is of others.

    Those that name no year have that of the first one. The first one ends in its time, or has it within itself while
    the others are nothing but times (``前4个月的班列数和一季度``).
    """
    first, last = items[0], items[-1]
    ends = [BEGINS_WITH_PERIOD.match(item) for item in items[1:]]
    if not all(ends):
        return None
    period, behind = ENDS_IN_PERIOD.search(first), ""
    size = ends[-1].end() if ends[-1] else 0
    if period is None and all(BEGINS_WITH_PERIOD.fullmatch(item) for item in items[1:]):
        period = BEGINS_WITH_PERIOD.search(first)
        behind = first[period.end() :] if period else ""
    if period is None:
        return None
    subject, year = first[: period.start()], _ONLY_YEAR.search(period[0])
    times = [*items[1:-1], last[:size]]
    dated = [year[0] + time if year and _OF_ANY_YEAR.match(time) else time for time in times]
    return [subject + time + behind for time in (period[0], *dated)], last[size:]


def for_all(items: list[str]) -> tuple[str, list[str]]:
    """The time in front of the first thing that is meant for all of them, and the things without it."""
    time = BEGINS_WITH_PERIOD.match(items[0])
    rest = items[0][time.end() :] if time else ""
    if time is None or len(rest) < 2 or any(BEGINS_WITH_PERIOD.search(item) for item in items[1:]):
        return "", items
    return time[0], [rest, *items[1:]]


def begins_at_period(text: str) -> int:
    """Where the words of a period begin within a text, or ``每`` of a rate; its length where there are none."""
    found = re.search(rf"(?<!^)(?:{PERIOD}|每(?=[\u4e00-\u9fff]))", text)
    return found.start() if found else len(text)
