"""The figures of an index: taken when its issues are indexed, and kept with them in the build as plain JSON."""

from __future__ import annotations

import datetime as dt
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, Self

from pydantic import BaseModel

from ftz_qa.ledger import Figure, figures_of
from ftz_qa.ledger_periods import Period, PeriodKind
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ftz_qa.types import Issue

FIGURES_FILE = "figures.json"
"""The file of a build that holds the figures of its issues."""
RULES = 1
"""Raised whenever `figures_of` takes other figures than before, or the rows of the file change."""


class Row(NamedTuple):
    """A figure in the file: where it stands (the article's place in its issue, from 0; its sentence), what it says."""

    article: int
    start: int
    end: int
    measure: str
    value: float
    unit: str
    printed: str
    change: float | None
    first: dt.date
    last: dt.date
    kind: PeriodKind
    place: str


class _Rules(BaseModel):
    rules: int


class _File(BaseModel):
    """Rows by issue, in the order of the index."""

    rules: int
    issues: tuple[tuple[Row, ...], ...]


class IssueFigures:
    """The figures of the issues of one index; what is not known beforehand is extracted when first asked for, once.

    Parameters
    ----------
    known
        Figures of issues as `known` of another index gives them.
    """

    def __init__(self, issues: Sequence[Issue], known: Mapping[Issue, tuple[Row, ...]] | None = None) -> None:
        self._issues = tuple(issues)
        self._places = {id(issue): place for place, issue in enumerate(issues)}
        self._lock = Lock()
        self._stored = b""
        self._found: dict[int, tuple[Figure, ...]] = {}
        self._all: tuple[Figure, ...] | None = None
        for place, issue in enumerate(issues if known else ()):
            if known and issue in known:
                self._found[place] = _figures(issue, known[issue])

    @classmethod
    def read(cls, issues: Sequence[Issue], content: bytes) -> Self:
        """Take the figures from a build's file; those taken by other rules are left aside.

        Raises
        ------
        ValueError
            It is no such file, or of other issues.
        """
        figures = cls(issues)
        if _Rules.model_validate_json(content).rules == RULES:
            _check(issues, _File.model_validate_json(content).issues)
            # Most questions need no figures: until one does, the text is smaller than what is made of it.
            figures._stored = content
        return figures

    @property
    def known(self) -> dict[Issue, tuple[Row, ...]]:
        """Rows of the issues whose figures are known by now, for the next build."""
        with self._lock:
            self._unpack()
            return {self._issues[place]: _rows(self._issues[place], found) for place, found in self._found.items()}

    @property
    def complete(self) -> bool:
        """Whether nothing is left to be extracted."""
        with self._lock:
            return bool(self._stored) or len(self._found) == len(self._issues)

    def of(self, issue: Issue) -> tuple[Figure, ...]:
        """The figures of an issue, in order."""
        place = self._places.get(id(issue))
        if place is None:  # of another build
            return tuple(figures_of(issue))
        with self._lock:
            self._unpack()
            if place not in self._found:
                self._found[place] = tuple(figures_of(issue))
            return self._found[place]

    def extract(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Extract whatever is not known yet.

        Parameters
        ----------
        progress
            Told how many issues are done, and how many there are.
        """
        for done, issue in enumerate(self._issues, start=1):
            self.of(issue)
            if progress is not None:
                progress(done, len(self._issues))

    def all(self) -> tuple[Figure, ...]:
        """Everything, the newest issue first."""
        if self._all is None:
            ordered = sorted(self._issues, key=lambda issue: issue.date or dt.date.min, reverse=True)
            self._all = tuple(figure for issue in ordered for figure in self.of(issue))
        return self._all

    def dump(self) -> bytes:
        """The content of the file."""
        rows = tuple(_rows(issue, self.of(issue)) for issue in self._issues)
        return _File(rules=RULES, issues=rows).model_dump_json().encode()

    def _unpack(self) -> None:
        if self._stored:
            rows = _File.model_validate_json(self._stored).issues
            self._found = {place: _figures(self._issues[place], of) for place, of in enumerate(rows)}
            self._stored = b""


def _check(issues: Sequence[Issue], rows: Sequence[tuple[Row, ...]]) -> None:
    if len(rows) != len(issues):
        raise ValueError(f"{FIGURES_FILE} 有 {len(rows)} 期的数据，应为 {len(issues)} 期")
    for issue, of in zip(issues, rows, strict=True):
        lengths = [len(article.body) for article in issue.articles]
        for row in of:
            if not (0 <= row.article < len(lengths) and 0 <= row.start < row.end <= lengths[row.article]):
                raise ValueError(f"{FIGURES_FILE} 中 {issue.source} 的数据指向正文以外")


def _rows(issue: Issue, figures: Sequence[Figure]) -> tuple[Row, ...]:
    places = {id(article): place for place, article in enumerate(issue.articles)}
    return tuple(
        Row(
            article=places[id(figure.article)],
            start=figure.span.start,
            end=figure.span.end,
            measure=figure.measure,
            value=figure.value,
            unit=figure.unit,
            printed=figure.printed,
            change=figure.change,
            first=figure.period.start,
            last=figure.period.end,
            kind=figure.period.kind,
            place=figure.place,
        )
        for figure in figures
    )


def _figures(issue: Issue, rows: Sequence[Row]) -> tuple[Figure, ...]:
    return tuple(
        Figure(
            *(issue, issue.articles[row.article], row.measure, row.value, row.unit, row.printed, row.change),
            *(Period(row.last, row.first, row.kind), row.place, Span(row.start, row.end)),
        )
        for row in rows
    )
