"""ZIP packages and the XML in them, read within bounds: no bombs, no entities."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING, Any, TypeAlias

from ftz_qa.errors import BulletinError

if TYPE_CHECKING:
    from pathlib import Path

Element: TypeAlias = Any
"""An element of lxml, which comes without types."""

_MAX_MEMBERS = 10_000
_MAX_UNPACKED = 300 * 1024 * 1024
_MAX_XML = 30 * 1024 * 1024
_MB = 1024 * 1024
# A declaration in UTF-16 has a NUL beside each letter.
_DECLARATION = re.compile(rb"<\x00?!\x00?(?:D\x00?O\x00?C\x00?T\x00?Y\x00?P\x00?E|E\x00?N\x00?T\x00?I\x00?T\x00?Y)")


def open_package(path: Path, data: bytes) -> zipfile.ZipFile:
    """A ZIP file that is known to unpack to a sane size and to hold no XML with entities.

    Raises
    ------
    BulletinError
        It unpacks to too much, has too many members, is encrypted, or its XML declares a document type or entities.
    zipfile.BadZipFile
        It is damaged.
    """
    package = zipfile.ZipFile(io.BytesIO(data))
    members = package.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > _MAX_MEMBERS or unpacked > _MAX_UNPACKED:
        raise BulletinError(
            f"{path}：压缩包解开后有 {len(members)} 个文件、{unpacked / _MB:.0f} MB，超过 {_MAX_MEMBERS} 个、"
            f"{_MAX_UNPACKED // _MB} MB 的上限，可能是压缩炸弹。请确认文件来源，或只保留文字后另存"
        )
    for member in members:
        if member.flag_bits & 1:
            raise BulletinError(f"{path}：压缩包已加密。请去掉密码后另存一份再试")
        if member.filename.lower().endswith((".xml", ".rels")):
            _check_xml(path, package, member)
    return package


def _check_xml(path: Path, package: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    if member.file_size > _MAX_XML:
        raise BulletinError(
            f"{path}：其中的 {member.filename} 解开后有 {member.file_size / _MB:.0f} MB，"
            f"超过 {_MAX_XML // _MB} MB 上限，可能是压缩炸弹。请确认文件来源，或只保留文字后另存"
        )
    # zipfile unpacks no more than the size that was just checked.
    if _DECLARATION.search(package.read(member)):
        raise BulletinError(
            f"{path}：其中的 {member.filename} 含有 DTD 或实体声明，正常的文件没有这种内容，出于安全不予读取。"
            "请确认文件来源，或用办公软件另存后重试"
        )


def parse_xml(data: bytes) -> Element:
    """The root element of an XML document, with nothing fetched and no entity expanded.

    Raises
    ------
    lxml.etree.XMLSyntaxError
        It is not well-formed, or nested or large beyond reason.
    """
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(data, parser)
