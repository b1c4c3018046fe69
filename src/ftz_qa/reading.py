"""Reading passages for a question with the trained reader: answer, evidence, and whether they answer at all."""

from __future__ import annotations

import json
import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from ftz_qa.default_model import default_model_folder
from ftz_qa.e5_weights import find_weights, read_weights
from ftz_qa.errors import ModelError
from ftz_qa.model_cache import bytes_sha256, is_intact, make_folder
from ftz_qa.reading_graph import build_reading_graph, unpack
from ftz_qa.reading_input import ReadingEncoder
from ftz_qa.types import Span

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ftz_qa.reading_input import Window

_DATA = "data/reading_model.npz"
_CARD = "data/reading_model.json"
_RECIPE = "int8-by-token"
_GRAPH = "reader.onnx"
LONGEST_ANSWER = 60
"""Longest answer, in tokens."""
_NONE = -1e4


@dataclass(frozen=True, slots=True)
class ReadingText:
    """A passage to be read.

    Attributes
    ----------
    units
        Its sentences or clauses, in the order of the text.
    date
        When it was printed: what ``今年`` means there; None where that is not known.
    """

    title: str
    text: str
    units: tuple[Span, ...]
    date: dt.date | None = None


@dataclass(frozen=True, eq=False)
class Reading:
    """What the reader saw in one passage.

    Attributes
    ----------
    answerable
        Logit of whether the passage answers.
    unit_logits
        float32 (units,): of whether a unit bears out the answer.
    places
        int32 (tokens, 2): where tokens of the text stand, in characters.
    starts, ends
        float32 (tokens,): logits of where the answer begins and ends.
    """

    answerable: float
    unit_logits: NDArray[np.float32]
    places: NDArray[np.int32]
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]

    @property
    def probability(self) -> float:
        """How likely the passage answers, 0..1."""
        return 1 / (1 + math.exp(-max(min(self.answerable, 50.0), -50.0)))

    @cached_property
    def _shares(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        return _softmax(self.starts), _softmax(self.ends)

    def mass(self, span: Span) -> float:
        """How likely the answer begins and ends within a stretch of the text (mean of both), 0..1."""
        inside = (self.places[:, 0] >= span.start) & (self.places[:, 1] <= span.end)
        starts, ends = self._shares
        return float(starts[inside].sum() + ends[inside].sum()) / 2

    def best_span(self, within: Span | None = None) -> tuple[Span, float] | None:
        """The likeliest answer, in characters, with its probability; None where there is no text.

        Parameters
        ----------
        within
            Where it has to stand; None for anywhere.
        """
        here = np.arange(len(self.places))
        if within is not None:
            here = here[(self.places[:, 0] >= within.start) & (self.places[:, 1] <= within.end)]
        if not len(here):
            return None
        sums = self.starts[here][:, None] + self.ends[here][None, :]
        shape = np.triu(np.ones_like(sums, dtype=bool)) & ~np.triu(np.ones_like(sums, dtype=bool), LONGEST_ANSWER)
        first, last = divmod(int(np.where(shape, sums, 2 * _NONE).argmax()), len(here))
        span = Span(int(self.places[here[first], 0]), int(self.places[here[last], 1]))
        starts, ends = self._shares
        return span, float(starts[here[first]] * ends[here[last]])


class ReadingModel:
    """The trained reader.

    Parameters
    ----------
    folder
        Holds ``reader.onnx``.
    tokenizer
        The embedding model's ``tokenizer.json``.
    threads
        How many passages are read at once; 0 takes one for each core.
    """

    def __init__(self, folder: Path, tokenizer: Path, threads: int = 0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(folder / _GRAPH), options, providers=["CPUExecutionProvider"])
        self._encoder = ReadingEncoder(Tokenizer.from_file(str(tokenizer)))
        self._threads = ThreadPoolExecutor(threads or os.cpu_count() or 1, "ftz-qa-reading")

    def read(self, question: str, passages: Sequence[ReadingText]) -> list[Reading]:
        """Read every passage for the question, side by side, a thread each."""
        windows = [self._encoder.windows(question, p.title, p.text, p.units, p.date) for p in passages]
        flat = [(window, len(p.units)) for p, own in zip(passages, windows, strict=True) for window in own]
        read = self._threads.map(lambda pair: self._read_window(*pair), flat)
        return [_joined([next(read) for _ in own]) for own in windows]

    def _read_window(self, window: Window, units: int) -> Reading:
        tokens, answerable = self._session.run(["tokens", "answerable"], {"input_ids": window.ids[None, :]})
        inside = window.starts >= 0
        starts, ends, evidence = np.asarray(tokens)[0].T.astype(np.float32)
        members = window.units
        logits = np.full(units, _NONE, dtype=np.float32)
        there, places = np.unique(members[members >= 0], return_inverse=True)
        logits[there] = np.bincount(places, evidence[members >= 0]) / np.maximum(np.bincount(places), 1)
        where = np.stack([window.starts, window.ends], axis=1)
        return Reading(float(np.asarray(answerable)[0, 0]), logits, where[inside], starts[inside], ends[inside])


def _joined(readings: Sequence[Reading]) -> Reading:
    """One reading of a passage that needed several windows: of what overlaps, the later window counts."""
    if len(readings) == 1:
        return readings[0]
    kept = []
    for reading, later in zip(readings, [*readings[1:], None], strict=True):
        end = later.places[0, 0] if later is not None and len(later.places) else np.iinfo(np.int32).max
        kept.append(reading.places[:, 0] < end)
    return Reading(
        max(reading.answerable for reading in readings),
        np.max([reading.unit_logits for reading in readings], axis=0),
        np.concatenate([r.places[k] for r, k in zip(readings, kept, strict=True)]),
        np.concatenate([r.starts[k] for r, k in zip(readings, kept, strict=True)]),
        np.concatenate([r.ends[k] for r, k in zip(readings, kept, strict=True)]),
    )


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(logits):
        return logits
    raised = np.exp(logits - logits.max())
    return np.asarray(raised / raised.sum(), dtype=np.float32)


def load_reading_model(
    cache_dir: Path, threads: int = 0, progress: Callable[[str], None] | None = None
) -> ReadingModel:
    """The reader that comes with the package, made ready on first use.

    Raises
    ------
    ModelError
        It is missing or damaged, or the cache cannot be written; the message says what to do.
    """
    package = resources.files("ftz_qa")
    try:
        content = package.joinpath(_DATA).read_bytes()
        expected = json.loads(package.joinpath(_CARD).read_text(encoding="utf-8"))["sha256"]
    except FileNotFoundError as error:
        raise ModelError("软件包里没有阅读模型 reading_model.npz。请重新安装 ftz-qa。") from error
    if bytes_sha256(content) != expected:
        raise ModelError("软件包里的阅读模型 reading_model.npz 已损坏。请重新安装 ftz-qa。")
    tokenizer = default_model_folder(cache_dir, progress) / "tokenizer.json"
    folder = cache_dir / f"reader-{expected[:12]}-{_RECIPE}"
    if not is_intact(folder):
        try:
            make_folder(folder, lambda: {_GRAPH: _graph(content)})
        except OSError as error:
            raise ModelError(
                f"无法在缓存目录 {cache_dir} 写入阅读模型（{error}）。"
                "请检查目录权限和磁盘空间（约需 80 MB），或用 FTZ_QA_CACHE_DIR 指定另一个可写的目录。"
            ) from error
    return ReadingModel(folder, tokenizer, threads)


def _graph(content: bytes) -> bytes:
    return bytes(build_reading_graph(read_weights(find_weights()), unpack(content)).SerializeToString())
