"""Which of several things asked the evidence answers, and which it does not."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence
    from ftz_qa.refusal import Judge

MISSING = 0.15
"""Below this probability a part has no answer, where the whole question has one."""

SURELY = 0.08
"""Below this probability that is so even where the best unit for it is shown for another part."""

SURE, DOUBTFUL = 0.75, 0.4
"""Where the whole question has no answer: what one part needs for an answer to be given, and the others to be in it."""

_STOPS = re.compile(r"^[\s，,、；;。和及]+|[\s，,、；;。？?！!]+$")


def missing_parts(judge: Judge, parts: Sequence[tuple[Question, Evidence]]) -> list[int]:
    """Places of the parts without an answer in a question that has one; none where it asks one thing only.

    Parameters
    ----------
    parts
        Each with the best unit for it.
    """
    each = [judge.probability(part, [best]) for part, best in parts]
    found = [n for n, probability in enumerate(each) if probability < MISSING]
    # The judge sees more in the parts together than in each by itself.
    return _without_shared(found, parts, each) if len(found) < len(parts) else []


def missing_alone(judge: Judge, parts: Sequence[tuple[Question, Evidence]]) -> list[int] | None:
    """The same for a question that as a whole has no answer, each part judged by its own words.

    None where no part is surely answered either, so that the question has to be refused.
    """
    alone = [judge.probability(replace(part, text=part.focus), [best]) for part, best in parts]
    if len(parts) < 2 or max(alone) < SURE:
        return None
    return _without_shared([n for n, probability in enumerate(alone) if probability < DOUBTFUL], parts, alone)


def _without_shared(
    found: Sequence[int], parts: Sequence[tuple[Question, Evidence]], each: Sequence[float]
) -> list[int]:
    """Those parts whose best unit is not that of a part which is answered, or that surely have no answer."""
    shown = [(best.hit.position, best.span) for n, (_, best) in enumerate(parts) if n not in found]
    return [n for n in found if (parts[n][1].hit.position, parts[n][1].span) not in shown or each[n] < SURELY]


def named(part: Question) -> str:
    """What a part asks, as it can be named in a sentence."""
    return _STOPS.sub("", normalize(part.focus))
