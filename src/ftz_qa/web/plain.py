"""An answer with its sources as plain text, fit to be pasted into a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.text import tidy
from ftz_qa.web import texts
from ftz_qa.wording import chinese_number, day

if TYPE_CHECKING:
    from collections.abc import Callable

    from ftz_qa.types import Answer, Citation


def answer_text(answer: Answer, link: Callable[[Citation], str]) -> str:
    """Question, answer and numbered sources, one to a paragraph.

    Parameters
    ----------
    link
        Gives a citation's address, relative to the page; empty for none.
    """
    parts = [texts.COPIED_QUESTION.format(question=answer.question), answer.text]
    if answer.notes:
        parts.append(texts.COPIED_NOTES.format(notes="；".join(answer.notes)))
    if answer.citations:
        parts += [texts.COPIED_SOURCES, *(_source(citation, link(citation)) for citation in answer.citations)]
    return "\n".join(parts)


def _source(citation: Citation, address: str) -> str:
    title = texts.ARTICLE.format(number=chinese_number(citation.article_no), title=citation.title)
    line = f"[{citation.marker}] {where(citation)} {title}：“{tidy(citation.quote)}”"
    return f"{line}\n{texts.COPIED_LINK.format(link=address)}" if address else line


def where(citation: Citation) -> str:
    """Series, issue, date and section, as far as the bulletin says."""
    series = texts.SERIES.format(series=citation.series) if citation.series else ""
    issue = texts.ONE_ISSUE.format(number=citation.issue) if citation.issue is not None else ""
    date = f"（{day(citation.date)}）" if citation.date is not None else ""
    return "".join((series, issue, date)) + (f" {citation.section}" if citation.section else "")
