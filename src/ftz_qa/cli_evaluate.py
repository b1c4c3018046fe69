"""The commands that measure answers: evaluate and compare."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ftz_qa import cli_output
from ftz_qa.cli_settings import IndexDir, load_settings
from ftz_qa.errors import InputError, RegressionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.answerer import Answerer
    from ftz_qa.comparing import Change, Comparison, ItemChange
    from ftz_qa.evaluation import Item, Outcome
    from ftz_qa.evaluation_report import Report
    from ftz_qa.settings import Settings

_MODE_HELP = "怎样作答：extractive 摘自原文，llm 由大模型撰写；不写则设了 FTZ_QA_LLM_MODEL 就用大模型。"
_SPLIT_HELP = "问哪些问题：dev 供调试，report 留作报告，all 全部。"


def add_commands(app: typer.Typer) -> None:
    """Register the commands of this module."""
    app.command(help="用问题集评测回答，写出 report.json、report.md、report.html 和 TREC 格式的检索结果。")(evaluate)
    app.command(help="比较同一问题集的两次评测；变差超过容差时退出码为 1。")(compare)


def evaluate(
    sets: Annotated[list[Path], typer.Argument(metavar="SET…", help="问题集，JSON Lines，格式见 docs/evaluation.md。")],
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="报告写到哪个文件夹，默认 evaluation/ 下以时间命名。")
    ] = None,
    split: Annotated[Literal["dev", "report", "all"], typer.Option(help=_SPLIT_HELP)] = "all",
    show_items: Annotated[
        bool, typer.Option("--show-items", help="与 --split report 同用：报告中也列出留作报告的问题。")
    ] = False,
    mode: Annotated[Literal["extractive", "llm"] | None, typer.Option(help=_MODE_HELP)] = None,
    judge: Annotated[bool, typer.Option("--judge", help="另请大模型（FTZ_QA_LLM_MODEL）判断答案对错。")] = False,
    index_dir: IndexDir = None,
) -> None:
    """Ask the questions, print the figures and write the reports."""
    if show_items and split != "report":
        raise InputError("--show-items 只能和 --split report 一起用")
    settings = load_settings(index_dir=index_dir)
    if mode == "llm" and not settings.llm_model:
        raise InputError("--mode llm 要由大模型作答，请先设置 FTZ_QA_LLM_MODEL（见 README 的“接入大模型”）")
    answering = settings.model_copy(update={"llm_model": ""}) if mode == "extractive" else settings
    from ftz_qa.evaluation import read_items

    items = read_items(sets, None if split == "all" else split)
    if not items:
        raise InputError(f"问题集中没有要问的问题（--split {split}）")
    folder = out or Path("evaluation") / f"{dt.datetime.now().astimezone():%Y%m%d-%H%M%S}"
    _make_folder(folder)
    outcomes, answerer = _ask(items, answering, settings if judge else None)
    from ftz_qa.evaluation_report import make_report

    index = answerer.chain.index
    report = make_report(outcomes, sets, split, answering, index.build_id, index.model_identity)
    _write(folder, report, outcomes, show_items=show_items)
    _print(report, folder)


def _ask(items: Sequence[Item], settings: Settings, judged_by: Settings | None) -> tuple[list[Outcome], Answerer]:
    """Ask the questions; a language model, if one is named, judges the answers."""
    from ftz_qa.answerer import load_answerer
    from ftz_qa.evaluation import evaluate as ask_all
    from ftz_qa.llm_judge import load_judge

    judging = load_judge(judged_by) if judged_by is not None else None
    answerer = load_answerer(settings, cli_output.say)
    _warn_of_missing(items, answerer)
    with cli_output.StageProgress() as progress:
        outcomes = ask_all(items, answerer, lambda done, total: progress("评测", done, total))
        if judging is not None:
            outcomes = judging.all_judged(outcomes, lambda done, total: progress("判断", done, total))
    return outcomes, answerer


def _warn_of_missing(items: Sequence[Item], answerer: Answerer) -> None:
    """A question set that is asked of another index than the one it is about measures nothing."""
    held = {(issue.number, article.number) for issue in answerer.chain.index.issues for article in issue.articles}
    missing = {gold.issue for item in items for gold in item.gold if (gold.issue, gold.article) not in held}
    if missing:
        issues = "、".join(f"第{number}期" for number in sorted(missing))
        cli_output.say(f"提示：问题集的标准文章有些不在索引中（{issues}），有关问题会算错")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"无法建立文件夹 {folder}（{error.strerror}）") from error


def _write(folder: Path, report: Report, outcomes: Sequence[Outcome], *, show_items: bool) -> None:
    from ftz_qa import evaluation_html, evaluation_markdown, trec
    from ftz_qa.evaluation_report import REPORT

    files = {
        REPORT: report.model_dump_json(indent=1) + "\n",
        "report.md": evaluation_markdown.markdown(report, show_reported=show_items),
        "report.html": evaluation_html.page(report, show_reported=show_items),
        "qrels.txt": trec.qrels(outcomes),
        "run.txt": trec.run(outcomes),
    }
    try:
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise InputError(f"无法写入 {folder}（{error.strerror}）") from error


def _print(report: Report, folder: Path) -> None:
    from ftz_qa.evaluation_wording import LABELS, as_number, interval, unit
    from ftz_qa.metrics import table

    values = {name: {key: figure.value for key, figure in row.items()} for name, row in report.figures.items()}
    typer.echo(table(values) + "\n")
    for name, figure in report.figures["all"].items():
        bounds = interval(name, figure.low, figure.high)
        if name != "n":
            within = f"（{bounds}，{figure.n} 例）" if bounds else f"（{figure.n} 例）"
            typer.echo(f"{LABELS[name]}：{as_number(name, figure.value)} {unit(name)}{within}")
    typer.echo(f"\n共 {len(report.items)} 题，括号内为 95 % 区间。报告：{folder / 'report.html'}")


def compare(
    old: Annotated[Path, typer.Argument(metavar="A", help="前一份报告：report.json 或它所在的文件夹。")],
    new: Annotated[Path, typer.Argument(metavar="B", help="后一份报告。")],
    tolerance: Annotated[
        float, typer.Option(metavar="POINTS", min=0, help="正确率、拒答 F1、引对文章可以下降几个百分点。")
    ] = 1.0,
) -> None:
    """Print what differs; fail where it got worse."""
    from ftz_qa import comparing
    from ftz_qa.evaluation_report import read_report
    from ftz_qa.evaluation_wording import LABELS

    reports = read_report(old), read_report(new)
    found = comparing.compare(*reports)
    for name, path, report in zip(("前", "后"), (old, new), reports, strict=True):
        typer.echo(f"{name}：{path}（{report.created:%Y-%m-%d %H:%M}，索引 {report.build}，{report.model}）")
    typer.echo()
    for change in found.changes:
        typer.echo(_change_line(change))
    _print_items(found)
    fallen = found.regressions(tolerance)
    if fallen:
        said = "，".join(f"{LABELS[c.name]}下降 {100 * ((c.old or 0) - (c.new or 0)):.1f} 个百分点" for c in fallen)
        raise RegressionError(f"变差：{said}（容差 {tolerance:g}）")
    typer.echo(f"没有变差（容差 {tolerance:g} 个百分点）")


def _change_line(change: Change) -> str:
    from ftz_qa.evaluation_wording import LABELS, as_number, unit

    def shown(value: float | None) -> str:
        return "无" if value is None else as_number(change.name, value)

    line = f"{LABELS[change.name]}：{shown(change.old)} → {shown(change.new)} {unit(change.name)}"
    if change.old is None or change.new is None or shown(change.old) == shown(change.new):
        return line
    difference = change.new - change.old
    return f"{line}（{'+' if difference > 0 else '−'}{as_number(change.name, abs(difference))}）"


def _print_items(found: Comparison) -> None:
    for title, items in (("变好", found.better), ("变差", found.worse)):
        typer.echo(f"\n{title} {len(items)} 题")
        for item in items:
            typer.echo(f"  {_item_line(item)}")
    typer.echo(
        f"\n由错变对 {found.fixed} 题，由对变错 {found.broken} 题；McNemar 精确检验 p = {found.p_value:.3f}"
        f"（{'差别显著' if found.p_value < 0.05 else '差别可能出于偶然'}）"
    )


def _item_line(item: ItemChange) -> str:
    """One question; those kept for reporting by their id alone."""
    from ftz_qa.evaluation_wording import ASPECTS, fault

    changes = [f"{ASPECTS[aspect]} 否→是" for aspect in item.gained] + [f"{ASPECTS[a]} 是→否" for a in item.lost]
    line = f"{item.new.id}（{item.new.type}）{'，'.join(changes)}"
    if item.new.split == "report":
        return line
    known = set(item.old.faults)
    reasons = [fault(one.kind, one.texts) for one in item.new.faults if one not in known]
    return f"{line}：{cli_output.one_line(item.new.question)}" + (f"〔{'；'.join(reasons)}〕" if reasons else "")
