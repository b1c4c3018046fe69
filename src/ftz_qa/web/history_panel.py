"""The tab 历史: a visitor's conversations, kept as they go on, to be opened, renamed, deleted and exported."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import gradio as gr
from fastapi import APIRouter, Request, Response

from ftz_qa.errors import FtzQaError
from ftz_qa.web import history_texts as texts
from ftz_qa.web.conversation import Conversation
from ftz_qa.web.door import CHAT_ID
from ftz_qa.web.history import History, Summary
from ftz_qa.web.history_export import to_markdown, to_word
from ftz_qa.web.hooks import Chat
from ftz_qa.web.people import People
from ftz_qa.web.render import escape, notice_html

Updates = dict[Any, Any]
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class HistoryPanel:
    """Components of the tab and the handlers behind them; within the page's tabs.

    Parameters
    ----------
    history
        Where conversations are kept.
    people
        Whose they are.
    """

    def __init__(self, history: History, people: People) -> None:
        self._history = history
        self._people = people
        script = (Path(__file__).parent / "history.js").read_text(encoding="utf-8")
        with gr.Tab(texts.TAB, id="history-tab", elem_id="history-tab") as self.tab:
            gr.HTML(f'<h2>{texts.TITLE}</h2><p class="hint">{texts.HINT}</p>')
            self.search = gr.Textbox(
                label=texts.SEARCH, placeholder=texts.SEARCH_PLACEHOLDER, max_length=200, elem_id="history-search"
            )
            self.notice = gr.HTML("")
            self.entries = gr.HTML("", elem_id="history", js_on_load=script)

    def connect(self, chat: Chat, tabs: gr.Tabs) -> None:
        """Keep the chat's conversations, list them, and open kept ones in the chat."""
        chat.keeper = self.keeper
        # One listener for all, so that the list never shows an answer to what was asked for before: while one is
        # awaited, whatever else happens waits, and is asked with what is typed then.
        triggers = [chat.conversation.change, self.tab.select, self.search.change]
        gr.on(triggers, self.show, self.search, self.entries, trigger_mode="always_last", **_PRIVATE)
        out = [tabs, self.entries, self.notice, *chat.everything]

        def act(search: str | None, event: gr.EventData, request: gr.Request) -> Updates:
            owner = self._people.name(request.request)
            id_, action = str(event.id), str(event.action)
            try:
                if action == "open":
                    stored = self._history.load(owner, id_)
                    shown = chat.opened(stored.conversation)
                    return {**shown, tabs: gr.update(selected=CHAT_ID), self.notice: ""}
                if action == "rename":
                    self._history.rename(owner, id_, str(event.title))
                if action == "delete":
                    self._history.delete(owner, id_)
            except FtzQaError as error:
                return {self.notice: notice_html(str(error)), self.entries: self._listed(owner, search)}
            return {self.notice: "", self.entries: self._listed(owner, search)}

        self.entries.click(act, [self.search], out, **_PRIVATE)

    def keeper(self, request: gr.Request) -> Callable[[Conversation], None]:
        """What keeps conversations of whoever asks; an answer under way is kept as one that was stopped."""
        owner = self._people.name(request.request)

        def keep(conversation: Conversation) -> None:
            self._history.save(owner, conversation.id, conversation.stop())

        return keep

    def show(self, search: str | None, request: gr.Request) -> str:
        """The visitor's conversations that are looked for."""
        return self._listed(self._people.name(request.request), search)

    def _listed(self, owner: str, search: str | None) -> str:
        search = search or ""
        found = self._history.list(owner, search)
        if not found:
            return f'<p class="hint">{texts.NOT_FOUND if search.strip() else texts.NONE}</p>'
        return f'<ul class="history">{"".join(_entry(summary) for summary in found)}</ul>'


def _entry(summary: Summary) -> str:
    about = f"{summary.changed:%Y-%m-%d %H:%M} · {texts.COUNT.format(count=summary.count)}"
    buttons = "".join(
        f'<button type="button" data-action="{action}"{extra}>{label}</button>'
        for action, label, extra in (
            ("rename", texts.RENAME, f' data-hint="{texts.NEW_TITLE}"'),
            ("delete", texts.DELETE, f' data-confirm="{texts.DELETE_CONFIRM}"'),
        )
    )
    links = "".join(
        f'<a href="conversations/{quote(summary.id)}.{ending}" download>{label}</a>'
        for ending, label in (("md", texts.MARKDOWN), ("docx", texts.WORD))
    )
    return (
        f'<li data-id="{escape(summary.id)}"><button type="button" class="title" data-action="open" '
        f'title="{texts.OPEN}">{escape(summary.title)}</button><span class="about">{about}</span>'
        f'<span class="tools">{buttons}{links}</span></li>'
    )


def history_routes(history: History, people: People) -> APIRouter:
    """The routes of the exports; each gives only what belongs to whoever asks."""
    router = APIRouter()

    def export(id_: str, ending: Literal["md", "docx"], request: Request) -> Response:
        try:
            stored = history.load(people.name(request), id_)
        except FtzQaError as error:
            return Response(str(error), 404, media_type="text/plain; charset=utf-8")
        name = quote(f"{stored.summary.title}.{ending}", safe="")
        headers = {"Content-Disposition": f"attachment; filename=\"conversation.{ending}\"; filename*=UTF-8''{name}"}
        if ending == "md":
            return Response(to_markdown(stored), media_type="text/markdown; charset=utf-8", headers=headers)
        return Response(to_word(stored), media_type=_WORD_TYPE, headers=headers)

    router.get("/conversations/{id_}.{ending}", include_in_schema=False)(export)
    return router
