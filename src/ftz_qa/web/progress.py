"""Work in a thread whose progress is shown while it lasts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

T = TypeVar("T")
_INTERVAL = 0.2


class Board:
    """What the thread writes how far it is; read by others at any time."""

    def __init__(self) -> None:
        self.stage = ""
        self.done = 0
        self.total = 0
        self.message = ""

    def tell(self, stage: str, done: int, total: int) -> None:
        """So much of a stage is done, of so much."""
        self.stage, self.done, self.total, self.message = stage, done, total, ""

    def notify(self, message: str) -> None:
        """Say something instead, such as what is waited for."""
        self.message = message

    def _written(self) -> tuple[str, int, int, str]:
        return self.stage, self.done, self.total, self.message


class Work(Generic[T]):
    """One piece of work.

    Parameters
    ----------
    job
        Called once, in a thread; it goes on to its end even if nobody watches any more.
    """

    def __init__(self, job: Callable[[Board], T]) -> None:
        self._job = job
        self._running: asyncio.Future[T] | None = None

    async def watch(self) -> AsyncIterator[Board]:
        """Begin, and give the board whenever it says something new; ends with the work."""
        board = Board()
        self._running = asyncio.ensure_future(asyncio.to_thread(self._job, board))
        seen = board._written()
        yield board
        while not self._running.done():
            await asyncio.wait({self._running}, timeout=_INTERVAL)
            if board._written() != seen:
                seen = board._written()
                yield board

    def result(self) -> T:
        """What the job returned; raises what it raised. Only after `watch` has ended."""
        if self._running is None:
            raise RuntimeError("the work has not begun")
        return self._running.result()
