"""Choosing which sentences make the answer, and putting them together with their citations."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ftz_qa.grounding import cite, merge_adjacent, sentence_with_marker
from ftz_qa.periods import Periods
from ftz_qa.reasons import reason_beside
from ftz_qa.text import normalize, split_sentences
from ftz_qa.types import Citation, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence

_CONCISE_KINDS = frozenset({"number", "percent", "date", "who", "organisation", "where"})
_WHOLE_KINDS = frozenset({"list", "reason", "how"})
_CONCISE_CHARS = 180
_CHARS = 300
_SENTENCES = 3
_NEARBY = 8
_MARGIN, _MARGIN_ELSEWHERE = 3.0, 2.0
"""How far behind the best unit one may score that is added, in the same article and in another one."""

_LIST_CHARS = 600
_ASPECT_UNITS = 20
_ITEM = re.compile(
    r"^(?:[二三四五六七八九十]是|[二三四五六七八九十]要|其[二三四五六七八]|第[二三四五六七八]|其次|再次|最后|此外|另外|同时|还[有将要]?|并|（[二三四五六七八]）|\([2-9]\)|[②-⑨])"
)
_FIRST = re.compile(r"[一1]是|一要|其一|首先|第一|（一）|\(1\)|①")


@dataclass(frozen=True, slots=True)
class Composed:
    """An answer put together: its text with markers, the citations, and the evidence it is made of."""

    text: str
    citations: tuple[Citation, ...]
    evidence: tuple[Evidence, ...]


def compose(question: Question, rankings: Sequence[Sequence[Evidence]]) -> Composed:
    """Make the answer from ranked evidence, one ranking for every part of the question; empty for empty evidence.

    The sentences for the parts stand in the order in which these are asked, those for one part article by article.
    """
    chosen = _choose(question, rankings)
    by_article: dict[tuple[int, int, int], list[Evidence]] = {}
    for part, item in sorted(((_part(item, rankings), item) for item in chosen), key=lambda pair: pair[0]):
        passage = item.hit.passage
        place = (id(passage.issue), passage.article.number)
        # What two parts quote in common is quoted once, for the first.
        first = next((key[0] for key, items in by_article.items() if key[1:] == place and _overlap(item, items)), part)
        by_article.setdefault((first, *place), []).append(item)
    sentences: list[str] = []
    citations: list[Citation] = []
    for _, items in sorted(by_article.items(), key=lambda entry: entry[0][0]):
        passage = items[0].hit.passage
        body = passage.article.body
        for span in merge_adjacent([item.span for item in items], body):
            marker = len(citations) + 1
            citations.append(cite(marker, passage.issue, passage.article, span))
            sentences.append(sentence_with_marker(body[span.start : span.end], marker))
    return Composed("".join(sentences), tuple(citations), tuple(chosen))


def _part(item: Evidence, rankings: Sequence[Sequence[Evidence]]) -> int:
    """The part of the question for which a unit is best: where it stands first, or else highest."""
    places = [next((n for n, other in enumerate(units) if _is_same(item, other)), len(units)) for units in rankings]
    return places.index(min(places))


def _overlap(item: Evidence, others: Sequence[Evidence]) -> bool:
    return any(item.span.start < other.span.end and other.span.start < item.span.end for other in others)


def _is_same(item: Evidence, other: Evidence) -> bool:
    return item.span.start == other.span.start and item.hit.position == other.hit.position


def _choose(question: Question, rankings: Sequence[Sequence[Evidence]]) -> list[Evidence]:
    """The best unit for every thing asked, then those after it that are nearly as good and still fit."""
    lists = [[item for item in part if not _is_heading(item)] or list(part) for part in rankings]
    chosen: list[Evidence] = []
    for units in lists:
        _add(chosen, units[:1] if len(lists) > 1 else _for_aspects(question, units))
    if question.kind == "reason" and len(chosen) == 1 and (reason := reason_beside(question.text, chosen[0], lists[0])):
        chosen.append(reason)
    concise = question.kind in _CONCISE_KINDS
    several = len(chosen) > 1
    if not (several and len(lists) == 1):
        room = _CONCISE_CHARS if concise and len(lists) == 1 else _CHARS
        for units in lists:
            near = [item for item in units[1:_NEARBY] if _is_near(item, units[0])]
            _add(chosen, near, room, len(chosen) + 1 if several else _SENTENCES)
    if concise:
        return chosen
    return [_widened(item, question.kind in _WHOLE_KINDS) for item in chosen]


def _is_near(item: Evidence, best: Evidence) -> bool:
    here = item.hit.passage.article is best.hit.passage.article
    return best.score - item.score <= (_MARGIN if here else _MARGIN_ELSEWHERE)


def _add(chosen: list[Evidence], more: Sequence[Evidence], room: int | None = None, most: int | None = None) -> None:
    """Add what is not there yet, as long as there is room for its characters and not more than `most` units."""
    for item in more:
        if most is not None and len(chosen) >= most:
            return
        known = any(item.span == other.span and item.hit.position == other.hit.position for other in chosen)
        fits = room is None or sum(len(normalize(e.text)) for e in [*chosen, item]) <= room
        if fits and not known:
            chosen.append(item)


def _for_aspects(question: Question, units: Sequence[Evidence]) -> list[Evidence]:
    """The best unit, or, for a question that names several periods or years, the best one of each."""
    asked = Periods(question.text)
    for wanted, said in (
        (sorted(asked.months), lambda item: Periods(item.text, item.hit.passage.issue.date).months),
        (sorted(asked.years), lambda item: Periods(item.text, item.hit.passage.issue.date).years),
    ):
        if len(wanted) > 1:
            found = [next((item for item in units[:_ASPECT_UNITS] if one in said(item)), None) for one in wanted]
            best = [item for item in found if item is not None]
            if len(best) > 1:
                return sorted(best, key=lambda item: -item.score)
    return list(units[:1])


def _widened(item: Evidence, whole_sentence: bool) -> Evidence:
    """The unit with the rest of the enumeration that it begins or stands in, and of its sentence if that is wanted."""
    article = item.hit.passage.article
    units = split_sentences(article.body, semicolons=True)
    here = next((i for i, span in enumerate(units) if span.start == item.span.start), None)
    if here is None:
        return item
    first = last = here
    while first > 0 and _continues(article.body, units[first - 1], units[first], whole_sentence):
        first -= 1
    while (
        last + 1 < len(units)
        and units[last + 1].end - units[first].start <= _LIST_CHARS
        and _continues(article.body, units[last], units[last + 1], whole_sentence)
    ):
        last += 1
    return replace(item, span=Span(units[first].start, units[last].end))


def _continues(body: str, before: Span, span: Span, whole_sentence: bool) -> bool:
    """Whether a unit goes on with an enumeration, or (if wanted) with the sentence, of the unit before it."""
    previous, text = body[before.start : before.end], body[span.start : span.end]
    if _ITEM.match(text) or (whole_sentence and _FIRST.match(text)):
        return True
    if whole_sentence and previous.endswith(("：", ":")):
        return True
    return whole_sentence and previous.endswith(("；", ";")) and "\n" not in body[before.end : span.start]


def _is_heading(item: Evidence) -> bool:
    return any(span.start == item.span.start for span in item.hit.passage.article.headings)
