"""BM25 over Han n-grams: the half of the search that matches names and figures to the letter."""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.text import lexical_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from bm25s import BM25
    from numpy.typing import NDArray


class _Idf(dict[str, float]):
    """Inverse document frequencies; a token that occurs nowhere is as rare as can be."""

    def __init__(self, known: dict[str, float], unknown: float) -> None:
        super().__init__(known)
        self._unknown = unknown

    def __missing__(self, token: str) -> float:
        return self._unknown


class LexicalIndex:
    """BM25 (Robertson & Zaragoza 2009, in Lucene's variant) over a fixed list of texts.

    Parameters
    ----------
    bm25
        A built or loaded index.

    Attributes
    ----------
    idf
        Natural logarithm of how rare each token is among the texts; never below 0 for tokens that do not occur.
    """

    def __init__(self, bm25: BM25) -> None:
        self._bm25 = bm25
        count = int(bm25.scores["num_docs"])
        frequency = np.diff(bm25.scores["indptr"])
        if len(bm25.vocab_dict) < len(frequency):
            raise ValueError(f"{len(frequency)} columns but {len(bm25.vocab_dict)} words")
        idf = np.log((count + 1) / (frequency + 0.5))
        self.idf: Mapping[str, float] = _Idf(
            {token: float(idf[i]) for token, i in bm25.vocab_dict.items() if i < len(idf)}, math.log((count + 1) / 0.5)
        )

    @classmethod
    def build(cls, texts: Iterable[str]) -> LexicalIndex:
        """Index the texts; their positions are what `scores` speaks of. Needs at least one text."""
        from bm25s import BM25

        # Numbers instead of the tokens themselves: millions of short strings would fill the memory.
        vocabulary: dict[str, int] = {}
        numbered = [
            array("i", [vocabulary.setdefault(token, len(vocabulary)) for token in lexical_tokens(text) or [""]])
            for text in texts
        ]
        bm25 = BM25()
        bm25.index((numbered, vocabulary), show_progress=False)
        return cls(bm25)

    def save(self, folder: Path) -> None:
        """Write the index into a folder, as arrays and JSON."""
        self._bm25.save(str(folder), show_progress=False, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Read what `save` wrote; raises OSError or ValueError where that is not whole."""
        from bm25s import BM25

        return cls(BM25.load(str(folder), mmap=False, allow_pickle=False, show_progress=False))

    def scores(self, query: str) -> NDArray[np.float32]:
        """BM25 score of every text, float32, 0 upwards; all 0 for a query without tokens that occur."""
        known = [token for token in lexical_tokens(query) if token in self._bm25.vocab_dict]
        if not known:
            return np.zeros(self._bm25.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._bm25.get_scores(known), dtype=np.float32)
