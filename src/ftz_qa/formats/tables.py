"""Tables as sentences: each row says what its figures are, so that it can stand alone as the evidence of an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from ftz_qa.layout import ends_sentence, glue, printed_width, read_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_COLUMNS = 60
"""More columns are cut off: a table of a bulletin is as wide as its page."""
MAX_ROWS = 3000

_HEADER_DEPTH = 3
_LONGEST_CAPTION = 40
_PERIOD = re.compile(r"(?:19|20)\d\d\s?年?|\d{1,2}\s?[—\-–~至]?\s?\d{0,2}\s?月|第.季度|\d{1,2}\s?日")
_FIGURE = re.compile(r"[+\-−↑↓约近超]?\s?\d[\d,，.]*\s?[^\d\s]{0,4}")
_NUMBER = re.compile(r"[+\-−]?\d[\d,，.]*")
_UNIT = re.compile(r"(.+?)\s?[（(](?:单位[：:])?([^\d（）()]{1,6})[）)]")


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a table's grid.

    Attributes
    ----------
    origin
        Row and column where the cell begins; places that a merged cell covers share it.
    head
        The format says that this is a heading.
    """

    text: str
    origin: tuple[int, int]
    head: bool = False


@dataclass(frozen=True, slots=True)
class Spanning:
    """A cell as formats give it: its text and how many rows and columns it covers."""

    text: str
    rows: int = 1
    columns: int = 1
    head: bool = False


@dataclass(frozen=True, slots=True)
class _Name:
    """The name of a column as printed, and apart from its unit: ``列数（列）`` is said as ``列数：641列``."""

    printed: str
    bare: str
    unit: str


def spread(rows: Iterable[Sequence[Spanning]]) -> list[list[Cell]]:
    """Lay cells out on a grid, merged ones on all the places that they cover."""
    places: dict[tuple[int, int], Cell] = {}
    height = 0
    for r, row in enumerate(rows):
        if r >= MAX_ROWS:
            break
        height = r + 1
        c = 0
        for cell in row:
            while (r, c) in places:
                c += 1
            placed = Cell(_on_one_line(cell.text), (r, c), cell.head)
            for down in range(min(max(cell.rows, 1), MAX_ROWS)):
                for right in range(min(max(cell.columns, 1), MAX_COLUMNS - c)):
                    places.setdefault((r + down, c + right), placed)
            c += max(cell.columns, 1)
            if c >= MAX_COLUMNS:
                break
    width = 1 + max((c for _, c in places), default=-1)
    return [[places.get((r, c), Cell("", (r, c))) for c in range(width)] for r in range(height)]


def is_table(grid: Sequence[Sequence[Cell]]) -> bool:
    """Whether a grid holds a table, not text that a table without lines merely places on the page."""
    filled = [row for row in grid if any(cell.text for cell in row)]
    if len(filled) < 2 or max(len({c.origin for c in row if c.text}) for row in filled) < 2:
        return False
    return all(len(cell.text) <= 400 for row in filled for cell in row)


def table_lines(grid: Sequence[Sequence[Cell]]) -> list[str]:
    """The rows of a table as sentences, such as ``口岸：雁口铁路口岸；列数：641列；同比：16%。``.

    Titles within the table stay above, notes below; a row that only names the group of the rows below it goes to the
    front of each of those.
    """
    rows = _without_empty(grid)
    before: list[str] = []
    after: list[str] = []
    while rows and _is_single(rows[0]):
        before.append(_text(rows.pop(0)))
    while rows and _is_single(rows[-1]):
        after.insert(0, _text(rows.pop()))
    if not rows:
        return before + after
    if _is_form(rows):
        return [*before, *(_form_line(row) for row in rows), *after]
    depth = _header_depth(rows)
    names = _names(rows[:depth]) if depth else []
    lines: list[str] = []
    group = ""
    for row in rows[depth:]:
        if _is_single(row):
            group = f"类别：{_value(_text(row))}；"
        else:
            lines.append(group + (_sentence(row, names) if names else _bare_line(row)))
    return [*before, *lines, *after]


