"""Questions about the bulletin itself (how many articles, what is in an issue), answered from its structure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.bulletin_words import NUMERAL, SECTION_WORD, matter_of
from ftz_qa.mentions import ARTICLE_WORD, Mention, asked_topic, asks_where, mentioning, plain_text
from ftz_qa.scope import issues_meant
from ftz_qa.terms import tokens_of
from ftz_qa.text import normalize, parse_int, split_sentences, tidy
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Article, Issue, Section

_COUNT_ISSUES = re.compile(r"(?<!第)(?:多少|几)个?期|多少份|期[数次](?:是|有)?多少")
_LIST_ISSUES = re.compile(r"哪(?:些|几|一)?个?期|[各全]部?期|所有期|有(?:哪些|什么)期|期[号次]")
_COUNT_ARTICLES = re.compile(
    rf"(?<![哪第])(?:多少|几)(?:篇|条|则|件|个){ARTICLE_WORD}?|{ARTICLE_WORD}(?:数量?|篇数)|篇数|多少{ARTICLE_WORD}"
)
_COUNT_SECTIONS = re.compile(
    rf"(?<![第哪])(?:多少|几|哪些|哪几|什么)个?大?{SECTION_WORD}|{SECTION_WORD}(?:都|一?共|总共)?(?:有|是|包括|叫)?(?:哪些|什么|哪几|几)个?$"
    rf"|分(?:成|为)?了?(?:几|哪几|多少|哪些)(?:块|个?部分|大块|类)|{SECTION_WORD}(?:构成|设置|划分|结构)"
)
_NTH_ARTICLE = re.compile(
    rf"第?(?:\(({NUMERAL})\)|(?<=第)({NUMERAL}))(?:篇|条|则|个?{ARTICLE_WORD}|(?<=\)))|(最后|末尾?|末了)(?:面?的?)?一?(?:篇|条|则|个?{ARTICLE_WORD})"
    rf"|(?:(?:打头|开头|开篇|排头|头|首)(?:的?一|的)?(?:篇|条|则|个?{ARTICLE_WORD}))|头条|开篇|首篇"
)
_NTH_SECTION = re.compile(
    rf"第({NUMERAL})(?:个|大)*{SECTION_WORD}|(最后)(?:的|一|个)*{SECTION_WORD}|([首头])(?:个|一)*{SECTION_WORD}"
)
_MORE = re.compile(r"文章[更最]?[多少]|[更最][多少]")
_EACH_ISSUE = re.compile(r"(?:每一?|各|哪一?|所有|全部)(?:个|的)?期")
_DATE = re.compile(r"什么时候|何时|啥时候|哪天|哪一天|几号|日期|什么时间|哪年|哪一年|哪月|几月|多会儿|时间|when", re.I)
_PUBLISHER = re.compile(
    r"(?:谁|哪[个家一]*(?:单位|部门|机构|地方)?|什么(?:单位|部门|机构))(?:家|来|负责)?(?:主办|主编|编|发|出|办|印)|主办(?:单位|方|者|部门|机构|的?是谁)"
    r"|(?:主办|主编|编印|编辑|出版|发行|印发)(?:单位|方|部门|机构)?的?是?(?:谁|哪)|(?:编印|编辑|出版|发行|印发)(?:单位|方|部门|机构)|who publish",
    re.I,
)
_ISSUE_NAME = re.compile(rf"(?:第{NUMERAL}(?:-{NUMERAL})?期?|\d+期)的?(?:里面?|中|上|当中)?")
_QUOTES = re.compile("[“”]")
_SPEAKING = re.compile(
    r"提到|提及|涉及|报道|刊登|刊发|刊载|登载|介绍|写到?|讲到?|说到?|谈到?|关注|出现|出自|来自|见于|有没有|是否|有无|关于|有关|相关|跟|提|首次|第一次|哪"
)
_WHICH = re.compile(r"最[新早初近]|newest|latest|earliest|first")
_WHICH_ISSUE = re.compile(r"第几期|是几期|哪一?期|期号|第多少期")
_COVERAGE = re.compile(
    r"收录了?(?:的|时间|日期)*(?:范围|哪些|哪几)|从(?:什么时候|哪天|哪年|哪一?期|何时)|时间(?:范围|跨度|区间)|起止|更新到|截[止至]|最新到|(?:覆盖|涵盖)了?哪"
)
_FREQUENCY = re.compile(
    r"(?:多久|多长时间|几天|几个?月|隔多久)(?:出|发|办|印|更新|推出|刊发)*(?:一|1)?(?:期|次|份|本|刊)|周期|频率|频次|间隔|(?:月|周|半月|双月|季)刊"
)
_EXISTS = re.compile(r"有没有|有无|是否有?|(?:有|收录|收|找到|查到)了?.*(?:吗|没有|没|么)[?]?$")
_FIRST = re.compile(r"最早|最先|首次|第一次|最初|一开始")
_LAST = re.compile(r"最近一?次?|最后|最新|上一?次")
_SAY = r"(?:讲|说|写|谈|聊|报道|介绍|讨论|论述|探讨|反映|关注|刊发|涉及)"
_DIGEST = re.compile(
    rf"总结|概括|概述|概况|介绍|摘要|提要|归纳|综述|综合|梳理|简介|概要|要点|重点|看点|亮点|热点|焦点|干货|精华|梗概|大意|大概|小结|提炼|浓缩|盘点|速览|回顾|主题|话题|议题|过一?遍|捋"
    rf"|主要(?:内容|{_SAY}|有什么|是什么)|{_SAY}(?:了|的|到|过|是|论)*(?:些|哪些|几件|哪几件|一些)?(?:什么|啥|哪些|何)|有?(?:哪些|什么|几件|哪几件)(?:大?事|要闻|大事)|summar",
    re.I,
)
_TITLE = re.compile(r"题目|标题|篇名|文题|叫什么|名字|名称")
_CONTENTS = re.compile(
    rf"(?:哪些|什么|啥|哪几[篇条则个]?){ARTICLE_WORD}?|目录|标题|题目|篇目|列出|列一下|罗列|列举|一览|清单|列表|哪[一个]?(?:篇|条|则)|contents|articles",
    re.I,
)
_MANY_DIGESTED = 24
_MANY_LISTED = 80
_MANY_DATED = 40
_MONTH_DAYS = 30


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
    """

    text: str
    references: tuple[Reference, ...] = ()


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
    rest = _without_sections(text, sections)
    if matter_of(rest):
        return _mention(rest, among, plain, sections)
    if not sections and (nth := _NTH_SECTION.search(text)):
        sections = _nth_sections(nth, among)
        text = text.replace(nth[0], "")
        if not sections:
            return Reply("\n".join(_sections_of(issue) for issue in among[:1])) if meant is not None else None
    if meant is None:
        return _about_all(text, issues, sections)
    return _about_several(text, chosen, sections) if len(chosen) > 1 else _about_chosen(text, chosen, sections)


