"""The numbers that Word puts before paragraphs without storing them as text (ECMA-376 part 1, 17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.formats.number_forms import written_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ftz_qa.formats.archive import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAX_LEVELS = 9
_PLACEHOLDER = re.compile(r"%([1-9])")
_SYMBOL_FONT = re.compile(r"[\ue000-\uf8ff]")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered.

    Attributes
    ----------
    restarts_after
        The level, counted from 1, that sets this one back; None for any above, 0 for none.
    """

    start: int = 1
    form: str = "decimal"
    pattern: str = ""
    style: str | None = None
    restarts_after: int | None = None
    arabic: bool = False


@dataclass(slots=True)
class _List:
    """One ``w:num``: the levels of its abstract list, with its own overrides."""

    abstract: str
    levels: dict[int, Level]
    starts: dict[int, int]
    begun: set[int] = field(default_factory=set)


class Numbering:
    """Counts through the numbered paragraphs of a document.

    Parameters
    ----------
    root
        The ``w:numbering`` element; None where the document has none.
    styles
        Style elements by id, for lists that are defined by a style.
    """

    def __init__(self, root: Element, styles: Mapping[str, Element]) -> None:
        self._lists: dict[str, _List] = {}
        self._counters: dict[str, dict[int, int]] = {}
        if root is None:
            return
        abstracts = {child.get(f"{W}abstractNumId"): child for child in root.iterchildren(f"{W}abstractNum")}
        for num in root.iterchildren(f"{W}num"):
            identity = _value(num.find(f"{W}abstractNumId")) or ""
            if abstracts.get(identity) is not None:
                identity = _linked(identity, abstracts, root, styles)
                levels = {index: _level(element) for index, element in _levels(abstracts[identity])}
                self._lists[num.get(f"{W}numId", "")] = _override(_List(identity, levels, {}), num)

    def level_of_style(self, list_id: str, style: str) -> int:
        """The level that a paragraph style has in a list; 0 where the list does not say."""
        levels = self._lists[list_id].levels if list_id in self._lists else {}
        return next((index for index, level in levels.items() if level.style == style), 0)

    def next_mark(self, list_id: str, index: int) -> str:
        """Count one paragraph on and give its number as printed, with the blank that follows; empty for no list."""
        numbered = self._lists.get(list_id)
        if numbered is None or index not in numbered.levels:
            return ""
        counters = self._counters.setdefault(numbered.abstract, {})
        self._count(numbered, counters, index)
        return _mark(numbered.levels, counters, index)

    @staticmethod
    def _count(numbered: _List, counters: dict[int, int], index: int) -> None:
        level = numbered.levels[index]
        if index in numbered.starts and index not in numbered.begun:
            counters[index] = numbered.starts[index]
        else:
            counters[index] = counters[index] + 1 if index in counters else numbered.starts.get(index, level.start)
        numbered.begun.add(index)
        for above in range(index):
            if above in numbered.levels:
                counters.setdefault(above, numbered.levels[above].start)
        for below in range(index + 1, _MAX_LEVELS):
            after = numbered.levels[below].restarts_after if below in numbered.levels else None
            if after is None or index < after:
                counters.pop(below, None)


def _value(element: Element) -> str | None:
    return None if element is None else element.get(f"{W}val")


def _number(element: Element, default: int) -> int:
    value = _value(element) or ""
    return int(value) if re.fullmatch(r"-?\d{1,9}", value) else default


def _linked(identity: str, abstracts: Mapping[str, Element], root: Element, styles: Mapping[str, Element]) -> str:
    """Follow the link of a list to the numbering style that defines its levels."""
    style = styles.get(_value(abstracts[identity].find(f"{W}numStyleLink")) or "")
    if style is None:
        return identity
    target = _value(style.find(f"{W}pPr/{W}numPr/{W}numId"))
    for num in root.iterchildren(f"{W}num"):
        if num.get(f"{W}numId") == target:
            found = _value(num.find(f"{W}abstractNumId")) or ""
            return found if found in abstracts else identity
    return identity


def _levels(parent: Element) -> Iterator[tuple[int, Element]]:
    for element in parent.iterchildren(f"{W}lvl"):
        index = element.get(f"{W}ilvl", "")
        if index.isdecimal() and int(index) < _MAX_LEVELS:
            yield int(index), element


def _level(element: Element) -> Level:
    restart = element.find(f"{W}lvlRestart")
    legal = element.find(f"{W}isLgl")
    return Level(
        start=_number(element.find(f"{W}start"), 0),
        form=_value(element.find(f"{W}numFmt")) or "decimal",
        pattern=_value(element.find(f"{W}lvlText")) or "",
        style=_value(element.find(f"{W}pStyle")),
        restarts_after=None if restart is None else _number(restart, 0),
        arabic=legal is not None and _value(legal) not in ("0", "false", "off"),
    )


def _override(numbered: _List, num: Element) -> _List:
    for override in num.iterchildren(f"{W}lvlOverride"):
        index = int(override.get(f"{W}ilvl", "0"))
        for _, element in _levels(override):
            numbered.levels[index] = _level(element)
        start = override.find(f"{W}startOverride")
        if start is not None:
            numbered.starts[index] = _number(start, 1)
    return numbered


def _mark(levels: Mapping[int, Level], counters: Mapping[int, int], index: int) -> str:
    level = levels[index]
    if level.form == "none":
        return ""
    if level.form == "bullet":
        return (_SYMBOL_FONT.sub("●", level.pattern) or "●") + " "

    def written(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        if at not in levels or at > index:
            return ""
        form = "decimal" if level.arabic and levels[at].form != "decimalZero" else levels[at].form
        return written_number(counters[at], form)

    mark = _PLACEHOLDER.sub(written, level.pattern)
    # After 一、 and （一） nothing is wanted; 1.1 or 第一章 and a title would run together.
    return mark + " " if mark[-1:].isalnum() else mark
