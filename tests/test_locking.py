"""One writer at a time, and no lock that outlives its holder."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from conftest import NgramEmbedder
from ftz_qa.errors import IndexBusyError, IndexWriteError
from ftz_qa.index import PassageIndex
from ftz_qa.indexing import index_issues, remove_issues
from ftz_qa.locking import LockRequest, writer_lock
from ftz_qa.upkeep import collect_garbage, list_builds, rollback
from ftz_qa.verification import verify
from upkeep_driver import write_bulletin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOLDER = """
import sys
from pathlib import Path
from ftz_qa.locking import LockRequest, writer_lock
with writer_lock(Path(sys.argv[1]), LockRequest("ftz-qa index")):
    print("held", flush=True)
    sys.stdin.read()
"""
AT_ONCE = LockRequest("ftz-qa gc", 0)


@contextmanager
def held_by_another_process(index_dir: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(index_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    with process:
        yield process
        process.stdin.close()


@pytest.fixture
def index_dir(tmp_path: Path) -> Path:
    """An index of two builds."""
    for number in (1, 2):
        index_issues([write_bulletin(tmp_path / "issues", number, 5)], tmp_path / "index", NgramEmbedder())
    return tmp_path / "index"


def test_a_second_writer_is_told_who_holds_the_lock(index_dir: Path) -> None:
    with (
        held_by_another_process(index_dir) as process,
        pytest.raises(IndexBusyError) as error,
        writer_lock(index_dir, LockRequest("ftz-qa gc", 0.2)),
    ):
        pass
    for part in (str(process.pid), "ftz-qa index", os.uname().nodename, f"{dt.datetime.now().astimezone():%m-%d}"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 1


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: index_issues([folder.parent / "issues"], folder, NgramEmbedder(), lock=AT_ONCE),
        lambda folder: remove_issues(folder, [1], lock=AT_ONCE),
        lambda folder: rollback(folder, lock=AT_ONCE),
        lambda folder: collect_garbage(folder, 1, lock=AT_ONCE),
    ],
    ids=["index", "remove", "rollback", "gc"],
)
def test_every_writer_waits_its_turn_and_changes_nothing_before(
    index_dir: Path, write: Callable[[Path], object]
) -> None:
    before = (index_dir / "current").read_text(), sorted(path.name for path in (index_dir / "builds").iterdir())
    with writer_lock(index_dir, LockRequest()), pytest.raises(IndexBusyError):
        write(index_dir)
    assert before == (
        (index_dir / "current").read_text(),
        sorted(path.name for path in (index_dir / "builds").iterdir()),
    )
    write(index_dir)


def test_readers_need_no_lock(index_dir: Path) -> None:
    with writer_lock(index_dir, LockRequest()):
        assert len(PassageIndex.load(index_dir).issues) == 2
        assert verify(index_dir) == []
        assert len(list_builds(index_dir)) == 2


def test_a_lock_ends_with_its_holder_even_by_kill_9(index_dir: Path) -> None:
    with held_by_another_process(index_dir) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (index_dir / ".writer.json").exists()  # the note stays, and means nothing
        with writer_lock(index_dir, AT_ONCE):
            pass
    assert not (index_dir / ".writer.json").exists()


def test_a_waiting_writer_says_for_whom_and_goes_on_when_the_other_ends(index_dir: Path) -> None:
    told: list[str] = []
    with held_by_another_process(index_dir) as process:
        assert process.stdin is not None
        threading.Timer(0.3, process.stdin.close).start()
        started = time.monotonic()
        with writer_lock(index_dir, LockRequest("ftz-qa gc", 20, told.append)):
            waited = time.monotonic() - started
    assert 0.2 < waited < 10
    assert len(told) == 1
    assert str(process.pid) in told[0]


def test_no_two_threads_of_a_process_write_at_once(tmp_path: Path) -> None:
    inside: list[int] = []
    most: list[int] = []

    def write() -> None:
        for _ in range(5):
            with writer_lock(tmp_path, LockRequest(wait=30)):
                inside.append(1)
                most.append(len(inside))
                time.sleep(0.01)
                inside.pop()

    threads = [threading.Thread(target=write) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 15


def test_an_error_inside_releases_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path, LockRequest()):
        raise ZeroDivisionError
    with writer_lock(tmp_path, AT_ONCE):
        pass


@pytest.mark.parametrize("content", ["", "{", '{"pid": "x"}', "\x00"])
def test_an_unreadable_note_is_no_obstacle(tmp_path: Path, content: str) -> None:
    with writer_lock(tmp_path, LockRequest()):
        (tmp_path / ".writer.json").write_text(content)
        with pytest.raises(IndexBusyError, match="另一个进程"), writer_lock(tmp_path, AT_ONCE):
            pass


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexWriteError) as error, writer_lock(tmp_path / "file/index", LockRequest()):
        pass
    assert "\n" not in str(error.value)


def test_two_processes_adding_different_issues_at_once_lose_neither(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom upkeep_driver import CheapEmbedder\n"
        "from ftz_qa.indexing import index_issues\n"
        "index_issues([Path(sys.argv[1])], Path(sys.argv[2]), CheapEmbedder())"
    )
    paths = [write_bulletin(tmp_path / "issues", number, 5) for number in (1, 2, 3)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(path), str(tmp_path / "index")], env=environment)
        for path in paths
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert {issue.number for issue in PassageIndex.load(tmp_path / "index").issues} == {1, 2, 3}
    assert len(list_builds(tmp_path / "index")) == 3
