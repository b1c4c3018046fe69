"""Is it answerable: one calibrated decision, taken after retrieval and reading."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from ftz_qa.passages import passage_label
from ftz_qa.periods import Periods
from ftz_qa.questions import content_words
from ftz_qa.reader import Terms, asked_measure, tokens_of
from ftz_qa.text import lexical_tokens, normalize, tagged_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence

REFUSAL_FEATURES = (
    "bias",
    "residual_coverage",
    "missing_names",
    "missing_nouns",
    "unknown_pairs",
    "missing_months",
    "missing_years",
    "measure",
    "latin",
)
"""What answerability is judged by, in the order of the stored weights; `refusal_features` says what each means."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ENGLISH = re.compile(
    r"\b(?:what|which|when|where|who|whose|why|how|is|are|was|were|do|does|did|has|have|can|tell|list|explain|summari[sz]e)\b",
    re.I,
)
_NAME_TAGS = frozenset({"ns", "nt"})
_NOUN_TAGS = frozenset({"n", "ns", "nt", "nz", "vn", "j", "l"})
_GENERAL = re.compile(
    "情况|名字|名称|时间|时候|数量|金额|内容|方面|地方|原因|问题|单位|部门|企业|公司|城市|人员|时期|东西|方式|办法"
    "|比例|面积|总数|活动|会上|目的|好处|目前|今年|去年|上半年|工作|具体|主要|消息|通报"
)

_HAN = re.compile(r"[\u4e00-\u9fff]")


def refusal_features(
    question: Question, chosen: Sequence[Evidence], idf: Mapping[str, float], today: dt.date | None
) -> list[float]:
    """Values of `REFUSAL_FEATURES` for a question and the evidence chosen for it (at least one unit).

    How much of what the articles' titles leave open the chosen units cover (half where nothing is open); the shares of
    the question's place and organisation names and of its nouns that the articles do not hold, and of its newly asked
    pairs of characters that occur nowhere in the index; whether the months, or the year, that it names are missing from
    the chosen units; whether these hold a figure of the measure asked for (half where none is); and whether the
    question is in Latin script, for which words say nothing.
    """
    articles = {id(item.hit.passage.article): item.hit.passage for item in chosen}
    plain = normalize("\n".join(f"{passage_label(p)} {p.article.title}\n{p.article.body}" for p in articles.values()))
    units = "".join(item.text for item in chosen)
    titles = tokens_of("".join(p.article.title for p in articles.values()))
    words = [(word, tag) for word, tag in tagged_words(normalize(content_words(question.text))) if len(word) > 1]
    names = [word for word, tag in words if tag in _NAME_TAGS]
    nouns = [word for word, tag in words if tag in _NOUN_TAGS and not _GENERAL.fullmatch(word)]
    open_terms = Terms(question.text, idf).without(titles)
    when = Periods(question.text, today)
    times = [_times_of(item) for item in chosen]
    measure = asked_measure(normalize(question.focus))
    latin = not _HAN.search(question.text)
    return [
        1.0,
        open_terms.coverage(tokens_of(units)) if open_terms.total and not latin else 0.5,
        sum(name not in plain for name in names) / max(len(names), 1),
        sum(noun not in plain for noun in nouns) / max(len(nouns), 1),
        0.0 if latin else Terms(question.focus, idf).unknown(idf),
        float(bool(when.months) and not any(when.matches(said)[0] for said in times)),
        float(bool(when.years) and not any(when.matches(said)[1] for said in times)),
        0.5 if measure is None else float(bool(measure.search(normalize(units)))),
        float(latin),
    ]


def _times_of(item: Evidence) -> Periods:
    """When a unit speaks of: what it names, or else its paragraph before it, or else the issue's year."""
    passage = item.hit.passage
    body = passage.article.body
    start = body.rfind("\n", 0, item.span.start) + 1
    date = passage.issue.date
    times = Periods(item.text, date, Periods(body[start : item.span.start], date))
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
        logit = sum(w * f for w, f in zip(self._weights, features, strict=True))
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
