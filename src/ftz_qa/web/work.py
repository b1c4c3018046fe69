"""Answers that are worked on to their end, whether or not the page that asked is still open."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ftz_qa.errors import FtzQaError
from ftz_qa.followups import follow_ups
from ftz_qa.types import Answer
from ftz_qa.web import texts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from ftz_qa.web.conversation import Conversation
    from ftz_qa.web.protocol import PageAnswerer
    from ftz_qa.web.running import Run
    from ftz_qa.web.turns import Turns

    Keep = Callable[[Conversation], None]


@dataclass(frozen=True, slots=True)
class Work:
    """One answer under way.

    Attributes
    ----------
    steps
        How many are ahead in the queue, or the conversation as it grows; None at the end.
    task
        Gives the conversation with the finished, stopped or failed answer; raises what was not expected.
    """

    steps: asyncio.Queue[int | Conversation | None]
    task: asyncio.Task[Conversation]

    async def follow(self) -> AsyncIterator[int | Conversation]:
        """The steps; whoever follows may go away."""
        while (step := await self.steps.get()) is not None:
            yield step


@dataclass(frozen=True, slots=True)
class Workshop:
    """Works on answers, so many at once as its queue lets through.

    Attributes
    ----------
    answerer
        What answers.
    """

    answerer: PageAnswerer
    _under_way: set[asyncio.Task[Conversation]] = field(default_factory=set)

    def begin(self, conversation: Conversation, run: Run, turns: Turns, keep: Keep) -> Work:
        """Begin to answer the question that waits.

        Parameters
        ----------
        run
            Halts the work; it ends when somebody has seen its end, or nobody ever will.
        turns
            The queue.
        keep
            Told the conversation when the work begins and when it has ended.
        """
        steps: asyncio.Queue[int | Conversation | None] = asyncio.Queue()
        task = asyncio.ensure_future(self._work(conversation, run, turns, keep, steps))
        # The loop itself remembers tasks only weakly.
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return Work(steps, task)

    async def _work(
        self,
        conversation: Conversation,
        run: Run,
        turns: Turns,
        keep: Keep,
        steps: asyncio.Queue[int | Conversation | None],
    ) -> Conversation:
        latest = conversation
        try:
            # Should the server end meanwhile, the question is not lost.
            await asyncio.to_thread(keep, conversation)
            async with turns.place() as place:
                async for ahead in place.ahead(lambda: run.halted):
                    steps.put_nowait(ahead)
                async for latest in self._answering(conversation, run):
                    steps.put_nowait(latest)
            latest = latest.stop()
        except Exception:
            latest = latest.fail(texts.UNEXPECTED)
            raise
        finally:
            await asyncio.to_thread(keep, latest)
            steps.put_nowait(None)
        return latest

    async def _answering(self, conversation: Conversation, run: Run) -> AsyncIterator[Conversation]:
        asked, history = conversation.exchanges[-1], conversation.history()
        try:
            stream = await asyncio.to_thread(self.answerer.stream, asked.question, history, asked.filters)
            async for piece in run.pieces(stream):
                if isinstance(piece, Answer):
                    conversation = conversation.finish(piece, follow_ups(piece, self.answerer.issues()))
                else:
                    conversation = conversation.grow(piece)
                yield conversation
        except FtzQaError as error:
            conversation = conversation.fail(str(error))
            yield conversation
        if conversation.busy and not run.halted:
            raise RuntimeError("the answerer's stream ended without an Answer")
