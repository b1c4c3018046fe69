"""Which sentence is about which of several things that are much alike, as ``入境`` and ``出境`` are."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import takewhile
from typing import TYPE_CHECKING

from ftz_qa.periods import Periods
from ftz_qa.text import normalize
from ftz_qa.unit_features import asked_measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence

_LOOKED_AT = 12
_NAMED = 3.0
_IMPLIED = 0.5
"""What it counts, of being named, to be so by the title or earlier in the paragraph, or by the time spoken of."""

_MEASURED = 1.5
_LONG = 8
_ENOUGH = 0.5
"""Share of a long name's own pairs of characters that a unit and its title hold at least to be about it."""

_BRACKETS = str.maketrans("", "", '()[]“”"《》 ')
_IN_A_ROW = re.compile(r"(?<!第)[一二三四五六]期|(?:第[一二三四五六七八九]|首)[只批届轮座支条号]")
_DIRECTIONS = (
    re.compile("入境|进境|进口|进来|回程|返程|来程"),
    re.compile("(?<!进)(?:出境|出口)|出去|去程"),
)
"""Words for the same way across the border: whichever the question takes, bulletins may take another."""


def told_apart(parts: Sequence[Question], rankings: Sequence[Sequence[Evidence]]) -> list[list[Evidence]]:
    """The rankings of parts that are questions of their own, with the units first that name what each is about.

    What tells the parts apart is what is left of each without the characters that all begin and end with. A unit that
    names it is raised; one that names only that of another part is lowered; one with the measure asked for is raised.
    """
    texts = list(dict.fromkeys(part.text for part in parts))
    named = [_Name(text, variants) for text, variants in zip(texts, _variants(texts), strict=True)]
    if not all(name.variants for name in named):
        return [list(units) for units in rankings]
    return [
        _raised(part, next(name for name in named if name.text == part.text), named, units)
        for part, units in zip(parts, rankings, strict=True)
    ]


class _Name:
    """What one of several things is called, in ways of which each will do."""

    def __init__(self, text: str, variants: Sequence[str]) -> None:
        self.text = text
        self.variants = [name for name in variants if len(name) > 1]
        self._way = next((way for way in _DIRECTIONS if any(way.match(name) for name in self.variants)), None)
        self._pairs = {name[i : i + 2] for name in self.variants for i in range(len(name) - 1)}
        self.long = min(map(len, self.variants), default=0) > _LONG

    def find(self, text: str) -> int:
        """Where a text holds it, or a word for the same way across the border; -1 where it does not."""
        if self._way is not None:
            way = self._way.search(text)
            return way.start() if way else -1
        return min((place for name in self.variants if (place := text.find(name)) >= 0), default=-1)

    def rivals(self, text: str) -> list[int]:
        """Where a text holds others of a row to which it belongs itself (``二期`` where it is ``一期``)."""
        own = next((found for name in self.variants if (found := _IN_A_ROW.search(name))), None)
        if own is None:
            return []
        return [m.start() for m in _IN_A_ROW.finditer(text) if m[0] != own[0] and m[0][-1] == own[0][-1]]

    def share(self, others: Sequence[_Name], text: str) -> float:
        """How much of a long name a text holds of what no other has; 0 where that is too little to tell."""
        own = self._pairs.difference(*(other._pairs for other in others))
        share = sum(pair in text for pair in own) / len(own) if own else 0.0
        return share if share >= _ENOUGH else 0.0


def distinct_names(texts: Sequence[str]) -> list[str]:
    """What is left of texts without their common beginning and end; two characters at least where there are any."""
    return [next(iter(names), "") for names in _variants(texts)]


def _variants(texts: Sequence[str]) -> list[tuple[str, ...]]:
    plain = [_plain(text) for text in texts]
    if len(set(plain)) < max(len(plain), 2):
        return [() for _ in plain]
    begin = _shared(plain)
    end = _shared([text[begin:][::-1] for text in plain])
    names = [text[begin : len(text) - end] for text in plain]
    if min(map(len, names)) < 2:
        # ``入境`` and ``出境`` differ in one character only, as ``冷链园`` and ``冷链港`` do.
        after, before = max(end - 1, 0), max(begin - 1, 0)
        return [(text[begin : len(text) - after], text[before : len(text) - end]) for text in plain]
    return [(name,) for name in names]


def _plain(text: str) -> str:
    return normalize(text).translate(_BRACKETS)


def _shared(texts: Sequence[str]) -> int:
    """How many characters all texts begin with."""
    columns = zip(*texts, strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def _raised(part: Question, name: _Name, named: Sequence[_Name], units: Sequence[Evidence]) -> list[Evidence]:
    measure = asked_measure(normalize(part.focus))
    again = []
    for item in units[:_LOOKED_AT]:
        timed = _in_time(name, named, item)
        by = _IMPLIED * timed if timed is not None else _told(name, named, item, measure)
        measured = measure is not None and bool(measure.search(normalize(item.text)))
        if timed and measure is not None and not measured:
            # Much is said of the same month; what is not of that measure is no better for it.
            by = min(by, 0.0)
        again.append(replace(item, score=item.score + _NAMED * by + _MEASURED * measured))
    again.sort(key=lambda item: -item.score)
    return again + list(units[_LOOKED_AT:])


def _told(name: _Name, named: Sequence[_Name], item: Evidence, measure: re.Pattern[str] | None) -> float:
    """From -1, where a unit is only about another thing, to 1, where it is about this one."""
    others = [one for one in named if one is not name]
    text, title = _plain(item.text), _plain(item.hit.passage.article.title)
    if name.long:
        share = name.share(others, title + text)
        most = max(one.share([name], title + text) for one in others)
        return share if share >= most else share - most
    rivals = [place for one in others if (place := one.find(text)) >= 0] + name.rivals(text)
    own = name.find(text)
    if own >= 0 and rivals and measure is not None and "分别" not in text:
        # Of several things in one sentence, a figure belongs to the one that it stands behind.
        end = min((place for place in rivals if place > own), default=len(text))
        if not measure.search(text[own:end]):
            return -1.0 if measure.search(text) else 0.0
    if own >= 0 or rivals:
        return 1.0 if own >= 0 else -1.0
    for said in (_plain(_paragraph_before(item)), title):
        if any(one.find(said) >= 0 for one in named):
            return 0.0 if any(one.find(said) >= 0 for one in others) else _IMPLIED
    return 0.0


def _in_time(name: _Name, named: Sequence[_Name], item: Evidence) -> float | None:
    """The same for things that differ in when they are asked about; None where they do not."""
    others = [one for one in named if one is not name]
    date = item.hit.passage.issue.date
    asked, rest = Periods(name.text, date), [Periods(one.text, date) for one in others]
    months = asked.months.difference(*(one.months for one in rest))
    years = asked.years.difference(*(one.years for one in rest))
    if not months and not years:
        return None
    said = Periods(item.text, date, Periods(_paragraph_before(item), date))
    if months & said.months or (not months and years & said.years):
        return 1.0
    return -1.0 if any(one.months & said.months for one in rest) else 0.0


def _paragraph_before(item: Evidence) -> str:
    return item.hit.passage.article.paragraph_before(item.span.start)
