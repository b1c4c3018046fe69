"""The chat: components, and what happens between them."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from collections.abc import AsyncIterator, Callable
from typing import Any, cast

import gradio as gr

from ftz_qa.errors import FtzQaError
from ftz_qa.filters import UNFILTERED, Filters
from ftz_qa.followups import questions_about
from ftz_qa.text import tidy
from ftz_qa.web import front_html, render, texts
from ftz_qa.web.conversation import Conversation, Exchange
from ftz_qa.web.door import CHAT_ID
from ftz_qa.web.filter_bar import FilterBar
from ftz_qa.web.protocol import PageAnswerer
from ftz_qa.web.running import Run
from ftz_qa.web.services import CONCURRENT_ANSWERS
from ftz_qa.web.shelf import Place, Shelf
from ftz_qa.web.turns import Turns
from ftz_qa.web.work import Workshop

MAX_QUESTION_CHARS = 500
EXAMPLES_OF_ARTICLE = 3

# What a handler returns: new values or updates by component.
Updates = dict[Any, Any]


class ChatPage:
    """Components of the chat and the handlers behind them; a visitor's conversation lives in `gr.State`.

    Parameters
    ----------
    header
        The masthead, which says what is indexed.
    """

    def __init__(self, answerer: PageAnswerer, header: gr.HTML) -> None:
        self.answerer = answerer
        self.header = header
        self.turns = Turns(CONCURRENT_ANSWERS)
        self._workshop = Workshop(answerer)
        # Keeps conversations of whoever asks; without somebody who does, they last as long as their page.
        self.keeper: Callable[[gr.Request], Callable[[Conversation], None]] = lambda request: lambda conversation: None
        # HTML to show under a finished answer, for tabs that add something to it.
        self.below: Callable[[Exchange], str] = lambda exchange: ""
        self.conversation = gr.State(Conversation())
        self.run = gr.State(None)
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="left"):
                self._lay_out_chat()
                self._lay_out_composer()
            with gr.Column(elem_id="right"):
                self.sources = gr.HTML(render.sources_html(Conversation(), Shelf(())), elem_id="sources")

    def _lay_out_chat(self) -> None:
        self.chat = gr.Chatbot(
            label=texts.CHAT_LABEL,
            show_label=False,
            elem_id="chat",
            placeholder=front_html.welcome_html(Shelf(self.answerer.issues())),
            render_markdown=False,
            latex_delimiters=[],
            sanitize_html=True,
            allow_tags=False,
            buttons=[],
            # page.js keeps the newest question in view: an answer is read from its beginning.
            autoscroll=False,
        )
        self.chips = gr.HTML(render.examples_html(self.answerer.examples()), elem_id="chips")
        self.notice = gr.HTML("", elem_id="notice")

    def _lay_out_composer(self) -> None:
        self.bar = FilterBar(self.answerer.issues())
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
        """Every component of the conversation that a handler may change."""
        talk = [self.conversation, self.chat, self.sources, self.send, self.halt]
        return [*talk, self.run, self.question, self.notice, self.chips]

    def connect(self, blocks: gr.Blocks, tabs: gr.Tabs, courier: gr.HTML) -> None:
        """Tie handlers to components; none of them is an API that others can call."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        talk = [self.conversation, self.chat, self.sources, self.send, self.halt]
        both = [self.conversation, self.run]
        everything = self.everything
        here = [self.conversation, self.bar.filters]
        typed = gr.on([self.question.submit, self.send.click], self.ask, [self.question, *here], everything, **private)
        chosen = courier.ask(self.ask_suggestion, here, everything, **private)
        again = courier.again(self.ask_again, here, everything, **private)
        # Answers wait for one another in `turns`, which tells how many are ahead; a question shows at once.
        queued = {"queue": True, "concurrency_id": "answers", "concurrency_limit": None}
        for asked in (typed, chosen, again):
            answered = asked.success(self.answer, both, everything, trigger_mode="multiple", **{**private, **queued})
            answered.failure(self.fail, self.conversation, talk, **private)
        self.halt.click(self.stop, both, talk, **private)
        self.clear.click(self.reset, self.run, everything, **private)
        self.bar.connect()

        def about(event: gr.EventData) -> Updates:
            return {tabs: gr.update(selected=CHAT_ID), **self.ask_about(str(event.query))}

        courier.about(about, None, [tabs, self.question, self.chips, *self.bar.components], **private)
        blocks.load(self.refresh, None, self._refreshed, **private)

    @property
    def _refreshed(self) -> list[Any]:
        return [self.header, self.chips, self.chat, *self.bar.components]

    def refresh_after(self, event: Any) -> None:  # noqa: ANN401 - Gradio's type is an internal one
        """Show what is indexed again after an event that may have changed it."""
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
        event.success(self.refresh, None, self._refreshed, **private)

    def ask(self, typed: str, conversation: Conversation, filters: Filters) -> Updates:
        """Take a typed question into the conversation."""
        question = typed.strip()
        if not question or conversation.busy:
            return {self.notice: ""}
        if len(question) > MAX_QUESTION_CHARS:
            message = texts.TOO_LONG.format(length=len(question), limit=MAX_QUESTION_CHARS)
            return {self.notice: render.notice_html(message)}
        return {**self._asked(conversation.ask(question, filters)), self.question: ""}

    def ask_suggestion(self, conversation: Conversation, filters: Filters, event: gr.EventData) -> Updates:
        """Take the suggested question that was clicked into the conversation."""
        return self.ask(str(event.question), conversation, filters)

    def ask_again(self, conversation: Conversation, filters: Filters) -> Updates:
        """Ask the last question once more, with the filters as they are now."""
        if conversation.busy or not conversation.exchanges:
            return {self.notice: ""}
        return self._asked(conversation.again(filters))

    def ask_about(self, query: str) -> Updates:
        """Make ready for questions about the article of an address: filters, examples, the beginning of a question."""
        issues = self.answerer.issues()
        place = Shelf(issues).find(query)
        if place is None or place.article is None:
            return {}
        examples = questions_about(place.issue, place.article)
        picked = [*examples[: EXAMPLES_OF_ARTICLE - 1], *examples[EXAMPLES_OF_ARTICLE - 1 :][-1:]]
        chips = render.examples_html(picked, texts.ARTICLE_EXAMPLES_LABEL)
        return {
            **self.bar.shown(issues, _limits_of(place)),
            self.question: texts.ABOUT_ARTICLE.format(title=tidy(place.article.title)),
            self.chips: gr.update(value=chips, visible=True),
        }

    def _asked(self, conversation: Conversation) -> Updates:
        return {**self._shown(conversation), self.run: Run(), self.notice: "", self.chips: gr.update(visible=False)}

    async def answer(self, conversation: Conversation, run: Run | None, request: gr.Request) -> AsyncIterator[Updates]:
        """Stream the answer to the question that waits, if one does; it is worked on even if nobody stays to see it."""
        if run is None or not run.begin():
            yield gr.skip()
            return
        work = self._workshop.begin(conversation, run, self.turns, self.keeper(request))
        try:
            yield self._shown(conversation)
            async for step in work.follow():
                if isinstance(step, int):
                    yield {self.notice: render.ahead_html(step)}
                # What is finished shows together with its sources: its markers lead to them.
                elif step.busy:
                    yield {**self._shown(step), self.notice: ""}
            latest = await work.task
            sources = render.sources_html(latest, Shelf(self.answerer.issues()))
            yield {**self._shown(latest), self.sources: sources, self.notice: ""}
            if run.discarded:
                yield self._blank()
        finally:
            if work.task.done():
                run.end()
            else:
                work.task.add_done_callback(lambda _: run.end())

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
        return self.opened(Conversation())

    def opened(self, conversation: Conversation) -> Updates:
        """Show another conversation, none of whose answers is under way, in place of the one that is shown."""
        examples = "" if conversation.exchanges else render.examples_html(self.answerer.examples())
        return {
            **self._shown(conversation),
            self.sources: render.sources_html(conversation, Shelf(self.answerer.issues())),
            self.run: None,
            self.question: "",
            self.notice: "",
            self.chips: gr.update(value=examples, visible=bool(examples)),
        }

    def refresh(self) -> Updates:
        """What a page shows that is being opened: the index may have changed meanwhile."""
        try:
            issues = self.answerer.issues()
            return {
                self.header: front_html.header_html(self.answerer.describe()),
                self.chips: render.examples_html(self.answerer.examples()),
                self.chat: gr.update(placeholder=front_html.welcome_html(Shelf(issues))),
                **self.bar.shown(issues, UNFILTERED),
            }
        except FtzQaError as error:
            return {self.header: front_html.header_html(None, str(error)), self.chips: ""}

    def _shown(self, conversation: Conversation) -> Updates:
        messages = []
        for exchange in conversation.exchanges:
            last = exchange is conversation.exchanges[-1]
            messages.append({"role": "user", "content": render.question_html(exchange.question)})
            messages.append(
                {"role": "assistant", "content": render.answer_html(exchange, last=last, below=self.below(exchange))}
            )
        return {
            self.conversation: conversation,
            self.chat: messages,
            self.send: gr.update(visible=not conversation.busy),
            self.halt: gr.update(visible=conversation.busy),
        }


def _limits_of(place: Place) -> Filters:
    """Filters that admit an article, and as little else as filters can."""
    issue = place.issue
    title = place.article.section.title if place.article else ""
    sections = (title,) if title else ()
    if issue.number is not None:
        return Filters(first_issue=issue.number, last_issue=issue.number, sections=sections)
    return Filters(first_date=issue.date, last_date=issue.date, sections=sections)
