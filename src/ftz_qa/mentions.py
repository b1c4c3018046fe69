"""Which issues speak of something: ``哪几期提到…``, ``有没有关于…的文章``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.bulletin_words import listed
from ftz_qa.text import dictionary_words, normalize, split_sentences, tagged_words
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ftz_qa.types import Article, Issue

Mention = tuple["Issue", "Article", Span]

ARTICLE_WORD = r"(?:文章|报道|消息|信息|稿件|稿子|新闻|内容|条目|介绍)"
_BULLETIN_WORD = r"(?:《?自贸动态》?|通报|简报|刊物|期刊)"
_WHICH_ISSUES = re.compile(
    rf"(?:哪(?:些|几|一)?(?:个|份)?|哪[天月]的?那?|(?<![\d一二三四五六七八九十])几(?:个)?|多少|第几)(?:期|份{_BULLETIN_WORD})"
    rf"(?!工程|项目)(?:的?(?:{_BULLETIN_WORD}|{ARTICLE_WORD}))?(?:里面?|中|上)?"
    r"|\bwhich issues?\b",
    re.I,
)
_VERB = r"(?:提到|提及|涉及|报道|刊登|刊发|刊载|登载|介绍|写到?|讲到?|说到?|谈到?|关注|出现|收录|登)(?:过|了|到)*"
_ABOUT = re.compile(
    rf"(?:关于|有关(?!于)|跟|和|与|涉及|提到|提及|介绍|报道|讲到?|说到?)(?P<topic>.{{2,}}?)(?:相关|有关)?的(?:{ARTICLE_WORD})"
    rf"|^(?P<side>.{{2,}}?)(?:方面|领域|主题|题材)的?(?:{ARTICLE_WORD})"
    rf"|(?:关于|有关(?!于)|[几少][篇条则](?:{ARTICLE_WORD})?是?(?:{_VERB}|讲))(?P<rest>.{{2,}}?)的?[\s，,。.？?！!：:；;、]*$"
)
_WHETHER = re.compile(rf"(?:有没有|是否有?|有无)(?:{_VERB}|关于|有关(?!于))?(?P<topic>.{{2,}}?)$")
_SAID_IN = re.compile(
    rf"^[和与跟及、]*(?:这|本|该|在)?(?:{_BULLETIN_WORD}|期)?(?:的?(?:里面?|中|上|当中))?(?:有没有|是否|都|有|曾经?)?"
    r"(?:提到|提及|涉及|报道|刊登|介绍|写到|讲到|说到|谈到|提|讲|写)(?:过|了)?(?P<topic>[^,]{2,}?)(?:了|过)?(?:吗|没有?|么)[?]?$"
)
_WHEN_SAID = re.compile(
    r"(?:(?:最早|最先|最近|最后|首次|第一次|上一?次)(?:一次)?(?:是|在|被)?(?:什么时候|何时|哪天)?(?:被|有)?(?:提到|提及|报道|刊登|介绍|出现|写到|讲到|登))"
    r"|(?:什么时候|何时|哪天)(?:最早|最先|首次|第一次|最后|最近)?(?:被)?(?:提到|提及|报道|刊登|登)过?"
)
_HOW_OFTEN = re.compile(
    r"(?:报道|提到|提及|刊登|写到|讲到|登)(?:过|了)*(?:几|多少)次|(?:几|多少)次(?:被)?(?:报道|提到|提及|刊登)"
    rf"|(?:上|出现)(?:过|了|在)*(?:几|多少)次(?={_BULLETIN_WORD})"
)
_WHEN = re.compile(r"什么时候|何时|哪天|哪一天|啥时候|日期|几号")
_WHICH_ARTICLE = re.compile(rf"(?:第几|哪一?)(?:篇|条|则)|哪(?:些|几)(?:篇|条|则)?(?={ARTICLE_WORD}|[在都有]*{_VERB})")
_CONCERNS = re.compile(r"(?:关于|有关(?!于)|涉及)(?P<topic>.{2,}?)的?(?:是|在|有)?$")
_SAYING = re.compile(rf"{_VERB}|[讲说写谈]")
_SAYS = re.compile(rf"^{ARTICLE_WORD}?(?:里面?|中|上|[是在都有专门])*(?:{_VERB}|[讲说写谈])(?P<topic>.+)$")
_QUOTED = re.compile('[“"「『]([^“”"「」『』]{2,30})[”"」』]')
_SERIES = re.compile(r"《?自贸动态》?")
_TIMES = re.compile(
    r"(?:\d{4}|[今去明前当])年|[上下]半年|[一二三四1-4]季度|\d{1,2}月份?|年内|一?共|总共|出版?了?|来|以来"
)
_QUOTES = re.compile("[“”\"'‘’《》「」()（）]")
_CONTENT_TAGS = frozenset("nvajlie")


def asked_topic(text: str) -> str:
    """What a normalised question wants to find mentions of; empty where it does not ask for issues or articles."""
    if which := _WHICH_ISSUES.search(text):
        return _topic(text, (text[: which.start()], text[which.end() :]))
    if times := _HOW_OFTEN.search(text):
        return _topic(text, (text[: times.start()], text[times.end() :]))
    if said := _WHEN_SAID.search(text):
        return _topic(text, (text[: said.start()], _WHEN.sub("", text[said.end() :]))) if _WHEN.search(text) else ""
    if article := _WHICH_ARTICLE.search(text):
        before, after = text[: article.start()], text[article.end() :]
        says = _SAYS.search(after)
        concerns = _CONCERNS.search(before)
        topic = _trimmed(says["topic"]) if says else _trimmed(concerns["topic"]) if concerns else ""
        return topic or (_trimmed(before) if _SAYING.search(before) or says else "")
    for pattern in (_ABOUT, _WHETHER, _SAID_IN):
        if found := pattern.search(text):
            return _trimmed(next(topic for topic in found.groups() if topic))
    return ""


def asks_where(text: str) -> bool:
    """Whether a normalised question asks in which issue something stands, or when it was first or last reported."""
    return bool(_WHICH_ISSUES.search(text) or (_WHEN_SAID.search(text) and _WHEN.search(text)))


def _topic(text: str, pieces: Sequence[str]) -> str:
    """What stands in quotation marks, or else the longest of some pieces of the text."""
    quoted = _QUOTED.search(text)
    if quoted:
        return quoted[1]
    return max((_trimmed(part) for piece in pieces for part in re.split("[,;?]", piece)), key=len)


def _trimmed(text: str) -> str:
    """A piece of a question without the words of asking at both its ends."""
    text = _SERIES.sub("，", text)
    words, edges = dictionary_words(text), listed("edges")
    first, last = 0, len(words)
    while first < last and (words[first] in edges or words[first].isspace()):
        first += 1
    while first < last and (words[last - 1] in edges or words[last - 1].isspace()):
        last -= 1
    rest = "".join(words[first:last])
    # What is left of ``今年上半年一共出了几期`` names a time, and no topic.
    return rest if len(_TIMES.sub("", rest)) > 1 else ""


class PlainTexts:
    """The plain text of every article, made once.

    Making those of a thousand issues takes a second, a look through all of them some milliseconds.

    Parameters
    ----------
    issues
        All whose articles will be asked for.
    """

    def __init__(self, issues: Sequence[Issue]) -> None:
        self._issues = issues  # as long as they live, so do the ids
        self._texts = {id(article): plain_text(article) for issue in issues for article in issue.articles}

    def __call__(self, article: Article) -> str:
        """As `plain_text`; KeyError for an article of another index."""
        return self._texts[id(article)]


def plain_text(article: Article) -> str:
    """Title and text of an article, normalised and without quotation marks and brackets: what topics are found in."""
    return _plain(f"{article.title}\n{article.body}")


def mentioning(topic: str, issues: Sequence[Issue], plain: Callable[[Article], str] = plain_text) -> list[Mention]:
    """Articles that hold a topic to the letter, or else all its words, with the sentence to quote; newest issue first.

    Parameters
    ----------
    topic
        Normalised; quotation marks do not matter.
    issues
        Oldest first.
    plain
        Gives `plain_text` of an article.
    """
    wanted = _plain(topic)
    words = [w for w, tag in tagged_words(wanted) if len(w) > 1 and tag[0] in _CONTENT_TAGS] or [wanted]
    for needed in ([wanted], words):
        rarest = max(needed, key=len)
        found = [
            (issue, article, _sentence_with(article, needed))
            for issue in reversed(issues)
            for article in issue.articles
            if rarest in (text := plain(article)) and all(word in text for word in needed)
        ]
        if found:
            return found
    return []


def _plain(text: str) -> str:
    return _QUOTES.sub("", normalize(text))


def _sentence_with(article: Article, words: Sequence[str]) -> Span:
    """The first sentence that holds most of the words."""
    best, most = Span(0, len(article.body)), -1
    for span in split_sentences(article.body):
        plain = _plain(article.body[span.start : span.end])
        held = sum(word in plain for word in words)
        if held > most:
            best, most = span, held
        if held == len(words):
            break
    return best
