"""Printed lines to paragraphs, by how they stand on the page: indents, full lines, distances."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Literal

from ftz_qa.formats.printed import PrintedLine, PrintedTable
from ftz_qa.formats.tables import is_table, mark_caption, table_lines
from ftz_qa.layout import ends_sentence, glue, read_mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.formats.printed import PrintedPage

_Joint = Literal["join", "beside", "apart"]

# In ems, the height of a character.
_INDENT = (1.3, 4.6)
_RAGGED = 2.6
"""How much a full line may fall short of the margin: a number or a Latin word is not broken."""
_SAME = 0.6
_WIDE_GAP = 1.2
_OTHER_SIZE = 1.25


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a document is set: the usual height of characters, from line to line, and whether paragraphs are indented."""

    em: float
    pitch: float
    indents: bool


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line and the margins of its page."""

    line: PrintedLine
    page: int
    left: float
    right: float

    def indent(self, em: float) -> float:
        """Distance from the left margin, in ems."""
        return (self.line.left - self.left) / em

    def is_full(self, em: float) -> bool:
        """Whether the line reaches the right margin."""
        return self.right - self.line.right <= _RAGGED * em

    def is_centred(self, em: float) -> bool:
        """Whether the line stands in the middle, away from both margins."""
        before, after = self.line.left - self.left, self.right - self.line.right
        return before > 2.5 * em and abs(before - after) <= 2 * em


def flowing_text(pages: Sequence[PrintedPage]) -> str:
    """The text of printed pages, a paragraph a line with blank lines between.

    Sentences are joined over line and page ends. Paragraphs that are indented in print begin with two blanks of full
    width, lines of a centred title stand on adjoining lines, and rows of tables become sentences.
    """
    items = _placed(pages)
    setting = _setting([item for item in items if isinstance(item, _Placed)])
    paragraphs: list[str] = []
    tables: list[PrintedTable] = []
    before: _Placed | None = None
    for item in items:
        if isinstance(item, PrintedTable):
            tables.append(item)
            if before is None or not _is_unfinished(before, setting):
                _flush(tables, paragraphs)
                before = None
            continue
        joint = _joint(before, item, setting) if before is not None else "apart"
        if joint != "join":
            _flush(tables, paragraphs)
        _append(paragraphs, item, joint, setting)
        before = item
    _flush(tables, paragraphs)
    return "\n\n".join(paragraph.rstrip() for paragraph in paragraphs)


def _append(paragraphs: list[str], item: _Placed, joint: _Joint, setting: _Setting) -> None:
    text = item.line.text.lstrip()
    if joint == "apart" or not paragraphs:
        low, high = _INDENT
        indented = low <= item.indent(setting.em) <= high and not item.is_centred(setting.em)
        paragraphs.append(("　　" if indented else "") + text)
    elif joint == "beside":
        paragraphs[-1] = f"{paragraphs[-1].rstrip()}\n{text}"
    elif paragraphs[-1].endswith((" ", "　")) or item.line.text.startswith(" "):
        paragraphs[-1] = f"{paragraphs[-1].rstrip()} {text}"
    else:
        # Only the joint is looked at, so that a very long paragraph stays cheap.
        paragraphs[-1] += glue(paragraphs[-1][-1:], text)[len(paragraphs[-1][-1:]) :]


def _flush(tables: list[PrintedTable], paragraphs: list[str]) -> None:
    if tables:
        mark_caption(paragraphs)
    for table in tables:
        paragraphs.extend(table_lines(table.grid))
    tables.clear()


def _placed(pages: Sequence[PrintedPage]) -> list[_Placed | PrintedTable]:
    """All lines with the margins of their pages, and the tables, one that goes on over a page end as a whole."""
    everything = [item for page in pages for item in page.items if isinstance(item, PrintedLine)]
    em = _em(everything)
    usual = _margins(everything, em, (0.0, 0.0))
    placed: list[_Placed | PrintedTable] = []
    for number, page in enumerate(pages):
        lines = [item for item in page.items if isinstance(item, PrintedLine)]
        left, right = _margins(lines, em, usual) if len(lines) >= 6 else usual
        for item in page.items:
            if isinstance(item, PrintedLine):
                placed.append(_Placed(item, number, left, right))
            elif placed and isinstance(last := placed[-1], PrintedTable) and _goes_on(last, item, em):
                placed[-1] = _joined_tables(last, item)
            elif is_table(item.grid):
                placed.append(item)
    return placed


def _goes_on(table: PrintedTable, further: PrintedTable, em: float) -> bool:
    """Whether a table is the rest of the one before, from the page before."""
    same_edges = abs(table.left - further.left) < 2 * em and abs(table.right - further.right) < 2 * em
    return same_edges and further.top < table.bottom and len(table.grid[0]) == len(further.grid[0])


def _joined_tables(table: PrintedTable, further: PrintedTable) -> PrintedTable:
    rows = list(further.grid)
    heads = [[cell.text for cell in row] for row in table.grid[:3]]
    while rows and [cell.text for cell in rows[0]] in heads:
        rows.pop(0)
    return PrintedTable([*table.grid, *rows], table.left, further.top, table.right, further.bottom)


def _em(lines: Sequence[PrintedLine]) -> float:
    sizes = sorted(line.size for line in lines for _ in range(max(1, len(line.text) // 8)))
    return max(sizes[len(sizes) // 2], 0.1) if sizes else 1.0


def _margins(lines: Sequence[PrintedLine], em: float, usual: tuple[float, float]) -> tuple[float, float]:
    """The outermost places where several lines begin and end."""
    if not lines:
        return usual
    need = max(2, round(0.08 * len(lines)))
    lefts = sorted(line.left for line in lines)
    rights = sorted((line.right for line in lines), reverse=True)
    left = next((x for x in lefts if sum(x <= other <= x + _SAME * em for other in lefts) >= need), lefts[0])
    right = next((x for x in rights if sum(x - 1.5 * em <= other <= x for other in rights) >= need), rights[0])
    return left, right


def _setting(placed: Sequence[_Placed]) -> _Setting:
    em = _em([item.line for item in placed])
    within = [(a, b) for a, b in pairwise(placed) if a.page == b.page and b.line.top > a.line.top]
    steps = [b.line.top - a.line.top for a, b in within if a.is_full(em) and b.indent(em) < _INDENT[0]]
    steps = steps or [b.line.top - a.line.top for a, b in within]
    starts = [b for a, b in within if ends_sentence(a.line.text.strip()) and not a.is_full(em)]
    indented = sum(_INDENT[0] <= start.indent(em) <= _INDENT[1] for start in starts)
    return _Setting(em, median(steps) if steps else 2 * em, bool(starts) and 2 * indented >= len(starts))


def _is_unfinished(before: _Placed, setting: _Setting) -> bool:
    """Whether a sentence must go on below the table that interrupts it."""
    text = before.line.text.strip()
    return before.is_full(setting.em) and not ends_sentence(text) and not text.endswith(("：", ":"))


def _joint(before: _Placed, item: _Placed, setting: _Setting) -> _Joint:
    em = setting.em
    other_size = max(before.line.size, item.line.size) > _OTHER_SIZE * min(before.line.size, item.line.size)
    apart = before.page == item.page and item.line.top - before.line.top > _WIDE_GAP * setting.pitch
    ended = ends_sentence(before.line.text.strip())
    mark = read_mark(item.line.text.strip())
    if other_size or (mark is not None and (ended or not before.is_full(em))):
        return "apart"
    if before.is_centred(em) and item.is_centred(em) and not apart:
        return "beside"
    if item.indent(em) >= _INDENT[0]:
        return "join" if _hangs(before, item, setting) and not ended and not apart else "apart"
    if not before.is_full(em):
        return "apart"
    # Without indents a sentence that ends in a full line may well end its paragraph.
    if ended and (apart or (not setting.indents and before.page != item.page)):
        return "apart"
    return "join"


def _hangs(before: _Placed, item: _Placed, setting: _Setting) -> bool:
    """Whether an indented line goes on with a full one: below its number's text, or in a block that is indented."""
    if not before.is_full(setting.em):
        return False
    shift = item.line.left - before.line.left
    if read_mark(before.line.text.strip()) and shift > _SAME * setting.em:
        return True
    return not setting.indents and abs(shift) < _SAME * setting.em
