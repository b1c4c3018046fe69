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
_SELECT = (
    "() => { setTimeout(() => document.getElementById(document.querySelector('#door .leave') "
    f"? '{MAINTENANCE_ID}-button' : '{CHAT_ID}-button').click(), 50); }}"
)


class Door:
    """The way in and out of the tab: a discreet link with a form behind it; later, who is signed in.

    Must be made outside of the tabs.
    """

    def __init__(self, entrance: Entrance) -> None:
        self.entrance = entrance
        self.door = gr.HTML(
            html.signed_out_html(by_account=entrance.by_account),
            elem_id="door",
            js_on_load=(_HERE / "sign_in.js").read_text(encoding="utf-8"),
        )

    def connect(self, blocks: gr.Blocks, content: MaintenanceTab) -> None:
        """Fill the tab for whoever is signed in, when the page opens and after signing in or out.

        The style hides its name from everybody else. Gradio could, but then often fails to open what it has shown.
        """
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}

        def shown(request: gr.Request) -> Updates:
            name = self.entrance.holder(session_of(request.request))
            if name is None:
                signed_out = html.signed_out_html(by_account=self.entrance.by_account)
                return {**content.blank(), self.door: signed_out}
            return {**content.listing(), self.door: html.signed_in_html(name)}

        out = [self.door, *content.components]
        # Which tab is open when the page opens is for its address to say.
        blocks.load(shown, None, out, **private)
        # The server's choice of a tab is forgotten where the visitor has made the same one before.
        self.door.click(shown, None, out, **private).success(None, None, None, js=_SELECT, **private)
