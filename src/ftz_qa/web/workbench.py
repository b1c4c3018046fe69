"""What maintainers do in the page, without the page: files compared and indexed, issues removed, builds restored."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ftz_qa import upkeep
from ftz_qa.changes import ChangePlan, Failure, issue_key
from ftz_qa.errors import BulletinError, FtzQaError, IndexDamagedError, IndexMissingError, InputError
from ftz_qa.index import read_issues
from ftz_qa.indexing import index_issues, plan_changes, remove_issues
from ftz_qa.loaders import MAX_DOCUMENT_BYTES
from ftz_qa.locking import DEFAULT_WAIT, LockRequest
from ftz_qa.uploads import IssueFolder, numbered, safe_name
from ftz_qa.web import texts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.embedding import Embedder
    from ftz_qa.indexing import IndexReport
    from ftz_qa.types import Issue
    from ftz_qa.upkeep import BuildInfo
    from ftz_qa.web.entrance import Entrance

    Tell = Callable[[str, int, int], None]
    Notify = Callable[[str], None]

MAX_FILES = 30


@dataclass(frozen=True, slots=True)
class Batch:
    """Uploaded files that wait to be applied.

    Attributes
    ----------
    folder
        Theirs alone.
    files
        In it, under names that are safe.
    plan
        What they would change.
    """

    folder: Path
    files: tuple[Path, ...]
    plan: ChangePlan

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all files that were uploaded, those that were refused at once behind the others."""
        known = [file.name for file in self.files]
        return (*known, *(f.path.name for f in self.plan.failed if f.path.name not in known))

    def wanted(self) -> tuple[Path, ...]:
        """The files that hold something new."""
        sources = {change.issue.source for change in (*self.plan.added, *self.plan.changed)}
        return tuple(file for file in self.files if file.name in sources)

    def discard(self) -> None:
        """Delete the files."""
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What the page needs for maintainers: what does the work, and who may ask for it."""

    workbench: Workbench
    entrance: Entrance


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change of the index came to, and the names of files that were retired for it."""

    report: IndexReport
    retired: tuple[str, ...]


