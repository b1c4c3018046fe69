"""From evidence to cited text: every sentence of an answer points at the sentence that bears it out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.annotations import annotations_of
from ftz_qa.text import tidy
from ftz_qa.types import Citation, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Article, Hit, Issue

NEAREST = 3
"""How many articles are named that came near to an answer."""


def cite(marker: int, issue: Issue, article: Article, span: Span) -> Citation:
    """A citation of ``article.body[span]`` with the paragraph around it and what its words mean."""
    body = article.body
    start = body.rfind("\n", 0, span.start) + 1
    end = body.find("\n", span.end)
    end = len(body) if end < 0 else end
    return Citation(
        marker=marker,
        series=issue.series,
        issue=issue.number,
        date=issue.date,
        section=article.section.title,
        article_no=article.number,
        title=article.title,
        quote=body[span.start : span.end],
        start=span.start,
        end=span.end,
        paragraph=body[start:end],
        paragraph_start=start,
        annotations=annotations_of(issue, article, span),
    )


def sentence_with_marker(text: str, marker: int) -> str:
    """``句子[1]。``-style text: the marker stands behind the sentence, a clause cut at a semicolon gets a full stop."""
    text = tidy(text)
    if text.endswith(("；", ";")):
        text = text[:-1] + "。"
    elif text and text[-1] not in "。！？!?…”’）)":
        text += "。"
    return f"{text}[{marker}]"


def merge_adjacent(spans: Sequence[Span], body: str) -> list[Span]:
    """Join spans of one body that only blanks part, in the order of the text."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start):
        if merged and not body[merged[-1].end : span.start].strip():
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return merged


def renumber(citations: Sequence[Citation]) -> tuple[Citation, ...]:
    """The same citations with markers from 1 in their order."""
    return tuple(replace(citation, marker=n) for n, citation in enumerate(citations, start=1))


def nearest_articles(hits: Sequence[Hit], besides: Sequence[Citation] = ()) -> tuple[Citation, ...]:
    """The articles of the first hits that an answer does not cite, one citation each, `NEAREST` at most."""
    cited = {(citation.series, citation.issue, citation.article_no) for citation in besides}
    found: dict[tuple[int, int], Citation] = {}
    for hit in hits:
        passage = hit.passage
        key = (id(passage.issue), passage.article.number)
        if (passage.issue.series, passage.issue.number, passage.article.number) in cited:
            continue
        if key not in found and len(found) < NEAREST:
            found[key] = cite(0, passage.issue, passage.article, Span(passage.start, passage.end))
    return renumber(list(found.values()))
