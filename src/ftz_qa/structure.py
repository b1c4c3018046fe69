"""Questions about the bulletin itself (how many articles, what is in an issue), answered from its structure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa import wording
from ftz_qa.mentions import ARTICLE_WORD, asked_topic, mentioning, plain_text
from ftz_qa.scope import issues_meant
from ftz_qa.terms import tokens_of
from ftz_qa.text import normalize, parse_int, split_sentences, tagged_words, tidy
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Article, Issue, Section

_NUMERAL = r"[\d零〇一二两三四五六七八九十百千]+"
_COUNT_ISSUES = re.compile(r"(?:多少|几)(?:个)?期")
_COUNT_ARTICLES = re.compile(rf"(?<!哪)(?:多少|几)(?:篇|条|则|件|个){ARTICLE_WORD}?")
_COUNT_SECTIONS = re.compile(
    r"(?:多少|几|哪些|哪几|什么)个?(?:大)?(?:板块|栏目|部分|版块|版面|章节)|(?:板块|栏目)(?:有|是|包括)?(?:哪些|什么)"
)
_NTH_ARTICLE = re.compile(rf"(?:第({_NUMERAL})|(最后|末尾?|末了)一?|(头|首|开头|打头)(?:一|的)?)(?:篇|条|则|文章)")
_MORE = re.compile(r"文章[更最]?[多少]|[更最][多少]")
_EACH_ISSUE = re.compile(r"(?:每一?|各|哪一?)期")
_DATE = re.compile(r"什么时候|何时|哪天|哪一天|几号|日期|什么时间|哪年|哪月|几月|when", re.I)
_PUBLISHER = re.compile(
    r"(?:谁|哪[个家]?(?:单位|部门|机构)|什么(?:单位|部门|机构))(?:主办|编|发|出|办|印)|主办(?:单位|方|者|的?是谁)"
    r"|(?:主办|编印|出版|发行)(?:单位)?的?是?(?:谁|哪)|who publish",
    re.I,
)
_ISSUE_NAME = re.compile(rf"(?:第{_NUMERAL}|\d+)期的?(?:里面?|中|上)?")
_QUOTES = re.compile("[“”]")
_SPEAKING = re.compile(
    r"提到|提及|涉及|报道|刊登|刊发|刊载|登载|介绍|写到?|讲到?|说到?|谈到?|关注|出现|有没有|是否|有无|关于|有关|相关|跟|哪"
)
_WHICH = re.compile(r"最[新早初近]|newest|latest|earliest|first")
_WHICH_ISSUE = re.compile(r"第几期|是几期|哪一?期")
_COVERAGE = re.compile(r"收录了?(?:的|时间|日期)*(?:范围|哪些|哪几)|从(?:什么时候|哪天|哪年|哪一?期|何时)")
_DIGEST = re.compile(
    r"总结|概括|概述|介绍|(?:报道|登|有)了?(?:些|哪些)事|摘要|归纳|综述|梳理|简介|概要|要点|梗概|大意|过一遍|捋一遍|主要内容|主要讲|(?:讲|说|写|谈|报道)了?(?:些|哪些)?(?:什么|啥)|主要有什么|说了啥|讲了啥|summar",
    re.I,
)
_CONTENTS = re.compile(rf"(?:哪些|什么|哪几篇|哪几条){ARTICLE_WORD}?|目录|标题|列出|contents|articles", re.I)
_VOCABULARY = re.compile(
    rf"自贸动态|示例|第几|请问|请|一下|通报|简报|动态|刊物|期刊|第?{_NUMERAL}[期篇条则]|期|最新|最近|最后|上一|前一|本|这|该|总结|概括|概述|摘要|归纳|综述|梳理"
    r"|简介|主要|内容|介绍|文章|报道|消息|信息|稿件|新闻|条目|标题|目录|列出|板块|栏目|部分|版块|版面|章节|篇|条|则|个|发布|出版|印发|刊发|出刊|编印|编发|主办|单位"
    r"|部门|机构|日期|时间|时候|什么|多少|哪些|哪几|哪个|哪天|哪|几|何时|谁|是|的|了|有|在|里|中|上|都|共|一共|总共|分别|包括|包含|收录|讲|说|写|些|吗|呢|啥|给我|我|用"
    r"|一句话|每篇|各|下面|里面|号|年|月|日|出|办|库|系统|现在|目前|索引|全部|所有|大|方|为|和|以及|及|到|能|可以|简单|简要|帮|一|概要|要点|梗概|大意|稿子|手头|手上|麻烦|遍|捋|过|收|登|印|把|来|想|知道|了解|看看|说说|讲讲|告诉|这些|那些|属于|追溯|倒数|报道|刊登|那块|这块|最早|最初|快速|大致|范围|时间|收录|起止|题目|事情|讨论|谈论|谈|那一栏|这一栏|一栏|栏|打头|名字|几件|件|事|每一?期|每|最后|末尾?|开头|头一|首|最多|最少|多|少|叫|做|那个|这个|大概|整体|总体|总数|当中|其中|合计|到底|[\W_]"
    r"|issues?|articles?|what|when|who|how|many|are|is|in|the|of|was|were|this|latest|newest|published?|contents?|summar\w*|there|no|\d"
)


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
    sections = _named_sections(text, chosen or issues)
    if _residue(text, sections):
        return _mention(text, chosen or issues, plain)
    if meant is None:
        return _about_all(text, issues, sections)
    if len(chosen) > 1 and (_COUNT_ARTICLES.search(text) or _MORE.search(text)) and not sections:
        return _total(chosen)
    replies = [reply for issue in chosen if (reply := _about_issue(text, issue, sections))]
    return _joined(replies) if replies else None


def _residue(text: str, sections: Sequence[Section]) -> str:
    """What a question says beyond words about bulletins and the sections that it names; without single characters."""
    for title in {normalize(section.title) for section in sections}:
        text = text.replace(title, "")
    words = [word for word, _ in tagged_words(text) if len(word) > 1 and _VOCABULARY.sub("", word)]
    return "".join(words) if len(_VOCABULARY.sub("", text)) > 1 else ""


def _named_sections(text: str, issues: Sequence[Issue]) -> list[Section]:
    titles = {section.title for issue in issues for section in issue.sections if section.title}
    named = {title for title in titles if normalize(title) in text}
    return [section for issue in issues for section in issue.sections if section.title in named] if named else []


def _about_all(text: str, issues: Sequence[Issue], sections: Sequence[Section]) -> Reply | None:
    """Questions that name no issue: about the whole collection, or about the only issue there is."""
    if _COVERAGE.search(text) or (_COUNT_ISSUES.search(text) and not _COUNT_ARTICLES.search(text)):
        return Reply(f"共收录{len(issues)}期：{wording.coverage(issues)}。")
    if len(issues) == 1:
        return _about_issue(text, issues[0], sections)
    if _EACH_ISSUE.search(text) and (_COUNT_ARTICLES.search(text) or _DATE.search(text) or "最" in text):
        return _each(issues)
    if _COUNT_ARTICLES.search(text):
        return Reply(f"共收录{sum(len(issue.articles) for issue in issues)}篇文章，来自{wording.coverage(issues)}。")
    if _PUBLISHER.search(text):
        publishers = dict.fromkeys(issue.publisher for issue in issues if issue.publisher)
        return Reply(f"主办单位是{'、'.join(publishers)}。") if publishers else None
    if sections and _CONTENTS.search(text):
        return _joined([_contents(issue, sections) for issue in issues if any(s in sections for s in issue.sections)])
    return None


def _about_issue(text: str, issue: Issue, sections: Sequence[Section]) -> Reply | None:
    asked: tuple[tuple[re.Pattern[str], Callable[[], Reply | None]], ...] = (
        (_NTH_ARTICLE, lambda: _nth(text, issue)),
        (_COUNT_ARTICLES, lambda: _count_articles(issue, sections)),
        (_COUNT_SECTIONS, lambda: None if sections else _count_sections(issue)),
        (_PUBLISHER, lambda: _publisher(issue)),
        (_DATE, lambda: _date(issue)),
        (_DIGEST, lambda: None if _NTH_ARTICLE.search(text) else _digest(issue, sections)),
    )
    replies = [reply for pattern, make in asked if pattern.search(text) and (reply := make())]
    if replies:
        return _joined(replies)
    if sections or _CONTENTS.search(text):
        return _contents(issue, sections)
    return _date(issue) if _WHICH.search(text) or _WHICH_ISSUE.search(text) else None


def _each(issues: Sequence[Issue]) -> Reply:
    """Date and number of articles of every issue."""
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


def _count_sections(issue: Issue) -> Reply:
    titles = [section.title for section in issue.sections if section.title]
    if not titles:
        return Reply(f"{wording.issue_name(issue)}没有分栏目。")
    return Reply(f"{wording.issue_name(issue)}分{len(titles)}个栏目：{'、'.join(titles)}。")


def _nth(text: str, issue: Issue) -> Reply | None:
    match = _NTH_ARTICLE.search(text)
    if match is None:
        return None
    number = parse_int(match[1]) if match[1] else issue.articles[-1 if match[2] else 0].number
    for article in issue.articles:
        if article.number == number:
            lead = lead_sentence(article)
            sentence = tidy(article.body[lead.start : lead.end])
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
    lines += [f"{digest_line(reference)}[{n}]" for n, reference in enumerate(references, start=1)]
    return Reply("\n".join(lines), references, digest=True)


def digest_line(reference: Reference) -> str:
    """An article's title with the sentence that is quoted from it."""
    quote = tidy(reference.article.body[reference.quote.start : reference.quote.end])
    return f"{wording.article_name(reference.article)}：{quote}"


def _mention(text: str, issues: Sequence[Issue], plain: Callable[[Article], str]) -> Reply | None:
    """Which issues speak of something, the newest first; None where the question does not ask that, or none does."""
    topic = asked_topic(_ISSUE_NAME.sub("", text))
    if not topic or _residue(_SPEAKING.sub("", text.replace(topic, "")), ()):
        return None
    found = mentioning(topic, issues, plain)
    if not found:
        return None
    lines = []
    for n, (issue, article, _) in enumerate(found, start=1):
        when = f"（{wording.day(issue.date)}）" if issue.date else ""
        lines.append(f"{wording.issue_name(issue)}{when}第{article.number}篇《{tidy(article.title)}》[{n}]")
    count = len({id(issue) for issue, _, _ in found})
    references = tuple(Reference(issue, article, span) for issue, article, span in found)
    return Reply("\n".join([f"有{count}期提到“{_QUOTES.sub('', tidy(topic))}”：", *lines]), references)


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
