"""The reading tab as HTML: the list of issues, what one holds, an article, titles found; text goes through `escape`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from ftz_qa.web import texts
from ftz_qa.web.render import escape, twofold
from ftz_qa.wording import chinese_number, day, issue_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Article, Issue, Span
    from ftz_qa.web.shelf import Place, Shelf

MAX_FOUND = 50


def list_html(shelf: Shelf, here: Place | None) -> str:
    """All issues by year, the newest first; the one that is open with its sections and articles."""
    if not shelf.issues:
        return f'<p class="hint">{texts.NOTHING_INDEXED}</p>'
    years = groupby(reversed(shelf.issues), key=lambda issue: issue.date.year if issue.date else 0)
    listed = "".join(_year(shelf, year, list(of), here) for year, of in years)
    return f'<nav aria-label="{texts.ISSUE_LIST}">{listed}</nav>'


def _year(shelf: Shelf, year: int, issues: Sequence[Issue], here: Place | None) -> str:
    opened = here is None or any(issue is here.issue for issue in issues)
    name = texts.YEAR.format(year=year) if year else texts.UNDATED
    items = "".join(f"<li>{_listed(shelf, issue, here)}</li>" for issue in issues)
    count = texts.ISSUES_OF_YEAR.format(count=len(issues))
    return (
        f'<details class="year"{" open" if opened else ""}><summary>{name} <small>{count}</small></summary>'
        f"<ul>{items}</ul></details>"
    )


def _listed(shelf: Shelf, issue: Issue, here: Place | None) -> str:
    date = f"<small>{issue.date.month}月{issue.date.day}日</small>" if issue.date else ""
    name = f"{escape(issue_name(issue))} {date}"
    if here is None or here.issue is not issue:
        return _link(shelf.link(issue), name)
    return _link(shelf.link(issue), name, here.article is None) + _contents(shelf, issue, here)


def _link(address: str, markup: str, current: bool = False) -> str:
    state = "page" if current else "false"
    return f'<a class="read" href="{escape(address)}" aria-current="{state}">{markup}</a>'


def _name(article: Article) -> str:
    return texts.ARTICLE.format(number=chinese_number(article.number), title=article.title)


def _contents(shelf: Shelf, issue: Issue, here: Place | None = None) -> str:
    parts = []
    for section, articles in groupby(issue.articles, key=lambda article: article.section):
        items = "".join(
            f"<li>{_link(shelf.link(issue, a), escape(_name(a)), here is not None and here.article is a)}</li>"
            for a in articles
        )
        heading = f'<p class="section">{escape(section.title)}</p>' if section.title else ""
        parts.append(f'{heading}<ul class="articles">{items}</ul>')
    return "".join(parts)


def place_html(shelf: Shelf, here: Place | None) -> str:
    """What is read: an article, or what an issue holds."""
    if here is None:
        return f'<p class="hint">{texts.NO_SUCH_PLACE if shelf.issues else texts.NOTHING_INDEXED}</p>'
    return _article(shelf, here, here.article) if here.article else _issue(shelf, here.issue)


def _issue(shelf: Shelf, issue: Issue) -> str:
    about = " · ".join(escape(part) for part in _about_issue(issue))
    return (
        f'<article><h2 tabindex="-1">{_series(issue)}{escape(issue_name(issue))}</h2><p class="where">{about}</p>'
        f"{_contents(shelf, issue)}{_back()}</article>"
    )


def _series(issue: Issue) -> str:
    return escape(texts.SERIES.format(series=issue.series)) if issue.series else ""


def _about_issue(issue: Issue) -> Iterator[str]:
    if issue.date:
        yield day(issue.date)
    if issue.publisher:
        yield texts.PUBLISHED_BY.format(publisher=issue.publisher)
    yield texts.ARTICLES_OF_ISSUE.format(count=len(issue.articles))


def _article(shelf: Shelf, here: Place, article: Article) -> str:
    issue = here.issue
    date = f" · {day(issue.date)}" if issue.date else ""
    section = f" · {escape(article.section.title)}" if article.section.title else ""
    where = _link(shelf.link(issue), f"{_series(issue)}{escape(issue_name(issue))}") + date + section
    address = escape(shelf.link(issue, article))
    return (
        f'<article><h2 tabindex="-1">{escape(_name(article))}</h2><p class="where">{where}</p>'
        f'<p class="deeds"><button type="button" class="about" value="{address}">{texts.ASK_ABOUT}</button>'
        f'<button type="button" class="permalink" value="{address}">{twofold(texts.COPY_LINK)}</button></p>'
        f'<div class="body">{_body(article, here.quote)}</div>{_neighbours(shelf, issue, article)}{_back()}</article>'
    )


def _body(article: Article, quote: Span | None) -> str:
    """The paragraphs as printed, inner headings as such, the quote marked."""
    headings = {span.start for span in article.headings}
    parts, start = [], 0
    for line in article.body.split("\n"):
        tag = "h3" if start in headings else "p"
        parts.append(f"<{tag}>{_marked(line, start, quote)}</{tag}>")
        start += len(line) + 1
    return "".join(parts)


def _marked(line: str, offset: int, quote: Span | None) -> str:
    if quote is None:
        return escape(line)
    first, last = (min(max(end - offset, 0), len(line)) for end in (quote.start, quote.end))
    if first == last:
        return escape(line)
    return f"{escape(line[:first])}<mark>{escape(line[first:last])}</mark>{escape(line[last:])}"


def _neighbours(shelf: Shelf, issue: Issue, article: Article) -> str:
    place = issue.articles.index(article)
    links = []
    for label, step in ((texts.PREVIOUS_ARTICLE, -1), (texts.NEXT_ARTICLE, 1)):
        if 0 <= place + step < len(issue.articles):
            other = issue.articles[place + step]
            links.append(_link(shelf.link(issue, other), f"{label}：{escape(other.title)}"))
    return f'<nav class="neighbours" aria-label="{texts.NEIGHBOURS}">{"".join(links)}</nav>' if links else ""


def _back() -> str:
    return f'<a class="back" href="#shelf">{texts.BACK_TO_LIST}</a>'


def found_html(shelf: Shelf, found: Sequence[tuple[Issue, Article]]) -> str:
    """Titles that were found, each with its issue."""
    count = texts.FOUND.format(count=len(found)) if found else texts.FOUND_NONE
    if len(found) > MAX_FOUND:
        count = texts.FOUND_MANY.format(count=len(found), shown=MAX_FOUND)
    items = "".join(
        f"<li>{_link(shelf.link(issue, a), f'{escape(a.title)} <small>{escape(issue_name(issue))}</small>')}</li>"
        for issue, a in found[:MAX_FOUND]
    )
    return f'<p class="hint" role="status">{count}</p><ul class="articles">{items}</ul>'
