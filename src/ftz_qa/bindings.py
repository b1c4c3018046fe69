"""What belongs to what: figures that changed places, and sentences turned into their opposite.

``出境110列、入境302列`` holds every word and figure of ``出境302列；入境110列`` and says something else. Both functions
take normalised text and look for contradictions only; what they do not find may still be there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ftz_qa.claims import DENIED
from ftz_qa.figures import Figure, figures
from ftz_qa.text import tagged_words

if TYPE_CHECKING:
    from collections.abc import Iterator

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
_NAME_TAGS = ("nr", "nrt", "ns", "nt", "nz")
_BREAK = re.compile(r"[。！？!?\n]")
_YEAR = re.compile(r"\d{4}年")
_COMMA = re.compile(r"[,，;；:：、]")
_NOT_ONLY = "(?!仅|但|断|同|少|久|足|过|论|管)"
_DENIAL = re.compile(rf"(?:{DENIED}){_NOT_ONLY}[\u4e00-\u9fff]{{0,3}}$")
_DENIED_TAGS = frozenset("vn")


@dataclass(frozen=True, slots=True)
class _Slot:
    """A figure with the words around it.

    Attributes
    ----------
    words
        Between it and the figure before it; `names` are the names and years among them.
    before
        Before that in the same sentence.
    after
        Up to the next figure or comma.
    """

    figure: Figure
    words: frozenset[str]
    names: frozenset[str]
    before: frozenset[str]
    after: frozenset[str]


def exchanged(sentence: str, source: str) -> str:
    """The words that stand by another figure than in the source; empty where none do."""
    told = list(_slots(source))
    for slot in _slots(sentence):
        same = [one for one in told if one.figure.same(slot.figure)]
        others = [one for one in told if not one.figure.same(slot.figure)]
        if same and (word := _rival(slot, same, others) or _stranger(slot, same, others)):
            return word
    return ""


def _rival(slot: _Slot, same: list[_Slot], others: list[_Slot]) -> str:
    """A word in the place of another that excludes it (``出境`` for ``入境``, one name for another)."""
    for word in sorted(slot.words):
        if any(word in one.words for one in same):
            continue
        sure = word in _OPPOSED or _YEAR.fullmatch(word) or any(word in one.words for one in others)
        if sure and any(_rivals(word, rival, one, slot) for one in same for rival in one.words - slot.words):
            return word
        if any(_parallel(word, one, other, slot) for one in same for other in others):
            return word
    return ""


def _parallel(word: str, told: _Slot, other: _Slot, said: _Slot) -> bool:
    """Whether two figures of the source are told in like words, and the word is what sets the other one apart."""
    alike = told.figure.unit == other.figure.unit and told.words & other.words & said.words
    return bool(alike and word in other.words and told.words - said.words - other.words)


def _stranger(slot: _Slot, same: list[_Slot], others: list[_Slot]) -> str:
    """The words of a figure that all stand by another figure of the same unit, and none by this one."""
    said = slot.words | slot.after
    if any(said & (one.words | one.before | one.after) for one in same):
        return ""
    near: list[frozenset[str]] = [said & one.words for one in others if one.figure.unit == slot.figure.unit]
    most = sorted(near, key=lambda words: -len(words))
    return min(most[0], default="") if most else ""


def _rivals(word: str, rival: str, told: _Slot, said: _Slot) -> bool:
    """Whether two words exclude each other: opposites, two names, or alike in all but one place."""
    if any({word, rival} == pair for pair in _OPPOSITES):
        return True
    if word in said.names and rival in told.names:
        # What a sentence begins with holds for all of it: a year, a place.
        return word not in told.before
    alike = sum(a == b for a, b in zip(word, rival, strict=False))
    return len(word) == len(rival) and alike == len(word) - 1


def _slots(text: str) -> Iterator[_Slot]:
    for sentence in _BREAK.split(text):
        found = figures(sentence)
        # Years tell figures apart like words do.
        counted = [figure for figure in found if figure.unit != "年"]
        ends = [0, *(figure.end for figure in counted)]
        starts = [*(figure.start for figure in counted), len(sentence)]
        before: frozenset[str] = frozenset()
        for n, figure in enumerate(counted):
            years = {sentence[f.start : f.end] for f in found if f.unit == "年" and ends[n] <= f.start < figure.start}
            tagged = tagged_words(sentence[ends[n] : figure.start])
            words = frozenset(word for word, _ in tagged if _tells(word)) | years
            names = frozenset(word for word, tag in tagged if tag in _NAME_TAGS) | years
            behind = _COMMA.split(sentence[figure.end : starts[n + 1]])[0]
            after = frozenset(word for word, _ in tagged_words(behind) if _tells(word))
            yield _Slot(figure, words, names, before, after)
            before |= words


def _tells(word: str) -> bool:
    return len(word) > 1 and not word.isdigit()


def turned_round(sentence: str, source: str) -> str:
    """A word or figure that is denied in one of both texts and never in the other; empty where there is none."""
    told_figures = figures(source)
    for figure in figures(sentence):
        denied = {bool(_DENIAL.search(source, 0, one.start)) for one in told_figures if one.same(figure)}
        if denied and bool(_DENIAL.search(sentence, 0, figure.start)) not in denied:
            return sentence[figure.start : figure.end]
    for word, tag in tagged_words(sentence):
        if len(word) > 1 and tag[0] in _DENIED_TAGS and word in source:
            said, told = _denied(word, sentence), _denied(word, source)
            if not said & told:
                return word
    return ""


def _denied(word: str, text: str) -> set[bool]:
    """Whether a word is denied, at each place where it stands."""
    return {bool(_DENIAL.search(text, 0, match.start())) for match in re.finditer(re.escape(word), text)}