def sought_topic(question: str, issues: Sequence[Issue]) -> str:
    """What a question wants to know the issue or article of (``哪一期讲了…``); empty where it does not ask that."""
    text = normalize(question)
    rest = _without_sections(text, _named_sections(text, issues))
    return _topic(rest) if asks_where(rest) and matter_of(rest) else ""


def _without_sections(text: str, sections: Sequence[Section]) -> str:
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
    if _FREQUENCY.search(text):
        return _frequency(issues)
    counted = _COUNT_ISSUES.search(text) and not _COUNT_ARTICLES.search(text)
    if _COVERAGE.search(text) or (counted and not sections):
        return Reply(f"共收录{len(issues)}期：{wording.coverage(issues)}。")
    if len(issues) == 1 and not _LIST_ISSUES.search(text):
        return _about_issue(text, issues[0], sections)
    if sections:
        if _COUNT_ARTICLES.search(text):
            return _total_in_sections(issues, sections)
        return _joined([_contents(i, sections) for i in _with_sections(issues, sections)[-_MANY_LISTED:]])
    if _COUNT_SECTIONS.search(text):
        return _usual_sections(issues)
    if _EACH_ISSUE.search(text) and (_COUNT_ARTICLES.search(text) or _DATE.search(text) or "最" in text):
        return _each(issues)
    if _COUNT_ARTICLES.search(text):
        return Reply(f"共收录{sum(len(issue.articles) for issue in issues)}篇文章，来自{wording.coverage(issues)}。")
    if _PUBLISHER.search(text):
        publishers = dict.fromkeys(issue.publisher for issue in issues if issue.publisher)
        return Reply(f"主办单位是{'、'.join(publishers)}。") if publishers else None
    return _each(issues) if _LIST_ISSUES.search(text) else None


