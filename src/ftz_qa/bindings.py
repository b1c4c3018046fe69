"""What belongs to what: figures that changed places, and sentences turned into their opposite.

``出境110列、入境302列`` holds every word and figure of ``出境302列；入境110列`` and says something else. Both functions
take normalised text and look for contradictions only; what they do not find may still be there.
"""

from __future__ import annotations

import re

from ftz_qa.claims import DENIED
from ftz_qa.figures import figures
from ftz_qa.slots import Slot, slots
from ftz_qa.text import tagged_words

MARGIN = 0.3
"""By how much more of its words another figure has to have, for a figure to count as exchanged with it."""

INHERITED = 0.7
"""How much words count that stand before another figure of the same sentence."""

_OPPOSITES = tuple(
    frozenset(pair.split())
    for pair in (
        "增长 下降",
        "增加 减少",
        "增长 减少",
        "上升 下降",
        "提高 降低",
        "提升 下降",
        "提升 降低",
        "扩大 缩小",
        "延长 缩短",
        "高于 低于",
        "多于 少于",
        "超过 不足",
        "进口 出口",
        "入境 出境",
        "开工 竣工",
        "流入 流出",
        "放宽 收紧",
        "取消 新增",
        "签署 终止",
        "首次 再次",
        "盈利 亏损",
        "顺差 逆差",
    )
)
_OPPOSED = frozenset().union(*_OPPOSITES)
_YEAR = re.compile(r"\d{4}年|[一二三四五六七八九\d]期")
_FORMERLY = re.compile("由|从|自|原|此前|过去|以前|曾|最初|当初|起初|先前|只有|仅")
_NOT_ONLY = "(?!仅|但|断|同|少|久|足|过|论|管)"
_DENIAL = re.compile(rf"(?:{DENIED}){_NOT_ONLY}[\u4e00-\u9fff]{{0,6}}$")
_DENIED_TAGS = frozenset("vnl")


def exchanged(sentence: str, source: str) -> str:
    """The words that stand by another figure than in the source; empty where none do."""
    told = list(slots(source))
    for slot in slots(sentence):
        same = [one for one in told if one.figure.same(slot.figure)]
        others = [one for one in told if not one.figure.same(slot.figure)]
        if same and (
            word := _other_way(slot, same, sentence) or _rival(slot, same, others) or _stranger(slot, same, others)
        ):
            return word
    return ""


def _other_way(slot: Slot, same: list[Slot], sentence: str) -> str:
    """The year or the turn of a figure, where it is another one at every place where the source has the figure."""
    if slot.years and all(one.years and not {*slot.years} & {*one.years} for one in same):
        return slot.years[-1]
    if slot.months and all(one.months and not one.months & slot.months for one in same):
        first, last = min(slot.months)
        return f"{first}—{last}月" if first != last else f"{first}月"
    if slot.turn == "from" and all(one.turn == "to" for one in same):
        return "由"
    if not _FORMERLY.search(sentence) and all(one.turn == "from" for one in same):
        # What was so before a change is not what is so.
        return "原"
    return ""


def _rival(slot: Slot, same: list[Slot], others: list[Slot]) -> str:
    """A word in the place of another that excludes it (``出境`` for ``入境``, one name for another)."""
    for word in sorted(slot.words):
        # Within a longer word, too: ``雁口`` in ``经雁口``, as the segmentation may have it.
        if any(word in longer for one in same for longer in one.words | one.after):
            continue
        sure = word in _OPPOSED or _YEAR.fullmatch(word) or any(word in one.words for one in others)
        if sure and any(_rivals(word, rival, one, slot) for one in same for rival in one.words - slot.words):
            return word
        if not slot.turn and any(_parallel(word, one, other, slot) for one in same for other in others):
            return word
    return ""


def _parallel(word: str, told: Slot, other: Slot, said: Slot) -> bool:
    """Whether two figures of the source are told in like words, and the word is what sets the other one apart."""
    alike = told.figure.unit == other.figure.unit and told.words & other.words & said.words
    return bool(alike and word in other.words and told.words - said.words - other.words)


def _stranger(slot: Slot, same: list[Slot], others: list[Slot]) -> str:
    """The words of a figure that rather stand by another figure of the same unit than by this one."""
    said = slot.words | slot.after
    if not said:
        return ""
    own = max(_held(said, one.words | one.after) + INHERITED * _held(said, one.before - one.words) for one in same)
    near = [one for one in others if one.figure.unit == slot.figure.unit]
    for one in near:
        if _held(said, one.words | one.after) >= own + MARGIN:
            return min(said & (one.words | one.after))
    return ""


def _held(said: frozenset[str], told: frozenset[str]) -> float:
    return len(said & told) / len(said)


def _rivals(word: str, rival: str, told: Slot, said: Slot) -> bool:
    """Whether two words exclude each other: opposites, two names, or alike in all but one place."""
    if any({word, rival} == pair for pair in _OPPOSITES):
        return True
    if bool(_YEAR.fullmatch(word)) != bool(_YEAR.fullmatch(rival)):
        return False
    if word in said.names and rival in told.names:
        # What a sentence begins with holds for all of it: a year, a place.
        return word not in told.before
    alike = sum(a == b for a, b in zip(word, rival, strict=False))
    # ``入境`` and ``出境`` differ in what they begin with; ``增至`` and ``增加`` are the same.
    return len(word) == len(rival) and alike == len(word) - 1 and word[-1] == rival[-1]


def turned_round(sentence: str, source: str, whole: str) -> str:
    """A word or figure that is denied in one of both texts and never in the other; empty where there is none.

    Parameters
    ----------
    whole
        The text around the source, for words that the source does not have.
    """
    told_figures = figures(source)
    for figure in figures(sentence):
        denied = {bool(_DENIAL.search(source, 0, one.start)) for one in told_figures if one.same(figure)}
        if denied and bool(_DENIAL.search(sentence, 0, figure.start)) not in denied:
            return sentence[figure.start : figure.end]
    for word, tag in tagged_words(sentence):
        if len(word) > 1 and tag[0] in _DENIED_TAGS:
            said, told = _denied(word, sentence), _denied(word, source if word in source else whole)
            if told and not said & told:
                return word
    return ""


def _denied(word: str, text: str) -> set[bool]:
    """Whether a word is denied, at each place where it stands."""
    return {bool(_DENIAL.search(text, 0, match.start())) for match in re.finditer(re.escape(word), text)}
