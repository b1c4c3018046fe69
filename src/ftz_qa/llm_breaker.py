"""A circuit breaker: after a failure the next callers are turned away at once, for a while (Nygard, "Release It!")."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

REST = 15.0
LONGEST_REST = 240.0


class Breaker:
    """Lets calls through until one fails; then none for a time that doubles with every failed trial, then one trial.

    A single failure is enough, because each costs somebody the whole time limit. Called from several threads.

    Parameters
    ----------
    rest
        Seconds of the first pause.
    clock
        Seconds that only go forward.
    """

    def __init__(self, rest: float = REST, clock: Callable[[], float] = time.monotonic) -> None:
        self._first = self._rest = rest
        self._clock = clock
        self._lock = Lock()
        self._failed = False
        self._closed_until = 0.0

    def admit(self) -> bool:
        """Whether a call may be made now; while one trial is under way, no other."""
        with self._lock:
            if not self._failed:
                return True
            now = self._clock()
            if now < self._closed_until:
                return False
            # Whoever makes the trial may never report: the next one comes after another pause.
            self._closed_until = now + self._rest
            return True

    def succeeded(self) -> None:
        """A call went well."""
        with self._lock:
            self._failed, self._rest = False, self._first

    def failed(self) -> None:
        """A call failed."""
        with self._lock:
            if self._failed:
                self._rest = min(2 * self._rest, LONGEST_REST)
            self._failed = True
            self._closed_until = self._clock() + self._rest
