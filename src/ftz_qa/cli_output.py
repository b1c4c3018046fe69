"""What the command line prints: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING, Self

import typer

from ftz_qa.wording import article_name, day, issue_name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.progress import Progress, TaskID

    from ftz_qa.index import PassageIndex
    from ftz_qa.types import Answer, Citation, Hit

_SECONDS_BETWEEN_LINES = 5.0
_SHOWN_CHARS = 120
_STAGES = {
    "读取": "读取文件",
    "嵌入": "嵌入段落",
    "词频": "统计词频",
    "数据": "摘取数据",
    "写入": "写入索引",
    "回答": "回答问题",
    "评测": "评测问题",
    "判断": "请大模型判断",
}

_USAGE = (
    (r"Missing command\.", "缺少命令"),
    (r"Missing argument '(.+)'\.", r"缺少 \1"),
    (r"Missing option '(.+)'\.", r"缺少选项 \1"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", r"多出了 \1"),
    (r"No such command '(.+?)'\..*", r"没有命令 \1"),
    (r"No such option: (\S+).*", r"没有选项 \1"),
    (r"Option '(.+)' requires an argument\.", r"选项 \1 后面缺少值"),
    (r"Invalid value for (.+?): (.+)", r"\1 的值不对（\2）"),
)


def say(message: str) -> None:
    """Write one line for the person at the terminal to standard error."""
    typer.echo(one_line(message), err=True)


def one_line(message: str) -> str:
    """The message without line feeds, so that a log keeps one error a line."""
    return " ".join(message.split())


def usage_error(message: str) -> str:
    """What typer says of a wrong command line, in Chinese where it is one of the usual mistakes."""
    for pattern, chinese in _USAGE:
        if match := re.fullmatch(pattern, message):
            message = match.expand(chinese)
            break
    return f"{message}。用法见 ftz-qa --help"


class StageProgress:
    """How far a long run is: bars on a terminal, elsewhere a line now and then.

    A context manager; call it with the stage, how much of it is done and how much there is.
    """

    def __init__(self) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._last_line = time.monotonic()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import (
                BarColumn,
                MofNCompleteColumn,
                Progress,
                TextColumn,
                TimeElapsedColumn,
                TimeRemainingColumn,
            )

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("已用"),
                TimeElapsedColumn(),
                TextColumn("还需"),
                TimeRemainingColumn(),
            )
            self._bars = Progress(*columns, console=Console(stderr=True))
            self._bars.start()
        return self

    def __exit__(self, *raised: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        if self._bars is not None:
            if stage not in self._tasks:
                self._tasks[stage] = self._bars.add_task(_STAGES.get(stage, stage))
            self._bars.update(self._tasks[stage], completed=done, total=total)
        elif done == total or time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            say(f"{stage} {done}/{total}")


def print_answer(answer: Answer) -> None:
    """The answer, how it was understood, and its numbered sources; for a refusal the nearest articles."""
    typer.echo(answer.text)
    for note in answer.notes:
        typer.echo(f"（{note}）")
    sources, title = (answer.leads, "未用于回答的相近文章") if answer.refused else (answer.citations, "出处")
    if sources:
        typer.echo(f"\n{title}")
    for citation in sources:
        typer.echo(f"[{citation.marker}] {_where(citation)}")
        if not answer.refused:
            typer.echo(f"    {one_line(citation.quote)}")


def _where(citation: Citation) -> str:
    issue = f"第{citation.issue}期" if citation.issue is not None else ""
    date = f"（{day(citation.date)}）" if citation.date is not None else ""
    section = f" {citation.section}" if citation.section else ""
    return f"《{citation.series}》{issue}{date}{section} 第{citation.article_no}篇 {citation.title}"


def print_hits(hits: Sequence[Hit]) -> None:
    """Passages found, best first, with their scores."""
    for rank, hit in enumerate(hits, start=1):
        passage = hit.passage
        typer.echo(f"{rank}. {issue_name(passage.issue)}{article_name(passage.article)}")
        typer.echo(f"   得分 {hit.score:.3f}（向量 {hit.dense:.3f}，关键词 {hit.lexical:.2f}）")
        text = one_line(passage.text)
        typer.echo(f"   {text[:_SHOWN_CHARS]}{'…' if len(text) > _SHOWN_CHARS else ''}")


def print_index(index: PassageIndex, index_dir: Path) -> None:
    """What is indexed: the build, its model and every issue."""
    articles = sum(len(issue.articles) for issue in index.issues)
    passages = Counter(id(passage.issue) for passage in index.passages)
    typer.echo(f"索引目录：{index_dir}")
    typer.echo(f"版本：{index.build_id}")
    typer.echo(f"嵌入模型：{index.model_identity}")
    typer.echo(f"收录：{len(index.issues)} 期 {articles} 篇 {len(index.passages)} 段")
    for issue in index.issues:
        number = f"第{issue.number}期" if issue.number is not None else "无期号"
        date = issue.date.isoformat() if issue.date is not None else "无日期"
        counts = f"{len(issue.articles):>3} 篇 {passages[id(issue)]:>4} 段"
        typer.echo(f"  《{issue.series}》{number}  {date}  {counts}  {issue.source}")
