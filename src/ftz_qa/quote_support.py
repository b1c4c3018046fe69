"""How far the quotes of an answer bear it out, sentence by sentence, after ALCE.

Gao et al. 2023, "Enabling Large Language Models to Generate Text with Citations" (EMNLP), asks a language-inference
model whether the cited passages entail a sentence. There is none here, so a sentence counts as borne out where the
quotes hold it word for word, or hold all of its figures and most of its words. That a quote says the opposite in the
same words is not noticed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.text import normalize, tagged_words
from ftz_qa.wording import chinese_number, day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Answer, Citation

MOST = 2 / 3
"""The share of a sentence's words that its quotes have to hold."""

_MARKED = re.compile(r"(.+?)((?:\s*\[\d+\])+)[。！？；.!?;]?|(.+)", re.S)
_MARKER = re.compile(r"\[(\d+)\]")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_INTRODUCTION = re.compile(r"[^\n]*[：:]\s*\n")


@dataclass(frozen=True, slots=True)
class QuoteSupport:
    """How the sentences of one answer and its citations fare.

    Attributes
    ----------
    recall
        Share of the sentences that the quotes cited for them bear out.
    precision
        Share of the citations that are needed: the sentence is borne out, and either by this quote alone or not
        without it; None where the answer cites nothing.
    unsupported
        The sentences that are not borne out.
    """

    recall: float
    precision: float | None
    unsupported: tuple[str, ...]


def quote_support(answer: Answer) -> QuoteSupport | None:
    """Score an answer against its own quotes.

    A sentence is what stands before a group of markers ``[n]``, up to the group before it; text behind the last marker
    is a sentence without a citation. Lines that only introduce a list (they end in a colon) are left out.

    Returns
    -------
    QuoteSupport | None
        None for a refusal, and for an answer from the issues' structure that cites nothing: it speaks of the index,
        of which there is no quote.
    """
    if answer.refused or (answer.mode == "structure" and not answer.citations):
        return None
    by_marker = {citation.marker: citation for citation in answer.citations}
    held, needed, unsupported = 0, [], []
    for sentence, markers in _sentences(answer.text):
        cited = [by_marker[marker] for marker in markers if marker in by_marker]
        supported = borne_out(sentence, cited)
        held += supported
        if not supported:
            unsupported.append(sentence)
        needed += [supported and _is_needed(sentence, cited, n) for n in range(len(cited))]
    count = held + len(unsupported)
    if not count:
        return None
    precision = sum(needed) / len(needed) if needed else None
    return QuoteSupport(held / count, precision, tuple(unsupported))


def borne_out(sentence: str, cited: Sequence[Citation]) -> bool:
    """Whether quotes hold a sentence, or all of its figures and most of its words.

    What a citation says of its place (series, issue, date, section, title) counts as part of the quote, and so does
    what its annotations say of its words.
    """
    if not cited:
        return False
    quotes = normalize("\n".join(citation.quote for citation in cited))
    text = normalize(sentence)
    if _core(text) in _core(quotes):
        return True
    held = normalize("\n".join(_place(citation) for citation in cited)) + quotes
    if not set(_FIGURE.findall(text)) <= set(_FIGURE.findall(held)):
        return False
    words = [word for word, _ in tagged_words(text) if len(word) > 1 and word.isalpha()]
    return sum(word in held for word in words) >= MOST * len(words)


def _is_needed(sentence: str, cited: Sequence[Citation], n: int) -> bool:
    return borne_out(sentence, [cited[n]]) or not borne_out(sentence, [*cited[:n], *cited[n + 1 :]])


def _sentences(text: str) -> Iterator[tuple[str, list[int]]]:
    """Sentences with the numbers of their markers."""
    for match in _MARKED.finditer(_INTRODUCTION.sub("", text)):
        sentence = (match[1] or match[3]).strip()
        if _core(sentence):
            yield sentence, [int(number) for number in _MARKER.findall(match[2] or "")]


def _core(text: str) -> str:
    """Letters, digits and Chinese characters only."""
    return "".join(char for char in text if char.isalnum())


def _place(citation: Citation) -> str:
    issue = f"第{citation.issue}期" if citation.issue is not None else ""
    date = day(citation.date) if citation.date is not None else ""
    number = f"第{citation.article_no}篇（{chinese_number(citation.article_no)}）"
    meanings = "".join(annotation.text for annotation in citation.annotations)
    return f"{citation.series}{issue}{date}{citation.section}{number}{citation.title}{meanings}\n"
