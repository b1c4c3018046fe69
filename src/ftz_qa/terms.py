"""The words of a question, weighted by how much they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ftz_qa.questions import content_words
from ftz_qa.text import lexical_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping


class Terms:
    """The words of a question, weighted by how rare they are in the index.

    Parameters
    ----------
    text
        A question; its question words do not count.
    idf
        Inverse document frequency of a token.
    """

    def __init__(self, text: str, idf: Mapping[str, float]) -> None:
        content = content_words(text)
        tokens = dict.fromkeys(lexical_tokens(content))
        kept = [token for token in tokens if len(token) > 1 or not "\u4e00" <= token <= "\u9fff"]
        self.weights = {token: idf[token] for token in (kept or tokens)}
        self.total = sum(self.weights.values())

    def coverage(self, tokens: frozenset[str]) -> float:
        """Share of the question's weight that occurs among the tokens, 0..1; 0 for a question without words."""
        if not self.total:
            return 0.0
        return sum(weight for token, weight in self.weights.items() if token in tokens) / self.total

    def without(self, tokens: frozenset[str]) -> Terms:
        """The same terms less those among the tokens."""
        rest = object.__new__(Terms)
        rest.weights = {token: weight for token, weight in self.weights.items() if token not in tokens}
        rest.total = sum(rest.weights.values())
        return rest

    def weighted(self, factor: float, spared: Terms) -> Terms:
        """The same terms, those that are not among the spared ones with their weights times `factor`."""
        changed = object.__new__(Terms)
        changed.weights = {t: w if t in spared.weights else factor * w for t, w in self.weights.items()}
        changed.total = sum(changed.weights.values())
        return changed

    def unknown(self, known: Mapping[str, float]) -> float:
        """Share of the question's tokens that are not in a vocabulary, 0..1; 0 for a question without words."""
        return sum(token not in known for token in self.weights) / max(len(self.weights), 1)


def tokens_of(text: str) -> frozenset[str]:
    """The lexical tokens of a text, as a set."""
    return frozenset(lexical_tokens(text))
