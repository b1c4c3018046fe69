"""Indexing what lands in a folder, as soon as it has stopped growing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ftz_qa.errors import FtzQaError, InputError
from ftz_qa.indexing import index_issues
from ftz_qa.intake import fingerprint
from ftz_qa.loaders import bulletin_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from threading import Event

    from ftz_qa.embedding import Embedder
    from ftz_qa.indexing import IndexReport
    from ftz_qa.locking import LockRequest

QUIET_SECONDS = 2.0
"""A file that has kept size and time for so long is complete."""
RETRY_SECONDS = 30.0
"""Until what failed for no fault of the files (a full disk, another writer) is tried again."""

_TICK_MS = 500
_SWEEP_SECONDS = 10.0  # network drives report no changes, so the folder is looked through now and then

Fingerprint = tuple[int, int, int]
"""Size, time and number of a file; see `intake.fingerprint`."""


class Landings:
    """Which files of a folder are new or changed, and complete.

    Parameters
    ----------
    quiet
        Seconds that a file has to stay as it is.
    clock
        Seconds that never run backwards.
    """

    def __init__(self, quiet: float = QUIET_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._clock = clock
        self._done: dict[Path, Fingerprint] = {}
        self._waiting: dict[Path, tuple[Fingerprint, float]] = {}

    @property
    def waiting(self) -> bool:
        """Whether there are files that may still be growing."""
        return bool(self._waiting)

    def complete(self, files: Iterable[Path]) -> dict[Path, Fingerprint]:
        """Those of the files that are new or changed since they were `settle`d, and have stopped growing."""
        now = self._clock()
        waiting: dict[Path, tuple[Fingerprint, float]] = {}
        for path in files:
            found = fingerprint(path)
            if found is None or self._done.get(path) == found:
                continue
            before = self._waiting.get(path)
            waiting[path] = before if before is not None and before[0] == found else (found, now)
        self._waiting = waiting
        return {path: found for path, (found, since) in waiting.items() if now - since >= self._quiet}

    def settle(self, landed: dict[Path, Fingerprint]) -> None:
        """These files are dealt with, until they change again."""
        self._done.update(landed)
        for path in landed:
            self._waiting.pop(path, None)


def watch(
    folder: Path,
    index_dir: Path,
    embedder: Embedder,
    *,
    done: Callable[[IndexReport], None],
    failed: Callable[[FtzQaError], None],
    progress: Callable[[str, int, int], None] | None = None,
    lock: LockRequest | None = None,
    quiet: float = QUIET_SECONDS,
    stop: Event | None = None,
) -> None:
    """Index the files of a folder, and then those that land in it, until `stop` is set or Ctrl-C is pressed.

    Where two files are of one issue, the one modified last counts. A file that is deleted stays indexed. A file that
    cannot be read is told once and tried again when it changes.

    Parameters
    ----------
    done, failed
        Told what each round of indexing did, or why it could not; the watch goes on.
    progress, lock
        As for `index_issues`.
    quiet
        Seconds that a file has to stay as it is.

    Raises
    ------
    InputError
        The folder does not exist (any more).
    KeyboardInterrupt
        Ctrl-C.
    """
    import watchfiles

    if not folder.is_dir():
        raise InputError(f"没有这个文件夹：{folder}")
    landings = Landings(quiet)
    sweep = retry = float("-inf")
    ticks = watchfiles.watch(
        folder, stop_event=stop, rust_timeout=_TICK_MS, yield_on_timeout=True, ignore_permission_denied=True
    )
    for changes in ticks:
        now = time.monotonic()
        if not (changes or landings.waiting or now - sweep >= _SWEEP_SECONDS):
            continue
        sweep = now
        landed = landings.complete(bulletin_files([folder]))
        if not landed or now < retry:
            continue
        try:
            report = index_issues(list(landed), index_dir, embedder, progress=progress, prefer="newest", lock=lock)
        except InputError as error:
            landings.settle(landed)
            failed(error)
        except FtzQaError as error:
            retry = now + RETRY_SECONDS
            failed(error)
        else:
            landings.settle(landed)
            done(report)
