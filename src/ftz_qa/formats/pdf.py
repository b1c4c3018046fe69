"""PDF to text: the text layer by pdfplumber, pages that are only pictures by OCR."""

from __future__ import annotations

import io
import logging
import re
import zlib
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError
from ftz_qa.formats.aligned_tables import with_aligned_tables
from ftz_qa.formats.characters import usual_characters
from ftz_qa.formats.damage import damage_told
from ftz_qa.formats.flow import flowing_text
from ftz_qa.formats.pdf_tables import outside, ruled_tables
from ftz_qa.formats.printed import Fragment, PrintedLine, PrintedPage, PrintedTable, assemble_lines
from ftz_qa.formats.running_heads import without_running_heads

if TYPE_CHECKING:
    from pathlib import Path

    from pdfplumber.page import Page

MAX_PAGES = 300
"""Longest PDF that is read; a bulletin has some ten pages."""

_MAX_CHARACTERS = 40_000
"""On one page; a full page of small print has some 3,000."""
_FEWEST_CHARACTERS = 8
_MAX_UNPACKED = 150 * 1024 * 1024
_MAX_PICTURES = 3 * 1024 * 1024 * 1024
_MAX_CONTENT = 8 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_PICTURE = re.compile(rb"/Subtype\s{0,5}/Image")
_FLATE = re.compile(rb"/Fl(?:ateDecode)?(?![A-Za-z])")
_CHUNK = 1024 * 1024


def read_pdf(path: Path, data: bytes) -> str:
    """The text of a PDF, without headers, footers and page numbers; sentences are joined over line and page ends.

    Pages without a text layer are read by OCR.

    Raises
    ------
    BulletinError
        The file is damaged, encrypted, too long or unpacks to too much, or a page needs OCR that is not installed.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    _check_size(path, data)
    # It warns of fonts and colours that do not matter here.
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    with damage_told(path, "PDF", PSException, MalformedPDFException, PdfminerException):
        try:
            pdf = pdfplumber.open(io.BytesIO(data))
        except PdfminerException as error:
            if error.args and isinstance(error.args[0], PDFPasswordIncorrect | PDFEncryptionError):
                raise BulletinError(f"{path}：PDF 已加密，需要密码才能打开。请去掉密码另存一份后重试") from error
            raise
        with pdf:
            if len(pdf.pages) > MAX_PAGES:
                raise BulletinError(
                    f"{path}：PDF 有 {len(pdf.pages)} 页，超过 {MAX_PAGES} 页上限。请检查是否选错了文件，或拆分后重试"
                )
            pages = [_printed_page(path, page) for page in pdf.pages]
    pictures = [number for number, page in enumerate(pages) if page is None]
    if pictures:
        from ftz_qa.formats.ocr import scanned_pages

        read = scanned_pages(path, data, pictures)
        pages = [page or next(read) for page in pages]
    return flowing_text(without_running_heads([page for page in pages if page is not None]))


def _printed_page(path: Path, page: Page) -> PrintedPage | None:
    """The lines and tables of a page; None where it is a picture without usable text."""
    from pdfminer.pdftypes import PDFStream, resolve1

    contents = [resolve1(stream) for stream in page.page_obj.contents]
    size = sum(len(stream.get_data()) for stream in contents if isinstance(stream, PDFStream))
    characters = page.chars if size <= _MAX_CONTENT else []
    if size > _MAX_CONTENT or len(characters) > _MAX_CHARACTERS:
        raise BulletinError(
            f"{path}：第 {page.page_number} 页超过 {_MAX_CHARACTERS} 字或 {_MAX_CONTENT // 1024 // 1024} MB 上限，"
            "不像一期动态。请检查文件"
        )
    characters = [char for char in characters if char["upright"] and char["size"] > 0]
    legible = [char for char in characters if not char["text"].startswith("(cid:") and char["text"].strip()]
    if (page.images and len(legible) < _FEWEST_CHARACTERS) or len(legible) < len(characters) * 0.3:
        page.close()
        return None
    fragments = _fragments(page)
    tables = ruled_tables(page, fragments)
    lines = assemble_lines(outside(fragments, tables))
    items: list[PrintedLine | PrintedTable] = [*lines, *tables]
    items.sort(key=lambda item: item.top)
    page.close()
    return with_aligned_tables(PrintedPage(float(page.width), float(page.height), tuple(items)))


def _fragments(page: Page) -> list[Fragment]:
    """The characters that stand upright on the page, each once even where bold print is faked by printing it twice."""
    fragments = []
    for char in page.dedupe_chars(tolerance=1, extra_attrs=("size",)).chars:
        text = usual_characters(char["text"])
        if text and char["upright"] and not char["text"].startswith("(cid:"):
            size = float(char["size"])
            fragments.append(Fragment(text, char["x0"], char["top"], char["x1"], char["bottom"], size))
    return fragments


def _check_size(path: Path, data: bytes) -> None:
    """Unpack all compressed streams, a piece at a time and for their size only: pdfminer would unpack a bomb whole."""
    room = {True: _MAX_PICTURES, False: _MAX_UNPACKED}
    for match in _STREAM.finditer(data):
        head = data[max(0, match.start() - 1000) : match.start()]
        head = head[head.rfind(b" obj") + 1 :]
        is_picture = _PICTURE.search(head) is not None
        limit = min(room[is_picture], _MAX_UNPACKED)
        size = _unpacked_size(data, match.end(), limit)
        room[is_picture] -= size
        if size > limit or len(_FLATE.findall(head)) > 1:
            raise BulletinError(
                f"{path}：PDF 解开后超过 {_MAX_UNPACKED // 1024 // 1024} MB 或压缩了不止一次，可能是压缩炸弹。"
                "请确认文件来源，或重新导出后重试"
            )


def _unpacked_size(data: bytes, start: int, limit: int) -> int:
    unpacker = zlib.decompressobj()
    size = 0
    piece = data[start : start + _CHUNK]
    try:
        while piece and not unpacker.eof and size <= limit:
            size += len(unpacker.decompress(piece, _CHUNK))
            start += 0 if unpacker.unconsumed_tail else _CHUNK
            piece = unpacker.unconsumed_tail or data[start : start + _CHUNK]
    except zlib.error:
        pass
    return size
