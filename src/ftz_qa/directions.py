"""Whether a figure rose or fell, for questions that ask for just that (``进口是不是减少了``, ``租金比年初高吗``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from ftz_qa.periods import Periods
from ftz_qa.same_words import holds
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

_UP = "(?<!负)增长|增加|上涨|上升|提高|提升|增多|多增|扩大|涨"
_DOWN = "负增长|下降|减少|降低|下跌|回落|下滑|少增|跌"
_TIME = r"去年|上年|前年|同期|年初|年末|上?个?月|季度|上期|上半年|往年|以前|过去|首年"
_ASKED = re.compile(
    rf"^(?P<subject>.{{2,}}?)[,，]?(?:是|有|还|又|也|在|会)*"
    rf"(?:(?P<base>同比|环比|(?:相?比|较|跟|与)[^,，]{{0,10}}?(?:{_TIME})[^,，]{{0,4}}?(?:相比|比)?))?[,，]?(?:是|有|还|在|有所|更)*"
    rf"(?:(?P<up>{_UP}|多|高|贵|大)|(?P<down>{_DOWN}|少|低|便宜|小))(?:的|过)?了?$"
)
_BARE = re.compile("[多少高低贵大小]|便宜")
_SAID = re.compile(rf"(?P<up>{_UP})|(?P<down>{_DOWN})")
_GOES_ON = re.compile(rf"(?:分别)?(?:同比|环比|[较比][^,，]{{2,8}}?)?(?:{_UP}|{_DOWN})")
_OF_A_CHANGE = re.compile("降幅|增幅|增速|涨幅|跌幅|收窄|由降转升|由升转降|头一[回次]|首次|第一|最")
_PIECE = re.compile("[,，;；。、]")
_LEAST, _ENOUGH = 2, 0.8
"""Characters of the subject that a piece has to hold, and the share of its words that sentence and context do."""


def moved(claim: str, words: Sequence[str], text: str, around: str) -> Literal["yes", "no", "open"] | None:
    """Whether a sentence says that what a claim is about went the way it claims.

    Parameters
    ----------
    claim
        Without the words that make it a question.
    words
        Its content words.
    text
        The sentence, normalised.
    around
        The sentence with what stands above it, which may name what it is about.

    Returns
    -------
    Literal["yes", "no", "open"] | None
        None for a claim of another form; ``open`` where the sentence does not say it of just that.
    """
    match = _ASKED.match(normalize(claim))
    if match is None or (_BARE.fullmatch(match["up"] or match["down"]) and not match["base"]):
        return None
    if _OF_A_CHANGE.search(claim):
        return "open"
    found = _found(match["subject"], match["base"] or "", text, words)
    about = [word for word in words if word in match["subject"]]
    if found is None or sum(holds(around, word) for word in about) < _ENOUGH * len(about):
        return "open"
    return "yes" if found == bool(match["up"]) else "no"


def _found(subject: str, base: str, text: str, words: Sequence[str]) -> bool | None:
    """Whether the text says that the subject rose; None where that is open."""
    pieces = [piece for piece in _PIECE.split(text) if piece]
    held = [_held(subject, piece) for piece in pieces]
    most = max(map(len, held), default=0)
    if most < _LEAST:
        return None
    ways: set[bool] = set()
    for i, (piece, name) in enumerate(zip(pieces, held, strict=True)):
        if len(name) < most:
            continue
        told = piece[piece.rfind(name) + len(name) :]
        if not _SAID.search(told) and i + 1 < len(pieces) and _GOES_ON.match(pieces[i + 1]):
            told = pieces[i + 1]
        if _SAID.search(told) and (
            _OF_A_CHANGE.search(told) or not _same_base(base, told) or _other_month(subject, told)
        ):
            return None
        before = "".join(pieces[: i + 1])
        if any(word in text and word not in before for word in words if word in subject):
            return None
        ways |= {bool(way["up"]) for way in _SAID.finditer(told)}
    return ways.pop() if len(ways) == 1 else None


def _held(subject: str, piece: str) -> str:
    """The longest end of the subject that a piece holds."""
    plain = re.sub(r"[的了]$", "", subject)
    return next((plain[i:] for i in range(len(plain) - 1) if plain[i:] in piece), "")


def _same_base(base: str, told: str) -> bool:
    """Whether what is said is compared with what is asked about; a bare change is one from a year before."""
    by_month = bool(re.search("环比|年初|上月|[较比]\\d+月|上季", told))
    if not base:
        return True
    if re.search("同比|去年|上年|同期", base):
        return not by_month
    named = re.search(r"\d+月|年初|上个?月|季度", base)
    return by_month and (not named or named[0] in told or "环比" in told)


def _other_month(subject: str, told: str) -> bool:
    return Periods(subject).conflicts(Periods(re.sub(r"[较比]\d+月", "", told)))[0]
