"""The way into the maintainers' tab and out of it."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from pathlib import Path
from typing import Any

import gradio as gr

from ftz_qa.web import maintenance_html as html
from ftz_qa.web.access import session_of
from ftz_qa.web.entrance import Entrance
from ftz_qa.web.maintenance import MaintenanceTab, Updates

CHAT_ID = "chat-tab"
MAINTENANCE_ID = "maintenance-tab"
_HERE = Path(__file__).parent


class Door:
    """The way in and out of the tab: a discreet link with a form behind it; later, who is signed in.

    Must be made outside of the tabs; `connect` wants them.
    """

    def __init__(self, entrance: Entrance) -> None:
        self.entrance = entrance
        self.door = gr.HTML(
            html.signed_out_html(by_account=entrance.by_account),
            elem_id="door",
            js_on_load=(_HERE / "sign_in.js").read_text(encoding="utf-8"),
        )

    def connect(self, blocks: gr.Blocks, tabs: gr.Tabs, tab: gr.Tab, content: MaintenanceTab) -> None:
        """Show the tab to whoever is signed in, when the page opens and after signing in or out."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

        def shown(request: gr.Request) -> Updates:
            name = self.entrance.holder(session_of(request.request))
            if name is None:
                signed_out = html.signed_out_html(by_account=self.entrance.by_account)
                return {**content.blank(), self.door: signed_out, tab: gr.update(visible=False)}
            return {**content.listing(), self.door: html.signed_in_html(name), tab: gr.update(visible=True)}

        def entered(request: gr.Request) -> Updates:
            inside = self.entrance.holder(session_of(request.request)) is not None
            return {**shown(request), tabs: gr.update(selected=MAINTENANCE_ID if inside else CHAT_ID)}

        out = [self.door, tab, *content.components]
        # Which tab is open when the page opens is for its address to say.
        blocks.load(shown, None, out, **private)
        self.door.click(entered, None, [*out, tabs], **private)
