"""Whether a sentence is nearer in meaning to what it cites than to the rest of what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.passages import passage_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder
    from ftz_qa.sentence_checks import Place
    from ftz_qa.types import Passage

MARGIN = 0.012
"""How much nearer, in cosines: a difference, because models differ in what they call near."""


class Nearness:
    """Compares sentences with passages by the embedding model.

    Parameters
    ----------
    embedder
        Sentences and passages are both embedded as passages.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def __call__(self, sentence: str, cited: Sequence[Place], shown: Sequence[Place]) -> bool:
        """Whether a sentence of the cited passages is nearer than any of the other articles shown.

        Where all that is shown is of the articles cited, there is nothing to compare with, and the answer is yes.
        """
        own = {_article(place.passage) for place in cited}
        others = [place for place in shown if _article(place.passage) not in own]
        if not others:
            return True
        vector = self._embedder.embed_passages([sentence])[0]
        return self._nearest(vector, cited) >= self._nearest(vector, others) + MARGIN

    def _nearest(self, vector: NDArray[np.float32], places: Sequence[Place]) -> float:
        bodies = [(place.passage.article.body, passage_units(place.passage)) for place in places]
        texts = [body[unit.start : unit.end] for body, units in bodies for unit in units]
        if not texts:
            return -1.0
        return float((self._embedder.embed_passages(texts) @ vector).max())


def _article(passage: Passage) -> tuple[int, int]:
    return id(passage.issue), passage.article.number
