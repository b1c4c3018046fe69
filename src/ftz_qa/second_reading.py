"""The trained reader's second look at a sentence: asked for each figure, it may find another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ftz_qa.figures import figures
from ftz_qa.passages import passage_units
from ftz_qa.reading import ReadingText
from ftz_qa.text import normalize
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ftz_qa.figures import Figure
    from ftz_qa.reading import Reading, ReadingModel
    from ftz_qa.sentence_checks import Place

SURE = 0.5
"""How likely its answer has to be, times how likely the passage answers; ``docs/evaluation.md`` has the figures."""

_TELLING = ("年", "月", "月日", "期")
_NUMERAL = re.compile(r"^[\d.,一二三四五六七八九十百千万亿两零]+")


class SecondReading:
    """Compares the figures of sentences with what the reader reads in their place.

    Parameters
    ----------
    model
        The trained reader.
    """

    def __init__(self, model: ReadingModel) -> None:
        self._model = model

    def __call__(self, sentence: str, cited: Sequence[Place]) -> str:
        """The first figure in whose place the reader is sure of another one of its unit; empty where there is none.

        Times are not asked for: a sentence may tell them in other words than the passage.
        """
        texts = [_readable(place) for place in cited]
        plain = cited[0].plain(sentence) if cited else ""
        stated = figures(plain)
        for figure in stated:
            words = plain[figure.start : figure.end]
            if figure.unit in _TELLING or "分之" in words:
                continue
            asked = f"{plain[: figure.start]}多少{_NUMERAL.sub('', words)}{plain[figure.end :]}"
            if self._otherwise(figure, stated, texts, self._model.read(asked, texts)):
                return words
        return ""

    def _otherwise(
        self, figure: Figure, stated: Sequence[Figure], texts: Sequence[ReadingText], readings: Sequence[Reading]
    ) -> bool:
        """Whether the surest answer has a figure of the same unit, and none of those that the sentence states.

        A reader that points at another figure of the sentence has lost its way, and tells nothing of this one.
        """
        answers = [
            (found[1] * reading.probability, text.text[found[0].start : found[0].end])
            for text, reading in zip(texts, readings, strict=True)
            if (found := reading.best_span())
        ]
        sure, answer = max(answers, default=(0.0, ""))
        told = figures(normalize(answer))
        return (
            sure >= SURE
            and any(one.unit == figure.unit for one in told)
            and not any(one.same(other) for one in told for other in stated)
        )


def _readable(place: Place) -> ReadingText:
    passage = place.passage
    units = tuple(Span(u.start - passage.start, u.end - passage.start) for u in passage_units(passage))
    return ReadingText(passage.article.title, passage.text, units, passage.issue.date)
