"""The commands of the maintainer: index, remove, list, diff, rollback, verify, gc, watch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ftz_qa import cli_output, cli_reports
from ftz_qa.cli_settings import IndexDir, load_model, load_settings
from ftz_qa.errors import IndexDamagedError, IndexMissingError, InputError

if TYPE_CHECKING:
    from ftz_qa.locking import LockRequest
    from ftz_qa.settings import Settings

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH", help="通报文件或文件夹，默认 issues（环境变量 FTZ_QA_ISSUES_DIR）。"),
]
Prefer = Annotated[
    Literal["newest"] | None,
    typer.Option("--prefer", help="两个文件是同一期而内容不同时：newest 采用修改时间较新的；不写则报错。"),
]
Wait = Annotated[
    float | None,
    typer.Option(
        "--wait", metavar="SECONDS", min=0, help="别的进程正在写入时最多等几秒，默认 60（FTZ_QA_WRITER_WAIT）。"
    ),
]


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this module but `index`, which stands at the top of the help."""
    app.command(help="列出把这些文件加入索引会带来的变化，不改动索引。")(diff)
    app.command(help="从索引中移除若干期。")(remove)
    app.command("list", help="列出索引的各个版本，新的在前。")(list_builds)
    app.command(help="恢复索引的一个较早版本；不删除任何版本。")(rollback)
    app.command(help="检查索引的一个版本是否完好，逐条列出问题。")(verify)
    app.command(help="删除索引的旧版本和中断后的残留文件，当前版本总是保留。")(gc)
    app.command(help="守候一个文件夹，把放进去的通报加入索引，按 Ctrl-C 停止。")(watch)


def index(
    paths: Paths = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="已有索引时什么也不做。")] = False,
    prefer: Prefer = None,
    wait: Wait = None,
    index_dir: IndexDir = None,
) -> None:
    """Add bulletins to the index."""
    settings = load_settings(index_dir=index_dir, writer_wait=wait)
    if if_missing and _has_index(settings.index_dir):
        return
    sources = _sources(paths, settings)
    embedder = load_model(settings)
    from ftz_qa.indexing import index_issues

    lock = _lock(settings, "index")
    with cli_output.StageProgress() as progress:
        report = index_issues(sources, settings.index_dir, embedder, progress=progress, prefer=prefer, lock=lock)
    cli_reports.print_report(report)
    if report.failures and not if_missing:
        raise InputError(f"{len(report.failures)} 个文件没有收录，原因见上；其余文件已收录")


def diff(paths: Paths = None, prefer: Prefer = None, index_dir: IndexDir = None) -> None:
    """Print what `index` would change."""
    settings = load_settings(index_dir=index_dir)
    sources = _sources(paths, settings)
    from ftz_qa.indexing import plan_changes

    with cli_output.StageProgress() as progress:
        plan = plan_changes(sources, settings.index_dir, prefer, progress)
    cli_reports.print_plan(plan)
    if plan.failed:
        raise InputError(f"{len(plan.failed)} 个文件不能读取，原因见上")


def remove(
    issues: Annotated[list[str], typer.Option("--issue", metavar="N", help="期号，可以写多次；没有期号的写文件名。")],
    series: Annotated[str | None, typer.Option(metavar="S", help="刊物名称，几种刊物有同一期号时要写明。")] = None,
    wait: Wait = None,
    index_dir: IndexDir = None,
) -> None:
    """Take issues out of the index."""
    settings = load_settings(index_dir=index_dir, writer_wait=wait)
    from ftz_qa.indexing import remove_issues

    names = [int(name) if name.isascii() and name.isdigit() and len(name) < 10 else name for name in issues]
    lock = _lock(settings, "remove")
    with cli_output.StageProgress() as progress:
        report = remove_issues(settings.index_dir, names, series=series, progress=progress, lock=lock)
    cli_reports.print_report(report)


def list_builds(index_dir: IndexDir = None) -> None:
    """Print all builds."""
    settings = load_settings(index_dir=index_dir)
    from ftz_qa import upkeep

    cli_reports.print_builds(upkeep.list_builds(settings.index_dir))


def rollback(
    build: Annotated[
        str | None,
        typer.Argument(metavar="BUILD", help="要恢复的版本，可以只写开头几位；不写则恢复当前版本之前最近的完好版本。"),
    ] = None,
    wait: Wait = None,
    index_dir: IndexDir = None,
) -> None:
    """Make another build the current one."""
    settings = load_settings(index_dir=index_dir, writer_wait=wait)
    from ftz_qa import upkeep

    restored = upkeep.rollback(settings.index_dir, build, lock=_lock(settings, "rollback"))
    typer.echo(f"已恢复版本 {restored}。正在运行的网页从下一个问题起使用它；原来的版本仍在，可用 rollback 再换回去")


def verify(
    build: Annotated[str | None, typer.Argument(metavar="BUILD", help="要检查的版本，不写则检查当前版本。")] = None,
    index_dir: IndexDir = None,
) -> None:
    """Check a build."""
    settings = load_settings(index_dir=index_dir)
    from ftz_qa import upkeep, verification

    name = upkeep.find_build(settings.index_dir, build) if build is not None else None
    problems = verification.verify(settings.index_dir, name)
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise IndexDamagedError(
            f"索引{name or '当前版本'}有 {len(problems)} 处问题，见上。可用 ftz-qa rollback 恢复较早的版本"
        )
    typer.echo(f"版本 {name or _current(settings.index_dir)} 完好")


def gc(
    keep: Annotated[int, typer.Option("--keep", metavar="N", min=1, help="保留几个版本，包括当前版本。")],
    wait: Wait = None,
    index_dir: IndexDir = None,
) -> None:
    """Delete old builds and leftovers."""
    settings = load_settings(index_dir=index_dir, writer_wait=wait)
    from ftz_qa import upkeep

    cli_reports.print_garbage(upkeep.collect_garbage(settings.index_dir, keep, lock=_lock(settings, "gc")))


def watch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="要守候的文件夹。")],
    wait: Wait = None,
    index_dir: IndexDir = None,
) -> None:
    """Index what lands in a folder until Ctrl-C."""
    settings = load_settings(index_dir=index_dir, writer_wait=wait)
    if not folder.is_dir():
        raise InputError(f"没有这个文件夹：{folder}")
    try:
        embedder = load_model(settings)
        from ftz_qa import watching

        cli_output.say(f"正在守候 {folder}，按 Ctrl-C 停止。")
        watching.watch(
            folder,
            settings.index_dir,
            embedder,
            done=cli_reports.print_report,
            failed=lambda error: cli_output.say(f"错误：{error}"),
            progress=cli_output.StageProgress(),
            lock=_lock(settings, "watch"),
        )
    except KeyboardInterrupt:
        cli_output.say("已停止。")


def _sources(paths: list[Path] | None, settings: Settings) -> list[Path]:
    sources = paths or [settings.issues_dir]
    for path in sources:
        if not path.exists():
            raise InputError(f"没有这个文件或文件夹：{path}")
    return sources


def _lock(settings: Settings, command: str) -> LockRequest:
    from ftz_qa.locking import LockRequest

    return LockRequest(f"ftz-qa {command}", settings.writer_wait, cli_output.say)


def _has_index(index_dir: Path) -> bool:
    try:
        _current(index_dir)
    except IndexMissingError:
        return False
    return True


def _current(index_dir: Path) -> str:
    from ftz_qa.store import current_build

    return current_build(index_dir)
