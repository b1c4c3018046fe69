"""What the page's chat lets others do with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import gradio as gr

from ftz_qa.web.conversation import Conversation, Exchange
from ftz_qa.web.turns import Turns


class Chat(Protocol):
    """The chat of a page.

    Attributes
    ----------
    keeper
        For a request, what keeps a conversation of its visitor; others may put their own in its place.
    below
        Gives what to show under a finished answer, as HTML; others may put their own in its place.
    turns
        The queue that its answers wait in.
    conversation
        The visitor's `Conversation`.
    chat
        The component that shows it.
    """

    keeper: Callable[[gr.Request], Callable[[Conversation], None]]
    below: Callable[[Exchange], str]
    turns: Turns
    conversation: gr.State
    chat: gr.Chatbot

    @property
    def everything(self) -> list[Any]:
        """Every component that `opened` may change."""

    def opened(self, conversation: Conversation) -> dict[Any, Any]:
        """Updates that show another conversation in place of the one that is shown."""
