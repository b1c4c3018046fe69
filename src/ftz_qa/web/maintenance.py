"""The maintainers' tab: components, and what happens between them.

Hiding the tab protects nothing: every handler that tells or changes something asks `_check` first, on the server.
"""

from __future__ import annotations

# Gradio reads the handlers' annotations at run time, so nothing here hides behind TYPE_CHECKING.
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import gradio as gr

from ftz_qa.changes import issue_key
from ftz_qa.errors import FtzQaError
from ftz_qa.web import maintenance_html as html
from ftz_qa.web import render, texts
from ftz_qa.web.access import session_of
from ftz_qa.web.entrance import Entrance
from ftz_qa.web.progress import Board, Work
from ftz_qa.web.workbench import MAX_FILES, Batch, Outcome, Workbench

CONCURRENT_CHANGES = 2
_SECONDS_KEPT = 3600
# What a handler returns: new values or updates by component.
Updates = dict[Any, Any]


def _discard(batch: Batch | None) -> None:
    if batch is not None:
        batch.discard()


class MaintenanceTab:
    """Components of the tab and the handlers behind them.

    Parameters
    ----------
    workbench
        What does the work.
    entrance
        Who may ask for it.
    """

    def __init__(self, workbench: Workbench, entrance: Entrance) -> None:
        self.workbench = workbench
        self.entrance = entrance
        self.batch = gr.State(None, time_to_live=_SECONDS_KEPT, delete_callback=_discard)
        # The key of the issue that is about to be removed, until that is confirmed.
        self.doomed = gr.State(None)
        with gr.Row(elem_id="upkeep"):
            with gr.Column(elem_id="upkeep-files"):
                self._lay_out_upload()
            with gr.Column(elem_id="upkeep-index"):
                self._lay_out_issues()
                self._lay_out_builds()

    def _lay_out_upload(self) -> None:
        gr.HTML(f"<h2>{texts.UPLOAD_TITLE}</h2>")
        self.files = gr.File(
            label=texts.UPLOAD_LABEL.format(count=MAX_FILES),
            file_count="multiple",
            elem_id="upkeep-upload",
            height=150,
        )
        self.notice = gr.HTML("", elem_id="upkeep-notice")
        self.progress = gr.HTML("", elem_id="upkeep-progress")
        self.report = gr.HTML("", elem_id="upkeep-report")
        with gr.Row(elem_id="upkeep-actions", visible=False) as self.actions:
            self.apply_button = gr.Button(texts.APPLY, variant="primary", elem_id="upkeep-apply")
            self.discard_button = gr.Button(texts.DISCARD, elem_id="upkeep-discard")

    def _lay_out_issues(self) -> None:
        gr.HTML(f"<h2>{texts.ISSUES_TITLE}</h2>")
        self.issue = gr.Dropdown([], value=None, label=texts.ISSUE_LABEL, elem_id="upkeep-issue")
        self.remove_button = gr.Button(texts.REMOVE, elem_id="upkeep-remove")
        with gr.Column(elem_id="upkeep-confirm", visible=False) as self.confirmation:
            self.question = gr.HTML("")
            with gr.Row():
                self.confirm_button = gr.Button(texts.REMOVE_CONFIRM, variant="stop", elem_id="upkeep-remove-confirm")
                self.cancel_button = gr.Button(texts.CANCEL, elem_id="upkeep-remove-cancel")

    def _lay_out_builds(self) -> None:
        gr.HTML(f"<h2>{texts.BUILDS_TITLE}</h2>")
        self.builds = gr.HTML("", elem_id="upkeep-builds")
        self.build = gr.Dropdown([], value=None, label=texts.BUILD_LABEL, elem_id="upkeep-build")
        self.roll_back_button = gr.Button(texts.ROLL_BACK, elem_id="upkeep-rollback")

    @property
    def components(self) -> list[Any]:
        """Whatever a handler of this tab may change."""
        listed = [self.issue, self.builds, self.build]
        upload = [self.files, self.batch, self.actions, self.apply_button, self.discard_button]
        removal = [self.doomed, self.confirmation, self.question, self.remove_button, self.confirm_button]
        return [self.notice, self.progress, self.report, *upload, *removal, *listed, self.roll_back_button]

    def connect(self, changed: Callable[[Any], None]) -> None:
        """Tie handlers to components; none of them is an API that others can call.

        Parameters
        ----------
        changed
            Given each event after which the index may be another one.
        """
        private: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        heavy = {**private, "concurrency_id": "upkeep", "concurrency_limit": CONCURRENT_CHANGES}
        out = self.components
        events = [self.files.upload(self.stage, [self.files, self.batch], out, **heavy)]
        changes = [
            self.apply_button.click(self.apply, self.batch, out, **heavy),
            self.confirm_button.click(self.remove, self.doomed, out, **heavy),
            self.roll_back_button.click(self.roll_back, self.build, out, **heavy),
        ]
        events += [
            *changes,
            self.discard_button.click(self.discard, self.batch, out, **private),
            self.remove_button.click(self.ask_removal, self.issue, out, **private),
            self.cancel_button.click(self.cancel_removal, None, out, **private),
        ]
        for event in changes:
            changed(event)
        for event in events:
            event.failure(self.fail, None, out, **private)

    def _check(self, request: gr.Request) -> str:
        """The name of the maintainer who asks."""
        who = self.entrance.holder(session_of(request.request))
        if who is None:
            raise gr.Error(texts.SIGN_IN_FIRST, title=texts.MAINTENANCE, print_exception=False)
        return who

    def listing(self) -> Updates:
        """Issues and builds as they are now; for handlers that have asked `_check`, and for the signed in."""
        try:
            issues, builds = self.workbench.issues(), self.workbench.builds()
        except FtzQaError as error:
            return {self.notice: render.notice_html(str(error))}
        others = [(html.build_choice(build), build.build_id) for build in builds if build.ok and not build.current]
        return {
            self.issue: gr.update(choices=[html.issue_choice(issue) for issue in issues], value=None),
            self.builds: html.builds_html(builds),
            self.build: gr.update(choices=others, value=None),
        }

    def blank(self) -> Updates:
        """The tab for somebody who is not signed in: nothing is in it."""
        return {
            **self._at_rest(),
            self.report: "",
            self.builds: "",
            self.issue: gr.update(choices=[], value=None),
            self.build: gr.update(choices=[], value=None),
            self.actions: gr.update(visible=False),
        }

    async def stage(self, files: list[str] | None, batch: Batch | None, request: gr.Request) -> AsyncIterator[Updates]:
        """Take uploaded files and show what they would change."""
        self._check(request)
        _discard(batch)
        uploads = [Path(file) for file in files or []]
        work = Work(lambda board: self.workbench.stage(uploads, board.tell))
        async for board in work.watch():
            yield {**self._working(board), self.report: ""}
        try:
            staged = work.result()
        except FtzQaError as error:
            yield {**self._problem(error), **self._emptied(), **self._done()}
            return
        yield {
            **self._at_rest(),
            **self._emptied(),
            self.batch: staged,
            self.report: html.plan_html(staged),
            self.actions: gr.update(visible=True),
            self.apply_button: gr.update(interactive=bool(staged.plan.changes)),
        }

    async def apply(self, batch: Batch | None, request: gr.Request) -> AsyncIterator[Updates]:
        """Index the uploaded files."""
        who = self._check(request)
        if batch is None:
            yield {self.notice: render.notice_html(texts.NOTHING_TO_APPLY)}
            return
        work = Work(lambda board: self.workbench.apply(batch, board.tell, board.notify))
        async for updates in self._changing(work, (who, "apply", "、".join(batch.names))):
            yield updates

    async def remove(self, doomed: Any, request: gr.Request) -> AsyncIterator[Updates]:  # noqa: ANN401 - an IssueKey
        """Take the issue out of the index that was asked about."""
        who = self._check(request)
        issue = next((issue for issue in self.workbench.issues() if issue_key(issue) == doomed), None)
        if issue is None:
            yield {**self._at_rest(), **self.listing(), self.notice: render.notice_html(texts.ISSUE_GONE)}
            return
        work = Work(lambda board: self.workbench.remove(issue, board.tell, board.notify))
        async for updates in self._changing(work, (who, "remove", html.issue_choice(issue))):
            yield updates

    async def _changing(self, work: Work[Outcome], deed: tuple[str, str, str]) -> AsyncIterator[Updates]:
        async for board in work.watch():
            yield self._working(board)
        try:
            outcome = work.result()
        except FtzQaError as error:
            yield self._problem(error)
            return
        self.workbench.note(*deed)
        yield {**self._at_rest(), **self._done(), self.report: html.outcome_html(outcome), **self.listing()}

    async def roll_back(self, build: str | None, request: gr.Request) -> AsyncIterator[Updates]:
        """Make the chosen build the current one."""
        who = self._check(request)
        if not build:
            yield {self.notice: render.notice_html(texts.CHOOSE_BUILD)}
            return
        work = Work(lambda board: self.workbench.roll_back(build, board.notify))
        async for board in work.watch():
            yield self._working(board)
        try:
            said = texts.ROLLED_BACK.format(build=work.result())
        except FtzQaError as error:
            yield self._problem(error)
            return
        self.workbench.note(who, "rollback", build)
        yield {**self._at_rest(), **self.listing(), self.progress: html.said_html(said)}

    def discard(self, batch: Batch | None, request: gr.Request) -> Updates:
        """Forget the uploaded files."""
        self._check(request)
        _discard(batch)
        return {**self._at_rest(), **self._done(), self.report: "", self.progress: html.said_html(texts.DISCARDED)}

    def ask_removal(self, choice: str | None, request: gr.Request) -> Updates:
        """Ask whether the chosen issue is really to be removed."""
        self._check(request)
        issue = next((issue for issue in self.workbench.issues() if html.issue_choice(issue) == choice), None)
        if issue is None:
            return {self.notice: render.notice_html(texts.ISSUE_GONE if choice else texts.CHOOSE_ISSUE)}
        return {
            **self._at_rest(),
            self.doomed: issue_key(issue),
            self.question: html.remove_question_html(issue),
            self.confirmation: gr.update(visible=True),
            self.remove_button: gr.update(visible=False),
        }

    def cancel_removal(self, request: gr.Request) -> Updates:
        """Remove nothing."""
        self._check(request)
        return self._at_rest()

    def fail(self, request: gr.Request) -> Updates:
        """Say that something unexpected happened; Gradio has written the traceback to the log."""
        if self.entrance.holder(session_of(request.request)) is None:
            return {**self.blank(), self.notice: render.notice_html(texts.SIGN_IN_FIRST)}
        return {**self._at_rest(), **self.listing(), self.notice: render.notice_html(texts.UNEXPECTED_UPKEEP)}

    def _working(self, board: Board) -> Updates:
        waiting = gr.update(interactive=False)
        buttons = [self.apply_button, self.discard_button, self.remove_button, self.confirm_button]
        return {
            **dict.fromkeys([*buttons, self.roll_back_button], waiting),
            self.files: gr.update(interactive=False),
            self.notice: "",
            self.progress: html.progress_html(board),
        }

    def _at_rest(self) -> Updates:
        ready = gr.update(interactive=True)
        return {
            **dict.fromkeys(
                [self.apply_button, self.discard_button, self.confirm_button, self.roll_back_button], ready
            ),
            self.remove_button: gr.update(interactive=True, visible=True),
            self.files: gr.update(interactive=True),
            self.confirmation: gr.update(visible=False),
            self.doomed: None,
            self.notice: "",
            self.progress: "",
        }

    def _problem(self, error: FtzQaError) -> Updates:
        return {**self._at_rest(), self.notice: render.notice_html(str(error))}

    def _emptied(self) -> Updates:
        return {self.files: gr.update(value=None, interactive=True)}

    def _done(self) -> Updates:
        return {self.batch: None, self.actions: gr.update(visible=False)}
