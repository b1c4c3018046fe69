"""Which of several things asked the evidence does not answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.text import normalize

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.questions import Question
    from ftz_qa.reader import Evidence
    from ftz_qa.refusal import Judge

MISSING = 0.1
"""Below this probability a part has no answer; whether the whole question has one was decided before."""

_STOPS = re.compile(r"^[\s，,、；;。和及]+|[\s，,、；;。？?！!]+$")


def missing_parts(judge: Judge, parts: Sequence[tuple[Question, Evidence]]) -> list[str]:
    """The parts without an answer, in the user's words; none where the question asks one thing only.

    Parameters
    ----------
    parts
        Each with the best unit for it.
    """
    if len(parts) < 2:
        return []
    found = [_STOPS.sub("", normalize(part.focus)) for part, best in parts if judge.probability(part, [best]) < MISSING]
    # With nothing found at all the question would have been refused: the judge sees more in the parts together.
    return found if len(found) < len(parts) else []
