"""Conversations that are kept: of one owner each, with the answers as they were given."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from ftz_qa.database import Database, like
from ftz_qa.errors import InputError
from ftz_qa.types import Answer
from ftz_qa.web import history_texts as texts
from ftz_qa.web.conversation import Conversation, Exchange

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

MAX_TITLE_CHARS = 60
MAX_LISTED = 200


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list says of a conversation.

    Attributes
    ----------
    changed
        When the last question was asked, in local time.
    count
        How many questions it has.
    """

    id: str
    title: str
    changed: dt.datetime
    count: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation as it was."""

    summary: Summary
    conversation: Conversation


class History:
    """The conversations in a database; safe among threads.

    Every method asks for the owner, and nobody gets at what belongs to somebody else.

    Parameters
    ----------
    now
        The time, with its zone.
    """

    def __init__(self, database: Database, now: Callable[[], dt.datetime] | None = None) -> None:
        self._database = database
        self._now = now or (lambda: dt.datetime.now(dt.UTC))
        self._answers = TypeAdapter(Answer)

    def save(self, owner: str, id_: str | None, conversation: Conversation) -> str:
        """Keep a conversation; answers that are kept already stay as they are.

        Parameters
        ----------
        id_
            Under which it is to be kept; None for any. Where something else is kept there, or of somebody else, it gets
            another one.

        Returns
        -------
        str
            Its id from now on.
        """
        now = self._now().isoformat()
        with self._database.transaction() as connection:
            if id_ is None or not self._goes_on(connection, owner, id_, conversation):
                id_ = secrets.token_urlsafe(12) if id_ is None or self._is_taken(connection, id_) else id_
                title = _title(conversation.exchanges[0].question if conversation.exchanges else "")
                connection.execute("INSERT INTO conversation VALUES (?, ?, ?, ?, ?)", (id_, owner, title, now, now))
            written = sum(self._write(connection, id_, exchange, now) for exchange in conversation.exchanges)
            if written:
                connection.execute("UPDATE conversation SET changed = ? WHERE id = ?", (now, id_))
        return id_

    def _goes_on(self, connection: sqlite3.Connection, owner: str, id_: str, conversation: Conversation) -> bool:
        """Whether a conversation is the one that is kept under an id, grown or not."""
        if not self._is_of(connection, owner, id_):
            return False
        asked = {exchange.number: exchange.question for exchange in conversation.exchanges}
        rows = connection.execute("SELECT number, question FROM exchange WHERE conversation = ?", (id_,)).fetchall()
        last = max(asked, default=0)
        return all(
            row["number"] <= last and asked.get(row["number"], row["question"]) == row["question"] for row in rows
        )

    def _write(self, connection: sqlite3.Connection, id_: str, exchange: Exchange, now: str) -> int:
        """Write an exchange if it is new or was asked again; tells how many were."""
        answer = self._answers.dump_json(exchange.answer).decode() if exchange.answer is not None else None
        row = (id_, exchange.number, exchange.question, exchange.status, exchange.text, answer, now)
        return connection.execute(
            "INSERT INTO exchange VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET question = excluded.question, "
            "status = excluded.status, text = excluded.text, answer = excluded.answer, asked = excluded.asked "
            "WHERE (question, status, text, answer) IS NOT "
            "(excluded.question, excluded.status, excluded.text, excluded.answer)",
            row,
        ).rowcount

    def list(self, owner: str, search: str = "") -> list[Summary]:
        """The owner's conversations whose title, questions or answers hold a text, the latest first."""
        pattern = like(search.strip())
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT c.*, (SELECT COUNT(*) FROM exchange e WHERE e.conversation = c.id) AS count "
                "FROM conversation c WHERE owner = ?1 AND (title LIKE ?2 ESCAPE '!' OR EXISTS (SELECT 1 "
                "FROM exchange e WHERE e.conversation = c.id "
                "AND (e.question LIKE ?2 ESCAPE '!' OR e.text LIKE ?2 ESCAPE '!'))) "
                "ORDER BY changed DESC, id LIMIT ?3",
                (owner, pattern, MAX_LISTED),
            ).fetchall()
        return [_summary(row) for row in rows]

    def load(self, owner: str, id_: str) -> Stored:
        """A conversation with its answers as they were given.

        Raises
        ------
        InputError
            The owner has none of that id.
        """
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT c.*, (SELECT COUNT(*) FROM exchange e WHERE e.conversation = c.id) AS count "
                "FROM conversation c WHERE id = ? AND owner = ?",
                (id_, owner),
            ).fetchone()
            if row is None:
                raise InputError(texts.GONE)
            rows = connection.execute(
                "SELECT * FROM exchange WHERE conversation = ? ORDER BY number", (id_,)
            ).fetchall()
        return Stored(_summary(row), Conversation(tuple(self._exchange(each) for each in rows), id_))

    def _exchange(self, row: sqlite3.Row) -> Exchange:
        answer = self._answers.validate_json(row["answer"]) if row["answer"] is not None else None
        return Exchange(row["number"], row["question"], row["status"], row["text"], answer)

    def rename(self, owner: str, id_: str, title: str) -> None:
        """Give a conversation another title; one that would be empty stays as it is.

        Raises
        ------
        InputError
            The owner has none of that id.
        """
        with self._database.transaction() as connection:
            if not self._is_of(connection, owner, id_):
                raise InputError(texts.GONE)
            if _title(title) != texts.UNTITLED:
                connection.execute("UPDATE conversation SET title = ? WHERE id = ?", (_title(title), id_))

    def delete(self, owner: str, id_: str) -> None:
        """Delete a conversation for good, if the owner has it."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM conversation WHERE id = ? AND owner = ?", (id_, owner))

    @staticmethod
    def _is_taken(connection: sqlite3.Connection, id_: str) -> bool:
        return connection.execute("SELECT 1 FROM conversation WHERE id = ?", (id_,)).fetchone() is not None

    @staticmethod
    def _is_of(connection: sqlite3.Connection, owner: str, id_: str) -> bool:
        found = connection.execute("SELECT 1 FROM conversation WHERE id = ? AND owner = ?", (id_, owner))
        return found.fetchone() is not None


def _title(text: str) -> str:
    text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return (text[: MAX_TITLE_CHARS - 1] + "…" if len(text) > MAX_TITLE_CHARS else text) or texts.UNTITLED


def _summary(row: sqlite3.Row) -> Summary:
    changed = dt.datetime.fromisoformat(row["changed"]).astimezone()
    return Summary(row["id"], row["title"], changed, row["count"])
