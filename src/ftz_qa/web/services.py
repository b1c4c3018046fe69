"""Everything that the server offers besides the page itself, in one place for all its doors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.web.metering import Meter

if TYPE_CHECKING:
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
    """

    answerer: PageAnswerer
    meter: Meter = field(default_factory=Meter)
