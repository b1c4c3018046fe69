"""Everything that the server offers besides the page itself, in one place for all its doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.web.limiting import QuestionLimit, TooOftenError
from ftz_qa.web.metering import Meter
from ftz_qa.web.people import People
from ftz_qa.web.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import HTTPConnection

    from ftz_qa.ledger import Figure
    from ftz_qa.web.protocol import PageAnswerer
    from ftz_qa.web.records import Records

CONCURRENT_ANSWERS = 4


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors share.

    Attributes
    ----------
    answerer
        What answers, uncounted.
    meter
        What counts.
    figures
        Those of what is indexed now, the newest issue first, raising `FtzQaError`; None where they cannot be told.
    records
        What is kept; None where nothing is.
    people
        Tells visitors apart.
    limit
        How often each of them may ask.
    turns
        The queue for answers.
    """

    answerer: PageAnswerer
    meter: Meter = field(default_factory=Meter)
    figures: Callable[[], Sequence[Figure]] | None = None
    records: Records | None = None
    people: People = field(default_factory=People)
    limit: QuestionLimit = field(default_factory=lambda: QuestionLimit(0))
    turns: Turns = field(default_factory=lambda: Turns(CONCURRENT_ANSWERS))

    def admit(self, request: HTTPConnection | None) -> None:
        """Count a question of whoever asks; raises `TooOftenError` where it is one too many."""
        try:
            self.limit.admit(self.people.key(request))
        except TooOftenError:
            self.meter.limited()
            raise
