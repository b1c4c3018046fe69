"""Values that are listed after their names: ``葡萄酒、棉花进出库货值分别为3.1亿元和9.8亿元``."""

from __future__ import annotations

import re
from typing import NamedTuple

from ftz_qa.text import tagged_words

_RESPECTIVELY = re.compile(r"(?P<names>[^,;:。\d]+?)(?:均|也)?分别(?:为|是|有|达到?|(?P<deed>[\u4e00-\u9fff]{2,6}))?$")
_BETWEEN = r"(?:、|和|及|与|以及)"
# What is measured of each, behind the last name.
_OF_EACH = re.compile(
    r"的?(?P<measure>(?:进出口|进出库|出口|进口|交易|成交|销售|实现|吞吐)?(?:货值|总额|总值|产值|额|值|量|收入|占比|比重)|进出口|出口|进口)$"
)
# How many they are, behind the last name (``烟台三个片区上半年进出口额``).
_COUNT = re.compile(
    "[两三四五六七八九十]+(?:个|家|大|条|类|项|种)?(?:片区|园区|综保区|口岸|主?干?线路?|企业|[省市县地])"
)
_LONGEST = 10
_BAD = re.compile(r"[的了将对比较每]|年产|[^\u4e00-\u9fffa-z0-9]")


class Name(NamedTuple):
    """One of the names: what is measured, where, and the same words as a part of something larger."""

    measure: str
    place: str
    part: str


def shared_out(lead: str, behind: str, figure: str) -> list[Name]:
    """The names that this figure, and each that follows in its list, is the value of; empty where none begins.

    Parameters
    ----------
    lead, behind
        The text between the last stop and the figure, and after it.
    figure
        A pattern of figures.
    """
    match = _RESPECTIVELY.search(lead)
    if match is None:
        return []
    names = re.split(_BETWEEN, _COUNT.sub("", match["names"].strip("|")).replace("|", ""))
    pattern = re.sub(r"\?P<\w+>", "?:", figure)
    rest = re.match(rf"(?:{_BETWEEN}{pattern})*", behind)
    if len(names) < 2 or rest is None or len(re.findall(pattern, rest[0])) != len(names) - 1:
        return []
    deed = match["deed"] if match["deed"] not in ("完成", "实现") else ""
    if _BAD.search(deed or ""):
        return []
    return _of_places(names, deed or "") or _of_things(names, deed or "")


def _of_places(names: list[str], deed: str) -> list[Name]:
    """``福州、厦门跨境电商进出口额``."""
    words = [tagged_words(name) for name in names]
    if not all(words) or any(of[0][1][:2] != "ns" for of in words) or any(len(of) > 1 for of in words[:-1]):
        return []
    measure = names[-1].removeprefix(words[-1][0][0]) + deed
    return [Name(measure, of[0][0], "") for of in words] if len(measure) > 1 and not _BAD.search(measure) else []


def _of_things(names: list[str], deed: str) -> list[Name]:
    """``葡萄酒、棉花进出库货值``."""
    of_each = _OF_EACH.search(names[-1])
    measure = (of_each["measure"] if of_each else "") + deed
    names = [*names[:-1], names[-1][: of_each.start()] if of_each else names[-1]]
    if any(not 0 < len(name) <= _LONGEST or _BAD.search(name) for name in names):
        return []
    return [Name(f"{name}{measure}" if measure else "", "", f"{name}{measure}") for name in names]
