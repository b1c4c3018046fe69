"""Answers take turns: so many at once, the others in the order in which they came, each knowing how many are ahead."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

_LOOK_SECONDS = 0.5


class Turns:
    """A queue on one event loop.

    Parameters
    ----------
    limit
        How many may have their turn at once.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._active = 0
        self._waiting: deque[Place] = deque()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self._waiting)

    @asynccontextmanager
    async def place(self) -> AsyncIterator[Place]:
        """A place in the queue, given up at the end whether its turn has come or not."""
        place = Place(self)
        self._waiting.append(place)
        self._move()
        try:
            yield place
        finally:
            if place.has_turn:
                self._active -= 1
            else:
                self._waiting.remove(place)
            self._move()

    def ahead_of(self, place: Place) -> int:
        """How many wait before a place that has no turn yet."""
        return self._waiting.index(place)

    def _move(self) -> None:
        while self._waiting and self._active < self._limit:
            self._active += 1
            self._waiting.popleft().come.set()
        for place in self._waiting:
            place.moved.set()


class Place:
    """One who waits."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.come = asyncio.Event()
        self.moved = asyncio.Event()

    @property
    def has_turn(self) -> bool:
        """Whether its turn has come."""
        return self.come.is_set()

    async def ahead(self, given_up: Callable[[], bool] = lambda: False) -> AsyncIterator[int]:
        """How many wait before this one, whenever that changes; ends with its turn, or when it is given up.

        Parameters
        ----------
        given_up
            Looked at now and then.
        """
        told = None
        while not self.has_turn and not given_up():
            ahead = self._turns.ahead_of(self)
            if ahead != told:
                told = ahead
                yield ahead
                continue
            self.moved.clear()
            waits = [asyncio.ensure_future(event.wait()) for event in (self.come, self.moved)]
            await asyncio.wait(waits, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for wait in waits:
                wait.cancel()

    async def turn(self) -> None:
        """Wait for the turn."""
        await self.come.wait()
