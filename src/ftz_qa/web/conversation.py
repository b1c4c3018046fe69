"""One visitor's conversation, as immutable data: what has been asked and how far each answer has come."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.types import Answer, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

Status = Literal["waiting", "answering", "done", "stopped", "failed"]
MAX_EXCHANGES = 50


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what came of it.

    Attributes
    ----------
    number
        1-based, unique within the conversation.
    text
        The answer so far; the error message of a failed one.
    answer
        Present exactly when `status` is ``done``.
    filters
        What was set when it was asked.
    follow_ups
        What may be asked next.
    """

    number: int
    question: str
    status: Status = "waiting"
    text: str = ""
    answer: Answer | None = None
    filters: Filters = UNFILTERED
    follow_ups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """The latest `MAX_EXCHANGES` exchanges, oldest first; only the last one can be unfinished.

    Attributes
    ----------
    id
        Under which it is kept, from its first question on.
    """

    exchanges: tuple[Exchange, ...] = ()
    id: str = field(default="", compare=False)

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return bool(self.exchanges) and self.exchanges[-1].status in ("waiting", "answering")

    def ask(self, question: str, filters: Filters = UNFILTERED) -> Conversation:
        """Append a question that waits for its answer."""
        number = self.exchanges[-1].number + 1 if self.exchanges else 1
        exchanges = (*self.exchanges, Exchange(number, question, filters=filters))[-MAX_EXCHANGES:]
        return Conversation(exchanges, self.id or secrets.token_urlsafe(12))

    def again(self, filters: Filters = UNFILTERED) -> Conversation:
        """Ask the last question once more, in its place, unless its answer is under way."""
        if self.busy or not self.exchanges:
            return self
        last = self.exchanges[-1]
        return self._with_last(Exchange(last.number, last.question, filters=filters))

    def grow(self, piece: str) -> Conversation:
        """Append a piece of text to the answer under way."""
        last = self.exchanges[-1]
        return self._with_last(replace(last, status="answering", text=last.text + piece))

    def finish(self, answer: Answer, follow_ups: tuple[str, ...] = ()) -> Conversation:
        """Complete the answer under way."""
        done = replace(self.exchanges[-1], status="done", text=answer.text, answer=answer, follow_ups=follow_ups)
        return self._with_last(done)

    def stop(self) -> Conversation:
        """Keep what there is of the answer under way, if one is."""
        return self._with_last(replace(self.exchanges[-1], status="stopped")) if self.busy else self

    def fail(self, message: str) -> Conversation:
        """Put an error message in place of the answer under way, if one is."""
        return self._with_last(replace(self.exchanges[-1], status="failed", text=message)) if self.busy else self

    def history(self) -> list[Turn]:
        """The completed exchanges as plain turns."""
        return list(self._turns())

    def _turns(self) -> Iterator[Turn]:
        for exchange in self.exchanges:
            if exchange.answer is not None:
                yield Turn("user", exchange.question)
                yield Turn("assistant", exchange.answer.text)

    def _with_last(self, exchange: Exchange) -> Conversation:
        return Conversation((*self.exchanges[:-1], exchange), self.id)
