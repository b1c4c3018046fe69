"""The embedding model: any sentence-transformers model, or the embedded default that needs no download."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import numpy as np
from langchain_core.embeddings import Embeddings

from ftz_qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    from ftz_qa.types import Span

_CHUNK = 16  # texts between two reports of progress, and how long another thread has to wait at most


class Embedder(Embeddings):
    """Turns questions and passages into unit vectors that are near each other where the meanings are.

    May be called from several threads. Texts longer than the model can take are cut off at the end.

    Parameters
    ----------
    model
        A loaded sentence-transformers model.
    identity
        Names the model and all else that its vectors depend on; an index is only good for the identity it was made with.
    query_prefix, passage_prefix
        What the model wants before questions and passages.
    """

    def __init__(self, model: SentenceTransformer, identity: str, query_prefix: str, passage_prefix: str) -> None:
        self.identity = identity
        self._model = model
        self._query_prefix = query_prefix
        self._passage_prefix = passage_prefix
        # Tokenizers of transformers change their own state while they run, and two models at once are not faster.
        self._lock = threading.Lock()
        dimension = model.get_embedding_dimension()
        if dimension is None:
            dimension = len(self._encode(["0"], "")[0])
        self.dimension = int(dimension)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, float32 (texts, dimension), unit rows."""
        return self._embed(texts, self._query_prefix, None)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors of passages, float32 (texts, dimension), unit rows.

        Parameters
        ----------
        progress
            Told how many texts are done, and how many there are.
        """
        return self._embed(texts, self._passage_prefix, progress)

    def embed_query(self, text: str) -> list[float]:
        """Vector of one question, for LangChain."""
        return [float(value) for value in self.embed_queries([text])[0]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages, for LangChain."""
        rows: list[list[float]] = self.embed_passages(texts).tolist()
        return rows

    def encode_full(
        self, texts: Sequence[str], is_query: bool
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Vectors of texts and of their tokens, in one go.

        Returns
        -------
        tuple
            float32 (texts, dimension), and per text float32 (tokens, width): unit rows; the tokens are those of the
            text itself, without special ones and without the prefix. No rows where the model has no token vectors.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        tokens: list[NDArray[np.float32]] = [_EMPTY] * len(texts)
        for chunk in self._chunks(texts):
            encoded = self._encode_tokens([texts[i] for i in chunk], is_query)
            for i, (vector, states, _) in zip(chunk, encoded, strict=True):
                vectors[i], tokens[i] = vector, _unit(states)
        return vectors, tokens

    def token_embeddings(self, texts: Sequence[str], is_query: bool) -> list[NDArray[np.float32]]:
        """Per text its contextual token vectors; see `encode_full`."""
        return self.encode_full(texts, is_query)[1]

    def embed_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Callable[[int, int], None] | None = None,
    ) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
        """Vectors of passages and of stretches of them as they read in their context.

        Parameters
        ----------
        spans
            For each text the stretches wanted, in characters of the text.
        progress
            Told how many texts are done, and how many there are.

        Returns
        -------
        tuple
            float32 (texts, dimension), and per text float32 (spans, dimension), all unit rows. A stretch of which the
            model sees nothing (blank, or behind the cut) gets the vector of its text; with a model that gives no token
            vectors of the same width each stretch is embedded by itself.
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        stretches: list[NDArray[np.float32]] = [_EMPTY] * len(texts)
        done = 0
        for chunk in self._chunks(texts):
            encoded = self._encode_tokens([texts[i] for i in chunk], is_query=False)
            for i, (vector, states, offsets) in zip(chunk, encoded, strict=True):
                vectors[i] = vector
                if states.shape[1:] == vector.shape:
                    stretches[i] = _pool(vector, states, offsets, spans[i])
                else:
                    stretches[i] = self.embed_passages([texts[i][span.start : span.end] for span in spans[i]])
            done += len(chunk)
            if progress is not None:
                progress(done, len(texts))
        return vectors, stretches
