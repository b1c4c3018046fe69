"""What the maintainer's commands print: what changed or would change, and which builds there are."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

import typer

from ftz_qa.cli_output import one_line, say
from ftz_qa.wording import article_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.changes import ChangePlan, IssueChange
    from ftz_qa.indexing import IndexReport
    from ftz_qa.types import Issue
    from ftz_qa.upkeep import BuildInfo, GarbageReport

_KINDS = {"added": "新增", "changed": "更新", "removed": "移除"}
_SIGNS = (("added", "+"), ("changed", "~"), ("removed", "-"))


class _Row(NamedTuple):
    result: str
    what: str
    articles: str
    note: str


def print_report(report: IndexReport) -> None:
    """What a change of the index did: a table on a terminal, else lines; assumptions and failures on standard error."""
    for warning in report.warnings:
        say(f"提示：{warning}")
    rows = list(_rows(report.changes))
    if sys.stdout.isatty():
        rows += [_Row("失败", str(failure.path), "", one_line(failure.reason)) for failure in report.changes.failed]
        _print_table(("结果", "通报", "文章", "说明"), rows)
    else:
        for row in rows:
            typer.echo(f"{row.result}：{'  '.join(cell for cell in row[1:] if cell)}")
        for failure in report.changes.failed:
            say(f"未收录：{failure.message}")
    typer.echo(
        f"索引{'已更新' if report.published else '没有变化'}（{report.build_id}）："
        f"共 {report.issue_count} 期 {report.article_count} 篇 {report.passage_count} 段，"
        f"本次新嵌入 {report.embedded_count} 段"
    )


def _rows(plan: ChangePlan) -> Iterator[_Row]:
    for change in plan.changes:
        yield _Row(_KINDS[change.kind], _name(change.issue), _articles(change), change.issue.source)
    if plan.unchanged:
        yield _Row("未变", f"{len(plan.unchanged)} 期", f"{plan.article_count('unchanged')} 篇", "")


def _articles(change: IssueChange) -> str:
    if change.kind != "changed":
        return f"{len(change.issue.articles)} 篇"
    counts = (("新增", change.added), ("更改", change.changed), ("删去", change.removed), ("未变", change.unchanged))
    return "，".join(f"{name} {len(articles)} 篇" for name, articles in counts if articles)


def _name(issue: Issue) -> str:
    return f"《{issue.series}》{f'第{issue.number}期' if issue.number is not None else '（无期号）'}"


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def print_plan(plan: ChangePlan) -> None:
    """What indexing would change, issue by issue and article by article."""
    for warning in plan.warnings:
        say(f"提示：{warning}")
    for change in plan.changes:
        typer.echo(f"{_KINDS[change.kind]}：{_name(change.issue)}  {_articles(change)}  {change.issue.source}")
        for kind, sign in _SIGNS:
            for article in getattr(change, kind):
                typer.echo(f"  {sign} {article_name(article)}")
    for failure in plan.failed:
        say(f"不能读取：{failure.message}")
    counts = f"新增 {len(plan.added)} 期，更新 {len(plan.changed)} 期，未变 {len(plan.unchanged)} 期"
    articles = f"新增 {plan.article_count('added')} 篇，更改 {plan.article_count('changed')} 篇"
    typer.echo(f"合计：{counts}；文章{articles}，删去 {plan.article_count('removed')} 篇。索引没有改动")


def print_builds(builds: Sequence[BuildInfo]) -> None:
    """All builds: a table on a terminal, else lines."""
    rows = [_build_row(build) for build in builds]
    if sys.stdout.isatty():
        _print_table(("版本", "建立时间", "收录", "状态"), rows)
    else:
        for row in rows:
            typer.echo("  ".join(row))


def _build_row(build: BuildInfo) -> tuple[str, str, str, str]:
    created = f"{build.created.astimezone():%Y-%m-%d %H:%M:%S}" if build.created is not None else "时间不明"
    counts = ((build.issue_count, "期"), (build.article_count, "篇"), (build.passage_count, "段"))
    contents = " ".join(f"{count} {unit}" for count, unit in counts if count is not None)
    state = "当前" if build.current else ""
    problem = f"已损坏：{one_line(build.problem)}" if build.problem else "完好"
    return build.build_id, created, contents or "内容不明", "，".join(part for part in (state, problem) if part)


def print_garbage(report: GarbageReport) -> None:
    """What was cleared away."""
    for build_id in report.removed:
        typer.echo(f"已删除：{build_id}")
    counts = f"删除 {len(report.removed)} 个旧版本，保留 {len(report.kept)} 个版本"
    typer.echo(f"{counts}，清理 {len(report.leftovers)} 处中断后的残留")
