"""Builds in the maintainer's hands: which there are, going back to one, clearing old ones away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.errors import FtzQaError, IndexDamagedError, IndexMissingError, InputError
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.manifest import read_manifest
from ftz_qa.store import build_folder, build_ids, current_build, open_build, point_to, remove_build
from ftz_qa.verification import verify

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class BuildInfo:
    """One build of an index.

    Attributes
    ----------
    created
        By the clock of the machine that made it; None where the manifest cannot be read, as with the counts.
    article_count
        None also for builds made before articles were counted.
    current
        Whether it is the one that serves.
    problem
        What is wrong with its files, in Chinese; empty where they are whole.
    """

    build_id: str
    created: dt.datetime | None
    model: str
    issue_count: int | None
    article_count: int | None
    passage_count: int | None
    current: bool
    problem: str

    @property
    def ok(self) -> bool:
        """Whether its files are whole."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class GarbageReport:
    """What was cleared away: ids of builds, and names of what interrupted writers had left."""

    removed: tuple[str, ...]
    kept: tuple[str, ...]
    leftovers: tuple[str, ...]


def list_builds(index_dir: Path) -> list[BuildInfo]:
    """All builds of an index folder, newest first, each with its files checked.

    Raises
    ------
    IndexMissingError
        There is none.
    """
    _check_exists(index_dir)
    current = _current(index_dir)
    return [_info(index_dir, build_id, current=current == build_id) for build_id in reversed(build_ids(index_dir))]


def _info(index_dir: Path, build_id: str, *, current: bool) -> BuildInfo:
    try:
        manifest = read_manifest(build_folder(index_dir, build_id))
    except IndexDamagedError as error:
        return BuildInfo(build_id, None, "", None, None, None, current, str(error))
    problem = ""
    try:
        open_build(index_dir, build_id)
    except IndexDamagedError as error:
        problem = str(error)
    return BuildInfo(
        build_id,
        manifest.created,
        manifest.model,
        manifest.issue_count,
        manifest.article_count,
        manifest.passage_count,
        current,
        problem,
    )


def rollback(index_dir: Path, build_id: str | None = None, *, lock: LockRequest | None = None) -> str:
    """Make another build the current one; nothing is deleted, so one can go forward again in the same way.

    Parameters
    ----------
    build_id
        A build's id or the beginning of it. None takes the last one before the current build that is as it should be;
        the newest one where there is no current build.

    Returns
    -------
    str
        The id of the build that is now current.

    Raises
    ------
    InputError
        There is no such build, or none to go back to.
    IndexDamagedError
        The build asked for is damaged; the pointer stays.
    IndexMissingError, IndexBusyError, IndexWriteError
        There is no index, or it cannot be written.
    """
    _check_exists(index_dir)
    with writer_lock(index_dir, lock or LockRequest("ftz-qa rollback")):
        target = _previous(index_dir) if build_id is None else find_build(index_dir, build_id)
        if build_id is not None and (problems := verify(index_dir, target)):
            raise IndexDamagedError(f"版本 {target} 有问题，没有恢复：{problems[0]}")
        point_to(index_dir, target)
    return target


def _previous(index_dir: Path) -> str:
    ids = build_ids(index_dir)
    current = _current(index_dir)
    before = ids[: ids.index(current)] if current in ids else ids
    for build_id in reversed(before):
        if not verify(index_dir, build_id):
            return build_id
    raise InputError(f"{index_dir} 中没有更早的完好版本可以恢复。各版本见 ftz-qa list")


def find_build(index_dir: Path, name: str) -> str:
    """The build whose id is `name` or begins with it.

    Raises
    ------
    InputError
        There is none, or there are several.
    """
    ids = build_ids(index_dir)
    if name in ids:
        return name
    found = [build_id for build_id in ids if name and build_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    problem = f"有 {len(found)} 个版本以“{name}”开头，请写全" if found else f"没有版本“{name}”"
    raise InputError(f"{problem}。各版本见 ftz-qa list")


def collect_garbage(index_dir: Path, keep: int, *, lock: LockRequest | None = None) -> GarbageReport:
    """Delete all but `keep` builds: the current one and the newest of the others that are whole; and all leftovers.

    A page that has loaded a build goes on with it, because it holds it in memory.

    Parameters
    ----------
    keep
        At least 1.

    Raises
    ------
    InputError
        `keep` is less than 1.
    IndexDamagedError
        The current build is damaged; nothing is deleted, for another one may be needed.
    IndexMissingError, IndexBusyError, IndexWriteError
        There is no index, or it cannot be written.
    """
    if keep < 1:
        raise InputError("至少要保留 1 个版本")
    _check_exists(index_dir)
    with writer_lock(index_dir, lock or LockRequest("ftz-qa gc")) as leftovers:
        try:
            current, _, _ = open_build(index_dir)
        except FtzQaError as error:
            message = f"当前版本不能使用，没有删除任何版本；可先运行 ftz-qa rollback 恢复较早的版本（{error}）"
            raise IndexDamagedError(message) from error
        others = [build_id for build_id in reversed(build_ids(index_dir)) if build_id != current]
        kept = [current, *_newest_whole(index_dir, others, keep - 1)]
        removed = [build_id for build_id in others if build_id not in kept]
        for build_id in removed:
            remove_build(index_dir, build_id)
    return GarbageReport(tuple(removed), tuple(kept), leftovers)


def _newest_whole(index_dir: Path, ids: list[str], count: int) -> list[str]:
    whole: list[str] = []
    for build_id in ids:
        if len(whole) == count:
            break
        if _info(index_dir, build_id, current=False).ok:
            whole.append(build_id)
    return whole


def _check_exists(index_dir: Path) -> None:
    if not build_ids(index_dir):
        raise IndexMissingError(f"{index_dir} 中还没有索引。请先运行 ftz-qa index issues 建立索引")


def _current(index_dir: Path) -> str:
    """The id in the pointer; empty where there is none that can be read."""
    try:
        return current_build(index_dir)
    except FtzQaError:
        return ""
