"""The log of what maintainers do: who, when, what; it is only ever added to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftz_qa.database import Database

MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that somebody did; `done` is in local time."""

    done: dt.datetime
    who: str
    action: str
    detail: str


class AuditLog:
    """The log in a database; safe among threads."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime] | None = None) -> None:
        self._database = database
        self._now = now or (lambda: dt.datetime.now(dt.UTC))

    def note(self, who: str, action: str, detail: str = "") -> None:
        """Add an entry."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO audit (done, who, action, detail) VALUES (?, ?, ?, ?)",
                (self._now().isoformat(), who, action, detail),
            )

    def latest(self) -> list[Entry]:
        """The latest entries first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM audit ORDER BY id DESC LIMIT ?", (MAX_LISTED,)).fetchall()
        return [
            Entry(dt.datetime.fromisoformat(row["done"]).astimezone(), row["who"], row["action"], row["detail"])
            for row in rows
        ]


class EndedSessions:
    """Sessions that were signed out of and would still be valid; safe among threads."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, now: float) -> dict[str, float]:
        """Those that have not ended by their time; the others are forgotten."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM ended_session WHERE ends <= ?", (now,))
            return {row["id"]: row["ends"] for row in connection.execute("SELECT id, ends FROM ended_session")}

    def add(self, id_: str, ends: float) -> None:
        """Remember one."""
        with self._database.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO ended_session VALUES (?, ?)", (id_, ends))
