"""An answer under way that can be stopped at once, even while whatever answers is busy and yields nothing."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ftz_qa.types import Answer

_HALT_SECONDS = 5.0


class Run:
    """The running of one answer: one task begins it and walks its pieces, others on the same loop may halt it.

    Only the one who began it may change what the visitor sees until it has ended, so that nothing late
    overwrites what came after.
    """

    def __init__(self) -> None:
        self._begun = False
        self._halted = asyncio.Event()
        self._ended = asyncio.Event()

    @property
    def halted(self) -> bool:
        """Whether somebody asked for the end."""
        return self._halted.is_set()

    def begin(self) -> bool:
        """Take the run; False where it is taken already or was halted before it began."""
        if self._begun or self.halted:
            return False
        self._begun = True
        return True

    def end(self) -> None:
        """Release whoever waits for the end."""
        self._ended.set()

    async def halt(self) -> bool:
        """Ask for the end and wait for it; False where the run had not begun (and now never will)."""
        self._halted.set()
        if self._begun:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _HALT_SECONDS)
        return self._begun

    async def pieces(self, stream: Iterator[str | Answer]) -> AsyncIterator[str | Answer]:
        """What the stream yields until it ends or the run is halted; raises what the stream raises.

        Parameters
        ----------
        stream
            Advanced in worker threads, one piece at a time; after a halt it is left at the piece it works on.
        """
        halted = asyncio.ensure_future(self._halted.wait())
        try:
            while not self.halted:
                arriving = asyncio.ensure_future(asyncio.to_thread(next, stream, None))
                await asyncio.wait({arriving, halted}, return_when=asyncio.FIRST_COMPLETED)
                if not arriving.done():
                    arriving.cancel()
                    return
                piece = arriving.result()
                if piece is None:
                    return
                yield piece
        finally:
            halted.cancel()
