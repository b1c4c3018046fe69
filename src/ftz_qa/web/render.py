"""Conversation → HTML. Whatever comes from a bulletin, a question or an answer is data and goes through `escape`."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from ftz_qa.web import texts
from ftz_qa.wording import chinese_number, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ftz_qa.types import Annotation, Answer, Citation
    from ftz_qa.web.conversation import Conversation, Exchange
    from ftz_qa.web.protocol import IndexInfo

_MARKER = re.compile(r"\[([1-9]\d{0,2})\]")
# Gradio's HTML component runs its value through JavaScript and Handlebars templates.
_TEMPLATE_CHARS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;", "\\": "&#92;"})


def escape(text: str) -> str:
    """Text that HTML, attributes and Gradio's templates take literally."""
    return html.escape(text).translate(_TEMPLATE_CHARS)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")


def question_html(question: str) -> str:
    """The bubble of a question."""
    return f'<div class="question">{_lines(question)}</div>'


def answer_html(exchange: Exchange) -> str:
    """The bubble of an answer in whatever state it is."""
    if exchange.status == "failed":
        body = f"{_badge(texts.FAILED, 'failed')}<p>{_lines(exchange.text)}</p>"
    elif exchange.answer is not None:
        body = _finished(exchange.number, exchange.answer)
    else:
        body = _unfinished(exchange)
    return f'<div class="answer" id="answer-{exchange.number}">{body}</div>'


def _badge(text: str, kind: str) -> str:
    return f'<span class="badge {kind}">{text}</span>'


def _unfinished(exchange: Exchange) -> str:
    text = f"<p>{_lines(exchange.text)}</p>" if exchange.text else ""
    if exchange.status == "stopped":
        return f'{text}<div class="about">{texts.STOPPED}</div>'
    word = texts.ANSWERING if exchange.text else texts.WAITING
    return f'{text}<div class="progress">{word}<i></i><i></i><i></i></div>'


def _finished(number: int, answer: Answer) -> str:
    badge = _badge(texts.REFUSED, "refused") if answer.refused else ""
    text = _linked(number, answer)
    about = [] if answer.refused else [texts.MODES[answer.mode]]
    notes = " · ".join(escape(note) for note in [*about, *answer.notes])
    kind = ' class="is-refused"' if answer.refused else ""
    return f"{badge}<p{kind}>{text}</p>" + (f'<div class="about">{notes}</div>' if notes else "")


def _linked(number: int, answer: Answer) -> str:
    """The answer's text, escaped; each ``[n]`` with a source becomes a link to its card, and stretches are set off."""
    text, markers = answer.text, {citation.marker for citation in answer.citations}
    pieces: list[tuple[int, int, str]] = [
        (match.start(), match.end(), f'<a class="cite" href="#source-{number}-{match[1]}">[{match[1]}]</a>')
        for match in _MARKER.finditer(text)
        if int(match[1]) in markers
    ]
    pieces += [(span.start, span.end, _bold(text[span.start : span.end])) for span in answer.highlights]
    pieces += [(span.start, span.end, _doubtful(text[span.start : span.end])) for span in answer.unverified]
    return _pieced(text, 0, pieces)


def _bold(text: str) -> str:
    return f"<strong>{_lines(text)}</strong>"


def _doubtful(text: str) -> str:
    return f'<span class="unverified">{_lines(text)}</span>'


