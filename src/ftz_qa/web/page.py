"""The Gradio page: components, and what happens between them.

Importing this module imports gradio (about 4 s); `ftz_qa.web.server` does so only when a page is wanted.
"""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, cast

import gradio as gr

from ftz_qa.errors import FtzQaError
from ftz_qa.types import Answer
from ftz_qa.web import render, texts
from ftz_qa.web.conversation import Conversation, Exchange
from ftz_qa.web.door import CHAT_ID, MAINTENANCE_ID, Door
from ftz_qa.web.extras import Extras, ahead_html
from ftz_qa.web.maintenance import MaintenanceTab
from ftz_qa.web.protocol import PageAnswerer
from ftz_qa.web.running import Run
from ftz_qa.web.services import CONCURRENT_ANSWERS
from ftz_qa.web.turns import Turns
from ftz_qa.web.workbench import Maintenance

MAX_QUESTION_CHARS = 500

_HERE = Path(__file__).parent
_STYLES = ("style.css", "maintenance.css", "over_time.css")
_SANS = (
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "sans-serif",
)
_MONO = ("Consolas", "Menlo", "monospace")
_CHIPS_JS = """
element.addEventListener("click", (event) => {
  const chip = event.target.closest(".chip");
  if (chip) trigger("click", { question: chip.textContent });
});
"""
# What a handler returns: new values or updates by component.
Updates = dict[Any, Any]


