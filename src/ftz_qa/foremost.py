"""Which of several things leads, where a sentence gives the figures of all (``甲区3亿元，乙区2亿元，分别增4%和9%``)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ftz_qa.comparatives import superlative_of
from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.reader import Evidence
    from ftz_qa.types import Citation

_PAIR = re.compile(
    r"(?P<name>[\u4e00-\u9fffA-Za-z]{2,12}?)[为是达有]?(?P<figure>\d[\d.]*)(?P<unit>[\u4e00-\u9fff]{1,4})"
)
_GROWTH = re.compile("增速|增幅|涨幅|增长率|增长|[增涨]$")
_GREW = re.compile(r"分别(?:增长|上升|提高|增)(?P<figures>[\d.]+%(?:(?:、|和|及)[\d.]+%)+)")
_AMOUNT = re.compile("[额值]$|投资|产值|收入")
_LEAST = frozenset({"少", "小", "低", "短", "近", "慢", "便宜", "轻"})
_LOOKED_AT = 20
_BEHIND = "和及与"


class Foremost(NamedTuple):
    """The thing that leads, by its name and figure, and the marker of the citation that gives the figures."""

    what: str
    how: str
    name: str
    figure: str
    marker: int


def foremost(question: str, citations: Sequence[Citation]) -> Foremost | None:
    """Which thing the figures of a cited sentence put first; None where it is not asked, or none gives them all.

    The things have to be as many as the question says, and of its kind by their names.
    """
    asked = superlative_of(normalize(question))
    if asked is None or not asked.of:
        return None
    for citation in citations:
        named = _figures(normalize(citation.quote), asked.what, asked.of)
        if len(named) == asked.number and len(set(named.values())) == asked.number:
            values = {name: float(re.sub("[^0-9.]", "", figure)) for name, figure in named.items()}
            name = (min if asked.how in _LEAST else max)(values, key=lambda one: values[one])
            return Foremost(asked.what, asked.how, name, named[name], citation.marker)
    return None


def with_all_figures(question: str, units: Sequence[Evidence]) -> list[Evidence]:
    """The units, best first, with the first one that gives the figures of all in front; as they are for others."""
    asked = superlative_of(normalize(question))
    if asked is None or not asked.of:
        return list(units)
    for place, item in enumerate(units[:_LOOKED_AT]):
        if len(_figures(normalize(item.text), asked.what, asked.of)) == asked.number:
            return [replace(item, score=units[0].score), *units[:place], *units[place + 1 :]]
    return list(units)


def _figures(sentence: str, what: str, kind: str) -> dict[str, str]:
    """The figures of things of a kind in a sentence, by name: in money, or by how much each has grown."""
    pairs = [pair for pair in _PAIR.finditer(sentence) if pair["name"].endswith(kind)]
    names = [pair["name"].lstrip(_BEHIND).removeprefix("其中") for pair in pairs]
    if _GROWTH.search(what):
        grew = list(_GREW.finditer(sentence))
        figures = re.findall(r"[\d.]+%", grew[0]["figures"]) if len(grew) == 1 else []
        return dict(zip(names, figures, strict=True)) if len(figures) == len(names) else {}
    units = {pair["unit"] for pair in pairs}
    if not _AMOUNT.search(what) or len(units) != 1 or not next(iter(units)).endswith("元"):
        return {}
    return {name: pair["figure"] + pair["unit"] for name, pair in zip(names, pairs, strict=True)}
