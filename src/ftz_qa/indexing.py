"""Flow 1: bulletin files to a published index, and issues out of it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.changes import ChangePlan, compare, issue_key, removal
from ftz_qa.errors import IndexDamagedError, IndexMissingError, InputError
from ftz_qa.index import PassageIndex, read_issues
from ftz_qa.intake import read_files
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.salvage import load_base, salvaged
from ftz_qa.store import current_build

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from ftz_qa.embedding import Embedder
    from ftz_qa.intake import Intake, Preference
    from ftz_qa.types import Issue


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a change of the index did.

    Attributes
    ----------
    build_id
        The build that is now current.
    published
        Whether it is a new one; where nothing changed, it is the one there was.
    issue_count, article_count, passage_count
        Of the whole index.
    embedded_count
        Passages that were embedded anew; the others were taken over from the build before.
    changes
        What became of each issue and file that was given.
    """

    build_id: str
    published: bool
    issue_count: int
    article_count: int
    passage_count: int
    embedded_count: int
    changes: ChangePlan

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was assumed, one line each, in Chinese."""
        return self.changes.warnings

    @property
    def failures(self) -> tuple[str, ...]:
        """Files that could not be read, with the reason, in Chinese. They changed nothing."""
        return tuple(failure.message for failure in self.changes.failed)


def index_issues(
    paths: Sequence[Path],
    index_dir: Path,
    embedder: Embedder,
    *,
    progress: Callable[[str, int, int], None] | None = None,
    prefer: Preference | None = None,
    lock: LockRequest | None = None,
) -> IndexReport:
    """Add bulletin files to the index of a folder and publish the result.

    An issue of the same series and number replaces the indexed one; all others stay. Where nothing is different,
    nothing is published. Where the current build is damaged, as much as is whole in it and in older builds is kept;
    where it is of another model, everything is embedded anew.

    Parameters
    ----------
    paths
        Files, or folders to look through. One that cannot be read does not stop the others.
    progress
        Told the stage (``读取``, ``嵌入``, ``词频``, ``数据`` or ``写入``), how much of it is done, of how much.
    prefer
        Which file counts where two claim the same issue with different text; None makes that an error.
    lock
        How long to wait for another writer; None waits a minute.

    Raises
    ------
    InputError
        No file could be read, or two files claim the same issue with different text. The old index stays.
    IndexBusyError
        Another writer did not end in time.
    IndexWriteError
        The disk is full or not writable. The old index stays.
    """
    intake = read_files(paths, prefer, progress)
    if not intake.issues:
        raise InputError("没有一个文件能作为通报读取：" + "；".join(failure.message for failure in intake.failures))
    with writer_lock(index_dir, lock or LockRequest()):
        base = load_base(index_dir, embedder.identity)
        plan = _plan(base.issues, intake, base.notes)
        if base.serves and (same := base.vectors) and not plan.changes and _is_made_as_now(same):
            return _report(same, same.build_id, plan, embedded=0, published=False)
        merged = {issue_key(issue): issue for issue in (*base.issues, *intake.issues)}
        stages = _Stages(progress)
        index = PassageIndex.build(
            list(merged.values()),
            embedder,
            previous=base.vectors,
            progress=stages.embedding,
            lexical_progress=stages.lexical,
        )
        index.figures.extract(stages.figures)
        build_id = _save(index, index_dir, progress)
    return _report(index, build_id, plan, embedded=stages.embedded, published=True)


def plan_changes(
    paths: Sequence[Path],
    index_dir: Path,
    prefer: Preference | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> ChangePlan:
    """What `index_issues` would change; nothing is written, and no model is needed.

    Parameters
    ----------
    paths, prefer
        As for `index_issues`.
    progress
        Told the stage ``读取``, how many files are read, and how many there are.

    Raises
    ------
    InputError
        There is no file, or two files claim the same issue with different text.
    """
    intake = read_files(paths, prefer, progress)
    try:
        issues, notes = read_issues(index_dir), ()
    except IndexMissingError:
        issues, notes = (), ()
    except IndexDamagedError as error:
        base = salvaged(index_dir, error)
        return _plan(base.issues, intake, base.notes)
    return _plan(issues, intake, notes)


def remove_issues(
    index_dir: Path,
    issues: Iterable[int | str],
    *,
    series: str | None = None,
    progress: Callable[[str, int, int], None] | None = None,
    lock: LockRequest | None = None,
) -> IndexReport:
    """Take issues out of the index and publish the result; no model is needed for that.

    Parameters
    ----------
    issues
        Their numbers; the file's name for an issue without a number.
    series
        Needed where several series have these numbers.
    progress, lock
        As for `index_issues`.

    Raises
    ------
    InputError
        One of them is not indexed or is in several series, or none would be left. Nothing is removed.
    IndexMissingError, IndexDamagedError, IndexBusyError, IndexWriteError
        The index cannot be read or written.
    """
    current_build(index_dir)
    with writer_lock(index_dir, lock or LockRequest("ftz-qa remove")):
        index = PassageIndex.load(index_dir)
        gone = _named(index.issues, list(issues), series)
        if len(gone) == len(index.issues):
            raise InputError("移除后索引里就没有通报了，没有移除。如要从头开始，请删除索引目录后重建")
        keys = {issue_key(issue) for issue in gone}
        rest = index.keeping(lambda issue: issue_key(issue) not in keys)
        build_id = _save(rest, index_dir, progress)
    plan = ChangePlan(removed=tuple(removal(issue) for issue in gone))
    return _report(rest, build_id, plan, embedded=0, published=True)


def _named(issues: tuple[Issue, ...], names: list[int | str], series: str | None) -> list[Issue]:
    """The issues meant, each of them once."""
    found: dict[int | str, list[Issue]] = {name: [] for name in names}
    for issue in issues:
        name = issue_key(issue)[1]
        if name in found and series in (None, issue.series):
            found[name].append(issue)
    missing = [_label(name) for name, of in found.items() if not of]
    if missing:
        raise InputError(f"{'、'.join(missing)}不在索引中，没有移除任何一期。收录了哪些期见 ftz-qa info")
    for name, of in found.items():
        if len(of) > 1:
            options = "、".join(f"《{issue.series}》" for issue in of)
            raise InputError(f"{_label(name)}有 {len(of)} 种刊物：{options}。请用 --series 指明是哪一种")
    return [issue for of in found.values() for issue in of]


def _label(name: int | str) -> str:
    return f"第{name}期" if isinstance(name, int) else str(name)


class _Stages:
    """Passes the progress of a build on, and remembers how much was embedded."""

    def __init__(self, progress: Callable[[str, int, int], None] | None) -> None:
        self._progress = progress
        self.embedded = 0

    def embedding(self, done: int, total: int) -> None:
        """So many passages are embedded, of so many."""
        self.embedded = total
        if self._progress is not None:
            self._progress("嵌入", done, total)

    def lexical(self, done: int, total: int) -> None:
        """The words of so many passages are counted, of so many."""
        if self._progress is not None:
            self._progress("词频", done, total)

    def figures(self, done: int, total: int) -> None:
        """The figures of so many issues are taken, of so many."""
        if self._progress is not None:
            self._progress("数据", done, total)


def _plan(before: tuple[Issue, ...], intake: Intake, notes: tuple[str, ...]) -> ChangePlan:
    changes = compare(before, intake.issues)
    told = [change.issue for change in changes if change.kind != "unchanged"]
    return ChangePlan(
        added=tuple(change for change in changes if change.kind == "added"),
        changed=tuple(change for change in changes if change.kind == "changed"),
        unchanged=tuple(change for change in changes if change.kind == "unchanged"),
        failed=intake.failures,
        warnings=(
            *notes,
            *intake.warnings,
            *(f"{issue.source}：{warning}" for issue in told for warning in issue.warnings),
        ),
    )


def _is_made_as_now(index: PassageIndex) -> bool:
    return index.figures.complete and index.is_split_as_now()


def _report(index: PassageIndex, build_id: str, plan: ChangePlan, *, embedded: int, published: bool) -> IndexReport:
    return IndexReport(
        build_id=build_id,
        published=published,
        issue_count=len(index.issues),
        article_count=sum(len(issue.articles) for issue in index.issues),
        passage_count=len(index.passages),
        embedded_count=embedded,
        changes=plan,
    )


def _save(index: PassageIndex, index_dir: Path, progress: Callable[[str, int, int], None] | None) -> str:
    if progress is not None:
        progress("写入", 0, 1)
    build_id = index.save(index_dir)
    if progress is not None:
        progress("写入", 1, 1)
    return build_id
