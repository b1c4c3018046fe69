"""Limits that a reader sets beside a question: a range of issues, a stretch of time, sections."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ftz_qa import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Issue

_Ordered = TypeVar("_Ordered", int, dt.date)


@dataclass(frozen=True, slots=True)
class Filters:
    """What may answer a question; both ends of a range are included, None leaves an end open.

    Attributes
    ----------
    first_issue, last_issue
        Issues without a number are left out where one of them is set.
    first_date, last_date
        Dates of issue; issues without one are left out where one of them is set.
    sections
        Titles of sections; empty for all.
    """

    first_issue: int | None = None
    last_issue: int | None = None
    first_date: dt.date | None = None
    last_date: dt.date | None = None
    sections: tuple[str, ...] = ()

    def admitted(self, issues: Sequence[Issue]) -> list[tuple[int, Issue]]:
        """The issues that may answer with their positions, each with none but its admitted sections and articles."""
        if self == UNFILTERED:
            return list(enumerate(issues))
        limited = ((place, self._limited(issue)) for place, issue in enumerate(issues) if self._admits(issue))
        return [(place, issue) for place, issue in limited if issue.articles]

    def notes(self) -> tuple[str, ...]:
        """The limits in words, one for each kind that is set."""
        notes = []
        if (self.first_issue, self.last_issue) != (None, None):
            notes.append(wording.only_issues(self.first_issue, self.last_issue))
        if (self.first_date, self.last_date) != (None, None):
            notes.append(wording.only_dates(self.first_date, self.last_date))
        if self.sections:
            notes.append(wording.only_sections(self.sections))
        return tuple(notes)

    def _admits(self, issue: Issue) -> bool:
        return _within(issue.number, self.first_issue, self.last_issue) and _within(
            issue.date, self.first_date, self.last_date
        )

    def _limited(self, issue: Issue) -> Issue:
        if not self.sections:
            return issue
        return replace(
            issue,
            sections=tuple(section for section in issue.sections if section.title in self.sections),
            articles=tuple(article for article in issue.articles if article.section.title in self.sections),
        )


UNFILTERED = Filters()
"""Everything may answer."""


def _within(value: _Ordered | None, first: _Ordered | None, last: _Ordered | None) -> bool:
    if first is None and last is None:
        return True
    return value is not None and (first is None or first <= value) and (last is None or value <= last)