class Workbench:
    """Changes an index and the folder of its bulletin files; called from several threads.

    Parameters
    ----------
    index_dir, issues_dir
        The folders of the index and the bulletin files.
    embedder
        The model of the index.
    wait
        Seconds to wait for another writer.
    note
        Told who did what to what, for the audit log.
    """

    def __init__(
        self,
        index_dir: Path,
        issues_dir: Path,
        embedder: Embedder,
        wait: float = DEFAULT_WAIT,
        note: Callable[[str, str, str], None] | None = None,
    ) -> None:
        self._index_dir = index_dir
        self._folder = IssueFolder(issues_dir)
        self._embedder = embedder
        self._wait = wait
        self.note = note or (lambda who, action, detail: None)

    def stage(self, uploads: Sequence[Path], tell: Tell) -> Batch:
        """Take uploaded files away from where they are, and see what they would change; the index stays as it is.

        Parameters
        ----------
        uploads
            Their names are data of the client and never become paths.

        Raises
        ------
        InputError
            There are too many, or two of them are of one issue with different text.
        """
        if len(uploads) > MAX_FILES:
            raise InputError(texts.TOO_MANY_FILES.format(count=len(uploads), limit=MAX_FILES))
        folder = Path(tempfile.mkdtemp(prefix="ftz-qa-upload-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)  # whatever waits when the program ends
        try:
            files, refused = self._take(uploads, folder)
            plan = plan_changes(files, self._index_dir, progress=tell) if files else ChangePlan()
            plan = replace(plan, failed=(*plan.failed, *refused))
        except FtzQaError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise InputError(_without(folder, str(error))) from error
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        return Batch(folder, tuple(files), _plain(plan, folder))

    def _take(self, uploads: Sequence[Path], folder: Path) -> tuple[list[Path], list[Failure]]:
        files: list[Path] = []
        refused: list[Failure] = []
        for upload in uploads:
            try:
                files.append(self._take_one(upload, folder, {file.name for file in files}))
            except BulletinError as error:
                refused.append(Failure(Path(upload.name), str(error)))
        return files, refused

    def _take_one(self, upload: Path, folder: Path, taken: set[str]) -> Path:
        name = next(name for name in numbered(safe_name(upload.name)) if name not in taken)
        file = folder / name
        try:
            if upload.stat().st_size > MAX_DOCUMENT_BYTES:
                limit = texts.FILE_TOO_LARGE.format(limit=MAX_DOCUMENT_BYTES // 1024 // 1024)
                raise BulletinError(f"{upload.name}：{limit}")
            shutil.move(upload, file)
        except OSError as error:
            raise BulletinError(f"{upload.name}：{texts.UPLOAD_GONE}") from error
        with suppress(OSError):
            upload.parent.rmdir()
        return file.rename(folder / self._folder.name_for(file, taken))

    def apply(self, batch: Batch, tell: Tell, notify: Notify) -> Outcome:
        """Keep the new files in the folder of bulletins and index them; where that fails, nothing has changed.

        Raises
        ------
        FtzQaError
            As `index_issues`, or the folder of bulletins cannot be written. The batch can be applied again.
        """
        outdated = self._outdated(batch.plan)
        with self._folder.changing(batch.wanted(), outdated) as files:
            report = index_issues(files, self._index_dir, self._embedder, progress=tell, lock=self._lock(notify))
        batch.discard()
        changes = report.changes
        everything = replace(
            changes,
            unchanged=(*changes.unchanged, *batch.plan.unchanged),
            failed=(*changes.failed, *batch.plan.failed),
        )
        return Outcome(replace(report, changes=everything), tuple(file.name for file in outdated))

    def _outdated(self, plan: ChangePlan) -> list[Path]:
        """The files of the issues that get a new text."""
        known = {issue_key(issue): issue.source for issue in self._readable_issues()} if plan.changed else {}
        keys = [issue_key(change.issue) for change in plan.changed]
        return [file for key in keys if key in known for file in self._folder.files_of(key, known[key])]

    def _readable_issues(self) -> tuple[Issue, ...]:
        try:
            return read_issues(self._index_dir)
        except (IndexMissingError, IndexDamagedError):
            return ()

    def remove(self, issue: Issue, tell: Tell, notify: Notify) -> Outcome:
        """Take an issue out of the index and retire its file, so that indexing the folder does not bring it back.

        Raises
        ------
        FtzQaError
            As `remove_issues`, or the folder of bulletins cannot be written; nothing has changed.
        """
        key = issue_key(issue)
        files = self._folder.files_of(key, issue.source)
        with self._folder.changing((), files):
            report = remove_issues(
                self._index_dir, [key[1]], series=issue.series, progress=tell, lock=self._lock(notify)
            )
        return Outcome(report, tuple(file.name for file in files))

    def roll_back(self, build_id: str, notify: Notify) -> str:
        """Make another build the current one; returns its id and raises as `upkeep.rollback`."""
        return upkeep.rollback(self._index_dir, build_id, lock=self._lock(notify))

    def issues(self) -> tuple[Issue, ...]:
        """What is indexed, the newest issue first; nothing where there is no index.

        Raises
        ------
        IndexDamagedError
            The index cannot be read.
        """
        try:
            issues = read_issues(self._index_dir)
        except IndexMissingError:
            return ()
        return tuple(sorted(issues, key=lambda issue: (issue.series, -(issue.number or 0), issue.source)))

    def builds(self) -> list[BuildInfo]:
        """All builds, newest first."""
        try:
            return upkeep.list_builds(self._index_dir)
        except IndexMissingError:
            return []

    def _lock(self, notify: Notify) -> LockRequest:
        return LockRequest(texts.MAINTENANCE, self._wait, notify)


def _plain(plan: ChangePlan, folder: Path) -> ChangePlan:
    """The plan without the name of the folder that the files happen to be in."""
    failed = tuple(Failure(Path(f.path.name), _without(folder, f.message)) for f in plan.failed)
    return replace(plan, failed=failed, warnings=tuple(_without(folder, warning) for warning in plan.warnings))


def _without(folder: Path, message: str) -> str:
    return message.replace(f"{folder}{os.sep}", "")
