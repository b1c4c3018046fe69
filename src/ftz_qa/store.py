"""Immutable builds on disk: files with checksums in a folder of their own, published by one rename."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ftz_qa.errors import IndexDamagedError, IndexMissingError

if TYPE_CHECKING:
    from collections.abc import Callable

SCHEMA = 1
"""Raised whenever the files of a build change their meaning."""

_BUILDS = "builds"
_CURRENT = "current"
_MANIFEST = "manifest.json"
_BUILD_ID = re.compile(r"[0-9A-Za-z-]{1,80}")
_REBUILD = "请运行 ftz-qa index issues 重建（另有索引目录时加 --index-dir）"


class Manifest(BaseModel):
    """What a build says of itself.

    Attributes
    ----------
    model
        Identity of the embedding model; question vectors of another model mean nothing here.
    dimension
        Length of its vectors.
    checksums
        SHA-256 of every other file of the build, by its path relative to the build.
    """

    model_config = ConfigDict(frozen=True)

    format: Literal["ftz_qa index"] = "ftz_qa index"
    schema_version: int
    created: dt.datetime
    model: str
    dimension: int
    issue_count: int
    passage_count: int
    unit_count: int
    checksums: dict[str, str]


def publish(index_dir: Path, manifest: Manifest, write: Callable[[Path], None]) -> str:
    """Write a new build and make it the current one; until the very last step readers see the old one.

    Parameters
    ----------
    manifest
        Everything but the checksums, which are taken here.
    write
        Puts the files of the build into the folder that it is given.

    Returns
    -------
    str
        The new build's id.

    Raises
    ------
    OSError
        The disk is full or not writable. Nothing is published and nothing is left behind.
    """
    builds = index_dir / _BUILDS
    builds.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=builds))
    try:
        write(staging)
        checksums = {path.relative_to(staging).as_posix(): _checksum(path) for path in _files(staging)}
        manifest = manifest.model_copy(update={"checksums": checksums})
        text = manifest.model_dump_json(indent=1)
        (staging / _MANIFEST).write_text(text, encoding="utf-8")
        for path in _files(staging):
            _flush(path)
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        build_id = f"{manifest.created:%Y%m%dT%H%M%S%f}-{digest}"
        staging.chmod(0o755)  # mkdtemp's 0700 would shut out a page that another user runs
        staging.replace(builds / build_id)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    try:
        _point_to(index_dir, build_id)
    except BaseException:
        shutil.rmtree(builds / build_id, ignore_errors=True)
        raise
    return build_id


def _point_to(index_dir: Path, build_id: str) -> None:
    pointer = index_dir / f".{_CURRENT}-{os.getpid()}"
    try:
        pointer.write_text(build_id + "\n", encoding="ascii")
        _flush(pointer)
        pointer.replace(index_dir / _CURRENT)
    finally:
        pointer.unlink(missing_ok=True)


def current_build(index_dir: Path) -> str:
    """The id of the published build.

    Raises
    ------
    IndexMissingError
        Nothing has been published in this folder.
    """
    pointer = index_dir / _CURRENT
    try:
        return pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise IndexMissingError(f"{index_dir} 中还没有索引。请先运行 ftz-qa index issues 建立索引") from None
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamagedError(f"无法读取索引指针 {pointer}（{error}）。{_REBUILD}") from error


def open_build(index_dir: Path) -> tuple[str, Path, Manifest]:
    """Check the published build file by file and return its id, folder and manifest.

    Raises
    ------
    IndexMissingError
        Nothing has been published.
    IndexDamagedError
        A file is missing, altered or of another schema; the message names it and the command that mends it.
    """
    build_id = current_build(index_dir)
    builds = index_dir / _BUILDS
    folder = builds / build_id
    if not _BUILD_ID.fullmatch(build_id) or not folder.is_dir():
        raise IndexDamagedError(f"索引指针 {index_dir / _CURRENT} 指向不存在的版本“{build_id[:80]}”。{_REBUILD}")
    manifest = _read_manifest(folder / _MANIFEST)
    for name, expected in manifest.checksums.items():
        path = folder / name
        try:
            actual = _checksum(path)
        except OSError as error:
            raise IndexDamagedError(f"索引文件 {path} 无法读取（{error.strerror}）。{_REBUILD}") from error
        if actual != expected:
            raise IndexDamagedError(f"索引文件 {path} 已损坏（校验值不符）。{_REBUILD}")
    return build_id, folder, manifest


def _read_manifest(path: Path) -> Manifest:
    try:
        manifest = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise IndexDamagedError(f"索引清单 {path} 无法读取（{error.strerror}）。{_REBUILD}") from error
    except ValidationError as error:
        raise IndexDamagedError(f"{path} 不是 ftz_qa 的索引清单（{error.error_count()} 处不符）。{_REBUILD}") from error
    if manifest.schema_version != SCHEMA:
        raise IndexDamagedError(f"{path} 的格式版本是 {manifest.schema_version}，本程序需要 {SCHEMA}。{_REBUILD}")
    return manifest


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
