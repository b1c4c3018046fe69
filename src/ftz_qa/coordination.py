"""Several things named in one question (``甲、乙和丙的投资分别是多少``), as one question about each."""

from __future__ import annotations

import re

_MARK = re.compile(r"(?:[，,])?(?:分别|各自|各(?![种类项级地界方路国位]|片区|部门|单位|园区|企业|口岸|国))")
_JOINTS = re.compile(r"、|以及|和|与|跟|及")
_PERIOD = re.compile(
    r"(?:(?:19|20)\d{2}年|今年|去年)?(?:前?[\d一二两三四五六七八九十]{1,3}(?:个月|月份?)|[上下]半年|第?[一二三四]季度|全年)$"
    r"|(?:(?:19|20)\d{2}年(?:全年)?|今年|去年)$"
)
_MOST = 5
_SHORT = 2


def about_each(question: str) -> list[str]:
    """One question for each of the things that a question lists before ``分别`` or ``各``; empty where it lists none.

    What stands behind the last thing belongs to all (``……的投资``), and so does what stands before what they differ in
    (``产业园一期和二期``). Things of one kind end alike; where they do not, ``的`` tells where the last one ends.
    """
    mark = _MARK.search(question)
    if mark is None:
        return []
    start = max((question.rfind(stop, 0, mark.start()) + 1 for stop in "，,；;。"), default=0)
    listed, rest = question[start : mark.start()], question[mark.end() :]
    items = [item for item in _JOINTS.split(listed) if item]
    if not 1 < len(items) <= _MOST or not rest or min(map(len, items)) < _SHORT:
        return []
    things, shared = _separated(items)
    return [f"{question[:start]}{thing}{shared}{rest}" for thing in things]


def _separated(items: list[str]) -> tuple[list[str], str]:
    """The things, each complete, and what is said of all of them."""
    first, last = items[0], items[-1]
    if period := _PERIOD.search(first):
        ends = [re.match(_PERIOD.pattern.replace("$", ""), item) for item in items[1:]]
        if all(ends):
            subject = first[: period.start()]
            size = ends[-1].end() if ends[-1] else 0
            times = [period[0], *items[1:-1], last[:size]]
            return [subject + time for time in times], last[size:]
    size = _end_of_last(first, last)
    heads = [*items[1:-1], last[:size]]
    return [first, *(_completed(head, first) for head in heads)], last[size:]


def _end_of_last(first: str, last: str) -> int:
    """Where the last thing of a list ends: as the first one does, or else before ``的``, or else at the end."""
    for size in (3, 2, 1):
        place = last.find(first[-size:]) if len(first) > size else -1
        if 0 <= place <= len(first) and (size > 1 or place + 1 <= len(first)):
            return place + size
    place = last.find("的")
    return place if place >= _SHORT else len(last)


def _completed(head: str, first: str) -> str:
    """A thing with what it leaves out because the first one has it: ``二期`` behind ``产业园一期``."""
    differs = len(head) < len(first) and head[-1] == first[-1] and head[0] != first[0]
    short = len(head) <= 3 or re.match(r"第?[\d一二三四五六七八九十首]", head)
    return first[: -len(head)] + head if differs and short else head
