"""One writer of an index at a time: a lock of the operating system, which no crash can leave behind."""

from __future__ import annotations

import datetime as dt
import os
import socket
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from ftz_qa.errors import IndexBusyError, IndexWriteError
from ftz_qa.store import clear_leftovers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from filelock import BaseFileLock

DEFAULT_WAIT = 60.0
"""Seconds that a writer waits for another one."""

_LOCK = ".writer.lock"
_NOTE = ".writer.json"


class Holder(BaseModel):
    """Who holds the lock; a note for people, never a reason to think that the lock is held."""

    pid: int
    host: str
    since: dt.datetime
    command: str

    def __str__(self) -> str:
        since = self.since.astimezone()
        return f"{self.host} 上的进程 {self.pid}（{self.command}，自 {since:%m-%d %H:%M:%S} 起）"


@dataclass(frozen=True, slots=True)
class LockRequest:
    """Who wants to write, and how long that may wait.

    Attributes
    ----------
    command
        What others are told is going on, e.g. ``ftz-qa index``.
    wait
        Seconds to wait for another writer.
    notify
        Told in Chinese whom the wait is for, once it begins.
    """

    command: str = "ftz-qa index"
    wait: float = DEFAULT_WAIT
    notify: Callable[[str], None] | None = None


@contextmanager
def writer_lock(index_dir: Path, request: LockRequest) -> Iterator[tuple[str, ...]]:
    """Be the only one that writes an index, after what interrupted writers left is cleared; readers need no lock.

    The lock belongs to the process and ends with it, however it ends. It is not held twice: a second request of the
    same process waits like any other. The context's value names what was cleared.

    Raises
    ------
    IndexBusyError
        Another writer did not end in time; the message says who it is.
    IndexWriteError
        The disk is full or not writable, now or within the context; the current build is what it was.
    """
    from filelock import FileLock

    note = index_dir / _NOTE
    try:
        index_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index_dir / _LOCK)
        _acquire(lock, index_dir, request)
        try:
            _write_note(note, request.command)
            yield tuple(clear_leftovers(index_dir))
        finally:
            with suppress(OSError):
                note.unlink(missing_ok=True)
            lock.release()
    except OSError as error:
        raise IndexWriteError(
            f"索引 {index_dir} 写入失败（{error.strerror or error}），没有发布新版本，原有索引仍可使用。"
            "请检查磁盘空间和权限后重试"
        ) from error


def _acquire(lock: BaseFileLock, index_dir: Path, request: LockRequest) -> None:
    from filelock import Timeout

    with suppress(Timeout):
        lock.acquire(timeout=0)
        return
    if request.notify is not None and request.wait > 0:
        request.notify(f"{_holder(index_dir)} 正在写入索引，最多等待 {request.wait:g} 秒……")
    try:
        lock.acquire(timeout=request.wait)
    except Timeout:
        raise IndexBusyError(
            f"{_holder(index_dir)} 正在写入索引 {index_dir}，等了 {request.wait:g} 秒仍未结束，本次没有改动索引。"
            "请稍后再试，或用 --wait 秒数 多等一会儿"
        ) from None


def _write_note(note: Path, command: str) -> None:
    holder = Holder(pid=os.getpid(), host=socket.gethostname(), since=dt.datetime.now(dt.UTC), command=command)
    with suppress(OSError):  # a full disk must not keep anybody from removing builds
        note.write_text(holder.model_dump_json(), encoding="utf-8")


def _holder(index_dir: Path) -> str:
    try:
        return str(Holder.model_validate_json((index_dir / _NOTE).read_bytes()))
    except (OSError, ValidationError):
        return "另一个进程"
