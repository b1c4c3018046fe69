"""What a file is by its first bytes, whatever its name says."""

from __future__ import annotations

import io
import re
import zipfile

RICH_KINDS: dict[str, tuple[str, str]] = {
    "pdf": (" PDF 文件", ".pdf"),
    "docx": ("压缩的 Office 文件（Word 文档）", ".docx"),
    "ofd": ("版式文件（OFD）", ".ofd"),
    "zip": ("压缩包或 Office 文件（xlsx、pptx 等）", ""),
    "ole": ("旧版 Office 文件（doc、wps、xls 等）", ".doc"),
    "rtf": (" RTF 文件", ".doc"),
    "picture": ("图片", ".png 或 .jpg"),
    "archive": ("压缩包", ""),
}
"""Kinds that are no text: what staff call them, and the suffix that they should have; empty where unreadable."""

_MAGIC = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\xd0\xcf\x11\xe0", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "archive"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b\x08", "archive"),
)
_HTML_START = re.compile(r"\s{0,200}<(?:!doctype|html|head|body|\?xml|div|table|script|meta)\b", re.IGNORECASE)
_HTML_TAG = re.compile(r"</(?:p|div|td|tr|span|a|li|body|html)>|<br\s?/?>", re.IGNORECASE)
_HTML_BYTES = re.compile(
    rb"\s{0,200}<(?:!doctype\s+html|html|head|body|!--|meta|\?xml[^>]{0,200}>\s*<!doctype)", re.IGNORECASE
)
_PDF = re.compile(rb"[\x00-\x20\xef\xbb\xbf]{0,1024}%PDF")


def sniff(data: bytes) -> str:
    """``html``, one of `RICH_KINDS`, or an empty string for what may be text."""
    if _PDF.match(data):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_zip(data)
    kind = next((kind for magic, kind in _MAGIC if data.startswith(magic)), "")
    return kind or ("html" if _HTML_BYTES.match(data.removeprefix(b"\xef\xbb\xbf")) else "")


def is_html(text: str) -> bool:
    """Whether text is the source of a web page."""
    head = text[:20_000]
    return _HTML_START.match(head) is not None or len(_HTML_TAG.findall(head)) >= 3


def is_encrypted_office(data: bytes) -> bool:
    """Whether an OLE file is the wrapping of an Office file with a password."""
    return "EncryptedPackage".encode("utf-16-le") in data


def _kind_of_zip(data: bytes) -> str:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "zip"
    if "OFD.xml" in names:
        return "ofd"
    return "docx" if any(name.startswith("word/") for name in names) else "zip"
