"""Tables without ruled cells: lines of print whose parts stand apart and below each other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.formats.printed import Fragment, PrintedLine, PrintedPage, PrintedTable
from ftz_qa.formats.tables import MAX_COLUMNS, Cell, is_table

if TYPE_CHECKING:
    from collections.abc import Sequence

_FEWEST_ROWS = {2: 3}
"""Rows that make a table, by its columns; two where it has more."""
_LEADING = 2.6
"""Largest distance from line to line within a table, in heights of a character."""


def with_aligned_tables(page: PrintedPage) -> PrintedPage:
    """Put tables in the place of the lines that are their rows."""
    items: list[PrintedLine | PrintedTable] = []
    run: list[PrintedLine] = []
    for item in page.items:
        if isinstance(item, PrintedLine) and _belongs(run, item):
            run.append(item)
            continue
        items.extend(_as_table(run))
        run = [item] if isinstance(item, PrintedLine) and len(item.cells) > 1 else []
        if not run:
            items.append(item)
    return replace(page, items=(*items, *_as_table(run)))


def _belongs(run: Sequence[PrintedLine], line: PrintedLine) -> bool:
    """Whether a line is a further row, or goes on with the last one's cells, below the row of headings."""
    if not run or line.top - run[-1].top > _LEADING * max(line.size, run[-1].size):
        return False
    columns = _columns(run)
    if len(columns) != len(run[0].cells):
        return False
    hit = [_column(columns, cell) for cell in line.cells]
    if None in hit or len(set(hit)) < len(hit):
        return False
    # A cell may be empty, or broken over two lines; a line of text below the table begins at its left.
    return len(line.cells) > 1 or hit[0] != 0


def _columns(run: Sequence[PrintedLine]) -> list[tuple[float, float]]:
    """Left and right of the columns, as wide as any of their cells."""
    columns = [(cell.left, cell.right) for cell in run[0].cells]
    for line in run[1:]:
        for cell in line.cells:
            at = _column(columns, cell)
            if at is not None:
                columns[at] = (min(columns[at][0], cell.left), max(columns[at][1], cell.right))
    return columns


def _column(columns: Sequence[tuple[float, float]], cell: Fragment) -> int | None:
    """The one column that a cell stands in; None where it reaches over several or none."""
    hit = [i for i, (left, right) in enumerate(columns) if cell.left < right and left < cell.right]
    return hit[0] if len(hit) == 1 else None


def _as_table(run: Sequence[PrintedLine]) -> list[PrintedLine | PrintedTable]:
    if len(run) < 2 or len(run[0].cells) > MAX_COLUMNS:
        return list(run)
    columns = _columns(run)
    rows: list[list[str]] = []
    for line in run:
        texts = [""] * len(columns)
        for cell in line.cells:
            texts[_column(columns, cell) or 0] = cell.text.strip()
        if rows and not texts[0] and 2 * sum(map(bool, texts)) <= len(columns):
            rows[-1] = [above + below for above, below in zip(rows[-1], texts, strict=True)]
        else:
            rows.append(texts)
    grid = [[Cell(text, (r, c)) for c, text in enumerate(row)] for r, row in enumerate(rows)]
    if len(rows) < _FEWEST_ROWS.get(len(columns), 2) or not is_table(grid):
        return list(run)
    return [PrintedTable(grid, run[0].left, run[0].top, max(line.right for line in run), run[-1].bottom)]
