"""The ledger of figures: what bulletins say of measures, with unit, year-on-year change, period, place and source.

Precision comes first: a figure whose measure, unit or period cannot be told is left out, and so are plans, estimates,
quotations, changes from one value to another, and durations.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ftz_qa.ledger_changes import CHANGE, is_rate, rates_of
from ftz_qa.ledger_counted import leading_thing
from ftz_qa.ledger_lists import Name, shared_out
from ftz_qa.ledger_measures import Lead, place_of, read_lead
from ftz_qa.ledger_parts import Told, completed, composed, part_of
from ftz_qa.ledger_periods import Period, mentions, without_times
from ftz_qa.ledger_words import FIGURE
from ftz_qa.provinces import city_of, province_of
from ftz_qa.text import normalize, split_sentences
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ftz_qa.types import Article, Issue

_SCALES = {"": 1.0, "百": 100.0, "千": 1000.0, "万": 10_000.0, "亿": 100_000_000.0}
_ALIKE = {"标准箱": "标箱", "平米": "平方米", "千米": "公里"}
# A quotation with figures; in a few characters it is a name.
_QUOTED = re.compile('“(?=[^”]*\\d)[^”]{8,}”|"(?=[^"]*\\d)[^"]{8,}"')
_CODE = re.compile('“[^”]*\\d[^”]*”|"[^"]*\\d[^"]*"')
_BRACKETED = re.compile(r"\([^()]*\)")
_SCAN = re.compile(rf"(?P<change>{CHANGE})|(?P<figure>{FIGURE})|(?P<stop>[,;:。!?])")
_PLANNED = re.compile(
    r"将|(?<![较比按])计划|目标|力争|预计|预期|拟|争取|可达|规划|设计|下一步|有望|达产|测算|折合(?!人民币)|相当于|要求|确保|如果|假如|应当?|可[减节享新增在]"
)
# Of what may be, where that stands in the same clause.
_LIMITED = re.compile("不低于|不少于|至少|最高|最低|以上(?![\u4e00-\u9fff]{2})|以下|上限|首次突破")
_FUTURE = re.compile(r"将|计划|预计|拟|力争|下一步|目标")
_DEPENDENT = re.compile(r"^(?:其中|[分按从][^,]{1,6}看,|按方向)")
_SAME_TIME = re.compile(r"^(?:其中|[分按从][^,]{1,6}看,|[^,\d]{1,6}方面,|按方向|同期)")
# Opens a paragraph that looks at the same from another side.
_SIDE = re.compile("[分按从][^，,]{1,6}看[，,]")
# A sum up to now, where no time is said.
_TOTAL = re.compile("累计|累积|[已现实]有|共有|现存")
_HELD = re.compile("[已现实]有|现存")
_UP_TO_NOW = re.compile("以来,?[^,]{0,4}累计")
_NEAR = re.compile(r"(?:近|约|逾|超过?|突破)$")
# What 公司 is later in the paragraph.
_COMPANY = re.compile("[\u4e00-\u9fff]{2,20}公司")


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
    """What a sentence may take over from the one before it in the same paragraph, and what the article has told."""

    period: Period | None = None
    place: str = ""
    head: Figure | None = None
    year: int | None = None
    main: Figure | None = None
    told: list[Figure] = field(default_factory=list)


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
            side = context.main if _SIDE.match(article.body[span.start : span.end]) else None
            context = _Context(
                side.period if side else None, side.place if side else "", side, context.year, told=context.told
            )
        paragraph = start
        if span.start not in headings:
            yield from _Sentence(issue, article, span, context).figures()


class _Sentence:
    """The reading of one sentence, from left to right."""

    def __init__(self, issue: Issue, article: Article, span: Span, context: _Context) -> None:
        assert issue.date is not None
        self._issue, self._article, self._span, self._context = issue, article, span, context
        text = _QUOTED.sub("□", normalize(article.body[span.start : span.end]))
        text = _CODE.sub("", _BRACKETED.sub("", text)).replace('"', "")
        # Parts of what the sentence before told, which may be of the same time.
        self._opened = self._dependent = bool(_DEPENDENT.match(text))
        self._same_time = bool(_SAME_TIME.match(text))
        self._date = issue.date
        companies = _COMPANY.findall(normalize(article.paragraph_before(span.start)))
        self._company: str = companies[-1] if companies else ""
        self._mentions = list(mentions(text, issue.date, context.year))
        self._text = without_times(text, self._mentions)
        self._found: list[Figure] = []
        # Figures that a change may be of; None for one that could not be told.
        self._pending: list[int | None] = []
        self._planned, self._planned_at = False, 0
        self._unbroken, self._stopped = True, True
        self._listed: list[Name] = []
        if not self._same_time:
            context.head = None

    def figures(self) -> list[Figure]:
        """The figures of the sentence; the context is what the next sentence may take over."""
        begin = 0
        for match in _SCAN.finditer(self._text):
            lead = self._text[begin : match.start()]
            begin = match.end()
            if match["stop"]:
                self._stopped = True
                self._plan(_FUTURE, lead, match.start())
                self._close(match["stop"])
            elif match["change"]:
                self._plan(_PLANNED, lead, match.start())
                self._attach(match)
            elif match["unit"] == "%" and is_rate(lead):
                continue  # a rate of growth that says nothing of the year before
            else:
                self._unbroken = self._take(lead, match)
                self._stopped = False
                self._pending.append(len(self._found) - 1 if self._unbroken else None)
                # What is counted stands behind the figure and would be taken for a part of the next measure.
                begin += len(leading_thing(re.match(r"[^,;:。!?\d]*", self._text[begin:])[0]))  # type: ignore[index]
        self._hand_on()
        return self._found

    def _hand_on(self) -> None:
        """Leave behind what the next sentence may take over."""
        if self._found and not self._opened:
            self._context.head = self._found[0]
            self._context.main = self._context.main or self._found[0]
            self._context.period, self._context.place = self._found[-1].period, self._found[-1].place
        wholes = [
            m.period for m in self._mentions if m.period and (m.period.start.month, m.period.end.month) == (1, 12)
        ]
        self._context.year = wholes[-1].start.year if wholes else self._context.year

    def _close(self, stop: str) -> None:
        if stop == ";":
            self._pending, self._planned, self._dependent = [], False, self._opened

    def _plan(self, words: re.Pattern[str], lead: str, position: int) -> None:
        """Note plans; what follows them is planned as well, up to a time that is over (``将…,上半年办理263列``)."""
        if words.search(lead):
            self._planned, self._planned_at = True, position
        elif any(self._planned_at < m.start < position and m.period for m in self._mentions):
            self._planned = False

    def _take(self, lead_text: str, match: re.Match[str]) -> bool:
        """Add a figure to those found, if it can be told what it is."""
        self._plan(_PLANNED, lead_text, match.start())
        self._dependent = self._dependent or "其中" in lead_text
        period = self._period(match.start(), lead_text)
        lead = self._lead(lead_text, match)
        # A list whose first figure could not be told is of something that is not known.
        if lead is not None and lead.listed and self._dependent and not self._unbroken:
            return False
        if lead is None or self._planned or period is None or _LIMITED.search(lead_text):
            return False
        lead = self._completed(lead, match)
        head = self._head(lead, _unit(match))
        measure = composed(lead, head, _unit(match), dependent=self._dependent)
        if lead.listed and self._found and head is not None and measure == head.measure:
            measure = f"{measure}{part_of(self._found[-1].measure)}"
        place = self._place(lead, head, match.start())
        if lead.owned and head is None and place:
            measure = lead.measure
        value = round(float(match["value"]) * _SCALES[match["scale"] or ""], 4)
        if not measure or not math.isfinite(value) or (lead.generic and head is not None and not self._unbroken):
            return False
        near = _NEAR.search(lead_text)
        printed = f"{near[0] if near else ''}{match['value']}{match['scale'] or ''}{match['more'] or ''}{match['unit']}"
        self._found.append(
            Figure(
                *(self._issue, self._article, measure, value, _unit(match), printed, None, period, place, self._span)
            )
        )
        self._context.told.append(self._found[-1])
        return True

    def _lead(self, text: str, match: re.Match[str]) -> Lead | None:
        """The words before a figure, or the name in a list of names that it is the value of."""
        behind = self._text[match.end() :]
        if (own := re.match(r"\|*该?公司", text)) and self._company:
            text = f"{self._company}{text[own.end() :]}"
        self._listed = shared_out(text, behind, FIGURE) or (self._listed if not text.strip("、和及与以") else [])
        if not self._listed:
            return read_lead(text, behind, match)
        name = self._listed.pop(0)
        return Lead("" if self._dependent and not name.place else name.measure, name.place, name.part)

    def _completed(self, lead: Lead, match: re.Match[str]) -> Lead:
        listed = self._found[-1:] if lead.listed and self._unbroken and not self._dependent else []
        known = Told(self._text[: match.start()], _unit(match), self._found, self._context.told, listed)
        return completed(lead, known)

    def _head(self, lead: Lead, unit: str) -> Figure | None:
        if lead.adjacent:
            return self._found[-1] if self._found and self._unbroken and not self._stopped else None
        own = [figure for figure in reversed(self._found) if "（" not in figure.measure]
        if lead.generic and (unit != "%" or lead.measure.startswith("占")):
            return self._found[-1] if self._found else self._context.head
        if not self._dependent:
            return own[0] if own else None
        whole = [figure for figure in (*own, self._context.head) if figure is not None]
        alike = [figure for figure in whole if figure.unit == unit]
        return next(iter([*alike, *whole]), None)

    def _period(self, position: int, lead: str) -> Period | None:
        clause = 0 if self._dependent else self._text.rfind(";", 0, position)
        # Beyond a semicolon only the time of the sentence's first words still holds, or the only one that it names.
        first = re.split("[,:]", self._text, maxsplit=1)[0]
        dated = "|" in self._text[clause + 1 :].partition(";")[0] if clause > 0 else True
        opens = len(first) if len(self._mentions) > 1 or dated else position
        before = [m for m in self._mentions if m.start < position and (m.start > clause or m.start < opens)]
        if before and not (_HELD.search(lead) and before[-1].period and before[-1].period.kind == "month"):
            return before[-1].period
        if self._same_time and self._context.period:
            return self._context.period
        # A sum is of the day on which it is reported.
        dated = bool(re.search(r"\||以来", self._text)) and not _UP_TO_NOW.search(self._text)
        return None if dated or not _TOTAL.search(lead) else Period(self._date, self._date, "as_of")

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
        rates = rates_of(match)
        known = [n for n in self._pending if n is not None]
        subject = match["subject"] or match["part"]
        named = [n for n in known if subject and self._found[n].measure.rstrip("）").endswith(subject)]
        named = named or [n for n in known[-1:] if subject and subject in self._found[n].measure.rpartition("（")[2]]
        if subject and not named:
            return  # of something whose value is not said
        targets: list[int | None] = [*named[-1:]] if len(rates) == 1 and named else self._pending[-len(rates) :]
        for n, rate in zip(targets, rates, strict=False):
            if n is not None and len(targets) == len(rates) and math.isfinite(rate):
                self._found[n] = replace(self._found[n], change=rate)
        self._pending = [n for n in self._pending if n not in targets] if named else []


def _unit(match: re.Match[str]) -> str:
    return _ALIKE.get(match["unit"], match["unit"])
