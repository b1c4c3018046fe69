"""PassageIndex: passages with their vectors and BM25 statistics. The one module that touches faiss."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Self

import numpy as np
from pydantic import TypeAdapter

from ftz_qa.errors import IndexDamagedError, ModelError
from ftz_qa.ledger_file import FIGURES_FILE, IssueFigures
from ftz_qa.lexical import LexicalIndex
from ftz_qa.manifest import REBUILD, SCHEMA, Manifest
from ftz_qa.memory import collector_paused
from ftz_qa.passages import indexed_texts, passage_units, split_issue
from ftz_qa.store import build_folder, current_build, open_build, publish
from ftz_qa.types import Issue, Passage, Span
from ftz_qa.vectors import KnownVectors, Vectors, embed_texts, embedded_passage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ftz_qa.embedding import Embedder

ISSUES_FILE = "issues.json"
"""The file of a build that holds the issues as parsed."""

_ISSUES = TypeAdapter(tuple[Issue, ...])
_DAMAGE = (OSError, EOFError, ValueError, TypeError, AttributeError, LookupError, RuntimeError)


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
    figures
        Of the same issues; None where nothing is known of them yet.

    Attributes
    ----------
    passage_issues
        int32 (passages,): where the issue of each passage stands in `issues`.
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
        figures: IssueFigures | None = None,
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
        self.figures = figures or IssueFigures(issues)
        positions = {id(issue): i for i, issue in enumerate(issues)}
        self.passage_issues = np.array([positions[id(passage.issue)] for passage in passages], dtype=np.int32)
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
        lexical_progress: Callable[[int, int], None] | None = None,
    ) -> Self:
        """Split and embed the issues; passages that `previous` holds word for word keep their vectors.

        Issues that it holds unchanged keep their figures as well.

        Parameters
        ----------
        issues
            At least one with at least one article.
        progress
            Told how many of the passages to embed are done, and how many there are.
        lexical_progress
            Told for how many passages the words are counted, and how many there are.
        """
        ordered = tuple(sorted(issues, key=lambda issue: (issue.date or dt.date.min, issue.number or 0, issue.series)))
        passages = tuple(passage for issue in ordered for passage in split_issue(issue))
        spans = [passage_units(passage) for passage in passages]
        known = None
        if previous is not None and previous.model_identity == embedder.identity:
            known = previous.known_vectors()
        vectors = embed_texts(
            [embedded_passage(p, of) for p, of in zip(passages, spans, strict=True)], embedder, known, progress
        )
        lexical = LexicalIndex.build(indexed_texts(passages, lexical_progress))
        units = _unit_rows(spans)
        figures = IssueFigures(ordered, previous.figures.known if previous is not None else None)
        return cls(
            *(ordered, passages, vectors.texts, units, vectors.spans, lexical, embedder.identity), figures=figures
        )

    def known_vectors(self) -> KnownVectors:
        """The vectors by what was embedded, for the next build."""
        texts = (embedded_passage(passage, self._spans_of(i)) for i, passage in enumerate(self.passages))
        return KnownVectors(texts, Vectors(self.vectors, self.unit_vectors, self._unit_starts))

    def is_split_as_now(self) -> bool:
        """Whether these issues would today be cut into the same passages and units."""
        passages = tuple(passage for issue in self.issues for passage in split_issue(issue))
        rows = _passage_rows(self.issues, passages)
        if not np.array_equal(rows, _passage_rows(self.issues, self.passages)):
            return False
        return np.array_equal(_unit_rows([passage_units(passage) for passage in passages]), self.units)

    def keeping(self, keep: Callable[[Issue], bool]) -> Self:
        """The index of some of the issues (at least one), by the vectors of this one: no model is needed."""
        chosen = [i for i, passage in enumerate(self.passages) if keep(passage.issue)]
        places = np.full(len(self.passages), -1, dtype=np.int32)
        places[chosen] = np.arange(len(chosen))
        kept = places[self.units[:, 0]] >= 0
        units = self.units[kept].copy()
        units[:, 0] = places[units[:, 0]]
        passages = tuple(self.passages[i] for i in chosen)
        issues = tuple(issue for issue in self.issues if keep(issue))
        return type(self)(
            issues,
            passages,
            self.vectors[chosen],
            units,
            self.unit_vectors[kept],
            LexicalIndex.build(indexed_texts(passages, None)),
            self.model_identity,
            figures=IssueFigures(issues, self.figures.known),
        )

    def save(self, index_dir: Path) -> str:
        """Publish as the current build of an index folder and return the build's id; see `store.publish`."""
        manifest = Manifest(
            schema_version=SCHEMA,
            created=dt.datetime.now(dt.UTC),
            model=self.model_identity,
            dimension=self.dimension,
            issue_count=len(self.issues),
            article_count=sum(len(issue.articles) for issue in self.issues),
            passage_count=len(self.passages),
            unit_count=len(self.units),
            checksums={},
        )
        return publish(index_dir, manifest, self._write)

    def _write(self, folder: Path) -> None:
        import faiss

        (folder / ISSUES_FILE).write_bytes(_ISSUES.dump_json(self.issues, indent=1))
        (folder / FIGURES_FILE).write_bytes(self.figures.dump())
        # faiss's own file calls fail on Chinese paths on Windows, so the bytes go through Python.
        (folder / "vectors.faiss").write_bytes(faiss.serialize_index(self._faiss).tobytes())
        np.save(folder / "passages.npy", _passage_rows(self.issues, self.passages), allow_pickle=False)
        np.save(folder / "units.npy", self.units, allow_pickle=False)
        np.save(folder / "unit_vectors.npy", self.unit_vectors, allow_pickle=False)
        (folder / "bm25").mkdir()
        self.lexical.save(folder / "bm25")

    @classmethod
    def load(cls, index_dir: Path, build_id: str | None = None) -> Self:
        """Read and check a build of an index folder.

        Parameters
        ----------
        build_id
            None takes the current one; where that is replaced and deleted meanwhile, the one that replaced it.

        Raises
        ------
        IndexMissingError
            There is none.
        IndexDamagedError
            It is truncated, altered or of another schema.
        """
        wanted = current_build(index_dir) if build_id is None else build_id
        try:
            with collector_paused():
                return cls._read(*open_build(index_dir, build_id))
        except (IndexDamagedError, *_DAMAGE) as error:
            if build_id is None and current_build(index_dir) != wanted:
                return cls.load(index_dir)
            if isinstance(error, IndexDamagedError):
                raise
            message = f"索引 {build_folder(index_dir, wanted)} 的内容不完整（{error}）。{REBUILD}"
            raise IndexDamagedError(message.replace("\n", " ")) from error

    @classmethod
    def _read(cls, build_id: str, folder: Path, manifest: Manifest) -> Self:
        import faiss

        issues = _ISSUES.validate_json((folder / ISSUES_FILE).read_bytes())
        # Builds made before there was this file have their figures extracted when they are needed.
        stored_figures = FIGURES_FILE in manifest.checksums
        figures = IssueFigures.read(issues, (folder / FIGURES_FILE).read_bytes()) if stored_figures else None
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
        return cls(issues, passages, vectors, units, unit_vectors, lexical, manifest.model, build_id, figures)

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

    def _spans_of(self, passage: int) -> list[Span]:
        start, end = self._unit_starts[passage], self._unit_starts[passage + 1]
        return [Span(s, e) for _, s, e in self.units[start:end].tolist()]

    def units_of(self, passage: int) -> tuple[list[Span], NDArray[np.float32]]:
        """Units of a passage and their vectors, float32 (n, dimension)."""
        start, end = self._unit_starts[passage], self._unit_starts[passage + 1]
        return self._spans_of(passage), self.unit_vectors[start:end].astype(np.float32)