def _about_several(text: str, chosen: Sequence[Issue], sections: Sequence[Section]) -> Reply | None:
    """Questions about several issues by name."""
    if _COUNT_ARTICLES.search(text) or _MORE.search(text):
        return _total_in_sections(chosen, sections) if sections else _total(chosen)
    asks_which = _COUNT_ISSUES.search(text) or _LIST_ISSUES.search(text) or _WHICH_ISSUE.search(text)
    about_inside = sections or _DIGEST.search(text) or (_CONTENTS.search(text) and not asks_which)
    if (asks_which or _DATE.search(text)) and not about_inside:
        return _each(chosen)
    articles = sum(len(_in_sections(issue, sections)) for issue in chosen)
    if articles > _MANY_LISTED:
        return _each(chosen)
    if articles > _MANY_DIGESTED and _DIGEST.search(text):
        return _joined([_contents(issue, sections) for issue in chosen])
    replies = [reply for issue in chosen if (reply := _about_issue(text, issue, sections))]
    return _joined(replies) if replies else None


def _about_chosen(text: str, chosen: Sequence[Issue], sections: Sequence[Section]) -> Reply | None:
    return _about_issue(text, chosen[0], sections) if chosen else None


def _about_issue(text: str, issue: Issue, sections: Sequence[Section]) -> Reply | None:
    nth = _NTH_ARTICLE.search(text)
    asked: tuple[tuple[re.Pattern[str], Callable[[], Reply | None]], ...] = (
        (_NTH_ARTICLE, lambda: _nth(text, issue, sections)),
        (_COUNT_ARTICLES, lambda: _count_articles(issue, sections)),
        (_COUNT_SECTIONS, lambda: None if sections else Reply(_sections_of(issue))),
        (_PUBLISHER, lambda: _publisher(issue)),
        (_DATE, lambda: _date(issue)),
        (_DIGEST, lambda: None if nth else _digest(issue, sections)),
    )
    replies = [reply for pattern, make in asked if pattern.search(text) and (reply := make())]
    if replies:
        return _joined(replies)
    if _WHICH_ISSUE.search(text) and not sections:
        return _date(issue)
    if sections or _CONTENTS.search(text):
        return _contents(issue, sections)
    if _EXISTS.search(text):
        return Reply(f"已收录{wording.coverage([issue])}。")
    if _WHICH.search(text):
        return _date(issue)
    # ``第305期``, and nothing else.
    return _contents(issue, sections) if _ISSUE_NAME.search(text) and not _asks(text) else None


def _asks(text: str) -> bool:
    return bool(re.search(r"什么|啥|哪|几|多少|谁|何|吗|怎|how|what|who|which", text))


def _each(issues: Sequence[Issue]) -> Reply:
    """Date and number of articles of every issue."""
    if len(issues) > _MANY_DATED:
        return Reply(f"共收录{len(issues)}期：{wording.coverage(issues)}。")
    lines = []
    for issue in issues:
        when = wording.day(issue.date) if issue.date else "没有印出日期"
        lines.append(f"{wording.issue_name(issue)}：{when}，{len(issue.articles)}篇")
    return Reply("\n".join([f"共收录{len(issues)}期：", *lines]))


def _date(issue: Issue) -> Reply:
    name = f"{issue.series}{wording.issue_name(issue)}"
    return Reply(f"{name}的日期是{wording.day(issue.date)}。" if issue.date else f"{name}没有印出日期。")


