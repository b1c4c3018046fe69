"""A kept conversation as Markdown and as a Word document: questions, answers, and every source in full."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from docx import Document

from ftz_qa.text import tidy
from ftz_qa.web import history_texts as texts
from ftz_qa.wording import chinese_number, day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ftz_qa.types import Citation
    from ftz_qa.web.conversation import Exchange
    from ftz_qa.web.history import Stored

_MARKUP = re.compile(r"([\\`*_{}\[\]()#+.!|~<>&$-])")
# What XML 1.0 cannot hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def to_markdown(stored: Stored) -> str:
    """The conversation as Markdown in which nothing of a question or a bulletin is markup."""
    lines = [f"# {_plain(stored.summary.title)}", "", _plain(_about(stored)), ""]
    for exchange in stored.conversation.exchanges:
        lines += [f"## {_plain(texts.ASKED.format(question=exchange.question))}", ""]
        lines += [*(f"{_plain(line)}  " for line in _answer_lines(exchange)), ""]
        for title, sources in _sources(exchange):
            lines += [f"**{title}**", ""]
            for source in sources:
                lines += [f"* {_plain(_where(source))}  ", f"  {_plain(tidy(source.quote))}"]
            lines.append("")
    return "\n".join(lines)


def to_word(stored: Stored) -> bytes:
    """The conversation as a ``.docx`` file."""
    document = Document()
    document.add_heading(_clean(stored.summary.title), 0)
    document.add_paragraph(_clean(_about(stored)))
    for exchange in stored.conversation.exchanges:
        document.add_heading(_clean(texts.ASKED.format(question=exchange.question)), 2)
        for line in _answer_lines(exchange):
            document.add_paragraph(_clean(line))
        for title, sources in _sources(exchange):
            document.add_paragraph().add_run(title).bold = True
            for source in sources:
                paragraph = document.add_paragraph(_clean(_where(source)))
                paragraph.add_run().add_break()
                paragraph.add_run(_clean(tidy(source.quote))).italic = True
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _about(stored: Stored) -> str:
    return texts.EXPORTED.format(count=stored.summary.count, changed=stored.summary.changed)


def _answer_lines(exchange: Exchange) -> list[str]:
    lines = [line for line in exchange.text.split("\n") if line.strip()]
    if exchange.answer is None:
        return [*lines, texts.UNANSWERED]
    notes = [texts.NOTES.format(notes="；".join(exchange.answer.notes))] if exchange.answer.notes else []
    return [*lines, *notes]


def _sources(exchange: Exchange) -> Iterable[tuple[str, tuple[Citation, ...]]]:
    if exchange.answer is None:
        return []
    answer = exchange.answer
    found = ((texts.SOURCES, answer.citations), (texts.LEADS, answer.leads if answer.refused else ()))
    return [(title, sources) for title, sources in found if sources]


def _where(source: Citation) -> str:
    issue = f"第{source.issue}期" if source.issue is not None else ""
    date = f"（{day(source.date)}）" if source.date is not None else ""
    series = f"《{source.series}》" if source.series else ""
    article = f"（{chinese_number(source.article_no)}）{tidy(source.title)}"
    return f"[{source.marker}] {series}{issue}{date}{source.section and f'“{source.section}”'}{article}："


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(_clean(text).split("\n")))


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("", text)
