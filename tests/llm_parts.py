"""A chat model that says what a test wants, and what tests of language models share."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.ai import UsageMetadata
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from conftest import REPOSITORY
from ftz_qa.llm_calls import Limits, LlmClient
from ftz_qa.prompts import load_prompt
from ftz_qa.writer import PLACEHOLDERS, REPAIR_PLACEHOLDERS, Draft, Prompts, Room, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Answer, Passage

PROMPTS = REPOSITORY / "prompts"


class ScriptedChat(BaseChatModel):
    """Says its replies one after the other, the last one again and again, in pieces of a few characters.

    An exception among them is raised; behind ``…停…`` in a reply it stalls, at ``…断…`` it breaks.

    Attributes
    ----------
    prompts
        What it was sent.
    size
        Characters of a piece.
    """

    replies: list[Any]
    prompts: list[str] = []  # noqa: RUF012 - pydantic copies it for every model
    size: int = 3
    stall: float = 5.0

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _next(self, messages: Sequence[Any]) -> Any:  # noqa: ANN401
        reply = self.replies[min(len(self.prompts), len(self.replies) - 1)]
        self.prompts.append("\n".join(message.text for message in messages))
        if isinstance(reply, Exception):
            raise reply
        return reply

    def _generate(self, messages: Any, *args: Any, **kwargs: Any) -> ChatResult:  # noqa: ANN401
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content=self._next(messages)))])

    def _stream(self, messages: Any, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:  # noqa: ANN401
        reply = self._next(messages)
        before, stalls, after = reply.partition("…停…")
        before, breaks, _ = before.partition("…断…")
        yield from self._said(before)
        if breaks:
            raise ConnectionResetError
        if stalls:
            time.sleep(self.stall)
            yield from self._said(after)
        usage = UsageMetadata(input_tokens=100, output_tokens=len(reply), total_tokens=100 + len(reply))
        yield ChatGenerationChunk(message=AIMessageChunk(content="", usage_metadata=usage))

    def _said(self, text: str) -> Iterator[ChatGenerationChunk]:
        for start in range(0, len(text), self.size):
            yield ChatGenerationChunk(message=AIMessageChunk(content=text[start : start + self.size]))


def client_of(*replies: Any, limits: Limits | None = None, **options: Any) -> tuple[LlmClient, ScriptedChat]:  # noqa: ANN401
    """A client of a scripted model, and the model."""
    model = ScriptedChat(replies=list(replies), **options)
    return LlmClient(model, limits), model


def prompts() -> Prompts:
    """Those that come with the program."""
    return Prompts(
        load_prompt(PROMPTS, "answer", PLACEHOLDERS),
        load_prompt(PROMPTS, "repair", REPAIR_PLACEHOLDERS),
        load_prompt(PROMPTS, "digest", PLACEHOLDERS),
    )


def writer_of(client: LlmClient, near: Any = None, room: Room | None = None) -> Writer:  # noqa: ANN401
    """A writer with the prompts of the program."""
    return Writer(client, prompts(), near, room)


def written(
    writer: Writer,
    passages: Sequence[Passage],
    extract: Answer,
    question: str = "问题？",
    **more: Any,  # noqa: ANN401
) -> tuple[str, Answer]:
    """What a writer shows of its answer, and the answer."""
    stream = writer.stream(Draft(question, tuple(passages), extract, **more))
    shown = ""
    while True:
        try:
            shown += next(stream)
        except StopIteration as end:
            answer: Answer = end.value
            return shown, answer
