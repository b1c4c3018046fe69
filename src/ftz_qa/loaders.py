"""File formats to text: which files are bulletins, and what is written in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIXES = (".txt", ".md", ".docx", ".pdf", ".png", ".jpg", ".jpeg", ".html", ".htm", ".ofd", ".doc", ".wps")
"""Endings of the files that can be read."""
MAX_BYTES = 20 * 1024 * 1024
"""Largest text or web page that is read; a bulletin has some 30 kB."""
MAX_DOCUMENT_BYTES = 100 * 1024 * 1024
"""Largest file of the other formats, which may hold pictures or scans."""

_TEXT = (".txt", ".md")
_WEB = (".html", ".htm")


def load_text(path: Path) -> str:
    r"""The text of a bulletin file, with line feeds as the only line ends.

    Text files keep their lines; of the other formats a paragraph is a line between blank lines, and each row of a
    table a sentence. A file whose content is of another readable format than its name says is read all the same,
    unless its name says that it is text.

    Raises
    ------
    BulletinError
        The file is missing, unreadable, empty, too large, damaged, encrypted or of no known format, or it needs a
        program that is not installed. The message names the file, what was expected and what to do.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise BulletinError(
            f"{path}：不支持“{path.suffix or '无后缀'}”文件，应为 {'、'.join(SUFFIXES)}。"
            "请用 Word 或 WPS 另存为 .docx 或纯文本（.txt）后重试"
        )
    data = _read(path, MAX_BYTES if suffix in (*_TEXT, *_WEB) else MAX_DOCUMENT_BYTES)
    text = _content(path, data) if data else ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\ufeff \t\n\u3000"):
        raise BulletinError(f"{path}：文件是空的，应为一期动态的全文。请检查导出是否成功")
    return text


def bulletin_files(paths: Iterable[Path]) -> list[Path]:
    """The files to read: those named, and those with a known ending in the folders named.

    Folders are searched to any depth, in the order of names; hidden files and ``README`` are skipped, and no file is
    given twice. A file that is named itself is kept whatever its ending, so that `load_text` can say what is wrong.

    Raises
    ------
    InputError
        A path does not exist.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if not path.exists():
            raise InputError(f"找不到 {path}。请检查路径是否写对")
        for file in _in_folder(path) if path.is_dir() else [path]:
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _in_folder(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if _is_candidate(file.relative_to(folder)) and file.is_file())


def _is_candidate(relative: Path) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in relative.parts)
    return not hidden and relative.suffix.lower() in SUFFIXES and relative.stem.upper() != "README"


def _read(path: Path, limit: int) -> bytes:
    try:
        size = path.stat().st_size
        if size > limit:
            raise BulletinError(
                f"{path}：文件有 {size / 1024 / 1024:.1f} MB，超过 {limit // 1024 // 1024} MB 上限。"
                "一期动态通常只有几十 KB，请检查是否选错了文件"
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BulletinError(f"找不到文件 {path}。请检查文件名是否写对") from error
    except IsADirectoryError as error:
        raise BulletinError(f"{path} 是文件夹，应为一个文件。请给出其中的文件") from error
    except OSError as error:
        raise BulletinError(f"{path}：文件不能读取（{error.strerror}）。请检查权限和磁盘") from error


def _content(path: Path, data: bytes) -> str:
    """By what the file is; the readers and their libraries are imported only where they are needed."""
    from ftz_qa.formats.plain import read_plain
    from ftz_qa.formats.sniffing import sniff

    suffix = path.suffix.lower()
    if suffix in _TEXT:
        return read_plain(path, data)
    return _read_kind(path, data, sniff(data) or ("html" if suffix in _WEB else ""))


def _read_kind(path: Path, data: bytes, kind: str) -> str:
    match kind:
        case "docx":
            from ftz_qa.formats.word import read_word as read
        case "pdf":
            from ftz_qa.formats.pdf import read_pdf as read
        case "picture":
            from ftz_qa.formats.ocr import read_scan as read
        case "html":
            from ftz_qa.formats.web_page import read_web_page as read
        case "ofd":
            from ftz_qa.formats.ofd import read_ofd as read
        case "ole" | "rtf":
            from ftz_qa.formats.office import read_office as read
        case _:
            raise BulletinError(
                f"{path}：内容不是“{path.suffix}”格式，文件可能已损坏或后缀写错。"
                "如果是纯文本，请把后缀改为 .txt；否则请重新导出后重试"
            )
    return read(path, data)
