"""Hybrid retrieval: dense and BM25 scores, fused, as a LangChain retriever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from ftz_qa.embedding import Embedder
from ftz_qa.index import PassageIndex
from ftz_qa.types import Hit

if TYPE_CHECKING:
    from collections.abc import Collection

    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from numpy.typing import NDArray

CANDIDATES = 50
"""How many passages each of the two searches puts forward."""

DENSE_WEIGHT = 0.6
"""Share of the dense score in the fused one; by measurement (docs/evaluation.md)."""


class HybridRetriever(BaseRetriever):
    """Passages for a question, by meaning and by the letter.

    The two searches' candidates are put together and their scores, each scaled to 0..1 over the candidates, are added
    with weights (the convex combination of Bruch et al. 2023, "An Analysis of Fusion Functions for Hybrid Retrieval").

    Attributes
    ----------
    index, embedder
        What is searched, and the model that made its vectors.
    k
        How many passages LangChain's `invoke` returns, unless it is called with another `k`. It also takes the
        question's `vector`, where that is known, `issues` and `sections`, all as in `search`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: PassageIndex
    embedder: Embedder
    k: int = 8

    def search(
        self,
        question: str,
        vector: NDArray[np.float32],
        k: int,
        issues: Collection[int] | None = None,
        sections: Collection[str] = (),
    ) -> list[Hit]:
        """The `k` best passages, best first.

        Parameters
        ----------
        question
            What BM25 matches.
        vector
            Unit vector (dimension,) of the question.
        issues
            Positions in `index.issues` to which the search is limited; None for all.
        sections
            Titles of the sections to which it is limited; empty for all.
        """
        allowed = self._allowed(issues, sections)
        dense_ids, _ = self.index.dense_search(vector, CANDIDATES, allowed)
        lexical = self.index.lexical.scores(question)
        if allowed is not None:
            outside = np.ones(len(lexical), dtype=bool)
            outside[allowed] = False
            lexical[outside] = 0.0
        top = highest(lexical, CANDIDATES)
        ids = np.union1d(dense_ids, top[lexical[top] > 0])
        if not len(ids):
            return []
        dense = self.index.vectors[ids] @ vector
        fused = DENSE_WEIGHT * _scaled(dense) + (1 - DENSE_WEIGHT) * _scaled(lexical[ids])
        order = np.argsort(-fused, kind="stable")[:k]
        return [
            Hit(self.index.passages[i], int(i), float(score), float(cosine), float(bm25))
            for i, score, cosine, bm25 in zip(ids[order], fused[order], dense[order], lexical[ids[order]], strict=True)
        ]

    def _allowed(self, issues: Collection[int] | None, sections: Collection[str] = ()) -> NDArray[np.int64] | None:
        if issues is None and not sections:
            return None
        passages = self.index.passages
        allowed = (
            np.arange(len(passages))
            if issues is None
            else np.flatnonzero(np.isin(self.index.passage_issues, list(issues)))
        )
        if not sections:
            return allowed
        return allowed[[passages[int(i)].article.section.title in sections for i in allowed]]

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        vector: NDArray[np.float32] | None = None,
        k: int | None = None,
        issues: Collection[int] | None = None,
        sections: Collection[str] = (),
    ) -> list[Document]:
        if vector is None:
            vector = self.embedder.embed_queries([query])[0]
        return [hit_document(hit) for hit in self.search(query, vector, k or self.k, issues, sections)]


def highest(scores: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Where the `k` highest scores stand, the highest first, of equal ones the first, without sorting the others."""
    if len(scores) <= k:
        return np.argsort(-scores, kind="stable")
    near = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
    return near[np.argsort(-scores[near], kind="stable")][:k]


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    low, high = float(scores.min()), float(scores.max())
    return (scores - low) / (high - low) if high > low else np.ones_like(scores)


def hit_document(hit: Hit) -> Document:
    """A hit as LangChain knows it; the metadata says where the passage stands."""
    passage = hit.passage
    issue, article = passage.issue, passage.article
    metadata: dict[str, Any] = {
        "series": issue.series,
        "issue": issue.number,
        "date": issue.date.isoformat() if issue.date else None,
        "section": article.section.title,
        "article_no": article.number,
        "title": article.title,
        "start": passage.start,
        "end": passage.end,
        "position": hit.position,
        "score": hit.score,
        "dense": hit.dense,
        "lexical": hit.lexical,
    }
    return Document(page_content=passage.text, metadata=metadata)


def document_hit(document: Document, index: PassageIndex) -> Hit:
    """The hit that `hit_document` made a document of."""
    metadata = document.metadata
    position: int = metadata["position"]
    return Hit(index.passages[position], position, metadata["score"], metadata["dense"], metadata["lexical"])
