"""Replies about bulletins as such, made from their structure: counts, dates, titles, digests."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ftz_qa import issue_cues as cues
from ftz_qa import wording
from ftz_qa.terms import tokens_of
from ftz_qa.text import parse_int, split_sentences, tidy
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Article, Issue, Section


@dataclass(frozen=True, slots=True)
class Reference:
    """An article that a reply names, and the sentence to quote from it."""

    issue: Issue
    article: Article
    quote: Span


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply from structure.

    Attributes
    ----------
    text
        With ``[n]`` after what the n-th reference bears out.
    digest
        Whether it is a heading and a line for each article of an issue, which a language model may put better.
    """

    text: str
    references: tuple[Reference, ...] = ()
    digest: bool = False


def holdings(issues: Sequence[Issue]) -> Reply:
    """How many issues there are, from when to when."""
    return Reply(f"共收录{len(issues)}期：{wording.coverage(issues)}。")


def names(issues: Sequence[Issue]) -> Reply:
    """What the bulletin is called."""
    return Reply(f"通报名为{'、'.join(f'《{name}》' for name in dict.fromkeys(issue.series for issue in issues))}。")


def articles_in_all(issues: Sequence[Issue]) -> Reply:
    """How many articles there are in all."""
    return Reply(f"共收录{sum(len(issue.articles) for issue in issues)}篇文章，来自{wording.coverage(issues)}。")


def publishers(issues: Sequence[Issue]) -> Reply | None:
    """Who publishes the bulletin; None where no issue says."""
    found = dict.fromkeys(issue.publisher for issue in issues if issue.publisher)
    return Reply(f"主办单位是{'、'.join(found)}。") if found else None


def each(issues: Sequence[Issue]) -> Reply:
    """Date and number of articles of every issue."""
    if len(issues) > cues.MANY_DATED:
        return holdings(issues)
    lines = []
    for issue in issues:
        when = wording.day(issue.date) if issue.date else "没有印出日期"
        lines.append(f"{wording.issue_name(issue)}：{when}，{len(issue.articles)}篇")
    return Reply("\n".join([f"共收录{len(issues)}期：", *lines]))


def date_of(issue: Issue) -> Reply:
    """When an issue appeared."""
    name = f"{issue.series}{wording.issue_name(issue)}"
    return Reply(f"{name}的日期是{wording.day(issue.date)}。" if issue.date else f"{name}没有印出日期。")


def publisher_of(issue: Issue) -> Reply:
    """Who publishes an issue."""
    name = f"{issue.series}{wording.issue_name(issue)}"
    return Reply(f"{name}由{issue.publisher}主办。" if issue.publisher else f"{name}没有印出主办单位。")


def in_sections(issue: Issue, sections: Sequence[Section]) -> list[Article]:
    """The articles of an issue that stand in one of some sections; all of them where none does."""
    inside = [article for article in issue.articles if article.section in sections]
    return inside or list(issue.articles)


def count_articles(issue: Issue, sections: Sequence[Section]) -> Reply:
    """How many articles an issue has, by section; or how many stand in the sections that are named."""
    chosen = [section for section in issue.sections if section in sections]
    if chosen:
        parts = [f"“{s.title}”{sum(a.section == s for a in issue.articles)}篇" for s in chosen]
        return Reply(f"{wording.issue_name(issue)}中，{'，'.join(parts)}。")
    parts = [f"{s.title}{sum(a.section == s for a in issue.articles)}篇" for s in issue.sections if s.title]
    return Reply(
        f"{wording.issue_name(issue)}共有{len(issue.articles)}篇文章" + (f"：{'，'.join(parts)}。" if parts else "。")
    )


def total_of(issues: Sequence[Issue]) -> Reply:
    """How many articles several issues have, together and by issue."""
    parts = [f"{wording.issue_name(issue)}{len(issue.articles)}篇" for issue in issues]
    return Reply(f"合计{sum(len(issue.articles) for issue in issues)}篇：{'，'.join(parts)}。")


def sections_of(issue: Issue) -> str:
    """The sections of an issue, in a sentence."""
    titles = [section.title for section in issue.sections if section.title]
    if not titles:
        return f"{wording.issue_name(issue)}没有分栏目。"
    return f"{wording.issue_name(issue)}分{len(titles)}个栏目：{'、'.join(titles)}。"


def usual_sections(issues: Sequence[Issue]) -> Reply:
    """The sections of all issues, those of most issues first."""
    counts = Counter(title for issue in issues for title in dict.fromkeys(s.title for s in issue.sections if s.title))
    if not counts:
        return Reply("收录的各期都没有分栏目。")
    if set(counts.values()) == {len(issues)}:
        return Reply(f"收录的各期都分{len(counts)}个栏目：{'、'.join(counts)}。")
    parts = [f"{title}（{count}期）" for title, count in counts.most_common()]
    return Reply(f"收录的{len(issues)}期中，有过这{len(counts)}个栏目：{'、'.join(parts)}。")


def with_sections(issues: Sequence[Issue], sections: Sequence[Section]) -> list[Issue]:
    """The issues that have one of some sections."""
    return [issue for issue in issues if any(section in sections for section in issue.sections)]


