"""Which issues speak of something: ``哪几期提到…``, ``有没有关于…的文章``."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from ftz_qa.text import normalize, split_sentences, tagged_words
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.types import Article, Issue

ARTICLE_WORD = r"(?:文章|报道|消息|信息|稿件|稿子|新闻|内容|条目|介绍)"
_BULLETIN_WORD = r"(?:《?自贸动态》?|通报|简报|刊物|期刊)"
_WHICH_ISSUES = re.compile(
    rf"(?:哪(?:些|几|一)?(?:个|份)?|(?<![\d一二三四五六七八九十])几(?:个)?|多少|第几)(?:期|份{_BULLETIN_WORD})"
    rf"(?!工程|项目)(?:的?(?:{_BULLETIN_WORD}|{ARTICLE_WORD}))?(?:里面?|中|上)?"
    r"|\bwhich issues?\b",
    re.I,
)
_STOPS = r"[\s，,。.？?！!：:；;、]"
_VERB = r"(?:提到|提及|涉及|报道|刊登|刊发|刊载|登载|介绍|写到?|讲到?|说到?|谈到?|关注|出现|收录|登)(?:过|了|到)*"
_ABOUT = re.compile(
    rf"(?:关于|有关|跟|和|与|涉及|提到|提及|介绍|报道|讲到?|说到?)(?P<topic>.{{2,}}?)(?:相关|有关)?的(?:{ARTICLE_WORD})"
    rf"|(?:关于|有关|[几少][篇条则](?:{ARTICLE_WORD})?是?(?:{_VERB}|讲))(?P<rest>.{{2,}}?)的?{_STOPS}*$"
)
_WHETHER = re.compile(rf"(?:有没有|是否有?|有无)(?:{_VERB}|关于|有关)?(?P<topic>.{{2,}}?)$")
_WHICH_ARTICLE = re.compile(r"(?:第几|哪一?)(?:篇|条|则)")
_SAYING = re.compile(rf"{_VERB}|[讲说写谈]")
_EDGES = re.compile(
    rf"^(?:请问|想找|找|讲|在|都|有|曾经?|分别|最早|最近|是|被|还|的|过|了|到|关于|有关|对|{_VERB}|里面?|{_STOPS})+"
    rf"|(?:都|有|曾经?|分别|最早|最近|是|被|还|的|过|了|到|吗|呢|在|{_VERB}|{ARTICLE_WORD}|情况|相关|有关|{_STOPS})+$"
)
_TRIMMED = 4
_QUOTES = re.compile("[“”\"'‘’《》「」()（）]")
_HAN_RUN = re.compile("[\u4e00-\u9fff]+")
# Unicode blocks of characters that stand for others: radicals, enclosed and squared ones, compatibility ideographs.
_COMPATIBILITY = (range(0x2E80, 0x3400), range(0xF900, 0xFB00), range(0x1F200, 0x1F300), range(0x2F800, 0x2FA20))
_CONTENT_TAGS = frozenset("nvajlie")


def asked_topic(text: str) -> str:
    """What a normalised question wants to find mentions of; empty where it does not ask for issues or articles."""
    if which := _WHICH_ISSUES.search(text):
        return max((_trimmed(piece) for piece in (text[: which.start()], text[which.end() :])), key=len)
    if article := _WHICH_ARTICLE.search(text):
        return _trimmed(text[: article.start()]) if _SAYING.search(text[: article.start()]) else ""
    if about := _ABOUT.search(text):
        return _trimmed(about["topic"] or about["rest"])
    whether = _WHETHER.search(text)
    return _trimmed(whether["topic"]) if whether else ""


def _trimmed(text: str) -> str:
    for _ in range(_TRIMMED):
        text = _EDGES.sub("", text)
    return text if len(text) > 1 else ""


def mentioning(topic: str, issues: Sequence[Issue]) -> list[tuple[Issue, Article, Span]]:
    """Articles that hold a topic to the letter, or else all its words, with the sentence to quote; newest issue first.

    Parameters
    ----------
    topic
        Normalised; quotation marks do not matter.
    issues
        Oldest first.
    """
    wanted = _plain(topic)
    words = [w for w, tag in tagged_words(wanted) if len(w) > 1 and tag[0] in _CONTENT_TAGS] or [wanted]
    for needed in ([wanted], words):
        likely = [_loosely(word) for word in needed]
        found = [
            (issue, article, _sentence_with(article, needed))
            for issue in reversed(issues)
            for article in issue.articles
            if _holds(f"{article.title}\n{article.body}", needed, likely)
        ]
        if found:
            return found
    return []


def _holds(text: str, words: Sequence[str], likely: Sequence[re.Pattern[str]]) -> bool:
    """Whether a printed text holds all the words; it is normalised, which takes long, only where that is likely."""
    if not all(pattern.search(text) for pattern in likely):
        return False
    plain = _plain(text)
    return all(word in plain for word in words)


def _loosely(word: str) -> re.Pattern[str]:
    """Matches every printed text in whose plain form a word stands, and hardly any other.

    Only the word's longest run of Han is looked for. Between its characters may stand what the plain form leaves out.
    """
    run = max(_HAN_RUN.findall(word), key=len, default="")
    printed = _printed_forms()
    if any(len(han) > 1 and any(pair in run for pair in _pairs(han)) for han in printed.values()):
        return re.compile("")
    forms = ["".join(form for form, han in printed.items() if char in han) for char in run]
    return re.compile(r"[\W_]*".join(f"[{char}{of}]" if of else char for char, of in zip(run, forms, strict=True)))


def _pairs(han: str) -> list[str]:
    return [han[i : i + 2] for i in range(len(han) - 1)]


@cache
def _printed_forms() -> dict[str, str]:
    """Single characters that are normalised to something with Han in it (``⼀``, ``㈠``, ``㍻``), and that Han."""
    folded = ((chr(code), normalize(chr(code))) for block in _COMPATIBILITY for code in block)
    return {char: "".join(_HAN_RUN.findall(form)) for char, form in folded if form != char and _HAN_RUN.search(form)}


def _plain(text: str) -> str:
    return _QUOTES.sub("", normalize(text))


def _sentence_with(article: Article, words: Sequence[str]) -> Span:
    """The first sentence that holds most of the words."""
    spans = split_sentences(article.body)
    if not spans:
        return Span(0, len(article.body))
    return max(spans, key=lambda span: sum(word in _plain(article.body[span.start : span.end]) for word in words))
