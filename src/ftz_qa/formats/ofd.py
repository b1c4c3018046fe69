"""OFD, the page format of Chinese government papers (GB/T 33190-2016), to text."""

from __future__ import annotations

import posixpath
import unicodedata
import zipfile
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError
from ftz_qa.formats.aligned_tables import with_aligned_tables
from ftz_qa.formats.archive import open_package, parse_xml
from ftz_qa.formats.characters import usual_characters
from ftz_qa.formats.damage import damage_told
from ftz_qa.formats.flow import flowing_text
from ftz_qa.formats.printed import Fragment, PrintedPage, assemble_lines
from ftz_qa.formats.running_heads import without_running_heads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ftz_qa.formats.archive import Element

MAX_PAGES = 300
"""Longest file that is read; a bulletin has some ten pages."""

_MAX_CHARACTERS = 40_000
"""On one page."""
_A4 = (210.0, 297.0)
_Matrix = tuple[float, float, float, float, float, float]
_UPRIGHT: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_MAX_RUN = 100_000


def read_ofd(path: Path, data: bytes) -> str:
    """The text of an OFD file, by the places of its characters, without headers, footers and page numbers.

    Raises
    ------
    BulletinError
        The file is damaged, encrypted, too long, unpacks to too much, or holds pictures instead of text.
    """
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    with damage_told(path, "OFD", LxmlError, zipfile.BadZipFile, NotImplementedError):
        pages = list(_Package(path, open_package(path, data)).pages())
        if not any(page.items for page in pages):
            raise BulletinError(f"{path}：OFD 里没有文字，可能全是图片。请用 OFD 阅读器导出为 PDF 或图片后重试")
        return flowing_text(without_running_heads(pages))


class _Package:
    """The documents of an OFD file and the parts that they refer to."""

    def __init__(self, path: Path, package: zipfile.ZipFile) -> None:
        self.path = path
        self.package = package
        self.names = {name.lower(): name for name in package.namelist()}
        self.page_count = 0

    def pages(self) -> Iterator[PrintedPage]:
        """All pages, in order."""
        for body in _all(self._part("OFD.xml"), "DocBody"):
            location = _resolved("OFD.xml", _text_of(body, "DocRoot"))
            document = self._part(location)
            common = _first(document, "CommonData")
            size = _page_size(common, "PageArea") or _A4
            templates = {
                template.get("ID", ""): _resolved(location, template.get("BaseLoc", ""))
                for template in _all(common, "TemplatePage")
            }
            for page in _all(_first(document, "Pages"), "Page"):
                self.page_count += 1
                if self.page_count > MAX_PAGES:
                    raise BulletinError(f"{self.path}：OFD 超过 {MAX_PAGES} 页上限。请检查是否选错了文件，或拆分后重试")
                yield self._page(self._part(_resolved(location, page.get("BaseLoc", ""))), templates, size)

    def _page(self, page: Element, templates: dict[str, str], size: tuple[float, float]) -> PrintedPage:
        width, height = _page_size(page, "Area") or size
        used = [templates[t.get("TemplateID", "")] for t in _all(page, "Template") if t.get("TemplateID") in templates]
        fragments: list[Fragment] = []
        for part in (*(self._part(location) for location in used), page):
            for text in _all(part, "TextObject"):
                fragments.extend(_fragments(text))
                if len(fragments) > _MAX_CHARACTERS:
                    raise BulletinError(
                        f"{self.path}：第 {self.page_count} 页超过 {_MAX_CHARACTERS} 字上限，不像一期动态。请检查文件"
                    )
        return with_aligned_tables(PrintedPage(width, height, tuple(assemble_lines(fragments))))

    def _part(self, name: str) -> Element:
        return parse_xml(self.package.read(self.names[name.lower()]))


def _resolved(base: str, location: str) -> str:
    """A reference as a name within the package: relative to the part that holds it, unless it begins with ``/``."""
    location = location.strip().replace("\\", "/")
    joined = location if location.startswith("/") else posixpath.join(posixpath.dirname(base), location)
    return posixpath.normpath(joined).lstrip("/")


def _all(parent: Element | None, name: str) -> Iterator[Element]:
    """All elements of a name below one, whatever the edition of the standard that their namespace names."""
    if parent is not None:
        yield from parent.iter(f"{{*}}{name}")


def _first(parent: Element | None, name: str) -> Element | None:
    return next(_all(parent, name), None)


def _text_of(parent: Element, name: str) -> str:
    found = _first(parent, name)
    return "" if found is None else (found.text or "")


def _page_size(parent: Element | None, area: str) -> tuple[float, float] | None:
    box = _numbers(_text_of(found, "PhysicalBox")) if (found := _first(parent, area)) is not None else []
    return (box[2], box[3]) if len(box) == 4 and box[2] > 0 and box[3] > 0 else None


def _numbers(text: str | None) -> list[float]:
    return [float(part) for part in (text or "").split()]


def _fragments(text: Element) -> Iterator[Fragment]:
    """The characters of a text object with their places on the page, in millimetres."""
    boundary = _numbers(text.get("Boundary"))
    matrix = _matrix(text.get("CTM"))
    size = float(text.get("Size", "0"))
    if text.get("Visible") == "false" or len(boundary) != 4 or size <= 0 or matrix is None:
        return
    x = y = 0.0
    for code in _all(text, "TextCode"):
        x, y = float(code.get("X", x)), float(code.get("Y", y))
        yield from _characters(code, (x, y), (boundary[0], boundary[1]), matrix, size * float(text.get("HScale", "1")))


def _matrix(text: str | None) -> _Matrix | None:
    """The transformation of a text object; None where it is turned, as watermarks are."""
    if not text:
        return _UPRIGHT
    a, b, c, d, e, f = _numbers(text)
    return None if abs(b) > 0.1 * abs(a) or a <= 0 or d <= 0 else (a, b, c, d, e, f)


def _characters(
    code: Element, at: tuple[float, float], corner: tuple[float, float], matrix: _Matrix, size: float
) -> Iterator[Fragment]:
    """The runs of one text code: characters without a leap between them belong together, however wide they are set."""
    printed = usual_characters((code.text or "").strip("\r\n"))
    across, down = _deltas(code.get("DeltaX"), len(printed)), _deltas(code.get("DeltaY"), len(printed))
    a, b, c, d, e, f = matrix
    x, y = at
    run, start, end = "", at, x
    for i, char in enumerate((*printed, "")):
        if run and (not char or abs(y - start[1]) > 0.3 * size or x - end > 0.8 * size):
            left, base = corner[0] + a * start[0] + c * start[1] + e, corner[1] + b * start[0] + d * start[1] + f
            right = corner[0] + a * end + c * y + e
            yield Fragment(run, left, base - 0.85 * d * size, right, base + 0.15 * d * size, d * size)
            run = ""
        start = start if run else (x, y)
        run += char
        end = x + size * (1.0 if char and unicodedata.east_asian_width(char) in "WFA" else 0.5)
        x += across[i] if i < len(across) else 0.0 if down else end - x
        y += down[i] if i < len(down) else 0.0


def _deltas(text: str | None, count: int) -> Sequence[float]:
    """Distances between characters; ``g 3 4.2`` stands for three times 4.2."""
    deltas: list[float] = []
    parts = iter((text or "").split())
    for part in parts:
        if part == "g":
            times, step = int(next(parts, "0")), float(next(parts, "0"))
            deltas.extend([step] * min(max(times, 0), count, _MAX_RUN))
        else:
            deltas.append(float(part))
        if len(deltas) >= count:
            break
    return deltas