def total_in_sections(issues: Sequence[Issue], sections: Sequence[Section]) -> Reply:
    """How many articles the named sections have, together and by issue."""
    titles = dict.fromkeys(section.title for section in sections)
    lines = []
    for title in titles:
        counts = [(i, sum(a.section.title == title for a in i.articles)) for i in issues]
        each = "、".join(f"{wording.issue_name(issue)}{count}篇" for issue, count in counts if count)
        lines.append(f"“{title}”共{sum(count for _, count in counts)}篇：{each}。")
    return Reply("\n".join(lines))


def frequency(issues: Sequence[Issue]) -> Reply | None:
    """How often issues appear, by the distances of their dates."""
    days = sorted(issue.date for issue in issues if issue.date is not None)
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days) if later > earlier)
    if not gaps:
        return None
    return Reply(f"收录的{len(issues)}期，相邻两期相隔{_days(gaps[0], gaps[-1])}：{wording.coverage(issues)}。")


def _days(least: int, most: int) -> str:
    span = f"{least}天" if least == most else f"{least}至{most}天"
    return f"{span}，大约每月一期" if cues.MONTH_DAYS - 7 <= (least + most) / 2 <= cues.MONTH_DAYS + 7 else span


def nth_article(text: str, issue: Issue, sections: Sequence[Section]) -> Reply | None:
    """The n-th article of an issue, or of the section that is named."""
    match = cues.NTH_ARTICLE.search(text)
    inside = in_sections(issue, sections)
    if match is None or not inside:
        return None
    printed = match[2] or match[3]
    number = parse_int(printed) if printed else inside[-1 if match[4] else 0].number
    if match[1] and number:
        number = inside[-number].number if number <= len(inside) else 0
    elif printed and number and len(inside) < len(issue.articles) and number <= len(inside):
        number = inside[number - 1].number
    for article in issue.articles:
        if article.number == number:
            lead = lead_sentence(article)
            sentence = sentence_of(article, lead)
            name = f"{wording.issue_name(issue)}第{number}篇是《{tidy(article.title)}》"
            return Reply(f"{name}：{sentence}[1]", (Reference(issue, article, lead),))
    return Reply(f"{wording.issue_name(issue)}只有{len(issue.articles)}篇文章，没有第{number}篇。") if number else None


def longest(text: str, issue: Issue, sections: Sequence[Section]) -> Reply | None:
    """The longest or the shortest article."""
    match = cues.LENGTH.search(text)
    inside = in_sections(issue, sections)
    if match is None or not inside:
        return None
    short = (match[1] or match[2]) in "短少小"
    article = (min if short else max)(inside, key=lambda one: len(one.body))
    reference = Reference(issue, article, lead_sentence(article))
    name = f"{wording.issue_name(issue)}篇幅最{'短' if short else '长'}的是第{article.number}篇"
    return Reply(f"{name}《{tidy(article.title)}》，约{len(article.body)}字。[1]", (reference,))


def contents(issue: Issue, sections: Sequence[Section]) -> Reply:
    """The titles of an issue, or of its sections that are named."""
    articles = in_sections(issue, sections)
    references = tuple(Reference(issue, article, lead_sentence(article)) for article in articles)
    lines = [f"{wording.issue_name(issue)}共{len(articles)}篇："]
    if len(articles) < len(issue.articles):
        lines = [f"{wording.issue_name(issue)}“{articles[0].section.title}”共{len(articles)}篇："]
    lines += [f"{wording.article_name(article)}[{n}]" for n, article in enumerate(articles, start=1)]
    return Reply("\n".join(lines), references)


def digest(issue: Issue, sections: Sequence[Section]) -> Reply:
    """A sentence of every article."""
    articles = in_sections(issue, sections)
    references = tuple(Reference(issue, article, lead_sentence(article)) for article in articles)
    lines = [f"{wording.issue_name(issue)}共{len(articles)}篇，要点如下："]
    lines += [f"{digest_line(reference)}[{n}]" for n, reference in enumerate(references, start=1)]
    return Reply("\n".join(lines), references, digest=True)


def digest_line(reference: Reference) -> str:
    """An article's title with the sentence that is quoted from it."""
    return f"{wording.article_name(reference.article)}：{sentence_of(reference.article, reference.quote)}"


def sentence_of(article: Article, span: Span) -> str:
    """A stretch of an article as a person would type it."""
    return tidy(article.body[span.start : span.end])


def lead_sentence(article: Article) -> Span:
    """The sentence that says best what an article is about: it shares most with the title, early ones first."""
    title = tokens_of(article.title)
    headings = {span.start for span in article.headings}
    spans = [span for span in split_sentences(article.body) if span.start not in headings]
    if not spans:
        return Span(0, len(article.body))

    def fitness(item: tuple[int, Span]) -> float:
        place, span = item
        shared = len(title & tokens_of(article.body[span.start : span.end])) / max(len(title), 1)
        return shared - 0.03 * place

    return max(enumerate(spans), key=fitness)[1]


def joined(replies: Sequence[Reply]) -> Reply:
    """Several replies as one, their markers numbered on; a single one as it is."""
    if len(replies) == 1:
        return replies[0]
    texts: list[str] = []
    references: list[Reference] = []
    for reply in replies:
        shift = len(references)
        texts.append(re.sub(r"\[(\d+)\]", lambda m, s=shift: f"[{int(m[1]) + s}]", reply.text))  # type: ignore[misc]
        references.extend(reply.references)
    return Reply("\n".join(texts), tuple(references))
