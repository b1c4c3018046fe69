"""What came of asking the language model, counted by day and kept: how often the extract stood instead, and why."""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftz_qa.database import Database
    from ftz_qa.types import Writing

KEPT = "kept"
"""The outcome of an answer that is the model's own; the others are those of `Writing.fallback`."""

COUNTED = ("answers", "repaired", "replaced", "dropped", "unverified", "read", "written")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of some days.

    Attributes
    ----------
    outcomes
        Answers by outcome, the most frequent first.
    counts
        Sums over all of them, by the names in `COUNTED`.
    """

    outcomes: dict[str, int]
    counts: dict[str, int]


class WritingBook:
    """The counts in a database; safe among threads.

    Parameters
    ----------
    now
        The time, with its zone; days are local ones.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] | None = None) -> None:
        self._database = database
        self._now = now or (lambda: dt.datetime.now(dt.UTC))

    def note(self, writing: Writing) -> None:
        """Count an answer that the model was asked for; an answer is never lost over it."""
        usage = writing.usage
        counts = (writing.repaired, writing.replaced, writing.dropped, writing.unverified, usage.read, usage.written)
        row = (self._today().isoformat(), writing.fallback or KEPT, 1, *counts)
        adding = ", ".join(f"{name} = {name} + excluded.{name}" for name in COUNTED)
        statement = f"INSERT INTO writing VALUES ({', '.join('?' * len(row))}) ON CONFLICT DO UPDATE SET {adding}"
        try:
            with self._database.transaction() as connection:
                connection.execute(statement, row)
        except sqlite3.Error as error:
            _log.warning("大模型作答的情况未能记录：%s", error)

    def last(self, days: int) -> Tally:
        """The counts of the last days, today among them."""
        since = (self._today() - dt.timedelta(days=days - 1)).isoformat()
        sums = ", ".join(f"SUM({name}) AS {name}" for name in COUNTED)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT outcome, {sums} FROM writing WHERE day >= ? GROUP BY outcome ORDER BY answers DESC, outcome",
                (since,),
            ).fetchall()
        return Tally(
            {row["outcome"]: row["answers"] for row in rows}, {name: sum(row[name] for row in rows) for name in COUNTED}
        )

    def _today(self) -> dt.date:
        return self._now().astimezone().date()
