"""Flow 1: bulletin files to a published index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.errors import BulletinError, FtzQaError, IndexDamagedError, IndexMissingError, InputError
from ftz_qa.index import PassageIndex
from ftz_qa.issues import read_issue
from ftz_qa.loaders import bulletin_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ftz_qa.embedding import Embedder
    from ftz_qa.types import Issue

IssueKey = tuple[str, int | str]


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What an indexing run did.

    Attributes
    ----------
    build_id
        The published build.
    embedded_count
        Passages that were embedded anew; the others were taken over from the build before.
    warnings
        What was assumed while reading, one line each, in Chinese.
    failures
        Files that could not be read, with the reason, in Chinese. They changed nothing.
    """

    build_id: str
    issue_count: int
    article_count: int
    passage_count: int
    embedded_count: int
    warnings: tuple[str, ...]
    failures: tuple[str, ...]


def index_issues(
    paths: Sequence[Path],
    index_dir: Path,
    embedder: Embedder,
    *,
    progress: Callable[[str, int, int], None] | None = None,
) -> IndexReport:
    """Add bulletin files to the index of a folder and publish the result.

    An issue of the same series and number replaces the indexed one; all others stay. Where the folder's index is
    damaged or of another model, a new one is begun from the files alone.

    Parameters
    ----------
    paths
        Files, or folders to look through.
    progress
        Told the stage (``读取`` or ``嵌入``), how much of it is done, and how much there is.

    Raises
    ------
    InputError
        No file could be read, or two files claim the same issue with different text. The old index stays.
    """
    files = bulletin_files(paths)
    if not files:
        raise InputError(f"{'、'.join(str(path) for path in paths)} 中没有可读取的通报文件（.txt 或 .md）")
    issues, failures = _read_all(files, progress)
    if not issues:
        raise InputError("没有一个文件能作为通报读取：" + "；".join(failures))
    previous, notes = _previous_index(index_dir, embedder)
    merged: dict[IssueKey, Issue] = {_key(issue): issue for issue in previous.issues} if previous else {}
    merged.update({_key(issue): issue for issue in issues})
    embedded = 0

    def report(done: int, total: int) -> None:
        nonlocal embedded
        embedded = total
        if progress is not None:
            progress("嵌入", done, total)

    index = PassageIndex.build(list(merged.values()), embedder, previous=previous, progress=report)
    build_id = index.save(index_dir)
    return IndexReport(
        build_id=build_id,
        issue_count=len(index.issues),
        article_count=sum(len(issue.articles) for issue in index.issues),
        passage_count=len(index.passages),
        embedded_count=embedded,
        warnings=(*notes, *(f"{issue.source}：{warning}" for issue in issues for warning in issue.warnings)),
        failures=tuple(failures),
    )


def _key(issue: Issue) -> IssueKey:
    """Series and number; an issue without a number is known by its file."""
    return (issue.series, issue.number if issue.number is not None else issue.source)


def _read_all(files: Sequence[Path], progress: Callable[[str, int, int], None] | None) -> tuple[list[Issue], list[str]]:
    read: dict[IssueKey, tuple[Issue, Path]] = {}
    failures: list[str] = []
    for done, path in enumerate(files, start=1):
        try:
            issue = read_issue(path)
        except BulletinError as error:
            failures.append(str(error))
        else:
            other = read.get(_key(issue))
            if other is not None and other[0].articles != issue.articles:
                name = f"{issue.series}第{issue.number}期"
                raise InputError(f"{other[1]} 与 {path} 都是{name}，但内容不同。请只保留其中一个，再重新运行")
            read[_key(issue)] = (issue, path)
        if progress is not None:
            progress("读取", done, len(files))
    return [issue for issue, _ in read.values()], failures


def _previous_index(index_dir: Path, embedder: Embedder) -> tuple[PassageIndex | None, list[str]]:
    try:
        previous = PassageIndex.load(index_dir)
        previous.check_model(embedder.identity)
    except IndexMissingError:
        return None, []
    except IndexDamagedError as error:
        return None, [f"原有索引不能使用，已仅由所给文件新建：{error}"]
    except FtzQaError:
        return previous, ["嵌入模型已更换，全部段落重新嵌入"]
    return previous, []
