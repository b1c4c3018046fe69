"""What stands on a printed page: pieces of text with their boxes, put together to lines."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftz_qa.formats.tables import Cell

_OPEN_LINES = 6
_CELL_GAP = 1.6
"""How far apart cells of a row stand, in ems."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text in one go: a character, a word or a whole line.

    Attributes
    ----------
    left, top, right, bottom
        Its box in any unit, y downwards.
    size
        Height of its characters, in the same unit.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of print; its text keeps a blank at either end, if one is printed there.

    Attributes
    ----------
    cells
        Its parts that stand far apart, as the cells of a row do.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    cells: tuple[Fragment, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table on a page."""

    grid: Sequence[Sequence[Cell]]
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PrintedPage:
    """The lines and tables of a page, from top to bottom."""

    width: float
    height: float
    items: tuple[PrintedLine | PrintedTable, ...]


def assemble_lines(fragments: Iterable[Fragment]) -> list[PrintedLine]:
    """Put fragments that stand beside each other together, from top to bottom and left to right."""
    open_lines: list[list[Fragment]] = []
    finished: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: ((f.top + f.bottom) / 2, f.left)):
        home = next((line for line in reversed(open_lines) if _beside(line, fragment)), None)
        if home is not None:
            home.append(fragment)
            continue
        open_lines.append([fragment])
        if len(open_lines) > _OPEN_LINES:
            finished.append(open_lines.pop(0))
    lines = [_line(fragments) for fragments in (*finished, *open_lines)]
    return sorted((line for line in lines if line.text.strip()), key=lambda line: (line.top + line.bottom) / 2)


def _beside(line: Sequence[Fragment], fragment: Fragment) -> bool:
    """Whether a fragment overlaps most of the height of the line's first or its last one."""
    for other in (line[0], line[-1]):
        overlap = min(other.bottom, fragment.bottom) - max(other.top, fragment.top)
        if overlap > 0.5 * min(other.bottom - other.top, fragment.bottom - fragment.top):
            return True
    return False


def _line(fragments: Sequence[Fragment]) -> PrintedLine:
    ordered = sorted(fragments, key=lambda fragment: fragment.left)
    first = next((i for i, fragment in enumerate(ordered) if fragment.text.strip()), 0)
    # A single blank may stand between two words where the line was broken; more are an indent.
    ordered = ordered[first:]
    groups: list[list[Fragment]] = [[]]
    end = ordered[0].left
    for fragment in ordered:
        if fragment.text.strip():
            if fragment.left - end > _CELL_GAP * fragment.size:
                groups.append([])
            end = fragment.right
        groups[-1].append(fragment)
    cells = tuple(_together(group) for group in groups)
    text = " ".join((*(cell.text.rstrip() for cell in cells[:-1]), cells[-1].text))
    return PrintedLine(
        text=(" " if first == 1 else "") + text,
        left=cells[0].left,
        top=min(cell.top for cell in cells),
        right=cells[-1].right,
        bottom=max(cell.bottom for cell in cells),
        size=max(cells, key=lambda cell: len(cell.text)).size,
        cells=cells,
    )


def _together(fragments: Sequence[Fragment]) -> Fragment:
    """One fragment of several that follow each other, with the box of what is printed."""
    text = fragments[0].text
    for before, fragment in pairwise(fragments):
        text += _gap(before, fragment) + fragment.text
    printed = [fragment for fragment in fragments if fragment.text.strip()] or fragments
    sizes = sorted(fragment.size for fragment in printed for _ in fragment.text)
    return Fragment(
        text=text,
        left=printed[0].left,
        top=min(fragment.top for fragment in printed),
        right=max(fragment.right for fragment in printed),
        bottom=max(fragment.bottom for fragment in printed),
        size=sizes[len(sizes) // 2],
    )


def _gap(before: Fragment, fragment: Fragment) -> str:
    """A blank where two fragments stand apart more than the setting of Chinese and Latin side by side explains."""
    left, right = before.text[-1:], fragment.text[:1]
    if not left or not right or left.isspace() or right.isspace():
        return ""
    wide = [unicodedata.east_asian_width(char) in "WF" for char in (left, right)]
    limit = 1.2 if all(wide) else 0.8 if any(wide) else 0.2
    return " " if fragment.left - before.right > limit * max(before.size, fragment.size) else ""
