"""Figures over many outcomes, each with an interval that says how far chance reaches."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import bootstrap

from ftz_qa.evaluation_wording import LABELS, as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from ftz_qa.evaluation import Outcome

CONCISE_CHARS = 200
RANKS = 10
RESAMPLES = 2000
_CONFIDENCE = 0.95
_SEED = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a group of questions.

    Attributes
    ----------
    value
        A share 0..1, a number (of characters, sentences, tokens), a price, or milliseconds.
    low, high
        95 % bootstrap percentile interval; None where there is but one case, or nothing to vary.
    n
        How many cases it is over.
    """

    value: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class _Cases:
    """The cases of a figure, which is the sum of `gains` by the sum of `weights`, or a percentile of `gains`.

    Every weight is positive, so the figure of a resample exists, too.
    """

    gains: NDArray[np.float64]
    weights: NDArray[np.float64]
    percentile: float | None = None

    def value(self) -> float:
        return float(self._statistic()(self.gains, self.weights, axis=-1))

    def figure(self) -> Figure:
        low = high = None
        if len(self.gains) > 1:
            interval = bootstrap(
                (self.gains, self.weights),
                self._statistic(),
                n_resamples=RESAMPLES,
                batch=200,
                paired=True,
                vectorized=True,
                confidence_level=_CONFIDENCE,
                method="percentile",
                rng=np.random.default_rng(_SEED),
            ).confidence_interval
            low, high = float(interval.low), float(interval.high)
        return Figure(self.value(), low, high, len(self.gains))

    def _statistic(self) -> Callable[..., Any]:
        return _ratio if self.percentile is None else partial(_percentile, self.percentile)


