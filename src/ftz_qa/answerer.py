"""What page and command line ask: the chain over the index that the settings name, with its conveniences."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from ftz_qa.answering import AnswerChain
from ftz_qa.embedding import load_embedder
from ftz_qa.filters import UNFILTERED
from ftz_qa.followups import questions_to_begin_with
from ftz_qa.index import PassageIndex
from ftz_qa.llm_setup import load_writer
from ftz_qa.reading import load_reading_model

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from ftz_qa.filters import Filters
    from ftz_qa.settings import Settings
    from ftz_qa.types import Answer, Hit, Issue, Turn


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What is indexed, for people: counts, first and last issue number and date (None where not printed)."""

    issue_count: int
    article_count: int
    first_issue: int | None
    last_issue: int | None
    first_date: dt.date | None
    last_date: dt.date | None
    series: tuple[str, ...]


class Answerer:
    """The chain with the conveniences that page and command line want.

    Parameters
    ----------
    chain
        What answers.
    """

    def __init__(self, chain: AnswerChain) -> None:
        self.chain = chain

    def answer(self, question: str, history: Sequence[Turn] = (), filters: Filters = UNFILTERED) -> Answer:
        """Answer one question, by nothing but what the filters admit.

        Raises
        ------
        InputError
            The question is empty or longer than 500 characters.
        """
        return cast("Answer", self.chain.invoke({"question": question, "history": history, "filters": filters}))

    def stream(
        self, question: str, history: Sequence[Turn] = (), filters: Filters = UNFILTERED
    ) -> Iterator[str | Answer]:
        """Pieces of the answer's text, then the `Answer`; raises as `answer` does."""
        return self.chain.stream({"question": question, "history": history, "filters": filters})

    def issues(self) -> tuple[Issue, ...]:
        """The issues that are indexed now, oldest first."""
        return self.chain.index.issues

    def search(self, question: str, k: int) -> list[Hit]:
        """The `k` best passages for a question, best first."""
        return self.chain.search(question, k)

    def describe(self) -> IndexSummary:
        """What is indexed now."""
        issues = self.chain.index.issues
        numbers = sorted(issue.number for issue in issues if issue.number is not None)
        dates = sorted(issue.date for issue in issues if issue.date is not None)
        return IndexSummary(
            issue_count=len(issues),
            article_count=sum(len(issue.articles) for issue in issues),
            first_issue=numbers[0] if numbers else None,
            last_issue=numbers[-1] if numbers else None,
            first_date=dates[0] if dates else None,
            last_date=dates[-1] if dates else None,
            series=tuple(dict.fromkeys(issue.series for issue in issues)),
        )

    def examples(self, count: int = 4) -> list[str]:
        """Example questions that the newest issue's articles answer; the same ones as long as the index stays."""
        index = self.chain.index
        return questions_to_begin_with(index.issues, count, random.Random(index.build_id))


def load_answerer(settings: Settings, progress: Callable[[str], None] | None = None) -> Answerer:
    """Load the index and the embedding model that the settings name.

    Raises
    ------
    IndexMissingError, IndexDamagedError, ModelError
        One of them cannot be used; the message says what to do.
    """
    index = PassageIndex.load(settings.index_dir)
    embedder = load_embedder(
        settings.embedding_model,
        settings.cache_dir,
        query_prefix=settings.query_prefix,
        passage_prefix=settings.passage_prefix,
        threads=settings.threads,
        progress=progress,
    )
    reading = load_reading_model(settings.cache_dir, settings.threads, progress)
    writer = load_writer(settings, embedder, reading)
    return Answerer(AnswerChain(index, embedder, reading, settings.index_dir, writer))
