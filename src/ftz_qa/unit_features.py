"""What the units (sentences and semicolon clauses) of the passages found are judged by."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.passages import passage_context
from ftz_qa.periods import Periods
from ftz_qa.questions import MEASURE_WORDS
from ftz_qa.terms import Terms, tokens_of
from ftz_qa.text import normalize, tagged_words
from ftz_qa.types import Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ftz_qa.questions import Kind, Question
    from ftz_qa.reading import Reading
    from ftz_qa.types import Hit

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_FIGURE = r"(?:\d[\d.]*|[一二两三四五六七八九十百千半]+)(?:余|多|来|个|万|亿|千|百)*"
_ORGANISATION = (
    r"公司|集团|银行|海关|政府|管委会|委员会|办公室"
    r"|[\u4e00-\u9fff]{2}(?:局|厅|部|院|协会|中心|学校|大学|企业|机构|代表处)"
)
_OFFICE = r"主任|书记|市长|省长|局长|厅长|部长|行长|院长|秘书长|负责人|经理|董事|会长|教授|工程师|科长|处长|创始人"
_EXPECTED: dict[str, re.Pattern[str]] = {
    "number": re.compile(r"\d|[一二两三四五六七八九十百]+(?:[个家项条种类次批名位期]|余)"),
    "percent": re.compile(r"\d%|百分之|\d倍|翻番|翻了|百分点"),
    "date": re.compile(r"\d+年|\d+月|\d+日|今年|去年|明年|近日|日前|期间|上旬|中旬|下旬|季度|工作日|\d天|小时"),
    "who": re.compile(rf"{_ORGANISATION}|{_OFFICE}"),
    "organisation": re.compile(_ORGANISATION),
    "list": re.compile(r"、[^、]+、|一是|包括|分别|”“|；.+；|和[^，]+等"),
    "reason": re.compile(
        r"因为|由于|因此|因而|为了|得益于|原因|究其|所以|是因|以致|以便|考虑|(?:^|[，。])为[^，。]{2,40}，"
        r"|担心|使得|旨在|过去|难以|不足"
    ),
    "how": re.compile(r"通过|采取|采用|利用|建立|推行|实施|以“|依托|简化|优化|开展|将|可"),
}
_PLACED = re.compile(
    r"位于|坐落|地处|设在|设于|落户|建在|选址|驻|在[\u4e00-\u9fff“”（）]{2,16}(?:举行|举办|召开|建成|落地|投用|揭牌|成立|启动|签约)"
)
_TAGS: dict[str, frozenset[str]] = {"where": frozenset({"ns"}), "who": frozenset({"nr"})}
_PLANS_ASKED = re.compile(r"下一步|接下来|今后|打算|计划|将要|未来|后续|准备|还要|还会|往后")
_PLANS = re.compile(r"下一步|接下来|今后|计划|将|未来|力争|预计")
_MEASURE = re.compile(rf"(?<!哪)(?:多少|几(?![月日号]))[个多来余万亿]*({MEASURE_WORDS})")
_ALIKE = ("项件个条份种", "人名位", "家户", "趟班次")  # the same things are counted with any of these
_IMPLIED_MEASURES = (
    (
        re.compile(
            r"多少钱|几[块个]?钱|(?:投资|资金|金额|产值|货值|总额|费用|成本|授信|贷款|融资|收入|交易额|钱)\S{0,4}(?:多少|几|多大)"
        ),
        "元|美元",
    ),
    (re.compile(r"多远|多长|距离"), "公里|千米|米"),
    (re.compile(r"多久|多长时间|用时|耗时"), "天|小时|分钟|日|年|月"),
    (re.compile(r"面积|占地"), "平方米|平方公里|平米|亩|公顷|万平"),
    (re.compile(r"多少人|几个?人|几位|几名"), "人|名|位"),
    (re.compile(r"几月|几号|几日|哪天|哪一天|哪个?月"), "月|日"),
    (re.compile(r"哪一?年"), "年"),
    (re.compile(r"多少度|温度|几度"), "度|°c"),
)

FEATURES = (
    "unit_cosine",
    "cosine_margin",
    "passage_cosine",
    "passage_fused",
    "unit_coverage",
    "context_coverage",
    "residual_coverage",
    "passage_coverage",
    "focus_coverage",
    "longest_match",
    "expected_kind",
    "new_number",
    "measure",
    "month_match",
    "month_conflict",
    "year_match",
    "year_conflict",
    "plan",
    "is_heading",
    "short",
    "log_length",
    "first_rank",
    "read_answerable",
    "read_evidence",
    "read_mass",
)
"""What a unit is judged by, in the order of the stored weights; `unit_features` says what each means."""


LEAST_MASS = 0.001
"""Added to a share before its logarithm is taken."""

UNREAD = (-1.0, -1.0, math.log(LEAST_MASS))
"""Features of units that the trained reader did not see."""

EARLIER_WEIGHT = 0.25
"""How much words count that are not part of what is asked: of the question before, or of the others in the same."""


def _longest_match(question: str, unit: str) -> int:
    """Length of the longest run of characters that both share (both normalised)."""
    best = 0
    for start in range(len(question)):
        while start + best < len(question) and question[start : start + best + 1] in unit:
            best += 1
    return best


def has_expected(kind: Kind, text: str) -> bool:
    """Whether a normalised text holds the kind of thing asked for; True for kinds without a sign of their own."""
    if kind == "where" and _PLACED.search(text):
        return True
    pattern = _EXPECTED.get(kind)
    if pattern is not None and pattern.search(text):
        return True
    tags = _TAGS.get(kind)
    if tags is not None:
        return any(tag in tags for _, tag in tagged_words(text))
    return pattern is None


def asked_measure(question: str) -> re.Pattern[str] | None:
    """Find figures with the measure word that a normalised question asks for (``多少亩`` → ``142亩``).

    None where it names no measure.
    """
    words = [
        next(("|".join(alike) for alike in _ALIKE if match[1] in alike), match[1])
        for match in _MEASURE.finditer(question)
    ] or [words for pattern, words in _IMPLIED_MEASURES if pattern.search(question)]
    return re.compile(f"{_FIGURE}(?:{'|'.join(words)})") if words else None


class Asked:
    """What is the same for all units of one question."""

    def __init__(self, question: Question, idf: Mapping[str, float], today: dt.date | None) -> None:
        self.kind: Kind = question.kind
        self.text = normalize(question.text)
        self.focus = Terms(question.focus, idf)
        self.terms = Terms(question.text, idf)
        if question.focus != question.text:
            self.terms = self.terms.weighted(EARLIER_WEIGHT, self.focus)
        self.numbers = set(_NUMBER.findall(self.text))
        said_now = Periods(question.focus, today)
        self.periods = said_now if said_now.months or said_now.years else Periods(question.text, today)
        self.plans = bool(_PLANS_ASKED.search(self.text))
        self.measure = asked_measure(normalize(question.focus)) or asked_measure(self.text)


def reading_features(reading: Reading | None, units: Sequence[Span]) -> NDArray[np.float32]:
    """What the trained reader says of each unit: float32 (units, 3), the last of `FEATURES`.

    Logit of whether the passage answers and of whether the unit bears it out (over 5), and how likely the answer stands
    in the unit (log). A passage that was not read counts as one that hardly answers.

    Parameters
    ----------
    units
        In characters of the text that was read.
    """
    if reading is None:
        return np.tile(np.array(UNREAD, dtype=np.float32), (len(units), 1))
    rows = [
        (reading.answerable / 5, max(float(logit), -10.0) / 5, math.log(reading.mass(unit) + LEAST_MASS))
        for unit, logit in zip(units, reading.unit_logits, strict=True)
    ]
    return np.array(rows, dtype=np.float32).reshape(-1, 3)


def unit_features(
    asked: Asked,
    hit: Hit,
    rank: int,
    spans: Sequence[Span],
    cosines: NDArray[np.float32],
    reading: Reading | None = None,
) -> NDArray[np.float32]:
    """Judge every unit of one hit: float32 (units, features), in the order of `FEATURES`.

    Cosine of the unit with the question, and by how much it is above its passage's mean; the passage's cosine and fused
    score; how much of the question's weight the unit covers: alone, with title, inner heading and its paragraph so far,
    of what the title leaves open, with its whole passage, and of the newly asked words; the longest shared run of
    characters (over 8); whether the expected kind of thing is there, figures that the question does not hold, and
    figures of the measure asked for; whether it speaks of the months and the year asked about, or of others; whether it
    tells plans where plans are asked for; whether it is an inner heading, or hardly longer than one; its length (log);
    whether its passage is the first hit; and `reading_features`.
    """
    passage = hit.passage
    body = passage.article.body
    headings = {span.start for span in passage.article.headings}
    context = tokens_of(passage_context(passage))
    whole = asked.terms.coverage(context | tokens_of(passage.text))
    mean = float(cosines.mean()) if len(cosines) else 0.0
    numeric = asked.kind in {"number", "percent", "date"}
    before: frozenset[str] = frozenset()
    periods: Periods | None = None
    end = 0
    rows = []
    for span, cosine in zip(spans, cosines.tolist(), strict=True):
        printed = body[span.start : span.end]
        text = normalize(printed)
        tokens = tokens_of(printed)
        if "\n" in body[end : span.start]:
            before, periods = frozenset(), None
        end = span.end
        periods = Periods(printed, passage.issue.date, periods)
        month_match, year_match = asked.periods.matches(periods)
        month_conflict, year_conflict = asked.periods.conflicts(periods)
        rows.append(
            (
                cosine,
                cosine - mean,
                hit.dense,
                hit.score,
                asked.terms.coverage(tokens),
                asked.terms.coverage(tokens | context | before),
                asked.terms.coverage(tokens - context),
                whole,
                asked.focus.coverage(tokens),
                min(_longest_match(asked.text, text), 16) / 8,
                float(has_expected(asked.kind, text)),
                float(numeric and bool(set(_NUMBER.findall(text)) - asked.numbers)),
                float(asked.measure is not None and bool(asked.measure.search(text))),
                float(month_match),
                float(month_conflict),
                float(year_match),
                float(year_conflict),
                float(asked.plans and bool(_PLANS.search(text))),
                float(span.start in headings),
                float(len(text) < 12),
                math.log1p(len(text)) / 4,
                float(rank == 0),
            )
        )
        before |= tokens
    if not rows:
        return np.zeros((0, len(FEATURES)), dtype=np.float32)
    judged = np.array(rows, dtype=np.float32)
    units = [Span(span.start - passage.start, span.end - passage.start) for span in spans]
    return np.concatenate([judged, reading_features(reading, units)], axis=1)
