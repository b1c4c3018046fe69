"""Claims of a few forms that are told true or false by words of their own: goals, duties, charges, things that are not.

Every rule takes a claim, a normalised sentence, and the share of the claim's words that sentence and context hold. It
gives None for a claim of another form, and ``open`` where the sentence leaves it open.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ftz_qa.claims import Claim

View = Literal["yes", "no", "open"]

_GOAL = re.compile("目标|指标|任务")
_MET = re.compile(
    r"(?:超额|提前|如期|按期|按时|圆满|顺利)[^，,]{0,6}(?:完成|实现|达成|达到)"
    r"|(?:完成|实现|达成|达到|超过|突破|超出)[^，,]{0,20}(?:目标|任务|指标)|(?:目标|任务|指标)[^，,]{0,4}(?:完成|实现|达成)"
)
_MISSED = re.compile(r"未|没有|低于|不及|差|的\d{1,2}(?:\.\d+)?%")
_HOPED = re.compile("力争|争取|预计|有望|将|确保|计划(?=完成)|努力|可望|拟")
_FREE = re.compile(r"免费|不收费|不收取|免收|免缴|零费用|不收[^，,]{0,3}费|(?:不|无需|无须)(?:收|缴|交)|不收")
_FREE_IN_PART = re.compile(r"首[年次批]|期内|期间|以[下内]|前[\d一二三]|除外|暂")
# A duty that is gone, with what may stand before its thing; and words there that make it a part of the thing.
_DUTY_GONE = r"(?:无需|无须|不再|免于|免除|免予|不必|不用|不需|不须|不要求)(?P<between>[^，,]{0,12}?)"
_PART = re.compile("纸质|重复|逐|单独|复印|另")
_NONE_OF = r"(?:未|没有|尚无|暂无|不设|未设|不存在|(?<![有毫])无)(?:发生|出现|造成|发现|设)?过?(?:一[起笔例条人])?"
_CLAUSE = re.compile("[，,；;。！？!?]")
# Shares of the claim's words: to deny a claim, to confirm one.
_RATHER, _ENOUGH = 0.6, 0.8


def by_goal(claim: Claim, text: str, share: float) -> View | None:
    """``目标完成了没有``: by what is said of the goal, and not by its figure."""
    if not claim.done or not _GOAL.search(claim.text):
        return None
    pieces = [piece for piece in _CLAUSE.split(text) if _MET.search(piece) or _GOAL.search(piece)]
    missed = any(_MISSED.search(piece) for piece in pieces)
    met = any(_MET.search(piece) and not (_HOPED.search(piece) or _MISSED.search(piece)) for piece in pieces)
    if missed == met or share < _RATHER:
        return "open"
    if missed:
        return "no"
    return "yes" if claim.figures_in(text) and share >= _ENOUGH else "open"


def by_need(claim: Claim, text: str, share: float) -> View | None:
    """``要不要交通关单``, where ``不再提交通关单`` is said; the other way round for ``不用交``."""
    thing = claim.words[-1] if claim.words else ""
    if not claim.need or not thing or share < _RATHER:
        return None
    match = re.search(_DUTY_GONE + re.escape(thing), text)
    part = _PART.search(match["between"]) if match else None
    if match is None or (part and part[0] not in claim.text):
        return None
    return "yes" if claim.denies else "no"


def by_cost(claim: Claim, text: str, share: float) -> View | None:
    """``要不要钱``, ``是不是免费``, where no charge is said, and for all."""
    asked_free = "免费" in claim.text
    pieces = [piece for piece in _CLAUSE.split(text) if _FREE.search(piece)]
    if not (asked_free or "缴费" in claim.text) or len(pieces) != 1 or claim.denies:
        return None
    partly = _FREE_IN_PART.search(pieces[0])
    if share < _RATHER or (partly and partly[0] not in claim.text):
        return "open"
    return "yes" if asked_free else "no"


def by_absence(claim: Claim, text: str, share: float) -> View | None:
    """``有没有期限``, ``出过坏账没有``, where ``不设期限`` or ``未出现坏账`` is said."""
    thing = claim.words[-1] if claim.words else ""
    if not thing or not claim.exists or claim.denies or share < _RATHER:
        return None
    return "no" if re.search(rf"{_NONE_OF}[\u4e00-\u9fff]{{0,2}}{re.escape(thing)}", text) else None
