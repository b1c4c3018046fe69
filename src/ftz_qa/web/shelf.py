"""The indexed issues as a reader goes through them: permanent links, what a link leads to, titles that hold words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlencode

from ftz_qa.text import normalize
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Article, Citation, Issue

_MAX_QUERY = 1000


class Place(NamedTuple):
    """Where a link leads: an issue, maybe one of its articles, maybe a stretch of that."""

    issue: Issue
    article: Article | None = None
    quote: Span | None = None


class Shelf:
    """Addresses among issues: ``?issue=239&article=3``.

    The series is named where two have an issue of that number; an issue without a number goes by its file.

    Parameters
    ----------
    issues
        All that are indexed, oldest first.
    """

    def __init__(self, issues: Sequence[Issue]) -> None:
        self.issues = issues
        self._series = Counter(issue.series for issue in issues)
        self._numbers = Counter(issue.number for issue in issues if issue.number is not None)

    def link(self, issue: Issue, article: Article | None = None, quote: Span | None = None) -> str:
        """The address of an issue or article, as a query that the page understands."""
        parts: dict[str, str | int] = {}
        if issue.number is None:
            parts["source"] = issue.source
        else:
            parts["issue"] = issue.number
            if self._numbers[issue.number] > 1:
                parts["series"] = issue.series
        if article is not None:
            parts["article"] = article.number
        if quote is not None:
            parts["at"] = f"{quote.start}-{quote.end}"
        return "?" + urlencode(parts)

    def citation_link(self, citation: Citation, *, exact: bool = False) -> str:
        """The address of a cited article, `exact` with the quote; empty where it is no longer indexed."""
        for issue in self.issues:
            if (issue.series, issue.number, issue.date) != (citation.series, citation.issue, citation.date):
                continue
            for article in issue.articles:
                if (article.number, article.title) == (citation.article_no, citation.title):
                    # Another build may print it differently.
                    same = article.body[citation.start : citation.end] == citation.quote
                    return self.link(issue, article, Span(citation.start, citation.end) if exact and same else None)
        return ""

    def find(self, query: str) -> Place | None:
        """What the query of an address names; an unknown article leads to its issue, an unknown issue nowhere."""
        # At most this many characters and fields: the query comes from outside.
        fields = parse_qs(query[:_MAX_QUERY].lstrip("?"), max_num_fields=None)
        asked = {name: values[0] for name, values in fields.items()}
        issue = self._issue(asked)
        if issue is None:
            return None
        article = next((a for a in issue.articles if str(a.number) == asked.get("article")), None)
        return Place(issue, article, _span(asked.get("at", ""), article))

    def _issue(self, asked: dict[str, str]) -> Issue | None:
        found = [
            issue
            for issue in self.issues
            if (asked["issue"] == str(issue.number) if "issue" in asked else asked.get("source") == issue.source)
            and asked.get("series", issue.series) == issue.series
        ]
        # An old link may leave open which series it means.
        return max(found, key=lambda issue: self._series[issue.series], default=None)

    def newest(self) -> Issue | None:
        """The newest issue that has articles."""
        return next((issue for issue in reversed(self.issues) if issue.articles), None)

    def titled(self, words: str) -> list[tuple[Issue, Article]]:
        """The articles whose titles hold all the words, the newest issue first; none for no words."""
        wanted = [normalize(word) for word in words.split()]
        if not any(wanted):
            return []
        return [
            (issue, article)
            for issue in reversed(self.issues)
            for article in issue.articles
            if all(word in normalize(article.title) for word in wanted)
        ]


def _span(text: str, article: Article | None) -> Span | None:
    first, _, last = text.partition("-")
    if article is None or not (first.isascii() and first.isdigit() and last.isascii() and last.isdigit()):
        return None
    span = Span(int(first[:9]), int(last[:9]))
    return span if span.start < span.end <= len(article.body) else None
