"""An answer under way that can be stopped at once, even while whatever answers is busy and yields nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ftz_qa.types import Answer


class Run:
    """The running of one answer: one task begins it and walks its pieces, others on the same loop may halt it.

    While it is active, only the one who began it changes what the visitor sees, so that nothing late overwrites
    what came after.

    Attributes
    ----------
    discarded
        Whether it was halted because the visitor wants a new conversation.
    """

    def __init__(self) -> None:
        self.discarded = False
        self._active = False
        self._halted = asyncio.Event()

    @property
    def halted(self) -> bool:
        """Whether somebody asked for the end."""
        return self._halted.is_set()

    def begin(self) -> bool:
        """Take the run; False where it is taken already or was halted before it began."""
        if self._active or self.halted:
            return False
        self._active = True
        return True

    def end(self) -> None:
        """Give it back, never to begin again."""
        self._active = False
        self._halted.set()

    def halt(self, *, discard: bool = False) -> bool:
        """Ask for the end; False where nobody is there to show it (and now never will be)."""
        self._halted.set()
        self.discarded = self.discarded or discard
        return self._active

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
