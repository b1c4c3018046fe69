"""Whether the confidence of answers means what it says, and what refusing buys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.evaluation import Outcome

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence is in ``[low, high)``; the last bin holds 1, too.

    Attributes
    ----------
    count
        How many questions, at least 1.
    confidence
        The mean of what the answerer believed, 0..1.
    answerable
        The share that the bulletins do answer, 0..1.
    """

    low: float
    high: float
    count: int
    confidence: float
    answerable: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability table: bins that hold any question, and the expected calibration error.

    Attributes
    ----------
    error
        Mean distance of confidence and share, weighted by the bins' counts, 0..1 (Guo et al. 2017).
    n
        How many questions were judged; those answered from the issues' structure are not among them.
    """

    bins: tuple[Bin, ...]
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class RiskPoint:
    """Answering only the most confident questions: their share of all judged ones, and how many of them are wrong."""

    coverage: float
    risk: float


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """A risk-coverage curve (El-Yaniv and Wiener 2010), as far as questions were answered.

    Attributes
    ----------
    points
        From the most confident question on; the last point is what the answerer does.
    area
        Mean risk over the answered questions, 0..1: the area under the curve (AURC, Geifman and El-Yaniv 2017), by its
        width.
    n
        How many questions were judged, refused ones included.
    """

    points: tuple[RiskPoint, ...]
    area: float
    n: int


def reliability(outcomes: Sequence[Outcome]) -> Reliability | None:
    """Compare confidence and truth in ten bins of equal width; None where no confidence is known."""
    judged = [(o.answer.confidence, o.item.answerable) for o in outcomes if o.answer.confidence is not None]
    if not judged:
        return None
    confidence, answerable = np.array(judged, dtype=float).T
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = tuple(
        Bin(
            low=int(b) / BINS,
            high=(int(b) + 1) / BINS,
            count=int((place == b).sum()),
            confidence=float(confidence[place == b].mean()),
            answerable=float(answerable[place == b].mean()),
        )
        for b in np.unique(place)
    )
    error = sum(b.count * abs(b.confidence - b.answerable) for b in bins) / len(judged)
    return Reliability(bins, error, len(judged))


def risk_coverage(outcomes: Sequence[Outcome]) -> RiskCoverage | None:
    """How the share of wrong answers grows as less confident questions are answered.

    A refused question has no answer that could be judged, so the curve ends where the answerer begins to refuse.
    Questions of the same confidence are answered together.

    Returns
    -------
    RiskCoverage | None
        None where nothing was answered with a known confidence.
    """
    judged = [o for o in outcomes if o.answer.confidence is not None]
    answered = [(-(o.answer.confidence or 0.0), not o.right) for o in judged if not o.answer.refused]
    if not answered:
        return None
    doubt, wrong = np.array(sorted(answered), dtype=float).T
    ends = np.append(np.flatnonzero(np.diff(doubt)), len(doubt) - 1)
    risks = np.cumsum(wrong)[ends] / (ends + 1)
    widths = np.diff(ends, prepend=-1)
    points = tuple(RiskPoint((int(e) + 1) / len(judged), float(r)) for e, r in zip(ends, risks, strict=True))
    return RiskCoverage(points, float((risks * widths).sum() / len(answered)), len(judged))
