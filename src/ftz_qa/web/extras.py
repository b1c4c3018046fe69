"""What the page offers besides the chat, in modules of their own; the page only knows this one."""

from __future__ import annotations

# Gradio reads annotations at run time, so nothing here hides behind TYPE_CHECKING.
from collections.abc import Callable
from typing import Protocol

import gradio as gr
from fastapi import APIRouter

from ftz_qa.web.conversation import Exchange
from ftz_qa.web.ledger_tab import Figures, lay_out_ledger, ledger_routes
from ftz_qa.web.services import Services


class Chat(Protocol):
    """What the extras need of the page's chat."""

    below: Callable[[Exchange], str]


class Extras:
    """The tabs and routes for which a server has what they need.

    Parameters
    ----------
    services
        What the server has.
    """

    def __init__(self, services: Services) -> None:
        self._figures = Figures(services.issues) if services.issues is not None else None

    def routes(self) -> APIRouter:
        """Their HTTP routes; they must stand before anything that is mounted at the root."""
        router = APIRouter()
        if self._figures is not None:
            router.include_router(ledger_routes(self._figures))
        return router

    def lay_out(self, blocks: gr.Blocks, chat: Chat) -> None:
        """Add the tabs, within the page's tabs, and tie them to the chat."""
        if self._figures is not None:
            lay_out_ledger(self._figures)
            chat.below = self._figures.below
