"""Which sentence is about which of several things that are much alike, as ``入境`` and ``出境`` are."""

from __future__ import annotations

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
_MEASURED = 1.5
_LONG = 8


def told_apart(parts: Sequence[Question], rankings: Sequence[Sequence[Evidence]]) -> list[list[Evidence]]:
    """The rankings of parts that are questions of their own, with the units first that name what each is about.

    What tells the parts apart is what is left of each without the characters that all begin and end with. A unit that
    names it is raised; one that names only that of another part is lowered; one with the measure asked for is raised.
    """
    names = distinct_names([part.text for part in parts])
    if not all(names) or max(map(len, names)) > _LONG:
        return [list(units) for units in rankings]
    return [
        _raised(part, name, [other for other in names if other != name], units)
        for part, name, units in zip(parts, names, rankings, strict=True)
    ]


def distinct_names(texts: Sequence[str]) -> list[str]:
    """What is left of texts without their common beginning and end; two characters at least where there are any."""
    plain = [normalize(text) for text in texts]
    if len(set(plain)) < max(len(plain), 2):
        return ["" for _ in plain]
    begin = _shared(plain)
    end = _shared([text[begin:][::-1] for text in plain])
    names = [text[begin : len(text) - end] for text in plain]
    if min(map(len, names)) < 2:
        # ``入境`` and ``出境`` differ in one character only.
        end = max(end - 1, 0)
        names = [text[begin : len(text) - end] for text in plain]
    return names


def _shared(texts: Sequence[str]) -> int:
    """How many characters all texts begin with."""
    columns = zip(*texts, strict=False)
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, columns))


def _raised(part: Question, name: str, others: Sequence[str], units: Sequence[Evidence]) -> list[Evidence]:
    measure = asked_measure(normalize(part.focus))
    again = []
    for item in units[:_LOOKED_AT]:
        text = normalize(item.text)
        own, other = _speaks_of(name, item), any(_speaks_of(one, item) for one in others)
        by = _NAMED * (own - (other and not own))
        by += _MEASURED * (measure is not None and bool(measure.search(text)))
        again.append(replace(item, score=item.score + by))
    again.sort(key=lambda item: -item.score)
    return again + list(units[_LOOKED_AT:])


def _speaks_of(name: str, item: Evidence) -> bool:
    """Whether a unit holds a name, or speaks of the time that it is (``前两个月``, ``1—2月``)."""
    asked = Periods(name)
    if asked.months or asked.years:
        said = Periods(item.text, item.hit.passage.issue.date)
        return any(asked.matches(said)) and not any(asked.conflicts(said))
    return name in normalize(item.text)
