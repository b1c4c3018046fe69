"""Questions in English about the bulletins as such, as the Chinese ones that ask the same."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.english_times import MONTH, MONTHS, YEAR

if TYPE_CHECKING:
    from collections.abc import Callable

_NAMES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.I), chinese)
    for pattern, chinese in (
        (r"\b(?:the\s+)?(?:bulletin\s+)?(?:issue|bulletin)\s*(?:no\.?\s*|number\s*|#\s*)?(\d{1,6})\b", ""),
        (r"\b(?:the\s+)?(?:latest|newest|most recent|last|current)\s+(?:issue|bulletin)\b", "最新一期"),
        (r"\b(?:the\s+)?previous\s+(?:issue|bulletin)\b", "上一期"),
        (r"\b(?:the\s+)?(?:earliest|oldest|first)\s+(?:issue|bulletin)\b", "最早一期"),
    )
)
_SPOKEN_OF = re.compile(
    r"\b(?:issues?|bulletins?|articles?|newsletter|publication|journal|collection|index|database)\b"
)
_OF_ONE: tuple[tuple[str, str], ...] = (
    (r"how many articles|number of articles", "有几篇文章？"),
    (r"\b(?:sections?|columns?|parts?)\b", "有哪些栏目？"),
    (r"\bwhen\b|\b(?:date|day)\b", "是什么时候出版的？"),
    (r"\bwho\b|\b(?:office|department|unit|organi[sz]ation)\b", "是谁主办的？"),
    (r"\b(?:titles?|headlines?|contents|list|articles)\b", "有哪些文章？"),
    (r"^(?:is|do|does|have|has)\b", "有吗？"),
    (r"^(?:what|which)(?: \w+)? (?:is|was)\W*@@\W*$", "是第几期？"),
    ("", "讲了什么？"),
)
_OF_ALL: tuple[tuple[str, str], ...] = (
    (r"how many (?:issues|bulletins)", "一共收录了多少期？"),
    (r"how many articles", "一共有多少篇文章？"),
    (r"(?:which|what) (?:issue|bulletin) is.*\b(?:latest|newest|recent)\b", "最新一期是第几期？"),
    (r"(?:which|what) (?:issue|bulletin) is.*\b(?:earliest|oldest|first)\b", "最早一期是第几期？"),
    (r"how often", "自贸动态多久出一期？"),
    (r"(?:time|period|dates?|range|span)\b", "收录的时间范围是什么？"),
    (r"\b(?:sections?|columns?|parts?)\b", "自贸动态分哪几个栏目？"),
    (r"\bwho\b|\b(?:office|department|unit|organi[sz]ation)\b", "自贸动态是谁主办的？"),
    (r"(?:which|what) (?:issues|bulletins)\b", "收录了哪些期？"),
)
_SAYS = (
    r"(?:mention|talk|report|cover|discuss|write|contain|include|refer|speak|deal|feature|is|are|was|were|has|have|do)"
    r"\w*(?:\s+(?:to|about|on|of|with|articles?|reports?|mentioned|reported|covered|discussed))*"
)
_MENTIONS = re.compile(
    r"(?:in )?(?:which|what) (?:issues?|bulletins?)(?: of the bulletin)?\s+(?:"
    r"(?:is|are|was|were) (?P<passive>.+?) (?:mentioned|reported|covered|discussed)"
    rf"|(?:\w+ )?{_SAYS}\s+(?P<topic>.+?))\W*",
    re.I,
)
_PUBLISHED = re.compile(
    rf"what (?:was|were|is|did)[^?]*(?:published|reported|issued|in the bulletins?)[^?]*?\b({MONTH})\s*{YEAR}\W*", re.I
)
_SPOKEN = (
    "one a about all altogether an and any appear appeared appears are articles article available be been bulletin "
    "bulletins brief can collection column columns come comes contain contained contains content contents "
    "could cover covered covers current database date dated day department did digest discuss discussed "
    "discusses do does earliest edit edited edits far first for from get give had has have headlines "
    "highlights how important in include included includes index indexed is issue issued issues it its journal "
    "key kind last latest list main many me mention mentioned mentions more most new newest news newsletter "
    "now number of office often oldest on organisation organization out outline overview part parts period "
    "please point points produce produced produces publication publish published publisher publishes range "
    "recent release released releases report reported reports say says said section sections show so span "
    "stories story subject subjects summarise summarize summary table talk talks tell that the theme themes "
    "there these this time title titles topic topics total unit us was we were what when which who with "
    "written you your "
)
_WORDS = frozenset(_SPOKEN.split())


def about_bulletins(question: str, in_words: Callable[[str], str]) -> str:
    """A question about the bulletins as such in Chinese; empty for any other.

    Parameters
    ----------
    in_words
        Puts the words of a topic into Chinese; empty where it cannot.
    """
    text = " ".join(question.split())
    if published := _PUBLISHED.fullmatch(text):
        month = MONTHS[published[1].rstrip(".").lower()]
        return f"{published[2]}年{month}月那期讲了什么？"
    for pattern, chinese in _NAMES:
        if named := pattern.search(text):
            rest = text[: named.start()] + "@@" + text[named.end() :]
            name = chinese or f"第{named[1]}期"
            return "" if _matter(rest) else name + _first(_OF_ONE, rest.strip())
    if not _matter(text) and _SPOKEN_OF.search(text.lower()):
        return _first(_OF_ALL, text)
    if mentions := _MENTIONS.fullmatch(text):
        topic = mentions["topic"] or mentions["passive"]
        return f"哪几期提到了{in_words(topic).rstrip('？') or topic}？"
    return ""


def _first(asked: tuple[tuple[str, str], ...], text: str) -> str:
    return next((chinese for pattern, chinese in asked if re.search(pattern, text, re.I)), "")


def _matter(text: str) -> list[str]:
    """The words of a question that do not speak of bulletins."""
    return [word for word in re.findall(r"[^\W_]+", text.lower()) if word not in _WORDS]
