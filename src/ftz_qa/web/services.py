"""Everything that the server offers besides the page itself, in one place for all its doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.web.metering import Meter
from ftz_qa.web.people import People

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Issue
    from ftz_qa.web.protocol import PageAnswerer
    from ftz_qa.web.records import Records


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors share.

    Attributes
    ----------
    answerer
        What answers, uncounted.
    meter
        What counts.
    issues
        What is indexed now, raising `FtzQaError`; None where that cannot be told.
    records
        What is kept; None where nothing is.
    people
        Tells visitors apart.
    """

    answerer: PageAnswerer
    meter: Meter = field(default_factory=Meter)
    issues: Callable[[], Sequence[Issue]] | None = None
    records: Records | None = None
    people: People = field(default_factory=People)
