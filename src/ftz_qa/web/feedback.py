"""What visitors think of answers, with everything that is needed to look into it, and evaluation items made of it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import TypeAdapter, ValidationError

from ftz_qa.errors import InputError
from ftz_qa.evaluation import Gold, Item
from ftz_qa.types import Answer, Turn
from ftz_qa.web import feedback_texts as texts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from ftz_qa.database import Database

MAX_REASON_CHARS = 500
MAX_LISTED = 500


@dataclass(frozen=True, slots=True)
class Feedback:
    """One visitor's opinion of one answer.

    Attributes
    ----------
    given
        When, in local time.
    history
        The conversation before the question.
    build
        The build of the index that answered.
    item
        The evaluation item made of it, as a line; empty while there is none.
    """

    id: int
    given: dt.datetime
    owner: str
    liked: bool
    reason: str
    question: str
    history: tuple[Turn, ...]
    answer: Answer
    build: str
    item: str


class FeedbackBook:
    """The opinions in a database; safe among threads."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime] | None = None) -> None:
        self._database = database
        self._now = now or (lambda: dt.datetime.now(dt.UTC))
        self._answers = TypeAdapter(Answer)
        self._turns = TypeAdapter(tuple[Turn, ...])

    def give(
        self,
        owner: str,
        place: tuple[str, int],
        answer: Answer,
        history: Sequence[Turn],
        *,
        liked: bool,
        reason: str = "",
    ) -> None:
        """Keep an opinion; one on the same answer of the same conversation is replaced.

        Parameters
        ----------
        place
            What stands for the conversation, and the number of the question in it.
        """
        row = (
            self._now().isoformat(),
            owner,
            *place,
            int(liked),
            reason.strip()[:MAX_REASON_CHARS],
            answer.question,
            self._turns.dump_json(tuple(history)).decode(),
            self._answers.dump_json(answer).decode(),
            answer.build,
        )
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO feedback (given, owner, conversation, number, liked, reason, question, history, answer, "
                "build) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (conversation, number) DO UPDATE SET "
                "given = excluded.given, liked = excluded.liked, reason = excluded.reason, "
                "question = excluded.question, history = excluded.history, answer = excluded.answer, "
                "build = excluded.build",
                row,
            )

    def list(self) -> list[Feedback]:
        """The latest opinions first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM feedback ORDER BY given DESC, id DESC LIMIT ?", (MAX_LISTED,))
            return [self._feedback(row) for row in rows]

    def one(self, id_: int) -> Feedback:
        """One of them; raises `InputError` where there is none."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM feedback WHERE id = ?", (id_,)).fetchone()
        if row is None:
            raise InputError(texts.GONE)
        return self._feedback(row)

    def _feedback(self, row: sqlite3.Row) -> Feedback:
        return Feedback(
            id=row["id"],
            given=dt.datetime.fromisoformat(row["given"]).astimezone(),
            owner=row["owner"],
            liked=bool(row["liked"]),
            reason=row["reason"],
            question=row["question"],
            history=self._turns.validate_json(row["history"]),
            answer=self._answers.validate_json(row["answer"]),
            build=row["build"],
            item=row["item"],
        )

    def export(self) -> str:
        """All of them as JSON lines."""
        lines = []
        for feedback in self.list():
            record = {
                "id": feedback.id,
                "given": feedback.given.isoformat(timespec="seconds"),
                "by": feedback.owner,
                "liked": feedback.liked,
                "reason": feedback.reason,
                "history": self._turns.dump_python(feedback.history, mode="json"),
                "answer": self._answers.dump_python(feedback.answer, mode="json"),
                "build": feedback.build,
            }
            lines.append(json.dumps(record, ensure_ascii=False))
        return "".join(f"{line}\n" for line in lines)

    def make_item(self, id_: int, *, answerable: bool, must: str, must_not: str = "") -> Item:
        """Turn an opinion into an item of an evaluation set, and keep it as such.

        Parameters
        ----------
        must
            Facts that a right answer holds: one group a line, its alternatives separated by ``/``.
        must_not
            What it does not hold, one a line.

        Raises
        ------
        InputError
            There is no such opinion, or the facts make no item.
        """
        feedback = self.one(id_)
        gold = {
            (c.issue, c.article_no): Gold(issue=c.issue, article=c.article_no)
            for c in feedback.answer.citations
            if c.issue is not None
        }
        groups = [[part.strip() for part in line.split("/") if part.strip()] for line in must.splitlines()]
        try:
            item = Item(
                id=f"feedback-{feedback.id}",
                type="feedback" if answerable else "unanswerable",
                question=feedback.question,
                history=feedback.history,
                answerable=answerable,
                must=tuple(tuple(group) for group in groups if group) if answerable else (),
                must_not=tuple(line.strip() for line in must_not.splitlines() if line.strip()),
                # The articles of an answer that was wrong are no gold.
                gold=tuple(gold.values()) if answerable and feedback.liked else (),
            )
        except ValidationError as error:
            raise InputError(texts.NO_ITEM.format(reason=error.errors()[0]["msg"])) from error
        line = item.model_dump_json(exclude_defaults=True)
        with self._database.transaction() as connection:
            connection.execute("UPDATE feedback SET item = ? WHERE id = ?", (line, id_))
        return item

    def items(self) -> str:
        """All items made so far, as a question set."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT item FROM feedback WHERE item != '' ORDER BY id").fetchall()
        return "".join(f"{row['item']}\n" for row in rows)


def suggested_facts(feedback: Feedback) -> str:
    """The exact answers within a liked answer, one a line, as a beginning for its facts."""
    if not feedback.liked:
        return ""
    answer = feedback.answer
    return "\n".join(dict.fromkeys(answer.text[span.start : span.end] for span in answer.highlights))
