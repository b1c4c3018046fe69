"""Is it answerable: one calibrated decision, taken after retrieval and reading."""

from __future__ import annotations

import json
import math
import re
from importlib import resources
from typing import TYPE_CHECKING

from ftz_qa.passages import passage_label
from ftz_qa.periods import Periods
from ftz_qa.questions import content_words
from ftz_qa.reader import FEATURES, Terms, asked_measure, has_expected, tokens_of
from ftz_qa.text import normalize, tagged_words

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence

REFUSAL_FEATURES = (
    "bias",
    "unit_cosine",
    "passage_cosine",
    "best_cosine",
    "unit_coverage",
    "article_coverage",
    "focus_coverage",
    "longest_missing",
    "missing_names",
    "unknown_pairs",
    "missing_numbers",
    "missing_months",
    "missing_years",
    "other_years",
    "measure",
    "expected_kind",
    "latin",
)
"""What answerability is judged by, in the order of the stored weights; `refusal_features` says what each means."""

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_NAME_TAGS = frozenset({"nr", "ns", "nt", "nz", "nrt", "nrfg"})
_HAN = re.compile(r"[\u4e00-\u9fff]")


def refusal_features(
    question: Question,
    ranked: Sequence[Evidence],
    chosen: Sequence[Evidence],
    idf: Mapping[str, float],
    today: dt.date | None,
) -> list[float]:
    """Values of `REFUSAL_FEATURES` for a question and the evidence chosen for it (at least one unit).

    Cosines of question with the best unit chosen, its passage, and the best unit of all; the shares of the question's
    weight (and of its newly asked part) that the chosen units and their articles cover; the longest run of the
    question's characters of which no pair occurs in those articles (over 8); the shares of its names and figures that
    they do not hold, and of its newly asked pairs that occur nowhere in the index; whether the months and the year that
    it names are missing from the chosen units, or these speak of other years; whether these hold a figure of the
    measure asked for (half where none is) and the kind of thing asked for; and whether the question is in Latin script,
    for which coverage says nothing.
    """
    terms, focus = Terms(question.text, idf), Terms(question.focus, idf)
    articles = {id(item.hit.passage.article): item.hit.passage for item in chosen}
    article_text = "\n".join(f"{passage_label(p)} {p.article.title}\n{p.article.body}" for p in articles.values())
    article_tokens = tokens_of(article_text)
    units = "".join(item.text for item in chosen)
    heads = "".join(p.article.title for p in articles.values())
    asked = normalize(content_words(question.text))
    plain = normalize(article_text)
    names = [word for word, tag in tagged_words(asked) if tag in _NAME_TAGS and len(word) > 1]
    numbers = set(_NUMBER.findall(asked))
    present = set(_NUMBER.findall(plain))
    cosine = FEATURES.index("unit_cosine")
    when = Periods(question.text, today)
    times = [_times_of(item) for item in chosen]
    measure = asked_measure(normalize(question.focus))
    latin = not _HAN.search(question.text)
    return [
        1.0,
        chosen[0].features[cosine],
        chosen[0].hit.dense,
        max(item.features[cosine] for item in ranked),
        0.0 if latin else terms.coverage(tokens_of(units + heads)),
        0.0 if latin else terms.coverage(article_tokens),
        0.0 if latin else focus.coverage(article_tokens),
        0.0 if latin else _longest_missing(content_words(question.text), article_tokens) / 8,
        sum(name not in plain for name in names) / max(len(names), 1),
        0.0 if latin else focus.unknown(idf),
        len(numbers - present) / max(len(numbers), 1),
        float(bool(when.months) and not any(when.matches(said)[0] for said in times)),
        float(bool(when.years) and not any(when.matches(said)[1] for said in times)),
        float(bool(when.years) and all(when.conflicts(said)[1] for said in times)),
        0.5 if measure is None else float(bool(measure.search(normalize(units)))),
        float(has_expected(question.kind, normalize(units))),
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


def _longest_missing(content: str, tokens: frozenset[str]) -> int:
    """Length of the longest run of Han characters of which no neighbouring pair is among the tokens; at most 8."""
    longest = 0
    for run in re.findall(r"[\u4e00-\u9fff]+", content):
        size = 1
        for i in range(len(run) - 1):
            size = 1 if run[i : i + 2] in tokens else size + 1
            longest = max(longest, size if size > 1 else 0)
    return min(longest, 8)


class Judge:
    """Decides whether the evidence answers, by logistic regression over `REFUSAL_FEATURES`.

    Parameters
    ----------
    idf
        Inverse document frequencies of the index.
    today
        What ``今年`` in a question means: the date of the newest issue.
    weights
        One per feature; None for those that come with the package (fitted by ``benchmarks/fit_refusal.py``).
    """

    def __init__(
        self, idf: Mapping[str, float], today: dt.date | None, weights: Mapping[str, float] | None = None
    ) -> None:
        self._idf = idf
        self._today = today
        chosen = stored_refusal_weights() if weights is None else weights
        self._weights = [chosen.get(name, 0.0) for name in REFUSAL_FEATURES]

    def probability(self, question: Question, ranked: Sequence[Evidence], chosen: Sequence[Evidence]) -> float:
        """How likely the chosen evidence answers, 0..1; 0 where there is none."""
        if not chosen:
            return 0.0
        features = refusal_features(question, ranked, chosen, self._idf, self._today)
        logit = sum(w * f for w, f in zip(self._weights, features, strict=True))
        return 1 / (1 + math.exp(-max(min(logit, 50), -50)))

    def answers(self, question: Question, ranked: Sequence[Evidence], chosen: Sequence[Evidence]) -> bool:
        """Whether to answer rather than to refuse."""
        return self.probability(question, ranked, chosen) >= 0.5


def stored_refusal_weights() -> dict[str, float]:
    """The weights that come with the package."""
    text = resources.files("ftz_qa").joinpath("data/refusal.json").read_text(encoding="utf-8")
    weights: dict[str, float] = json.loads(text)["weights"]
    return weights