def _ratio(gains: NDArray[np.float64], weights: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return np.asarray(gains.sum(axis=axis) / weights.sum(axis=axis))


def _percentile(q: float, gains: NDArray[np.float64], weights: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    return np.asarray(np.percentile(gains, q, axis=axis))


def ndcg(relevant: Sequence[bool], total: int) -> float:
    """Discounted cumulative gain at 10 by the best that could be had (Järvelin and Kekäläinen 2002), gains 0 or 1.

    Parameters
    ----------
    relevant
        Whether each result is relevant, best result first.
    total
        How many relevant articles there are, at least 1.
    """
    discounts = 1 / np.log2(np.arange(2, RANKS + 2))
    found = np.array(relevant[:RANKS], dtype=float)
    return float((found * discounts[: len(found)]).sum() / discounts[: min(total, RANKS)].sum())


def _cases(outcomes: Sequence[Outcome]) -> dict[str, _Cases]:
    """The cases of every figure that has any."""
    answerable = [o for o in outcomes if o.item.answerable]
    concise = [o for o in answerable if o.item.concise]
    silent = [o for o in outcomes if not o.item.answerable]
    refused = [o for o in outcomes if o.answer.refused]
    judged = [o for o in answerable if o.answer.refused or (o.judged and o.judged.right is not None)]
    asked_model = any(o.judged for o in outcomes)
    support = [o.support for o in outcomes if o.support is not None]
    means: dict[str, list[float]] = {
        "accuracy": [float(o.right) for o in answerable],
        "concise": [float(o.brief) for o in outcomes if o.brief is not None],
        "chars": [float(len(o.answer.text)) for o in concise if not o.answer.refused],
        "judged": [float(bool(o.judged and o.judged.right)) for o in judged if asked_model],
        "refusal_precision": [float(not o.item.answerable) for o in refused],
        "refusal_recall": [float(o.answer.refused) for o in silent],
        "citation_recall": [float(o.cited) for o in outcomes if o.cited is not None],
        "citation_precision": [o.precision for o in outcomes if o.precision is not None],
        "quote_recall": [s.recall for s in support],
        "quote_precision": [s.precision for s in support if s.precision is not None],
        **_retrieval(outcomes),
        **_writing(outcomes),
        "latency_mean": [o.answer.latency_ms for o in outcomes],
    }
    cases = {name: _Cases(np.array(gains), np.ones(len(gains))) for name, gains in means.items() if gains}
    if silent:
        # F1 = 2 TP / (refused + unanswerable), summed over the questions that are at least one of both.
        either = [(o.answer.refused, not o.item.answerable) for o in outcomes]
        pairs = np.array([pair for pair in either if any(pair)], dtype=float)
        cases["refusal_f1"] = _Cases(2 * pairs.prod(axis=1), pairs.sum(axis=1))
    if "latency_mean" in cases:
        spent = cases["latency_mean"]
        cases |= {f"latency_p{q}": _Cases(spent.gains, spent.weights, q) for q in (50, 95)}
    return {name: cases[name] for name in LABELS if name in cases}


def _retrieval(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    asked = [o for o in outcomes if o.rank is not None]
    ranks = [o.rank or 0 for o in asked]
    gains = []
    for outcome in asked:
        gold = {(g.issue, g.article) for g in outcome.item.gold}
        gains.append(ndcg([pair in gold for pair in outcome.retrieved], len(gold)))
    return {
        **{f"recall@{k}": [float(0 < rank <= k) for rank in ranks] for k in (1, 5, 10)},
        "mrr@10": [1 / rank if rank else 0.0 for rank in ranks],
        "ndcg@10": gains,
    }


def _writing(outcomes: Sequence[Outcome]) -> dict[str, list[float]]:
    """How a language model fared with the answers that it was asked for."""
    asked = [o.answer.writing for o in outcomes if o.answer.writing is not None]
    kept = [one for one in asked if not one.fallback]
    costs = [one.cost for one in asked]
    return {
        "llm_fallback": [float(bool(one.fallback)) for one in asked],
        "llm_unverified": [float(one.unverified) for one in kept],
        "llm_repaired": [float(one.repaired) for one in kept],
        "llm_replaced": [float(one.replaced) for one in kept],
        "llm_dropped": [float(one.dropped) for one in kept],
        "llm_read": [float(one.usage.read) for one in asked],
        "llm_written": [float(one.usage.written) for one in asked],
        "llm_cost": costs if any(costs) else [],
    }


def metrics(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """The figures of a group of outcomes; a figure without any case is left out.

    Refusal precision, recall and F1 count refusals as the positive class. Citation recall is over answered questions
    with gold articles; retrieval figures over all questions with gold articles.
    """
    return {"n": float(len(outcomes))} | {name: cases.value() for name, cases in _cases(outcomes).items()}


def estimates(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """The same figures with their intervals: questions are resampled 2000 times, from a fixed seed (Efron 1979)."""
    count = Figure(float(len(outcomes)), None, None, len(outcomes))
    return {"n": count} | {name: cases.figure() for name, cases in _cases(outcomes).items()}


def by_type(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float]]:
    """`metrics` of each type of question, and of all under ``all``."""
    return {name: metrics(group) for name, group in groups(outcomes).items()}


def groups(outcomes: Sequence[Outcome]) -> dict[str, Sequence[Outcome]]:
    """The outcomes of each type of question, and all under ``all``."""
    by: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by[outcome.item.type].append(outcome)
    return {**dict(sorted(by.items())), "all": outcomes}


COLUMNS = (
    "n",
    "accuracy",
    "concise",
    "chars",
    "refusal_precision",
    "refusal_recall",
    "refusal_f1",
    "citation_recall",
    "citation_precision",
    "quote_recall",
    "quote_precision",
    "recall@1",
    "recall@5",
    "mrr@10",
    "ndcg@10",
)
"""What tables by type show; the others are only of interest over all questions."""


def table(figures: Mapping[str, Mapping[str, float]]) -> str:
    """The figures as a Markdown table, shares in per cent."""
    lines = ["| 类型 | " + " | ".join(LABELS[column] for column in COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name, row in figures.items():
        cells = [as_number(column, row[column]) if column in row else "" for column in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
