"""Tokens by which programs are known where everybody has to sign in; only their hashes are kept."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.accounts import check_name
from ftz_qa.errors import InputError
from ftz_qa.web import program_texts as texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from ftz_qa.database import Database

PREFIX = "ftzqa_"
"""How tokens begin, so that they are known as such where they turn up."""
_BYTES = 32
_USE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is known of a token; times in local time.

    Attributes
    ----------
    ends
        None for one that is valid until it is revoked.
    used
        When it was last presented, to the minute; None if never.
    """

    name: str
    created: dt.datetime
    ends: dt.datetime | None
    used: dt.datetime | None
    valid: bool


class ApiTokens:
    """The tokens in a database; safe among threads and processes.

    Parameters
    ----------
    now
        The time, with its zone.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] | None = None) -> None:
        self._database = database
        self._now = now or (lambda: dt.datetime.now(dt.UTC))

    def create(self, name: str, days: int | None = None) -> str:
        """Make a token, which is never shown again.

        Parameters
        ----------
        name
            Of the program.
        days
            How long it is valid; None until it is revoked.

        Raises
        ------
        InputError
            The name cannot be used, or a valid token has it.
        """
        name = check_name(name)
        secret = f"{PREFIX}{secrets.token_urlsafe(_BYTES)}"
        now = self._now()
        ends = (now + dt.timedelta(days=days)).isoformat() if days is not None else None
        with self._database.transaction() as connection:
            if any(row["name"] == name and self._is_valid(row) for row in _rows(connection)):
                raise InputError(texts.TOKEN_EXISTS.format(name=name))
            connection.execute("DELETE FROM api_token WHERE name = ?", (name,))
            connection.execute(
                "INSERT INTO api_token (name, hash, created, ends) VALUES (?, ?, ?, ?)",
                (name, _hash(secret), now.isoformat(), ends),
            )
        return secret

    def list(self) -> list[ApiToken]:
        """All of them, the newest first."""
        with self._database.reading() as connection:
            return [self._token(row) for row in _rows(connection)]

    def revoke(self, name: str) -> None:
        """End a token at once.

        Raises
        ------
        InputError
            No token has this name.
        """
        with self._database.transaction() as connection:
            if not connection.execute("DELETE FROM api_token WHERE name = ?", (name.strip(),)).rowcount:
                raise InputError(texts.NO_TOKEN.format(name=name.strip()))

    def name_of(self, secret: str) -> str | None:
        """Of which program a token is; None for none, or one that has ended."""
        if not secret.startswith(PREFIX):
            return None
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM api_token WHERE hash = ?", (_hash(secret),)).fetchone()
        if row is None or not self._is_valid(row):
            return None
        self._note_use(row)
        return str(row["name"])

    def _note_use(self, row: sqlite3.Row) -> None:
        now = self._now()
        if row["used"] is None or (now - dt.datetime.fromisoformat(row["used"])).total_seconds() >= _USE_SECONDS:
            with self._database.transaction() as connection:
                connection.execute("UPDATE api_token SET used = ? WHERE name = ?", (now.isoformat(), row["name"]))

    def _is_valid(self, row: sqlite3.Row) -> bool:
        return row["ends"] is None or self._now() < dt.datetime.fromisoformat(row["ends"])

    def _token(self, row: sqlite3.Row) -> ApiToken:
        created, ends, used = (
            dt.datetime.fromisoformat(row[name]).astimezone() if row[name] is not None else None
            for name in ("created", "ends", "used")
        )
        assert created is not None
        return ApiToken(row["name"], created, ends, used, self._is_valid(row))


def _rows(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    return connection.execute("SELECT * FROM api_token ORDER BY created DESC, name").fetchall()


def _hash(secret: str) -> str:
    # The secret is as long as a key, so that a plain hash tells nothing of it; passwords need scrypt.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
