"""The reading tab: issues, sections and articles to browse, titles to search, an address for each."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from ftz_qa.errors import FtzQaError
from ftz_qa.web import library_html as html
from ftz_qa.web import texts
from ftz_qa.web.protocol import PageAnswerer
from ftz_qa.web.shelf import Place, Shelf

READING_ID = "reading-tab"
MAX_WORDS = 100
_HERE = Path(__file__).parent
# What a handler returns: new values or updates by component.
Updates = dict[Any, Any]


class ReadingTab:
    """Components of the tab and the handlers behind them.

    Parameters
    ----------
    answerer
        Gives the issues that are indexed.
    """

    def __init__(self, answerer: PageAnswerer) -> None:
        self.answerer = answerer
        with gr.Row(elem_id="library"):
            with gr.Column(elem_id="shelf"):
                self.words = gr.Textbox(
                    label=texts.SEARCH_TITLES,
                    placeholder=texts.SEARCH_PLACEHOLDER,
                    max_length=MAX_WORDS,
                    max_lines=1,
                    elem_id="title-search",
                )
                self.found = gr.HTML("", elem_id="found")
                self.list = gr.HTML("", elem_id="issue-list")
            with gr.Column(elem_id="reader"):
                self.place = gr.HTML("", elem_id="place", js_on_load=(_HERE / "reading.js").read_text(encoding="utf-8"))

    def connect(self, blocks: gr.Blocks, tabs: gr.Tabs, courier: gr.HTML) -> None:
        """Tie handlers to components: links anywhere on the page and addresses that the page is opened with."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        out = [tabs, self.list, self.place]

        def go(event: gr.EventData) -> Updates:
            return {tabs: gr.update(selected=READING_ID), **self.open(str(event.query))}

        def arrive(request: gr.Request) -> Updates:
            query = urlencode(dict(request.query_params))
            if "issue" in request.query_params or "source" in request.query_params:
                return {tabs: gr.update(selected=READING_ID), **self.open(query)}
            return self.start()

        courier.read(go, None, out, **private)
        blocks.load(arrive, None, out, **private)
        self.words.change(self.search, self.words, [self.found, self.list], trigger_mode="always_last", **private)

    def refresh_after(self, event: Any) -> None:  # noqa: ANN401 - Gradio's type is an internal one
        """Show the list again after an event that may have changed what is indexed."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        event.success(self.start, None, [self.list, self.place], **private)

    def start(self) -> Updates:
        """The list, and what the newest issue holds."""
        shelf = self._shelf()
        newest = shelf.newest()
        return self._shown(shelf, Place(newest) if newest else None)

    def open(self, query: str) -> Updates:
        """What the query of an address names."""
        shelf = self._shelf()
        return self._shown(shelf, shelf.find(query))

    def search(self, words: str) -> Updates:
        """Titles that hold the words; without words the list of issues."""
        shelf = self._shelf()
        found = html.found_html(shelf, shelf.titled(words[:MAX_WORDS])) if words.strip() else ""
        return {self.found: found, self.list: gr.update(visible=not found)}

    def _shown(self, shelf: Shelf, here: Place | None) -> Updates:
        return {self.list: html.list_html(shelf, here), self.place: html.place_html(shelf, here)}

    def _shelf(self) -> Shelf:
        try:
            return Shelf(self.answerer.issues())
        except FtzQaError:
            return Shelf(())  # the masthead says what is wrong
