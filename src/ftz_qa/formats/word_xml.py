"""The parts of WordprocessingML (ECMA-376 part 1, 17) that hold what is printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.formats.numbering import W

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.formats.archive import Element

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
# What deletions, phonetic guides and field codes hold is not printed.
_SKIPPED = frozenset(
    W + name for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "rt", "tblPr", "sectPr", "sdtPr")
)
_DRAWN = frozenset((W + "drawing", W + "pict", W + "object"))


def block_elements(parent: Element) -> Iterator[Element]:
    """Paragraphs and tables in the order of the print, those in content controls too."""
    for child in parent.iterchildren():
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag == f"{_MC}AlternateContent":
            for choice in list(child)[:1]:
                yield from block_elements(choice)
        elif isinstance(child.tag, str) and child.tag not in _SKIPPED:
            yield from block_elements(child)


def run_text(parent: Element, boxes: list[Element]) -> Iterator[str]:
    """The characters of a paragraph; the text boxes anchored in it are put aside."""
    for child in parent.iterchildren():
        tag = child.tag
        if tag in (f"{W}t", f"{_MATH}t"):
            yield child.text or ""
        elif tag in (f"{W}tab", f"{W}ptab"):
            yield "\t"
        elif tag in (f"{W}br", f"{W}cr"):
            yield "" if child.get(f"{W}type") in ("page", "column") else "\n"
        elif tag == f"{W}noBreakHyphen":
            yield "-"
        elif tag == f"{_MC}AlternateContent":
            for choice in list(child)[:1]:
                yield from run_text(choice, boxes)
        elif tag in _DRAWN:
            boxes.extend(box for box in child.iter(f"{W}txbxContent") if not _in_fallback(box, child))
        elif isinstance(tag, str) and tag not in _SKIPPED and not _is_hidden(child):
            yield from run_text(child, boxes)


def _in_fallback(box: Element, top: Element) -> bool:
    """Whether a text box is nested in another or repeats one for old programs."""
    parent = box.getparent()
    while parent is not None and parent is not top:
        if parent.tag in (f"{_MC}Fallback", f"{W}txbxContent"):
            return True
        parent = parent.getparent()
    return False


def _is_hidden(run: Element) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and is_on(vanish)


def is_on(switch: Element) -> bool:
    """Whether an element that switches something, such as ``w:tblHeader``, switches it on."""
    return switch.get(f"{W}val") not in ("0", "false", "off")


def is_own_row(row: Element, table: Element) -> bool:
    """Whether a row belongs to a table itself, not to one within a cell."""
    parent = row.getparent()
    while parent is not None and parent.tag != f"{W}tbl":
        parent = parent.getparent()
    return parent is table


def is_deleted_row(row: Element) -> bool:
    """Whether a tracked change deletes a row."""
    return row.find(f"{W}trPr/{W}del") is not None


def own_cells(row: Element) -> Iterator[Element]:
    """The cells of a row, those in content controls too, without those of tables within them."""
    for cell in row.iter(f"{W}tc"):
        parent = cell.getparent()
        while parent.tag not in (f"{W}tr", f"{W}tc"):
            parent = parent.getparent()
        if parent is row:
            yield cell
