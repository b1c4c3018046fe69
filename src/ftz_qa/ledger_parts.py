"""How a figure's measure is named: by itself, with what stands earlier, as a part or property of another."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ftz_qa.ledger_measures import PART_MOST
from ftz_qa.text import tagged_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.ledger import Figure
    from ftz_qa.ledger_measures import Lead

_SHORT = 2
_SINCE = re.compile(r"(?P<verb>开行|运营|办理|签发|出口|进口|发放)(?P<object>[\u4e00-\u9fff]{2,6}?)(?:以来|,|累计)")


@dataclass(frozen=True, slots=True)
class Told:
    """What was told before a figure.

    Attributes
    ----------
    text
        The sentence up to the figure.
    unit
        Of the figure.
    found, article
        The figures of the sentence and of the article.
    listed
        The figure before it in the same list, if it stands in one.
    """

    text: str
    unit: str
    found: Sequence[Figure]
    article: Sequence[Figure]
    listed: Sequence[Figure]


def completed(lead: Lead, told: Told) -> Lead:
    """What is only named by a verb, or only in a list, with the rest of its name, which stands earlier.

    ``自2019年9月开行中欧班列以来…累计开行3703列``; ``签发证书2985份…8月签发438份``; ``发放安居卡318张、优学卡96张``.
    """
    since = next((m for m in _SINCE.finditer(told.text) if lead.part == f"累计{m['verb']}"), None)
    if since:
        return replace(lead, measure=f"{lead.part}{since['object']}")
    if lead.measure:
        verb = next((word for f in told.listed for word, tag in tagged_words(f.measure)[:1] if tag == "v"), "")
        return replace(lead, measure=f"{verb}{lead.measure}")
    if not lead.part or lead.again:
        return lead
    alike = (f.measure for f in reversed(told.article) if f.unit == told.unit and "（" not in f.measure)
    known = next((name for name in alike if name.startswith(lead.part)), "")
    return replace(lead, measure=_deed_of(lead.part, told) or known)


def _deed_of(verb: str, told: Told) -> str:
    """``受理诉求11件,认定7件``: what was done to the same things."""
    if not told.found or told.found[-1].unit != told.unit or [tag[0] for _, tag in tagged_words(verb)] != ["v"]:
        return ""
    words = tagged_words(told.found[-1].measure.partition("（")[0])
    first = next((n for n, (_, tag) in enumerate(words) if tag == "v"), len(words))
    things = "".join(word for word, _ in words[first + 1 :])
    return f"{verb}{things}" if things else ""


def composed(lead: Lead, head: Figure | None, unit: str, *, dependent: bool) -> str:
    """The measure by itself, or as a part or a property of the head; empty where that cannot be told."""
    if lead.adjacent:
        return head.measure if head is not None and head.unit != unit else ""
    if lead.generic and head is not None and (unit == "%" or head.unit != unit):
        return property_of(head, lead.measure)
    if head is not None and head.unit == unit and lead.again:
        return head.measure.partition("（")[0]
    if dependent and head is not None and head.unit == unit and lead.part:
        whole = head.measure.partition("（")[0]
        known = lead.part in [word for word, _ in tagged_words(whole)] or (
            len(lead.part) > _SHORT and lead.part in whole
        )
        return whole if known else f"{whole}（{lead.part}）"
    if lead.generic:
        return ""
    # A part has a short name; what is longer names itself, and so does what has another unit than the whole.
    named = len(lead.measure) > PART_MOST or not lead.part or (head is not None and head.unit != unit)
    return lead.measure if not dependent or unit == "%" or named else ""


def part_of(measure: str) -> str:
    """The part that a measure is of, in its brackets."""
    return measure[measure.index("（") :] if "（" in measure else ""


def property_of(head: Figure, name: str) -> str:
    """``出口二手车（货值）``; of a part, ``特色产品出口（茶叶出口货值）``."""
    return f"{head.measure[:-1]}{name}）" if head.measure.endswith("）") else f"{head.measure}（{name}）"
