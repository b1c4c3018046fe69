"""Who is asking: a name and what they may do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ftz_qa.accounts import Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at one of the doors.

    Attributes
    ----------
    name
        Of the account; empty for whoever sits at this machine where no login is asked for.
    """

    name: str
    role: Role


LOCAL = Visitor("", "staff")
"""Whoever asks where no login is asked for."""
