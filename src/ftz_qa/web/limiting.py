"""How often a visitor may ask."""

from __future__ import annotations

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ftz_qa.errors import FtzQaError
from ftz_qa.web import login_texts as texts


class TooOftenError(FtzQaError):
    """A visitor asks too often; `wait` is how many seconds to wait before the next question."""

    def __init__(self, limit: int, wait: int) -> None:
        super().__init__(texts.TOO_OFTEN.format(limit=limit, wait=wait))
        self.wait = wait


class QuestionLimit:
    """A limit for each visitor over the last minute.

    Parameters
    ----------
    per_minute
        How many questions; 0 for any number.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def admit(self, visitor: str) -> None:
        """Count a question.

        Raises
        ------
        TooOftenError
            It is one too many.
        """
        if not self._per_minute:
            return
        item = RateLimitItemPerMinute(self._per_minute)
        if not self._limiter.hit(item, visitor):
            free = self._limiter.get_window_stats(item, visitor).reset_time
            raise TooOftenError(self._per_minute, max(1, math.ceil(free - time.time())))
