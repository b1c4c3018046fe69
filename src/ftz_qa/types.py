"""The data that passes between the parts, as frozen dataclasses.

All offsets are in characters of `Article.body`, half open: ``body[start:end]``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Role = Literal["user", "assistant"]
Mode = Literal["extractive", "structure", "llm"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open character range ``[start, end)`` of an article's body."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an issue, such as ``一、龙江板块``.

    Attributes
    ----------
    number
        1-based, as printed; 0 for articles that stand before any section.
    title
        Without its number.
    heading
        The line as printed, number included; empty where there is none.
    """

    number: int
    title: str
    heading: str


@dataclass(frozen=True, slots=True)
class Article:
    """One article of an issue.

    Attributes
    ----------
    number
        1-based, straight through the whole issue.
    title
        Without its number.
    heading
        The line as printed, number included.
    section
        The section it stands in.
    body
        The text as printed, one paragraph a line (joined by line feeds), page breaks mended. Inner headings
        are paragraphs of it.
    headings
        Where in `body` the inner headings stand, in order.
    """

    number: int
    title: str
    heading: str
    section: Section
    body: str
    headings: tuple[Span, ...] = ()

    def paragraph_before(self, place: int) -> str:
        """What stands before a place of the body in the same paragraph."""
        return self.body[self.body.rfind("\n", 0, place) + 1 : place]


@dataclass(frozen=True, slots=True)
class Issue:
    """One issue of a bulletin.

    Attributes
    ----------
    series, publisher
        As printed, e.g. ``自贸动态`` and ``省自贸办``; the publisher is empty where none is printed.
    number, date
        None where the file does not say.
    masthead
        Everything before the first section or article, as printed.
    source
        The name of the file it was read from.
    warnings
        What was assumed while reading, in Chinese, for the maintainer.
    """

    series: str
    number: int | None
    date: dt.date | None
    publisher: str
    masthead: str
    sections: tuple[Section, ...]
    articles: tuple[Article, ...]
    source: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """A stretch of whole sentences of one article: the unit of retrieval."""

    issue: Issue
    article: Article
    start: int
    end: int

    @property
    def text(self) -> str:
        """The passage as printed: ``article.body[start:end]``."""
        return self.article.body[self.start : self.end]


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A passage found for a question.

    Attributes
    ----------
    position
        Where the passage stands in the index, from 0.
    score
        The fused score in 0..1 by which hits are ordered.
    dense
        Cosine of question and passage, -1..1.
    lexical
        BM25 score, 0 upwards.
    """

    passage: Passage
    position: int
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True, slots=True)
class Annotation:
    """What a word of a quote means that the quote itself leaves to its readers (``今年``: ``2025年``).

    Attributes
    ----------
    offset
        In `Article.body`, just behind the word.
    word
        As printed.
    text
        What it stands for.
    """

    offset: int
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a sentence of an answer comes from.

    Attributes
    ----------
    marker
        The number n of ``[n]`` in the answer, from 1.
    issue, date
        None where the bulletin does not say.
    quote, start, end
        The sentence as printed, ``body[start:end]`` of the article.
    paragraph, paragraph_start
        The paragraph around it and its offset in the body, to show the quote in its place.
    highlights
        The exact answer within the quote, to be set in bold; spans of the body, in order, without overlap.
    annotations
        What words of the quote mean; in order. The quote itself stays as printed.
    """

    marker: int
    series: str
    issue: int | None
    date: dt.date | None
    section: str
    article_no: int
    title: str
    quote: str
    start: int
    end: int
    paragraph: str
    paragraph_start: int
    highlights: tuple[Span, ...] = ()
    annotations: tuple[Annotation, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a language model read and wrote, as its endpoint counts them; 0 where it does not say."""

    read: int = 0
    written: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(self.read + other.read, self.written + other.written)


@dataclass(frozen=True, slots=True)
class Writing:
    """What came of asking a language model for an answer.

    Attributes
    ----------
    fallback
        Why the extract stands instead: a kind of `llm.LlmError`, ``silent`` where the model saw no answer, or
        ``unverified`` where nothing of its reply is borne out; empty where the answer is the model's.
    repaired, replaced, dropped, unverified
        Sentences that failed the check: mended by the model, given in the bulletin's words, left out, or marked.
    usage
        Tokens.
    cost
        Of these tokens, by the prices of the settings; 0 where they name none.
    prompt
        Version and digest of the prompt.
    """

    fallback: str = ""
    repaired: int = 0
    replaced: int = 0
    dropped: int = 0
    unverified: int = 0
    usage: Usage = Usage()
    cost: float = 0.0
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one question.

    Attributes
    ----------
    text
        What the reader sees, with ``[n]`` markers; never HTML.
    refused
        True where the bulletins do not answer.
    leads
        The nearest articles that are not used for the answer.
    resolved
        The question as understood, follow-ups completed from the history.
    notes
        Readings of the question that narrowed the search, in Chinese, e.g. ``仅检索第239期``.
    confidence
        How likely the evidence answers the question, 0..1; None where that was not judged, as for structural answers.
    highlights
        The exact answer within `text`, to be set in bold; spans of it, in order, without overlap.
    unverified
        Sentences of `text` that their sources do not quite bear out, the mark that says so included; like `highlights`.
    writing
        How the language model fared; None where none was asked.
    build
        The build of the index that it comes from.
    """

    question: str
    text: str
    refused: bool
    citations: tuple[Citation, ...]
    mode: Mode
    leads: tuple[Citation, ...] = ()
    resolved: str = ""
    notes: tuple[str, ...] = ()
    latency_ms: float = 0.0
    confidence: float | None = None
    highlights: tuple[Span, ...] = ()
    unverified: tuple[Span, ...] = ()
    writing: Writing | None = None
    build: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation so far."""

    role: Role
    content: str
