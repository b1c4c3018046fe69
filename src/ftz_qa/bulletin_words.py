"""The words of which questions about bulletins as such consist, so that what is left of a question is its matter."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from ftz_qa.text import tagged_words

NUMERAL = r"[\d零〇一二两三四五六七八九十百千]+"
SECTION_WORD = r"(?:板块|栏目|部分|版块|版面|章节|专栏|大块|栏)"

_COUNTED = rf"第?{NUMERAL}(?:-{NUMERAL})?[期篇条则]"
_PURPOSE = re.compile(
    r"(?:给|供|向|跟|拿给)(?:领导|同事|大家|处里|科里)[^,]{0,8}?(?:用|看|汇报)[,，]?"
    r"|(?:汇报|开会|交差)用[,，]?|数据(?=更新|截|最新)"
)
_ENGLISH = (
    r"\b(?:issues?|articles?|bulletins?|what|when|who|how|many|are|is|in|the|of|was|were|this|latest|newest"
    r"|published?|contents?|summar\w*|there|no|about|does|do|say|list|titles?)\b|\bno(?=\d)"
)
_SAYING = frozenset("nvaji")
"""Tags of words that say something; a time or a place beside others (``今年``, ``手里``) is left to others."""


def matter_of(text: str) -> str:
    """The words of a normalised question that do not speak of bulletins as such; empty where there is nothing else.

    Names that the dictionary does not know come as single characters, one after the other; one that stands alone says
    nothing.
    """
    phrases, vocabulary = _patterns()
    text = phrases.sub("，", _PURPOSE.sub("", text))
    kept = []
    for word, tag in tagged_words(text):
        left = vocabulary.sub("", word)
        says = len(left) > 1 or (len(word) > 1 and tag[0] in _SAYING)
        kept.append((f" {word} " if says else word) if left else " ")
    return "".join(run for run in "".join(kept).split() if len(run) > 1)


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a part of ``data/bulletin_words.txt``."""
    text = (resources.files("ftz_qa") / "data" / "bulletin_words.txt").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(lines.partition(f"[{name}]\n")[2].partition("[")[0].split())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Phrases that tokenizers would cut up or join to their neighbours, and the whole vocabulary."""
    words = sorted(listed("things") | listed("asking") | listed("small"), key=lambda word: (-len(word), word))
    phrases = "|".join(word for word in words if len(word) > 2)
    return (
        re.compile(rf"{_COUNTED}|{phrases}"),
        re.compile(rf"{_COUNTED}|{'|'.join(words)}|{_ENGLISH}|{NUMERAL}|[\W_]"),
    )
