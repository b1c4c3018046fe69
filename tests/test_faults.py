"""Whatever happens to a writer: the page answers from the last good build, and the next run mends what is left over."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conftest import NgramEmbedder
from ftz_qa.answering import AnswerChain
from ftz_qa.errors import IndexWriteError, InputError
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues, plan_changes
from ftz_qa.issues import read_issue
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.store import build_ids, clear_leftovers, current_build
from ftz_qa.types import Answer
from ftz_qa.upkeep import collect_garbage, list_builds, rollback
from ftz_qa.verification import verify
from upkeep_driver import CheapEmbedder, write_bulletin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ftz_qa.reading import ReadingModel
    from ftz_qa.types import Issue

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and kills")

ISSUES = 40
KILLS = 50
CHANGING = 3  # the issue that every rebuild changes


class Driver:
    """Starts rebuilds in processes that may be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._input, self._output = process.stdin, process.stdout
        assert self._output.readline() == "ready\n"

    def start(self, index_dir: Path, **job: object) -> int:
        """Begin a rebuild; the id of its process."""
        self._input.write(json.dumps({"index_dir": str(index_dir), "issues": str(index_dir.parent / "issues"), **job}))
        self._input.write("\n")
        self._input.flush()
        return int(self._output.readline())

    def status(self) -> int:
        """Wait for its end: the exit code, or minus the signal that killed it."""
        return int(self._output.readline())

    def rebuild(self, index_dir: Path, **job: object) -> int:
        """A rebuild from beginning to end."""
        self.start(index_dir, **job)
        return self.status()