def _passage_rows(issues: tuple[Issue, ...], passages: tuple[Passage, ...]) -> NDArray[np.int32]:
    """int32 (n, 4): positions of issue and article, start and end of each passage."""
    where = {(id(i), id(a)): (x, y) for x, i in enumerate(issues) for y, a in enumerate(i.articles)}
    rows = [(*where[id(p.issue), id(p.article)], p.start, p.end) for p in passages]
    return np.array(rows, dtype=np.int32).reshape(-1, 4)


def _unit_rows(spans: Sequence[Sequence[Span]]) -> NDArray[np.int32]:
    """int32 (n, 3): position of the passage, start and end of each unit."""
    rows = [(i, span.start, span.end) for i, group in enumerate(spans) for span in group]
    return np.array(rows, dtype=np.int32).reshape(-1, 3)


def read_issues(index_dir: Path, build_id: str | None = None) -> tuple[Issue, ...]:
    """The issues of a build (None: of the current one), where at least they are whole.

    Raises
    ------
    IndexMissingError
        There is no index.
    IndexDamagedError
        The issues or the build's manifest are damaged.
    """
    name, folder, _ = open_build(index_dir, build_id, only=(ISSUES_FILE,))
    try:
        return _ISSUES.validate_json((folder / ISSUES_FILE).read_bytes())
    except (OSError, ValueError) as error:
        raise IndexDamagedError(f"版本 {name} 的 {ISSUES_FILE} 不能读取。{REBUILD}") from error
