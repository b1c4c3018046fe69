"""The same fact in several issues: told once with all its sources, or with the date of each where figures differ."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from ftz_qa import wording
from ftz_qa.composing import Composed
from ftz_qa.emphasis import emphasis
from ftz_qa.grounding import cite, renumber, sentence_with_marker
from ftz_qa.periods import Periods
from ftz_qa.text import normalize
from ftz_qa.unit_features import asked_measure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence
    from ftz_qa.types import Citation

ALIKE = 80
"""How much alike two sentences without their figures have to be, of 100, to speak of the same thing."""

_LOOKED_AT = 20
_MOST = 3
_LEAST = 5
_LONGEST = 200
_STOPS = re.compile("[，,；;。：]")
_FIGURES = re.compile(r"\d+(?:\.\d+)?")
_TIMES = re.compile(r"#+年|#+月(?:份|底)?|#+日|今年|去年|截至|目前|以来|[至\-、，,。；;]")


def with_other_issues(question: Question, composed: Composed, ranking: Sequence[Evidence]) -> Composed:
    """The answer with what other issues say of the same, where it is a single figure that was asked for.

    A sentence by itself is given the sentences of other issues that are nearly the same but for their figures, have the
    measure asked for and speak of the same time. With the same figure they become further sources of it. Sentences of
    several issues whose figures stand in clauses that are nearly the same, in answer to a question that names no time,
    get the name and date of their issues, the newest first.
    """
    if question.kind not in ("number", "percent") or not composed.evidence:
        return composed
    first, *more = composed.evidence
    if more:
        return _dated(composed, composed.evidence) if _are_one_fact(question, composed.evidence) else composed
    others = _others(question, first, ranking)
    if not others:
        return composed
    if len({_figures(item) for item in (first, *others)}) == 1:
        markers = "".join(f"[{n}]" for n in range(2, len(others) + 2))
        cited = [*composed.citations, *(_cited(item) for item in others)]
        return Composed(composed.text + markers, renumber(cited), (first, *others))
    return _dated(composed, (first, *others))


def _dated(composed: Composed, evidence: Sequence[Evidence]) -> Composed:
    """A line for each unit, under its issue, the newest first; as it was where that would be long."""
    found = sorted(evidence, key=_date, reverse=True)
    lines = []
    for n, item in enumerate(found, start=1):
        issue = item.hit.passage.issue
        lines.append(f"{wording.at(issue.number, issue.date)}：{sentence_with_marker(item.text, n)}")
    text = "\n".join(lines)
    if len(text) > _LONGEST:
        return composed
    return Composed(text, renumber([_cited(item) for item in found]), tuple(found))


def _are_one_fact(question: Question, evidence: Sequence[Evidence]) -> bool:
    """Whether units of as many issues tell the same thing, as it was at different times."""
    asked = Periods(question.text)
    issues = {id(item.hit.passage.issue) for item in evidence}
    clauses = [_clause(question, item) for item in evidence]
    if asked.months or asked.years or len(issues) < len(evidence) or not all(clauses):
        return False
    return all(fuzz.partial_ratio(clauses[0], clause) >= ALIKE for clause in clauses[1:])


def _clause(question: Question, item: Evidence) -> str:
    """The clause with the figure asked for, without figures; empty where none stands out."""
    found = emphasis(question, item.text)
    if found is None:
        return ""
    start = max((match.end() for match in _STOPS.finditer(item.text, 0, found.start)), default=0)
    end = next((match.start() for match in _STOPS.finditer(item.text, found.end)), len(item.text))
    clause = _TIMES.sub("", _FIGURES.sub("#", normalize(item.text[start:end])))
    return clause if len(clause) >= _LEAST else ""


def _others(question: Question, first: Evidence, ranking: Sequence[Evidence]) -> list[Evidence]:
    """The nearest sentence of each other issue that says the same; at most a few, the best first."""
    measure = asked_measure(normalize(question.focus))
    asked = Periods(question.text, None)
    seen = {id(first.hit.passage.issue)}
    found: list[Evidence] = []
    for item in ranking[:_LOOKED_AT]:
        issue = item.hit.passage.issue
        when = Periods(item.text, issue.date)
        if id(issue) in seen or any(asked.conflicts(when)) or len(found) + 1 >= _MOST:
            continue
        measured = measure is None or bool(measure.search(normalize(item.text)))
        if measured and fuzz.ratio(_skeleton(first), _skeleton(item)) >= ALIKE and _same_time(first, item):
            seen.add(id(issue))
            found.append(item)
    return found


def _same_time(first: Evidence, other: Evidence) -> bool:
    """Whether two sentences speak of the same time, or both of a sum up to their day (``截至……累计``)."""
    if all("累计" in item.text or "截至" in item.text for item in (first, other)):
        return True
    one, two = (Periods(item.text, item.hit.passage.issue.date) for item in (first, other))
    return one.months == two.months and one.years == two.years


def _skeleton(item: Evidence) -> str:
    return _TIMES.sub("", _FIGURES.sub("#", normalize(item.text)))


def _figures(item: Evidence) -> tuple[str, ...]:
    return tuple(_FIGURES.findall(normalize(item.text)))


def _cited(item: Evidence) -> Citation:
    return cite(0, item.hit.passage.issue, item.hit.passage.article, item.span)


def _date(item: Evidence) -> dt.date:
    return item.hit.passage.issue.date or dt.date.min
