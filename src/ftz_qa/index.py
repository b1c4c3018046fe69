"""PassageIndex: passages with their vectors and BM25 statistics. The one module that touches faiss."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import TypeAdapter

from ftz_qa.errors import IndexDamagedError, ModelError
from ftz_qa.lexical import LexicalIndex
from ftz_qa.passages import passage_context, passage_label, split_issue
from ftz_qa.store import SCHEMA, Manifest, open_build, publish
from ftz_qa.text import split_sentences
from ftz_qa.types import Issue, Passage, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder

_ISSUES = TypeAdapter(tuple[Issue, ...])


def embedded_text(passage: Passage) -> str:
    """What the embedding model sees of a passage: title and inner heading above the text."""
    return f"{passage_context(passage)}\n{passage.text}"


def indexed_text(passage: Passage) -> str:
    """What BM25 sees of a passage: issue, date and section as well."""
    return f"{passage_label(passage)} {embedded_text(passage)}"


def passage_units(passage: Passage) -> list[Span]:
    """The sentences and semicolon clauses of a passage, as spans of the article's body: what answers are made of."""
    spans = split_sentences(passage.text, semicolons=True)
    return [Span(passage.start + span.start, passage.start + span.end) for span in spans]


class PassageIndex:
    """Searchable passages of a set of issues, never changed once made.

    Parameters
    ----------
    issues
        In the order of their dates, then numbers.
    passages
        The passages of all issues, in order.
    vectors
        float32 (passages, dimension), unit rows.
    units
        int32 (n, 3): index of the passage, start and end in the article's body.
    unit_vectors
        float16 (n, dimension), unit rows: every unit as it reads within its passage.
    lexical
        BM25 over the same passages.
    model_identity
        The embedding model that made the vectors.
    build_id
        Empty for an index that is not on disk.
    """

    def __init__(
        self,
        issues: tuple[Issue, ...],
        passages: tuple[Passage, ...],
        vectors: NDArray[np.float32],
        units: NDArray[np.int32],
        unit_vectors: NDArray[np.float16],
        lexical: LexicalIndex,
        model_identity: str,
        build_id: str = "",
    ) -> None:
        import faiss

        self.issues = issues
        self.passages = passages
        self.vectors = vectors
        self.units = units
        self.unit_vectors = unit_vectors
        self.lexical = lexical
        self.model_identity = model_identity
        self.build_id = build_id
        self._unit_starts = np.searchsorted(units[:, 0], np.arange(len(passages) + 1))
        self._faiss = faiss.IndexFlatIP(vectors.shape[1])
        self._faiss.add(vectors)

    @property
    def newest_date(self) -> dt.date | None:
        """The date of the newest dated issue; None where none is dated."""
        return max((issue.date for issue in self.issues if issue.date is not None), default=None)

    @property
    def dimension(self) -> int:
        """Length of the vectors."""
        return int(self.vectors.shape[1])

    @classmethod
    def build(
        cls,
        issues: Sequence[Issue],
        embedder: Embedder,
        *,
        previous: PassageIndex | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Split and embed the issues; passages that `previous` holds word for word keep their vectors.

        Parameters
        ----------
        issues
            At least one with at least one article.
        progress
            Told how many of the passages to embed are done, and how many there are.
        """
        ordered = tuple(sorted(issues, key=lambda issue: (issue.date or dt.date.min, issue.number or 0, issue.series)))
        passages = tuple(passage for issue in ordered for passage in split_issue(issue))
        spans = [passage_units(passage) for passage in passages]
        vectors, unit_vectors = _embed(passages, spans, embedder, previous, progress)
        units = np.array([(i, s.start, s.end) for i, group in enumerate(spans) for s in group], dtype=np.int32)
        lexical = LexicalIndex.build([indexed_text(passage) for passage in passages])
        return cls(ordered, passages, vectors, units.reshape(-1, 3), unit_vectors, lexical, embedder.identity)

    def save(self, index_dir: Path) -> str:
        """Publish as the current build of an index folder and return the build's id; see `store.publish`."""
        manifest = Manifest(
            schema_version=SCHEMA,
            created=dt.datetime.now(dt.UTC),
            model=self.model_identity,
            dimension=self.dimension,
            issue_count=len(self.issues),
            passage_count=len(self.passages),
            unit_count=len(self.units),
            checksums={},
        )
        return publish(index_dir, manifest, self._write)

    def _write(self, folder: Path) -> None:
        import faiss

        (folder / "issues.json").write_bytes(_ISSUES.dump_json(self.issues, indent=1))
        # faiss's own file calls fail on Chinese paths on Windows, so the bytes go through Python.
        (folder / "vectors.faiss").write_bytes(faiss.serialize_index(self._faiss).tobytes())
        np.save(folder / "passages.npy", _passage_rows(self.issues, self.passages), allow_pickle=False)
        np.save(folder / "units.npy", self.units, allow_pickle=False)
        np.save(folder / "unit_vectors.npy", self.unit_vectors, allow_pickle=False)
        (folder / "bm25").mkdir()
        self.lexical.save(folder / "bm25")

    @classmethod
    def load(cls, index_dir: Path) -> Self:
        """Read and check the current build of an index folder.

        Raises
        ------
        IndexMissingError
            There is none.
        IndexDamagedError
            It is truncated, altered or of another schema.
        """
        build_id, folder, manifest = open_build(index_dir)
        try:
            return cls._read(build_id, folder, manifest)
        except (OSError, EOFError, ValueError, TypeError, AttributeError, LookupError, RuntimeError) as error:
            message = f"索引 {folder} 的内容不完整（{error}）。请运行 ftz-qa index issues 重建"
            raise IndexDamagedError(message.replace("\n", " ")) from error

    @classmethod
    def _read(cls, build_id: str, folder: Path, manifest: Manifest) -> Self:
        import faiss

        issues = _ISSUES.validate_json((folder / "issues.json").read_bytes())
        rows = np.load(folder / "passages.npy", allow_pickle=False)
        passages = tuple(Passage(issues[i], issues[i].articles[a], s, e) for i, a, s, e in rows.tolist())
        stored = faiss.deserialize_index(np.frombuffer((folder / "vectors.faiss").read_bytes(), dtype=np.uint8))
        units = np.load(folder / "units.npy", allow_pickle=False)
        unit_vectors = np.load(folder / "unit_vectors.npy", allow_pickle=False)
        found = (len(issues), len(passages), len(units), stored.ntotal, stored.d, unit_vectors.shape)
        n, dimension = manifest.passage_count, manifest.dimension
        expected = (manifest.issue_count, n, manifest.unit_count, n, dimension, (manifest.unit_count, dimension))
        if found != expected:
            raise ValueError(f"数量应为 {expected}，实为 {found}")
        vectors = stored.reconstruct_n(0, stored.ntotal)
        lexical = LexicalIndex.load(folder / "bm25")
        return cls(issues, passages, vectors, units, unit_vectors, lexical, manifest.model, build_id)

    def check_model(self, identity: str) -> None:
        """Make sure that questions will be embedded by the model that embedded the passages.

        Raises
        ------
        ModelError
            They would not; the message names both models and says how to rebuild.
        """
        if identity != self.model_identity:
            raise ModelError(
                f"索引由模型 {self.model_identity} 建立，当前模型是 {identity}，两者不能混用。"
                "请运行 ftz-qa index issues 重建索引，或把 FTZ_QA_EMBEDDING_MODEL 改回原来的模型"
            )

    def dense_search(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The `k` passages nearest to a unit vector (dimension,), best first, with their cosines.

        `allowed` limits the search to these passage positions. Fewer than `k` come back where there are fewer.
        """
        import faiss

        k = min(k, len(self.passages) if allowed is None else len(allowed))
        if k == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        params = None if allowed is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        scores, found = self._faiss.search(query.reshape(1, -1), k, params=params)
        return found[0], scores[0]

    def units_of(self, passage: int) -> tuple[list[Span], NDArray[np.float32]]:
        """Units of a passage and their vectors, float32 (n, dimension)."""
        start, end = self._unit_starts[passage], self._unit_starts[passage + 1]
        spans = [Span(s, e) for _, s, e in self.units[start:end].tolist()]
        return spans, self.unit_vectors[start:end].astype(np.float32)


def _passage_rows(issues: tuple[Issue, ...], passages: tuple[Passage, ...]) -> NDArray[np.int32]:
    """int32 (n, 4): positions of issue and article, start and end of each passage."""
    where = {(id(i), id(a)): (x, y) for x, i in enumerate(issues) for y, a in enumerate(i.articles)}
    rows = [(*where[id(p.issue), id(p.article)], p.start, p.end) for p in passages]
    return np.array(rows, dtype=np.int32).reshape(-1, 4)


def _embed(
    passages: tuple[Passage, ...],
    spans: list[list[Span]],
    embedder: Embedder,
    previous: PassageIndex | None,
    progress: Callable[[int, int], None] | None,
) -> tuple[NDArray[np.float32], NDArray[np.float16]]:
    """Vectors (passages, dim) and unit vectors (units, dim), taken over from `previous` where the text is the same."""
    known: dict[str, int] = {}
    if previous is not None and previous.model_identity == embedder.identity:
        known = {embedded_text(passage): i for i, passage in enumerate(previous.passages)}
    texts = [embedded_text(passage) for passage in passages]
    new = [i for i, text in enumerate(texts) if text not in known]
    vectors = np.empty((len(passages), embedder.dimension), dtype=np.float32)
    unit_vectors: list[NDArray[np.float32]] = [np.empty((0, embedder.dimension), dtype=np.float32)] * len(passages)
    for i, text in enumerate(texts):
        if text in known and previous is not None:
            vectors[i] = previous.vectors[known[text]]
            unit_vectors[i] = previous.units_of(known[text])[1]
    # Units are located in the embedded text, where the passage stands behind its context and a line feed.
    shifts = {i: len(texts[i]) - len(passages[i].text) - passages[i].start for i in new}
    local = [[Span(s.start + shifts[i], s.end + shifts[i]) for s in spans[i]] for i in new]
    vectors[new], fresh = embedder.embed_spans([texts[i] for i in new], local, progress)
    for i, rows in zip(new, fresh, strict=True):
        unit_vectors[i] = rows
    return vectors, np.concatenate(unit_vectors).astype(np.float16)
