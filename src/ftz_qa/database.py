"""One SQLite file for what the page keeps: its schema, its migrations, and transactions that are safe among threads."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from ftz_qa.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "ftz_qa.sqlite3"
_WAIT_SECONDS, _PAUSE_SECONDS = 30.0, 0.02

# Each brings the schema from the version of its position to the next one; never change one that was released.
_MIGRATIONS = (
    """
    CREATE TABLE conversation (
        id TEXT PRIMARY KEY, owner TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL
    ) STRICT;
    CREATE INDEX conversation_of_owner ON conversation (owner, changed);
    CREATE TABLE exchange (
        conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
        number INTEGER NOT NULL, question TEXT NOT NULL, status TEXT NOT NULL, text TEXT NOT NULL, answer TEXT,
        asked TEXT NOT NULL, PRIMARY KEY (conversation, number)
    ) STRICT;
    CREATE TABLE feedback (
        id INTEGER PRIMARY KEY, given TEXT NOT NULL, owner TEXT NOT NULL, conversation TEXT NOT NULL,
        number INTEGER NOT NULL, liked INTEGER NOT NULL, reason TEXT NOT NULL, question TEXT NOT NULL,
        history TEXT NOT NULL, answer TEXT NOT NULL, build TEXT NOT NULL, item TEXT NOT NULL DEFAULT '',
        UNIQUE (conversation, number)
    ) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY, done TEXT NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ended_session (id TEXT PRIMARY KEY, ends REAL NOT NULL) STRICT;
    """,
    """
    CREATE TABLE writing (
        day TEXT NOT NULL, outcome TEXT NOT NULL, answers INTEGER NOT NULL, repaired INTEGER NOT NULL,
        replaced INTEGER NOT NULL, dropped INTEGER NOT NULL, unverified INTEGER NOT NULL, read INTEGER NOT NULL,
        written INTEGER NOT NULL, PRIMARY KEY (day, outcome)
    ) STRICT;
    """,
    """
    CREATE TABLE api_token (
        name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, created TEXT NOT NULL, ends TEXT, used TEXT
    ) STRICT;
    """,
)


class Database:
    """The file; every transaction has a connection of its own, so that threads share nothing.

    Parameters
    ----------
    path
        Made where it is missing, for its owner only.

    Raises
    ------
    InputError
        The file cannot be used, or is of a newer version of the program.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            with closing(self._connect()) as connection:
                _to_wal(connection)
            self._migrate()
        except (OSError, sqlite3.DatabaseError) as error:
            raise InputError(f"数据文件 {path} 不能使用（{error}）。可用 FTZ_QA_DATA_DIR 换一个目录") from error

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes all come true at the end, or none of them; others wait meanwhile."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads: it neither waits nor lets others wait."""
        with closing(self._connect()) as connection:
            yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _migrate(self) -> None:
        with self.transaction() as connection:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > len(_MIGRATIONS):
                raise InputError(f"数据文件 {self._path} 由更新版本的程序建立（{version}），请升级程序")
            for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
                # Not executescript: it would end the transaction.
                for statement in script.split(";"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")


def _to_wal(connection: sqlite3.Connection) -> None:
    """Let readers and a writer work side by side.

    While another connection makes the same change, SQLite refuses at once instead of waiting as it does elsewhere.
    """
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def like(search: str) -> str:
    """A pattern for ``LIKE … ESCAPE '!'`` that finds a text anywhere, to the letter."""
    for char in "!%_":
        search = search.replace(char, f"!{char}")
    return f"%{search}%"
