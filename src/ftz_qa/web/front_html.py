"""What greets a visitor, as HTML: the masthead, and the welcome with the newest headlines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.web import texts
from ftz_qa.web.render import escape
from ftz_qa.wording import day, issue_name

if TYPE_CHECKING:
    from ftz_qa.web.protocol import IndexInfo
    from ftz_qa.web.shelf import Shelf

HEADLINES = 5


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


def welcome_html(shelf: Shelf) -> str:
    """What the empty chat shows: how it works, and the newest issue's headlines."""
    return f'<div class="welcome"><h2>{texts.WELCOME}</h2><p>{texts.WELCOME_DETAIL}</p>{_headlines(shelf)}</div>'


def _headlines(shelf: Shelf) -> str:
    newest = shelf.newest()
    if newest is None:
        return ""
    items = "".join(
        f'<li><a class="read" href="{escape(shelf.link(newest, article))}">{escape(article.title)}</a></li>'
        for article in newest.articles[:HEADLINES]
    )
    date = f"（{day(newest.date)}）" if newest.date else ""
    name = escape(texts.NEWEST.format(issue=issue_name(newest) + date))
    count = texts.WHOLE_ISSUE.format(count=len(newest.articles))
    whole = f'<a class="read" href="{escape(shelf.link(newest))}">{count}</a>'
    return f'<h3>{name}{whole}</h3><ul class="headlines">{items}</ul>'