def _publisher(issue: Issue) -> Reply:
    name = f"{issue.series}{wording.issue_name(issue)}"
    return Reply(f"{name}由{issue.publisher}主办。" if issue.publisher else f"{name}没有印出主办单位。")


def _in_sections(issue: Issue, sections: Sequence[Section]) -> list[Article]:
    inside = [article for article in issue.articles if article.section in sections]
    return inside or list(issue.articles)


def _count_articles(issue: Issue, sections: Sequence[Section]) -> Reply:
    chosen = [section for section in issue.sections if section in sections]
    if chosen:
        parts = [f"“{s.title}”{sum(a.section == s for a in issue.articles)}篇" for s in chosen]
        return Reply(f"{wording.issue_name(issue)}中，{'，'.join(parts)}。")
    parts = [f"{s.title}{sum(a.section == s for a in issue.articles)}篇" for s in issue.sections if s.title]
    return Reply(
        f"{wording.issue_name(issue)}共有{len(issue.articles)}篇文章" + (f"：{'，'.join(parts)}。" if parts else "。")
    )


def _total(issues: Sequence[Issue]) -> Reply:
    parts = [f"{wording.issue_name(issue)}{len(issue.articles)}篇" for issue in issues]
    return Reply(f"合计{sum(len(issue.articles) for issue in issues)}篇：{'，'.join(parts)}。")


def _sections_of(issue: Issue) -> str:
    titles = [section.title for section in issue.sections if section.title]
    if not titles:
        return f"{wording.issue_name(issue)}没有分栏目。"
    return f"{wording.issue_name(issue)}分{len(titles)}个栏目：{'、'.join(titles)}。"


def _usual_sections(issues: Sequence[Issue]) -> Reply:
    """The sections of all issues, those of most issues first."""
    counts = Counter(title for issue in issues for title in dict.fromkeys(s.title for s in issue.sections if s.title))
    if not counts:
        return Reply("收录的各期都没有分栏目。")
    if set(counts.values()) == {len(issues)}:
        return Reply(f"收录的各期都分{len(counts)}个栏目：{'、'.join(counts)}。")
    parts = [f"{title}（{count}期）" for title, count in counts.most_common()]
    return Reply(f"收录的{len(issues)}期中，有过这{len(counts)}个栏目：{'、'.join(parts)}。")


def _with_sections(issues: Sequence[Issue], sections: Sequence[Section]) -> list[Issue]:
    return [issue for issue in issues if any(section in sections for section in issue.sections)]


def _total_in_sections(issues: Sequence[Issue], sections: Sequence[Section]) -> Reply:
    """How many articles the named sections have, together and by issue."""
    titles = dict.fromkeys(section.title for section in sections)
    lines = []
    for title in titles:
        counts = [(i, sum(a.section.title == title for a in i.articles)) for i in issues]
        each = "、".join(f"{wording.issue_name(issue)}{count}篇" for issue, count in counts if count)
        lines.append(f"“{title}”共{sum(count for _, count in counts)}篇：{each}。")
    return Reply("\n".join(lines))


def _frequency(issues: Sequence[Issue]) -> Reply | None:
    """How often issues appear, by the distances of their dates."""
    days = sorted(issue.date for issue in issues if issue.date is not None)
    gaps = sorted((later - earlier).days for earlier, later in pairwise(days) if later > earlier)
    if not gaps:
        return None
    return Reply(f"收录的{len(issues)}期，相邻两期相隔{_days(gaps[0], gaps[-1])}：{wording.coverage(issues)}。")


def _days(least: int, most: int) -> str:
    span = f"{least}天" if least == most else f"{least}至{most}天"
    return f"{span}，大约每月一期" if _MONTH_DAYS - 7 <= (least + most) / 2 <= _MONTH_DAYS + 7 else span


