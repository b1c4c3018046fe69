"""What the page offers besides the chat, in modules of their own; the page only knows this one."""

from __future__ import annotations

# Gradio reads annotations at run time, so nothing here hides behind TYPE_CHECKING.
import gradio as gr
from fastapi import APIRouter

from ftz_qa.web.feedback_tab import FeedbackDesk, Thumbs, feedback_routes
from ftz_qa.web.history_panel import HistoryPanel, history_routes
from ftz_qa.web.hooks import Chat
from ftz_qa.web.ledger_tab import Figures, lay_out_ledger, ledger_routes
from ftz_qa.web.services import Services


class Extras:
    """The tabs and routes for which a server has what they need.

    Parameters
    ----------
    services
        What the server has.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._figures = Figures(services.figures) if services.figures is not None else None
        self._panel: HistoryPanel | None = None
        self._feedback: FeedbackDesk | None = None

    def routes(self) -> APIRouter:
        """Their HTTP routes; they must stand before anything that is mounted at the root."""
        router = APIRouter()
        if self._figures is not None:
            router.include_router(ledger_routes(self._figures))
        if records := self._services.records:
            people = self._services.people
            router.include_router(history_routes(records.history, people))
            router.include_router(feedback_routes(records.feedback, records.audit, people))
        return router

    def lay_out(self, chat: Chat) -> None:
        """Add the tabs, within the page's tabs."""
        chat.turns = self._services.turns
        if self._figures is not None:
            lay_out_ledger(self._figures)
            chat.below = self._figures.below
        if records := self._services.records:
            self._panel = HistoryPanel(records.history, self._services.people)

    def lay_out_upkeep(self) -> None:
        """Add what maintainers see, within their tab."""
        if records := self._services.records:
            self._feedback = FeedbackDesk(records, self._services.people)

    def connect(self, blocks: gr.Blocks, tabs: gr.Tabs, chat: Chat, door: gr.HTML | None) -> None:
        """Tie the tabs to the chat, outside of the page's tabs.

        Parameters
        ----------
        door
            Clicked when somebody has signed in or out; None where nobody can.
        """
        if (records := self._services.records) and self._panel:
            self._panel.connect(chat, tabs)
            if self._feedback and door:
                self._feedback.connect(blocks, door)
            Thumbs(records.feedback, self._services.people).connect(chat)
