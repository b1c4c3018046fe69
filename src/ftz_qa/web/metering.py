"""What the server counts for Prometheus: questions, how long answers take, and what is indexed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from ftz_qa.errors import FtzQaError
from ftz_qa.filters import UNFILTERED
from ftz_qa.types import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.filters import Filters
    from ftz_qa.types import Issue, Turn, Writing
    from ftz_qa.web.protocol import IndexInfo, PageAnswerer

Door = Literal["page", "api", "gradio", "mcp"]
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Meter:
    """The figures of one server, in a registry of their own.

    Parameters
    ----------
    keep
        Told what came of asking the language model, for counts that outlast the server.
    """

    def __init__(self, keep: Callable[[Writing], None] = lambda writing: None) -> None:
        self._keep = keep
        self._registry = CollectorRegistry()
        self._questions = Counter(
            "ftz_qa_questions", "Questions by door and outcome.", ["door", "outcome"], registry=self._registry
        )
        self._seconds = Histogram(
            "ftz_qa_answer_seconds",
            "Seconds from question to complete answer.",
            ["door"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._under_way = Gauge("ftz_qa_answers_under_way", "Answers under way.", registry=self._registry)
        self._limited = Counter(
            "ftz_qa_questions_limited", "Questions turned away by the limit on their rate.", registry=self._registry
        )
        self._written = Counter(
            "ftz_qa_llm_answers",
            "Answers asked of the language model: kept, or why the extract stands instead.",
            ["outcome"],
            registry=self._registry,
        )
        self._sentences = Counter(
            "ftz_qa_llm_sentences", "Its sentences that failed the check.", ["fate"], registry=self._registry
        )
        self._tokens = Counter("ftz_qa_llm_tokens", "Tokens read and written.", ["direction"], registry=self._registry)
        self._issues = Gauge("ftz_qa_issues", "Issues indexed.", registry=self._registry)
        self._articles = Gauge("ftz_qa_articles", "Articles indexed.", registry=self._registry)

    def began(self) -> float:
        """Count an answer that begins; gives what `ended` wants back."""
        self._under_way.inc()
        return time.monotonic()

    def ended(self, door: Door, began: float, outcome: str) -> None:
        """Count the end of an answer: ``answered``, ``refused``, ``failed`` or ``stopped``."""
        self._under_way.dec()
        self._questions.labels(door, outcome).inc()
        if outcome in ("answered", "refused"):
            self._seconds.labels(door).observe(time.monotonic() - began)

    def wrote(self, writing: Writing) -> None:
        """Count what came of asking the language model for an answer."""
        self._keep(writing)
        self._written.labels(writing.fallback or "kept").inc()
        for fate in ("repaired", "replaced", "dropped", "unverified"):
            self._sentences.labels(fate).inc(getattr(writing, fate))
        self._tokens.labels("read").inc(writing.usage.read)
        self._tokens.labels("written").inc(writing.usage.written)

    def limited(self) -> None:
        """Count a question that was turned away."""
        self._limited.inc()

    def exposition(self, info: IndexInfo | None) -> bytes:
        """Everything in Prometheus' text format; what is indexed stays as it was where that is not known."""
        if info is not None:
            self._issues.set(info.issue_count)
            self._articles.set(info.article_count)
        return generate_latest(self._registry)


class MeteredAnswerer:
    """The answerer as one of the doors sees it: the same, but counted.

    Parameters
    ----------
    answerer
        What answers.
    meter
        What counts.
    door
        Under which name.
    admit
        Called before each question; raises `FtzQaError` where it is not to be answered.
    """

    def __init__(
        self, answerer: PageAnswerer, meter: Meter, door: Door, admit: Callable[[], None] = lambda: None
    ) -> None:
        self._answerer = answerer
        self._meter = meter
        self._door = door
        self._admit = admit

    def stream(self, question: str, history: Sequence[Turn], filters: Filters = UNFILTERED) -> Iterator[str | Answer]:
        """As the answerer's; an answer that nobody waits for any more counts as stopped."""
        self._admit()
        began, outcome = self._meter.began(), "failed"
        try:
            for piece in self._answerer.stream(question, history, filters):
                if isinstance(piece, Answer):
                    outcome = "refused" if piece.refused else "answered"
                    if piece.writing is not None:
                        self._meter.wrote(piece.writing)
                yield piece
        except GeneratorExit:
            outcome = outcome if outcome != "failed" else "stopped"
            raise
        finally:
            self._meter.ended(self._door, began, outcome)

    def answer(self, question: str, history: Sequence[Turn]) -> Answer:
        """The complete answer.

        Raises
        ------
        FtzQaError
            As the answerer does.
        """
        answer = None
        for piece in self.stream(question, history):
            answer = piece if isinstance(piece, Answer) else answer
        if answer is None:
            raise RuntimeError("the answerer's stream ended without an Answer")
        return answer

    def issues(self) -> Sequence[Issue]:
        """The issues that are indexed now, oldest first."""
        return self._answerer.issues()

    def describe(self) -> IndexInfo:
        """What is indexed now."""
        return self._answerer.describe()

    def examples(self) -> list[str]:
        """Questions that the indexed bulletins answer."""
        return self._answerer.examples()


def known_info(answerer: PageAnswerer) -> IndexInfo | None:
    """What is indexed, or None where that cannot be said."""
    try:
        return answerer.describe()
    except FtzQaError:
        return None
