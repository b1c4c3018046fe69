"""Everything that the server offers besides the page itself, in one place for all its doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.web.metering import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Issue
    from ftz_qa.web.protocol import PageAnswerer


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
    """

    answerer: PageAnswerer
    meter: Meter = field(default_factory=Meter)
    issues: Callable[[], Sequence[Issue]] | None = None
