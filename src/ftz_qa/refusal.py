"""Is it answerable: one calibrated decision, taken after retrieval and reading."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from ftz_qa.agreement import named_missing, office_missing, other_stage
from ftz_qa.periods import Periods
from ftz_qa.questions import parts_of
from ftz_qa.text import lexical_tokens, normalize
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence

REFUSAL_FEATURES = (
    "bias",
    "missing_years",
    "month_conflict",
    "fused_score",
    "figure_asked",
    "reason_asked",
    "several_asked",
    "read_answerable",
    "office_missing",
    "named_missing",
    "other_stage",
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


def refusal_features(question: Question, chosen: Sequence[Evidence], today: dt.date | None) -> list[float]:
    """Values of `REFUSAL_FEATURES` for a question and the evidence chosen for it (at least one unit).

    Whether the year that the question names is missing from the chosen units; whether the best unit speaks of other
    months; the fused score of its passage; whether a figure is asked for, a reason, several things at once; the
    trained reader's logit (over 5) of whether the best unit's passage answers; and what the question names and the
    chosen units do not (`agreement`): an office, one of several things that are much alike, the stage of an
    undertaking.
    """
    when = Periods(question.text, today)
    text = normalize(question.text)
    units = [normalize(item.text) for item in chosen]
    above = "\n".join(_above(item) for item in chosen)
    together = "\n".join(units)
    return [
        1.0,
        float(bool(when.years) and not any(when.matches(_times_of(item))[1] for item in chosen)),
        chosen[0].features[_MONTH_CONFLICT],
        chosen[0].hit.score,
        float(question.kind in {"number", "percent"}),
        float(question.kind == "reason"),
        float(len(parts_of(question)) > 1),
        chosen[0].features[_READ_ANSWERABLE],
        float(question.kind == "who" and office_missing(normalize(question.focus), units)),
        float(named_missing(text, together, above)),
        float(other_stage(text, together)),
    ]


def _above(item: Evidence) -> str:
    """The paragraph of a unit before it and its article's title, normalised."""
    article = item.hit.passage.article
    return normalize(f"{article.paragraph_before(item.span.start)} {article.title}")


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
        features = refusal_features(question, chosen, self._today)
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
