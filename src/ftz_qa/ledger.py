"""The ledger of figures: what bulletins say of measures, with unit, year-on-year change, period, place and source.

Precision comes first: a figure whose measure, unit or period cannot be told is left out, and so are plans, estimates,
quotations, changes from one value to another, and durations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ftz_qa.ledger_measures import FIGURE, Lead, place_of, read_lead
from ftz_qa.ledger_periods import Mention, Period, mentions
from ftz_qa.provinces import city_of, province_of
from ftz_qa.text import normalize, split_sentences, tagged_words
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ftz_qa.types import Article, Issue

_SCALES = {"": 1.0, "百": 100.0, "千": 1000.0, "万": 10_000.0, "亿": 100_000_000.0}
_ALIKE = {"标准箱": "标箱", "平米": "平方米", "千米": "公里"}
_QUOTED = re.compile('“[^”]*\\d[^”]*”|"[^"]*\\d[^"]*"')
_BRACKETED = re.compile(r"\([^()]*\)")
_RATES = r"\d+(?:\.\d+)?%(?:[和、及与]\d+(?:\.\d+)?%)*"
_CHANGE = (
    rf"(?P<subject>[\u4e00-\u9fff]{{2,6}}?)?(?:分别同比|同比分别|同比|分别)"
    rf"(?P<way>增长|上升|提高|增加|下降|减少|回落)了?(?P<rates>{_RATES})"
)
_SCAN = re.compile(rf"(?P<change>{_CHANGE})|(?P<figure>{FIGURE})|(?P<stop>[,;:。!?])")
_PLANNED = re.compile(
    r"将|计划|目标|力争|预计|预期|拟|争取|可达|规划|设计|下一步|有望|达产|测算|折合|相当于|要求|确保|如果|假如|应当?|不低于|不少于|至少|最高|最低|以上|以下|上限|可[减节享新增]"
)
_FUTURE = re.compile(r"将|计划|预计|拟|力争|下一步|目标")
_DEPENDENT = re.compile(r"^(?:其中|分方向看|按方向)")
_SAME_TIME = re.compile(r"^(?:其中|分方向看|按方向|同期)")
_NEAR = re.compile(r"(?:近|约|逾|超过?|突破)$")
_SINCE = re.compile(r"(?P<verb>开行|运营|办理|签发|出口|进口|发放)(?P<object>[\u4e00-\u9fff]{2,6}?)(?:以来|,|累计)")
_DOWN = ("下降", "减少", "回落")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a bulletin.

    Attributes
    ----------
    measure
        What is measured, in the bulletin's words; a part of something else stands in brackets behind it.
    value, unit
        In units without prefixes (11.4亿元 is 1140000000 元).
    printed
        As the bulletin has it, without blanks.
    change
        Year on year, in percent; None where the bulletin does not say.
    place
        Where, or of whom; empty where the bulletin does not say.
    span
        The sentence in the article's body.
    """

    issue: Issue
    article: Article
    measure: str
    value: float
    unit: str
    printed: str
    change: float | None
    period: Period
    place: str
    span: Span


@dataclass(slots=True)
class _Context:
    """What a sentence may take over from the one before it in the same paragraph."""

    period: Period | None = None
    place: str = ""
    head: Figure | None = None


def figures_of(issue: Issue) -> list[Figure]:
    """The figures of an issue, in order; none where its date is not known."""
    return [figure for article in issue.articles for figure in _of_article(issue, article)] if issue.date else []


def _of_article(issue: Issue, article: Article) -> Iterator[Figure]:
    headings = {span.start for span in article.headings}
    context = _Context()
    paragraph = -1
    for span in split_sentences(article.body):
        start = article.body.rfind("\n", 0, span.start)
        if start != paragraph:
            paragraph, context = start, _Context()
        if span.start not in headings:
            yield from _Sentence(issue, article, span, context).figures()


