"""Whether a question leans on what was asked before it, or stands alone."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from ftz_qa.text import dictionary_words, tagged_words

if TYPE_CHECKING:
    from collections.abc import Callable

_NEW_TOPIC = re.compile(r"^(?:换个|再问个别的|另一个问题|另外问)")
_REST = re.compile(r"^(?:里面|里头|其中)|^后来|^[又还再]")
_BACK = re.compile(
    r"它们?|他们|(?<!其)他(?!人)|她们?|(?<![耳尤极])其(?=[^他它中实余次])|此(?=[^次外前后类])|上述|前者|后者"
    r"|该(?=家|个|项|些|位|次|条|座|片|部|公司|企业|项目|园|活动|会|规定|条例|办法|基金|协议|口岸|港|片区|中心|产业|法规|模式"
    r"|平台|市|省|县|区|校|院|行|局|关)"
)
_POINTER = re.compile(
    r"[这那](?=家|个|项|些|位|次|条|座|片|部|起|支|只|一|两|三|几|种|台|份|场|批|笔|艘|列|篇|届|所|间|栋|公司|企业|项目|园|活动"
    r"|会|规定|条例|办法|基金|协议|口岸|港|片区|中心|产业|法规|模式|平台|市|省|县|区)"
)
_BESIDE = re.compile(r"[这那](?:里|儿)|当地|同期|剩下|剩余|其余|另外(?=[的几两一])")
"""Words that point at something named before them, in the same question or else in an earlier one."""

_HEADLESS = re.compile(
    r"^[这那][一两二三四五六七八九十几]{0,2}(?:家|个|项|些|位|次|条|座|部|起|支|只|种|台|份|场|批|笔|艘|列|篇|届|所|间|栋)?"
    r"(?:[又还也都]|的?呢|[，,？?]|多|几|什么|哪|谁|是|有|在|$)"
)
_ELLIPSIS = re.compile(r"^(?:那|那么|还有|另外|至于)|(?:呢|的呢)[？?。]?$")
_CLAUSE = re.compile(r"[，,；;。]")
_SPECIFIC = frozenset({"nr", "nrt", "ns", "nt", "nz", "eng"})
_QUOTED = re.compile(r"[“《「][^”》」]{2,}[”》」]")
_FEW_WORDS = 2
_ENOUGH_WORDS = 2
"""Words of content before a pronoun: that many in an earlier clause are what it stands for."""

_GRAMMAR = frozenset(
    "的了是在和与及从到由被把对向为有要会能可将已就都也又还很最更各每某几多少哪谁什么怎何时里上下中内外前后个一二三四五六七八九十两"
)
"""Characters that are words of their own in any text, and so no part of a name that no dictionary has."""


def leans_on_history(question: str, content: str, known: Callable[[str], bool] | None = None) -> bool:
    """Whether a question points back (pronoun, ``那…呢``) or names too little of its own (``为什么？``).

    A pronoun does not point back where what it stands for is named in the same question (``长沙那支基金``,
    ``收粮的那家公司……银行借给它多少``).

    Parameters
    ----------
    question
        In simplified characters.
    content
        What it says besides question words and courtesies.
    known
        Whether the bulletins have some words; None where that cannot be told.
    """
    if _NEW_TOPIC.search(question):
        return False
    if _REST.search(question) or _points_back(question, known) or _is_elliptic(question, known):
        return True
    words = [(word, tag) for word, tag in tagged_words(content) if len(word) > 1]
    if _names_something(words, question, known):
        return False
    return sum(tag[0] in "nvaijl" for _, tag in words) <= _FEW_WORDS


def _names_something(words: list[tuple[str, str]], question: str, known: Callable[[str], bool] | None) -> bool:
    """Whether there is a name: by its tag, in quotes, or of characters that the bulletins have and no dictionary."""
    if _QUOTED.search(question) or any(tag in _SPECIFIC or word.isascii() for word, tag in words):
        return True
    return known is not None and any(known(name) for name in _beyond_dictionary(question))


def _beyond_dictionary(text: str) -> list[str]:
    """Pairs of neighbouring characters that belong to no word of the dictionary."""
    words = dictionary_words(text)
    return [
        one + other
        for one, other in pairwise(words)
        if len(one) == len(other) == 1 and (one + other).isalpha() and not _GRAMMAR & {one, other}
    ]


def _points_back(question: str, known: Callable[[str], bool] | None) -> bool:
    for match in _BACK.finditer(question):
        if _content_count(_earlier_clauses(question, match.start())) < _ENOUGH_WORDS:
            return True
    if any(not _has_noun(question[: match.start()]) for match in _BESIDE.finditer(question)):
        return True
    for match in _POINTER.finditer(question):
        if match[0] == "那" and known is not None and known(question[match.start() : match.end() + 1]):
            continue
        if _HEADLESS.match(question[match.start() :]) or not _has_noun(question[: match.start()]):
            return True
    return False


def _earlier_clauses(question: str, place: int) -> str:
    ends = [match.start() for match in _CLAUSE.finditer(question, 0, place)]
    return question[: ends[-1]] if ends else ""


def _content_count(text: str) -> int:
    return sum(len(word) > 1 and tag[0] in "nvajl" for word, tag in tagged_words(text))


def _has_noun(text: str) -> bool:
    return any(tag[0] == "n" or tag in {"eng", "j", "l"} for _, tag in tagged_words(text))


def _is_elliptic(question: str, known: Callable[[str], bool] | None) -> bool:
    """``那出境呢？``; not ``吞吐量有多少，增幅呢？``, nor a name that begins with such a word."""
    match = _ELLIPSIS.search(question)
    if match is None:
        return False
    if match.start() == 0:
        return match[0] != "那" or known is None or not known(question[:2])
    return not _CLAUSE.search(question[:-1])