def build_page(
    answerer: PageAnswerer, maintenance: Maintenance | None = None, extras: Extras | None = None
) -> gr.Blocks:
    """Build the page around what answers; `page_assets` go to whatever serves it.

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
        if maintenance is None:
            ChatPage(answerer).connect(blocks)
        else:
            _lay_out_tabs(answerer, maintenance, blocks, extras)
    return blocks


def _lay_out_tabs(answerer: PageAnswerer, maintenance: Maintenance, blocks: gr.Blocks, extras: Extras | None) -> None:
    door = Door(maintenance.entrance)
    with gr.Tabs(elem_id="tabs", selected=CHAT_ID) as tabs:
        with gr.Tab(texts.CHAT_TAB, id=CHAT_ID, elem_id=CHAT_ID):
            chat = ChatPage(answerer)
        if extras is not None:
            extras.lay_out(chat)
        with gr.Tab(texts.MAINTENANCE, id=MAINTENANCE_ID, elem_id=MAINTENANCE_ID):
            content = MaintenanceTab(maintenance.workbench, maintenance.entrance)
            if extras is not None:
                extras.lay_out_upkeep()
    chat.connect(blocks)
    content.connect(chat.refresh_after)
    door.connect(blocks, tabs, content)
    if extras is not None:
        extras.connect(blocks, tabs, chat, door.door)


def page_assets() -> dict[str, Any]:
    """Theme, style and script: keyword arguments of `gradio.mount_gradio_app` and of `Blocks.launch`."""
    script = (_HERE / "page.js").read_text(encoding="utf-8")
    colors = gr.themes.colors
    theme = gr.themes.Base(
        primary_hue=colors.blue,
        neutral_hue=colors.slate,
        font=[gr.themes.Font(name) for name in _SANS],
        font_mono=[gr.themes.Font(name) for name in _MONO],
    )
    return {
        "theme": theme,
        "css": "".join((_HERE / name).read_text(encoding="utf-8") for name in _STYLES),
        "head": f"<script>{script}</script>",
        "favicon_path": str(_HERE / "favicon.svg"),
        "footer_links": [],
    }


class ChatPage:
    """Components of one page and the handlers behind them; a visitor's conversation lives in `gr.State`."""

    def __init__(self, answerer: PageAnswerer) -> None:
        self.answerer = answerer
        # What to show under a finished answer; HTML.
        self.turns = Turns(CONCURRENT_ANSWERS)
        self.below: Callable[[Exchange], str] = lambda exchange: ""
        self.conversation = gr.State(Conversation())
        self.run = gr.State(None)
        self.header = gr.HTML(render.header_html(answerer.describe()), elem_id="masthead")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="left"):
                self._lay_out_chat()
            with gr.Column(elem_id="right"):
                self.sources = gr.HTML(render.sources_html(Conversation()), elem_id="sources")

    def _lay_out_chat(self) -> None:
        self.chat = gr.Chatbot(
            label=texts.CHAT_LABEL,
            show_label=False,
            elem_id="chat",
            placeholder=render.welcome_html(),
            render_markdown=False,
            latex_delimiters=[],
            sanitize_html=True,
            allow_tags=False,
            buttons=[],
        )
        examples = render.examples_html(self.answerer.examples())
        self.chips = gr.HTML(examples, elem_id="chips", js_on_load=_CHIPS_JS)
        self.notice = gr.HTML("", elem_id="notice")
        with gr.Row(elem_id="composer"):
            self.question = gr.Textbox(
                label=texts.QUESTION_LABEL,
                show_label=False,
                container=False,
                placeholder=texts.QUESTION_PLACEHOLDER,
                lines=1,
                max_lines=4,
                autofocus=True,
                elem_id="question",
                html_attributes=gr.InputHTMLAttributes(autocomplete="off", enterkeyhint="send", lang="zh-CN"),
            )
            self.send = gr.Button(texts.SEND, variant="primary", elem_id="send", min_width=72)
            self.halt = gr.Button(texts.STOP, variant="stop", elem_id="stop", min_width=72, visible=False)
            self.clear = gr.Button(texts.NEW_CONVERSATION, variant="secondary", elem_id="clear", min_width=72)

    @property
    def everything(self) -> list[Any]:
        """Every component that `opened` may change."""
        talk = [self.conversation, self.chat, self.sources, self.send, self.halt]
        return [*talk, self.run, self.question, self.notice, self.chips]

    def opened(self, conversation: Conversation) -> Updates:
        """Updates that show another conversation in place of the one that is shown."""
        blank = not conversation.exchanges
        sources = render.sources_html(conversation)
        return {
            **self._blank(),
            **self._shown(conversation),
            self.sources: sources,
            self.chips: gr.update(visible=blank),
        }

    def connect(self, blocks: gr.Blocks) -> None:
        """Tie handlers to components; none of them is an API that others can call."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        talk = [self.conversation, self.chat, self.sources, self.send, self.halt]
        both = [self.conversation, self.run]
        everything = self.everything
        typed = gr.on(
            [self.question.submit, self.send.click], self.ask, [self.question, self.conversation], everything, **private
        )
        chosen = self.chips.click(self.ask_example, self.conversation, everything, **private)
        # Answers wait for one another in `turns`, which tells how many are ahead.
        queued = {"queue": True, "concurrency_id": "answers", "concurrency_limit": None}
        for asked in (typed, chosen):
            answered = asked.success(self.answer, both, everything, trigger_mode="multiple", **{**private, **queued})
            answered.failure(self.fail, self.conversation, talk, **private)
        self.halt.click(self.stop, both, talk, **private)
        self.clear.click(self.reset, self.run, everything, **private)
        blocks.load(self.refresh, None, [self.header, self.chips], **private)

    def refresh_after(self, event: Any) -> None:  # noqa: ANN401 - Gradio's type is an internal one
        """Show what is indexed again after an event that may have changed it."""
        event.success(
            self.refresh,
            None,
            [self.header, self.chips],
            api_visibility="private",
            show_progress="hidden",
            queue=False,
        )

    def ask(self, typed: str, conversation: Conversation) -> Updates:
        """Take a typed question into the conversation."""
        question = typed.strip()
        if not question or conversation.busy:
            return {self.notice: ""}
        if len(question) > MAX_QUESTION_CHARS:
            message = texts.TOO_LONG.format(length=len(question), limit=MAX_QUESTION_CHARS)
            return {self.notice: render.notice_html(message)}
        return {
            **self._shown(conversation.ask(question)),
            self.run: Run(),
            self.question: "",
            self.notice: "",
            self.chips: gr.update(visible=False),
        }

    def ask_example(self, conversation: Conversation, event: gr.EventData) -> Updates:
        """Take the example that was clicked into the conversation."""
        return self.ask(str(event.question), conversation)

    async def answer(self, conversation: Conversation, run: Run | None) -> AsyncIterator[Updates]:
        """Stream the answer to the question that waits, if one does."""
        if run is None or not run.begin():
            yield gr.skip()
            return
        try:
            yield self._shown(conversation)
            latest = conversation
            async with self.turns.place() as place:
                async for ahead in place.ahead(lambda: run.halted):
                    yield {self.notice: ahead_html(ahead)}
                async for latest in self._answering(conversation, run):
                    yield {**self._shown(latest), self.notice: ""}
            if latest.busy and not run.halted:
                raise RuntimeError("the answerer's stream ended without an Answer")
            yield {**self._shown(latest.stop()), self.sources: render.sources_html(latest)}
            if run.discarded:
                yield self._blank()
        finally:
            run.end()

    async def _answering(self, conversation: Conversation, run: Run) -> AsyncIterator[Conversation]:
        question, history = conversation.exchanges[-1].question, conversation.history()
        try:
            stream = await asyncio.to_thread(self.answerer.stream, question, history)
            async for piece in run.pieces(stream):
                conversation = conversation.finish(piece) if isinstance(piece, Answer) else conversation.grow(piece)
                yield conversation
        except FtzQaError as error:
            yield conversation.fail(str(error))

    def fail(self, conversation: Conversation) -> Updates:
        """Say that something unexpected happened; Gradio has written the traceback to the log."""
        return self._shown(conversation.fail(texts.UNEXPECTED))

    # These two must be coroutines: on the event loop they cannot come between two steps of `answer`.
    async def stop(self, conversation: Conversation, run: Run | None) -> Updates:
        """End the answer under way; `answer` shows what there is of it."""
        if run is not None and run.halt():
            return cast("Updates", gr.skip())
        return self._shown(conversation.stop())

    async def reset(self, run: Run | None) -> Updates:
        """Begin a new conversation; `answer` does so where one is under way."""
        if run is not None and run.halt(discard=True):
            return cast("Updates", gr.skip())
        return self._blank()

    def _blank(self) -> Updates:
        return {
            **self._shown(Conversation()),
            self.sources: render.sources_html(Conversation()),
            self.run: None,
            self.question: "",
            self.notice: "",
            self.chips: gr.update(visible=True),
        }

    def refresh(self) -> tuple[str, str]:
        """Header and examples for a page that is being opened: the index may have changed meanwhile."""
        try:
            return render.header_html(self.answerer.describe()), render.examples_html(self.answerer.examples())
        except FtzQaError as error:
            return render.header_html(None, str(error)), ""

    def _shown(self, conversation: Conversation) -> Updates:
        messages = []
        for exchange in conversation.exchanges:
            messages.append({"role": "user", "content": render.question_html(exchange.question)})
            messages.append({"role": "assistant", "content": render.answer_html(exchange) + self.below(exchange)})
        return {
            self.conversation: conversation,
            self.chat: messages,
            self.send: gr.update(visible=not conversation.busy),
            self.halt: gr.update(visible=conversation.busy),
        }