class _Sentence:
    """The reading of one sentence, from left to right."""

    def __init__(self, issue: Issue, article: Article, span: Span, context: _Context) -> None:
        assert issue.date is not None
        self._issue, self._article, self._span, self._context = issue, article, span, context
        text = _QUOTED.sub("□", normalize(article.body[span.start : span.end]))
        text = _BRACKETED.sub("", text)
        # Parts of what the sentence before told, which may be of the same time.
        self._opened = self._dependent = bool(_DEPENDENT.match(text))
        self._same_time = bool(_SAME_TIME.match(text))
        self._mentions = list(mentions(text, issue.date))
        self._text = _without(text, self._mentions)
        self._found: list[Figure] = []
        # Figures that a change may be of; None for one that could not be told.
        self._pending: list[int | None] = []
        self._planned, self._unbroken = False, True
        if not self._same_time:
            context.head = None

    def figures(self) -> list[Figure]:
        """The figures of the sentence; the context is what the next sentence may take over."""
        begin, attributive = 0, False
        for match in _SCAN.finditer(self._text):
            if match["stop"]:
                self._planned = self._planned or bool(_FUTURE.search(self._text[begin : match.start()]))
                self._close(match["stop"])
            elif match["change"]:
                self._planned = self._planned or bool(_PLANNED.search(self._text[begin : match.start()]))
                self._attach(match)
            else:
                lead = self._text[begin : match.start()]
                self._unbroken = not attributive and self._take(lead, match)
                self._pending.append(len(self._found) - 1 if self._unbroken else None)
            begin = match.end()
            # What is counted stands behind the figure and would be taken for a part of the next measure.
            attributive = bool(match["figure"] and re.match("[\u4e00-\u9fffa-z]", self._text[begin:]))
        if self._found and not self._dependent:
            self._context.head = self._found[0]
            self._context.period, self._context.place = self._found[-1].period, self._found[-1].place
        return self._found

    def _close(self, stop: str) -> None:
        if stop == ";":
            self._pending, self._planned, self._dependent = [], False, self._opened

    def _take(self, lead_text: str, match: re.Match[str]) -> bool:
        """Add a figure to those found, if it can be told what it is."""
        self._planned = self._planned or bool(_PLANNED.search(lead_text))
        self._dependent = self._dependent or "其中" in lead_text
        period = self._period(match.start())
        lead = read_lead(lead_text, self._text[match.end() :], match)
        if lead is None or self._planned or period is None:
            return False
        lead = self._completed(lead, match.start())
        head = self._head(lead, _unit(match))
        measure = _composed(lead, head, _unit(match), dependent=self._dependent)
        if not measure or (lead.generic and not self._unbroken):
            return False
        place = self._place(lead, head, match.start())
        value = round(float(match["value"]) * _SCALES[match["scale"] or ""], 4)
        near = _NEAR.search(lead_text)
        printed = f"{near[0] if near else ''}{match['value']}{match['scale'] or ''}{match['more'] or ''}{match['unit']}"
        self._found.append(
            Figure(
                *(self._issue, self._article, measure, value, _unit(match), printed, None, period, place, self._span)
            )
        )
        return True

    def _completed(self, lead: Lead, position: int) -> Lead:
        """``自2019年9月开行中欧班列以来……累计开行3703列``: what runs up to a sum stands earlier in the sentence."""
        since = next((m for m in _SINCE.finditer(self._text[:position]) if lead.part == f"累计{m['verb']}"), None)
        return replace(lead, measure=f"{lead.part}{since['object']}") if since else lead

    def _head(self, lead: Lead, unit: str) -> Figure | None:
        if lead.adjacent:
            return self._found[-1] if self._found else None
        own = [figure for figure in reversed(self._found) if "（" not in figure.measure]
        if not self._dependent:
            return own[0] if own else None
        whole = [*own, self._context.head]
        return next((figure for figure in whole if figure is not None and figure.unit == unit), None)

    def _period(self, position: int) -> Period | None:
        clause = 0 if self._dependent else self._text.rfind(";", 0, position)
        # Beyond a semicolon only what the sentence opens with still holds.
        before = [m for m in self._mentions if m.start < position and (m.start > clause or m.start == 0)]
        if before:
            return before[-1].period
        return self._context.period if self._same_time else None

    def _place(self, lead: Lead, head: Figure | None, position: int) -> str:
        if lead.place:
            return self._named(lead.place)
        if head is not None and head in self._found:
            return head.place
        if earlier := place_of(self._text[:position].rpartition(",")[0]):
            return self._named(earlier)
        if head is not None:
            return head.place
        return (self._context.place if self._same_time else "") or self._named(place_of(normalize(self._article.title)))

    def _named(self, place: str) -> str:
        if place in ("我省", "全省"):
            return province_of(self._issue, self._article)
        return city_of(self._article) if place in ("我市", "全市") else place

    def _attach(self, match: re.Match[str]) -> None:
        """Give a change to the figures before it: by name, one to each, or to the last one."""
        rates = [float(rate) for rate in re.findall(r"(\d+(?:\.\d+)?)%", match["rates"])]
        rates = [-rate for rate in rates] if match["way"] in _DOWN else rates
        known = [n for n in self._pending if n is not None]
        named = [n for n in known if match["subject"] and self._found[n].measure.endswith(match["subject"])]
        targets: list[int | None] = [*named[-1:]] if len(rates) == 1 and named else self._pending[-len(rates) :]
        for n, rate in zip(targets, rates, strict=False):
            if n is not None and len(targets) == len(rates):
                self._found[n] = replace(self._found[n], change=rate)
        self._pending = []


def _unit(match: re.Match[str]) -> str:
    return _ALIKE.get(match["unit"], match["unit"])


def _without(text: str, found: Sequence[Mention]) -> str:
    """The text with the times that it names blotted out, so that offsets stay."""
    for mention in found:
        text = f"{text[: mention.start]}{'|' * (mention.end - mention.start)}{text[mention.end :]}"
    return re.sub(
        r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日|[底末初])?|\d{4}年|\d{1,2}日", lambda match: "|" * len(match[0]), text
    )


def _composed(lead: Lead, head: Figure | None, unit: str, *, dependent: bool) -> str:
    """The measure by itself, or as a part or a property of the head; empty where that cannot be told."""
    if lead.adjacent:
        return head.measure if head is not None and head.unit != unit else ""
    if dependent and head is not None and head.unit == unit and lead.part:
        whole = head.measure.partition("（")[0]
        return whole if lead.part in [word for word, _ in tagged_words(whole)] else f"{whole}（{lead.part}）"
    if lead.generic:
        return f"{head.measure}（{lead.measure}）" if head is not None and not dependent else ""
    if dependent and unit != "%":
        return ""
    return lead.measure
