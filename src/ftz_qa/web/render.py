"""Conversation → HTML. Whatever comes from a bulletin, a question or an answer is data and goes through `escape`."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.web import login_texts, texts
from ftz_qa.web.plain import answer_text
from ftz_qa.wording import chinese_number, day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ftz_qa.types import Annotation, Answer, Citation, Span
    from ftz_qa.web.conversation import Conversation, Exchange
    from ftz_qa.web.shelf import Shelf

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


def answer_html(exchange: Exchange, *, last: bool = False, below: str = "") -> str:
    """The bubble of an answer in whatever state it is; the last one has what can be done next.

    Parameters
    ----------
    below
        HTML that stands between the answer and what can be done with it.
    """
    kind = ""
    if exchange.status == "failed":
        body, kind = f"{_badge(texts.FAILED, 'failed')}<p>{_lines(exchange.text)}</p>", " is-failed"
    elif exchange.answer is not None:
        body, kind = _finished(exchange.number, exchange.answer), _kind(exchange.answer)
    else:
        body = _unfinished(exchange)
    deeds = "".join(_deeds(exchange, last=last))
    return f'<div class="answer{kind}" id="answer-{exchange.number}">{body}{below}{deeds}</div>'


def _badge(text: str, kind: str) -> str:
    return f'<span class="badge {kind}">{text}</span>'


def _kind(answer: Answer) -> str:
    if answer.refused:
        return " is-refused"
    return " is-unverified" if is_unverified(answer) else ""


def is_unverified(answer: Answer) -> bool:
    """Whether a reader should check an answer: words not borne out, nothing cited, or no more than what comes near."""
    uncited = answer.mode == "extractive" and not answer.citations
    return bool(answer.unverified) or uncited or answer.text.startswith(wording.OPENINGS["open"])


def _unfinished(exchange: Exchange) -> str:
    text = f"<p>{_lines(exchange.text)}</p>" if exchange.text else ""
    if exchange.status == "stopped":
        return f'{text}<div class="about">{texts.STOPPED}</div>'
    word = texts.ANSWERING if exchange.text else texts.WAITING
    return f'{text}<div class="progress">{word}<i></i><i></i><i></i></div>'


def _finished(number: int, answer: Answer) -> str:
    badge = _badge(texts.REFUSED, "refused") if answer.refused else ""
    if not answer.refused and is_unverified(answer):
        badge = _badge(texts.UNVERIFIED, "unverified")
    text = _linked(number, answer)
    about = [] if answer.refused else [texts.MODES[answer.mode]]
    notes = " · ".join(escape(note) for note in [*about, *answer.notes])
    return f"{badge}<p>{text}</p>" + (f'<div class="about">{notes}</div>' if notes else "")


def _deeds(exchange: Exchange, *, last: bool) -> Iterator[str]:
    """Buttons under an answer; Gradio lets no attribute through but such as these."""
    if exchange.status in ("waiting", "answering"):
        return
    copy = f'<button type="button" class="copy-answer">{twofold(texts.COPY)}</button>' if exchange.answer else ""
    again = f'<button type="button" class="again">{texts.AGAIN}</button>' if last else ""
    if copy or again:
        yield f'<div class="deeds">{copy}{again}</div>'
    if last and exchange.follow_ups:
        yield f'<div class="next">{_chips(exchange.follow_ups, texts.FOLLOW_UPS_LABEL)}</div>'


def twofold(text: str) -> str:
    """The words of a button before and after it has copied something."""
    return f'<span class="before">{text}</span><span class="after">{texts.COPIED}</span>'


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


def sources_html(conversation: Conversation, shelf: Shelf) -> str:
    """The panel: one group of cards for each finished answer, the latest one showing.

    Parameters
    ----------
    shelf
        Knows the addresses of what is cited.
    """
    finished = [(exchange, exchange.answer) for exchange in conversation.exchanges if exchange.answer is not None]
    if not finished:
        return f'<h2>{texts.SOURCES}</h2><p class="hint">{texts.SOURCES_HINT}</p>'
    latest = finished[-1][0].number
    return "".join(_group(exchange, answer, shelf, shown=exchange.number == latest) for exchange, answer in finished)


def _group(exchange: Exchange, answer: Answer, shelf: Shelf, *, shown: bool) -> str:
    cards = _cards(answer.citations, f"source-{exchange.number}", shelf)
    leads = _cards(answer.leads, f"lead-{exchange.number}", shelf)
    if cards:
        cards = f"<h2>{texts.SOURCES}</h2>{cards}"
    if leads:
        label = texts.LEADS if answer.refused else texts.UNUSED.format(count=len(answer.leads))
        opened = " open" if answer.refused else ""
        leads = f'<details class="unused"{opened}><summary>{label}</summary><div class="leads">{leads}</div></details>'
    content = cards + leads or f'<h2>{texts.SOURCES}</h2><p class="hint">{texts.NO_SOURCES}</p>'
    back = f'<a class="back" href="#answer-{exchange.number}">{texts.BACK}</a>'
    copy = f'<pre id="copy-{exchange.number}" hidden>{escape(answer_text(answer, shelf.citation_link))}</pre>'
    hidden = "" if shown else " hidden"
    return (
        f'<section class="group" id="sources-{exchange.number}"{hidden}>'
        f'<p class="asked">{escape(exchange.question)}</p>{content}{back}{copy}</section>'
    )


def _cards(citations: Iterable[Citation], prefix: str, shelf: Shelf) -> str:
    return "".join(
        _card(citation, f"{prefix}-{citation.marker}", shelf, numbered=prefix[0] == "s") for citation in citations
    )


def _card(citation: Citation, anchor: str, shelf: Shelf, *, numbered: bool) -> str:
    marker = f'<span class="marker">{citation.marker}</span>' if numbered else ""
    title = texts.ARTICLE.format(number=chinese_number(citation.article_no), title=citation.title)
    address = shelf.citation_link(citation, exact=True)
    whole = f'<a class="read" href="{escape(address)}">{texts.WHOLE_ARTICLE}</a>' if address else ""
    return (
        f'<details class="card" id="{anchor}"><summary>{marker}<span class="head">'
        f'<span class="title">{escape(title)}</span><span class="where">{escape(_where(citation))}</span>'
        f"</span></summary><blockquote>{marked_paragraph(citation)}</blockquote>{whole}</details>"
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
    glosses = [_gloss(annotation) for annotation in citation.annotations]

    def piece(span: Span) -> str:
        return text[span.start - citation.start : span.end - citation.start]

    bold = []
    for span in citation.highlights:
        inside = [gloss for gloss in glosses if span.start <= gloss[0] and gloss[1] <= span.end]
        bold.append((span.start, span.end, f"<strong>{_pieced(piece(span), span.start, inside)}</strong>"))
        # What stands half in the bold part would be cut in two.
        glosses = [gloss for gloss in glosses if gloss[1] <= span.start or gloss[0] >= span.end]
    return _pieced(text, citation.start, [*bold, *glosses])


def _gloss(annotation: Annotation) -> tuple[int, int, str]:
    """Where the word stands, and the word with a tooltip that says what it means."""
    tip = escape(texts.MEANS.format(word=annotation.word, meaning=annotation.text))
    markup = f'<span class="gloss" tabindex="0" data-tip="{tip}">{escape(annotation.word)}</span>'
    return annotation.offset - len(annotation.word), annotation.offset, markup


def examples_html(examples: Sequence[str], label: str = texts.EXAMPLES_LABEL) -> str:
    """Example questions as buttons; empty where there are none."""
    return _chips(examples, label) if examples else ""


def _chips(questions: Sequence[str], label: str) -> str:
    chips = "".join(f'<button type="button" class="chip">{escape(question)}</button>' for question in questions)
    return f'<div class="chips"><span>{label}</span>{chips}</div>'


def notice_html(text: str) -> str:
    """A line about the question that was not sent; empty where there is nothing to say."""
    return f'<p class="notice" role="alert">{escape(text)}</p>' if text else ""


def ahead_html(ahead: int) -> str:
    """What is said to somebody who waits for an answer, with so many before."""
    text = login_texts.AHEAD.format(count=ahead) if ahead else login_texts.NEXT
    return f'<p class="queue" role="status">{text}</p>'
