"""The folder of the bulletin files, as the page changes it: nothing in it is ever overwritten or deleted.

A file that is no longer meant to be read goes to the hidden folder `RETIRED`, which indexing passes over.
"""

from __future__ import annotations

import datetime as dt
import filecmp
import re
import secrets
import shutil
import unicodedata
from contextlib import ExitStack, contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ftz_qa.changes import issue_key
from ftz_qa.errors import BulletinError, IndexWriteError
from ftz_qa.intake import read_files
from ftz_qa.loaders import SUFFIXES, bulletin_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    from ftz_qa.changes import IssueKey

RETIRED = ".retired"
MAX_STEM_BYTES = 180
_UNSAFE = re.compile(r"[^\w\-.()（）《》【】〔〕、，· ]+")
_FALLBACK = "通报"


def safe_name(given: str) -> str:
    """A name for a file that somebody else has named: one plain component, never hidden, with a known ending.

    Raises
    ------
    BulletinError
        Files with such an ending cannot be read.
    """
    base = PurePosixPath(given.replace("\\", "/")).name
    stem, dot, ending = unicodedata.normalize("NFC", base.encode("utf-8", "replace").decode("utf-8")).rpartition(".")
    suffix = f"{dot}{ending}".lower()
    if suffix not in SUFFIXES:
        raise BulletinError(f"{base}：不支持这种文件，应为 {'、'.join(SUFFIXES)}。请另存为 .docx 或 .txt 后重试")
    stem = _UNSAFE.sub("_", stem).strip(" .~")
    stem = stem.encode("utf-8")[:MAX_STEM_BYTES].decode("utf-8", "ignore").strip(" .")
    if not stem or stem.upper() == "README":  # which folders keep for other purposes
        stem = f"{_FALLBACK}{stem}"
    return stem + suffix


def numbered(name: str) -> Iterator[str]:
    """The name, and then the same with 2, 3, … behind the stem."""
    yield name
    stem, dot, ending = name.rpartition(".")
    number = 2
    while True:
        yield f"{stem}-{number}{dot}{ending}"
        number += 1


class IssueFolder:
    """The folder in which bulletin files are kept.

    Parameters
    ----------
    path
        Made when the first file comes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def name_for(self, file: Path, taken: Collection[str]) -> str:
        """The name that a new file gets in the folder.

        That is its own, unless a file of another issue has it already.

        Parameters
        ----------
        taken
            Names that are given away already.
        """
        return next(name for name in numbered(file.name) if name not in taken and self._is_free(name, file))

    def _is_free(self, name: str, file: Path) -> bool:
        there = self.path / name
        if not there.exists():
            return True
        if not there.is_file():
            return False
        key = _key(file)
        return filecmp.cmp(there, file, shallow=False) or (key is not None and key == _key(there))

    def files_of(self, key: IssueKey, source: str) -> list[Path]:
        """The files of this name that hold the issue; none where they were kept elsewhere."""
        if not self.path.is_dir():
            return []
        return [file for file in bulletin_files([self.path]) if file.name == source and _key(file) == key]

    @contextmanager
    def changing(self, incoming: Sequence[Path], outdated: Iterable[Path]) -> Iterator[list[Path]]:
        """Copy files into the folder, under the names they have, and retire outdated ones.

        Where the context is left by an exception, the folder is what it was. The context's value are the copies.

        Raises
        ------
        IndexWriteError
            The folder cannot be written.
        """
        with ExitStack() as undo:
            try:
                copies = self._change(incoming, outdated, undo)
            except OSError as error:
                raise IndexWriteError(
                    f"通报目录 {self.path} 写入失败（{error.strerror or error}），没有改动。请检查磁盘空间和权限后重试"
                ) from error
            yield copies
            undo.pop_all()

    def _change(self, incoming: Sequence[Path], outdated: Iterable[Path], undo: ExitStack) -> list[Path]:
        self.path.mkdir(parents=True, exist_ok=True)
        copies = [self.path / file.name for file in incoming]
        same = {copy for copy, file in zip(copies, incoming, strict=True) if _is_copy(copy, file)}
        for old in {*outdated, *(copy for copy in copies if copy.exists())} - same:
            self._retire(old, undo)
        for copy, file in zip(copies, incoming, strict=True):
            if copy not in same:
                self._copy(file, copy, undo)
        return copies

    def _retire(self, file: Path, undo: ExitStack) -> None:
        retired = self.path / RETIRED
        retired.mkdir(exist_ok=True)
        stamped = f"{dt.datetime.now():%Y%m%d-%H%M%S}-{file.name}"
        target = next(retired / name for name in numbered(stamped) if not (retired / name).exists())
        file.rename(target)
        undo.callback(target.rename, file)

    def _copy(self, file: Path, target: Path, undo: ExitStack) -> None:
        """Whole or not at all, and never over another file."""
        part = self.path / f".incoming-{secrets.token_hex(8)}"
        try:
            shutil.copyfile(file, part)
            target.open("xb").close()
            undo.callback(target.unlink, missing_ok=True)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def _is_copy(there: Path, file: Path) -> bool:
    return there.is_file() and filecmp.cmp(there, file, shallow=False)


def _key(file: Path) -> IssueKey | None:
    """Which issue a file holds; None where it cannot be read."""
    issues = read_files([file]).issues
    return issue_key(issues[0]) if issues else None
