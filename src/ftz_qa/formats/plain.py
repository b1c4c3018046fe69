"""Plain text, whatever its encoding."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError
from ftz_qa.formats.sniffing import RICH_KINDS, is_html, sniff

if TYPE_CHECKING:
    from pathlib import Path

_RESAVE = "请另存为 UTF-8 编码的纯文本（.txt）后重试"
# UTF-32 first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_USUAL = re.compile(r"[\x00-\x7f\u00a0-\u00ff\u0370-\u04ff\u2000-\u27bf\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+")


def read_plain(path: Path, data: bytes) -> str:
    """The characters of a text file.

    UTF-8 (with or without a byte order mark), UTF-16 and UTF-32 with one, and GBK/GB18030 are told apart.

    Raises
    ------
    BulletinError
        The file is of another format or not text. The message names the line where there is one.
    """
    kind = sniff(data)
    if kind in RICH_KINDS:
        name, suffix = RICH_KINDS[kind]
        remedy = f"如果确是这种文件，请把后缀改为 {suffix}；否则" if suffix else ""
        raise BulletinError(f"{path}：内容其实是{name}，应为纯文本。{remedy}{_RESAVE}")
    text = decode(path, data)
    if is_html(text):
        raise BulletinError(
            f"{path}：第 1 行起是网页代码（HTML），应为纯文本。请把后缀改为 .html，或只复制网页中的文字，{_RESAVE}"
        )
    return text


def decode(path: Path, data: bytes) -> str:
    """Characters in the encoding that the bytes turn out to have.

    Raises
    ------
    BulletinError
        They are no text in any known encoding.
    """
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
