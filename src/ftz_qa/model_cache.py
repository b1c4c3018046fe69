"""Model files made on first use: written in one step, checked by checksum ever after."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MANIFEST = "manifest.json"
_STALE_SECONDS = 3600.0


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def bytes_sha256(content: bytes) -> str:
    """SHA-256 of bytes, in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def is_intact(folder: Path) -> bool:
    """Whether a model folder holds all its files, unaltered."""
    try:
        expected = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        return bool(expected) and all(file_sha256(folder / name) == digest for name, digest in expected.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def make_folder(folder: Path, contents: Callable[[], Mapping[str, bytes]]) -> None:
    """Make the folder in one step: write beside it, then rename. Another process that does the same does no harm.

    Parameters
    ----------
    folder
        Replaced if it is there but damaged.
    contents
        Gives the files by name; called once.

    Raises
    ------
    OSError
        It cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _write_files(contents(), work / "new")
        if not is_intact(folder):
            with contextlib.suppress(FileNotFoundError):
                folder.replace(work / "damaged")
        try:
            (work / "new").replace(folder)
        except OSError:
            if not is_intact(folder):  # else another process was faster, and its files are as good
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what processes that were killed at this have left behind."""
    for left in folder.parent.glob(f".{folder.name}-*"):
        with contextlib.suppress(FileNotFoundError):  # its process may finish just now
            if time.time() - left.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _write_files(contents: Mapping[str, bytes], folder: Path) -> None:
    """Write the files and their manifest, and make sure that they are on the disk."""
    checksums = {name: bytes_sha256(content) for name, content in contents.items()}
    folder.mkdir()
    for name, content in {**contents, _MANIFEST: json.dumps(checksums, indent=1).encode()}.items():
        with (folder / name).open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
