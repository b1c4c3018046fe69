"""Immutable builds on disk: files with checksums in a folder of their own, published by one rename."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ftz_qa.errors import IndexDamagedError, IndexMissingError
from ftz_qa.manifest import MANIFEST, REBUILD, checksum, file_problems, files_of, manifest_digest, read_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from ftz_qa.manifest import Manifest

_BUILDS = "builds"
_CURRENT = "current"
_STAGING = ".staging-"  # a build that is being written
_TRASH = ".trash-"  # a build that is being deleted
_PUBLISHING = ".publishing-"  # the pointer to a build that has never been the current one
_POINTING = ".pointing-"  # the pointer to a build that was published before
_BUILD_ID = re.compile(r"[0-9A-Za-z-]{1,80}")
_SEQUENCE = re.compile(r"(\d{6,})-.+")


def publish(index_dir: Path, manifest: Manifest, write: Callable[[Path], None]) -> str:
    """Write a new build and make it the current one; until the very last step readers see the old one.

    Parameters
    ----------
    manifest
        Everything but sequence and checksums, which are filled in here.
    write
        Puts the files of the build into the folder that it is given.

    Returns
    -------
    str
        The new build's id; ids sort in the order of publication.

    Raises
    ------
    OSError
        The disk is full or not writable. Nothing is published and nothing is left behind.
    """
    builds = index_dir / _BUILDS
    builds.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=builds))
    pointer = index_dir / staging.name.replace(_STAGING, _PUBLISHING)
    target = staging
    try:
        write(staging)
        build_id = _seal(staging, manifest, build_ids(index_dir))
        # Written before the build gets its name: as long as it is there, the build has never been the current one.
        _write_pointer(pointer, build_id)
        target = builds / build_id
        staging.replace(target)
        _sync_folder(builds)
        pointer.replace(index_dir / _CURRENT)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        if pointer.exists():  # else it has become the current one, whatever was raised after that
            shutil.rmtree(target, ignore_errors=True)
            pointer.unlink(missing_ok=True)
        raise
    _sync_folder(index_dir)
    return build_id


def _seal(folder: Path, manifest: Manifest, earlier: list[str]) -> str:
    """Write the manifest, bring everything onto the disk, and return the id that the build is to have."""
    checksums = {path.relative_to(folder).as_posix(): checksum(path) for path in files_of(folder)}
    sequence = max(map(sequence_of, earlier), default=0) + 1
    manifest = manifest.model_copy(update={"checksums": checksums, "sequence": sequence})
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    for path in files_of(folder):
        _flush(path)
    for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
        _sync_folder(path)
    folder.chmod(0o755)  # mkdtemp's 0700 would shut out a page that another user runs
    return f"{sequence:06d}-{manifest.created:%Y%m%dT%H%M%S}-{manifest_digest(folder)}"


def point_to(index_dir: Path, build_id: str) -> None:
    """Make a build that is there the current one.

    Raises
    ------
    OSError
        The pointer cannot be written; it points to where it did.
    """
    pointer = index_dir / f"{_POINTING}{os.getpid()}"
    try:
        _write_pointer(pointer, build_id)
        pointer.replace(index_dir / _CURRENT)
    finally:
        pointer.unlink(missing_ok=True)
    _sync_folder(index_dir)


def _write_pointer(pointer: Path, build_id: str) -> None:
    pointer.write_text(build_id + "\n", encoding="ascii")
    _flush(pointer)


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
        raise IndexDamagedError(f"无法读取索引指针 {pointer}（{error}）。{REBUILD}") from error


def build_ids(index_dir: Path) -> list[str]:
    """The ids of all builds that are there, oldest first, whether they are whole or not."""
    try:
        names = [path.name for path in (index_dir / _BUILDS).iterdir() if path.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted((name for name in names if _BUILD_ID.fullmatch(name)), key=lambda name: (sequence_of(name), name))


def sequence_of(build_id: str) -> int:
    """The sequence number in a build's id; 0 where it has none."""
    match = _SEQUENCE.fullmatch(build_id)
    return int(match.group(1)) if match else 0


def build_folder(index_dir: Path, build_id: str) -> Path:
    """The folder of a build.

    Raises
    ------
    IndexDamagedError
        There is none of this id.
    """
    folder = index_dir / _BUILDS / build_id
    if not _BUILD_ID.fullmatch(build_id) or not folder.is_dir():
        raise IndexDamagedError(f"{index_dir} 中没有版本“{build_id[:80]}”。{REBUILD}")
    return folder


def open_build(
    index_dir: Path, build_id: str | None = None, only: Collection[str] | None = None
) -> tuple[str, Path, Manifest]:
    """Check a build file by file and return its id, folder and manifest.

    Parameters
    ----------
    build_id
        None takes the published one.
    only
        Check these files and no others; None checks all.

    Raises
    ------
    IndexMissingError
        Nothing has been published.
    IndexDamagedError
        A file is missing, altered or of another schema; the message names it and the command that mends it.
    """
    if build_id is None:
        build_id = current_build(index_dir)
        if not _BUILD_ID.fullmatch(build_id) or not (index_dir / _BUILDS / build_id).is_dir():
            raise IndexDamagedError(f"索引指针 {index_dir / _CURRENT} 指向不存在的版本“{build_id[:80]}”。{REBUILD}")
    folder = build_folder(index_dir, build_id)
    manifest = read_manifest(folder)
    for problem in file_problems(folder, manifest, only):
        raise IndexDamagedError(f"{problem}。{REBUILD}")
    return build_id, folder, manifest


def remove_build(index_dir: Path, build_id: str) -> None:
    """Delete a build; one that is the current one must not be given. A crash on the way leaves no half of it."""
    folder = build_folder(index_dir, build_id)
    trash = folder.with_name(_TRASH + build_id)
    folder.replace(trash)
    shutil.rmtree(trash)


def clear_leftovers(index_dir: Path) -> list[str]:
    """Remove what interrupted writers left behind, and return its names; only for who holds the writers' lock.

    A build that was complete but never became the current one is removed as well: nobody has ever seen it.
    """
    removed = []
    for pointer in sorted(index_dir.glob(f"{_PUBLISHING}*")):
        removed += _withdraw(index_dir, pointer)
    builds = index_dir / _BUILDS
    for folder in sorted([*builds.glob(f"{_STAGING}*"), *builds.glob(f"{_TRASH}*")]):
        shutil.rmtree(folder)
        removed.append(folder.name)
    for pointer in sorted(index_dir.glob(f"{_POINTING}*")):
        pointer.unlink()
        removed.append(pointer.name)
    return removed


def _withdraw(index_dir: Path, pointer: Path) -> list[str]:
    """Remove the build that a pointer left behind names, and then the pointer."""
    build_id = pointer.read_bytes().decode("ascii", errors="replace").strip()
    removed = [pointer.name]
    try:
        is_current = current_build(index_dir) == build_id
    except IndexMissingError:
        is_current = False
    except IndexDamagedError:
        return []
    if not is_current and build_id in build_ids(index_dir):
        remove_build(index_dir, build_id)
        removed.append(build_id)
    pointer.unlink()
    return removed


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk; not every system or file system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)
