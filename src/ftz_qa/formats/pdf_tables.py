"""Tables of PDF pages: ruled cells, and those between horizontal rules alone, as grids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.formats.printed import PrintedTable, assemble_lines
from ftz_qa.formats.tables import MAX_COLUMNS, MAX_ROWS, Cell, is_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pdfplumber.page import Page

    from ftz_qa.formats.printed import Fragment

_MAX_RULES = 6000
_MIN_CELL = 4.0
_Box = tuple[float, float, float, float]


def ruled_tables(page: Page, fragments: Sequence[Fragment]) -> list[PrintedTable]:
    """The tables of a page whose cells are ruled; frames around text are none.

    Parameters
    ----------
    fragments
        The characters of the page.
    """
    if not 4 <= len(page.rects) + len(page.lines) + len(page.curves) <= _MAX_RULES:
        return []
    tables = []
    for found in page.find_tables():
        cells = [box for box in found.cells if box[2] - box[0] > _MIN_CELL and box[3] - box[1] > _MIN_CELL]
        if len(cells) < 4:
            continue
        left, top, right, bottom = found.bbox
        inside = [fragment for fragment in fragments if _is_inside(fragment, found.bbox)]
        grid = _grid(cells, inside)
        if is_table(grid):
            tables.append(PrintedTable(grid, left, top, right, bottom))
    return tables


def outside(fragments: Sequence[Fragment], tables: Sequence[PrintedTable]) -> list[Fragment]:
    """The fragments that stand in none of the tables."""
    boxes = [(table.left, table.top, table.right, table.bottom) for table in tables]
    return [fragment for fragment in fragments if not any(_is_inside(fragment, box) for box in boxes)]


def _is_inside(fragment: Fragment, box: _Box) -> bool:
    x, y = (fragment.left + fragment.right) / 2, (fragment.top + fragment.bottom) / 2
    return box[0] <= x < box[2] and box[1] <= y < box[3]


def _grid(cells: Sequence[_Box], fragments: Sequence[Fragment]) -> list[list[Cell]]:
    """Lay the cells out between all the edges that any of them has; a merged one covers several places."""
    columns = _edges([box[0] for box in cells])[:MAX_COLUMNS]
    rows = _edges([box[1] for box in cells])[:MAX_ROWS]
    grid = [[Cell("", (r, c)) for c in range(len(columns))] for r in range(len(rows))]
    for box in sorted(cells, key=lambda box: (box[1], box[0])):
        lines = assemble_lines([fragment for fragment in fragments if _is_inside(fragment, box)])
        text = "".join(line.text.strip() for line in lines)
        covered = [
            (r, c)
            for r, top in enumerate(rows)
            for c, left in enumerate(columns)
            if box[0] - _MIN_CELL < left < box[2] - _MIN_CELL and box[1] - _MIN_CELL < top < box[3] - _MIN_CELL
        ]
        for r, c in covered:
            grid[r][c] = Cell(text, covered[0])
    return grid


def _edges(positions: Sequence[float]) -> list[float]:
    edges: list[float] = []
    for position in sorted(positions):
        if not edges or position - edges[-1] > _MIN_CELL:
            edges.append(position)
    return edges
