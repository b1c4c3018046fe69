"""HTML to text: what a reader sees of a page, without menus and scripts."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup, Comment, Tag
from bs4.element import NavigableString

from ftz_qa.errors import BulletinError
from ftz_qa.formats.characters import usual_characters
from ftz_qa.formats.damage import damage_told
from ftz_qa.formats.number_forms import written_number
from ftz_qa.formats.plain import decode
from ftz_qa.formats.soft_breaks import soft_lines
from ftz_qa.formats.tables import Spanning, is_table, mark_caption, spread, table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bs4.element import PageElement

_CHARSET = re.compile(rb"charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([\w-]{2,30})", re.IGNORECASE)
_UNSEEN = (
    *("script", "style", "noscript", "template", "head", "svg", "iframe", "object", "canvas", "audio", "video"),
    *("nav", "footer", "aside", "form", "button", "select", "textarea", "input"),
)
_BLOCKS = (
    *("address", "article", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset"),
    *("figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "li", "main", "ol", "p"),
    *("pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"),
)
_LINK_LISTS = ("div", "ul", "ol", "dl", "p", "section", "table", "td", "header", "span")
_HIDDEN = re.compile(r"display\s{0,5}:\s{0,5}none|visibility\s{0,5}:\s{0,5}hidden", re.IGNORECASE)
_INDENT = re.compile(r"text-indent\s{0,5}:\s{0,5}(?!0)\d", re.IGNORECASE)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s{0,5}:\s{0,5}([a-z-]{3,40})", re.IGNORECASE)
_LIST_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_PARAGRAPH, _BREAK = "\x1d", "\x1e"
_MAX_ELEMENTS = 400_000
_DEEPEST_TABLE = 6
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—"
_SOURCE_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\r\f]*\n\s*(?=[{_WIDE}])")


def read_web_page(path: Path, data: bytes) -> str:
    """The text of a web page, block elements as paragraphs and rows of tables as sentences.

    Raises
    ------
    BulletinError
        The page is not text in any known encoding, or beyond reason.
    """
    with damage_told(path, "HTML"):
        soup = BeautifulSoup(_decoded(path, data), "lxml")
        for element in soup.find_all(_UNSEEN):
            if not element.decomposed:
                element.decompose()
        for element in soup.find_all(_is_hidden):
            if not element.decomposed:
                element.decompose()
        _drop_link_lists(soup)
        if sum(1 for _ in soup.descendants) > _MAX_ELEMENTS:
            raise BulletinError(f"{path}：网页有超过 {_MAX_ELEMENTS} 个元素，不像一期动态。请只保存正文部分")
        return "\n\n".join(_paragraphs(_main_part(soup)))


def _decoded(path: Path, data: bytes) -> str:
    """By byte order mark, then by what the page says of itself, then as any text."""
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not marked and (match := _CHARSET.search(data[:4096])):
        name = match[1].decode("ascii").lower()
        # Pages that say gb2312 hold characters of its larger successors.
        name = "gb18030" if name in ("gb2312", "gbk", "gb_2312-80", "x-gbk") else name
        try:
            return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(path, data)


def _is_hidden(element: Tag) -> bool:
    return element.has_attr("hidden") or _HIDDEN.search(str(element.get("style", ""))) is not None


def _drop_link_lists(soup: BeautifulSoup) -> None:
    """Menus, breadcrumbs and lists of other pages: their text is mostly links."""
    linked: dict[int, tuple[int, int]] = {}
    for link in soup.find_all("a", href=True):
        size = len(link.get_text(strip=True))
        for parent in link.parents:
            count, total = linked.get(id(parent), (0, 0))
            linked[id(parent)] = (count + 1, total + size)
    for element in soup.find_all(_LINK_LISTS):
        count, total = linked.get(id(element), (0, 0))
        if count >= 3 and not element.decomposed and total > 0.6 * len(element.get_text(strip=True)):
            element.decompose()


def _main_part(soup: BeautifulSoup) -> Tag:
    """The element that says it holds the page's content, if it holds most of the text."""
    body = soup.body or soup
    for name in ("main", "article"):
        found = soup.find_all(name)
        if len(found) == 1 and len(found[0].get_text()) > 0.6 * len(body.get_text()) and "期" in found[0].get_text():
            return found[0]
    return body


