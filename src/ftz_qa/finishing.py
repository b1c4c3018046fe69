"""The last touches of an answer: yes or no in front, times and places made plain, the exact answer marked."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.annotations import in_brackets
from ftz_qa.emphasis import emphasis
from ftz_qa.text import split_sentences, tidy
from ftz_qa.types import Span
from ftz_qa.verdict import Said, verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ftz_qa.composing import Composed
    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence
    from ftz_qa.types import Answer, Citation
    from ftz_qa.verdict import Verdict

BRIEF = 160
"""An answer of more characters gets no brackets that explain its words: they would make it long."""

_MARKER = re.compile(r"\[(\d+)\]")


def verdict_of(question: Question, composed: Composed) -> Verdict | None:
    """`verdict` on the chosen evidence."""
    return verdict(question.text, said_by(composed))


def said_by(composed: Composed) -> list[Said]:
    """The sentences of the chosen evidence, the best first."""
    said = []
    for item in sorted(composed.evidence, key=lambda one: -one.score):
        article, issue = item.hit.passage.article, item.hit.passage.issue
        whole = "".join(
            c.quote for c in composed.citations if (c.issue, c.article_no) == (issue.number, article.number)
        )
        heading = max((span for span in article.headings if span.start <= item.span.start), key=_start, default=None)
        above = article.body[heading.start : heading.end] if heading else ""
        context = f"{article.title} {above} {article.paragraph_before(item.span.start)}"
        for unit in split_sentences(item.text, semicolons=True):
            said.append(_with_answer(Said(item.text[unit.start : unit.end], context, whole, issue.date), item, unit))
    return said


def _with_answer(said: Said, item: Evidence, unit: Span) -> Said:
    """A sentence with the trained reader's answer, where that begins in it; `unit` is its place in the item's text."""
    found = item.answer_span()
    if found is None or item.reading is None:
        return said
    start, end = found[0].start - item.span.start, found[0].end - item.span.start
    if not unit.start <= start < unit.end:
        return said
    span = (start - unit.start, min(end, unit.end) - unit.start)
    return replace(said, span=span, likely=found[1], read=item.reading.probability)


def _start(span: Span) -> int:
    return span.start


def finish(
    answer: Answer,
    question: Question,
    composed: Composed,
    parts: Sequence[tuple[Question, Evidence]],
) -> Answer:
    """An extract with its opening, what its words mean in brackets, and the exact answer marked.

    Parameters
    ----------
    answer
        Not refused; its text and citations are those of `composed`.
    parts
        What the question asks, each with the best unit for it.
    """
    citations = tuple(
        replace(
            citation, highlights=_highlights(citation, _asked_of(citation, question, parts), composed.evidence, parts)
        )
        for citation in answer.citations
    )
    opening = wording.OPENINGS.get(verdict_of(question, composed) or "", "")
    text = opening + explained(answer.text, citations)
    return replace(answer, text=text, citations=citations, highlights=text_highlights(text, citations))


def _asked_of(citation: Citation, question: Question, parts: Sequence[tuple[Question, Evidence]]) -> list[Question]:
    """The parts of a question whose best unit a citation quotes; of one that has no parts, the question itself."""
    if len(parts) < 2:
        return [question]
    return [part for part, best in parts if _is_quoted(best, citation)]


def _highlights(
    citation: Citation,
    asked: Sequence[Question],
    evidence: Sequence[Evidence],
    parts: Sequence[tuple[Question, Evidence]],
) -> tuple[Span, ...]:
    """The exact answers to the parts of a question that a citation was chosen for, as spans of the body."""
    spans: list[Span] = []
    for part in asked:
        own = [best for other, best in parts if other is part] if len(parts) > 1 else evidence
        found = emphasis(part, citation.quote, _read_in(citation, own))
        if found is not None and not any(found.start < other.end and other.start < found.end for other in spans):
            spans.append(found)
    spans.sort(key=_start)
    return tuple(Span(citation.start + span.start, citation.start + span.end) for span in spans)


def _read_in(citation: Citation, evidence: Sequence[Evidence]) -> tuple[Span, float] | None:
    """The likeliest of what the trained reader sees in the units that a citation quotes, as a span of its quote."""
    quoted = [item for item in evidence if _is_quoted(item, citation)]
    read = [found for item in quoted if (found := item.answer_span()) is not None]
    inside = [(span, likely) for span, likely in read if citation.start <= span.start and span.end <= citation.end]
    if not inside:
        return None
    span, likely = max(inside, key=lambda pair: pair[1])
    return Span(span.start - citation.start, span.end - citation.start), likely


def _is_quoted(item: Evidence, citation: Citation) -> bool:
    passage = item.hit.passage
    place = (passage.issue.series, passage.issue.number, passage.article.number)
    here = place == (citation.series, citation.issue, citation.article_no)
    return here and item.span.start < citation.end and citation.start < item.span.end


def explained(text: str, citations: Sequence[Citation]) -> str:
    """The text with what words of a sentence mean in brackets behind it, each meaning once; long texts as they are."""
    if len(_MARKER.sub("", text)) > BRIEF:
        return text
    known: set[tuple[str, str]] = set()
    brackets: dict[int, str] = {}
    for citation in citations:
        new = [a for a in citation.annotations if (a.word, a.text) not in known]
        known.update((a.word, a.text) for a in new)
        brackets[citation.marker] = in_brackets(new)
    return _MARKER.sub(lambda match: brackets.get(int(match[1]), "") + match[0], text)


def text_highlights(text: str, citations: Sequence[Citation]) -> tuple[Span, ...]:
    """The highlights of the citations as spans of the text, where the sentence in front of a marker holds them."""
    found: list[Span] = []
    ends: Mapping[int, int] = {int(match[1]): match.start() for match in _MARKER.finditer(text)}
    for citation in citations:
        if citation.marker not in ends:
            continue
        end = ends[citation.marker]
        begin = max((match.end() for match in _MARKER.finditer(text, 0, end)), default=0)
        for span in citation.highlights:
            before = tidy(citation.quote[: span.start - citation.start])
            words = tidy(citation.quote[span.start - citation.start : span.end - citation.start])
            offset = text.find(before, begin, end)
            start = text.find(words, offset + len(before) if offset >= 0 else end, end) if words else -1
            # Blanks at the joint are all that may stand between.
            if start >= 0 and start - offset - len(before) <= 1:
                found.append(Span(start, start + len(words)))
    return tuple(sorted(found, key=_start))
