"""What maintainers see → HTML. File names, titles and messages are data and go through `escape`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ftz_qa.web import texts
from ftz_qa.web.render import escape
from ftz_qa.wording import article_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftz_qa.changes import ChangePlan, IssueChange
    from ftz_qa.types import Issue
    from ftz_qa.upkeep import BuildInfo
    from ftz_qa.web.progress import Board
    from ftz_qa.web.workbench import Batch, Outcome

_SIGNS = (("added", "+"), ("changed", "~"), ("removed", "−"))
_KINDS_OF_ISSUES = ("added", "changed", "removed", "unchanged")


class _Row(NamedTuple):
    kind: str
    file: str
    issue: str
    note: str


def signed_out_html(*, by_account: bool) -> str:
    """The link to signing in, and the form behind it."""
    name = _field("name", texts.ACCOUNT, "text", "username") if by_account else ""
    label = texts.PASSWORD if by_account else texts.TOKEN
    hint = "" if by_account else f'<p class="hint">{texts.TOKEN_HINT}</p>'
    return (
        f'<button type="button" class="door">{texts.MAINTENANCE}</button>'
        f'<dialog class="sign-in" aria-label="{texts.SIGN_IN_TITLE}" data-problem="{texts.SIGN_IN_UNREACHABLE}">'
        f"<form><h2>{texts.SIGN_IN_TITLE}</h2>{name}{_field('password', label, 'password', 'current-password')}{hint}"
        f'<p class="problem" role="alert"></p><div class="actions"><button type="submit">{texts.SIGN_IN}</button>'
        f'<button type="button" class="cancel">{texts.CANCEL}</button></div></form></dialog>'
    )


def _field(name: str, label: str, kind: str, complete: str) -> str:
    return (
        f'<label>{label}<input name="{name}" type="{kind}" autocomplete="{complete}" maxlength="256" required '
        'spellcheck="false"></label>'
    )


def signed_in_html(name: str) -> str:
    """Who is signed in, and the way out."""
    return f'<span class="who">{escape(name)}</span><button type="button" class="leave">{texts.SIGN_OUT}</button>'


def progress_html(board: Board) -> str:
    """How far it is: a bar where that is known, else a line."""
    if board.message or not board.total:
        return said_html(board.message or texts.STARTING)
    stage = texts.STAGES.get(board.stage, board.stage)
    text = escape(texts.STAGE_PROGRESS.format(stage=stage, done=board.done, total=board.total))
    return (
        f'<div class="upkeep-progress" role="status"><p>{text}</p>'
        f'<progress value="{board.done}" max="{board.total}" aria-label="{text}"></progress></div>'
    )


def said_html(text: str) -> str:
    """A line about what has been done."""
    return f'<div class="upkeep-progress" role="status"><p>{escape(text)}</p></div>'


def plan_html(batch: Batch) -> str:
    """What would change, file by file and article by article."""
    plan = batch.plan
    total = texts.PLAN_TOTAL.format(
        added=len(plan.added), changed=len(plan.changed), unchanged=len(plan.unchanged), failed=len(plan.failed)
    )
    details = "".join(_details(change) for change in plan.changes)
    parts = [_files(plan, batch.names), details, _warnings(plan.warnings), f'<p class="total">{total}</p>']
    if not plan.changes:
        parts.append(f'<p class="total">{texts.NOTHING_TO_APPLY}</p>')
    return f"<h3>{texts.PLAN_TITLE}</h3>{''.join(parts)}"


def outcome_html(outcome: Outcome) -> str:
    """What has changed, and the result of every file."""
    report = outcome.report
    if report.published:
        said = texts.APPLIED.format(
            build=report.build_id,
            issues=report.issue_count,
            articles=report.article_count,
            passages=report.passage_count,
            embedded=report.embedded_count,
        )
    else:
        said = texts.UNCHANGED_INDEX.format(build=report.build_id)
    retired = texts.RETIRED.format(names="、".join(outcome.retired)) if outcome.retired else ""
    lines = "".join(f'<p class="total">{escape(line)}</p>' for line in (said, retired) if line)
    return f"<h3>{texts.REPORT_TITLE}</h3>{_files(report.changes)}{_warnings(report.warnings)}{lines}"


def _files(plan: ChangePlan, names: Iterable[str] = ()) -> str:
    rows = [
        _Row(change.kind, change.issue.source, issue_label(change.issue), _counts(change))
        for kind in _KINDS_OF_ISSUES
        for change in getattr(plan, kind)
    ]
    rows += [_Row("failed", failure.path.name, "", failure.reason) for failure in plan.failed]
    told = {row.file for row in rows}
    rows += [_Row("unchanged", name, "", texts.UNTAKEN) for name in names if name not in told]
    cells = [
        (escape(row.file), _kind(row.kind), escape(row.issue), escape(row.note))
        for row in sorted(rows, key=lambda row: row.kind == "failed")
    ]
    return _table("files", texts.FILE_COLUMNS, cells)


def _kind(kind: str) -> str:
    return f'<span class="kind {kind}">{texts.KINDS[kind]}</span>'


def _counts(change: IssueChange) -> str:
    if change.kind == "unchanged":
        return texts.UNCHANGED_NOTE
    counts = [(kind, len(getattr(change, kind))) for kind in texts.ARTICLE_KINDS]
    return "，".join(texts.ARTICLE_COUNT.format(kind=texts.ARTICLE_KINDS[k], count=n) for k, n in counts if n)


def _details(change: IssueChange) -> str:
    lines = "".join(
        f'<li class="{kind}"><b>{sign}</b> {escape(article_name(article))}</li>'
        for kind, sign in _SIGNS
        for article in getattr(change, kind)
    )
    summary = f"{_kind(change.kind)} {escape(issue_label(change.issue))}"
    return f'<details class="change"><summary>{summary}</summary><ul>{lines}</ul></details>'


def _warnings(warnings: Sequence[str]) -> str:
    return "".join(f'<p class="warning">{escape(texts.WARNING.format(warning=warning))}</p>' for warning in warnings)


def issue_label(issue: Issue) -> str:
    """Series and number, as plain text."""
    number = texts.ONE_ISSUE.format(number=issue.number) if issue.number is not None else texts.NO_NUMBER
    return texts.SERIES.format(series=issue.series) + number


def issue_choice(issue: Issue) -> str:
    """One line of the list of issues, as plain text; no two issues have the same."""
    return texts.ISSUE_CHOICE.format(
        series=issue.series,
        number=texts.ONE_ISSUE.format(number=issue.number) if issue.number is not None else texts.NO_NUMBER,
        date=issue.date.isoformat() if issue.date is not None else texts.NO_DATE,
        articles=len(issue.articles),
        source=issue.source,
    )


def remove_question_html(issue: Issue) -> str:
    """Whether to remove it."""
    return f'<p class="question" role="alert">{escape(texts.REMOVE_QUESTION.format(issue=issue_label(issue)))}</p>'


def builds_html(builds: Sequence[BuildInfo]) -> str:
    """All builds in a table, newest first."""
    if not builds:
        return f'<p class="hint">{texts.NO_BUILDS}</p>'
    return _table("builds", texts.BUILD_COLUMNS, [tuple(map(escape, _build(build))) for build in builds])


def _build(build: BuildInfo) -> tuple[str, str, str, str]:
    created = f"{build.created.astimezone():%Y-%m-%d %H:%M:%S}" if build.created is not None else texts.TIME_UNKNOWN
    counts = [(unit, getattr(build, name)) for unit, name in texts.BUILD_CONTENTS]
    contents = " ".join(f"{count}{unit}" for unit, count in counts if count is not None)
    state = texts.BUILD_DAMAGED.format(problem=build.problem) if build.problem else texts.BUILD_WHOLE
    states = [texts.BUILD_CURRENT, state] if build.current else [state]
    return build.build_id, created, contents or texts.CONTENTS_UNKNOWN, "，".join(states)


def build_choice(build: BuildInfo) -> str:
    """One line of the list of builds to go back to, as plain text."""
    name, created, contents, _ = _build(build)
    return texts.BUILD_CHOICE.format(build=name, created=created, contents=contents)


def _table(kind: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="upkeep-table {kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