def _paragraphs(root: Tag, depth: int = 0) -> list[str]:
    found: list[str] = []
    for piece in _pieces(root, tables=depth < _DEEPEST_TABLE):
        if isinstance(piece, Tag):
            _add_table(piece, found, depth)
            continue
        lines = [_collapsed(line) for line in piece.split(_BREAK)]
        found.extend(line for line in soft_lines("\n".join(lines)) if line.strip())
    return found


def _pieces(root: Tag, *, tables: bool) -> Iterator[str | Tag]:
    """Paragraphs, their line breaks marked, and tables, in order; walks without recursion, however deep the page.

    Where tables are not wanted, their cells are paragraphs.
    """
    text = ""
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.children))]
    while stack:
        element, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if element.name in _BLOCKS:
                yield text
                text = ""
        elif isinstance(child, Tag):
            if child.name in _BLOCKS:
                yield text
                text = _beginning(child)
            if child.name == "table" and tables:
                yield child
            elif child.name == "br":
                text += _BREAK
            else:
                stack.append((child, iter(child.children)))
        elif isinstance(child, NavigableString) and not isinstance(child, Comment):
            text += _plain(child)
    yield text


def _beginning(block: Tag) -> str:
    """What a browser prints before the text of a block: an indent, or the number of a list item."""
    if block.name == "li" and block.parent is not None and block.parent.name == "ol":
        return _item_number(block, block.parent)
    return "　　" if _INDENT.search(str(block.get("style", ""))) else ""


def _item_number(item: Tag, items: Tag) -> str:
    first = _whole(items.get("start"), 1)
    before = sum(1 for other in item.find_previous_siblings("li"))
    number = _whole(item.get("value"), first + before)
    style = _LIST_STYLE.search(str(items.get("style", "")))
    if style is None:
        form = _LIST_TYPES.get(str(items.get("type", "1")), "decimal")
        return f"{written_number(number, form)}. "
    name = style[1].lower()
    if name == "none":
        return ""
    latin = {"lower-alpha": "a", "upper-alpha": "A", "lower-roman": "i", "upper-roman": "I"}
    form = _LIST_TYPES[latin[name]] if name in latin else name
    return written_number(number, form) + ("、" if form.startswith(("cjk", "simp", "trad")) else ". ")


def _whole(value: object, default: int) -> int:
    text = str(value)
    return int(text) if re.fullmatch(r"-?\d{1,6}", text) else default


def _plain(string: str) -> str:
    text = _SOURCE_BREAK.sub("", string)
    text = re.sub(r"^[\xa0\u2002\u2003]{2,}", "　　", text)
    return usual_characters(text.replace("\n", " ").replace("\t", " "))


def _collapsed(text: str) -> str:
    return re.sub(r"[ \r\f]+", " ", text).strip(" ")


def _add_table(table: Tag, found: list[str], depth: int) -> None:
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    cells = [[cell for cell in row.find_all(("td", "th"), recursive=False)] for row in rows]
    texts = {id(cell): _paragraphs(cell, depth + 1) for row in cells for cell in row}
    caption = table.find("caption")
    if caption is not None and (title := _collapsed(_plain(caption.get_text()))):
        found.append(title)
    grid = spread([_spanning(cell, texts[id(cell)]) for cell in row] for row in cells)
    if is_table(grid) and table.find("table") is None:
        mark_caption(found)
        found.extend(table_lines(grid))
        return
    for row in cells:
        short = all(len(texts[id(cell)]) < 2 and len("".join(texts[id(cell)])) <= 40 for cell in row)
        lines = [line for cell in row for line in texts[id(cell)]]
        found.extend(["　".join(lines)] if short and lines else lines)


def _spanning(cell: Tag, lines: list[str]) -> Spanning:
    text = "\n".join(line.replace("**", "") for line in lines)
    return Spanning(text, _whole(cell.get("rowspan"), 1), _whole(cell.get("colspan"), 1), cell.name == "th")
