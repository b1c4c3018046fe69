"""The sentence that gives the reason, where the best one for ``为什么`` only tells of what came about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.text import normalize
from ftz_qa.unit_features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.reader import Evidence

_CAUSE = re.compile(
    r"得益于|归功于|离不开|原因|由于|因为|究其|源于|看[中重]|是因|分析[，,：:]|受[^，,。]{2,16}影响|(?:^|[，,：:。])因(?![此而])"
)
_AIM = re.compile(r"旨在|目的|以便|(?:^|[，,：:])为(?:了|进一步|破解|解决|缓解|应对|[^，,。]{4,40}[，,])")
# What a sentence that tells of causes may hold besides: more than enough to leave it alone.
_HINTS = re.compile("因|为了|使得|导致|造成|难|不足|短板|缺|担心|怕|瓶颈|障碍|所以|考虑|过去|此前")
_ASKS_AIM = re.compile("(?:为什么|为何|为啥|干嘛|凭什么)[^，,？?]{0,6}要(?![求价素])|目的|图[的是什啥]|为的是")
_FOCUS = FEATURES.index("focus_coverage")
_LEAST_FOCUS = 0.05
_PARAGRAPHS = 1
_CHARS = 160
"""How far from the best sentence a reason may stand, in characters between the two."""


def reason_beside(asked: str, best: Evidence, units: Sequence[Evidence]) -> Evidence | None:
    """The best of the sentences close to one that gives no reason which give one; None where that one gives it itself.

    Parameters
    ----------
    asked
        The question: an aim answers only ``为什么要……`` and its like.
    best
        The sentence that was chosen.
    units
        All that were ranked, the best first.
    """
    article, aims = best.hit.passage.article, bool(_ASKS_AIM.search(normalize(asked)))
    if _gives(best.text, aims) or _HINTS.search(best.text):
        return None
    for item in units:
        same = item.hit.passage.article is article and item.span != best.span
        if same and item.features[_FOCUS] >= _LEAST_FOCUS and _is_close(best, item) and _gives(item.text, aims):
            return item
    return None


def _gives(text: str, aims: bool) -> bool:
    """Whether a sentence says why, by its words."""
    plain = normalize(text)
    return bool(_CAUSE.search(plain) or (aims and _AIM.search(plain)))


def _is_close(best: Evidence, other: Evidence) -> bool:
    first, second = sorted((best.span, other.span), key=lambda span: span.start)
    between = best.hit.passage.article.body[first.end : second.start]
    return len(between) <= _CHARS and len(re.findall("\n+", between)) <= _PARAGRAPHS
