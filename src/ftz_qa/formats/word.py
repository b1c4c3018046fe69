"""Word's ``.docx`` to text: paragraphs and tables in order, with the numbers that Word generates."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError
from ftz_qa.formats.archive import open_package
from ftz_qa.formats.characters import usual_characters
from ftz_qa.formats.damage import damage_told
from ftz_qa.formats.numbering import Numbering, W
from ftz_qa.formats.soft_breaks import soft_lines
from ftz_qa.formats.tables import Spanning, is_table, mark_caption, spread, table_lines
from ftz_qa.formats.word_xml import block_elements, is_deleted_row, is_on, is_own_row, own_cells, run_text
from ftz_qa.layout import ends_sentence, printed_width, read_mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from docx.document import Document

    from ftz_qa.formats.archive import Element

_MAX_PARAGRAPHS = 200_000
_WIDEST_HEADING = 60


def read_word(path: Path, data: bytes) -> str:
    """The text of a ``.docx`` file.

    Each paragraph is a line between blank lines, each row of a table a sentence. Insertions that are tracked are kept,
    deletions dropped; headers, footers, notes and comments are left out; text boxes come before the paragraph that
    they are anchored to. Headings without a number are marked as Markdown does (``# ``), first-line indents with
    blanks, so that the parser knows them.

    Raises
    ------
    BulletinError
        The file is damaged, unpacks to too much or is no Word document.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    with damage_told(path, "Word（.docx）", OpcError, LxmlError, zipfile.BadZipFile, NotImplementedError):
        package = open_package(path, data)
        if "word/document.xml" not in package.namelist() and not _has_body(package):
            raise BulletinError(
                f"{path}：压缩包里没有 Word 正文，应为 .docx 文档。请用 Word 或 WPS 另存为 .docx 后重试"
            )
        document = docx.Document(io.BytesIO(data))
        return _Reader(document).read(document.element.body)


def _has_body(package: zipfile.ZipFile) -> bool:
    return b"wordprocessingml.document.main+xml" in package.read("[Content_Types].xml")


@dataclass(frozen=True, slots=True)
class _WordCell:
    """A cell as Word stores it; `merge` is ``restart``, ``continue`` or None."""

    paragraphs: list[str]
    merge: str | None
    columns: int
    head: bool


class _Reader:
    """Walks through the body of a document and collects its paragraphs."""

    def __init__(self, document: Document) -> None:
        from docx.opc.constants import RELATIONSHIP_TYPE

        styles = document.styles.element
        self.styles = {style.get(f"{W}styleId"): style for style in styles.iterchildren(f"{W}style")}
        self.default = next(
            (
                name
                for name, style in self.styles.items()
                if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true", "on")
            ),
            None,
        )
        numbered = [rel for rel in document.part.rels.values() if rel.reltype == RELATIONSHIP_TYPE.NUMBERING]
        self.numbering = Numbering(numbered[0].target_part.element if numbered else None, self.styles)
        self.unfinished = ""

    def read(self, body: Element) -> str:
        """The whole text, paragraphs apart from each other by a blank line."""
        return "\n\n".join(self.blocks(body))

    def blocks(self, parent: Element) -> list[str]:
        """The paragraphs of a body, a cell or a text box, in order."""
        found: list[str] = []
        for element in block_elements(parent):
            if element.tag == f"{W}tbl":
                self._add_table(element, found)
            else:
                found.extend(self._paragraph(element))
            if len(found) > _MAX_PARAGRAPHS:
                raise ValueError(len(found))
        return [text for text in found if text.strip()]

    def _add_table(self, table: Element, found: list[str]) -> None:
        rows = [row for row in table.iter(f"{W}tr") if is_own_row(row, table) and not is_deleted_row(row)]
        cells = [[self._cell(cell) for cell in own_cells(row)] for row in rows]
        grid = spread(_spannings(cells))
        if is_table(grid):
            mark_caption(found)
            found.extend(table_lines(grid))
            return
        for row in cells:
            texts = [text for cell in row for text in cell.paragraphs]
            # Text that a table without lines places side by side, such as number and date, is one printed line.
            if all(len(cell.paragraphs) < 2 and printed_width("".join(cell.paragraphs)) <= 40 for cell in row):
                texts = ["　".join(texts)]
            found.extend(texts)

    def _cell(self, cell: Element) -> _WordCell:
        merge = cell.find(f"{W}tcPr/{W}vMerge")
        span = cell.find(f"{W}tcPr/{W}gridSpan")
        head = cell.getparent().find(f"{W}trPr/{W}tblHeader")
        columns = span.get(f"{W}val", "1") if span is not None else "1"
        return _WordCell(
            paragraphs=self.blocks(cell),
            merge=None if merge is None else merge.get(f"{W}val", "continue"),
            columns=int(columns) if columns.isdecimal() else 1,
            head=head is not None and is_on(head),
        )

    def _paragraph(self, paragraph: Element) -> list[str]:
        boxes: list[Element] = []
        text = self.unfinished + "".join(run_text(paragraph, boxes))
        # A deleted paragraph mark makes one paragraph of two.
        self.unfinished = text if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None else ""
        found = [line for box in boxes for line in self.blocks(box)]
        if self.unfinished or not text.strip():
            return found
        text = usual_characters(text).replace("\t", " ")
        mark = self._mark(paragraph)
        indent = "　　" if self._is_indented(paragraph) else ""
        lines = soft_lines(mark + text.strip() if mark else indent + text)
        if len(lines) == 1 and self._is_heading(paragraph, lines[0]):
            return [*found, "# " + lines[0].strip()]
        return [*found, *lines]

    def _mark(self, paragraph: Element) -> str:
        """The number that Word prints before a paragraph."""
        style = self._style(paragraph)
        own = paragraph.find(f"{W}pPr/{W}numPr/{W}numId")
        list_id = own.get(f"{W}val") if own is not None else None
        level = paragraph.find(f"{W}pPr/{W}numPr/{W}ilvl")
        index = int(level.get(f"{W}val", "0")) if level is not None else None
        for name in self._ancestors(style) if list_id is None else ():
            of_style = self.styles[name].find(f"{W}pPr/{W}numPr/{W}numId")
            if of_style is not None:
                list_id = of_style.get(f"{W}val")
                at = self.styles[name].find(f"{W}pPr/{W}numPr/{W}ilvl")
                linked = self.numbering.level_of_style(list_id or "", name)
                index = linked or (int(at.get(f"{W}val", "0")) if at is not None else 0) if index is None else index
                break
        return self.numbering.next_mark(list_id or "0", index or 0)

    def _style(self, paragraph: Element) -> str | None:
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        return named.get(f"{W}val") if named is not None else self.default

    def _ancestors(self, style: str | None) -> Iterator[str]:
        seen: set[str] = set()
        while style is not None and style in self.styles and style not in seen:
            seen.add(style)
            yield style
            based = self.styles[style].find(f"{W}basedOn")
            style = based.get(f"{W}val") if based is not None else None

    def _property(self, paragraph: Element, name: str) -> Iterator[Element]:
        """A paragraph property where it is set: on the paragraph itself, then by its styles."""
        holders = [paragraph, *(self.styles[style] for style in self._ancestors(self._style(paragraph)))]
        for holder in holders:
            found = holder.find(f"{W}pPr/{W}{name}")
            if found is not None:
                yield found

    def _is_indented(self, paragraph: Element) -> bool:
        for indent in self._property(paragraph, "ind"):
            for name in ("firstLineChars", "firstLine", "hanging", "hangingChars"):
                value = indent.get(f"{W}{name}")
                if value is not None and value not in ("0", "0pt"):
                    return name.startswith("first")
        return False

    def _is_heading(self, paragraph: Element, text: str) -> bool:
        """Whether a line without a number is a heading by its outline level."""
        if read_mark(text.strip()) or ends_sentence(text) or printed_width(text) > _WIDEST_HEADING:
            return False
        level = next(iter(self._property(paragraph, "outlineLvl")), None)
        return level is not None and level.get(f"{W}val", "9") in "012345678"


def _spannings(rows: Sequence[Sequence[_WordCell]]) -> list[list[Spanning]]:
    """Word's vertical merges, which each row repeats, as cells of several rows."""
    places = [_by_column(row) for row in rows]
    grid: list[list[Spanning]] = []
    for r, row in enumerate(places):
        line = []
        for column, cell in row.items():
            if cell.merge == "continue" and r and column in places[r - 1]:
                continue
            height = 1
            while cell.merge and _continues(places[r + height : r + height + 1], column):
                height += 1
            text = "\n".join(paragraph.removeprefix("# ").replace("**", "") for paragraph in cell.paragraphs)
            line.append(Spanning(text, height, cell.columns, cell.head))
        grid.append(line)
    return grid


def _by_column(row: Sequence[_WordCell]) -> dict[int, _WordCell]:
    places: dict[int, _WordCell] = {}
    at = 0
    for cell in row:
        places[at] = cell
        at += cell.columns
    return places


def _continues(following: Sequence[dict[int, _WordCell]], column: int) -> bool:
    return bool(following) and column in following[0] and following[0][column].merge == "continue"
