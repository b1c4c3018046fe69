"""What a build says of itself, and whether its files still are what it says."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ftz_qa.errors import IndexDamagedError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

SCHEMA = 1
"""Raised whenever the files of a build change their meaning."""
MANIFEST = "manifest.json"
"""The file of a build that speaks of the others."""
REBUILD = "请运行 ftz-qa index issues 重建（另有索引目录时加 --index-dir）"
"""The end of every message about damage."""


class Manifest(BaseModel):
    """What a build says of itself.

    Attributes
    ----------
    created
        By the clock of the machine, which may be wrong; the order of builds is that of `sequence`.
    sequence
        One more than that of every build there was; 0 for builds made before there were sequence numbers.
    model
        Identity of the embedding model; question vectors of another model mean nothing here.
    dimension
        Length of its vectors.
    article_count
        None where the build was made before this was counted.
    checksums
        SHA-256 of every other file of the build, by its path relative to the build.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal["ftz_qa index"] = "ftz_qa index"
    schema_version: int
    created: dt.datetime
    sequence: int = 0
    model: str
    dimension: int
    issue_count: int
    article_count: int | None = None
    passage_count: int
    unit_count: int
    checksums: dict[str, str]


def file_problems(folder: Path, manifest: Manifest, only: Collection[str] | None = None) -> Iterator[str]:
    """Every file that the manifest lists and that is not what it was, with what is wrong with it."""
    for name, expected in manifest.checksums.items():
        if only is not None and name not in only:
            continue
        path = folder / name
        try:
            actual = checksum(path)
        except OSError as error:
            yield f"索引文件 {path} 无法读取（{error.strerror}）"
            continue
        if actual != expected:
            yield f"索引文件 {path} 已损坏（校验值不符）"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a build.

    Raises
    ------
    IndexDamagedError
        It is missing, no manifest or of another schema.
    """
    path = folder / MANIFEST
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise IndexDamagedError(f"索引清单 {path} 无法读取（{error.strerror}）。{REBUILD}") from error
    except ValidationError as error:
        raise IndexDamagedError(f"{path} 不是 ftz_qa 的索引清单（{error.error_count()} 处不符）。{REBUILD}") from error
    if manifest.schema_version != SCHEMA:
        raise IndexDamagedError(f"{path} 的格式版本是 {manifest.schema_version}，本程序需要 {SCHEMA}。{REBUILD}")
    return manifest


def manifest_digest(folder: Path) -> str:
    """What the id of a build ends with: so the manifest itself cannot be altered unnoticed."""
    return checksum(folder / MANIFEST)[:8]


def files_of(folder: Path) -> list[Path]:
    """All files below a folder, in the order of their paths."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
