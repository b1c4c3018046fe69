"""The tab 数据: figures of all issues in a table that can be searched, sorted and downloaded."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import gradio as gr
from fastapi import APIRouter, Response

from ftz_qa.errors import FtzQaError
from ftz_qa.ledger import Figure
from ftz_qa.ledger_series import as_csv, series_for
from ftz_qa.types import Answer
from ftz_qa.web import ledger_html as html
from ftz_qa.web import ledger_texts as texts
from ftz_qa.web.conversation import Exchange
from ftz_qa.web.render import notice_html

_KEPT = 200


class Figures:
    """The ledger of whatever is indexed now.

    Parameters
    ----------
    figures
        Those of the index, the newest issue first; raises `FtzQaError`.
    """

    def __init__(self, figures: Callable[[], Sequence[Figure]]) -> None:
        self._figures = figures
        self._lock = Lock()
        self._below: OrderedDict[Answer, str] = OrderedDict()

    def table(self, search: str | None) -> str:
        """The rows that are looked for, as HTML; what is wrong instead where there is no index."""
        try:
            return html.ledger_html(self._figures(), search or "")
        except FtzQaError as error:
            return notice_html(str(error))

    def csv(self, search: str) -> str:
        """The same rows as CSV; raises `FtzQaError`."""
        return as_csv(html.matching(self._figures(), search))

    def below(self, exchange: Exchange) -> str:
        """What to show under an answer: how its figure went on over time; mostly nothing."""
        answer = exchange.answer
        if answer is None or answer.refused:
            return ""
        with self._lock:
            if answer not in self._below:
                self._below[answer] = self._series(answer)
                while len(self._below) > _KEPT:
                    self._below.popitem(last=False)
            return self._below[answer]

    def _series(self, answer: Answer) -> str:
        try:
            series = series_for(answer.resolved or answer.question, answer, self._figures())
        except FtzQaError:
            return ""
        return html.series_html(series) if series is not None else ""


def ledger_routes(figures: Figures) -> APIRouter:
    """The route of the download."""
    router = APIRouter()

    def download(search: str = "") -> Response:
        headers = {"Content-Disposition": 'attachment; filename="ledger.csv"'}
        return Response(figures.csv(search[:200]), media_type="text/csv; charset=utf-8", headers=headers)

    router.get(f"/{html.CSV_PATH}", include_in_schema=False)(download)
    return router


def lay_out_ledger(figures: Figures) -> None:
    """Add the tab; within the page's tabs."""
    private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    script = (Path(__file__).parent / "ledger.js").read_text(encoding="utf-8")
    with gr.Tab(texts.TAB, id="ledger-tab", elem_id="ledger-tab") as tab:
        gr.HTML(f'<h2>{texts.TITLE}</h2><p class="hint">{texts.HINT}</p>')
        search = gr.Textbox(
            label=texts.SEARCH, placeholder=texts.SEARCH_PLACEHOLDER, max_length=200, elem_id="ledger-search"
        )
        table = gr.HTML("", elem_id="ledger", js_on_load=script)
    # One listener for both, so that what was typed meanwhile is what the table shows in the end.
    gr.on([tab.select, search.change], figures.table, search, table, trigger_mode="always_last", **private)