def _pieced(text: str, offset: int, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Escape a text that begins at `offset`, with HTML in the place of stretches of it; of two that overlap the first.

    Parameters
    ----------
    pieces
        Start, end (both counted like `offset`) and HTML; one that reaches beyond the text is left out.
    """
    parts: list[str] = []
    end = offset
    for start, stop, markup in sorted(pieces):
        if end <= start <= stop <= offset + len(text):
            parts += [_lines(text[end - offset : start - offset]), markup]
            end = stop
    return "".join(parts) + _lines(text[end - offset :])


def sources_html(conversation: Conversation) -> str:
    """The panel: one group of cards for each finished answer, the latest one showing."""
    finished = [(exchange, exchange.answer) for exchange in conversation.exchanges if exchange.answer is not None]
    if not finished:
        return f'<h2>{texts.SOURCES}</h2><p class="hint">{texts.SOURCES_HINT}</p>'
    latest = finished[-1][0].number
    return "".join(_group(exchange, answer, shown=exchange.number == latest) for exchange, answer in finished)


def _group(exchange: Exchange, answer: Answer, *, shown: bool) -> str:
    cards = _cards(answer.citations, f"source-{exchange.number}")
    leads = _cards(answer.leads, f"lead-{exchange.number}")
    if cards:
        cards = f"<h2>{texts.SOURCES}</h2>{cards}"
    if leads:
        leads = f'<h2 class="muted">{texts.LEADS}</h2><div class="leads">{leads}</div>'
    content = cards + leads or f'<h2>{texts.SOURCES}</h2><p class="hint">{texts.NO_SOURCES}</p>'
    back = f'<a class="back" href="#answer-{exchange.number}">{texts.BACK}</a>'
    hidden = "" if shown else " hidden"
    return (
        f'<section class="group" id="sources-{exchange.number}"{hidden}>'
        f'<p class="asked">{escape(exchange.question)}</p>{content}{back}</section>'
    )


def _cards(citations: Iterable[Citation], prefix: str) -> str:
    return "".join(_card(citation, f"{prefix}-{citation.marker}", numbered=prefix[0] == "s") for citation in citations)


def _card(citation: Citation, anchor: str, *, numbered: bool) -> str:
    marker = f'<span class="marker">{citation.marker}</span>' if numbered else ""
    title = texts.ARTICLE.format(number=chinese_number(citation.article_no), title=citation.title)
    return (
        f'<details class="card" id="{anchor}"><summary>{marker}<span class="head">'
        f'<span class="title">{escape(title)}</span><span class="where">{escape(_where(citation))}</span>'
        f"</span></summary><blockquote>{marked_paragraph(citation)}</blockquote></details>"
    )


def _where(citation: Citation) -> str:
    parts = [texts.SERIES.format(series=citation.series)] if citation.series else []
    if citation.issue is not None:
        parts.append(texts.ONE_ISSUE.format(number=citation.issue))
    if citation.date is not None:
        parts.append(day(citation.date))
    if citation.section:
        parts.append(citation.section)
    return " · ".join(parts)


def marked_paragraph(citation: Citation) -> str:
    """The paragraph as printed: the quote in ``<mark>``, the exact answer bold, glosses of ``今年`` and such small."""
    paragraph = citation.paragraph
    start = min(max(citation.start - citation.paragraph_start, 0), len(paragraph))
    end = min(max(citation.end - citation.paragraph_start, start), len(paragraph))
    if start == end:
        return _lines(paragraph)
    return f"{_lines(paragraph[:start])}<mark>{_quote(citation, paragraph[start:end])}</mark>{_lines(paragraph[end:])}"


def _quote(citation: Citation, text: str) -> str:
    bold = [
        (s.start, s.end, _bold(text[s.start - citation.start : s.end - citation.start])) for s in citation.highlights
    ]
    inside = [
        (a, next((s for s in citation.highlights if s.start < a.offset <= s.end), None)) for a in citation.annotations
    ]
    # A word within the bold part is explained behind that.
    small = [(place := span.end if span else a.offset, place, _gloss(a)) for a, span in inside]
    return _pieced(text, citation.start, [*bold, *small])


def _gloss(annotation: Annotation) -> str:
    title = texts.MEANS.format(word=annotation.word, meaning=annotation.text)
    return f'<small class="gloss" title="{escape(title)}">{escape(texts.GLOSS.format(meaning=annotation.text))}</small>'


def header_html(info: IndexInfo | None, problem: str = "") -> str:
    """Title and what is indexed; without `info`, the problem instead."""
    text, kind = (problem, " problem") if info is None else (coverage(info), "")
    return (
        f'<header class="masthead"><h1>{texts.TITLE}</h1><p class="tagline">{texts.TAGLINE}</p>'
        f'<p class="coverage{kind}" title="{escape(text)}">{escape(text)}</p></header>'
    )


def coverage(info: IndexInfo) -> str:
    """What is indexed, in one line of plain text."""
    if info.issue_count == 0:
        return texts.NOTHING_INDEXED
    series = "".join(texts.SERIES.format(series=name) for name in info.series if name)
    counts = series + texts.COUNTS.format(issues=info.issue_count, articles=info.article_count)
    return "，".join([counts, *_issue_range(info), *_date_range(info)])


def _issue_range(info: IndexInfo) -> list[str]:
    if info.first_issue is None or info.last_issue is None:
        return []
    if info.first_issue == info.last_issue:
        return [texts.ONE_ISSUE.format(number=info.first_issue)]
    return [texts.ISSUE_RANGE.format(first=info.first_issue, last=info.last_issue)]


def _date_range(info: IndexInfo) -> list[str]:
    if info.first_date is None or info.last_date is None:
        return []
    first, last = day(info.first_date), day(info.last_date)
    return [first if first == last else f"{first}—{last}"]


def examples_html(examples: Sequence[str]) -> str:
    """Example questions as buttons; empty where there are none."""
    if not examples:
        return ""
    chips = "".join(f'<button type="button" class="chip">{escape(example)}</button>' for example in examples)
    label = texts.EXAMPLES_LABEL
    return f'<div class="chips" role="group" aria-label="{label}"><span>{label}</span>{chips}</div>'


def notice_html(text: str) -> str:
    """A line about the question that was not sent; empty where there is nothing to say."""
    return f'<p class="notice" role="alert">{escape(text)}</p>' if text else ""


def welcome_html() -> str:
    """What the empty chat shows."""
    return f'<div class="welcome"><h2>{texts.WELCOME}</h2><p>{texts.WELCOME_DETAIL}</p></div>'
