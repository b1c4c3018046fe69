"""Questions about the bulletin itself (how many articles, what is in an issue), answered from its structure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa import issue_cues as cues
from ftz_qa import issue_replies as replies
from ftz_qa import wording
from ftz_qa.bulletin_words import SECTION_WORD, matter_of
from ftz_qa.issue_replies import Reference, Reply, lead_sentence
from ftz_qa.mentions import Mention, asked_topic, asks_where, mentioning, plain_text
from ftz_qa.scope import issues_meant
from ftz_qa.text import normalize, parse_int, tidy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Article, Issue, Section


def structural_reply(
    question: str, issues: Sequence[Issue], plain: Callable[[Article], str] = plain_text
) -> Reply | None:
    """Answer a question about the bulletins as such, or None for one about what they report.

    Parameters
    ----------
    issues
        All that are indexed, oldest first.
    plain
        Gives `mentions.plain_text` of an article.
    """
    text = normalize(question)
    meant = issues_meant(question, issues)
    chosen = [issues[i] for i in meant or ()]
    among = chosen or issues
    sections = _named_sections(text, among)
    rest = _without_names(text, sections, issues)
    if matter_of(rest):
        return _mention(question, rest, among, plain, sections)
    if not sections and (nth := cues.NTH_SECTION.search(text)):
        sections = _nth_sections(nth, among)
        text = text.replace(nth[0], "")
        if not sections:
            return Reply("\n".join(replies.sections_of(issue) for issue in among[:1])) if meant is not None else None
    if meant is None:
        return _about_all(text, issues, sections)
    return _about_several(text, chosen, sections) if len(chosen) > 1 else _about_chosen(text, chosen, sections)


def sought_topic(question: str, issues: Sequence[Issue]) -> str:
    """What a question wants to know the issue or article of (``哪一期讲了…``); empty where it does not ask that."""
    text = normalize(question)
    rest = _without_names(text, _named_sections(text, issues), issues)
    return _topic(rest) if asks_where(rest) and matter_of(rest) else ""


def _without_names(text: str, sections: Sequence[Section], issues: Sequence[Issue]) -> str:
    """The text without the names of the bulletin itself and of the sections that it names."""
    for series in {normalize(issue.series).split("(")[0] for issue in issues} - {""}:
        text = text.replace(f"《{series}》", "自贸动态").replace(series, "自贸动态")
    for title in {normalize(section.title) for section in sections}:
        text = re.sub(rf"[“\"]?{re.escape(title)}[”\"]?(?:这|那)?个?(?:{SECTION_WORD})?", "", text)
    return text


def _named_sections(text: str, issues: Sequence[Issue]) -> list[Section]:
    titles = {section.title for issue in issues for section in issue.sections if section.title}
    named = {title for title in titles if normalize(title) in text}
    return [section for issue in issues for section in issue.sections if section.title in named] if named else []


def _nth_sections(match: re.Match[str], issues: Sequence[Issue]) -> list[Section]:
    """The section with a number, the first or the last, of every issue."""
    found = []
    for issue in issues:
        titled = [section for section in issue.sections if section.title]
        place = parse_int(match[1]) if match[1] else len(titled) if match[2] else 1
        if place and 0 < place <= len(titled):
            found.append(titled[place - 1])
    return found


def _about_all(text: str, issues: Sequence[Issue], sections: Sequence[Section]) -> Reply | None:
    """Questions that name no issue: about the whole collection, or about the only issue there is."""
    if cues.FREQUENCY.search(text):
        return replies.frequency(issues)
    if cues.NAME.search(text):
        return replies.names(issues)
    counted = cues.COUNT_ISSUES.search(text) and not cues.COUNT_ARTICLES.search(text)
    if cues.COVERAGE.search(text) or (counted and not sections):
        return replies.holdings(issues)
    if len(issues) == 1 and not cues.LIST_ISSUES.search(text):
        return _about_issue(text, issues[0], sections)
    return _sections_of_all(text, issues, sections) if sections else _collection(text, issues)


def _sections_of_all(text: str, issues: Sequence[Issue], sections: Sequence[Section]) -> Reply:
    if cues.COUNT_ARTICLES.search(text):
        return replies.total_in_sections(issues, sections)
    inside = replies.with_sections(issues, sections)[-cues.MANY_LISTED :]
    return replies.joined([replies.contents(issue, sections) for issue in inside])


def _collection(text: str, issues: Sequence[Issue]) -> Reply | None:
    """What all issues have in common, or how many there are of what."""
    counts = cues.COUNT_ARTICLES.search(text)
    each = cues.EACH_ISSUE.search(text) and (counts or cues.DATE.search(text) or "最" in text)
    inside = cues.CONTENTS.search(text) or cues.DIGEST.search(text)
    asked: tuple[tuple[object, Callable[[], Reply | None]], ...] = (
        (cues.COUNT_SECTIONS.search(text), lambda: replies.usual_sections(issues)),
        (cues.ALL_ISSUES.search(text) and inside, lambda: _about_several(text, issues, ())),
        (each, lambda: replies.each(issues)),
        (counts, lambda: replies.articles_in_all(issues)),
        (cues.PUBLISHER.search(text), lambda: replies.publishers(issues)),
        (cues.LIST_ISSUES.search(text), lambda: replies.each(issues)),
        (cues.HOLDINGS.search(text), lambda: replies.holdings(issues)),
    )
    return next((make() for says, make in asked if says), None)


def _about_several(text: str, chosen: Sequence[Issue], sections: Sequence[Section]) -> Reply | None:
    """Questions about several issues by name."""
    if cues.COUNT_ARTICLES.search(text) or cues.MORE.search(text):
        return replies.total_in_sections(chosen, sections) if sections else replies.total_of(chosen)
    asks_which = cues.COUNT_ISSUES.search(text) or cues.LIST_ISSUES.search(text) or cues.WHICH_ISSUE.search(text)
    about_inside = sections or cues.DIGEST.search(text) or (cues.CONTENTS.search(text) and not asks_which)
    if (asks_which or cues.DATE.search(text)) and not about_inside:
        return replies.each(chosen)
    articles = sum(len(replies.in_sections(issue, sections)) for issue in chosen)
    if articles > cues.MANY_LISTED:
        return replies.each(chosen)
    if articles > cues.MANY_DIGESTED and cues.DIGEST.search(text):
        return replies.joined([replies.contents(issue, sections) for issue in chosen])
    found = [reply for issue in chosen if (reply := _about_issue(text, issue, sections))]
    return replies.joined(found) if found else None


def _about_chosen(text: str, chosen: Sequence[Issue], sections: Sequence[Section]) -> Reply | None:
    return _about_issue(text, chosen[0], sections) if chosen else None


def _about_issue(text: str, issue: Issue, sections: Sequence[Section]) -> Reply | None:
    nth = cues.NTH_ARTICLE.search(text)
    asked: tuple[tuple[re.Pattern[str], Callable[[], Reply | None]], ...] = (
        (cues.NTH_ARTICLE, lambda: replies.nth_article(text, issue, sections)),
        (cues.LENGTH, lambda: replies.longest(text, issue, sections)),
        (cues.COUNT_ARTICLES, lambda: replies.count_articles(issue, sections)),
        (cues.COUNT_SECTIONS, lambda: None if sections else Reply(replies.sections_of(issue))),
        (cues.PUBLISHER, lambda: replies.publisher_of(issue)),
        (cues.DATE, lambda: replies.date_of(issue)),
        (cues.DIGEST, lambda: None if nth else replies.digest(issue, sections)),
    )
    found = [reply for pattern, make in asked if pattern.search(text) and (reply := make())]
    if found:
        return replies.joined(found)
    if cues.WHICH_ISSUE.search(text) and not sections:
        return replies.date_of(issue)
    if sections or cues.CONTENTS.search(text):
        return replies.contents(issue, sections)
    if cues.EXISTS.search(text):
        return Reply(f"已收录{wording.coverage([issue])}。")
    if cues.WHICH.search(text):
        return replies.date_of(issue)
    # ``第305期``, and nothing else.
    return replies.contents(issue, sections) if cues.ISSUE_NAME.search(text) and not _asks(text) else None


def _asks(text: str) -> bool:
    return bool(re.search(r"什么|啥|哪|几|多少|谁|何|吗|怎|how|what|who|which", text))


def _topic(text: str) -> str:
    """The topic whose mentions a question asks for; empty where it asks more than that."""
    topic = asked_topic(cues.ISSUE_NAME.sub("", text))
    return "" if not topic or matter_of(cues.SPEAKING.sub("", text.replace(topic, ""))) else topic


def _mention(
    question: str, text: str, issues: Sequence[Issue], plain: Callable[[Article], str], sections: Sequence[Section]
) -> Reply | None:
    """Which issues speak of something, the newest first; None where the question does not ask that, or none does."""
    topic = _topic(text)
    if not topic:
        return None
    found = mentioning(topic, issues, plain)
    if sections:
        titles = {section.title for section in sections}
        found = [item for item in found if item[1].section.title in titles]
    if not found:
        return None
    one = _one_asked(text, found)
    if one:
        found = one
    digest = bool(cues.DIGEST.search(text.replace(topic, ""))) and len(found) <= cues.MANY_DIGESTED
    lines = []
    for n, (issue, article, _) in enumerate(found, start=1):
        when = f"（{wording.day(issue.date)}）" if issue.date else ""
        said = f"：{replies.sentence_of(article, lead_sentence(article))}" if digest else ""
        lines.append(f"{wording.issue_name(issue)}{when}第{article.number}篇《{tidy(article.title)}》{said}[{n}]")
    count = len({id(issue) for issue, _, _ in found})
    references = tuple(
        Reference(issue, article, lead_sentence(article) if digest else span) for issue, article, span in found
    )
    printed = re.search(re.escape(topic), question, re.I)
    name = cues.QUOTES.sub("", tidy(printed[0] if printed else topic))
    said = (
        f"{'最早' if one and cues.FIRST.search(text) else '最近一次'}提到“{name}”的是："
        if one
        else f"有{count}期提到“{name}”："
    )
    return Reply("\n".join([said, *lines]), references)


def _one_asked(text: str, found: Sequence[Mention]) -> list[Mention]:
    """The articles of the first or the last issue that speaks of it, where a question asks for that; else none."""
    earliest, latest = cues.FIRST.search(text), cues.LAST.search(text)
    if (not earliest and not latest) or len({id(issue) for issue, *_ in found}) < 2:
        return []
    issue = found[-1 if earliest else 0][0]
    return [item for item in found if item[0] is issue]
