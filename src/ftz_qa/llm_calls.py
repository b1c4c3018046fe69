"""Asking a chat model within limits: time to the first piece and in all, answers at once, length, and a breaker."""

from __future__ import annotations

import contextvars
import queue
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Event, Thread
from typing import TYPE_CHECKING, Any

from ftz_qa.llm import LlmError, failure_of, provider_errors
from ftz_qa.llm_breaker import Breaker
from ftz_qa.types import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessageChunk
    from langchain_core.prompts import PromptTemplate
    from langchain_core.runnables import Runnable, RunnableConfig

MAX_REPLY_CHARS = 4000
"""Where reading of a reply ends, however long it is."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long one answer may take, and how many may be under way.

    Attributes
    ----------
    first_token
        Seconds from the request to the first piece of a reply, and between two of its pieces.
    overall
        Seconds for everything that one answer asks of the model.
    concurrent
        Answers under way at once.
    """

    first_token: float = 20.0
    overall: float = 60.0
    concurrent: int = 4


@dataclass(slots=True)
class _Reading:
    """What passes between the thread that reads a reply and the one that uses it."""

    arrived: queue.SimpleQueue[BaseMessageChunk | LlmError | None] = field(default_factory=queue.SimpleQueue)
    abandoned: Event = field(default_factory=Event)


class LlmClient:
    """A chat model with limits; may be used from several threads.

    Parameters
    ----------
    model
        Any LangChain chat model.
    limits
        Times and numbers.
    breaker
        Turns calls away after a failure.
    """

    def __init__(self, model: BaseChatModel, limits: Limits | None = None, breaker: Breaker | None = None) -> None:
        self.model = model
        self.limits = limits or Limits()
        self._breaker = breaker or Breaker()
        self._places = BoundedSemaphore(self.limits.concurrent)

    @contextmanager
    def session(self, seconds: float | None = None) -> Iterator[LlmSession]:
        """A place at the endpoint for everything that one answer asks of it.

        Parameters
        ----------
        seconds
            What is left of the overall time; None for all of it.

        Raises
        ------
        LlmError
            ``resting`` or ``crowded``: the endpoint is not to be asked now.
        """
        deadline = time.monotonic() + (self.limits.overall if seconds is None else seconds)
        if not self._places.acquire(timeout=self.limits.first_token):
            raise LlmError("crowded")
        try:
            if not self._breaker.admit():
                raise LlmError("resting")
            yield LlmSession(self.model, self.limits.first_token, deadline, self._breaker)
        finally:
            self._places.release()


class LlmSession:
    """The requests of one answer, which share its time; made by `LlmClient.session`.

    Attributes
    ----------
    usage
        Tokens so far, as the endpoint counts them.
    """

    def __init__(self, model: BaseChatModel, first_token: float, deadline: float, breaker: Breaker) -> None:
        self._model = model
        self._first_token = first_token
        self._deadline = deadline
        self._breaker = breaker
        self.usage = Usage()

    def ask(self, template: PromptTemplate, filled: dict[str, str], config: RunnableConfig | None = None) -> str:
        """The whole reply; raises as `stream` does."""
        return "".join(self.stream(template, filled, config))

    def stream(
        self, template: PromptTemplate, filled: dict[str, str], config: RunnableConfig | None = None
    ) -> Iterator[str]:
        """The pieces of a reply as they come.

        Raises
        ------
        LlmError
            The endpoint failed or was too slow; it is left alone for a while.
        """
        reading = _Reading()
        context = contextvars.copy_context()
        chain: Runnable[dict[str, str], Any] = template | self._model
        # A thread of its own, because nothing else ends a read that stalls; it ends with its next piece or timeout.
        Thread(target=context.run, args=(_read, chain, filled, config, reading), daemon=True).start()
        try:
            yield from self._pieces(reading)
        except LlmError:
            self._breaker.failed()
            raise
        except GeneratorExit:
            # Who has read enough has read something.
            self._breaker.succeeded()
            raise
        finally:
            reading.abandoned.set()
        self._breaker.succeeded()

    def _pieces(self, reading: _Reading) -> Iterator[str]:
        length = 0
        while length < MAX_REPLY_CHARS:
            left = self._deadline - time.monotonic()
            try:
                piece = reading.arrived.get(timeout=max(0.0, min(self._first_token, left)))
            except queue.Empty:
                raise LlmError("interrupted" if length else "slow") from None
            if isinstance(piece, LlmError):
                raise piece
            if piece is None:
                return
            self._count(piece)
            if piece.text:
                length += len(piece.text)
                yield piece.text

    def _count(self, chunk: BaseMessageChunk) -> None:
        counted = getattr(chunk, "usage_metadata", None)
        if counted:
            self.usage += Usage(counted["input_tokens"], counted["output_tokens"])


def _read(
    chain: Runnable[dict[str, str], Any],
    filled: dict[str, str],
    config: RunnableConfig | None,
    reading: _Reading,
) -> None:
    """Put the pieces of a reply into the queue, then None, or what is wrong."""
    begun, told = False, set[str]()
    last: LlmError | None = LlmError("failed")
    try:
        for chunk in chain.stream(filled, config):
            if reading.abandoned.is_set():
                break
            begun = begun or bool(chunk.text)
            told.update(chunk.response_metadata)
            reading.arrived.put(chunk)
        # A connection that is closed between two events looks like the end; only the reason for the end tells.
        cut = "model_provider" in told and "finish_reason" not in told
        last = LlmError("interrupted" if begun else "malformed") if cut else None
    except provider_errors() as error:
        last = failure_of(error, begun=begun)
    finally:
        # Whatever else is raised is printed by the thread, and the answer does not wait for it.
        reading.arrived.put(last)
