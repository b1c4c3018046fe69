"""Files and folders to issues: what cannot be read is told and never stops the rest."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ftz_qa.changes import Failure, issue_key
from ftz_qa.errors import BulletinError, FtzQaError, InputError
from ftz_qa.issues import read_issue
from ftz_qa.loaders import bulletin_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.changes import IssueKey
    from ftz_qa.types import Issue

Preference = Literal["newest"]
"""Which of two files of one issue counts: ``newest`` is the one that was modified last."""

_ATTEMPTS = 2
# What libraries raise over damaged files, beside the errors that they document.
_DAMAGE = (OSError, EOFError, ValueError, TypeError, AttributeError, LookupError, RuntimeError, ArithmeticError)


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read.

    Attributes
    ----------
    issues
        One for each series and number, in the order of the files.
    failures
        Files and folders that could not be read.
    warnings
        Which file was taken where several were of one issue, in Chinese.
    """

    issues: tuple[Issue, ...]
    failures: tuple[Failure, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    issue: Issue
    path: Path
    modified: int


def read_files(
    paths: Sequence[Path],
    prefer: Preference | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Intake:
    """Read bulletin files and folders of them.

    Parameters
    ----------
    prefer
        Which file counts where two claim the same issue with different text; None makes that an error.
    progress
        Told ``读取``, how many files are read and how many there are.

    Raises
    ------
    InputError
        Two files claim the same issue with different text; the message names both. Or there is no file at all.
    """
    files, failures = _find(paths)
    if not files and not failures:
        raise InputError(f"{'、'.join(str(path) for path in paths)} 中没有可读取的通报文件")
    found: dict[IssueKey, _Read] = {}
    warnings: list[str] = []
    for done, path in enumerate(files, start=1):
        try:
            read = _read_steadily(path)
        except FtzQaError as error:
            failures.append(Failure(path, str(error)))
        else:
            other = found.get(issue_key(read.issue))
            if other is not None and other.issue.articles != read.issue.articles:
                read = _choose(other, read, prefer, warnings)
            found[issue_key(read.issue)] = read
        if progress is not None:
            progress("读取", done, len(files))
    return Intake(tuple(read.issue for read in found.values()), tuple(failures), tuple(warnings))


def _choose(first: _Read, second: _Read, prefer: Preference | None, warnings: list[str]) -> _Read:
    issue = first.issue
    name = f"《{issue.series}》第{issue.number}期" if issue.number is not None else f"《{issue.series}》{issue.source}"
    if prefer is None:
        raise InputError(
            f"{first.path} 与 {second.path} 都是{name}，但内容不同。请只保留其中一个，"
            "或加 --prefer newest 采用修改时间较新的，再重新运行"
        )
    old, new = sorted((first, second), key=lambda read: read.modified)
    warnings.append(f"{old.path} 与 {new.path} 都是{name}，内容不同，已采用修改时间较新的 {new.path}")
    return new


def _find(paths: Sequence[Path]) -> tuple[list[Path], list[Failure]]:
    found: dict[Path, Path] = {}
    failures: list[Failure] = []
    for path in paths:
        try:
            for file in bulletin_files([path]):
                found.setdefault(file.resolve(), file)
            failures.extend(_unreadable_folders(path))
        except InputError as error:
            failures.append(Failure(path, str(error)))
        except OSError as error:
            failures.append(Failure(path, f"{path}：不能读取（{error.strerror}）。请检查权限和磁盘"))
    return list(found.values()), failures


def _unreadable_folders(path: Path) -> Iterator[Failure]:
    """Folders that the search for files passes over in silence."""
    errors: list[OSError] = []
    for _, folders, _ in os.walk(path, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
    for error in errors:
        if not isinstance(error, NotADirectoryError):
            yield Failure(Path(error.filename), f"{error.filename}：文件夹不能读取（{error.strerror}）。请检查权限")


def _read_steadily(path: Path) -> _Read:
    """Read a file that does not change meanwhile; one that does gets a second chance."""
    for _ in range(_ATTEMPTS):
        before = fingerprint(path)
        failure: FtzQaError | None = None
        try:
            issue = read_issue(path)
        except FtzQaError as error:
            failure = error
        except _DAMAGE as error:
            failure = BulletinError(f"{path}：不能读取（{type(error).__name__}：{error}）。请检查文件是否完整")
        if fingerprint(path) == before:
            if failure is not None:
                raise failure
            return _Read(issue, path, before[1] if before else 0)
    raise BulletinError(f"{path}：读取时文件一直在变化。请等它写完再重新运行")


def fingerprint(path: Path) -> tuple[int, int, int] | None:
    """Size, time of change in ns and number of a file: other ones mean another content. None: there is no such file."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns, stat.st_ino
