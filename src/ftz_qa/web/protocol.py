"""What the page needs from whatever answers; nothing else of it is known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from ftz_qa.filters import Filters
    from ftz_qa.types import Answer, Issue, Turn


class IndexInfo(Protocol):
    """What is indexed; numbers and dates are None where the bulletins do not say."""

    @property
    def issue_count(self) -> int:
        """How many issues."""

    @property
    def article_count(self) -> int:
        """How many articles in all of them."""

    @property
    def first_issue(self) -> int | None:
        """The lowest issue number."""

    @property
    def last_issue(self) -> int | None:
        """The highest issue number."""

    @property
    def first_date(self) -> dt.date | None:
        """The earliest date of issue."""

    @property
    def last_date(self) -> dt.date | None:
        """The latest date of issue."""

    @property
    def series(self) -> tuple[str, ...]:
        """The series' titles, as printed."""


class PageAnswerer(Protocol):
    """Answers questions for the page; called from several threads at once."""

    def stream(self, question: str, history: Sequence[Turn], filters: Filters) -> Iterator[str | Answer]:
        """Pieces of the answer's text, then exactly one `Answer`; raises `FtzQaError`."""

    def issues(self) -> Sequence[Issue]:
        """The issues that are indexed now, oldest first."""

    def describe(self) -> IndexInfo:
        """What is indexed now."""

    def examples(self) -> list[str]:
        """Questions that the indexed bulletins answer."""
