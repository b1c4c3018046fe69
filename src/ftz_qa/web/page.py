"""The Gradio page: a masthead, and a tab for each thing that can be done.

Importing this module imports gradio (about 4 s); `ftz_qa.web.server` does so only when a page is wanted.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ftz_qa.web import front_html, texts
from ftz_qa.web.chat import ChatPage
from ftz_qa.web.door import CHAT_ID, MAINTENANCE_ID, Door
from ftz_qa.web.extras import Extras
from ftz_qa.web.library import READING_ID, ReadingTab
from ftz_qa.web.maintenance import MaintenanceTab
from ftz_qa.web.protocol import PageAnswerer
from ftz_qa.web.workbench import Maintenance

_HERE = Path(__file__).parent


def build_page(
    answerer: PageAnswerer, maintenance: Maintenance | None = None, extras: Extras | None = None
) -> gr.Blocks:
    """Build the page around what answers; `looks.page_assets` go to whatever serves it.

    Parameters
    ----------
    answerer
        Asked from several threads at once.
    maintenance
        What maintainers may do in a tab that nobody else sees; None makes a page without it.
    extras
        What is offered in tabs of their own; they need the maintainers' page. None makes a page without them.
    """
    blocks = gr.Blocks(title=texts.TITLE, analytics_enabled=False, fill_width=True, delete_cache=(3600, 86400))
    with blocks:
        header = gr.HTML(front_html.header_html(answerer.describe()), elem_id="masthead")
        courier = gr.HTML("", visible="hidden", js_on_load=(_HERE / "courier.js").read_text(encoding="utf-8"))
        door = Door(maintenance.entrance) if maintenance else None
        with gr.Tabs(elem_id="tabs", selected=CHAT_ID) as tabs:
            with gr.Tab(texts.CHAT_TAB, id=CHAT_ID, elem_id=CHAT_ID):
                chat = ChatPage(answerer, header)
            with gr.Tab(texts.READING_TAB, id=READING_ID, elem_id=READING_ID):
                reading = ReadingTab(answerer)
            if extras:
                extras.lay_out(chat)
            content = _upkeep(maintenance, extras) if maintenance else None
        chat.connect(blocks, tabs, courier)
        reading.connect(blocks, tabs, courier)
        if door and content:

            def changed(event: Any) -> None:  # noqa: ANN401 - Gradio's type is an internal one
                chat.refresh_after(event)
                reading.refresh_after(event)

            content.connect(changed)
            door.connect(blocks, content)
        if extras:
            extras.connect(blocks, tabs, chat, door.door if door else None)
    return blocks


def _upkeep(maintenance: Maintenance, extras: Extras | None) -> MaintenanceTab:
    with gr.Tab(texts.MAINTENANCE, id=MAINTENANCE_ID, elem_id=MAINTENANCE_ID):
        content = MaintenanceTab(maintenance.workbench, maintenance.entrance)
        if extras:
            extras.lay_out_upkeep()
    return content
