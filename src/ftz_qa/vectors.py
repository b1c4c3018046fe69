"""Vectors of passages and of their sentences; those of an earlier build are taken over where the text is the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ftz_qa.passages import embedded_text
from ftz_qa.types import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder
    from ftz_qa.types import Passage

BLOCK = 1024
"""Passages embedded in one go; their sentences' vectors are held as float32 until the block is done."""


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedText:
    """What the embedding model sees of a passage, and the stretches of it that get vectors of their own."""

    text: str
    spans: Sequence[Span]

    def digest(self) -> bytes:
        """16 bytes that are the same where text and stretches are."""
        offsets = np.array([(span.start, span.end) for span in self.spans], dtype="<i4").tobytes()
        hashed = hashlib.blake2b(len(offsets).to_bytes(4, "little") + offsets, digest_size=16)
        hashed.update(self.text.encode("utf-8", "surrogatepass"))
        return hashed.digest()


def embedded_passage(passage: Passage, units: Sequence[Span]) -> EmbeddedText:
    """A passage as it is embedded: it stands behind its context and a line feed, and its units are located in that."""
    text = embedded_text(passage)
    shift = len(text) - len(passage.text) - passage.start
    return EmbeddedText(text, [Span(span.start + shift, span.end + shift) for span in units])


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The vectors of a list of texts.

    Attributes
    ----------
    texts
        float32 (texts, dimension), unit rows.
    spans
        float16 (n, dimension), unit rows: those of all stretches of the first text, then of the second, …
    starts
        int64 (texts + 1,): the stretches of text i are rows ``starts[i]`` up to ``starts[i + 1]`` of `spans`.
    """

    texts: NDArray[np.float32]
    spans: NDArray[np.float16]
    starts: NDArray[np.int64]


class KnownVectors:
    """The vectors of an earlier build, found by content.

    Parameters
    ----------
    texts
        What was embedded then, in the order of `vectors`. Only their digests are kept.
    """

    def __init__(self, texts: Iterable[EmbeddedText], vectors: Vectors) -> None:
        self.vectors = vectors
        self._positions = {text.digest(): i for i, text in enumerate(texts)}

    def position(self, text: EmbeddedText) -> int | None:
        """Where the vectors of a text stand; None where it is new."""
        return self._positions.get(text.digest())


def embed_texts(
    texts: Sequence[EmbeddedText],
    embedder: Embedder,
    known: KnownVectors | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Vectors:
    """Embed texts and their stretches; what `known` has is copied from there.

    Parameters
    ----------
    progress
        Told how many of the texts to embed are done, and how many there are; not called where there are none.
    """
    starts = np.concatenate([[0], np.cumsum([len(text.spans) for text in texts], dtype=np.int64)]).astype(np.int64)
    vectors = np.empty((len(texts), embedder.dimension), dtype=np.float32)
    span_vectors = np.empty((int(starts[-1]), embedder.dimension), dtype=np.float16)
    new = []
    for i, text in enumerate(texts):
        j = known.position(text) if known is not None else None
        if known is None or j is None:
            new.append(i)
            continue
        old = known.vectors
        vectors[i] = old.texts[j]
        span_vectors[starts[i] : starts[i + 1]] = old.spans[old.starts[j] : old.starts[j + 1]]
    for begin in range(0, len(new), BLOCK):
        block = new[begin : begin + BLOCK]
        report = _shifted(progress, begin, len(new))
        fresh, stretches = embedder.embed_spans([texts[i].text for i in block], [texts[i].spans for i in block], report)
        vectors[block] = fresh
        for i, rows in zip(block, stretches, strict=True):
            span_vectors[starts[i] : starts[i + 1]] = rows
    return Vectors(vectors, span_vectors, starts)


def _shifted(progress: Callable[[int, int], None] | None, begin: int, total: int) -> Callable[[int, int], None] | None:
    """Progress within a block as progress of the whole."""
    if progress is None:
        return None
    return lambda done, _: progress(begin + done, total)