def _nth(text: str, issue: Issue, sections: Sequence[Section]) -> Reply | None:
    """The n-th article of an issue, or of the section that is named."""
    match = _NTH_ARTICLE.search(text)
    inside = _in_sections(issue, sections)
    if match is None or not inside:
        return None
    printed = match[1] or match[2]
    number = parse_int(printed) if printed else inside[-1 if match[3] else 0].number
    if printed and number and len(inside) < len(issue.articles) and number <= len(inside):
        number = inside[number - 1].number
    for article in issue.articles:
        if article.number == number:
            lead = lead_sentence(article)
            sentence = _sentence(article, lead)
            name = f"{wording.issue_name(issue)}第{number}篇是《{tidy(article.title)}》"
            return Reply(f"{name}：{sentence}[1]", (Reference(issue, article, lead),))
    return Reply(f"{wording.issue_name(issue)}只有{len(issue.articles)}篇文章，没有第{number}篇。") if number else None


def _contents(issue: Issue, sections: Sequence[Section]) -> Reply:
    articles = _in_sections(issue, sections)
    references = tuple(Reference(issue, article, lead_sentence(article)) for article in articles)
    lines = [f"{wording.issue_name(issue)}共{len(articles)}篇："]
    if len(articles) < len(issue.articles):
        lines = [f"{wording.issue_name(issue)}“{articles[0].section.title}”共{len(articles)}篇："]
    lines += [f"{wording.article_name(article)}[{n}]" for n, article in enumerate(articles, start=1)]
    return Reply("\n".join(lines), references)


def _digest(issue: Issue, sections: Sequence[Section]) -> Reply:
    articles = _in_sections(issue, sections)
    references = tuple(Reference(issue, article, lead_sentence(article)) for article in articles)
    lines = [f"{wording.issue_name(issue)}共{len(articles)}篇，要点如下："]
    for n, reference in enumerate(references, start=1):
        sentence = _sentence(reference.article, reference.quote)
        lines.append(f"{wording.article_name(reference.article)}：{sentence}[{n}]")
    return Reply("\n".join(lines), references)


def _topic(text: str) -> str:
    """The topic whose mentions a question asks for; empty where it asks more than that."""
    topic = asked_topic(_ISSUE_NAME.sub("", text))
    return "" if not topic or matter_of(_SPEAKING.sub("", text.replace(topic, ""))) else topic


def _mention(
    text: str, issues: Sequence[Issue], plain: Callable[[Article], str], sections: Sequence[Section]
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
    digest = bool(_DIGEST.search(text.replace(topic, ""))) and len(found) <= _MANY_DIGESTED
    lines = []
    for n, (issue, article, _) in enumerate(found, start=1):
        when = f"（{wording.day(issue.date)}）" if issue.date else ""
        said = f"：{_sentence(article, lead_sentence(article))}" if digest else ""
        lines.append(f"{wording.issue_name(issue)}{when}第{article.number}篇《{tidy(article.title)}》{said}[{n}]")
    count = len({id(issue) for issue, _, _ in found})
    references = tuple(
        Reference(issue, article, lead_sentence(article) if digest else span) for issue, article, span in found
    )
    name = _QUOTES.sub("", tidy(topic))
    said = (
        f"{'最早' if one and _FIRST.search(text) else '最近一次'}提到“{name}”的是："
        if one
        else f"有{count}期提到“{name}”："
    )
    return Reply("\n".join([said, *lines]), references)


def _one_asked(text: str, found: Sequence[Mention]) -> list[Mention]:
    """The articles of the first or the last issue that speaks of it, where a question asks for that; else none."""
    earliest, latest = _FIRST.search(text), _LAST.search(text)
    if not earliest and not latest:
        return []
    issue = found[-1 if earliest else 0][0]
    return [item for item in found if item[0] is issue]


def _sentence(article: Article, span: Span) -> str:
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


def _joined(replies: Sequence[Reply]) -> Reply:
    """Several replies as one, their markers numbered on."""
    texts: list[str] = []
    references: list[Reference] = []
    for reply in replies:
        shift = len(references)
        texts.append(re.sub(r"\[(\d+)\]", lambda m, s=shift: f"[{int(m[1]) + s}]", reply.text))  # type: ignore[misc]
        references.extend(reply.references)
    return Reply("\n".join(texts), tuple(references))
