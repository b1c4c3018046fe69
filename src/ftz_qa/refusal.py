"""Is it answerable: one calibrated decision, taken after retrieval and reading."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from ftz_qa.periods import Periods
from ftz_qa.questions import content_words, parts_of
from ftz_qa.text import lexical_tokens, normalize, tagged_words
from ftz_qa.unit_features import FEATURES, asked_measure

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence

REFUSAL_FEATURES = (
    "bias",
    "missing_years",
    "joint_support",
    "month_conflict",
    "fused_score",
    "figure_asked",
    "several_asked",
    "read_answerable",
)
"""What answerability is judged by, in the order of the stored weights; `refusal_features` says what each means."""

_ROUGH = 1.4
"""In logits: words put from English into Chinese one by one are met by fewer features than a question of staff."""

_READ_ANSWERABLE = FEATURES.index("read_answerable")
_MONTH_CONFLICT = FEATURES.index("month_conflict")
_ENGLISH = re.compile(
    r"\b(?:what|which|when|where|who|whose|why|how|is|are|was|were|do|does|did|has|have|can|tell|list|explain|summari[sz]e)\b",
    re.I,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_CONTENT_TAGS = frozenset("nvajli")
_GENERAL = re.compile(
    "情况|名字|名称|时间|时候|数量|金额|内容|方面|地方|原因|问题|单位|部门|企业|公司|城市|地区|人员|时期|东西|方式|办法"
    "|比例|面积|总数|活动|会上|目的|好处|目前|今年|去年|上半年|工作|具体|主要|消息|通报|口岸|港口|加工厂"
    "|开始|进行|可以|能够|需要|知道|使用|认为|成为|完成|实现"
)


def refusal_features(
    question: Question, chosen: Sequence[Evidence], idf: Mapping[str, float], today: dt.date | None
) -> list[float]:
    """Values of `REFUSAL_FEATURES` for a question and the evidence chosen for it (at least one unit).

    Whether the year that the question names is missing from the chosen units; the largest share of its content words,
    by weight, that one chosen unit holds, together with its title and paragraph so far, where that unit also has the
    measure and the months asked for; whether the best unit speaks of other months; the fused score of its passage;
    whether a figure is asked for, and several things at once; and the trained reader's largest logit (over 5) of
    whether the passage of a chosen unit answers.
    """
    when = Periods(question.text, today)
    times = [_times_of(item) for item in chosen]
    measure = asked_measure(normalize(question.focus))
    measured = [measure is None or bool(measure.search(normalize(item.text))) for item in chosen]
    in_months = [not when.months or when.matches(said)[0] for said in times]
    fitting = [item for item, *fits in zip(chosen, measured, in_months, strict=True) if all(fits)]
    words = _content_words(question)
    return [
        1.0,
        float(bool(when.years) and not any(when.matches(said)[1] for said in times)),
        max((_support(words, item, idf) for item in fitting), default=0.0),
        chosen[0].features[_MONTH_CONFLICT],
        chosen[0].hit.score,
        float(question.kind in {"number", "percent"}),
        float(len(parts_of(question)) > 1),
        max(item.features[_READ_ANSWERABLE] for item in chosen),
    ]


def _content_words(question: Question) -> list[str]:
    """Words of a question that say what it is about."""
    words = tagged_words(normalize(content_words(question.text)))
    return [
        word
        for word, tag in words
        if len(word) > 1 and tag[0] in _CONTENT_TAGS and word.isalpha() and not _GENERAL.fullmatch(word)
    ]


def _pairs(word: str) -> list[str]:
    """Neighbouring characters of a word of at least two, as `lexical_tokens` makes them."""
    return [word[i : i + 2] for i in range(len(word) - 1)]


def _support(words: Sequence[str], item: Evidence, idf: Mapping[str, float]) -> float:
    """Share of the words, by weight, that stand in a unit, its paragraph before it or its article's title, 0..1."""
    text = _with_context(item)
    weights = {word: max(idf[pair] for pair in _pairs(word)) for word in words}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in text) / total if total else 1.0


def _with_context(item: Evidence) -> str:
    """A unit with its paragraph before it and its article's title, normalised."""
    article = item.hit.passage.article
    return normalize(f"{article.paragraph_before(item.span.start)}{item.text}{article.title}")


def _times_of(item: Evidence) -> Periods:
    """When a unit speaks of: what it names, or else its paragraph before it, or else the issue's year."""
    passage = item.hit.passage
    date = passage.issue.date
    times = Periods(item.text, date, Periods(passage.article.paragraph_before(item.span.start), date))
    if date is not None and not times.years:
        times.years = {date.year}
    return times


class Judge:
    """Decides whether the evidence answers, by logistic regression over `REFUSAL_FEATURES`.

    Parameters
    ----------
    idf
        Inverse document frequencies of the index.
    today
        What ``今年`` in a question means: the date of the newest issue.
    model
        None for the one that comes with the package (fitted by ``benchmarks/fit_refusal.py``).
    """

    def __init__(self, idf: Mapping[str, float], today: dt.date | None, model: RefusalModel | None = None) -> None:
        self._idf = idf
        self._today = today
        model = model or stored_refusal_model()
        self._weights = [model.weights.get(name, 0.0) for name in REFUSAL_FEATURES]
        self._threshold = model.threshold

    def probability(self, question: Question, chosen: Sequence[Evidence]) -> float:
        """How likely the chosen evidence answers, 0..1; 0 where there is none, or where nothing is asked."""
        if not chosen or not self._asks(question):
            return 0.0
        features = refusal_features(question, chosen, self._idf, self._today)
        logit = sum(w * f for w, f in zip(self._weights, features, strict=True)) + _ROUGH * question.rough
        return 1 / (1 + math.exp(-max(min(logit, 50), -50)))

    def _asks(self, question: Question) -> bool:
        """Whether text in Latin script is a question or names something known; the model's cosines don't tell noise."""
        if _HAN.search(question.text):
            return True
        tokens = [token for token in lexical_tokens(question.text) if len(token) > 1]
        return (len(tokens) > 2 and bool(_ENGLISH.search(question.text))) or bool(
            tokens and all(token in self._idf for token in tokens)
        )

    def answers(self, question: Question, chosen: Sequence[Evidence]) -> bool:
        """Whether to answer rather than to refuse."""
        return self.probability(question, chosen) >= self._threshold


@dataclass(frozen=True, slots=True)
class RefusalModel:
    """Weights of `REFUSAL_FEATURES` by name, and the probability from which on to answer."""

    weights: Mapping[str, float]
    threshold: float


def stored_refusal_model() -> RefusalModel:
    """The model that comes with the package."""
    stored = json.loads(resources.files("ftz_qa").joinpath("data/refusal.json").read_text(encoding="utf-8"))
    return RefusalModel(stored["weights"], stored["threshold"])
