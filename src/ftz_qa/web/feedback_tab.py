"""👍 and 👎 in the chat, and the tab in which maintainers read what came of them."""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from collections.abc import Sequence
from typing import Any

import gradio as gr
from fastapi import APIRouter, Request, Response

from ftz_qa.errors import FtzQaError
from ftz_qa.web import feedback_texts as texts
from ftz_qa.web.audit import AuditLog, Entry
from ftz_qa.web.conversation import Conversation
from ftz_qa.web.feedback import MAX_REASON_CHARS, Feedback, FeedbackBook, suggested_facts
from ftz_qa.web.hooks import Chat
from ftz_qa.web.people import People
from ftz_qa.web.records import Records
from ftz_qa.web.render import escape, notice_html
from ftz_qa.web.texts import SIGN_IN_FIRST
from ftz_qa.web.writings import KEPT, Tally
from ftz_qa.wording import LLM_FAILURES

Updates = dict[Any, Any]
_PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
_SHOWN_CHARS = 160


class Thumbs:
    """👍 and 👎 under each answer, and the box for a reason.

    Parameters
    ----------
    book
        Where opinions are kept.
    people
        Whose they are.
    """

    def __init__(self, book: FeedbackBook, people: People) -> None:
        self._book = book
        self._people = people
        # The opinion that a reason may be added to: number of the question, and whether it was liked.
        self.given = gr.State(None)
        with gr.Column(elem_id="feedback-box", visible=False) as self.box:
            self.said = gr.HTML("")
            self.reason = gr.Textbox(
                label=texts.REASON, max_length=MAX_REASON_CHARS, lines=2, elem_id="feedback-reason"
            )
            with gr.Row():
                self.send = gr.Button(texts.SEND, variant="primary", min_width=72)
                self.close = gr.Button(texts.CLOSE, min_width=72)

    def connect(self, chat: Chat) -> None:
        """Listen to the chat."""
        out = [self.box, self.said, self.reason, self.given]

        def like(conversation: Conversation, event: gr.LikeData, request: gr.Request) -> Updates:
            index = event.index if isinstance(event.index, int) else event.index[0]
            if not 0 <= index // 2 < len(conversation.exchanges):
                return {self.box: gr.update(visible=False)}
            given = (conversation.exchanges[index // 2].number, bool(event.liked))
            if not self._keep(conversation, given, "", request):
                return {**self._saying(notice_html(texts.NOT_FINISHED)), self.given: None}
            text = texts.THANKS_LIKED if given[1] else texts.THANKS_DISLIKED
            return {**self._saying(f'<p role="status">{text}</p>'), self.given: given}

        def explain(
            conversation: Conversation,
            given: tuple[int, bool] | None,
            reason: str,
            request: gr.Request,
        ) -> Updates:
            if given is not None:
                self._keep(conversation, given, reason, request)
            return {self.box: gr.update(visible=False), self.given: None, self.reason: ""}

        chat.chat.like(like, chat.conversation, out, **_PRIVATE)
        gr.on([self.send.click], explain, [chat.conversation, self.given, self.reason], out, **_PRIVATE)
        self.close.click(lambda: gr.update(visible=False), None, self.box, **_PRIVATE)

    def _saying(self, html: str) -> Updates:
        return {self.box: gr.update(visible=True), self.said: html, self.reason: ""}

    def _keep(self, conversation: Conversation, given: tuple[int, bool], reason: str, request: gr.Request) -> bool:
        number, liked = given
        before = [exchange for exchange in conversation.exchanges if exchange.number < number]
        rated = next((exchange for exchange in conversation.exchanges if exchange.number == number), None)
        if rated is None or rated.answer is None:
            return False
        place = (conversation.id, number)
        history = Conversation(tuple(before)).history()
        owner = self._people.name(request.request)
        self._book.give(owner, place, rated.answer, history, liked=liked, reason=reason)
        return True


class FeedbackDesk:
    """What maintainers see: opinions, items made of them, how the language model fared, and the audit log."""

    def __init__(self, records: Records, people: People) -> None:
        self._book = records.feedback
        self._audit = records.audit
        self._writings = records.writings
        self._people = people
        with gr.Column(elem_id="feedback-desk"):
            gr.HTML(f'<h2>{texts.TITLE}</h2><p class="hint">{texts.HINT}</p>')
            self.refresh = gr.Button(texts.REFRESH, elem_id="feedback-refresh", min_width=72)
            self.notice = gr.HTML("")
            self.table = gr.HTML("", elem_id="feedback")
            self.choice = gr.Dropdown([], value=None, label=texts.CHOOSE, elem_id="feedback-choice")
            self.answerable = gr.Checkbox(label=texts.ANSWERABLE, value=True)
            self.must = gr.Textbox(label=texts.MUST, lines=2, elem_id="feedback-must")
            self.must_not = gr.Textbox(label=texts.MUST_NOT, lines=1)
            self.make = gr.Button(texts.MAKE_ITEM, variant="primary", elem_id="feedback-make")
            gr.HTML(f"<h2>{texts.WRITINGS}</h2>")
            self.fared = gr.HTML("", elem_id="writings")
            gr.HTML(f"<h2>{texts.AUDIT}</h2>")
            self.log = gr.HTML("", elem_id="audit")

    def connect(self, blocks: gr.Blocks, door: gr.HTML) -> None:
        """Fill the desk for maintainers, when the page opens, after signing in or out, and when they ask for it."""
        out = self._components
        blocks.load(self.listing, None, out, **_PRIVATE)
        gr.on([door.click, self.refresh.click], self.listing, None, out, **_PRIVATE)
        self.choice.input(self.prepare, self.choice, [self.answerable, self.must, self.must_not], **_PRIVATE)
        inputs = [self.choice, self.answerable, self.must, self.must_not]
        self.make.click(self.make_item, inputs, out, **_PRIVATE)

    @property
    def _components(self) -> list[Any]:
        return [self.notice, self.table, self.choice, self.fared, self.log]

    def _maintainer(self, request: gr.Request) -> str | None:
        visitor = self._people.visitor(request.request)
        return visitor.name if visitor is not None and visitor.role == "maintainer" else None

    def listing(self, request: gr.Request) -> Updates:
        """The desk as it is now; nothing is on it for anybody but maintainers."""
        if self._maintainer(request) is None:
            empty = gr.update(choices=[], value=None)
            return {self.notice: "", self.table: "", self.fared: "", self.log: "", self.choice: empty}
        found = self._book.list()
        return {
            self.notice: "",
            self.table: feedback_html(found),
            self.choice: gr.update(choices=[(_choice(feedback), feedback.id) for feedback in found], value=None),
            self.fared: writings_html(self._writings.last(7), self._writings.last(28)),
            self.log: audit_html(self._audit.latest()),
        }

    def prepare(self, id_: int | None, request: gr.Request) -> Updates:
        """Fill the form for the chosen opinion with what can be told of it."""
        if self._maintainer(request) is None or id_ is None:
            return {self.must: "", self.must_not: ""}
        feedback = self._book.one(int(id_))
        # A refusal that was liked had nothing to answer.
        answerable = not (feedback.answer.refused and feedback.liked)
        return {self.answerable: answerable, self.must: suggested_facts(feedback), self.must_not: ""}

    def make_item(self, id_: int | None, answerable: bool, must: str, must_not: str, request: gr.Request) -> Updates:
        """Turn the chosen opinion into an evaluation item."""
        who = self._maintainer(request)
        if who is None:
            return {**self.listing(request), self.notice: notice_html(SIGN_IN_FIRST)}
        if id_ is None:
            return {self.notice: notice_html(texts.CHOOSE_FIRST)}
        try:
            item = self._book.make_item(int(id_), answerable=answerable, must=must, must_not=must_not)
        except FtzQaError as error:
            return {self.notice: notice_html(str(error))}
        self._audit.note(who, "item", item.id)
        line = escape(item.model_dump_json(exclude_defaults=True))
        said = f'<p role="status">{texts.MADE_ITEM}<code>{line}</code></p>'
        return {**self.listing(request), self.notice: said}


def feedback_routes(book: FeedbackBook, audit: AuditLog, people: People) -> APIRouter:
    """The routes of the exports, for maintainers alone."""
    router = APIRouter()

    def export(request: Request, what: str) -> Response:
        visitor = people.visitor(request)
        if visitor is None or visitor.role != "maintainer":
            return Response(SIGN_IN_FIRST, 403, media_type="text/plain; charset=utf-8")
        audit.note(visitor.name, "export", what)
        content = book.items() if what == "items" else book.export()
        headers = {"Content-Disposition": f'attachment; filename="{what}.jsonl"'}
        return Response(content, media_type="application/jsonl; charset=utf-8", headers=headers)

    def feedback(request: Request) -> Response:
        return export(request, "feedback")

    def items(request: Request) -> Response:
        return export(request, "items")

    router.get("/feedback.jsonl", include_in_schema=False)(feedback)
    router.get("/items.jsonl", include_in_schema=False)(items)
    return router


def _choice(feedback: Feedback) -> str:
    mark = texts.LIKED if feedback.liked else texts.DISLIKED
    return texts.CHOICE.format(id=feedback.id, mark=mark, question=feedback.question[:60])


def feedback_html(found: Sequence[Feedback]) -> str:
    """The opinions as a table, with the exports."""
    if not found:
        return f'<p class="hint">{texts.NONE}</p>'
    rows = [
        (
            str(feedback.id),
            f"{feedback.given:%Y-%m-%d %H:%M}",
            texts.LIKED if feedback.liked else texts.DISLIKED,
            feedback.question,
            feedback.reason,
            feedback.answer.text[:_SHOWN_CHARS],
            feedback.build,
            texts.IN_SET if feedback.item else "",
        )
        for feedback in found
    ]
    links = (("feedback.jsonl", texts.EXPORT), ("items.jsonl", texts.EXPORT_ITEMS))
    exports = "".join(f'<a href="{address}" download>{label}</a>' for address, label in links)
    return f'<p class="ledger-tools">{exports}</p>{_table(texts.COLUMNS, rows)}'


def audit_html(entries: Sequence[Entry]) -> str:
    """The audit log as a table."""
    if not entries:
        return f'<p class="hint">{texts.NO_AUDIT}</p>'
    rows = [
        (f"{entry.done:%Y-%m-%d %H:%M:%S}", entry.who, texts.ACTIONS.get(entry.action, entry.action), entry.detail)
        for entry in entries
    ]
    return _table(texts.AUDIT_COLUMNS, rows)


def writings_html(week: Tally, month: Tally) -> str:
    """How the language model fared, as a table: answers by outcome, sentences by what became of them, tokens."""
    if not month.outcomes:
        return f'<p class="hint">{texts.NO_WRITINGS}</p>'
    rows = [
        (_outcome(name), str(week.outcomes.get(name, 0)), str(count))
        for name, count in sorted(month.outcomes.items(), key=lambda item: item[0] != KEPT)
    ]
    rows += [(label, str(week.counts[name]), str(month.counts[name])) for name, label in texts.COUNTS.items()]
    return _table(texts.WRITINGS_COLUMNS, rows)


def _outcome(name: str) -> str:
    return texts.OUTCOMES.get(name) or texts.FALLBACK.format(reason=LLM_FAILURES.get(name, name))


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="ledger-scroll" tabindex="0"><table class="ledger"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