@pytest.fixture(scope="module")
def driver() -> Iterator[Driver]:
    process = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("upkeep_driver.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    with process:
        yield Driver(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def index_dir(tmp_path: Path, driver: Driver) -> Path:
    """An index of forty issues, whose bulletins are in the folder beside it."""
    for number in range(1, ISSUES + 1):
        write_bulletin(tmp_path / "issues", number, 100)
    assert driver.rebuild(tmp_path / "index") == 0
    return tmp_path / "index"


class RunningPage:
    """What a page keeps open while writers live and die."""

    def __init__(self, index_dir: Path, reading: ReadingModel) -> None:
        self._index_dir = index_dir
        self._chain = AnswerChain(PassageIndex.load(index_dir), CheapEmbedder(), reading, index_dir)

    def figure(self) -> int:
        """Ask; what the changing issue prints, after making sure that nothing is lost or mixed."""
        answer = self._chain.invoke({"question": f"第{CHANGING}期有哪些文章？"})
        assert isinstance(answer, Answer)
        assert {citation.issue for citation in answer.citations} == {CHANGING}
        assert self._chain.search("第1项工作完成多少件", 1)
        index = self._chain.index
        assert index.build_id == current_build(self._index_dir)
        assert [issue.number for issue in index.issues] == list(range(1, ISSUES + 1))
        figures = {i.number: {figure_of(i)} for i in index.issues}
        assert all(figures[number] == {100} for number in figures if number != CHANGING)
        (figure,) = figures[CHANGING]
        return figure


def figure_of(issue: Issue) -> int:
    """The figure that all articles of an issue print."""
    (figure,) = {int(article.body.split("工作完成")[1].split("件")[0]) for article in issue.articles}
    return figure


def leftovers(index_dir: Path) -> list[str]:
    """Hidden files and folders, without those of the lock."""
    found = [*index_dir.iterdir(), *(index_dir / "builds").iterdir()]
    return sorted(path.name for path in found if path.name.startswith(".") and not path.name.startswith(".writer"))


def check_after_faults(index_dir: Path, page: RunningPage, driver: Driver, figure: int) -> None:
    """The next run mends everything: no leftovers, every build whole, the newest text serves."""
    write_bulletin(index_dir.parent / "issues", CHANGING, figure)
    assert driver.rebuild(index_dir) == 0
    assert page.figure() == figure
    assert leftovers(index_dir) == []
    assert [verify(index_dir, build_id) for build_id in build_ids(index_dir)] == [[]] * len(build_ids(index_dir))


# kill -9


@pytest.mark.timeout(120)
def test_killed_at_fifty_random_moments_the_page_answers_and_the_next_run_mends(
    index_dir: Path, driver: Driver, reading: ReadingModel
) -> None:
    page, moments = RunningPage(index_dir, reading), random.Random(239)
    started = time.monotonic()
    write_bulletin(index_dir.parent / "issues", CHANGING, 200)
    assert driver.rebuild(index_dir) == 0
    duration = time.monotonic() - started
    serving, killed, published = 200, 0, 0
    for figure in range(1000, 1000 + KILLS):
        write_bulletin(index_dir.parent / "issues", CHANGING, figure)
        pid = driver.start(index_dir)
        time.sleep(moments.uniform(0, duration))
        with suppress(ProcessLookupError):  # it was faster
            os.kill(pid, signal.SIGKILL)
        killed += driver.status() == -signal.SIGKILL
        found = page.figure()
        assert found in (serving, figure)
        assert verify(index_dir) == []
        published += found == figure
        serving = found
    assert killed >= KILLS // 5
    assert published < KILLS
    check_after_faults(index_dir, page, driver, 5000)


@pytest.mark.timeout(120)
def test_killed_at_every_single_file_operation_the_page_answers_and_the_next_run_mends(
    index_dir: Path, driver: Driver, reading: ReadingModel
) -> None:
    page, serving, operation, published_and_killed = RunningPage(index_dir, reading), 100, 0, 0
    while True:
        operation += 1
        figure = 1000 + operation
        write_bulletin(index_dir.parent / "issues", CHANGING, figure)
        status = driver.rebuild(index_dir, die_at=operation)
        found = page.figure()
        assert found in (serving, figure)
        serving = found
        if status == 0:
            break
        assert status == -signal.SIGKILL
        published_and_killed += found == figure
    assert operation > 30
    assert published_and_killed > 0  # also after the pointer was renamed
    check_after_faults(index_dir, page, driver, 5000)


def test_a_build_that_was_killed_just_before_its_publication_is_withdrawn(index_dir: Path) -> None:
    old = current_build(index_dir)
    write_bulletin(index_dir.parent / "issues", CHANGING, 7)
    index_issues([index_dir.parent / "issues"], index_dir, NgramEmbedder())
    new = current_build(index_dir)
    # As it was one file operation earlier.
    (index_dir / "current").rename(index_dir / ".publishing-abc")
    (index_dir / "current").write_text(old + "\n")
    assert set(clear_leftovers(index_dir)) == {new, ".publishing-abc"}
    assert build_ids(index_dir) == [old]
    assert verify(index_dir) == []


def test_leftovers_never_lead_to_the_current_build(index_dir: Path) -> None:
    current = current_build(index_dir)
    (index_dir / ".publishing-a").write_text(current)
    (index_dir / ".publishing-b").write_text("../../issues")
    (index_dir / ".publishing-c").write_bytes(b"\xff\x00")
    (index_dir / ".pointing-1").write_text(current)
    clear_leftovers(index_dir)
    assert leftovers(index_dir) == []
    assert verify(index_dir) == []
    assert len(list((index_dir.parent / "issues").iterdir())) == ISSUES


def test_with_an_unreadable_pointer_no_build_is_withdrawn(index_dir: Path) -> None:
    build_id = current_build(index_dir)
    (index_dir / ".publishing-a").write_text(build_id)
    (index_dir / "current").write_bytes(b"\xff")
    clear_leftovers(index_dir)
    assert build_ids(index_dir) == [build_id]


# Disk full


@pytest.mark.parametrize("size", [0, 100, 3_000, 20_000])
def test_files_that_cannot_grow_leave_the_old_build_and_nothing_else(
    index_dir: Path, driver: Driver, reading: ReadingModel, size: int
) -> None:
    page, before = RunningPage(index_dir, reading), current_build(index_dir)
    write_bulletin(index_dir.parent / "issues", CHANGING, 1000)
    assert driver.rebuild(index_dir, file_size=size) == 1
    assert page.figure() == 100
    assert current_build(index_dir) == before
    assert leftovers(index_dir) == []
    assert build_ids(index_dir) == [before]
    check_after_faults(index_dir, page, driver, 5000)


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[None]:
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    try:
        done = subprocess.run(mount, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode != 0:
        pytest.skip("no right to mount a small disk")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_said_and_the_old_build_serves(tmp_path: Path) -> None:
    issues = [write_bulletin(tmp_path / "issues", number, 100) for number in range(1, ISSUES + 1)]
    with small_disk(tmp_path / "disk", 1_000):
        index_dir = tmp_path / "disk/index"
        index_issues(issues[:1], index_dir, NgramEmbedder())
        before = current_build(index_dir)
        with pytest.raises(IndexWriteError, match="原有索引仍可使用") as error:
            for count in range(2, ISSUES + 1):
                index_issues(issues[:count], index_dir, NgramEmbedder())
                before = current_build(index_dir)
        assert "\n" not in str(error.value)
        assert current_build(index_dir) == before
        assert verify(index_dir) == []
        assert leftovers(index_dir) == []
        collect_garbage(index_dir, 1)
        for build_id in build_ids(index_dir):
            assert verify(index_dir, build_id) == []


# Files that vanish, change or cannot be read


def reading(monkeypatch: pytest.MonkeyPatch, during: Callable[[Path, int], None]) -> None:
    """Do something each time that a file has just been read; told the path and how often it was read."""
    counts: dict[Path, int] = {}

    def read(path: Path) -> Issue:
        counts[path] = counts.get(path, 0) + 1
        issue = read_issue(path)
        during(path, counts[path])
        return issue

    monkeypatch.setattr("ftz_qa.intake.read_issue", read)


def test_a_file_that_changed_while_it_was_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bulletin(tmp_path, 1, 5)

    def correct(path: Path, time: int) -> None:
        if time == 1:
            write_bulletin(tmp_path, 1, 66666)

    reading(monkeypatch, correct)
    index_issues([tmp_path], tmp_path / "index", NgramEmbedder())
    assert figure_of(PassageIndex.load(tmp_path / "index").issues[0]) == 66666


def test_a_file_that_keeps_changing_fails_and_the_others_are_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        write_bulletin(tmp_path, number, 5)

    def grow(path: Path, time: int) -> None:
        if path.name == "2.txt":
            path.write_text(path.read_text(encoding="utf-8") + "又一句。" * time, encoding="utf-8")

    reading(monkeypatch, grow)
    report = index_issues([tmp_path], tmp_path / "index", NgramEmbedder())
    assert [issue.number for issue in PassageIndex.load(tmp_path / "index").issues] == [1]
    (failure,) = report.changes.failed
    assert failure.path.name == "2.txt"
    assert "变化" in failure.reason


def test_a_file_that_vanishes_while_it_is_read_fails_and_the_others_are_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        write_bulletin(tmp_path, number, 5)
    reading(monkeypatch, lambda path, time: path.unlink() if path.name == "2.txt" else None)
    report = index_issues([tmp_path], tmp_path / "index", NgramEmbedder())
    assert [issue.number for issue in PassageIndex.load(tmp_path / "index").issues] == [1]
    assert [failure.path.name for failure in report.changes.failed] == ["2.txt"]


def test_one_bad_file_among_fifty_does_not_stop_the_other_forty_nine(tmp_path: Path) -> None:
    for number in range(1, 50):
        write_bulletin(tmp_path / "issues", number, 5, articles=1)
    (tmp_path / "issues/坏.txt").write_bytes(b"\x00\x01")
    report = index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
    assert len(report.changes.added) == 49
    assert [failure.path.name for failure in report.changes.failed] == ["坏.txt"]


def test_a_parser_that_breaks_over_a_file_is_a_failure_of_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        write_bulletin(tmp_path, number, 5)

    def broken(path: Path, time: int) -> None:
        if path.name == "2.txt":
            raise RecursionError("too deep")

    reading(monkeypatch, broken)
    (failure,) = index_issues([tmp_path], tmp_path / "index", NgramEmbedder()).changes.failed
    assert "RecursionError" in failure.reason
    assert "2.txt" in failure.message


@contextmanager
def as_nobody(warm: Path, *writable: Path) -> Iterator[None]:
    """Without the rights of root, before which no folder is shut.

    What the code imports late is imported before, in a run in the folder `warm`: nobody may not see the interpreter.
    """
    index_issues([write_bulletin(warm / "issues", 1, 5)], warm / "index", NgramEmbedder())
    if os.geteuid() != 0:
        yield
        return
    for folder in writable:
        for parent in (folder, *folder.parents[:-2]):
            parent.chmod(parent.stat().st_mode | 0o711)
        folder.chmod(0o777)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_an_unreadable_folder_or_file_is_reported_and_the_others_are_indexed(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_bulletin(tmp_path / "issues" / name, ord(name), 5)
    (tmp_path / "issues/b").chmod(0)
    (tmp_path / "issues/c" / f"{ord('c')}.txt").chmod(0)
    try:
        with as_nobody(tmp_path / "warm", tmp_path):
            report = index_issues([tmp_path / "issues"], tmp_path / "index", NgramEmbedder())
            plan = plan_changes([tmp_path / "issues"], tmp_path / "index")
            with pytest.raises(InputError) as error:
                index_issues([tmp_path / "issues/b"], tmp_path / "index", NgramEmbedder())
    finally:
        (tmp_path / "issues/b").chmod(0o755)
    assert [change.issue.number for change in report.changes.added] == [ord("a")]
    assert sorted(failure.path.name for failure in report.changes.failed) == [f"{ord('c')}.txt", "b"]
    assert {failure.path for failure in plan.failed} == {failure.path for failure in report.changes.failed}
    assert "issues/b" in str(error.value)


def test_an_index_that_may_not_be_written_is_said_in_one_line_and_still_read(index_dir: Path) -> None:
    if os.geteuid() != 0:
        index_dir.chmod(0o555)
    write_bulletin(index_dir.parent / "issues", CHANGING, 7)
    for folder in index_dir.parents[:-2]:
        folder.chmod(folder.stat().st_mode | 0o711)
    with as_nobody(index_dir.parent / "warm"):
        with pytest.raises(IndexWriteError) as error:
            index_issues([index_dir.parent / "issues"], index_dir, NgramEmbedder())
        assert "\n" not in str(error.value)
        assert len(PassageIndex.load(index_dir).issues) == ISSUES


# Clocks


class _Clock:
    """Stands in for the module datetime; each look at it is a day before the last."""

    UTC = dt.UTC
    date = dt.date

    def __init__(self) -> None:
        self.time = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
        self.datetime = self

    def now(self, zone: dt.tzinfo) -> dt.datetime:
        """An earlier time."""
        self.time -= dt.timedelta(days=1)
        return self.time


def test_builds_keep_their_order_when_the_clock_runs_backwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ftz_qa.index.dt", _Clock())
    made = []
    for figure in range(4):
        path = write_bulletin(tmp_path, 1, figure)
        made.append(index_issues([path], tmp_path / "index", NgramEmbedder()).build_id)
    assert build_ids(tmp_path / "index") == made
    assert [build.build_id for build in list_builds(tmp_path / "index")] == made[::-1]
    assert rollback(tmp_path / "index") == made[2]
    assert collect_garbage(tmp_path / "index", 2).removed == (made[1], made[0])


def test_builds_made_at_the_same_moment_have_different_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(_Clock):
        def now(self, zone: dt.tzinfo) -> dt.datetime:
            return self.time

    monkeypatch.setattr("ftz_qa.index.dt", Stopped())
    index = PassageIndex.build([read_issue(write_bulletin(tmp_path, 1, 5))], NgramEmbedder())
    ids = [index.save(tmp_path / "index") for _ in range(5)]
    assert len(set(ids)) == 5
    assert build_ids(tmp_path / "index") == ids


# Readers


def test_a_build_that_is_cleared_away_goes_on_serving_who_has_loaded_it(index_dir: Path) -> None:
    held = PassageIndex.load(index_dir)
    write_bulletin(index_dir.parent / "issues", CHANGING, 7)
    index_issues([index_dir.parent / "issues"], index_dir, NgramEmbedder())
    assert collect_garbage(index_dir, 1).removed == (held.build_id,)
    assert figure_of(held.issues[CHANGING - 1]) == 100
    assert len(held.dense_search(held.vectors[0], 3)[0]) == 3


def test_a_build_that_is_replaced_and_cleared_away_while_it_is_loaded_is_passed_over(
    index_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_bulletin(index_dir.parent / "issues", CHANGING, 7)
    real_read = PassageIndex._read.__func__  # type: ignore[attr-defined]
    calls: list[str] = []

    def read(cls: type[PassageIndex], build_id: str, *rest: Any) -> PassageIndex:  # noqa: ANN401
        calls.append(build_id)
        if len(calls) == 1:
            newer = PassageIndex.build([read_issue(index_dir.parent / "issues/3.txt")], NgramEmbedder())
            newer.save(index_dir)
            collect_garbage(index_dir, 1)
        index: PassageIndex = real_read(cls, build_id, *rest)
        return index

    monkeypatch.setattr(PassageIndex, "_read", classmethod(read))
    assert PassageIndex.load(index_dir).build_id == calls[-1] != calls[0]


def test_the_lock_is_free_after_every_fault(index_dir: Path, driver: Driver) -> None:
    write_bulletin(index_dir.parent / "issues", CHANGING, 7)
    assert driver.rebuild(index_dir, die_at=20) == -signal.SIGKILL
    with writer_lock(index_dir, LockRequest("ftz-qa gc", 0)):
        pass
