"""Which of several things asked the evidence answers, and which it does not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.text import normalize
from ftz_qa.unit_features import has_expected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence
    from ftz_qa.refusal import Judge

MISSING = 0.2
"""Below this probability a part has no answer, where the whole question has one."""

SURELY = 0.15
"""Below this probability that is so even where the best unit for it is shown for another part."""

SURE, DOUBTFUL = 0.75, 0.4
"""Where the whole question has no answer: what one part needs for an answer to be given, and the others to be in it."""

_TOLD_BY_FORM = frozenset({"number", "percent", "date"})
_STOPS = re.compile(r"^[\s，,、；;。和及]+|[\s，,、；;。？?！!]+$")


def missing_parts(judge: Judge, parts: Sequence[tuple[Question, Evidence]]) -> list[int] | None:
    """Places of the parts without an answer in a question that has one; none where it asks one thing only.

    None where no part has an answer of its own: much that fits the parts together may answer none of them.

    Parameters
    ----------
    parts
        Each with the best unit for it.
    """
    each = [judge.probability(part, [best]) for part, best in parts]
    alone = _alone(judge, parts)
    if len(parts) > 1 and max(alone) < MISSING:
        return None
    found = [n for n, probability in enumerate(each) if probability < MISSING]
    lacking = [n for n, (part, best) in enumerate(parts) if alone[n] < DOUBTFUL and not _has_its_kind(part, best)]
    # The judge sees more in the parts together than in each by itself.
    missing = _without_shared(found, parts, each) if len(found) < len(parts) else []
    missing = sorted({*missing, *lacking})
    return missing if len(missing) < len(parts) else []


def _alone(judge: Judge, parts: Sequence[tuple[Question, Evidence]]) -> list[float]:
    """How likely each part is answered, judged by its own words."""
    return [judge.probability(replace(part, text=part.focus), [best]) for part, best in parts]


def _has_its_kind(part: Question, best: Evidence) -> bool:
    """Whether a unit holds a figure or a time where one is asked for."""
    return part.kind not in _TOLD_BY_FORM or has_expected(part.kind, normalize(best.text))


def missing_alone(judge: Judge, parts: Sequence[tuple[Question, Evidence]]) -> list[int] | None:
    """The same for a question that as a whole has no answer, each part judged by its own words.

    None where no part is surely answered either, so that the question has to be refused.
    """
    alone = _alone(judge, parts)
    if len(parts) < 2 or max(alone) < SURE:
        return None
    return _without_shared([n for n, probability in enumerate(alone) if probability < DOUBTFUL], parts, alone)


def _without_shared(
    found: Sequence[int], parts: Sequence[tuple[Question, Evidence]], each: Sequence[float]
) -> list[int]:
    """Those parts whose best unit is not that of a part which is answered, or that surely have no answer."""
    shown = [(best.hit.position, best.span) for n, (_, best) in enumerate(parts) if n not in found]
    return [
        n
        for n in found
        if (parts[n][1].hit.position, parts[n][1].span) not in shown or each[n] < SURELY or _of_its_own(parts[n][0])
    ]


def _of_its_own(part: Question) -> bool:
    """Whether a part is a question about a thing of its own, so that what another one asks says nothing of it."""
    return part.focus == part.text


def named(asked: str) -> str:
    """What a part asks, as it can be named in a sentence."""
    return _STOPS.sub("", normalize(asked))
