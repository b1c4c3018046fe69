"""The report of an evaluation as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa import evaluation_texts as texts
from ftz_qa.evaluation_report import wrong_items
from ftz_qa.evaluation_wording import (
    LABELS,
    MEANINGS,
    as_number,
    fault,
    interval,
    unit,
)
from ftz_qa.metrics import table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.evaluation_report import ItemRecord, Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def markdown(report: Report, *, show_reported: bool = False) -> str:
    """The whole report; `show_reported` also shows what went wrong with questions kept for reporting."""
    shown, hidden = wrong_items(report, show_reported=show_reported)
    parts = [f"# {texts.TITLE}", *_head(report)]
    parts += [f"## {texts.FIGURES}", overview(report)]
    values = {plain(name): {key: figure.value for key, figure in row.items()} for name, row in report.figures.items()}
    parts += [f"## {texts.BY_TYPE}", table(values)]
    parts += [f"## {texts.CALIBRATION}", *_calibration(report)]
    parts.append(f"## {texts.WRONG}")
    if hidden:
        parts.append(texts.hidden(hidden))
    parts += ["\n".join(_wrong(item)) for item in shown] or [texts.NOTHING_SHOWN]
    return "\n\n".join(parts) + "\n"


def _head(report: Report) -> list[str]:
    return ["\n".join(f"* {name}：{plain(value)}" for name, value in texts.head(report))]


def overview(report: Report) -> str:
    """The figures over all questions with their intervals, as a Markdown table."""
    lines = [f"| {' | '.join(texts.OVERVIEW)} |", "|---|---|---|---|---|"]
    for name, figure in report.figures["all"].items():
        if name != "n":
            value = f"{as_number(name, figure.value)} {unit(name)}"
            bounds = interval(name, figure.low, figure.high)
            lines.append(f"| {LABELS[name]} | {value} | {bounds} | {figure.n} | {MEANINGS[name]} |")
    return "\n".join(lines)


def _calibration(report: Report) -> Iterator[str]:
    if report.reliability is None:
        yield texts.NO_CONFIDENCE
        return
    yield texts.calibration_error(report.reliability)
    lines = [f"| {' | '.join(texts.BINS)} |", "|---|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in texts.bins(report.reliability)]
    yield "\n".join(lines)
    if report.risk_coverage is not None:
        yield texts.risk(report.risk_coverage)


def _wrong(item: ItemRecord) -> Iterator[str]:
    yield f"### {plain(item.id)}（{plain(item.type)}）\n"
    for turn in item.history:
        yield f"* {texts.ROLES[turn.role]}：{plain(turn.content)}"
    yield f"* {texts.QUESTION}：{plain(item.question)}"
    yield f"* {texts.ANSWER}：{plain(item.answer)}"
    for citation in item.citations:
        yield f"* {plain(texts.source(citation))}：{plain(citation.quote)}"
    for one in item.faults:
        yield f"* **{plain(fault(one.kind, one.texts))}**"
    for sentence in item.unsupported:
        yield f"* **{texts.UNSUPPORTED}**：{plain(sentence)}"
    if item.judged is not None:
        yield f"* {plain(texts.verdict(item.judged))}"


def plain(text: str) -> str:
    """Text that Markdown takes literally, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