def mark_caption(paragraphs: list[str]) -> None:
    """Mark the last paragraph, where it is the caption of a table that follows, as a heading in Markdown."""
    for i in range(len(paragraphs) - 1, max(len(paragraphs) - 3, -1), -1):
        text = paragraphs[i].strip()
        short = 0 < printed_width(text) <= _LONGEST_CAPTION and "\n" not in text and not text.startswith(("#", "*"))
        if not short or ends_sentence(text) or text.endswith(("：", ":")) or read_mark(text):
            return
        paragraphs[i] = f"**{text}**"
        # Above a caption stands its article; above a line with the unit stands the caption.
        if not text.strip("（()）").startswith("单位"):
            return


def _on_one_line(text: str) -> str:
    line = ""
    for part in text.split("\n"):
        line = glue(line, part.strip())
    return re.sub(r"\s+", " ", line).strip()


def _without_empty(grid: Sequence[Sequence[Cell]]) -> list[list[Cell]]:
    kept = [i for i in range(max(map(len, grid), default=0)) if any(row[i].text for row in grid if i < len(row))]
    rows = [[row[i] for i in kept] for row in grid]
    return [row for row in rows if any(cell.text for cell in row)]


def _is_single(row: Sequence[Cell]) -> bool:
    """Whether one merged cell covers the whole row."""
    return len(row) > 1 and len({cell.origin for cell in row}) == 1


def _text(row: Sequence[Cell]) -> str:
    return row[0].text


def _is_form(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether each row is a label and its value, with no row of headings above."""
    if len(rows[0]) != 2 or all(cell.head for cell in rows[0]):
        return False
    if all(row[0].head for row in rows) or any(row[0].text.endswith(("：", ":")) for row in rows):
        return True
    figures = sum(_is_figure(row[1].text) for row in rows[1:])
    return _is_figure(rows[0][1].text) or (figures < len(rows) - 1 and len(rows[0][1].text) > 8)


def _header_depth(rows: Sequence[Sequence[Cell]]) -> int:
    """How many rows name the columns; 0 where none does."""
    flagged = next((i for i, row in enumerate(rows) if not all(cell.head or not cell.text for cell in row)), len(rows))
    if 0 < flagged < len(rows):
        return flagged
    if any(_is_figure(cell.text) for cell in rows[0][1:]):
        return 0
    depth = 1
    while depth < min(_HEADER_DEPTH, len(rows) - 1) and _goes_deeper(rows, depth):
        depth += 1
    return depth


def _goes_deeper(rows: Sequence[Sequence[Cell]], depth: int) -> bool:
    above, row = rows[depth - 1], rows[depth]
    if any(_is_figure(cell.text) for cell in row[1:]):
        return False
    spans = any(a.origin == b.origin for a, b in pairwise(above))
    hangs = any(a.text and a.origin == b.origin for a, b in zip(above, row, strict=True))
    return spans or hangs


def _is_figure(text: str) -> bool:
    return _FIGURE.fullmatch(text) is not None and _PERIOD.fullmatch(text) is None


def _names(rows: Sequence[Sequence[Cell]]) -> list[_Name]:
    names = []
    for i, column in enumerate(zip(*rows, strict=True)):
        parts = [next(cells).text.rstrip("：:") for _, cells in groupby(column, key=lambda cell: cell.origin)]
        units = [_UNIT.fullmatch(part) for part in parts]
        bare = "".join(unit[1] if unit else part for unit, part in zip(units, parts, strict=True))
        unit = next((unit[2] for unit in reversed(units) if unit), "")
        printed = "".join(parts)
        names.append(_Name("项目", "项目", "") if i == 0 and not printed else _Name(printed, bare, unit))
    return names


def _sentence(row: Sequence[Cell], names: Sequence[_Name]) -> str:
    parts = []
    for i, cell in enumerate(row):
        value = _value(cell.text)
        if value and not (i and row[i - 1].origin == cell.origin):
            name = names[i].printed
            if names[i].unit and _NUMBER.fullmatch(value):
                name, value = names[i].bare, value + names[i].unit
            parts.append(f"{name}：{value}" if name else value)
    return "；".join(parts) + "。"


def _form_line(row: Sequence[Cell]) -> str:
    return f"{row[0].text.rstrip('：:')}：{_value(row[1].text)}。"


def _bare_line(row: Sequence[Cell]) -> str:
    return "，".join(_value(next(cells).text) for _, cells in groupby(row, key=lambda cell: cell.origin)) + "。"


def _value(text: str) -> str:
    return text.rstrip("。；;，, ")
