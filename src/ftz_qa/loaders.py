"""File formats to text: which files are bulletins, and their characters whatever the encoding."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError, InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SUFFIXES = (".txt", ".md")
"""Endings of the files that can be read."""
MAX_BYTES = 20 * 1024 * 1024
"""Largest file that is read; a bulletin has some 30 kB."""

_RESAVE = "请另存为 UTF-8 编码的纯文本（.txt）后重试"
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (
    (b"%PDF", "PDF 文件"),
    (b"PK\x03\x04", "压缩包或 Office 文件（docx、xlsx 等）"),
    (b"\xd0\xcf\x11\xe0", "旧版 Office 文件（doc、xls 等）"),
    (b"{\\rtf", "RTF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
)
_HTML_START = re.compile(r"\s{0,200}<(?:!doctype|html|head|body|\?xml|div|table|script|meta)\b", re.IGNORECASE)
_HTML_TAG = re.compile(r"</(?:p|div|td|tr|span|a|li|body|html)>|<br\s?/?>", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_USUAL = re.compile(r"[\x00-\x7f\u00a0-\u00ff\u0370-\u04ff\u2000-\u27bf\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


def load_text(path: Path) -> str:
    r"""The characters of a ``.txt`` or ``.md`` file, with line feeds as the only line ends.

    UTF-8 (with or without a byte order mark), UTF-16 and UTF-32 with one, and GBK/GB18030 are told apart.

    Raises
    ------
    BulletinError
        The file is missing, unreadable, empty, larger than `MAX_BYTES`, of another format or not text. The message
        names the file, the line where there is one, what was expected and what to do.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BulletinError(f"{path}：不支持“{path.suffix or '无后缀'}”文件，应为 {'、'.join(SUFFIXES)}。{_RESAVE}")
    text = _decode(path, _read(path))
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip("\ufeff \t\n\u3000"):
        raise BulletinError(f"{path}：文件是空的，应为一期动态的全文。请检查导出是否成功")
    if _is_html(text):
        raise BulletinError(f"{path}：第 1 行起是网页代码（HTML），应为纯文本。请只复制网页中的文字，{_RESAVE}")
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


def _read(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise BulletinError(
                f"{path}：文件有 {size / 1024 / 1024:.1f} MB，超过 {MAX_BYTES // 1024 // 1024} MB 上限。"
                "一期动态通常只有几十 KB，请检查是否选错了文件"
            )
        return path.read_bytes()
    except FileNotFoundError as error:
        raise BulletinError(f"找不到文件 {path}。请检查文件名是否写对") from error
    except IsADirectoryError as error:
        raise BulletinError(f"{path} 是文件夹，应为一个文件。请给出其中的 .txt 或 .md 文件") from error
    except OSError as error:
        raise BulletinError(f"{path}：文件不能读取（{error.strerror}）。请检查权限和磁盘") from error


def _decode(path: Path, data: bytes) -> str:
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            raise BulletinError(f"{path}：内容其实是{kind}，应为纯文本。{_RESAVE}")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    if encoding is None and b"\0" in data:
        raise _not_text(path, data, data.index(b"\0"), "有二进制内容（NUL 字节）")
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise _not_text(path, data, error.start, f"与文件开头标明的编码（{encoding}）不符") from error
        text = _decode_national(path, data, error)
    if control := _CONTROL.search(text):
        many = len(_CONTROL.findall(text)) * 100 > len(text)
        if many or control.group() == "\0":
            line = text.count("\n", 0, control.start()) + 1
            raise BulletinError(f"{path}：第 {line} 行有控制字符，不是文本，应为纯文本。{_RESAVE}")
    return text


def _decode_national(path: Path, data: bytes, failure: UnicodeDecodeError) -> str:
    """GB18030 accepts most byte strings, so what it gives has to look like text as well."""
    damaged = data.decode("utf-8", errors="replace")
    if damaged.count("\ufffd") * 10 < sum(char > "\x7f" for char in damaged):
        raise _not_text(path, data, failure.start, "有损坏的 UTF-8 字节") from failure
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        raise _not_text(path, data, error.start, "既不是 UTF-8 也不是 GBK/GB18030 编码") from error
    if sum(map(len, _USUAL.findall(text))) < 0.9 * len(text):
        raise _not_text(path, data, failure.start, "既不是 UTF-8 也不是 GBK/GB18030 编码")
    return text


def _not_text(path: Path, data: bytes, position: int, problem: str) -> BulletinError:
    line = data.count(b"\n", 0, position) + 1
    return BulletinError(f"{path}：第 {line} 行（第 {position + 1} 字节）{problem}，应为纯文本。{_RESAVE}")


def _is_html(text: str) -> bool:
    head = text[:20_000]
    return _HTML_START.match(head) is not None or len(_HTML_TAG.findall(head)) >= 3
